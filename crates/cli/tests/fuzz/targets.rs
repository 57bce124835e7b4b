//! Readers of foreign bytes, each with files to damage.

use std::fs;
use std::path::Path;

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use scalenas_coco::{AreaSource, CocoKeypoints, GroundTruth, JointSet, boxes, detections, results};
use scalenas_data::segmentation::{LabelMap, read_list};
use scalenas_data::{Image8, KeypointFacts, SegmentationFacts};
use scalenas_model::import::read_pth;
use scalenas_model::{ScaleNet, Supernet, load_supernet, save_supernet};
use scalenas_space::{Architecture, MaskFile, SpaceSpec};
use scalenas_train::RunFolder;
use serde_json::json;

use crate::seeds;

/// Memory that a small file may take, in bytes.
const MEMORY: usize = 64 << 20;
/// Memory of a network of the smallest space, read and built.
const NETWORK: usize = 256 << 20;
/// Memory of a picture: the stated limit, twice where formats are converted.
const PICTURE: usize = 2 * (2 << 30);

/// A reader with its seeds.
pub struct Target {
    pub name: &'static str,
    /// Name of the damaged file.
    pub file: &'static str,
    pub seeds: Vec<Vec<u8>>,
    /// Maximum memory in bytes.
    pub memory: usize,
    /// Reads a file; tells whether it was accepted.
    pub read: fn(&Path) -> bool,
}

/// All targets; `folder` is for the files that seeds are made of.
pub fn all(folder: &Path) -> Vec<Target> {
    let mut targets = texts();
    targets.extend(networks(folder));
    targets.extend(pictures());
    targets
}

fn target(
    name: &'static str,
    file: &'static str,
    seeds: Vec<Vec<u8>>,
    memory: usize,
    read: fn(&Path) -> bool,
) -> Target {
    Target { name, file, seeds, memory, read }
}

fn joints() -> JointSet {
    (&KeypointFacts::coco()).into()
}

fn texts() -> Vec<Target> {
    let person = |id: i64| {
        json!({"id": id, "image_id": 1, "category_id": 1, "iscrowd": id % 2, "area": 9.5,
               "bbox": [1, 2, 3.5, 4], "num_keypoints": 17, "keypoints": vec![2; 51],
               "segmentation": {"size": [9, 9], "counts": [40, 41]}})
    };
    let annotations = json!({
        "images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9, "crowdIndex": 0.5}],
        "annotations": [person(1), person(2)],
        "categories": [{"id": 1, "name": "person", "keypoints": KeypointFacts::coco().joints}],
    });
    let found =
        json!([{"image_id": 1, "category_id": 1, "score": 0.5, "keypoints": vec![1.5; 51]}]);
    let boxes = json!([{"image_id": 1, "category_id": 1, "score": 0.5, "bbox": [1, 2, 3, 4]}]);
    let named = json!([{"file_name": "a.jpg", "score": 0.5, "bbox": [1, 2, 3, 4]}]);
    let named = [named, annotations.clone()].map(|value| value.to_string().into_bytes()).to_vec();
    let json = |value: serde_json::Value| vec![value.to_string().into_bytes()];
    let ron = |text: String| vec![text.into_bytes()];
    let space = SpaceSpec::preset("tiny").unwrap();
    let architecture = MaskFile::from(Architecture::largest(&space));
    let file = json!({"modules": architecture.modules, "task": "pose", "width": 8, "outputs": 17});
    let list = "a.png\tb.png\n\"c d.png\", e.png\r\nf.png g.png\n";
    vec![
        target("annotations", "a.json", json(annotations), MEMORY, |path| {
            CocoKeypoints::read(path, joints()).is_ok()
                & GroundTruth::read(path, &joints(), AreaSource::Annotation).is_ok()
        }),
        target("results", "r.json", json(found), MEMORY, |path| results::read(path).is_ok()),
        target("detections", "d.json", json(boxes), MEMORY, |path| {
            detections::read(path, &[1].into()).is_ok()
        }),
        target("boxes", "b.json", named, MEMORY, |path| boxes::read(path).is_ok()),
        target("experiment", "e.ron", experiments(), MEMORY, |path| {
            scalenas_cli::check_experiment(path).is_ok()
        }),
        target(
            "keypoint-facts",
            "k.ron",
            ron(ron::to_string(&KeypointFacts::coco()).unwrap()),
            MEMORY,
            |path| KeypointFacts::read(path).is_ok(),
        ),
        target(
            "class-facts",
            "c.ron",
            ron(ron::to_string(&SegmentationFacts::cityscapes()).unwrap()),
            MEMORY,
            |path| SegmentationFacts::read(path).is_ok(),
        ),
        target("label-list", "l.lst", vec![list.as_bytes().to_vec()], MEMORY, |path| {
            read_list(path, path.parent().unwrap(), &SegmentationFacts::cityscapes()).is_ok()
        }),
        target("architecture-json", "m.json", json(file), MEMORY, |path| {
            let space = SpaceSpec::preset("tiny").unwrap();
            MaskFile::read(path).is_ok_and(|file| file.architecture().validate(&space).is_ok())
        }),
        target(
            "architecture-ron",
            "m.ron",
            ron(Architecture::largest(&space).to_ron()),
            MEMORY,
            |path| MaskFile::read(path).is_ok(),
        ),
    ]
}

/// The experiments of the repository.
fn experiments() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
    let names =
        ["quickstart.ron", "pose/quick.ron", "segmentation/quick.ron", "multitask/quick.ron"];
    names.map(|name| fs::read(root.join(name)).unwrap()).to_vec()
}

fn networks(folder: &Path) -> Vec<Target> {
    let device = FlexDevice;
    let space = SpaceSpec::preset("tiny").unwrap();
    let supernet = Supernet::<Flex>::new(&space, 1, &device);
    let path = folder.join("seed.safetensors");
    save_supernet(&path, &supernet, &supernet.initial_statistics(&device)).unwrap();
    let weights = fs::read(&path).unwrap();
    let run = folder.join("run");
    fs::create_dir_all(&run).unwrap();
    vec![
        target("safetensors", "w.safetensors", vec![weights], NETWORK, |path| {
            load_supernet::<Flex>(path, &FlexDevice).is_ok()
                | ScaleNet::<Flex>::load(path, &FlexDevice).is_ok()
        }),
        target("checkpoint", "n.pth", seeds::checkpoints(), NETWORK, |path| read_pth(path).is_ok()),
        target("architecture-npy", "m.npy", seeds::masks(), MEMORY, |path| {
            MaskFile::read(path).is_ok()
        }),
        target("run", "run/run.json", vec![run_file()], MEMORY, |path| {
            RunFolder::open(path.parent().unwrap()).is_ok()
        }),
    ]
}

fn run_file() -> Vec<u8> {
    let space = SpaceSpec::preset("tiny").unwrap();
    let source = scalenas_train::TaskSource {
        data: "data".into(),
        facts: "coco".into(),
        input: scalenas_base::Size::square(64),
        batch: 4,
        files: scalenas_data::DataFiles::default(),
    };
    let train = scalenas_train::TrainOptions::default();
    let info = scalenas_train::RunInfo::new(space, vec![source], train).unwrap();
    serde_json::to_vec(&info).unwrap()
}

fn pictures() -> Vec<Target> {
    let jpeg = Image8::black((24, 32)).to_jpeg(90);
    let png = Image8::black((24, 32)).to_png();
    let labels = LabelMap::encode(&[7; 24 * 32], (24, 32));
    vec![
        target("jpeg", "p.jpg", vec![jpeg], PICTURE, |path| Image8::read(path).is_ok()),
        target("png", "p.png", vec![png], PICTURE, |path| Image8::read(path).is_ok()),
        target("labels", "l.png", vec![labels], PICTURE, |path| {
            LabelMap::read(path, &SegmentationFacts::cityscapes().labelling()).is_ok()
        }),
    ]
}
