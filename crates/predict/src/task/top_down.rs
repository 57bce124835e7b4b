//! Joints of the one person or animal in a box.

use scalenas_base::{Image8, Size};
use scalenas_data::pictures::{Direction, crop_affine, warp_bilinear};
use scalenas_data::top_down::crop_of_box;
use scalenas_data::{BoxCrop, HeatmapCodec};

use super::interface::{Joint, Predicted, Task};
use crate::description::Description;
use crate::error::Result;

/// Top-down pose.
pub struct TopDown {
    codec: HeatmapCodec,
    names: Vec<String>,
    form: BoxCrop,
}

impl TopDown {
    pub fn new(description: &Description) -> Result<Self> {
        let (input, names) = (description.input, description.head.joints.clone());
        let form = description.head.picture.crop(input);
        Ok(Self { codec: HeatmapCodec::new(input, names.len())?, names, form })
    }
}

/// The whole picture as a box.
fn whole(size: Size) -> [f64; 4] {
    [0.0, 0.0, size.width as f64, size.height as f64]
}

impl Task for TopDown {
    fn crop(&self, picture: &Image8, bbox: Option<[f64; 4]>) -> Result<Image8> {
        let (center, scale) = crop_of_box(bbox.unwrap_or(whole(picture.size())), self.form);
        let map = crop_affine(center, scale, 0.0, self.form.input, Direction::Forward);
        Ok(warp_bilinear(picture, &map, self.form.input))
    }

    fn decode(
        &self,
        maps: &[f32],
        _crop: Size,
        size: Size,
        bbox: Option<[f64; 4]>,
    ) -> Result<Predicted> {
        let (center, scale) = crop_of_box(bbox.unwrap_or(whole(size)), self.form);
        let decoded = self.codec.decode(maps, &[center], &[scale]).into_iter().next();
        let decoded = decoded.expect("one crop was decoded");
        let joints = self.names.iter().zip(decoded.keypoints.iter().zip(&decoded.scores));
        let joint = |(name, (&at, &score)): (&String, _)| Joint { name: name.clone(), at, score };
        Ok(Predicted::Joints(joints.map(joint).collect()))
    }
}
