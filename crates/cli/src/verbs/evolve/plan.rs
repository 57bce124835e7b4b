//! Plan of a search: what is searched, how, and where its scores are.

use std::path::PathBuf;

use scalenas_archive::Place;
use scalenas_data::Reading;
use scalenas_evolve::SearchConfig;
use scalenas_space::latency::LatencyTable;
use scalenas_train::{Precision, RunFolder};

use crate::task::Variation;

/// Supernet, options and data of a search.
pub struct SearchPlan {
    /// Run of the supernet.
    pub run: RunFolder,
    /// Options of the search.
    pub config: SearchConfig,
    /// Data set folder.
    pub data: PathBuf,
    /// Augmentation of calibration samples: that of training.
    pub variation: Variation,
    /// Maximum number of people (top-down) or pictures to score on; 0 for all.
    pub samples: usize,
    /// Treatment of bad pictures.
    pub reading: Reading,
    /// Milliseconds on a device, the price of candidates in the place of multiply-accumulates.
    pub latency: Option<LatencyTable>,
    /// Number of seeds, from that of the options on, with which the search is made.
    pub seeds: usize,
    /// Whether to replace an existing search.
    pub fresh: bool,
    /// Archive of scores; that in the folder of the search where none is named.
    pub archive: Option<Place>,
    /// Whether the archive gets the run, too.
    pub share: bool,
    /// Part of the process in the search.
    pub role: Role,
    /// Number format of features of calibration and predictions.
    pub precision: Precision,
    /// Name of the device.
    pub device: String,
}

/// Part of a process in a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It owns the folder of the search and writes the results.
    Owner,
    /// It helps to score and writes no files.
    Worker,
}
