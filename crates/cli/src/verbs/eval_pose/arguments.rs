//! Arguments of `eval-pose`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use scalenas_base::Size;
use scalenas_data::bottom_up::Fit;
use scalenas_data::{BoxPadding, Framing};

use crate::arguments::{
    DataArguments, DeviceArguments, FlipTest, NetworkArguments, PoseHead, PrecisionArguments,
    values,
};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask eval-pose --results results.json --annotations person_keypoints_val2017.json
  cargo xtask eval-pose --run runs/quick --arch largest --data datasets/coco
  cargo xtask eval-pose --run runs/quick --arch largest --scales 0.85 1 1.15
  cargo xtask eval-pose --run runs/quick --arch runs/quick/search/best.ron --detections boxes.json --pictures out/
  cargo xtask eval-pose --head bottom-up --weights higher_hrnet.safetensors --data datasets/coco --scales 0.5 1 1.5
  cargo xtask eval-pose --run runs/crowd --suppress 0.4 --count-above 0.15";

/// Side of a picture that becomes the input of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SideFit {
    /// The shorter side, as published
    Shorter,
    /// The longer side: all of the picture in a square
    Longer,
}

impl From<SideFit> for Fit {
    fn from(side: SideFit) -> Self {
        match side {
            SideFit::Shorter => Self::Shorter,
            SideFit::Longer => Self::Longer,
        }
    }
}

/// Arguments of `eval-pose`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("scored").required(true).args(["results", "run", "weights"]))]
pub struct Arguments {
    /// COCO results to score
    #[arg(long, requires = "annotations", conflicts_with_all = ["arch", "data", "split", "precision"])]
    pub results: Option<PathBuf>,
    /// COCO annotations [default: those of the data set]
    #[arg(long)]
    pub annotations: Option<PathBuf>,
    /// Network.
    #[command(flatten)]
    pub network: NetworkArguments,
    /// Data set.
    #[command(flatten)]
    pub data: DataArguments,
    /// Part of the data set
    #[arg(long, default_value = "val", value_parser = ["train", "val"])]
    pub split: String,
    /// Folder of the pictures [default: that of the split]
    #[arg(long)]
    pub images: Option<PathBuf>,
    /// Person boxes in COCO results format, instead of the annotated boxes
    #[arg(long, conflicts_with = "results")]
    pub detections: Option<PathBuf>,
    /// Boxes of --detections with a lower score are left out
    #[arg(long, default_value_t = 0.0, value_parser = values::score, requires = "detections")]
    pub box_threshold: f64,
    /// Size of crops relative to the boxes [default: the network's, else 1.25]
    #[arg(long, value_name = "FACTOR", value_parser = values::box_padding, conflicts_with = "results")]
    pub box_padding: Option<BoxPadding>,
    /// Category of the people in annotation files, by name or id [default: the run's, else that with their
    /// joints]
    #[arg(long)]
    pub category: Option<String>,
    /// Joints: coco, crowdpose or a RON file of facts [default: the network's, else those of the one such file in the
    /// data set's folder, else coco]
    #[arg(long)]
    pub facts: Option<String>,
    /// Method of pose estimation; must be that of the network [default: that of the network]
    #[arg(long, value_enum, conflicts_with = "results")]
    pub head: Option<PoseHead>,
    /// Sizes at which people are looked at, as factors of the usual one, which must be among them; predictions
    /// are averaged
    #[arg(long, num_args = 1.., default_values_t = [1.0], value_parser = values::factor, conflicts_with = "results")]
    pub scales: Vec<f64>,
    /// Bottom-up: the side of a picture that becomes the network's input; fitted by the longer one,
    /// all pictures have one size, with black borders [default: the run's, else shorter]
    #[arg(long, value_enum, conflicts_with = "results")]
    pub fit: Option<SideFit>,
    /// Bottom-up: of poses that are more alike than this OKS, keep the best [default: keep all]
    #[arg(long, value_parser = values::share, conflicts_with = "results")]
    pub suppress: Option<f64>,
    /// Count the people of each picture too: results with a higher score than this
    #[arg(long, value_name = "SCORE", value_parser = values::share)]
    pub count_above: Option<f64>,
    /// Height and width of the input [default: the network's, else 256x192, bottom-up 512x512, of which the
    /// shorter side counts]
    #[arg(long, value_parser = values::size, conflicts_with = "results")]
    pub input: Option<Size>,
    /// Average the predictions of the picture and of its mirror image
    #[arg(long, value_enum, default_value_t = FlipTest::On, conflicts_with = "results")]
    pub flip_test: FlipTest,
    /// Write the COCO results here
    #[arg(long, conflicts_with = "results")]
    pub out: Option<PathBuf>,
    /// Write pictures with the predictions drawn here
    #[arg(long, conflicts_with = "results")]
    pub pictures: Option<PathBuf>,
    /// Crops per batch (top-down)
    #[arg(long, default_value_t = 32, value_parser = values::count)]
    pub batch: usize,
    /// Number format.
    #[command(flatten)]
    pub precision: PrecisionArguments,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}

impl Arguments {
    /// Framing of a network, with what is asked otherwise.
    pub fn framing(&self, own: Framing) -> Framing {
        let fit = self.fit.map_or(own.fit, Into::into);
        Framing { fit, ..own.padded(self.box_padding) }
    }
}
