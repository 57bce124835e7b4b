//! Facts guessed from the joints that an annotation file names.

use std::path::Path;

use anyhow::Result;
use scalenas_coco::{JointCategory, joint_categories};
use scalenas_data::{KeypointFacts, Part};
use scalenas_train::TaskSource;

use crate::data::part;
use crate::error::user;

/// Explanation at the head of the file.
const HEAD: &str = "\
// Guessed from the annotation file; positions count from 0. Please check:
// flip_pairs (joints that change places in a mirrored picture), upper_body and lower_body, and sigmas
// (fall-off of each joint in OKS, as a share of the square root of the person's area: COCO's where the
// name is one of its joints, else 0.05; smaller is stricter).
";

/// Text of a file of facts about the joints of the training part.
pub fn guess(source: &TaskSource, name: &str) -> Result<String> {
    let files = part(source, Part::Train)?;
    let found = joint_categories(&files.annotations)?;
    let category = chosen(&found, source.files.category.as_deref(), &files.annotations)?;
    let category_name = source.files.category.clone();
    let facts = KeypointFacts { category: category_name, ..KeypointFacts::guess(category, name) };
    let pretty = ron::ser::PrettyConfig::new().depth_limit(1);
    Ok(format!("{HEAD}{}\n", ron::ser::to_string_pretty(&facts, pretty)?))
}

/// The category that is asked for, or the only one.
fn chosen<'a>(
    found: &'a [JointCategory],
    wanted: Option<&str>,
    file: &Path,
) -> Result<&'a JointCategory> {
    let names: Vec<String> =
        found.iter().map(|category| format!("{:?} (id {})", category.name, category.id)).collect();
    let is_wanted = |category: &&JointCategory| {
        wanted.is_none_or(|wanted| {
            category.name.eq_ignore_ascii_case(wanted) || category.id.to_string() == wanted
        })
    };
    let mut matching = found.iter().filter(is_wanted);
    match (matching.next(), matching.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(user(format!(
            "{}: its categories with joints are {}; name one with --category",
            file.display(),
            names.join(", ")
        ))),
    }
}
