//! Checks of folders of classes: how many pictures each class has.

use super::{Finding, Kind, Level};
use crate::classification::{ClassedPicture, ClassificationFacts};

/// Pictures below which a class counts as rare.
const FEW: usize = 10;

const EMPTY: Kind = Kind {
    level: Level::Warning,
    problem: "class without pictures",
    advice: "it cannot be learnt or scored here; add pictures, or take it out of the facts",
};
const RARE: Kind = Kind {
    level: Level::Note,
    problem: "class with fewer than ten pictures",
    advice: "its accuracy is mostly chance",
};

/// Numbers of pictures per class, in the order of the facts.
pub fn pictures_per_class(list: &[ClassedPicture], facts: &ClassificationFacts) -> Vec<usize> {
    let mut counts = vec![0; facts.classes.len()];
    for picture in list {
        counts[picture.class] += 1;
    }
    counts
}

/// Findings about the numbers of pictures per class.
pub fn check_picture_classes(counts: &[usize], facts: &ClassificationFacts) -> Vec<Finding> {
    let named = |is_case: fn(usize) -> bool| {
        let cases = facts.classes.iter().zip(counts).filter(|(_, count)| is_case(**count));
        cases.map(|(class, count)| format!("{} ({count})", class.name)).collect::<Vec<_>>()
    };
    let empty = EMPTY.finding(named(|count| count == 0), counts.len());
    let rare = RARE.finding(named(|count| (1..FEW).contains(&count)), counts.len());
    empty.into_iter().chain(rare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_with_few_pictures_are_found() {
        let folders = ["a", "b", "c"].map(str::to_owned).to_vec();
        let facts = ClassificationFacts::of_folders("x", folders).unwrap();
        let picture = |class| ClassedPicture { name: String::new(), path: "x".into(), class };
        let list: Vec<ClassedPicture> = [0; 12].into_iter().chain([2; 3]).map(picture).collect();
        let counts = pictures_per_class(&list, &facts);
        assert_eq!(counts, [12, 0, 3]);
        let found = check_picture_classes(&counts, &facts);
        let examples: Vec<&str> = found.iter().map(|finding| &*finding.examples[0]).collect();
        assert_eq!(examples, ["b (0)", "c (3)"]);
    }
}
