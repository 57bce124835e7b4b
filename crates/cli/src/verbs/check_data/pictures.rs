//! Checks that open every picture: broken ones, and near-duplicates between the parts.

use scalenas_base::PictureOptions;
use scalenas_data::check::{Finding, Level, near_duplicates, scan};

use crate::render::Output;
use crate::task::CheckedPart;

/// Cases that are named.
const EXAMPLES: usize = 5;

/// Adds the findings about the pictures of both parts.
pub fn check(
    train: &mut CheckedPart,
    val: &mut CheckedPart,
    options: PictureOptions,
    output: Output,
) {
    let count = train.pictures.len() + val.pictures.len();
    output.say(format!("reading {count} pictures"));
    let [train_prints, val_prints] = [&mut *train, &mut *val].map(|part| {
        let (prints, broken) = scan(&part.pictures, options);
        part.findings.extend(finding(
            (Level::Error, "picture that cannot be used"),
            broken,
            part.pictures.len(),
            "replace it, or leave it out with --skip-bad-images",
        ));
        prints
    });
    let pairs = near_duplicates(&train_prints, &val_prints);
    let cases = pairs.iter().map(|pair| {
        let [a, b] = [&val.pictures[pair.val].0, &train.pictures[pair.train].0];
        format!("{} and {} ({:.3})", a.display(), b.display(), pair.correlation)
    });
    let cases = cases.collect();
    val.findings.extend(finding(
        (Level::Warning, "held-out picture that is nearly a training picture"),
        cases,
        val_prints.len(),
        "figures on such pictures are too good, unless a still camera makes all of them alike; hold out \
         whole videos, places or days",
    ));
}

fn finding(
    (level, problem): (Level, &str),
    cases: Vec<String>,
    of: usize,
    advice: &'static str,
) -> Option<Finding> {
    let (count, problem) = (cases.len(), problem.to_owned());
    let examples = cases.into_iter().take(EXAMPLES).collect();
    (count > 0).then_some(Finding { level, problem, count, of, examples, advice })
}
