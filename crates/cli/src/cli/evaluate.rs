//! What the verbs that score networks take.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use super::{PoseHead, parse_count, parse_scale, parse_share, parse_size};
use crate::device::DeviceChoice;

/// Whether the mirrored picture is looked at as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Flip {
    /// Average both
    On,
    /// The picture alone
    Off,
}

/// The side of a picture that is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SideFit {
    /// As published
    Shorter,
    /// All of it in a square
    Longer,
}

/// Options of `eval-pose`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("scored").required(true).args(["results", "run", "weights"]))]
pub struct EvalPose {
    /// COCO results to score
    #[arg(long, requires = "annotations")]
    pub results: Option<PathBuf>,
    /// COCO annotations [default: those of the data set]
    #[arg(long)]
    pub annotations: Option<PathBuf>,
    /// Run folder of a supernet
    #[arg(long)]
    pub run: Option<PathBuf>,
    /// A single network's file
    #[arg(long)]
    pub weights: Option<PathBuf>,
    /// Architecture: smallest, middle, hrnet, largest, best or an id of the run's search, or a
    /// file
    #[arg(long, default_value = "largest")]
    pub arch: String,
    /// Data set folder in COCO layout; overrides the run's
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Part of the data set
    #[arg(long, default_value = "val", value_parser = ["train", "val"])]
    pub split: String,
    /// Folder of the pictures [default: that of the split]
    #[arg(long)]
    pub images: Option<PathBuf>,
    /// Person boxes in COCO results format, instead of the annotated boxes
    #[arg(long)]
    pub detections: Option<PathBuf>,
    /// Boxes with a lower score are left out
    #[arg(long, default_value_t = 0.0)]
    pub box_threshold: f64,
    /// Joints: coco, crowdpose or a RON file of facts
    #[arg(long)]
    pub facts: Option<String>,
    /// How the network finds people [default: what the network says]
    #[arg(long, value_enum)]
    pub head: Option<PoseHead>,
    /// Bottom-up: sizes to look at, as factors of the input; one of them is 1
    #[arg(long, num_args = 1.., default_values_t = [1.0], value_parser = parse_scale)]
    pub scales: Vec<f64>,
    /// Bottom-up: the side of a picture that becomes the network's input; fitted by the longer one,
    /// all pictures have one size, with black borders [default: the run's, else shorter]
    #[arg(long, value_enum)]
    pub fit: Option<SideFit>,
    /// Bottom-up: of poses that are more alike than this OKS, keep the best [default: keep all]
    #[arg(long, value_parser = parse_share)]
    pub suppress: Option<f64>,
    /// Count the people of each picture too: results with a higher score than this
    #[arg(long, value_name = "SCORE", value_parser = parse_share)]
    pub count_above: Option<f64>,
    /// Height and width of the network's input [default: the run's; for a file 256x192, bottom-up
    /// 512x512, of which the shorter side counts]
    #[arg(long, value_parser = parse_size)]
    pub input: Option<(usize, usize)>,
    /// Look at the mirrored crop as well
    #[arg(long, value_enum, default_value_t = Flip::On)]
    pub flip_test: Flip,
    /// Write the COCO results here
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Write pictures with the predictions drawn here
    #[arg(long)]
    pub pictures: Option<PathBuf>,
    /// Leave out pictures that are missing or damaged, and say how many
    #[arg(long)]
    pub skip_bad_images: bool,
    /// Crops in a batch
    #[arg(long, default_value_t = 32, value_parser = parse_count)]
    pub batch: usize,
    /// Where to compute: cpu, wgpu[:N], vulkan[:N], cuda[:N]
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
}

/// Options of `eval-seg`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("net").required(true).args(["run", "weights"]))]
pub struct EvalSeg {
    /// Run folder of a supernet
    #[arg(long)]
    pub run: Option<PathBuf>,
    /// A single network's file
    #[arg(long)]
    pub weights: Option<PathBuf>,
    /// Architecture: smallest, middle, hrnet, largest, best or an id of the run's search, or a
    /// file
    #[arg(long, default_value = "largest")]
    pub arch: String,
    /// Data set folder; overrides the run's
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Part of the data set: train, val, test or another folder of it
    #[arg(long, default_value = "val")]
    pub split: String,
    /// List of pictures and their labels, a line each, instead of a part
    #[arg(long)]
    pub list: Option<PathBuf>,
    /// Classes: cityscapes or a RON file of facts
    #[arg(long)]
    pub facts: Option<String>,
    /// Sizes to look at, as factors of the picture's own
    #[arg(long, num_args = 1.., default_values_t = [1.0], value_parser = parse_scale)]
    pub scales: Vec<f64>,
    /// Look at the mirrored picture as well
    #[arg(long, value_enum, default_value_t = Flip::Off)]
    pub flip_test: Flip,
    /// Height and width of sliding windows [default: the whole picture at once]
    #[arg(long, value_parser = parse_size)]
    pub window: Option<(usize, usize)>,
    /// Most pictures to look at; 0 for all
    #[arg(long, default_value_t = 0)]
    pub most: usize,
    /// Write pictures with the predicted classes laid over them here
    #[arg(long)]
    pub pictures: Option<PathBuf>,
    /// Write label pictures for the benchmark's server here
    #[arg(long)]
    pub submission: Option<PathBuf>,
    /// Leave out pictures that are missing or damaged, and say how many
    #[arg(long)]
    pub skip_bad_images: bool,
    /// Where to compute: cpu, wgpu[:N], vulkan[:N], cuda[:N]
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
}
