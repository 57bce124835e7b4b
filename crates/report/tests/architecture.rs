//! Pictures of architectures hold what the architectures hold: corners of the spaces, and the
//! published masks where the shared golden files are at hand.

use std::path::PathBuf;

use scalenas_report::architecture_svg;
use scalenas_space::{Architecture, ModuleArch, SpaceSpec};

#[path = "../../../tests/shared.rs"]
mod reference;

use reference::shared;

/// Joints of the published pose networks and classes of the segmentation networks.
const JOINTS: usize = 17;
const CLASSES: usize = 19;

/// Every block has a tooltip of its own.
fn blocks(svg: &str) -> usize {
    svg.matches("<title>module ").count()
}

fn expected_blocks(architecture: &Architecture) -> usize {
    let depths =
        |module: &ModuleArch| (0..module.branches()).map(|b| module.depth(b)).sum::<usize>();
    architecture.modules.iter().map(depths).sum()
}

fn check(spec: &SpaceSpec, architecture: &Architecture) -> String {
    let svg = architecture_svg(spec, architecture, &[("AP".into(), "<0.75>".into())]);
    assert_eq!(blocks(&svg), expected_blocks(architecture));
    assert!(svg.contains("&lt;0.75&gt;") && svg.contains(&architecture.id(spec)));
    assert!(!svg.contains("NaN"));
    svg
}

#[test]
fn corners_of_both_spaces() {
    for spec in [SpaceSpec::top_down(32, JOINTS), SpaceSpec::segmentation(48, CLASSES)] {
        check(&spec, &Architecture::smallest(&spec));
        check(&spec, &Architecture::largest(&spec));
        check(&spec, &Architecture::hrnet(&spec));
    }
}

#[test]
fn every_preset_draws() {
    for name in SpaceSpec::presets() {
        let spec = SpaceSpec::preset(name).expect("a listed preset exists");
        check(&spec, &Architecture::largest(&spec));
    }
}

#[test]
fn what_no_output_depends_on_is_faded() {
    let faded = |spec: &SpaceSpec| {
        let mut architecture = Architecture::smallest(spec);
        let last = architecture.modules.last_mut().expect("the space has modules");
        last.set_depth(3, spec.steps);
        check(spec, &architecture).matches(r#"class="f-branch-3 faded""#).count()
    };
    // The finest branch has taken its last features after two steps; all branches reach the classes.
    assert_eq!(faded(&SpaceSpec::top_down(32, JOINTS)), 3);
    assert_eq!(faded(&SpaceSpec::segmentation(32, CLASSES)), 0);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn published_masks() {
    let folder = masks();
    let files = std::fs::read_dir(folder).expect("the folder exists");
    for path in files.map(|entry| entry.expect("a readable entry").path()) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let value: serde_json::Value = serde_json::from_str(&text).expect("masks are JSON");
        let Some(task) = value["task"].as_str() else { continue };
        let number = |key: &str| value[key].as_u64().expect("masks say width and outputs") as usize;
        let spec = match task {
            "pose" => SpaceSpec::top_down(number("width"), number("outputs")),
            _ => SpaceSpec::segmentation(number("width"), number("outputs")),
        };
        check(&spec, &Architecture::read(&path, &spec).expect("published masks are valid"));
    }
}

/// Folder of the published masks.
fn masks() -> PathBuf {
    shared().join("golden/masks")
}
