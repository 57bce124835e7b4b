//! Run folders with damaged files: the message names the file, which stays unchanged.

use std::fs;

use crate::common::{Place, scalenas, tree};

/// Changes a file of a searched run, and checks that no verb in `refusing` goes on or touches it.
fn refuses(place: &Place, file: &str, damage: impl Fn(&[u8]) -> Vec<u8>, refusing: &[&[&str]]) {
    let path = place.path("run").join(file);
    let sound = fs::read(&path).unwrap();
    fs::write(&path, damage(&sound)).unwrap();
    let before = tree(&place.path("run"));
    let (run, name) = (place.arg("run"), path.file_name().unwrap().to_str().unwrap());
    for verb in refusing {
        let arguments: Vec<&str> =
            verb.iter().map(|&word| if word == "RUN" { &*run } else { word }).collect();
        scalenas(&arguments).fixable(&[name]);
        assert!(tree(&place.path("run")) == before, "{verb:?} changed the run");
    }
    fs::write(&path, sound).unwrap();
}

#[test]
fn files_of_a_run() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    scalenas(&["evolve", "--run", &place.arg("run")]).good();
    let other = |bytes: &[u8]| [b"no JSON\n", bytes].concat();
    let cut = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let score: &[&str] = &["eval-pose", "--run", "RUN"];
    let search: &[&str] = &["evolve", "--run", "RUN"];
    let anew: &[&str] = &["evolve", "--run", "RUN", "--force"];
    let report: &[&str] = &["report", "--run", "RUN"];
    let resume: &[&str] = &["supernet", "--resume", "RUN"];
    refuses(&place, "run.json", cut, &[score, search, anew, report, resume]);
    refuses(&place, "experiment.ron", cut, &[search, anew, resume]);
    refuses(&place, "supernet.safetensors", cut, &[score, search, anew]);
    refuses(&place, "search/search.json", cut, &[search]);
    refuses(&place, "search/archive.sqlite", other, &[search, anew]);
    refuses(&place, "search/outcome.ron", cut, &[score, report]);
    refuses(&place, "metrics.jsonl", other, &[report]);
    let newer = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let newer = text.replace("\"version\": 2", "\"version\": 99");
        assert_ne!(newer, text, "the version is written so");
        newer.into_bytes()
    };
    refuses(&place, "run.json", newer, &[score, search, resume]);
}

#[test]
fn data_that_has_moved() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    fs::rename(place.path("data"), place.path("moved")).unwrap();
    let before = tree(&place.path("run"));
    let (run, moved) = (place.arg("run"), place.arg("moved"));
    for arguments in
        [["eval-pose", "--run", &run], ["evolve", "--run", &run], ["supernet", "--resume", &run]]
    {
        scalenas(&arguments).fixable(&["data", "annotations/person_keypoints"]);
    }
    assert!(tree(&place.path("run")) == before);
    scalenas(&["eval-pose", "--run", &run, "--data", &moved, "--json"]).good().json();
    let resumed = ["supernet", "--resume", &run, "--data", &moved, "--batch", "2"];
    scalenas(&resumed).fixable(&["run.json", "train.batch", "4", "2"]);
}
