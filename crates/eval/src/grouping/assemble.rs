//! Peaks to people, joint after joint.

use super::assign::{Distances, assign};
use super::maps::{HeatBounds, PredictedMaps};
use super::peaks::{Peak, peaks};
use super::pose::GroupedPose;
use super::settings::Grouping;
use crate::error::Result;

/// A person whose joints are being collected.
struct Person {
    /// First tag of the person's first joint: the reference keys people by it, so that a
    /// joint with an identical tag is added even without an assignment.
    key: u32,
    /// Sum of its joints' tags, by channel.
    tag_sum: Vec<f32>,
    /// Joints in that sum.
    tagged: usize,
    pose: GroupedPose,
}

/// All people of a picture, in the order of their first joints and peaks.
pub(super) fn assemble(
    grouping: &Grouping,
    scene: &PredictedMaps<'_>,
    heat: &[HeatBounds],
) -> Result<Vec<GroupedPose>> {
    let mut people = Vec::new();
    for &joint in &grouping.joint_order {
        let (threshold, most) = (grouping.detection_threshold, grouping.max_people);
        let peaks = peaks(scene, &heat[joint], joint, threshold, most);
        let candidates: Vec<Candidate<'_>> = peaks
            .into_iter()
            .map(|peak| Ok(Candidate { peak, tags: scene.tags_at(joint, peak.pixel)? }))
            .collect::<Result<_>>()?;
        if !candidates.is_empty() {
            add_joint(grouping, scene, joint, &candidates, &mut people);
        }
    }
    Ok(people
        .into_iter()
        .map(|mut person| {
            person.pose.set_score();
            person.pose
        })
        .collect())
}

/// A peak and its tags.
struct Candidate<'a> {
    peak: Peak,
    tags: &'a [f32],
}

fn add_joint(
    grouping: &Grouping,
    scene: &PredictedMaps<'_>,
    joint: usize,
    candidates: &[Candidate<'_>],
    people: &mut Vec<Person>,
) {
    let known = people.len().min(grouping.max_people);
    let distances = distances(candidates, &people[..known]);
    let scores: Vec<f32> = candidates.iter().map(|candidate| candidate.peak.score).collect();
    let chosen = if known == 0 {
        vec![None; candidates.len()]
    } else {
        assign(&distances, &scores, grouping.tag_threshold)
    };
    for (index, (candidate, person)) in candidates.iter().zip(chosen).enumerate() {
        let near =
            |&person: &usize| distances.values[index * known + person] < grouping.tag_threshold;
        match person.filter(near) {
            Some(person) => people[person].add(joint, candidate, scene.width()),
            None => found(people, scene, joint, candidate),
        }
    }
}

fn distances(candidates: &[Candidate<'_>], people: &[Person]) -> Distances {
    let means: Vec<Vec<f32>> = people.iter().map(Person::mean_tags).collect();
    let distance = |tags: &[f32], mean: &[f32]| {
        let squares = tags.iter().zip(mean).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let all = candidates.iter().flat_map(|one| means.iter().map(|mean| distance(one.tags, mean)));
    Distances { values: all.collect(), people: people.len() }
}

/// Starts a new person, or starts the one with an identical first tag again.
fn found(
    people: &mut Vec<Person>,
    scene: &PredictedMaps<'_>,
    joint: usize,
    candidate: &Candidate<'_>,
) {
    let key = candidate.tags[0].to_bits();
    let position = people.iter().position(|person| person.key == key).unwrap_or_else(|| {
        let pose = GroupedPose::empty(scene.joints(), scene.channels());
        people.push(Person { key, tag_sum: Vec::new(), tagged: 0, pose });
        people.len() - 1
    });
    let person = &mut people[position];
    person.tag_sum = vec![0.0; candidate.tags.len()];
    person.tagged = 0;
    person.add(joint, candidate, scene.width());
}

impl Person {
    fn mean_tags(&self) -> Vec<f32> {
        self.tag_sum.iter().map(|sum| sum / self.tagged as f32).collect()
    }

    fn add(&mut self, joint: usize, Candidate { peak, tags }: &Candidate<'_>, width: usize) {
        let (x, y) = (peak.pixel % width, peak.pixel / width);
        self.pose.joints[joint] = [x as f32, y as f32, peak.score];
        self.pose.tags[joint * tags.len()..][..tags.len()].copy_from_slice(tags);
        for (sum, tag) in self.tag_sum.iter_mut().zip(*tags) {
            *sum += tag;
        }
        self.tagged += 1;
    }
}
