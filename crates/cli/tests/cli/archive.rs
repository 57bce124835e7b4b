//! Scores in databases: shared by searches, listed, exported, merged; PostgreSQL where it is installed.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::common::{Place, command, ended, read_json, scalenas, text, tree};
use crate::postgres::Server;

/// A place with a trained supernet in `run`.
fn trained() -> Place {
    let place = Place::new();
    place.supernet("run", &[]).good();
    place
}

fn evaluations(arguments: &[&str]) -> Vec<Value> {
    let list = [&["archive", "list", "--json"], arguments].concat();
    scalenas(&list).good().json()["evaluations"].as_array().unwrap().clone()
}

#[test]
fn what_is_scored_is_not_scored_again() {
    let place = trained();
    let run = place.arg("run");
    let search = ["evolve", "--run", &run, "--json"];
    let found = scalenas(&search).good().json();
    let scored = found["scored"].as_u64().unwrap();
    let listed = evaluations(&["--run", &run]).remove(0);
    assert_eq!((&listed["scored"], &listed["open"]), (&scored.into(), &0.into()));
    assert_eq!(listed["document"]["weights"].as_str().unwrap().len(), 64);
    let results = tree(&place.path("run/search"));
    // Started over, with the scores that are known.
    let again = scalenas(&[&search[..], &["--force"]].concat()).good();
    assert!(again.stderr.contains(&format!("continuing after {scored} networks")), "{again:#?}");
    assert_eq!(again.json()["front"], found["front"]);
    let results_of = |files: Vec<(String, Vec<u8>)>| -> Vec<(String, Vec<u8>)> {
        files.into_iter().filter(|(name, _)| !name.contains("sqlite")).collect()
    };
    assert!(results_of(tree(&place.path("run/search"))) == results_of(results));
    assert_eq!(evaluations(&["--run", &run])[0]["seconds"], listed["seconds"]);
    // Another search asks for other networks of the same evaluation; other pictures are another one.
    let other = ["--force", "--set", "search.seed=5"];
    scalenas(&[&search[..], &other].concat()).good();
    let more = evaluations(&["--run", &run]);
    assert!(more.len() == 1 && more[0]["scored"].as_u64() > Some(scored), "{more:?}");
    // Networks of the search before are still known by their ids.
    let all = place.arg("all.json");
    scalenas(&["archive", "export", "--run", &run, "--out", &all]).good();
    let last = fs::read_to_string(place.path("run/search/outcome.ron")).unwrap();
    let all = read_json(&place.path("all.json"));
    let ids = all.as_array().unwrap().iter().map(|one| one["candidate"]["id"].as_str().unwrap());
    let earlier = ids.clone().find(|id| !last.contains(*id)).expect("two searches differ");
    scalenas(&["eval-pose", "--run", &run, "--arch", earlier]).good();
    scalenas(&["eval-pose", "--run", &run, "--arch", "123456789abc"]).fixable(&["123456789abc"]);
    scalenas(&[&search[..], &["--force", "--people", "2"]].concat()).good();
    assert_eq!(evaluations(&["--run", &run]).len(), 2);
}

#[test]
fn halved_generations_look_at_parts_of_the_pictures_first() {
    let place = trained();
    let run = place.arg("run");
    let search = ["evolve", "--run", &run, "--set", "search.halving=1", "--json"];
    let found = scalenas(&search).good();
    assert!(found.stderr.contains("on 1/2 of the pictures"), "{found:#?}");
    let listed = evaluations(&["--run", &run]);
    let scored_of = |parts: Value| {
        let fitting = listed.iter().find(|known| known["document"]["one picture in"] == parts);
        fitting.unwrap()["scored"].as_u64().unwrap()
    };
    let (all, part) = (scored_of(Value::Null), scored_of(2.into()));
    assert!(part >= 4 && all >= found.json()["scored"].as_u64().unwrap(), "{all} and {part}");
    let shown = scalenas(&["archive", "list", "--run", &run]).good().stdout;
    assert!(shown.contains("1/2") && shown.contains("all"), "{shown}");
    let csv = place.arg("s.csv");
    scalenas(&["archive", "export", "--run", &run, "--out", &csv]).good();
    let rows = fs::read_to_string(&csv).unwrap();
    let of_part = rows.lines().filter(|row| row.contains(",1/2,")).count() as u64;
    assert_eq!((rows.lines().count() as u64, of_part), (1 + all + part, part), "{rows}");
    // Scores of a part are no scores: the front of all of them is the one that was found.
    let from = ["evolve", "--run", &run, "--from-scores", "--json"];
    let again = scalenas(&from).good().json();
    assert_eq!(again["scored"].as_u64(), Some(all));
    // Killed or not, the front is the same, and nothing is looked at twice.
    let force = scalenas(&[&search[..], &["--force"]].concat()).good().json();
    assert_eq!(force["front"], found.json()["front"]);
    assert_eq!(evaluations(&["--run", &run]), listed);
    let wrong = scalenas(&["evolve", "--run", &run, "--force", "--set", "search.halving=9"]);
    wrong.fixable(&["halving", "9", "0 to 6"]);
}

#[test]
fn scores_leave_and_join_archives() {
    let place = trained();
    let run = place.arg("run");
    let found = scalenas(&["evolve", "--run", &run, "--json"]).good().json();
    let scored = found["scored"].as_u64().unwrap();
    let [csv, json, all] = ["s.csv", "s.json", "all.sqlite"].map(|name| place.arg(name));
    for out in [&csv, &json] {
        scalenas(&["archive", "export", "--run", &run, "--out", out]).good();
    }
    let rows = fs::read_to_string(&csv).unwrap();
    assert_eq!(rows.lines().count() as u64, 1 + scored);
    assert!(rows.starts_with("evaluation,network,generation,parents,parameters,macs,"), "{rows}");
    let records = read_json(&place.path("s.json"));
    assert_eq!(records.as_array().unwrap().len() as u64, scored);
    assert!(records[0]["seconds"].as_f64() > Some(0.0) && records[0]["device"] == "cpu");
    // The archive of another run, without its scores, takes them.
    place.supernet("other", &["--seed", "1"]).good();
    let other = place.arg("other");
    scalenas(&["evolve", "--run", &other, "--archive", &all]).good();
    let from = place.arg("run/search/archive.sqlite");
    let merge = ["archive", "merge", "--archive", &all, "--from", &from, "--json"];
    assert_eq!(scalenas(&merge).good().json()["added"], scored);
    assert_eq!(scalenas(&merge).good().json()["added"], 0);
    assert_eq!(evaluations(&["--archive", &all]).len(), 2);
    let moved = place.arg("moved.sqlite");
    fs::copy(&all, &moved).unwrap();
    let search = ["evolve", "--run", &run, "--archive", &moved, "--force", "--json"];
    let again = scalenas(&search).good();
    assert!(again.stderr.contains("continuing after"), "{again:#?}");
    assert_eq!(again.json()["front"], found["front"]);
    let key = evaluations(&["--archive", &moved])[0]["evaluation"].as_str().unwrap().to_owned();
    let clean = ["archive", "clean", "--archive", &moved, "--evaluation", &key[..9], "--json"];
    assert!(scalenas(&clean).good().json()["removed"].as_u64() > Some(0));
    assert_eq!(evaluations(&["--archive", &moved]).len(), 1);
}

#[test]
fn searches_of_earlier_versions_are_taken_over() {
    let place = trained();
    let run = place.arg("run");
    let found = scalenas(&["evolve", "--run", &run, "--json"]).good().json();
    let json = place.arg("s.json");
    scalenas(&["archive", "export", "--run", &run, "--out", &json]).good();
    let records = read_json(&place.path("s.json"));
    let scored: Vec<&Value> =
        records.as_array().unwrap().iter().map(|record| &record["candidate"]).collect();
    let state = serde_json::json!({ "version": 2, "spec": {}, "scored": scored });
    fs::remove_dir_all(place.path("run/search")).unwrap();
    fs::create_dir(place.path("run/search")).unwrap();
    fs::write(place.path("run/search/state.json"), state.to_string()).unwrap();
    let again = scalenas(&["evolve", "--run", &run, "--json"]).good();
    assert!(again.stderr.contains("state.json are in"), "{again:#?}");
    assert_eq!(again.json()["front"], found["front"]);
    let listed = evaluations(&["--run", &run]).remove(0);
    assert_eq!((&listed["scored"], &listed["seconds"]), (&found["scored"], &0.0.into()));
}

#[test]
fn workers_help_and_write_nothing() {
    let place = trained();
    let run = place.arg("run");
    place.supernet("same", &[]).good();
    let alone = scalenas(&["evolve", "--run", &place.arg("same"), "--json"]).good().json();
    let archive = place.arg("shared.sqlite");
    let search = ["evolve", "--run", &run, "--archive", &archive, "--json"];
    let mut calls: Vec<_> =
        (0..2).map(|_| command(&[&search[..], &["--worker"]].concat())).collect();
    calls.push(command(&search));
    let children: Vec<_> = calls
        .iter_mut()
        .map(|call| call.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    for child in children {
        assert_eq!(ended(child).good().json()["front"], alone["front"]);
    }
    let listed = evaluations(&["--archive", &archive]).remove(0);
    assert_eq!((&listed["scored"], &listed["open"]), (&alone["scored"], &0.into()));
    // A worker with other weights does not help, and is told so.
    place.supernet("other", &["--seed", "1"]).good();
    let call = ["evolve", "--run", &place.arg("other"), "--archive", &archive, "--worker"];
    let said = scalenas(&call).good().stderr;
    assert!(said.contains("differs in: seed, weights"), "{said}");
    let before = tree(&place.path("run/search"));
    assert!(before.iter().any(|(name, _)| name == "outcome.ron"));
    fs::remove_dir_all(place.path("run/search")).unwrap();
    scalenas(&[&search[..], &["--worker"]].concat()).good();
    assert!(!place.path("run/search").exists(), "a worker wrote into the run");
}

#[test]
fn a_run_is_fetched_once_from_the_archive() {
    let place = trained();
    let (run, copy) = (place.arg("run"), place.arg("elsewhere/copy"));
    fs::create_dir(place.path("elsewhere")).unwrap();
    let archive = place.arg("shared.sqlite");
    let fetch = ["evolve", "--run", &copy, "--archive", &archive, "--worker", "--fetch", "--json"];
    scalenas(&["evolve", "--run", &run, "--archive", &archive, "--json"]).good();
    let none = scalenas(&fetch);
    none.fixable(&["shared.sqlite", "holds no run", "--share"]);
    assert!(!place.path("elsewhere/copy").exists());
    let share = ["evolve", "--run", &run, "--archive", &archive, "--force", "--share", "--json"];
    let found = scalenas(&share).good().json();
    let listed = scalenas(&["archive", "list", "--archive", &archive, "--json"]).good().json();
    let files = listed["runs"][0]["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file["name"] == "supernet.safetensors"), "{listed:#}");
    // The run is gone where it was made; the copy is all that the worker needs.
    fs::rename(&run, place.path("gone")).unwrap();
    let first = scalenas(&fetch).good();
    assert!(first.stderr.contains("fetched"), "{first:#?}");
    assert_eq!(first.json()["front"], found["front"]);
    let weights = |folder: &str| fs::read(place.path(folder).join("supernet.safetensors")).unwrap();
    assert!(weights("elsewhere/copy") == weights("gone"));
    assert_eq!(tree(&place.path("elsewhere")).len(), files.len(), "nothing else is left there");
    let again = scalenas(&fetch).good();
    assert!(!again.stderr.contains("fetched"), "{again:#?}");
    // A worker that starts again keeps its run, though another was shared since.
    place.supernet("other", &["--seed", "1"]).good();
    scalenas(&["evolve", "--run", &place.arg("other"), "--archive", &archive, "--share"]).good();
    let kept = scalenas(&fetch).good();
    assert!(!kept.stderr.contains("fetched"), "{kept:#?}");
    assert_eq!(kept.json()["front"], found["front"]);
    assert!(weights("elsewhere/copy") == weights("gone"));
    // A folder with other weights is not touched.
    fs::write(place.path("elsewhere/copy/supernet.safetensors"), "other").unwrap();
    let wrong = scalenas(&fetch);
    wrong.fixable(&["elsewhere/copy", "supernet.safetensors", "accepted"]);
    assert_eq!(weights("elsewhere/copy"), b"other");
    scalenas(&["archive", "clean", "--archive", &archive, "--shared"]).good();
    let listed = scalenas(&["archive", "list", "--archive", &archive, "--json"]).good().json();
    assert!(listed["runs"].as_array().unwrap().is_empty());
    let known = listed["evaluations"].as_array().unwrap();
    assert!(known.len() == 2 && known.iter().any(|one| one["scored"] == found["scored"]));
}

#[test]
fn refused_with_the_archive_intact() {
    let place = trained();
    let run = place.arg("run");
    let text = place.arg("notes.txt");
    fs::write(&text, "no database, but long enough to be taken for one by its size alone").unwrap();
    for (archive, said) in [
        ("mysql://me:secret@host/x", ["mysql://me@host/x", "postgres://"]),
        (&*text, ["notes.txt", "database"]),
        ("/no/such/folder/x.sqlite", ["/no/such/folder", "open"]),
    ] {
        let ran = scalenas(&["evolve", "--run", &run, "--archive", archive]);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(said.iter().all(|said| ran.stderr.contains(said)), "{ran:#?}");
        assert!(!ran.stderr.contains("secret"), "{ran:#?}");
    }
    scalenas(&["archive", "list", "--run", &run]).fixable(&["archive.sqlite", "no such file"]);
    scalenas(&["evolve", "--run", &run]).good();
    let wrong = place.arg("x.txt");
    scalenas(&["archive", "export", "--run", &run, "--out", &wrong]).fixable(&["x.txt", ".csv"]);
    let clean = ["archive", "clean", "--run", &run, "--evaluation", "zz"];
    scalenas(&clean).fixable(&["--evaluation zz", "accepted"]);
    assert_eq!(evaluations(&["--run", &run]).len(), 1);
}

/// A server that takes encrypted connections alone, with a certificate of its own.
#[test]
fn connections_are_encrypted_where_the_address_asks_for_it() {
    let Some(server) = Server::start_encrypted() else { return };
    let list = |more: &str| {
        scalenas(&["archive", "list", "--archive", &format!("{}?{more}", server.url())])
    };
    let certificate = server.certificate();
    list(&format!("sslmode=verify-full&sslrootcert={}", text(&certificate))).good();
    list("sslmode=require").good();
    // Nobody vouches for it, and without encryption it does not listen.
    let unknown = list("sslmode=verify-full");
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    assert!(unknown.stderr.contains("certificate"), "{unknown:#?}");
    assert_eq!(list("sslmode=disable").code, Some(2));
}

#[test]
fn many_machines_share_a_server() {
    let Some(server) = Server::start() else { return };
    let place = trained();
    let run = place.arg("run");
    let alone = scalenas(&["evolve", "--run", &run, "--json"]).good().json();
    let search =
        ["evolve", "--run", &run, "--archive", server.url(), "--force", "--share", "--json"];
    let mut helper =
        command(&["evolve", "--run", &run, "--archive", server.url(), "--worker", "--json"]);
    let helper = helper.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It is away for a moment while a search waits for it.
    server.restart();
    let found = scalenas(&search).good().json();
    assert_eq!(found["front"], alone["front"]);
    assert_eq!(ended(helper).good().json()["front"], alone["front"]);
    let listed = evaluations(&["--archive", server.url()]).remove(0);
    assert_eq!((&listed["scored"], &listed["open"]), (&alone["scored"], &0.into()));
    let copy = place.arg("copy");
    let fetch =
        ["evolve", "--run", &copy, "--archive", server.url(), "--worker", "--fetch", "--json"];
    assert_eq!(scalenas(&fetch).good().json()["front"], alone["front"]);
    let csv = place.arg("s.csv");
    scalenas(&["archive", "export", "--archive", server.url(), "--out", &csv]).good();
    assert_eq!(
        fs::read_to_string(&csv).unwrap().lines().count() as u64,
        1 + found["scored"].as_u64().unwrap()
    );
    // A server that went away, and one that never was.
    let url = server.url().to_owned();
    drop(server);
    let ran = scalenas(&["archive", "list", "--archive", &url.replace('@', ":secret@")]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("no answer for") && !ran.stderr.contains("secret"), "{ran:#?}");
}
