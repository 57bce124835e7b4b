//! Facts guessed from the joints that an annotation file names: a start that its owner corrects.

use std::collections::HashMap;

use scalenas_coco::JointCategory;

use super::KeypointFacts;

/// Fall-offs of COCO's joints, by the word in their name.
const SIGMAS: [(&str, f64); 9] = [
    ("nose", 0.026),
    ("eye", 0.025),
    ("ear", 0.035),
    ("shoulder", 0.079),
    ("elbow", 0.072),
    ("wrist", 0.062),
    ("hip", 0.107),
    ("knee", 0.087),
    ("ankle", 0.089),
];
/// Fall-off of a joint that COCO does not have.
const OTHER_SIGMA: f64 = 0.05;
/// Words of joints of the lower body.
const LOWER: [&str; 11] =
    ["hip", "knee", "ankle", "foot", "toe", "heel", "leg", "hind", "tail", "pelvis", "hoof"];

impl KeypointFacts {
    /// Facts of a category: pairs by the words left and right, halves of the body and fall-offs by the
    /// words of COCO's joints, limbs as in the file.
    pub fn guess(category: &JointCategory, name: &str) -> Self {
        let words: Vec<Vec<String>> = category.joints.iter().map(|joint| words(joint)).collect();
        let is_lower = |joint: &usize| {
            words[*joint].iter().any(|word| LOWER.iter().any(|lower| word.starts_with(lower)))
        };
        let (lower_body, upper_body) = (0..words.len()).partition(is_lower);
        Self {
            name: name.to_owned(),
            joints: category.joints.clone(),
            flip_pairs: pairs(&words),
            upper_body,
            lower_body,
            sigmas: words.iter().map(|words| sigma(words)).collect(),
            skeleton: category.limbs.clone(),
            category: None,
        }
    }
}

/// Words of a name in lower case: `LeftShoulder` and `left_shoulder` are left, shoulder.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let starts = letter.is_uppercase() && before.is_lowercase();
        if (starts || !letter.is_alphanumeric()) && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("never empty").extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Joints whose names differ in left and right alone.
fn pairs(all: &[Vec<String>]) -> Vec<(usize, usize)> {
    let places: HashMap<&[String], usize> =
        all.iter().enumerate().map(|(place, words)| (&**words, place)).collect();
    let partner = |words: &Vec<String>| {
        let mirrored: Vec<String> = words.iter().map(|word| mirrored(word)).collect();
        places.get(&*mirrored).copied()
    };
    let found = all.iter().enumerate().filter_map(|(left, words)| Some((left, partner(words)?)));
    found.filter(|(left, right)| left < right).collect()
}

/// The word of the other side.
fn mirrored(word: &str) -> String {
    let other = match word {
        "left" => "right",
        "right" => "left",
        "l" => "r",
        "r" => "l",
        _ => {
            let fused = [("left", "right"), ("right", "left")];
            let swapped = fused.into_iter().find_map(|(side, other)| {
                word.strip_prefix(side)
                    .map(|rest| format!("{other}{rest}"))
                    .or_else(|| word.strip_suffix(side).map(|rest| format!("{rest}{other}")))
            });
            return swapped.unwrap_or_else(|| word.to_owned());
        }
    };
    other.to_owned()
}

fn sigma(words: &[String]) -> f64 {
    let known = |word: &String| SIGMAS.iter().find(|(joint, _)| word.ends_with(joint));
    words.iter().find_map(known).map_or(OTHER_SIGMA, |(_, sigma)| *sigma)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(joints: &[&str]) -> KeypointFacts {
        let joints = joints.iter().map(|&joint| joint.to_owned()).collect();
        let category = JointCategory { id: 1, name: "own".into(), joints, limbs: vec![(0, 1)] };
        KeypointFacts::guess(&category, "own")
    }

    #[test]
    fn sides_are_recognised_in_every_spelling() {
        for names in [
            ["nose", "left_ear", "right_ear"],
            ["Nose", "LeftEar", "RightEar"],
            ["nose", "ear.left", "ear.right"],
            ["nose", "L_ear", "R_ear"],
            ["snout", "leftear", "rightear"],
        ] {
            let facts = guess(&names);
            assert_eq!(facts.flip_pairs, [(1, 2)], "{names:?}");
            assert_eq!(facts.sigmas[1..], [0.035, 0.035], "{names:?}");
        }
        assert_eq!(guess(&["leftover", "bright"]).flip_pairs, []);
    }

    #[test]
    fn the_facts_of_coco_are_guessed_as_they_are() {
        let coco = KeypointFacts::coco();
        let category = JointCategory {
            id: 1,
            name: "person".into(),
            joints: coco.joints.clone(),
            limbs: coco.skeleton.clone(),
        };
        assert_eq!(KeypointFacts::guess(&category, &coco.name), coco);
    }
}
