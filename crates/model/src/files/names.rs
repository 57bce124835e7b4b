//! The network among the tensors of a checkpoint: dictionaries and prefixes around its names.
//!
//! Training programs nest the network's dictionary in others (`state_dict`, `best_state_dict`,
//! `model`) and put prefixes before its names (`module.` for data parallelism, `model.` and `1.` for
//! a wrapping module; MMPose `backbone.` and, for heads, `keypoint_head.` or `head.`). Whatever stands
//! before the name of a tensor that every such network has is the prefix of all its tensors.

/// First unit behind the stem, which every HRNet-like network has; its rows are the width.
pub(super) const STEM_EXIT: &str = "transition1.0.0.weight";
/// Last layers of the heads: heatmaps, the finer heatmaps of bottom-up pose, classes
/// of pixels, classes of pictures.
pub(super) const HEADS: [&str; 4] =
    ["final_layer.weight", "final_layers.1.weight", "last_layer.3.weight", "classifier.weight"];
/// Beginnings of the names of heads' tensors.
const HEAD_LAYERS: [&str; 7] = [
    "final_layer.",
    "final_layers.",
    "deconv_layers.",
    "last_layer.",
    "incre_modules.",
    "downsamp_modules.",
    "classifier.",
];

/// Whether a parameter is one of a head.
pub fn is_of_head(name: &str) -> bool {
    HEAD_LAYERS.iter().any(|layer| name.starts_with(layer))
}
/// Prefixes of heads where they differ from the backbone's.
const HEAD_PREFIXES: [&str; 4] = ["", "keypoint_head.", "head.", "decode_head."];
/// Dictionaries of a checkpoint that holds several networks, the one to take first.
const WRAPPERS: [&str; 4] = ["state_dict", "model_state_dict", "model", "best_state_dict"];

/// Prefixes of a network's tensors among those of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// Before the names of all tensors, with its dot.
    prefix: String,
    /// Before the names of the head's tensors.
    head: String,
}

impl Names {
    /// Finds the network among names of a checkpoint; no prefix if there is none.
    pub fn find(names: &[&str]) -> Self {
        let prefixes = names.iter().filter_map(|name| prefix_of(name, STEM_EXIT));
        let prefix = prefixes.min_by_key(|prefix| rank(prefix)).unwrap_or("");
        // A wrapper of the backbone alone has the head beside it.
        let outer = prefix.trim_end_matches('.').rfind('.').map_or("", |dot| &prefix[..=dot]);
        let candidates = [prefix, outer]
            .into_iter()
            .flat_map(|outer| HEAD_PREFIXES.iter().map(move |inner| format!("{outer}{inner}")));
        let is_head = |head: &String| {
            let known = HEADS.map(|layer| format!("{head}{layer}"));
            names.iter().any(|name| known.iter().any(|known| known == name))
        };
        let head = candidates.into_iter().find(is_head);
        Self { prefix: prefix.to_owned(), head: head.unwrap_or_else(|| prefix.to_owned()) }
    }

    /// The network's own name of a tensor of the checkpoint, or `None` for one of something else.
    pub fn own_name(&self, name: &str) -> Option<String> {
        let head = name.strip_prefix(&self.head);
        let head = head.filter(|name| is_of_head(name));
        head.or_else(|| name.strip_prefix(&self.prefix)).map(str::to_owned)
    }
}

/// The part of `name` before `suffix`: nothing, or something that ends with a dot.
fn prefix_of<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    name.strip_suffix(suffix).filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
}

/// Order in which networks of one checkpoint are preferred: plain names first, then by wrapper.
fn rank(prefix: &str) -> usize {
    if prefix.is_empty() {
        return 0;
    }
    let outermost = prefix.split('.').next().unwrap_or_default();
    1 + WRAPPERS.iter().position(|&wrapper| wrapper == outermost).unwrap_or(WRAPPERS.len())
}

#[cfg(test)]
mod tests {
    use super::Names;

    /// Own names of what a checkpoint lists.
    fn own(names: &[&str]) -> Vec<Option<String>> {
        let found = Names::find(names);
        names.iter().map(|name| found.own_name(name)).collect()
    }

    #[test]
    fn prefixes_of_wrappers_are_passed_over() {
        for prefix in ["", "1.", "module.", "model.", "state_dict.module.", "net.ema.model."] {
            let names = ["transition1.0.0.weight", "final_layer.weight", "conv1.weight"];
            let found = own(&names.map(|name| format!("{prefix}{name}")).each_ref().map(|n| &**n));
            assert_eq!(found, names.map(|name| Some(name.to_owned())), "{prefix}");
        }
    }

    #[test]
    fn heads_beside_a_backbone_are_found() {
        for head in ["keypoint_head.", "head."] {
            let found = own(&[
                "state_dict.backbone.transition1.0.0.weight",
                &format!("state_dict.{head}final_layer.weight"),
                "optimizer.lr",
            ]);
            let expected = [Some("transition1.0.0.weight"), Some("final_layer.weight"), None];
            assert_eq!(found, expected.map(|name| name.map(str::to_owned)), "{head}");
        }
    }

    #[test]
    fn the_current_network_goes_before_the_best() {
        let found =
            own(&["best_state_dict.transition1.0.0.weight", "state_dict.transition1.0.0.weight"]);
        assert_eq!(found, [None, Some("transition1.0.0.weight".to_owned())]);
    }
}
