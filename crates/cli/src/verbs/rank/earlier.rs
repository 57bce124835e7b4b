//! Scores of networks trained alone, out of the file of an earlier ranking or of one that is not complete.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_train::{Figure, RunFolder, RunInfo};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::alone::OwnGrade;
use super::arguments::Arguments;
use crate::error::user;
use crate::files::write_file;
use crate::task::figures;

/// File of scores, and that of a ranking as far as it is read again.
#[derive(Serialize, Deserialize)]
struct Document {
    figure: String,
    recipe: Value,
    networks: Vec<Known>,
}

/// Scores of a network by seed; `None` where it is not trained yet.
#[derive(Serialize, Deserialize)]
struct Known {
    id: String,
    #[serde(default)]
    seeds: Vec<Option<f64>>,
}

/// Writes the scores that there are, by seed and by network, for another call or machine to go on with.
pub fn write(
    path: &Path,
    figure: Figure,
    recipe: &Value,
    ids: &[String],
    grades: &[Vec<Option<OwnGrade>>],
) -> Result<()> {
    let score = |seed: &Vec<Option<OwnGrade>>, net: usize| Some(seed.get(net)?.as_ref()?.scores[0]);
    let known = |(net, id): (usize, &String)| Known {
        id: id.clone(),
        seeds: grades.iter().map(|seed| score(seed, net)).collect(),
    };
    let networks = ids.iter().enumerate().map(known).collect();
    let document = Document { figure: figure.key().to_owned(), recipe: recipe.clone(), networks };
    write_file(path, serde_json::to_vec_pretty(&document)?)
}

/// An earlier ranking of networks of one space, trained as they would be now.
pub struct Earlier {
    /// Option that names the file, and the file.
    origin: String,
    networks: Vec<Known>,
}

impl Earlier {
    /// Reads the file that `option` names.
    ///
    /// # Errors
    /// When it holds other scores, or its networks were trained in another way.
    pub fn read(
        arguments: &Arguments,
        option: &str,
        file: &Path,
        run: &RunFolder,
        recipe: &Value,
    ) -> Result<Self> {
        let origin = format!("{option} {}", file.display());
        let refuse = |said: String| user(format!("{origin}: {said}"));
        if arguments.fine_tune {
            let said = "scores of fine-tuned networks are of one supernet alone; accepted: a folder with --alone";
            return Err(refuse(said.to_owned()));
        }
        let text = fs::read(file).map_err(|e| refuse(e.to_string()))?;
        let document: Document = serde_json::from_slice(&text)
            .map_err(|e| refuse(format!("{e}; accepted: a ranking_….json that `rank` wrote")))?;
        let keys: Vec<_> = figures(&run.info().space).into_iter().map(Figure::key).collect();
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
        let score = net.seeds.get(seed).copied().flatten().filter(|score| score.is_finite())?;
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
