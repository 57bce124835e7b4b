//! Arguments of `infer`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use scalenas_base::Size;
use scalenas_data::BoxPadding;

use crate::arguments::{
    DataArguments, DeviceArguments, FlipTest, NetworkArguments, PrecisionArguments, Task, values,
};

/// Examples below the help text.
const EXAMPLES: &str = "\
Pictures are files, folders, patterns (\"a/*.jpg\"), videos (frame by frame, through ffmpeg), or - for a \
list of files on standard input. Networks that take a person at a time need --boxes: the whole picture, \
a JSON file (COCO annotations, or a list of {file_name, bbox}), or a run that finds people in whole pictures: \
of a bottom-up network, or of one that learnt them with --boxes whole.

Examples:
  cargo xtask infer --run runs/mine --arch best --boxes whole photos/ --pictures drawn/ --csv joints.csv
  cargo xtask infer --run runs/mine --arch best --boxes boxes.json photos/*.jpg --out joints.json
  cargo xtask infer --run runs/mine --arch best --boxes runs/crowd clip.mp4 --pictures drawn/
  cargo xtask infer --weights net.safetensors --input 360x480 streets/ --labels labels/
  find photos -name '*.png' | cargo xtask infer --run runs/mine --boxes whole - --out joints.json";

/// Arguments of `infer`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("net").required(true).args(["run", "weights"]))]
#[command(group = ArgGroup::new("results").required(true).multiple(true).args(["out", "csv", "pictures", "labels"]))]
pub struct Arguments {
    /// Network.
    #[command(flatten)]
    pub network: NetworkArguments,
    /// Files, folders, patterns or videos; - for a list on standard input
    #[arg(required = true, value_name = "PICTURES")]
    pub inputs: Vec<PathBuf>,
    /// Boxes around people: whole, a JSON file, or a run that finds people in whole pictures
    #[arg(long)]
    pub boxes: Option<PathBuf>,
    /// Architecture of the run of --boxes [default: as for --arch]
    #[arg(long, requires = "boxes", value_name = "ARCH")]
    pub boxes_arch: Option<String>,
    /// Size of crops relative to the boxes [default: the network's, else 1.25]
    #[arg(long, value_name = "FACTOR", value_parser = values::box_padding)]
    pub box_padding: Option<BoxPadding>,
    /// Write the results here: people as a COCO data set, or pixels per class
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Write the results as a table here: a row per person, or per segmented picture
    #[arg(long)]
    pub csv: Option<PathBuf>,
    /// Write pictures, and videos, with the predictions drawn here
    #[arg(long)]
    pub pictures: Option<PathBuf>,
    /// Segmentation: write label pictures here
    #[arg(long)]
    pub labels: Option<PathBuf>,
    /// People with a lower score are left out
    #[arg(long, value_name = "SCORE", value_parser = values::score)]
    pub least_score: Option<f64>,
    /// Joints with a lower score are not drawn, and not visible (0) in --out [default: 0.05]
    #[arg(long, value_name = "SCORE", value_parser = values::score)]
    pub least_joint_score: Option<f64>,
    /// Height and width of the input [default: the network's, else that usual for its task]
    #[arg(long, value_parser = values::size)]
    pub input: Option<Size>,
    /// Sizes to predict at, as factors of the usual one, whose predictions are averaged; for people, 1 must be
    /// among them
    #[arg(long, num_args = 1.., default_values_t = [1.0], value_parser = values::factor)]
    pub scales: Vec<f64>,
    /// Average the predictions of the picture and of its mirror image
    #[arg(long, value_enum, default_value_t = FlipTest::Off)]
    pub flip_test: FlipTest,
    /// Task whose head predicts, where the network has several
    #[arg(long, value_enum)]
    pub task: Option<Task>,
    /// Names of joints or classes, built in or a RON file [default: the run's]
    #[arg(long)]
    pub facts: Option<String>,
    /// Crops per batch
    #[arg(long, default_value_t = 16, value_parser = values::count)]
    pub batch: usize,
    /// Threads that read pictures
    #[arg(long, default_value_t = 2, value_parser = values::count)]
    pub workers: usize,
    /// Data set of the pictures that calibrate the network.
    #[command(flatten)]
    pub data: DataArguments,
    /// Number format.
    #[command(flatten)]
    pub precision: PrecisionArguments,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
