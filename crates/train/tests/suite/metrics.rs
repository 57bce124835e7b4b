//! The metrics file: what is continued, what is dropped, what is an error.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;

use scalenas_train::{MetricsFile, Record, read_metrics};

fn line(iteration: u64) -> Record {
    Record {
        split: "train".to_owned(),
        iteration,
        epoch: 1,
        loss: Some(0.1 / iteration as f64),
        learning_rate: Some(1e-3 / 3.0),
        ..Record::default()
    }
}

#[test]
fn lines_after_the_checkpoint_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.jsonl");
    let mut file = MetricsFile::open(&path, 0).unwrap();
    for iteration in 1..=5 {
        file.write(&line(iteration)).unwrap();
    }
    drop(file);
    assert_eq!(read_metrics(&path).unwrap(), (1..=5).map(line).collect::<Vec<_>>());
    let mut file = MetricsFile::open(&path, 3).unwrap();
    assert_eq!(read_metrics(&path).unwrap(), (1..=3).map(line).collect::<Vec<_>>());
    file.write(&line(4)).unwrap();
    assert_eq!(read_metrics(&path).unwrap(), (1..=4).map(line).collect::<Vec<_>>());
    // A new run in the same place starts empty.
    MetricsFile::open(&path, 0).unwrap();
    assert!(read_metrics(&path).unwrap().is_empty());
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(files, [path]);
}

#[test]
fn a_line_cut_off_by_a_kill_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.jsonl");
    let mut file = MetricsFile::open(&path, 0).unwrap();
    (1..=2).for_each(|iteration| file.write(&line(iteration)).unwrap());
    let text = fs::read_to_string(&path).unwrap();
    let first = text.find('\n').unwrap() + 1;
    for end in first..text.len() {
        fs::write(&path, &text[..end]).unwrap();
        assert_eq!(read_metrics(&path).unwrap(), [line(1)], "cut at {end}");
    }
    let mut file = MetricsFile::open(&path, 2).unwrap();
    file.write(&line(2)).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_damaged_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.jsonl");
    fs::write(&path, "{\"split\":\"train\"}\n{\"split\":\"train\",\"los\":1}\n").unwrap();
    let said = read_metrics(&path).unwrap_err().to_string();
    for word in ["metrics.jsonl", "line 2", "los"] {
        assert!(said.contains(word), "{said} lacks {word}");
    }
    let before = fs::read(&path).unwrap();
    assert!(MetricsFile::open(&path, 1).is_err());
    assert!(fs::read(&path).unwrap() == before);
}
