//! Figures of results, and their report.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use scalenas_coco::{AREA_OF_BOX, AreaSource, CocoKeypoints, GroundTruth};
use scalenas_data::{KeypointFacts, Reading};
use scalenas_eval::{
    CocoResult, CountStats, CrowdPoseStats, DistanceStats, KeypointEvaluation, KeypointStats,
    Results, SizeOf, count_people, joint_distances,
};
use scalenas_train::KeypointMetric;
use serde::Serialize;

use crate::data::{Share, Split, read_part};
use crate::render::{Output, table};
use crate::task::keypoints::{metric, metric_on};

/// Part of an annotation file that is scored, and how.
pub struct Scope {
    /// The file, the folder of its pictures and the pictures that count.
    pub files: Split,
    /// Reading of the pictures.
    pub reading: Reading,
    /// Whether the people of each picture are counted.
    pub is_counted: bool,
}

/// Metric of an annotation file, read before anything is predicted.
pub struct Scorer {
    metric: KeypointMetric,
    /// People per picture; empty unless they are counted.
    people: BTreeMap<i64, usize>,
    /// Annotated people, for distances.
    truth: GroundTruth,
    size: SizeOf,
}

impl Scorer {
    /// Reads the annotations.
    pub fn new(facts: &KeypointFacts, scope: &Scope) -> Result<Self> {
        let Scope { files, reading, is_counted } = scope;
        let annotations = &files.annotations;
        let mut truth =
            GroundTruth::read(annotations, &facts.into(), AreaSource::BoxShare(AREA_OF_BOX))?;
        let is_share = files.share != Share::All;
        let part = (*is_counted || is_share).then(|| read_part(files, facts, reading.pictures));
        let part = part.transpose()?;
        let metric = match &part {
            Some(coco) if is_share => {
                let ids: Vec<i64> = coco.images.iter().map(|image| image.id).collect();
                let known: BTreeSet<i64> = ids.iter().copied().collect();
                truth.retain_images(|id| known.contains(&id));
                metric_on(facts, annotations, &ids)?
            }
            _ => metric(facts, annotations)?,
        };
        let people = part.filter(|_| *is_counted).as_ref().map(people_per_picture);
        let people = people.unwrap_or_default();
        Ok(Self { metric, people, truth, size: SizeOf::of_joints(&facts.joints) })
    }
}

/// Figures of results.
pub struct Scored {
    figures: Figures,
    /// Number of scored results.
    pub detections: usize,
    counted: Option<CountStats>,
    distances: DistanceStats,
}

enum Figures {
    Coco(Box<KeypointEvaluation>),
    CrowdPose(CrowdPoseStats),
}

impl Scored {
    /// Scores results with the metric of the data set.
    pub fn new(
        scorer: &Scorer,
        found: Results<'_>,
        list: &[CocoResult],
        count_above: Option<f64>,
    ) -> Result<Self> {
        let figures = match &scorer.metric {
            KeypointMetric::Coco(metric) => Figures::Coco(Box::new(metric.evaluate(found)?)),
            KeypointMetric::CrowdPose(metric) => Figures::CrowdPose(metric.evaluate(found)?),
        };
        let counted = count_above.map(|above| count_people(&scorer.people, list, above));
        let distances = joint_distances(&scorer.truth, list, scorer.size);
        Ok(Self { figures, detections: list.len(), counted, distances })
    }

    /// Prints the figures.
    pub fn report(&self, output: Output) -> Result<()> {
        match &self.figures {
            Figures::Coco(evaluation) => {
                if evaluation.has_zero_id {
                    output.say(
                        "warning: an annotation has id 0, which COCO counts as missed whatever is \
                         found",
                    );
                }
                self.write(&evaluation.stats, stats_table(&evaluation.stats), output)
            }
            Figures::CrowdPose(stats) => {
                let value = serde_json::to_value(stats)?;
                let entries = value.as_object().into_iter().flatten();
                let (names, values): (Vec<&str>, Vec<String>) = entries
                    .map(|(name, value)| {
                        (&**name, format!("{:.4}", value.as_f64().unwrap_or(-1.0)))
                    })
                    .unzip();
                self.write(stats, table(&names, &[values]), output)
            }
        }
    }

    /// Prints the figures, and below them the count of people.
    fn write(&self, stats: &impl Serialize, mut text: String, output: Output) -> Result<()> {
        text = format!("{text}\n{}", distance_line(&self.distances));
        if let Some(counted) = &self.counted {
            text = format!("{text}\n{}", count_line(counted));
        }
        let (counted, distances) = (self.counted, self.distances);
        output.result(&Written { stats, distances, counted }, text)
    }
}

#[derive(Serialize)]
struct Written<'a, S> {
    #[serde(flatten)]
    stats: &'a S,
    distances: DistanceStats,
    #[serde(skip_serializing_if = "Option::is_none")]
    counted: Option<CountStats>,
}

/// People per picture. Pictures with a crowd that is annotated as one box are left out, for its number of
/// people is unknown; people without annotated joints do not count.
fn people_per_picture(coco: &CocoKeypoints) -> BTreeMap<i64, usize> {
    let mut people: BTreeMap<i64, usize> = coco.images.iter().map(|image| (image.id, 0)).collect();
    for person in coco.annotations.iter().filter(|person| person.num_keypoints > 0) {
        people.entry(person.image_id).and_modify(|count| *count += 1);
    }
    for crowd in coco.annotations.iter().filter(|annotation| annotation.iscrowd) {
        people.remove(&crowd.image_id);
    }
    people
}

fn distance_line(stats: &DistanceStats) -> String {
    let DistanceStats { people, missed_people, joints, pck_share, pck_of, .. } = stats;
    let number =
        |value: Option<f64>| value.map_or("none".to_owned(), |value| format!("{value:.2}"));
    format!(
        "joints: {} pixels off on average, {} in the median, over {joints} joints; PCK@{pck_share} of the \
         {pck_of} {}; {missed_people} of {people} people without a result",
        number(stats.mean_pixels),
        number(stats.median_pixels),
        stats.pck.map_or("none".to_owned(), |pck| format!("{pck:.4}")),
    )
}

fn count_line(stats: &CountStats) -> String {
    let CountStats { above, pictures, right, within_one, mean_error } = stats;
    format!(
        "people counted, scores above {above}: right in {right} of {pictures} pictures ({:.1} %), \
         at most one off in {within_one}, {mean_error:.2} off on average",
        100.0 * stats.share_right(),
    )
}

/// Table of the ten COCO figures.
fn stats_table(stats: &KeypointStats) -> String {
    let (names, values): (Vec<_>, Vec<_>) =
        stats.entries().iter().map(|&(name, value)| (name, format!("{value:.4}"))).unzip();
    table(&names, &[values])
}
