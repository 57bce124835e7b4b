//! Full disks: a message, and no partial files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Place, scalenas, text, tree};
use crate::shared::shared;

/// A small file system in memory, unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None`, with a message, where the test may not mount.
    fn new(place: &Place, kib: u32) -> Option<Self> {
        let folder = place.path("disk");
        fs::create_dir_all(&folder).unwrap();
        let size = format!("size={kib}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "none", text(&folder)])
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: may not mount a small disk");
        None
    }

    fn files(&self) -> Vec<String> {
        tree(&self.0).into_iter().map(|(name, _)| name).collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

const NONE: [String; 0] = [];

#[test]
fn a_run() {
    let place = Place::new();
    // Room for nothing, and for all but the first checkpoint.
    // The writer of checkpoints does not pass the message of the system on.
    for (kib, said) in [(4, &["disk/run", "No space left"][..]), (256, &["disk/run"])] {
        let Some(disk) = Disk::new(&place, kib) else { return };
        place.supernet("disk/run", &[]).fixable(said);
        assert_eq!(disk.files(), NONE);
    }
}

#[test]
fn a_data_set() {
    let place = Place::new();
    let Some(disk) = Disk::new(&place, 64) else { return };
    scalenas(&["synth", "--out", &place.arg("disk/data")]).fixable(&["disk/data", "No space left"]);
    assert_eq!(disk.files(), NONE);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn an_import() {
    let shared = shared();
    let place = Place::new();
    let Some(disk) = Disk::new(&place, 512) else { return };
    let pth = shared.join("golden/bottom_up/hrnet_pose_w8.pth");
    let out = place.arg("disk/hrnet.safetensors");
    let ran = scalenas(&["import", "--pth", text(&pth), "--out", &out]);
    ran.fixable(&["hrnet.safetensors", "No space left"]);
    assert_eq!(disk.files(), NONE);
}

#[test]
fn everything_after_the_training() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let kept = ["run.json", "experiment.ron", "metrics.jsonl", "supernet.safetensors"];
    let bytes: u64 = kept.iter().map(|file| size(&place.path("run").join(file))).sum();
    // Whole pages, and one to spare.
    let kib = 4 * (bytes / 4096 + kept.len() as u64 + 2) as u32;
    let Some(disk) = Disk::new(&place, kib) else { return };
    for file in kept {
        fs::copy(place.path("run").join(file), disk.0.join(file)).unwrap();
    }
    let before = tree(&disk.0);
    let run = text(&disk.0);
    let more = ["--set", "search.initial_per_group=4"];
    let ran = scalenas(&[&["evolve", "--run", run][..], &more].concat());
    ran.fixable(&["archive.sqlite", "room on its disk"]);
    // Scored candidates are kept: with room, the search continues from them.
    let left: Vec<String> = disk.files();
    assert!(left.iter().all(|file| !file.contains("partial")), "{left:?}");
    let _ = fs::remove_dir_all(disk.0.join("search"));
    scalenas(&["report", "--run", run]).fixable(&["report.html", "No space left"]);
    let out = place.arg("disk/new/results.json");
    let pictures = place.arg("disk/pictures");
    let ran = scalenas(&["eval-pose", "--run", run, "--pictures", &pictures, "--out", &out]);
    ran.fixable(&["disk", "No space left"]);
    let left: Vec<String> = disk.files();
    assert!(left.iter().all(|file| !file.contains("partial")), "{left:?}");
    assert!(before.iter().all(|(name, bytes)| fs::read(disk.0.join(name)).unwrap() == *bytes));
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}
