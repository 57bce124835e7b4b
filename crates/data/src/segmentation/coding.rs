//! Meaning of the pixels of label pictures: values, positions in a palette, or colours.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Meaning of the pixels of label pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelCoding {
    /// 8-bit grey values are the classes' `ids` (Cityscapes, CamVid).
    #[default]
    Values,
    /// Positions in the palette of the file are the classes' `ids`, whatever its colours (PASCAL VOC,
    /// LabelMe, CVAT).
    Palette,
    /// Colours are the classes' `colour` (colour-coded exports of annotation tools).
    Colours,
}

impl LabelCoding {
    /// Accepted label pictures, for messages.
    pub(crate) fn accepted(self) -> &'static str {
        match self {
            Self::Values => "an 8-bit grey PNG",
            Self::Palette => "a palette or 8-bit grey PNG",
            Self::Colours => "a palette or 8-bit colour PNG",
        }
    }
}

/// Class of each value or colour of label pictures.
#[derive(Clone, Debug)]
pub struct Labelling {
    /// Meaning of the pixels.
    pub coding: LabelCoding,
    /// Class of each value: [`IGNORED`](super::IGNORED) for ignored values, `None` for those that the facts do not know.
    pub values: [Option<u8>; 256],
    /// Class of each known colour, of red, green and blue.
    pub colours: HashMap<[u8; 3], u8>,
}

impl Labelling {
    /// Grey values that stand for themselves.
    pub fn identity() -> Self {
        Self {
            coding: LabelCoding::Values,
            values: std::array::from_fn(|value| Some(value as u8)),
            colours: HashMap::new(),
        }
    }

    /// Classes of values, row by row of pictures of this width.
    pub(super) fn of_values(&self, mut pixels: Vec<u8>, width: usize) -> Result<Vec<u8>, String> {
        for (index, value) in pixels.iter_mut().enumerate() {
            *value = self.values[usize::from(*value)]
                .ok_or_else(|| unknown(&format!("value {value}"), index, width))?;
        }
        Ok(pixels)
    }

    /// Classes of red, green and blue, row by row of pictures of this width.
    pub(super) fn of_colours(&self, pixels: &[u8], width: usize) -> Result<Vec<u8>, String> {
        // Neighbours mostly have one colour.
        let mut last = ([0; 3], None);
        let (pixels, _) = pixels.as_chunks::<3>();
        let classes = pixels.iter().enumerate().map(|(index, &colour)| {
            if last.0 != colour || last.1.is_none() {
                last = (colour, self.colours.get(&colour).copied());
            }
            let [red, green, blue] = colour;
            last.1.ok_or_else(|| unknown(&format!("colour ({red}, {green}, {blue})"), index, width))
        });
        classes.collect()
    }
}

fn unknown(what: &str, index: usize, width: usize) -> String {
    format!(
        "{what} in row {}, column {} is not in the data set's facts",
        index / width,
        index % width
    )
}
