//! Classification in the runner: a folder of pictures per class.

mod check;
mod draws;
mod infer;
mod pictures;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_data::classification::{ClassificationFacts, Views, class_folders};
use scalenas_data::synth::ShapeConfig;
use scalenas_data::{ClassificationDataset, Part};
use scalenas_eval::classification::{order, probabilities};
use scalenas_export::Facts;
use scalenas_report::Sample;
use scalenas_space::Head;
use scalenas_train::classification::{self, ClassifyOptions, classify_all};
use scalenas_train::{CalibratedSubnet, FlipTest, HeldOut, Silent, TaskSource, TrainingSet};

use crate::context::device::{HOST, Host};
use crate::data::facts::{FOLDERS, classification_facts};
use crate::data::synthetic::write_shape_pictures;
use crate::error::user;
use crate::experiment::synthetic::Synthetic;
use crate::render::{Output, pictures as drawn};
use crate::task::checked::{CheckRequest, CheckedPart};
use crate::task::request::Request;
use crate::task::room::Room;

pub use draws::training_samples;
pub use infer::infer;
pub use pictures::part;

/// Classes where neither facts nor folders are known yet: those of the ImageNet challenge.
const USUAL_CLASSES: usize = 1000;

/// Room of the task.
pub struct Classification;

impl Room for Classification {
    fn facts(&self) -> &'static str {
        FOLDERS
    }

    /// The folders of the training part.
    fn facts_in(&self, data: &Path) -> Result<Option<String>> {
        let folders = class_folders(&data.join(Part::Train.name()))?;
        Ok(Some(ClassificationFacts::list(&folders)))
    }

    fn check_scales(&self, scales: &[f64]) -> Result<()> {
        if scales == [1.0] {
            return Ok(());
        }
        Err(user(format!(
            "--scales {scales:?}: pictures are classified at one size; accepted: 1, or none"
        )))
    }

    fn scoring_verb(&self) -> &'static str {
        "eval-class"
    }

    fn head(&self, facts: &str) -> Result<Head> {
        let classes = match facts {
            FOLDERS => USUAL_CLASSES,
            named => classification_facts(named)?.classes.len(),
        };
        Ok(Head::Classification { classes })
    }

    fn usual_input(&self) -> Size {
        Size::square(224)
    }

    fn exported_facts(&self, facts: &str) -> Result<Facts> {
        Ok(Facts::PictureClasses(classification_facts(facts)?))
    }

    /// Probabilities of the classes, and the likeliest class.
    fn decode(&self, maps: &[f32], count: usize, _input: Size) -> Result<Vec<TensorData>> {
        let classes = maps.len() / count;
        let shares: Vec<f32> = maps.chunks_exact(classes).flat_map(probabilities).collect();
        let best = |scores| order(scores).next().expect("a network has classes") as i64;
        let best: Vec<i64> = maps.chunks_exact(classes).map(best).collect();
        Ok(vec![TensorData::new(shares, [count, classes]), TensorData::new(best, [count])])
    }

    fn training(&self, request: &Request<'_>, source: &TaskSource) -> Result<TrainingSet> {
        let facts = classification_facts(&source.facts)?;
        let list = part(source, Part::Train, &facts)?;
        let views = Views::Drawn(request.variation.classification, request.info.train.seed);
        let reading = request.reading(source);
        let dataset = ClassificationDataset::new(list, &facts, source.input, views, reading)?;
        let dataset = Arc::new(dataset.with_appearance(request.variation.appearance)?);
        Ok(TrainingSet::Classification(classification::Training { dataset }))
    }

    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut> {
        let facts = classification_facts(&source.facts)?;
        let mut list = part(source, Part::Val, &facts)?;
        if request.max_samples > 0 {
            list = pictures::spread(list, request.max_samples);
        }
        let (views, reading) = (Views::Central, request.reading(source));
        let dataset = ClassificationDataset::new(list, &facts, source.input, views, reading)?;
        let (batch, workers) = (source.batch, request.info.train.workers);
        let options = ClassifyOptions { batch, workers, flip: FlipTest::Off };
        let held_out = classification::HeldOut { dataset: Arc::new(dataset), options };
        Ok(HeldOut::Classification(held_out))
    }

    fn guess_facts(&self, source: &TaskSource, name: &str) -> Result<String> {
        let folders = class_folders(&source.data.join(Part::Train.name()))?;
        let facts = ClassificationFacts::of_folders(name, folders)?;
        Ok(ron::ser::to_string_pretty(&facts, ron::ser::PrettyConfig::new())?)
    }

    fn check_data(&self, request: &CheckRequest<'_>) -> Result<CheckedPart> {
        check::check(request)
    }

    fn synthesise(
        &self,
        synthetic: &Synthetic,
        seed: u64,
        data: &Path,
        output: Output,
    ) -> Result<()> {
        let &Synthetic { train, val, size: Size { height, width }, .. } = synthetic;
        output.say(format!("1/4 drawing {train} + {val} pictures of shapes"));
        write_shape_pictures(data, &ShapeConfig { train, val, height, width, seed })
    }
}

/// Predictions of a subnet on held-out pictures, for a report.
pub fn report_samples(
    held_out: &classification::HeldOut,
    subnet: &CalibratedSubnet<'_, Host>,
) -> Result<Vec<Sample>> {
    let classification::HeldOut { dataset, options } = held_out;
    let mut found = Vec::new();
    classify_all(subnet, dataset, options, &Silent, &HOST, |index, scores| {
        found.push((index, scores.to_vec()));
        Ok(())
    })?;
    drawn::classification::samples(dataset, &found)
}
