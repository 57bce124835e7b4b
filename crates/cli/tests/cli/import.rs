//! PyTorch checkpoints as files that every verb reads.

use crate::common::{Place, scalenas, text, tree};
use crate::shared::shared;

/// Scores the network in a file on synthetic people.
fn score(place: &Place, weights: &str) -> crate::common::Ran {
    let data = place.arg("data");
    let mut arguments =
        vec!["eval-pose", "--weights", weights, "--data", &data, "--input", "64x64"];
    arguments.extend(["--flip-test", "off", "--json"]);
    scalenas(&arguments)
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn a_plain_hrnet_is_evaluated() {
    let shared = shared();
    let (place, pth) = (Place::new(), shared.join("golden/bottom_up/hrnet_pose_w8.pth"));
    let out = place.arg("new/hrnet.safetensors");
    let found = scalenas(&["import", "--pth", text(&pth), "--out", &out, "--json"]).good().json();
    assert_eq!(found["kind"], "network");
    assert!(found["architecture"].is_string() && found["parameters"].as_u64() > Some(0));
    let ran = score(&place, &out).good();
    assert!(ran.json()["AP"].as_f64().is_some(), "{ran:#?}");
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn a_supernet_gives_networks() {
    let shared = shared();
    let (place, pth) = (Place::new(), shared.join("golden/model/superscalenet_pose_w8.pth"));
    let supernet = place.arg("supernet.safetensors");
    let ran = scalenas(&["import", "--pth", text(&pth), "--out", &supernet, "--json"]).good();
    assert_eq!(ran.json()["kind"], "supernet");
    score(&place, &supernet).fixable(&["supernet.safetensors", "import --arch"]);
    // Masks fit every width.
    let mask = shared.join("golden/masks/P1.npy");
    let mut parameters = Vec::new();
    for architecture in ["smallest", text(&mask), "largest"] {
        let out = place.arg("network.safetensors");
        let arguments = ["import", "--pth", text(&pth), "--arch", architecture, "--out", &out];
        let found = scalenas(&[&arguments[..], &["--json"]].concat()).good().json();
        parameters.push(found["parameters"].as_u64().unwrap());
        assert!(score(&place, &out).good().json()["AP"].as_f64().is_some());
    }
    assert!(parameters.is_sorted(), "{parameters:?}");
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn other_files_are_refused_and_leave_nothing() {
    let shared = shared();
    let place = Place::new();
    let hrnet = shared.join("golden/bottom_up/hrnet_pose_w8.pth");
    let bytes = std::fs::read(&hrnet).unwrap();
    let cut = place.path("cut.pth");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let out = place.arg("out/w.safetensors");
    for (pth, said) in [
        (text(&cut), "cut.pth"),
        (&place.arg("small.ron"), "small.ron"),
        (&place.arg("nowhere.pth"), "nowhere.pth"),
    ] {
        scalenas(&["import", "--pth", pth, "--out", &out]).fixable(&[said]);
    }
    let mask = shared.join("golden/masks/S1.npy");
    let arguments = ["import", "--pth", text(&hrnet), "--arch", text(&mask), "--out", &out];
    scalenas(&arguments).fixable(&["S1.npy", "module", "branch", "step"]);
    assert!(tree(&place.path("out")).is_empty());
}
