//! Serialised form of the heads of a space: one value under the key `head`.
//!
//! Files name a list of heads by one word each: `Heatmap`, `BottomUp`, `Segmentation` or `Classification` for
//! a single head, `Multitask` for top-down pose and segmentation of one backbone.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::head::Head;

/// Heads as files hold them.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Head", deny_unknown_fields)]
enum HeadFile {
    #[serde(rename = "Heatmap", alias = "TopDown")]
    TopDown {
        joints: usize,
    },
    Segmentation {
        classes: usize,
    },
    BottomUp {
        joints: usize,
    },
    Classification {
        classes: usize,
    },
    Multitask {
        joints: usize,
        classes: usize,
    },
}

pub(super) fn serialize<S: Serializer>(heads: &[Head], serializer: S) -> Result<S::Ok, S::Error> {
    let file = match *heads {
        [Head::TopDown { joints }] => HeadFile::TopDown { joints },
        [Head::BottomUp { joints }] => HeadFile::BottomUp { joints },
        [Head::Segmentation { classes }] => HeadFile::Segmentation { classes },
        [Head::Classification { classes }] => HeadFile::Classification { classes },
        [Head::TopDown { joints }, Head::Segmentation { classes }] => {
            HeadFile::Multitask { joints, classes }
        }
        _ => return Err(serde::ser::Error::custom(format!("files cannot hold heads {heads:?}"))),
    };
    file.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Head>, D::Error> {
    Ok(match HeadFile::deserialize(deserializer)? {
        HeadFile::TopDown { joints } => vec![Head::TopDown { joints }],
        HeadFile::BottomUp { joints } => vec![Head::BottomUp { joints }],
        HeadFile::Segmentation { classes } => vec![Head::Segmentation { classes }],
        HeadFile::Classification { classes } => vec![Head::Classification { classes }],
        HeadFile::Multitask { joints, classes } => {
            vec![Head::TopDown { joints }, Head::Segmentation { classes }]
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::spec::SpaceSpec;

    #[test]
    fn heads_keep_the_words_of_earlier_files() {
        for (preset, word) in [
            ("tiny", r#""head":{"Heatmap":{"joints":17}}"#),
            ("tiny_bottom_up", r#""head":{"BottomUp":{"joints":17}}"#),
            ("tiny_segmentation", r#""head":{"Segmentation":{"classes":19}}"#),
            ("tiny_classification", r#""head":{"Classification":{"classes":1000}}"#),
            ("tiny_multitask", r#""head":{"Multitask":{"joints":17,"classes":19}}"#),
        ] {
            let space = SpaceSpec::preset(preset).expect("a preset");
            let json = serde_json::to_string(&space).expect("plain data");
            assert!(json.contains(word), "{json}");
            assert_eq!(serde_json::from_str::<SpaceSpec>(&json).expect("the space"), space);
            let ron = ron::to_string(&space).expect("plain data");
            assert_eq!(ron::from_str::<SpaceSpec>(&ron).expect("the space"), space);
        }
    }
}
