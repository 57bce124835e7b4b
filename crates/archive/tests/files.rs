//! Files of runs in an archive: sent in pieces, fetched whole, checked.

use std::fs;
use std::path::{Path, PathBuf};

use scalenas_archive::{Archive, Place, SharedFile, SharedRun};

/// Damage to a file.
type Change = fn(&mut SharedFile);

/// More than two pieces, the last one short.
const BYTES: usize = 9_000_001;

fn archive(folder: &Path) -> Archive {
    Archive::open(&Place::File(folder.join("scores.sqlite"))).expect("an archive")
}

/// A folder with a large, a small and an empty file.
fn run(folder: &Path) -> (PathBuf, Vec<PathBuf>) {
    let run = folder.join("run");
    fs::create_dir(&run).expect("room");
    let large: Vec<u8> = (0..BYTES).map(|index| (index * 31 % 251) as u8).collect();
    for (name, bytes) in [("weights", &large[..]), ("run.json", b"{}"), ("empty", b"")] {
        fs::write(run.join(name), bytes).expect("room");
    }
    (run, ["empty", "run.json", "weights"].map(PathBuf::from).to_vec())
}

#[test]
fn what_is_fetched_is_what_was_shared() {
    let folder = tempfile::tempdir().expect("a folder");
    let (run, names) = run(folder.path());
    let archive = archive(folder.path());
    let shared = archive.share("digest", &run, &names).expect("shared");
    assert_eq!(shared.bytes(), BYTES as u64 + 2);
    assert_eq!(archive.shared_runs().expect("a list"), std::slice::from_ref(&shared));
    let copy = folder.path().join("copy");
    assert!(!shared.differences(&copy).expect("readable").is_empty());
    archive.fetch(&shared, &copy).expect("fetched");
    assert!(shared.differences(&copy).expect("readable").is_empty());
    for name in &names {
        assert!(
            fs::read(copy.join(name)).expect("a file") == fs::read(run.join(name)).expect("it")
        );
    }
    // Sent once: contents that are there have their pieces already, under whatever name.
    fs::write(run.join("run.json"), "{\"other\": 1}").expect("room");
    let other = archive.share("other", &run, &names).expect("shared");
    assert_eq!(other.files[2], shared.files[2]);
    let runs = archive.shared_runs().expect("a list");
    assert_eq!(runs.iter().map(|run| &*run.weights).collect::<Vec<_>>(), ["digest", "other"]);
    archive.forget_runs().expect("removed");
    assert!(archive.shared_runs().expect("a list").is_empty());
}

#[test]
fn a_folder_is_fetched_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let (run, names) = run(folder.path());
    let archive = archive(folder.path());
    let shared = archive.share("digest", &run, &names).expect("shared");
    let bad = |change: Change| {
        let mut files = shared.files.clone();
        change(files.last_mut().expect("files"));
        SharedRun { files, ..shared.clone() }
    };
    let cases: [(Change, &str); 4] = [
        (|file| file.digest = "0".repeat(64), "contents"),
        (|file| file.bytes -= 4 << 20, "contents"),
        (|file| file.name = "../outside".to_owned(), "no name"),
        (|file| file.name = "/tmp/outside".to_owned(), "no name"),
    ];
    for (change, said) in cases {
        let copy = folder.path().join("copy");
        let error = archive.fetch(&bad(change), &copy).expect_err("refused").to_string();
        assert!(error.contains(said) && error.contains("scores.sqlite"), "{error}");
        let left = fs::read_dir(folder.path()).expect("a folder").flatten();
        let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains("copy")), "{left:?}");
    }
    // A process that was faster keeps its folder.
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).expect("room");
    fs::write(copy.join("own"), "x").expect("room");
    archive.fetch(&shared, &copy).expect("no error");
    assert!(copy.join("own").exists());
}
