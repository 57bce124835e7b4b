//! Table of the verbs.

use clap::{Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::context::{Stop, program};
use crate::render::Output;
use crate::verbs::{
    archive, bench, check_data, check_device, completions, cost, eval_class, eval_pose, eval_seg,
    evolve, export, finetune, import, infer, latency, manual, quickstart, rank, report, supernet,
    synth,
};

/// Neural architecture search for multi-scale vision networks.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Cli {
    /// One machine-readable JSON object on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Verb with its arguments.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Verbs; the examples of each stand beside its arguments.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Synthetic pictures, a supernet, a search, scores and a report: everything in minutes
    Quickstart(quickstart::Arguments),
    /// Write a data set of synthetic people (COCO format), streets (Cityscapes format) or shapes (folders)
    Synth(synth::Arguments),
    /// Find trouble in a data set before anything is learnt from it, and guess its facts
    CheckData(check_data::Arguments),
    /// Train a weight-sharing supernet
    Supernet(supernet::Arguments),
    /// Search a trained supernet for networks of any budget
    Evolve(evolve::Arguments),
    /// List, export, merge and clean up databases of scores
    Archive(archive::Arguments),
    /// Train one network of a run further, or from nothing
    Finetune(finetune::Arguments),
    /// Ask whether the supernet ranks networks as trainings of their own do
    Rank(rank::Arguments),
    /// Score networks, or a file of COCO results, by COCO keypoint AP
    EvalPose(eval_pose::Arguments),
    /// Score networks by the mean IoU of their segmentation
    EvalSeg(eval_seg::Arguments),
    /// Score networks by the share of pictures that they classify right
    EvalClass(eval_class::Arguments),
    /// Exact parameters and multiply-accumulates of an architecture
    Cost(cost::Arguments),
    /// Write a network for other runtimes: ONNX, safetensors, PyTorch
    Export(export::Arguments),
    /// Predict plain pictures and videos: joints or classes, as files and drawn
    Infer(infer::Arguments),
    /// Turn a PyTorch checkpoint (supernet, HRNet, HigherHRNet) into a file of this program
    Import(import::Arguments),
    /// Write the report page of a run
    Report(report::Arguments),
    /// Measure inference and training steps
    Bench(bench::Arguments),
    /// Measure the milliseconds of a space's parts on a device, for searches
    Latency(latency::Arguments),
    /// Compare every operation on a device, and its gradients, with the processor's
    CheckDevice(check_device::Arguments),
    /// Print a script that completes verbs and arguments in a shell
    Completions(completions::Arguments),
    /// Write manual pages, and the reference of all verbs and keys
    Manual(manual::Arguments),
}

/// Arguments of the process; ends it after help and after arguments that are not accepted.
pub fn parse() -> Cli {
    let matches = command().get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The command with the name that the program was started by.
fn command() -> Command {
    named(program::name(), program::examples)
}

/// The command of the installed program.
fn installed() -> Command {
    named(program::INSTALLED, program::installed_examples)
}

fn named(name: &'static str, examples: fn(&str) -> String) -> Command {
    Cli::command().name(name).bin_name(name).mut_subcommands(|verb| {
        let text = verb.get_after_help().map(ToString::to_string);
        match text {
            Some(text) => verb.after_help(examples(&text)),
            None => verb,
        }
    })
}

/// Runs a verb.
pub fn dispatch(verb: Verb, output: Output) -> anyhow::Result<()> {
    match verb {
        Verb::Quickstart(arguments) => quickstart::run(&arguments, output, &Stop::install()?),
        Verb::Synth(arguments) => synth::run(&arguments, output),
        Verb::CheckData(arguments) => check_data::run(&arguments, output),
        Verb::Supernet(arguments) => supernet::run(&arguments, output, &Stop::install()?),
        Verb::Evolve(arguments) => evolve::run(&arguments, output, &Stop::install()?),
        Verb::Archive(arguments) => archive::run(&arguments, output),
        Verb::Finetune(arguments) => finetune::run(&arguments, output, &Stop::install()?),
        Verb::Rank(arguments) => rank::run(&arguments, output, &Stop::install()?),
        Verb::EvalPose(arguments) => eval_pose::run(&arguments, output),
        Verb::EvalSeg(arguments) => eval_seg::run(&arguments, output),
        Verb::EvalClass(arguments) => eval_class::run(&arguments, output),
        Verb::Cost(arguments) => cost::run(&arguments, output),
        Verb::Export(arguments) => export::run(&arguments, output),
        Verb::Infer(arguments) => infer::run(&arguments, output),
        Verb::Import(arguments) => import::run(&arguments, output),
        Verb::Report(arguments) => report::run(&arguments, output),
        Verb::Bench(arguments) => bench::run(&arguments, output),
        Verb::Latency(arguments) => latency::run(&arguments, output),
        Verb::CheckDevice(arguments) => check_device::run(&arguments, output),
        Verb::Completions(arguments) => completions::run(&arguments, &installed()),
        Verb::Manual(arguments) => manual::run(&arguments, &installed(), output),
    }
}
