//! Predictions on plain pictures: requests to a task and its answers.

use std::path::{Path, PathBuf};

use scalenas_base::Size;
use scalenas_data::{Framing, Reading};
use scalenas_train::FlipTest;
use serde_json::Value;

use crate::render::Output;

/// A picture to predict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Name in results: the path as it was given.
    pub name: String,
    /// Name of files about the picture: the path below the folder that all pictures share.
    pub short: String,
    /// The file.
    pub path: PathBuf,
    /// Height and width.
    pub size: Size,
}

/// A box around a person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxAround {
    /// Position of the picture in the list.
    pub picture: usize,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Confidence of whoever found it.
    pub score: f64,
}

/// Pictures to predict, with the settings of the prediction.
pub struct InferRequest<'a> {
    /// Pictures, in the order of the results.
    pub pictures: &'a [Picture],
    /// Boxes, for tasks that take a person at a time.
    pub boxes: &'a [BoxAround],
    /// Name or file of the facts.
    pub facts: &'a str,
    /// Height and width of the network's input.
    pub input: Size,
    /// Part of a picture that becomes the input of a pose network.
    pub framing: Framing,
    /// Divisor of the sides of inputs, in pixels.
    pub cell: usize,
    /// Whether mirrored pictures are predicted as well.
    pub flip: FlipTest,
    /// Sizes to predict at, as factors of the usual one.
    pub scales: &'a [f64],
    /// Crops per batch.
    pub batch: usize,
    /// Threads that read pictures.
    pub workers: usize,
    /// Reading of the pictures.
    pub reading: Reading,
    /// People with a lower score are left out.
    pub least_score: f64,
    /// Joints with a lower score are not visible.
    pub least_joint_score: f64,
    /// Folder of pictures with the predictions drawn.
    pub drawn: Option<&'a Path>,
    /// Folder of label pictures.
    pub labels: Option<&'a Path>,
    /// Streams.
    pub output: Output,
}

/// Predictions of a task.
pub trait Predicted {
    /// The results as one JSON document.
    fn to_json(&self, pictures: &[Picture]) -> Value;

    /// The results as a table, header first.
    fn to_rows(&self, pictures: &[Picture]) -> Vec<Vec<String>>;

    /// The results in a few words.
    fn summary(&self) -> String;
}
