//! Classification of plain pictures.

use std::iter;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::ClassificationDataset;
use scalenas_data::classification::{ClassedPicture, Views};
use scalenas_eval::classification::{order, probabilities};
use scalenas_kernels::KernelBackend;
use scalenas_train::Network;
use scalenas_train::classification::{ClassifyOptions, classify_all};
use serde_json::{Map, Value, json};

use crate::data::facts::classification_facts;
use crate::data::report_skipped;
use crate::error::user;
use crate::render::ProgressView;
use crate::task::infer::{InferRequest, Picture, Predicted};

/// Probabilities of the classes of every picture that was classified.
struct Classes {
    names: Vec<String>,
    /// Position of the picture, and its probabilities.
    found: Vec<(usize, Vec<f32>)>,
}

/// Classifies every picture.
pub fn infer<B: KernelBackend>(
    network: &impl Network<B>,
    request: &InferRequest<'_>,
    device: &B::Device,
) -> Result<Box<dyn Predicted>> {
    if request.drawn.is_some() {
        return Err(user(
            "--pictures: a class has no place to be drawn at; accepted: --out, --csv",
        ));
    }
    let facts = classification_facts(request.facts)?;
    let list = request.pictures.iter().map(|picture| ClassedPicture {
        name: picture.name.clone(),
        path: picture.path.clone(),
        class: 0,
    });
    let (list, views) = (list.collect(), Views::Central);
    let dataset =
        Arc::new(ClassificationDataset::new(list, &facts, request.input, views, request.reading)?);
    let options =
        ClassifyOptions { batch: request.batch, workers: request.workers, flip: request.flip };
    let shown = ProgressView::new(request.output);
    let mut found = Vec::new();
    classify_all(network, &dataset, &options, &shown, device, |index, scores| {
        found.push((index, probabilities(scores)));
        Ok(())
    })?;
    report_skipped(&dataset.skipped(), request.output);
    let names = facts.classes.into_iter().map(|class| class.name).collect();
    Ok(Box::new(Classes { names, found }))
}

impl Predicted for Classes {
    fn to_json(&self, pictures: &[Picture]) -> Value {
        let results = self.found.iter().map(|(index, shares)| {
            let classes: Map<String, Value> =
                self.names.iter().cloned().zip(shares.iter().map(|share| json!(share))).collect();
            let best = order(shares).next().map(|class| &self.names[class]);
            let name = &pictures[*index].name;
            json!({ "file_name": name, "class": best, "probabilities": classes })
        });
        json!({ "classes": self.names, "pictures": results.collect::<Vec<_>>() })
    }

    /// One row per picture: the likeliest class, and the probability of every class.
    fn to_rows(&self, pictures: &[Picture]) -> Vec<Vec<String>> {
        let head = ["picture", "class"].map(str::to_owned).into_iter();
        let mut rows = vec![head.chain(self.names.iter().cloned()).collect()];
        for (index, shares) in &self.found {
            let best = order(shares).next().map(|class| self.names[class].clone());
            let shares = shares.iter().map(|share| format!("{share:.5}"));
            let name = iter::once(pictures[*index].name.clone());
            rows.push(name.chain(best).chain(shares).collect());
        }
        rows
    }

    fn summary(&self) -> String {
        format!("{} pictures classified", self.found.len())
    }
}
