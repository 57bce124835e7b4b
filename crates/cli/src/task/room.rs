//! Interface of a task in the runner.

use std::path::Path;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_export::Facts;
use scalenas_space::Head;
use scalenas_train::{HeldOut, TaskSource, TrainingSet};

use super::checked::{CheckRequest, CheckedPart};
use super::request::Request;
use crate::experiment::synthetic::Synthetic;
use crate::render::Output;

/// Pictures with predictions on the page of a report.
pub const SAMPLES: usize = 6;

/// A task: its facts, data and synthetic data.
pub trait Room {
    /// Name of the facts of its best-known data set.
    fn facts(&self) -> &'static str;

    /// Facts that the folder of a data set says itself, if it does: in one file, or by its own folders.
    fn facts_in(&self, _data: &Path) -> Result<Option<String>> {
        Ok(None)
    }

    /// Head with as many outputs as the facts have joints or classes.
    fn head(&self, facts: &str) -> Result<Head>;

    /// Checks the height and width of the network's input in pixels; `space` is for the message.
    fn check_input(&self, _input: Size, _space: &str) -> Result<()> {
        Ok(())
    }

    /// Whether the network takes a person at a time.
    fn takes_boxes(&self) -> bool {
        false
    }

    /// Whether it finds people in whole pictures, without boxes.
    fn finds_people(&self) -> bool {
        false
    }

    /// Whether predictions are label pictures.
    fn writes_labels(&self) -> bool {
        false
    }

    /// Usual height and width of the input of a network that comes without its run.
    fn usual_input(&self) -> Size;

    /// Refuses sizes to predict at, as factors of the usual one, that the task does not take.
    fn check_scales(&self, _scales: &[f64]) -> Result<()> {
        Ok(())
    }

    /// Verb that scores networks of the task.
    fn scoring_verb(&self) -> &'static str;

    /// Height and width of the input that suit the pictures of a data set.
    fn suited_input(&self, _source: &TaskSource) -> Result<Size> {
        Ok(self.usual_input())
    }

    /// Names for the description of an exported network.
    fn exported_facts(&self, facts: &str) -> Result<Facts>;

    /// Native results of what an exported network decodes, in the order of its outputs, from maps
    /// `[count, outputs, height / 4, width / 4]`.
    fn decode(&self, maps: &[f32], count: usize, input: Size) -> Result<Vec<TensorData>>;

    /// Training data, varied.
    fn training(&self, request: &Request<'_>, source: &TaskSource) -> Result<TrainingSet>;

    /// Held-out data, without variation.
    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut>;

    /// Text of a file of facts guessed from the training part; `name` is that of the data set.
    fn guess_facts(&self, source: &TaskSource, name: &str) -> Result<String>;

    /// Checks a part of a data set before anything is learnt from it.
    fn check_data(&self, request: &CheckRequest<'_>) -> Result<CheckedPart>;

    /// Held-out samples that give the [`SAMPLES`] pictures of a report.
    fn report_size(&self) -> usize {
        SAMPLES
    }

    /// Draws a synthetic data set into a folder.
    fn synthesise(
        &self,
        synthetic: &Synthetic,
        seed: u64,
        data: &Path,
        output: Output,
    ) -> Result<()>;
}
