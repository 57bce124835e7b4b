//! Bottom-up pose: heatmaps and tags of all people in a picture.

use scalenas_base::Size;
use scalenas_data::bottom_up::Fit;
use scalenas_space::layers::{BOTTOM_UP_BLOCKS, ConvKind};
use serde_json::{Value as Json, json};

use super::interface::{Maps, Task};
use crate::error::Result;
use crate::graph::Value;
use crate::network::{Unit, Writer};
use crate::outputs::Outputs;
use crate::source::Source;

/// Input pixels per pixel of the coarse and of the fine maps.
const STRIDES: [usize; 2] = [4, 2];

/// Bottom-up pose.
pub struct BottomUp {
    pub joints: usize,
}

impl Task for BottomUp {
    fn name(&self) -> &'static str {
        "bottom_up"
    }

    fn write(&self, writer: &mut Writer<'_>, branches: &[&Value]) -> Result<Maps> {
        let coarse = writer.pointwise("final_layers.0", branches[0])?;
        let features = writer.side_by_side("deconv_layers.0.features", &[branches[0], &coarse]);
        let unit = Unit {
            stride: 2,
            kind: ConvKind::Transposed,
            ..Unit::plain("deconv_layers.0.0.0", "deconv_layers.0.0.1")
        };
        let mut x = writer.unit(&unit, &features, None)?;
        for block in 1..=BOTTOM_UP_BLOCKS {
            x = writer.basic_block(&format!("deconv_layers.0.{block}.0"), &x)?;
        }
        let fine = writer.pointwise("final_layers.1", &x)?;
        Ok(Maps { coarse, fine: Some(fine) })
    }

    fn add_maps(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>) {
        let [coarse, fine] = STRIDES.map(|stride| input.divided(stride));
        let contents = "one heatmap per joint, then one tag per joint";
        outputs.maps("heatmaps_and_tags", &maps.coarse, (2 * self.joints, coarse), contents);
        let value = maps.fine.as_ref().expect("the head has finer maps");
        outputs.maps("fine_heatmaps", value, (self.joints, fine), "one heatmap per joint");
    }

    /// Grouping joints into people is an assignment problem, for which graphs have no operator.
    fn decodes(&self) -> bool {
        false
    }

    fn add_decoded(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>) {
        self.add_maps(maps, input, outputs);
    }

    fn picture(&self, source: &Source) -> Json {
        let crop = match source.framing.fit {
            Fit::Shorter => {
                "the whole picture, its shorter side scaled to the shorter side of the input"
            }
            Fit::Longer => {
                "the whole picture, its longer side scaled to the side of the input, black beside it"
            }
        };
        json!({
            "crop": crop,
            "fit": source.framing.fit,
            "heatmaps": "average of the coarse heatmaps, enlarged twice with bilinear values, and the \
                         fine ones",
            "grouping": "peaks of the heatmaps are joined to people by the nearest tags",
        })
    }
}
