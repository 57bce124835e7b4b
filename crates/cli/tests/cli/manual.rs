//! Manual pages, the reference, completions.

use std::fs;
use std::path::Path;

use crate::common::{Place, scalenas, tree};

/// The reference in the repository.
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference.md");

#[test]
fn the_reference_says_what_the_program_takes() {
    let place = Place::empty();
    let out = place.arg("reference.md");
    scalenas(&["manual", "--reference", &out]).good();
    let now = fs::read_to_string(&out).unwrap();
    for part in ["## `supernet`", "`--val-share <SHARE>`", "`train.epochs`", "`scenes.fit`"] {
        assert!(now.contains(part), "{part}");
    }
    let kept = fs::read_to_string(REFERENCE).unwrap_or_default();
    assert!(now == kept, "cargo xtask manual --reference docs/reference.md brings it up to date");
}

#[test]
fn every_verb_has_a_page() {
    let place = Place::empty();
    scalenas(&["manual", "--pages", &place.arg("man")]).good();
    let pages = tree(&place.path("man"));
    let reference = fs::read_to_string(Path::new(REFERENCE)).unwrap();
    let verbs = reference.matches("\n## `").count();
    assert_eq!(pages.len(), 1 + verbs, "the program and {verbs} verbs");
    let (_, page) = pages.iter().find(|(name, _)| name == "scalenas-evolve.1").unwrap();
    let page = String::from_utf8_lossy(page);
    assert!(page.starts_with(".ie") && page.contains("max\\-gmacs"), "{page}");
    scalenas(&["manual"]).fixable(&["--pages", "--reference"]);
}

#[test]
fn shells_complete_verbs() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = scalenas(&["completions", shell]).good().stdout;
        assert!(script.contains("check-data") && script.contains("val-share"), "{shell}");
    }
    scalenas(&["completions", "sh"]).fixable(&["bash"]);
}
