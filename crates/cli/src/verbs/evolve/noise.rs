//! Noise of the scores of a front: how much they depend on which pictures were held out.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_eval::resampling::{deviation, share_ahead};
use scalenas_evolve::{Candidate, Outcome};
use scalenas_train::Figure;
use serde::{Deserialize, Serialize};

use crate::files::write_file;

/// Name of the file in the folder of a search.
const FILE: &str = "noise.json";
/// Maximum number of networks of a front whose scores are resampled.
const NETWORKS: usize = 32;
/// Share of the resampled sets of pictures from which on a network is ahead of another beyond noise.
const CERTAIN: f64 = 0.95;

/// Noise of the scores of a front.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Noise {
    /// Key of the evaluation that the scores belong to.
    evaluation: String,
    /// Networks by ascending cost.
    networks: Vec<NetworkNoise>,
}

/// Noise of the scores of a network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NetworkNoise {
    /// Id of the network.
    pub id: String,
    /// Standard deviation of its score over resampled sets of pictures, per task.
    pub deviation: Vec<f64>,
    /// Share of the sets in which it is ahead of the network before it, per task; empty for the first.
    pub ahead: Vec<f64>,
}

impl Noise {
    /// Noise of the front of a search: that of the file in `folder`, if it is of these networks, else measured.
    /// `resampled` gives the figures of a candidate on every resampled set of pictures, per task.
    ///
    /// # Errors
    /// Those of `resampled`, and if the file cannot be written.
    pub fn of_front(
        outcome: &Outcome,
        evaluation: &str,
        folder: &Path,
        resampled: impl Fn(&Candidate) -> Result<Vec<Vec<f64>>>,
    ) -> Result<Self> {
        let networks = outcome.spread_front(NETWORKS);
        if let Some(known) = Self::read(folder)
            && known.evaluation == evaluation
            && known.networks.iter().map(|network| &network.id).eq(networks.iter().map(|c| &c.id))
        {
            return Ok(known);
        }
        let mut noise = Self { evaluation: evaluation.to_owned(), networks: Vec::new() };
        let mut before: Option<Vec<Vec<f64>>> = None;
        for candidate in networks {
            let figures = resampled(candidate)?;
            let pairs = before.iter().flat_map(|before| figures.iter().zip(before));
            let ahead = pairs.filter_map(|(own, before)| share_ahead(own, before)).collect();
            let deviation = figures.iter().map(|figures| deviation(figures)).collect();
            noise.networks.push(NetworkNoise { id: candidate.id.clone(), deviation, ahead });
            before = Some(figures);
        }
        write_file(&folder.join(FILE), serde_json::to_string_pretty(&noise)?)?;
        Ok(noise)
    }

    /// Noise in the folder of a search; `None` where it was not measured or its file is damaged: it is measured again.
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(folder.join(FILE)).ok()?).ok()
    }

    /// Noise of the scores of a network.
    pub fn of(&self, id: &str) -> Option<&NetworkNoise> {
        self.networks.iter().find(|network| network.id == id)
    }

    /// Line about the steps along the front that pictures cannot tell apart; `None` without steps.
    pub fn line(&self, figures: &[Figure]) -> Option<String> {
        let steps = || self.networks.iter().filter(|network| !network.ahead.is_empty());
        let certain = |network: &&NetworkNoise| network.ahead.iter().any(|share| *share >= CERTAIN);
        let (all, beyond) = (steps().count(), steps().filter(certain).count());
        let names: Vec<&str> = figures.iter().map(|figure| figure.name()).collect();
        (all > 0).then(|| {
            format!(
                "{beyond} of {all} steps to the next dearer network raise {} beyond noise: in {:.0} % of resampled \
                 sets of held-out pictures",
                names.join(" or "),
                100.0 * CERTAIN,
            )
        })
    }
}

impl NetworkNoise {
    /// Scores with their standard deviation, such as `0.512 ± 0.021`, separated by slashes.
    pub fn scores(&self, candidate: &Candidate) -> String {
        let one = |(score, deviation): (&f64, &f64)| format!("{score:.3} ± {deviation:.3}");
        let scores = candidate.fitness.iter().zip(&self.deviation).map(one);
        scores.collect::<Vec<_>>().join(" / ")
    }

    /// Shares of the sets in which the network is ahead of the one before it, such as `83 %`.
    pub fn shares(&self) -> String {
        let shares = self.ahead.iter().map(|share| format!("{:.0} %", 100.0 * share));
        shares.collect::<Vec<_>>().join(" / ")
    }
}
