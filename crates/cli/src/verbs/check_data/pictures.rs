//! Checks that open every picture: broken ones, and near-duplicates between the parts.

use scalenas_base::PictureOptions;
use scalenas_data::check::{Kind, Level, near_duplicates, scan};

use crate::render::Output;
use crate::task::CheckedPart;

const BROKEN: Kind = Kind {
    level: Level::Error,
    problem: "picture that cannot be used",
    advice: "replace it, or leave it out with --skip-bad-images",
};
const ALIKE: Kind = Kind {
    level: Level::Warning,
    problem: "held-out picture that is nearly a training picture",
    advice: "figures on such pictures are too good, unless a still camera makes all of them alike; hold out \
             whole videos, places or days",
};

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
        part.findings.extend(BROKEN.finding(broken, part.pictures.len()));
        prints
    });
    let pairs = near_duplicates(&train_prints, &val_prints);
    let cases = pairs.iter().map(|pair| {
        let [a, b] = [&val.pictures[pair.val].0, &train.pictures[pair.train].0];
        format!("{} and {} ({:.3})", a.display(), b.display(), pair.correlation)
    });
    val.findings.extend(ALIKE.finding(cases.collect(), val_prints.len()));
}
