//! Checks of the people of an annotation file.

use std::collections::HashMap;

use scalenas_base::Size;
use scalenas_coco::{Annotation, CocoKeypoints, clip_box};

use super::sides::swapped_pairs;
use super::{Finding, Kind, Level};
use crate::KeypointFacts;
use crate::top_down::BoxCrop;

/// Factor by which a crop may be enlarged before it counts as small.
const ENLARGED: f64 = 2.0;
/// Share of the box's sides by which joints may lie outside of it.
const OUTSIDE_BOX: f64 = 0.25;
/// Share of people below which a joint counts as rare.
const RARE: f64 = 0.01;

const ZERO_ID: Kind = Kind {
    level: Level::Warning,
    problem: "annotation with id 0",
    advice: "COCO's evaluator takes id 0 for unmatched, which lowers AP; count ids from 1",
};
const UNUSABLE: Kind = Kind {
    level: Level::Warning,
    problem: "labelled person whose box cannot be cropped (no extent, area 0, outside the picture)",
    advice: "these people are left out; correct bbox ([x, y, width, height]) and area",
};
const OUTSIDE: Kind = Kind {
    level: Level::Warning,
    problem: "labelled joint outside its picture",
    advice: "set its visibility to 0, or correct the size of the image in the file",
};
const FAR: Kind = Kind {
    level: Level::Warning,
    problem: "labelled joint far outside its person's box",
    advice: "the joint or the box is wrong; top-down training learns it at the border, if at all",
};
const SWAPPED: Kind = Kind {
    level: Level::Warning,
    problem: "pair of joints whose sides are likely exchanged",
    advice: "left and right are the person's, not the viewer's; look at the pictures",
};
const REPEATED: Kind = Kind {
    level: Level::Warning,
    problem: "person annotated again with the same joints",
    advice: "the second one counts as missed; remove it",
};
const UNLABELLED: Kind = Kind {
    level: Level::Note,
    problem: "person without a labelled joint",
    advice: "takes no part in top-down training; bottom-up training leaves its region out",
};
const EMPTY: Kind = Kind {
    level: Level::Note,
    problem: "picture without a person",
    advice: "takes no part in training; in evaluation, people found in it count as wrong",
};
const SMALL: Kind = Kind {
    level: Level::Note,
    problem: "person whose crop is enlarged more than twice for the network's input",
    advice: "a smaller --input loses little and is faster",
};
const RARE_JOINT: Kind = Kind {
    level: Level::Warning,
    problem: "joint that fewer than 1 % of the people have",
    advice: "it will hardly be learnt; a facts file without it would say so",
};

/// Labels per joint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointCounts {
    /// People with at least one labelled joint.
    pub people: usize,
    /// People in whom each joint is labelled, in the order of the facts.
    pub labelled: Vec<usize>,
}

/// Counts how often each joint is labelled.
pub fn joint_counts(coco: &CocoKeypoints, joints: usize) -> JointCounts {
    let mut counts = JointCounts { people: 0, labelled: vec![0; joints] };
    for person in coco.annotations.iter().filter(|person| person.is_labelled()) {
        counts.people += 1;
        for (count, joint) in counts.labelled.iter_mut().zip(&person.keypoints) {
            *count += usize::from(joint[2] > 0.0);
        }
    }
    counts
}

/// Checks the people of an annotation file; `form` is that of the crops of a top-down network.
pub fn check_annotations(
    coco: &CocoKeypoints,
    facts: &KeypointFacts,
    form: Option<BoxCrop>,
) -> Vec<Finding> {
    let all: Vec<&Annotation> = coco.annotations.iter().collect();
    let labelled: Vec<&Annotation> = all.iter().copied().filter(|a| a.is_labelled()).collect();
    let size = |person: &Annotation| Some(coco.images[coco.image_position(person.image_id)?].size);
    let people = |kind: Kind, list: &[&Annotation], wrong: &dyn Fn(&Annotation) -> bool| {
        let cases = list.iter().filter(|person| wrong(person)).map(|person| named(person, coco));
        kind.finding(cases.collect(), list.len())
    };
    let individuals: Vec<&Annotation> = all.iter().copied().filter(|a| !a.iscrowd).collect();
    let findings = [
        people(ZERO_ID, &all, &|person| person.id == 0),
        people(UNUSABLE, &labelled, &|person| {
            let clipped = size(person).and_then(|size| clip_box(person.bbox, size));
            let [_, _, width, height] = person.bbox;
            clipped.is_none() || width <= 0.0 || height <= 0.0 || person.area <= 0.0
        }),
        outside(coco, facts, &labelled),
        far_out(coco, facts, &labelled),
        swapped(coco, facts, &labelled),
        repeated(coco, &labelled),
        rare(coco, facts),
        people(UNLABELLED, &individuals, &|person| !person.is_labelled()),
        form.and_then(|form| {
            people(SMALL, &labelled, &|person| enlargement(person, form) > ENLARGED)
        }),
        empty(coco),
    ];
    findings.into_iter().flatten().collect()
}

fn named(person: &Annotation, coco: &CocoKeypoints) -> String {
    let picture = coco.image_position(person.image_id).map(|place| &*coco.images[place].file_name);
    format!("annotation {} ({})", person.id, picture.unwrap_or("unlisted picture"))
}

/// Factor between the crop of a person and the network's input.
fn enlargement(person: &Annotation, BoxCrop { input, padding }: BoxCrop) -> f64 {
    let [_, _, width, height] = person.bbox;
    let padding = padding.factor();
    let sides = [input.width as f64 / (width * padding), input.height as f64 / (height * padding)];
    sides[0].min(sides[1])
}

/// Cases about single joints: those for which `wrong` holds, of the labelled ones.
fn joints(
    kind: Kind,
    coco: &CocoKeypoints,
    facts: &KeypointFacts,
    people: &[&Annotation],
    wrong: impl Fn(&Annotation, [f64; 2]) -> bool,
) -> Option<Finding> {
    let (mut cases, mut count) = (Vec::new(), 0);
    for person in people {
        for (&[x, y, visibility], name) in person.keypoints.iter().zip(&facts.joints) {
            if visibility <= 0.0 {
                continue;
            }
            count += 1;
            if wrong(person, [x, y]) {
                cases.push(format!("{}: {name} at ({x}, {y})", named(person, coco)));
            }
        }
    }
    kind.finding(cases, count)
}

fn outside(coco: &CocoKeypoints, facts: &KeypointFacts, people: &[&Annotation]) -> Option<Finding> {
    joints(OUTSIDE, coco, facts, people, |person, [x, y]| {
        let Some(place) = coco.image_position(person.image_id) else { return false };
        let Size { height, width } = coco.images[place].size;
        !(0.0..=width as f64).contains(&x) || !(0.0..=height as f64).contains(&y)
    })
}

fn far_out(coco: &CocoKeypoints, facts: &KeypointFacts, people: &[&Annotation]) -> Option<Finding> {
    joints(FAR, coco, facts, people, |person, [x, y]| {
        let [left, top, width, height] = person.bbox;
        let beyond = |at: f64, from: f64, side: f64| {
            at < from - OUTSIDE_BOX * side || at > from + (1.0 + OUTSIDE_BOX) * side
        };
        beyond(x, left, width) || beyond(y, top, height)
    })
}

fn swapped(coco: &CocoKeypoints, facts: &KeypointFacts, people: &[&Annotation]) -> Option<Finding> {
    let mut cases = Vec::new();
    for person in people {
        for (left, right) in swapped_pairs(person, facts) {
            let names = [left, right].map(|joint| &*facts.joints[joint]);
            cases.push(format!("{}: {} and {}", named(person, coco), names[0], names[1]));
        }
    }
    SWAPPED.finding(cases, people.len() * facts.flip_pairs.len())
}

fn repeated(coco: &CocoKeypoints, people: &[&Annotation]) -> Option<Finding> {
    let mut seen: HashMap<(i64, Vec<[u64; 3]>), i64> = HashMap::new();
    let mut cases = Vec::new();
    for person in people {
        let bits = person.keypoints.iter().map(|joint| joint.map(f64::to_bits)).collect();
        if let Some(first) = seen.insert((person.image_id, bits), person.id) {
            cases.push(format!("{}, as annotation {first}", named(person, coco)));
        }
    }
    REPEATED.finding(cases, people.len())
}

fn rare(coco: &CocoKeypoints, facts: &KeypointFacts) -> Option<Finding> {
    let JointCounts { people, labelled } = joint_counts(coco, facts.joints.len());
    let names = facts.joints.iter().zip(labelled);
    let rare = names.filter(|(_, count)| (*count as f64) < RARE * people as f64);
    let cases = rare.map(|(name, count)| format!("{name}: {count} of {people} people"));
    RARE_JOINT.finding(cases.collect(), facts.joints.len())
}

fn empty(coco: &CocoKeypoints) -> Option<Finding> {
    let mut inhabited: Vec<i64> = coco.annotations.iter().map(|person| person.image_id).collect();
    inhabited.sort_unstable();
    let alone = coco.images.iter().filter(|image| inhabited.binary_search(&image.id).is_err());
    EMPTY.finding(alone.map(|image| image.file_name.clone()).collect(), coco.images.len())
}
