//! Label pictures that hold positions of classes (trainIds) where facts expect the ids of a data set.

use std::collections::BTreeSet;

use super::coding::LabelCoding;
use super::facts::SegmentationFacts;
use super::files::LabelledPicture;
use super::labels::{IGNORED, LabelMap};

/// Label pictures that are looked at.
const LOOKED_AT: usize = 10;

/// Whether the first label pictures hold no value but positions of classes and the one for unlabelled
/// pixels, although the facts have ids beyond. Broken pictures are passed over.
pub fn look_like_positions(pictures: &[LabelledPicture], facts: &SegmentationFacts) -> bool {
    if facts.label_coding != LabelCoding::Values {
        return false;
    }
    let count = facts.classes.len();
    let ids = facts.classes.iter().flat_map(|class| class.ids.iter());
    if ids.max().is_none_or(|&highest| usize::from(highest) < count) {
        return false;
    }
    let files = pictures.iter().filter_map(|picture| picture.labels.as_ref()).take(LOOKED_AT);
    let values: BTreeSet<u8> =
        files.filter_map(|path| LabelMap::values(path).ok()).flatten().collect();
    let is_position = |&value: &u8| value == IGNORED || usize::from(value) < count;
    values.contains(&IGNORED) && values.len() > 2 && values.iter().all(is_position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_told_from_ids() {
        let folder = tempfile::tempdir().unwrap();
        let facts = SegmentationFacts::cityscapes();
        let found = |name: &str, values: &[u8]| {
            let labels = folder.path().join(name);
            std::fs::write(&labels, LabelMap::encode(values, (1, values.len()))).unwrap();
            let picture = LabelledPicture {
                name: name.into(),
                image: folder.path().join("image.png"),
                labels: Some(labels),
            };
            look_like_positions(&[picture], &facts)
        };
        assert!(found("positions", &[0, 1, 18, 255]));
        assert!(!found("ids", &[7, 8, 26, 255]));
        assert!(!found("unlabelled", &[255, 255]));
    }
}
