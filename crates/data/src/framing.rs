//! Framing: the part of a picture that becomes the input of a pose network.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use crate::bottom_up::Fit;
use crate::files::{BoxSource, DataFiles};
use crate::top_down::{BoxCrop, BoxPadding};

/// Part of a picture that a pose network has learnt to look at, read from the key `picture` of a head in
/// descriptions of exported networks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Framing {
    /// Boxes that top-down networks crop.
    pub boxes: BoxSource,
    /// Size of their crops relative to the boxes.
    #[serde(rename = "padding")]
    pub box_padding: BoxPadding,
    /// Side of a picture that becomes the input of bottom-up networks.
    pub fit: Fit,
}

impl Framing {
    /// Framing of networks that learn from these files, bottom-up with this fit.
    pub fn of(files: &DataFiles, fit: Fit) -> Self {
        Self { boxes: files.boxes, box_padding: files.box_padding, fit }
    }

    /// Framing with another padding, if one is given.
    #[must_use]
    pub fn padded(self, box_padding: Option<BoxPadding>) -> Self {
        Self { box_padding: box_padding.unwrap_or(self.box_padding), ..self }
    }

    /// Crops of a top-down network with this input.
    pub fn crop(&self, input: Size) -> BoxCrop {
        BoxCrop { input, padding: self.box_padding }
    }
}
