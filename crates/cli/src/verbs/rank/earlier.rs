//! Scores of networks trained alone, out of the file of an earlier ranking.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_space::{Architecture, SpaceSpec};
use scalenas_train::{Figure, RunInfo};
use serde::Deserialize;
use serde_json::Value;

use super::alone::OwnGrade;
use super::arguments::Arguments;
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

/// Grades of the networks, by seed.
///
/// A file that lacks a network or a seed, or whose networks were trained in another way, is refused.
pub fn grades(
    arguments: &Arguments,
    file: &Path,
    (space, nets): (&SpaceSpec, &[Architecture]),
    recipe: &Value,
) -> Result<Vec<Vec<OwnGrade>>> {
    let path = file.display();
    let refuse = |said: String| user(format!("--alone {path}: {said}"));
    if arguments.fine_tune {
        let said = "scores of fine-tuned networks are of one supernet alone; accepted: a folder";
        return Err(refuse(said.to_owned()));
    }
    let text = fs::read(file).map_err(|e| refuse(e.to_string()))?;
    let document: Document = serde_json::from_slice(&text).map_err(|e| {
        refuse(format!(
            "{e}; accepted: a ranking_….json that `rank` wrote, or a folder of networks"
        ))
    })?;
    let keys: Vec<_> = figures(space).into_iter().map(Figure::key).collect();
    if keys != [&*document.figure] {
        let (found, keys) = (document.figure, keys.join(" and "));
        return Err(refuse(format!("holds scores by {found}, but {keys} is asked for")));
    }
    if let Some((key, found, given)) = RunInfo::recipe_difference(&document.recipe, recipe) {
        return Err(refuse(format!(
            "its networks were trained with {key} {found}, but {given} is asked for; accepted: the same options, \
             or a folder of networks"
        )));
    }
    let grade = |architecture: &Architecture, seed: usize| {
        let id = architecture.id(space);
        let net = document.networks.iter().find(|net| net.id == id).ok_or_else(|| {
            refuse(format!(
                "has no network {id}; accepted: as many networks as it was made of, --networks {}",
                document.networks.len()
            ))
        })?;
        let score = net.seeds.get(seed).copied().filter(|score| score.is_finite());
        let score = score.ok_or_else(|| {
            refuse(format!(
                "network {id} has {} trainings; accepted: at most as many --seeds",
                net.seeds.len()
            ))
        })?;
        Ok(OwnGrade { id, scores: vec![score], seconds: 0.0 })
    };
    (0..usize::from(arguments.seeds))
        .map(|seed| nets.iter().map(|net| grade(net, seed)).collect())
        .collect()
}
