//! Pairs of joints whose sides are likely exchanged.
//!
//! In a person seen from one side of a plane, most left joints lie on one side of their right partners. A
//! pair is in doubt where it lies the other way round, while all others of at least three agree.

use scalenas_coco::Annotation;

use crate::KeypointFacts;

/// Distance of a pair that tells sides apart, as a share of the box's width.
const APART: f64 = 0.15;
/// Pairs that must agree.
const AGREEING: usize = 3;

/// Pairs of joints of a person that lie the other way round than all others.
pub fn swapped_pairs(person: &Annotation, facts: &KeypointFacts) -> Vec<(usize, usize)> {
    let apart = APART * person.bbox[2];
    let joint = |joint: usize| {
        let [x, _, visibility] = person.keypoints[joint];
        (visibility > 0.0).then_some(x)
    };
    let directed = facts.flip_pairs.iter().filter_map(|&(left, right)| {
        let difference = joint(left)? - joint(right)?;
        (difference.abs() > apart).then_some(((left, right), difference > 0.0))
    });
    let directed: Vec<_> = directed.collect();
    let (one, other): (Vec<_>, Vec<_>) = directed.into_iter().partition(|(_, way)| *way);
    let odd = if one.len() < other.len() { (one, other) } else { (other, one) };
    match odd {
        (few, most) if few.len() == 1 && most.len() >= AGREEING => vec![few[0].0],
        _ => Vec::new(),
    }
}
