//! What can be typed.

mod evaluate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use scalenas_train::Precision;

use crate::device::DeviceChoice;
pub use evaluate::{EvalPose, EvalSeg, Flip, SideFit};

/// Neural architecture search for multi-scale vision networks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, propagate_version = true)]
pub struct Cli {
    /// One machine-readable JSON object on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Synthetic pictures, a supernet, a search, scores and a report: everything in minutes
    #[command(
        after_help = "Examples:\n  cargo xtask quickstart\n  cargo xtask quickstart --task segmentation --out runs/streets\n  cargo xtask quickstart --head bottom-up --out runs/crowds\n  cargo xtask quickstart --seed 7 --out runs/seven"
    )]
    Quickstart(Quickstart),
    /// Write a data set of synthetic people (COCO format) or streets (Cityscapes format)
    #[command(
        after_help = "Examples:\n  cargo xtask synth --out datasets/synthetic --train 400 --val 100\n  cargo xtask synth --task segmentation --out datasets/streets --size 128x256"
    )]
    Synth(Synth),
    /// Train a weight-sharing supernet
    #[command(
        after_help = "Examples:\n  cargo xtask supernet --config configs/pose/quick.ron --data datasets/coco\n  cargo xtask supernet --resume runs/quick\n  cargo xtask supernet --config configs/pose/quick.ron --dry-run"
    )]
    Supernet(SupernetArguments),
    /// Search a trained supernet for networks of any budget
    #[command(
        after_help = "Examples:\n  cargo xtask evolve --run runs/quick\n  cargo xtask evolve --run runs/quick --max-gmacs 0.05 --generations 10"
    )]
    Evolve(EvolveArguments),
    /// Score networks, or a file of COCO results, by COCO keypoint AP
    #[command(
        after_help = "Examples:\n  cargo xtask eval-pose --results results.json --annotations person_keypoints_val2017.json\n  cargo xtask eval-pose --run runs/quick --arch largest --data datasets/coco\n  cargo xtask eval-pose --run runs/quick --arch runs/quick/search/best.ron --detections boxes.json --pictures out/\n  cargo xtask eval-pose --head bottom-up --weights higher_hrnet.safetensors --data datasets/coco --scales 0.5 1 1.5\n  cargo xtask eval-pose --run runs/crowd --suppress 0.4 --count-above 0.15"
    )]
    EvalPose(EvalPose),
    /// Score networks by the mean IoU of their segmentation
    #[command(
        after_help = "Examples:\n  cargo xtask eval-seg --run runs/streets --data datasets/cityscapes\n  cargo xtask eval-seg --run runs/streets --arch best --scales 0.5 1 1.5 --flip-test on --pictures out/\n  cargo xtask eval-seg --weights S1.safetensors --data datasets/cityscapes --split test --submission out/"
    )]
    EvalSeg(EvalSeg),
    /// Exact parameters and multiply-accumulates of an architecture
    #[command(
        after_help = "Examples:\n  cargo xtask cost --arch P2.json --input 256x192\n  cargo xtask cost --arch hrnet --space pose_w48 --input 384x288 --json"
    )]
    Cost(Cost),
    /// Turn a PyTorch checkpoint (supernet, HRNet, HigherHRNet) into a file of this program
    #[command(
        after_help = "Example:\n  cargo xtask import --pth pose_hrnet_w32_256x192.pth --out hrnet_w32.safetensors"
    )]
    Import(Import),
    /// Write the report page of a run
    #[command(after_help = "Example:\n  cargo xtask report --run runs/quick")]
    Report(ReportArguments),
    /// Measure inference and training steps
    #[command(
        after_help = "Examples:\n  cargo xtask bench --arch P2.json --width 32 --input 256x192 --batch 8 --mode train --json\n  cargo xtask bench --arch P2.json --batch 1 8 --mode infer train --against torch.jsonl"
    )]
    Bench(Bench),
    /// Compare every operation on a device, and its gradients, with the processor's
    #[command(
        after_help = "Examples:\n  cargo xtask --features cuda check-device --device cuda\n  cargo xtask --features vulkan check-device --device vulkan --space segmentation_w48 --input 512x1024 --batch 1\n  cargo xtask check-device --space tiny --input 64x64"
    )]
    CheckDevice(CheckDevice),
}

/// What networks are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Joints of people
    Pose,
    /// A class for every pixel
    Segmentation,
}

/// How people are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PoseHead {
    /// One person a crop
    TopDown,
    /// Everybody in a whole picture
    BottomUp,
}

/// Options of `quickstart`.
#[derive(Debug, Args)]
pub struct Quickstart {
    /// What networks are for
    #[arg(long, value_enum, default_value_t = Task::Pose, conflicts_with = "config")]
    pub task: Task,
    /// How people are found
    #[arg(long, value_enum, default_value_t = PoseHead::TopDown, conflicts_with = "config")]
    pub head: PoseHead,
    /// Folder for data, run and report
    #[arg(long, default_value = "runs/quickstart")]
    pub out: PathBuf,
    /// Experiment file [default: the built-in configs/quickstart.ron]
    #[arg(long)]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub changes: Changes,
    /// Where to compute: cpu, wgpu[:N], vulkan[:N], cuda[:N]
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
    /// Continue the run that is in the folder
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub force: bool,
}

/// What is changed of an experiment file.
#[derive(Debug, Args)]
pub struct Changes {
    /// Passes over the people or pictures [default: the file's]
    #[arg(long)]
    pub epochs: Option<usize>,
    /// People or pictures in a batch [default: the file's]
    #[arg(long)]
    pub batch: Option<usize>,
    /// Seed of everything that is drawn [default: the file's]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Change any key of the file: --set train.sampling=Largest --set search.survivors=20
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Changes {
    /// All of them as `KEY=VALUE`.
    pub fn list(&self) -> Vec<String> {
        let mut list = self.set.clone();
        list.extend(self.epochs.map(|epochs| format!("train.epochs={epochs}")));
        list.extend(self.batch.map(|batch| format!("train.batch={batch}")));
        for part in ["train", "search"] {
            list.extend(self.seed.map(|seed| format!("{part}.seed={seed}")));
        }
        list
    }
}

/// Options of `synth`.
#[derive(Debug, Args)]
pub struct Synth {
    /// What the pictures are for
    #[arg(long, value_enum, default_value_t = Task::Pose)]
    pub task: Task,
    /// Folder to write to
    #[arg(long)]
    pub out: PathBuf,
    /// Pictures to train on
    #[arg(long, default_value_t = 400, value_parser = parse_count)]
    pub train: usize,
    /// Held-out pictures
    #[arg(long, default_value_t = 100, value_parser = parse_count)]
    pub val: usize,
    /// Height and width of a picture [default: 240x320, streets 128x256]
    #[arg(long, value_parser = parse_size)]
    pub size: Option<(usize, usize)>,
    /// Most people in a picture; streets have as many as they have
    #[arg(long, default_value_t = 4)]
    pub people: usize,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Replace the data set that is in the folder
    #[arg(long)]
    pub force: bool,
}

/// Options of `supernet`.
#[derive(Debug, Args)]
pub struct SupernetArguments {
    /// Experiment file [default: the resumed run's]
    #[arg(long, required_unless_present = "resume")]
    pub config: Option<PathBuf>,
    /// Data set folder in the layout of the task; overrides the file's `data`
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder of the run [default: runs/NAME OF THE FILE]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Continue the run in this folder
    #[arg(long, conflicts_with_all = ["force", "out"])]
    pub resume: Option<PathBuf>,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub force: bool,
    /// Check everything and print the plan without training
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out pictures that are missing or damaged, and say how many
    #[arg(long)]
    pub skip_bad_images: bool,
    #[command(flatten)]
    pub changes: Changes,
    /// Where to compute: cpu, wgpu[:N], vulkan[:N], cuda[:N]
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
}

/// Options of `evolve`.
#[derive(Debug, Args)]
pub struct EvolveArguments {
    /// Folder of a trained supernet
    #[arg(long)]
    pub run: PathBuf,
    /// Experiment file whose `search` is used [default: the one that the run was made from]
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Data set folder; overrides the run's
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Start over although the run has a search already
    #[arg(long)]
    pub force: bool,
    /// Generations
    #[arg(long)]
    pub generations: Option<usize>,
    /// Networks above this many 10^9 multiply-accumulates are not considered
    #[arg(long)]
    pub max_gmacs: Option<f64>,
    /// Networks above this many million parameters are not considered
    #[arg(long)]
    pub max_mparams: Option<f64>,
    /// Most people or pictures that a candidate is scored on; 0 for all
    #[arg(long, default_value_t = 0)]
    pub people: usize,
    /// Leave out pictures that are missing or damaged, and say how many
    #[arg(long)]
    pub skip_bad_images: bool,
    /// Change any key of the file: --set search.survivors=20
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Where to compute: cpu, wgpu[:N], vulkan[:N], cuda[:N]
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
}

/// Options of `cost`.
#[derive(Debug, Args)]
pub struct Cost {
    /// Architecture: smallest, middle, hrnet, largest, or a file (.json, .ron, .npy)
    #[arg(long)]
    pub arch: String,
    /// Search space [default: what the file says]
    #[arg(long)]
    pub space: Option<String>,
    /// Height and width of the input [default: what the file says]
    #[arg(long, value_parser = parse_size)]
    pub input: Option<(usize, usize)>,
    /// List every layer
    #[arg(long)]
    pub layers: bool,
}

/// Options of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// PyTorch checkpoint
    #[arg(long)]
    pub pth: PathBuf,
    /// File to write (.safetensors)
    #[arg(long)]
    pub out: PathBuf,
    /// Take the single network of this architecture out of a supernet
    #[arg(long)]
    pub arch: Option<String>,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Run folder
    #[arg(long)]
    pub run: PathBuf,
    /// Page to write [default: report.html in the run folder]
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Forward of the extracted network with folded normalisation
    Infer,
    /// Forward, loss, backward and Adam
    Train,
}

/// Number format of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Float32
    F32,
    /// Bfloat16
    Bf16,
}

impl Format {
    /// As training calls it.
    pub fn precision(self) -> Precision {
        match self {
            Self::F32 => Precision::F32,
            Self::Bf16 => Precision::Bf16,
        }
    }

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}

/// Options of `bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// Architecture: smallest, middle, hrnet, largest, or a file
    #[arg(long, default_value = "hrnet")]
    pub arch: String,
    /// Width of the finest branch of the pose space
    #[arg(long, default_value_t = 32)]
    pub width: usize,
    /// Height and width of the input
    #[arg(long, default_value = "256x192", value_parser = parse_size)]
    pub input: (usize, usize),
    /// Batch sizes
    #[arg(long, num_args = 1.., default_values_t = [1, 8], value_parser = parse_count)]
    pub batch: Vec<usize>,
    /// What to measure
    #[arg(long, num_args = 1.., value_enum, default_values_t = [Mode::Infer, Mode::Train])]
    pub mode: Vec<Mode>,
    /// Number format of features; weights stay float32 in training
    #[arg(long, value_enum, default_value_t = Format::F32)]
    pub precision: Format,
    /// Repetitions, of which the median counts
    #[arg(long, default_value_t = 5)]
    pub reps: usize,
    /// JSON lines of another program to print ratios to: of those with the same mode, batch, width,
    /// input and dtype, the smallest `seconds` count; what a line does not say is not compared
    #[arg(long)]
    pub against: Option<PathBuf>,
    /// Where to compute: cpu, wgpu[:N], vulkan[:N], cuda[:N]
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
}

/// Options of `check-device`.
#[derive(Debug, Args)]
pub struct CheckDevice {
    /// Search space whose operations are compared
    #[arg(long, default_value = "pose_w32")]
    pub space: String,
    /// Height and width of the input
    #[arg(long, default_value = "256x192", value_parser = parse_size)]
    pub input: (usize, usize),
    /// Pictures in a batch
    #[arg(long, default_value_t = 2, value_parser = parse_count)]
    pub batch: usize,
    /// Number format of features on the device
    #[arg(long, value_enum, default_value_t = Format::F32)]
    pub precision: Format,
    /// Largest difference allowed, relative to the largest value [default: 1e-3 for f32, 3e-2 for bf16]
    #[arg(long, value_parser = parse_scale)]
    pub limit: Option<f64>,
    /// What is compared; cpu means its kernels beside the framework's own operations
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
}

/// At least one.
fn parse_count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&count: &usize| count > 0);
    count.ok_or_else(|| format!("{text:?} is not a number of at least 1"))
}

/// A positive factor.
fn parse_scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok().filter(|scale: &f64| scale.is_finite() && *scale > 0.0);
    scale.ok_or_else(|| format!("{text:?} is not a number above 0"))
}

/// A number from 0 to 1.
fn parse_share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share: &f64| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("{text:?} is not a number from 0 to 1"))
}

/// `HEIGHTxWIDTH`.
fn parse_size(text: &str) -> Result<(usize, usize), String> {
    let accepted = || format!("{text:?} is not HEIGHTxWIDTH, such as 256x192");
    let (height, width) = text.split_once('x').ok_or_else(accepted)?;
    match (height.parse(), width.parse()) {
        (Ok(height), Ok(width)) if height > 0 && width > 0 => Ok((height, width)),
        _ => Err(accepted()),
    }
}
