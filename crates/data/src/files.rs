//! Files of a data set where they are not those of its layout, and how they are read.

use std::path::PathBuf;

use rand::Rng;
use scalenas_base::rng;
use serde::{Deserialize, Serialize};

use crate::top_down::BoxPadding;

/// Part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Samples to learn from.
    Train,
    /// Held-out samples.
    Val,
}

impl Part {
    /// Name in layouts of data sets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
        }
    }
}

/// Files of a data set and how they are read, where that is not what its layout says.
///
/// Relative paths are below the folder of the data set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataFiles {
    /// Files of the training part.
    pub train: PartFiles,
    /// Files of the held-out part.
    pub val: PartFiles,
    /// Share of the pictures of the training part that are held out instead of a part of their own.
    pub val_share: Option<f64>,
    /// Category of the people, by name or id.
    pub category: Option<String>,
    /// Whether pictures are turned as their EXIF orientation tag says.
    pub apply_exif: bool,
    /// Boxes that top-down networks crop.
    pub boxes: BoxSource,
    /// Size of their crops relative to the boxes.
    pub box_padding: BoxPadding,
}

/// Boxes around people that top-down networks crop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BoxSource {
    /// Those of the annotations.
    #[default]
    Annotated,
    /// The whole picture, for pictures of one person or animal.
    Whole,
}

/// Files of one part of a data set in COCO format.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PartFiles {
    /// Annotation file.
    pub annotations: Option<PathBuf>,
    /// Folder of the pictures.
    pub images: Option<PathBuf>,
}

impl DataFiles {
    /// Whether all is as the layout says.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Files of a part; a part that is held out of the training part has its files.
    pub fn part(&self, part: Part) -> &PartFiles {
        match part {
            Part::Val if self.val_share.is_none() => &self.val,
            Part::Val | Part::Train => &self.train,
        }
    }
}

/// Whether each of the named pictures is held out: at least one is, and not all are.
///
/// The choice depends on the names alone: a picture that is added moves few others to the other part.
///
/// # Panics
/// When there are fewer than two names.
pub fn held_out(names: &[&str], share: f64) -> Vec<bool> {
    assert!(names.len() > 1, "two parts need two pictures");
    let mut order: Vec<(u64, usize)> =
        names.iter().enumerate().map(|(place, name)| (draw(name), place)).collect();
    order.sort_unstable();
    let count = (share * names.len() as f64).round() as usize;
    let mut chosen = vec![false; names.len()];
    for &(_, place) in &order[..count.clamp(1, names.len() - 1)] {
        chosen[place] = true;
    }
    chosen
}

/// Number of a name, equal on every machine.
fn draw(name: &str) -> u64 {
    rng::stream(0, name, &[]).next_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_held_out_share_depends_on_names_alone() {
        let names: Vec<String> = (0..200).map(|number| format!("frame{number:04}.jpg")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let chosen = held_out(&names, 0.1);
        assert_eq!(chosen.iter().filter(|&&is_chosen| is_chosen).count(), 20);
        let mut reversed = names.clone();
        reversed.reverse();
        let again: Vec<bool> = held_out(&reversed, 0.1).into_iter().rev().collect();
        assert_eq!(chosen, again);
        let fewer = held_out(&names[..180], 0.1);
        let moved = fewer.iter().zip(&chosen).filter(|(a, b)| a != b).count();
        assert!(moved <= 4, "{moved} pictures changed their part");
        assert_eq!(held_out(&names[..2], 0.01).iter().filter(|&&c| c).count(), 1);
        assert_eq!(held_out(&names[..2], 0.99).iter().filter(|&&c| c).count(), 1);
    }
}
