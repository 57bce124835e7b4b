//! Scores of networks trained alone, out of the file of an earlier ranking.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_space::SpaceSpec;
use scalenas_train::{Figure, RunInfo};
use serde::Deserialize;
use serde_json::Value;

use super::alone::OwnGrade;
use super::statistics::Ranked;
use crate::error::user;
use crate::task::figures;

/// File of a ranking, as far as it is read again.
#[derive(Deserialize)]
struct Document {
    figure: String,
    recipe: Value,
    networks: Vec<Ranked>,
}

/// An earlier ranking of networks of one space, trained as they would be now.
pub struct Earlier {
    /// Option that names the file, and the file.
    origin: String,
    networks: Vec<Ranked>,
}

impl Earlier {
    /// Reads the file that `option` names.
    ///
    /// # Errors
    /// When it holds other scores, or its networks were trained in another way.
    pub fn read(option: &str, file: &Path, space: &SpaceSpec, recipe: &Value) -> Result<Self> {
        let origin = format!("{option} {}", file.display());
        let refuse = |said: String| user(format!("{origin}: {said}"));
        let text = fs::read(file).map_err(|e| refuse(e.to_string()))?;
        let document: Document = serde_json::from_slice(&text)
            .map_err(|e| refuse(format!("{e}; accepted: a ranking_….json that `rank` wrote")))?;
        let keys: Vec<_> = figures(space).into_iter().map(Figure::key).collect();
        if keys != [&*document.figure] {
            let (found, keys) = (document.figure, keys.join(" and "));
            return Err(refuse(format!("holds scores by {found}, but {keys} is asked for")));
        }
        if let Some((key, found, given)) = RunInfo::recipe_difference(&document.recipe, recipe) {
            return Err(refuse(format!(
                "its networks were trained with {key} {found}, but {given} is asked for; accepted: the same options"
            )));
        }
        Ok(Self { origin, networks: document.networks })
    }

    /// Grade of a network that was trained with one of several seeds.
    pub fn grade(&self, id: &str, seed: usize) -> Option<OwnGrade> {
        let net = self.networks.iter().find(|net| net.id == id)?;
        let score = net.seeds.get(seed).copied().filter(|score| score.is_finite())?;
        Some(OwnGrade { id: id.to_owned(), scores: vec![score], seconds: 0.0 })
    }

    /// Grades of all networks, by seed.
    ///
    /// # Errors
    /// When the file lacks one.
    pub fn grades(&self, ids: &[String], seeds: u16) -> Result<Vec<Vec<OwnGrade>>> {
        let grade = |id: &String, seed| self.grade(id, seed).ok_or_else(|| self.lacks(id));
        let of_seed = |seed| ids.iter().map(|id| grade(id, seed)).collect();
        (0..usize::from(seeds)).map(of_seed).collect()
    }

    fn lacks(&self, id: &str) -> anyhow::Error {
        let trainings = self.networks.iter().find(|net| net.id == id).map(|net| net.seeds.len());
        let said = trainings.map_or_else(
            || {
                let count = self.networks.len();
                format!(
                    "has no network {id}; accepted: those that it was made of, --networks {count}"
                )
            },
            |count| {
                format!("network {id} has {count} trainings; accepted: at most as many --seeds")
            },
        );
        user(format!(
            "{}: {said}, or --known in place of --alone, which trains what is lacking",
            self.origin
        ))
    }
}
