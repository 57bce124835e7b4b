//! Latencies of a space, and searches by them.

use std::fs;

use scalenas_space::latency::LatencyTable;
use scalenas_space::{Architecture, SpaceSpec};
use serde_json::Value;

use crate::common::{Place, read_json, scalenas};

#[test]
fn a_space_is_measured_and_searched_by_milliseconds() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let (run, table) = (place.arg("run"), place.arg("cpu.json"));
    let measure = ["latency", "--run", &run, "--out", &table, "--networks", "12", "--reps", "2"];
    let measured = scalenas(&[&measure[..], &["--json"]].concat()).good().json();
    assert_eq!(measured["accuracy"]["checked"], 4);
    let file = read_json(&place.path("cpu.json"));
    assert_eq!((&file["device"], &file["space"]["name"]), (&"cpu".into(), &"tiny".into()));
    let blocks = file["parts"]["blocks"].as_array().unwrap().iter().filter_map(Value::as_f64);
    assert!(blocks.clone().count() == 4 && blocks.clone().all(|time| time >= 0.0), "{file}");
    let space = SpaceSpec::tiny();
    let made = LatencyTable::read(&place.path("cpu.json")).unwrap();
    assert!(made.milliseconds(&Architecture::largest(&space)) > 0.0, "{file}");
    // Two repetitions beside other tests say little about any one part: the search gets times that it can rely on.
    let mut file = file;
    file["parts"]["blocks"] = serde_json::json!([0.1, 0.2, 0.3, 0.4]);
    for (accuracy, warned) in [((0.5, 0.2), true), ((0.95, 0.02), false)] {
        file["accuracy"]["rank_correlation"] = accuracy.0.into();
        file["accuracy"]["median_error"] = accuracy.1.into();
        fs::write(&table, file.to_string()).unwrap();
        let known = scalenas(&["evolve", "--run", &run, "--latency", &table, "--generations", "0"]);
        assert_eq!(known.good().stderr.contains("rank correlation of 0.50"), warned);
        fs::remove_dir_all(place.path("run/search")).unwrap();
    }
    let search = ["evolve", "--run", &run, "--json"];
    let by_macs = scalenas(&search).good().json();
    assert!(by_macs["front"][0]["milliseconds"].is_null());
    // Another price is another search, and what is refused loses nothing.
    let before = fs::read(place.path("run/search/outcome.ron")).unwrap();
    scalenas(&[&search[..3], &["--latency", &table]].concat()).fixable(&["latencies", "--force"]);
    let tight = ["--latency", &table, "--max-ms", "0.000001", "--force"];
    scalenas(&[&search[..3], &tight].concat()).fixable(&["max_ms", "smallest network"]);
    assert!(fs::read(place.path("run/search/outcome.ron")).unwrap() == before);
    let by_time = [&search[..], &["--latency", &table, "--force"]].concat();
    let found = scalenas(&by_time).good().json();
    let front = found["front"].as_array().unwrap();
    let times: Vec<f64> = front.iter().map(|net| net["milliseconds"].as_f64().unwrap()).collect();
    assert!(times.is_sorted() && times[0] > 0.0, "{times:?}");
    let csv = fs::read_to_string(place.path("run/search/candidates.csv")).unwrap();
    let column = csv.lines().next().unwrap().split(',').position(|name| name == "milliseconds");
    let slowest = csv.lines().skip(1).map(|row| row.split(',').nth(column.unwrap()).unwrap());
    let slowest = slowest.map(|ms| ms.parse::<f64>().unwrap()).fold(0.0, f64::max);
    // A window between the fastest and the slowest network leaves some of both searches.
    let limit = (0.5 * (times[0] + slowest)).to_string();
    let within = scalenas(&[&by_time[..], &["--max-ms", &limit]].concat()).good().json();
    let all_within = |front: &Value| {
        front
            .as_array()
            .unwrap()
            .iter()
            .all(|net| net["milliseconds"].as_f64().unwrap() <= limit.parse().unwrap())
    };
    assert!(all_within(&within["front"]), "{within}");
    let again = ["evolve", "--run", &run, "--from-scores", "--latency", &table, "--json"];
    assert!(all_within(
        &scalenas(&[&again[..], &["--max-ms", &limit]].concat()).good().json()["front"]
    ));
    let page = place.arg("page.html");
    scalenas(&["report", "--run", &run, "--out", &page]).good();
    assert!(fs::read_to_string(&page).unwrap().contains("milliseconds"));
}

#[test]
fn refused_before_the_work() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let (run, table) = (place.arg("run"), place.arg("t.json"));
    let other = ["latency", "--space", "tiny", "--input", "32x32", "--out", &table];
    scalenas(&[&other[..], &["--networks", "9", "--reps", "1"]].concat()).good();
    let evolve = ["evolve", "--run", &run];
    scalenas(&[&evolve[..], &["--latency", &table]].concat())
        .fixable(&["32x32", "64x64", "latency"]);
    scalenas(&[&evolve[..], &["--max-ms", "5"]].concat()).fixable(&["--max-ms", "--latency"]);
    let own = place.arg("own.json");
    let measure = ["latency", "--run", &run, "--out", &own, "--networks", "9", "--reps", "1"];
    scalenas(&measure).good();
    let tight = ["--latency", &own, "--max-ms", "0.000001"];
    scalenas(&[&evolve[..], &tight].concat()).fixable(&["max_ms", "smallest network"]);
    assert!(!place.path("run/search/outcome.ron").exists());
    let cut =
        fs::read_to_string(place.path("own.json")).unwrap().replace("\"blocks\"", "\"block\"");
    fs::write(place.path("own.json"), cut).unwrap();
    scalenas(&[&evolve[..], &["--latency", &own]].concat()).fixable(&["own.json", "block"]);
    scalenas(&["latency", "--space", "tinny", "--out", &own]).fixable(&["tinny", "tiny"]);
}
