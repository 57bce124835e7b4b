//! Top-down pose from pictures to report: files of each step, and their dependence on the seed alone.

use std::fs;

use serde_json::Value;

use crate::common::{Place, metrics, scalenas, text, tree};

#[test]
fn synthetic_people_follow_from_the_seed() {
    let place = Place::new();
    place.synth("same", &["--train", "8", "--val", "3"]);
    place.synth("other", &["--train", "8", "--val", "3", "--seed", "1"]);
    let [first, same, other] = ["data", "same", "other"].map(|name| tree(&place.path(name)));
    assert!(first == same && first != other);
}

#[test]
fn from_pictures_to_report() {
    let place = Place::new();
    let trained = place.supernet("run", &["--json"]).good();
    assert_eq!(trained.json()["interrupted"], false);
    let run = place.arg("run");
    let searched = scalenas(&["evolve", "--run", &run, "--json"]).good();
    let id = searched.json()["front"][0]["id"].as_str().unwrap().to_owned();
    for file in ["outcome.ron", "candidates.csv", "pareto.svg", "best.ron"] {
        assert!(place.path("run/search").join(file).exists(), "no {file}");
    }
    compared_and_doubted(&searched.json());
    // Other ceilings need no other scores.
    let again = ["evolve", "--run", &run, "--from-scores", "--json"];
    let front = scalenas(&again).good().json()["front"].clone();
    assert_eq!(front.as_array().map(Vec::len), searched.json()["front"].as_array().map(Vec::len));
    let cheapest = front[0]["gmacs"].as_f64().unwrap().to_string();
    let tight = scalenas(&[&again[..], &["--max-gmacs", &cheapest]].concat()).good().json();
    assert_eq!(tight["front"].as_array().unwrap().len(), 1);
    let id_of_cheapest = front[0]["id"].as_str().unwrap();
    let said = ["none of the", "the least violating", id_of_cheapest, "max_gmacs is 0.00001"];
    scalenas(&[&again[..], &["--max-gmacs", "0.00001"]].concat()).fixable(&said);
    scalenas(&[&again[..], &["--max-ms=-1"]].concat()).fixable(&["--max-ms", "-1", "above 0"]);
    let csv = fs::read_to_string(place.path("run/search/candidates.csv")).unwrap();
    assert!(csv.lines().count() > 4, "{csv}");
    let best = place.arg("run/search/best.ron");
    let score = |arch: &str| {
        let ran = scalenas(&["eval-pose", "--run", &run, "--arch", arch, "--json"]).good();
        let ap = ran.json()["AP"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&ap), "{ap}");
        ran.stdout
    };
    for arch in ["largest", "smallest", &id] {
        score(arch);
    }
    assert_eq!(score("best"), score(&best));
    let pictures = place.arg("pictures");
    scalenas(&["eval-pose", "--run", &run, "--arch", &best, "--pictures", &pictures]).good();
    assert!(!tree(&place.path("pictures")).is_empty());
    scalenas(&["report", "--run", &run]).good();
    let page = fs::read_to_string(place.path("run/report.html")).unwrap();
    for outside in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!page.contains(outside), "the page fetches {outside}");
    }
    assert!(page.contains("<svg") && page.contains("data:image"));
    view_of(&page, &searched.json());
}

/// A search is compared with random networks, and its front says how far scores can be trusted.
fn compared_and_doubted(found: &Value) {
    let growth = &found["growth"][0];
    assert_eq!(growth["search"][0], growth["random"][0], "both begin alike");
    assert_eq!(growth["search"].as_array().unwrap().len(), 2);
    assert_eq!(growth["search"][1]["scored"], growth["random"][1]["scored"]);
    assert_eq!(found["advantage"]["seeds"], 1);
    let front = found["front"].as_array().unwrap();
    let noise = found["noise"]["networks"].as_array().unwrap();
    assert_eq!(front.len(), noise.len());
    for (place, (network, noise)) in front.iter().zip(noise).enumerate() {
        assert_eq!(network["id"], noise["id"]);
        let deviation = noise["deviation"][0].as_f64().unwrap();
        assert!((0.0..0.5).contains(&deviation), "{noise}");
        assert_eq!(noise["ahead"].as_array().unwrap().len(), usize::from(place > 0), "{noise}");
        assert_eq!(network["lineage"].as_array().unwrap().last(), network.get("id"));
    }
}

/// The interactive view has every network of the search and the random ones, once, with sound references.
fn view_of(page: &str, found: &Value) {
    let (_, rest) = page.split_once("id=\"explorer-data\">").unwrap();
    let data: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    let networks = data["networks"].as_array().unwrap();
    assert_eq!(Some(networks.len() as u64), found["scored"].as_u64());
    let objectives = data["objectives"].as_array().unwrap().len();
    for network in networks {
        assert_eq!(network["values"].as_array().unwrap().len(), objectives);
        for parent in network["parents"].as_array().unwrap() {
            let parent = &networks[parent.as_u64().unwrap() as usize];
            assert!(parent["generation"].as_u64() < network["generation"].as_u64());
        }
    }
    let is_random = |network: &&Value| network["random"] == true;
    assert!(networks.iter().filter(is_random).count() <= 3);
    assert!(page.contains("What the search prefers"));
}

#[test]
fn seeds_say_whether_the_search_is_worth_its_time() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let run = place.arg("run");
    let call = ["evolve", "--run", &run, "--seeds", "3", "--json"];
    let found = scalenas(&call).good().json();
    let growth = found["growth"].as_array().unwrap();
    assert_eq!(
        growth.iter().map(|one| one["seed"].as_u64()).collect::<Vec<_>>(),
        [Some(0), Some(1), Some(2)]
    );
    assert_eq!(found["advantage"]["seeds"], 3);
    let advantage = &found["advantage"];
    let [low, mean, high] =
        [&advantage["interval"]["low"], &advantage["mean"], &advantage["interval"]["high"]]
            .map(|value| value.as_f64().unwrap());
    assert!(low <= mean && mean <= high, "{advantage}");
    // The result is that of the first seed, whatever else was scored beside it.
    let alone = scalenas(&["evolve", "--run", &run, "--set", "search.baseline=false", "--json"])
        .good()
        .json();
    assert_eq!(alone["front"], found["front"]);
    assert_eq!(alone["growth"][0]["random"], Value::Null);
}

#[test]
fn one_seed_one_result() {
    let place = Place::new();
    for run in ["a", "b", "c"] {
        let more: &[&str] = if run == "c" { &["--seed", "7"] } else { &[] };
        place.supernet(run, more).good();
        scalenas(&["evolve", "--run", &place.arg(run)]).good();
        scalenas(&["report", "--run", &place.arg(run)]).good();
    }
    let read = |run: &str, file: &str| fs::read(place.path(run).join(file)).unwrap();
    let search = ["outcome.ron", "candidates.csv", "best.ron", "pareto.svg"];
    let search = search.map(|file| format!("search/{file}"));
    for file in
        ["supernet.safetensors", "report.html"].into_iter().chain(search.iter().map(|f| &**f))
    {
        assert!(read("a", file) == read("b", file), "{file} differs");
    }
    let [a, b] = ["a", "b"].map(|run| metrics(&place.path(run)));
    assert_eq!(a, b);
    assert!(read("a", "supernet.safetensors") != read("c", "supernet.safetensors"));
}

#[test]
fn an_existing_run_is_not_touched() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let before = tree(&place.path("run"));
    place.supernet("run", &[]).fixable(&["run", "--resume", "--force"]);
    assert!(tree(&place.path("run")) == before);
    place.supernet("run", &["--force", "--seed", "3"]).good();
    assert!(tree(&place.path("run")) != before);
    let data = place.path("data");
    let again = ["synth", "--out", text(&data), "--train", "1", "--val", "1"];
    scalenas(&again).fixable(&["data", "--force"]);
}
