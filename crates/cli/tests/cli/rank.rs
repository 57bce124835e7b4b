//! Ranking of networks by a supernet, against trainings of their own.

use std::fs;
use std::process::Stdio;

use scalenas_base::lock::FolderLock;
use scalenas_evolve::Outcome;
use serde_json::Value;

use crate::common::{Place, Ran, command, ended, read_json, scalenas};

fn rank(place: &Place, more: &[&str]) -> Ran {
    let run = place.arg("run");
    let arguments = ["rank", "--run", &run, "--networks", "3", "--epochs", "1", "--json"];
    scalenas(&[&arguments[..], more].concat())
}

#[test]
fn a_ranking_is_compared_with_trainings_alone() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let found = rank(&place, &[]).good().json();
    let task = &found["tasks"][0];
    let nets = task["networks"].as_array().unwrap();
    assert_eq!((nets.len(), &task["figure"]), (3, &"ap".into()));
    assert!(nets.windows(2).all(|pair| pair[0]["gmacs"].as_f64() < pair[1]["gmacs"].as_f64()));
    assert!(task["agreement"]["regret_at_1"].as_f64().unwrap() >= 0.0);
    for file in ["ranking_ap.svg", "ranking_ap.csv", "ranking_ap.json"] {
        assert!(place.path("run/ranking").join(file).is_file(), "{file}");
    }
    let rows = fs::read_to_string(place.path("run/ranking/ranking_ap.csv")).unwrap();
    assert_eq!(rows.lines().count(), 4);
    // What is trained is not trained again, by this supernet or another of the same recipe.
    let grades = |id: &str| place.path("run/ranking/alone").join(id).join("grade.json");
    let id = nets[0]["id"].as_str().unwrap();
    let before = fs::metadata(grades(id)).unwrap().modified().unwrap();
    assert_eq!(rank(&place, &[]).good().json(), found);
    place.supernet("other", &["--set", "train.sampling=Uniform"]).good();
    let (other, alone) = (place.arg("other"), place.arg("run/ranking/alone"));
    let shared =
        ["rank", "--run", &other, "--alone", &alone, "--networks", "3", "--epochs", "1", "--json"];
    let shared = scalenas(&shared).good().json();
    let own = |ranking: &Value| -> Vec<Value> {
        let nets = ranking["tasks"][0]["networks"].as_array().unwrap();
        nets.iter().map(|net| net["alone"].clone()).collect()
    };
    assert_eq!(own(&shared), own(&found));
    assert_eq!(fs::metadata(grades(id)).unwrap().modified().unwrap(), before);
    rank(&place, &["--set", "train.learning_rate=0.01"]).fixable(&["learning_rate", "--alone"]);
    // Their scores are enough, but only of the same recipe and networks.
    let table = place.arg("table.json");
    fs::copy(place.path("run/ranking/ranking_ap.json"), &table).unwrap();
    let whole_table = fs::read(&table).unwrap();
    let from = |more: &[&str]| {
        let few = ["rank", "--run", &other, "--alone", &table, "--json"];
        scalenas(&[&few[..], more].concat())
    };
    let alike = ["--networks", "3", "--epochs", "1"];
    let and = |more: &[&'static str]| from(&[&alike[..], more].concat());
    assert_eq!(and(&[]).good().json()["tasks"], shared["tasks"]);
    from(&["--networks", "4", "--epochs", "1"]).fixable(&["no network", "--networks 3"]);
    from(&["--networks", "3", "--epochs", "2"]).fixable(&["train.epochs 1", "2 is asked for"]);
    and(&["--seeds", "2"]).fixable(&["table.json", "1 trainings", "--seeds"]);
    and(&["--fine-tune"]).fixable(&["table.json", "one supernet", "folder"]);
    // Statistics of other training pictures change the scores with shared weights, and no others.
    let (few, out) = (["--calibration", "1", "--out"], place.arg("one"));
    let one = from(&[&alike[..], &few, &[&*out]].concat()).good().json();
    assert_eq!(own(&one), own(&found));
    assert_eq!(read_json(&place.path("one/ranking_ap.json"))["calibration_batches"], 1);
    and(&["--calibration", "0"]).fixable(&["--calibration", "at least 1"]);
    let held_out = place.annotations("val");
    let whole = fs::read(&held_out).unwrap();
    place.change("val", |file| file["annotations"].as_array_mut().unwrap().truncate(2));
    and(&[]).fixable(&["table.json", "samples"]);
    fs::write(&held_out, whole).unwrap();
    fs::write(&table, "{}").unwrap();
    and(&[]).fixable(&["table.json", "missing field", "rank"]);
    // A network that another process trains is left to it.
    fs::remove_file(grades(id)).unwrap();
    let lock = FolderLock::acquire(grades(id).parent().unwrap()).unwrap();
    let busy = rank(&place, &[]).good().json();
    assert_eq!((&busy["busy"], &busy["trained"]), (&1.into(), &2.into()));
    drop(lock);
    // Another machine goes on with the scores so far.
    let (scores, there) = (busy["scores"].as_str().unwrap(), place.arg("there"));
    let known = ["rank", "--run", &other, "--known", scores, "--alone", &there, "--json"];
    let rest = scalenas(&[&known[..], &alike].concat()).good().json();
    assert_eq!(own(&rest), own(&found));
    assert_eq!(fs::read_dir(&there).unwrap().count(), 1);
    assert_eq!(rank(&place, &[]).good().json()["tasks"], found["tasks"]);
    let page = place.arg("page.html");
    scalenas(&["report", "--run", &place.arg("run"), "--out", &page]).good();
    assert!(fs::read_to_string(&page).unwrap().contains("Ranking by the supernet"));
    // More seeds are trained beside the first, and their mean counts.
    let twice = rank(&place, &["--seeds", "2"]).good().json();
    let agreement = &twice["tasks"][0]["agreement"];
    assert!(agreement["seeds"].is_object() && found["tasks"][0]["agreement"]["seeds"].is_null());
    let net = &twice["tasks"][0]["networks"][0];
    let scores = net["seeds"].as_array().unwrap();
    assert_eq!((scores.len(), &scores[0]), (2, &nets[0]["alone"]));
    let mean = scores[0].as_f64().unwrap().midpoint(scores[1].as_f64().unwrap());
    assert!((net["alone"].as_f64().unwrap() - mean).abs() < 1e-12);
    let rows = fs::read_to_string(place.path("run/ranking/ranking_ap.csv")).unwrap();
    assert!(rows.lines().all(|row| row.split(',').count() == 7), "{rows}");
    let second = place.path("run/ranking/alone/seed-1").join(id).join("run.json");
    assert_eq!(read_json(&second)["train"]["seed"], 1);
    // Only what an earlier ranking lacks is trained.
    fs::write(&table, whole_table).unwrap();
    fs::remove_dir_all(place.path("run/ranking/alone").join(id)).unwrap();
    let known = ["--seeds", "2", "--known", &table];
    assert_eq!(rank(&place, &known).good().json()["tasks"], twice["tasks"]);
    assert!(!place.path("run/ranking/alone").join(id).exists());
    rank(&place, &["--known", &table, "--alone", &table]).fixable(&["--known", "--alone"]);
    rank(&place, &["--known", &table, "--fine-tune"]).fixable(&["--known", "one supernet"]);
    rank(&place, &["--known", &alone]).fixable(&["--known", "alone"]);
}

/// Begun together, each finds the other at the first network; again, what the first call trained is taken.
#[test]
fn processes_share_the_trainings_from_the_start() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let call = ["rank", "--run", "run", "--networks", "3", "--epochs", "1", "--fine-tune"];
    let here = || {
        let mut rank = command(&call);
        rank.current_dir(place.path(".")).stdout(Stdio::piped()).stderr(Stdio::piped());
        rank
    };
    let both = [here().spawn().unwrap(), here().spawn().unwrap()];
    for rank in both {
        ended(rank).good();
    }
    ended(here().spawn().unwrap()).good();
    let ranking = read_json(&place.path("run/ranking/ranking_ap.json"));
    // Fine-tuned networks have a folder of their own.
    let tuned = place.path("run/ranking/tuned");
    for net in ranking["networks"].as_array().unwrap() {
        assert!(tuned.join(net["id"].as_str().unwrap()).join("grade.json").is_file());
    }
}

/// Gives the candidates of the run's search scores that follow `rule` of their place by cost.
fn scored(place: &Place, rule: fn(usize) -> f64) {
    let path = place.path("run/search/outcome.ron");
    let mut outcome = Outcome::read(&path).unwrap();
    outcome.candidates.sort_by_key(|candidate| candidate.cost.macs);
    for (index, candidate) in outcome.candidates.iter_mut().enumerate() {
        candidate.fitness = vec![rule(index)];
    }
    outcome.write(&path).unwrap();
}

#[test]
fn found_networks_are_compared_with_each_other() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    rank(&place, &["--found"]).fixable(&["no search", "evolve --run"]);
    scalenas(&["evolve", "--run", &place.arg("run")]).good();
    // A front of one network, the cheapest, has no order.
    scored(&place, |_| 0.5);
    rank(&place, &["--found"]).fixable(&["--found", "front", "1 networks", "3 or more"]);
    scored(&place, |index| index as f64 / 100.0);
    let found = rank(&place, &["--found", "--fine-tune"]).good().json();
    let nets = found["tasks"][0]["networks"].as_array().unwrap();
    let outcome = Outcome::read(&place.path("run/search/outcome.ron")).unwrap();
    let front: Vec<&str> = outcome.spread_front(3).iter().map(|found| &*found.id).collect();
    let ids: Vec<&str> = nets.iter().map(|net| net["id"].as_str().unwrap()).collect();
    assert_eq!(ids, front);
    // It stands beside the ranking of networks of all costs, and shares their trainings.
    assert!(place.path("run/ranking/found/ranking_ap.json").is_file());
    assert!(!place.path("run/ranking/ranking_ap.json").exists());
    assert!(place.path("run/ranking/tuned").join(ids[0]).join("grade.json").is_file());
}

#[test]
fn refused_before_the_work() {
    let place = Place::new();
    let run = place.arg("run");
    scalenas(&["rank", "--run", &run]).fixable(&["run"]);
    place.supernet("run", &["--set", "train.sampling=Smallest"]).good();
    rank(&place, &[]).fixable(&["one network alone", "supernet"]);
    scalenas(&["rank", "--run", &run, "--networks", "2"]).fixable(&["--networks"]);
}
