//! Every `cargo xtask` command that README and guide print, run by a shell as it is typed, on small data.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Place, scalenas, text, tree};

/// Stands for `cargo`: keeps a list of the verbs that ran, and makes the work of each one small.
const CARGO: &str = r#"#!/bin/sh
shift
verb=$1
epoch="--epochs 1 --batch 4 --set train.calibration_batches=1 --set train.validate_every=0"
case $verb in
supernet) small="$epoch" ;;
finetune) small="--epochs 1" ;;
quickstart)
    small="$epoch --set synth.train=8 --set synth.val=3 --set search.generations=0 --set input=(64,64)" ;;
evolve)
    case "$*" in
    *--from-scores*) ;;
    *) small="--generations 0 --people 2 --set search.initial_per_group=1" ;;
    esac
    ;;
synth) small="--train 16 --val 8" ;;
rank) small="--networks 3 --epochs 1" ;;
latency) small="--networks 9 --reps 1" ;;
esac
# A network of one epoch need not find anybody.
"$SCALENAS" "$@" $small >"$RAN.output" 2>&1 || grep -q "nobody was found" "$RAN.output" ||
    { cat "$RAN.output" >&2; echo "$@" >&2; exit 1; }
echo "$verb" >>"$RAN"
"#;

/// Command lines of a document by fenced block, continuations joined. Those with an ellipsis are forms, and
/// those with other programs or other features than the tests' are not run here.
fn blocks(document: &str) -> Vec<Vec<String>> {
    let fenced = document.split("```").skip(1).step_by(2);
    let blocks = fenced.map(|block| {
        let joined = block.replace("\\\n", " ");
        let lines = joined.lines().filter(|line| line.starts_with("cargo xtask "));
        let is_run = |line: &&str| !line.contains('…') && !line.contains(" --features ");
        lines.filter(is_run).map(str::to_owned).collect::<Vec<_>>()
    });
    blocks.filter(|lines| !lines.is_empty()).collect()
}

/// Data and runs under the names that the documents use.
struct Shelf {
    place: Place,
}

impl Shelf {
    fn filled() -> Self {
        let place = Place::new();
        place.synth("photos", &["--train", "6", "--val", "3"]);
        let photos = place.path("photos");
        for (name, bytes) in tree(&photos.join("images/train2017")) {
            fs::write(photos.join(name), bytes).unwrap();
        }
        fs::copy(
            photos.join("annotations/person_keypoints_train2017.json"),
            place.path("labels.json"),
        )
        .unwrap();
        let first = tree(&photos.join("images/val2017")).remove(0);
        fs::write(place.path("boxes.json"), boxes_of(&photos.join("images/train2017"))).unwrap();
        fs::write(place.path("photo.jpg"), first.1).unwrap();
        let coco = project().join("datasets/coco.ron");
        fs::copy(coco, place.path("animals.ron")).unwrap();
        let streets = place.arg("streets");
        let synth = ["synth", "--task", "segmentation", "--out", &streets, "--size", "64x128"];
        scalenas(&[&synth[..], &["--train", "4", "--val", "2"]].concat()).good();
        let shelf = Self { place };
        for (run, config, data) in [
            ("mine", "pose/quick.ron", "photos"),
            ("other", "pose/quick.ron", "photos"),
            ("crowd", "pose/quick_bottom_up.ron", "photos"),
            ("streets", "segmentation/quick.ron", "streets"),
        ] {
            shelf.train(run, config, data);
        }
        shelf
    }

    /// A supernet of one epoch, searched.
    fn train(&self, run: &str, config: &str, data: &str) {
        let [out, data] = [&format!("runs/{run}"), data].map(|name| self.place.arg(name));
        let config = project().join("configs").join(config);
        let words = ["supernet", "--config", text(&config), "--data", &data, "--out", &out];
        let mut small = vec!["--epochs", "1", "--batch", "4"];
        small.extend(["--set", "train.calibration_batches=1", "--set", "search.generations=0"]);
        small.extend(["--set", "train.validate_every=0"]);
        small.extend(["--set", "search.initial_per_group=1"]);
        if run == "crowd" {
            small.extend(["--set", "input=(64,64)"]);
        }
        scalenas(&[&words[..], &small].concat()).good();
        scalenas(&["evolve", "--run", &out, "--people", "2"]).good();
    }

    /// A folder in which a block of commands can be typed: all that it does not make itself.
    fn desk(&self, name: &str, commands: &str) -> PathBuf {
        let desk = self.place.path(name);
        fs::create_dir(&desk).unwrap();
        for folder in ["photos", "streets", "labels.json", "boxes.json", "photo.jpg", "animals.ron"]
        {
            if !commands.contains(&format!("--write-facts {folder}")) {
                symlink(self.place.path(folder), desk.join(folder)).unwrap();
            }
        }
        symlink(project().join("configs"), desk.join("configs")).unwrap();
        for (file, bytes) in tree(&self.place.path("runs")) {
            let run = file.split('/').next().unwrap();
            if !commands.contains(&format!("--out runs/{run}")) {
                let file = desk.join("runs").join(&file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, bytes).unwrap();
            }
        }
        desk
    }
}

/// A box in every picture of a folder, as a list that names pictures.
fn boxes_of(pictures: &Path) -> String {
    let names = tree(pictures);
    let boxes = names.iter().map(
        |(name, _)| serde_json::json!({ "file_name": name, "bbox": [8, 8, 80, 64], "score": 0.9 }),
    );
    serde_json::Value::from(boxes.collect::<Vec<_>>()).to_string()
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A clip of the pictures of a folder; none where `ffmpeg` is missing.
fn clip(photo: &Path, out: &Path) -> bool {
    let words = ["-v", "error", "-loop", "1", "-i", text(photo), "-t", "0.2", text(out)];
    Command::new("ffmpeg").args(words).status().is_ok_and(|status| status.success())
}

fn typed(document: &str, at_least: usize) {
    let shelf = Shelf::filled();
    let printed = fs::read_to_string(project().join(document)).unwrap();
    let printed = printed
        .replace("/path/to/coco", text(&shelf.place.path("photos")))
        .replace("/path/to/cityscapes", text(&shelf.place.path("streets")))
        // Slow machines must not fail.
        .replace("--max-ms ", "--max-ms 1000");
    let film = clip(&shelf.place.path("photo.jpg"), &shelf.place.path("clip.mp4"));
    let bin = shelf.place.path("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("cargo"), CARGO).unwrap();
    fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut number = 0;
    for (n, mut lines) in blocks(&printed).into_iter().enumerate() {
        lines.retain(|line| film || !line.contains(".mp4"));
        let script = lines.join("\n");
        let desk = shelf.desk(&format!("desk{n}"), &script);
        if film {
            symlink(shelf.place.path("clip.mp4"), desk.join("clip.mp4")).unwrap();
        }
        let ran = desk.join("ran");
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &script]).current_dir(&desk).env("PATH", &path);
        shell.env("SCALENAS", env!("CARGO_BIN_EXE_scalenas")).env("RAN", &ran);
        let output = shell.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{document}:\n{script}\n\n{said}");
        let verbs = fs::read_to_string(ran).unwrap().lines().count();
        assert_eq!(verbs, lines.len(), "{document}:\n{script}");
        number += verbs;
    }
    assert!(number >= at_least, "{document}: {number} commands were found");
}

#[test]
fn commands_of_the_readme() {
    typed("README.md", 12);
}

#[test]
fn commands_of_the_guide() {
    typed("docs/guide.md", 20);
}
