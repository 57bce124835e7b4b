//! Cost of the parts of a batch on one thread: decoding a 640x480 JPEG, cutting a 256x192
//! crop out of it, its heatmaps, reading them back, whole batches, and reading annotations.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scalenas_coco::CocoKeypoints;
use scalenas_data::synth::{SynthConfig, write_pose};
use scalenas_data::{
    Augmentation, Direction, HeatmapCodec, Image8, KeypointFacts, Size, TopDownAugment,
    TopDownDataset, crop_affine, training_people, warp_bilinear,
};

const INPUT: Size = Size::new(256, 192);
const PICTURES: usize = 8;

/// A data set of 640x480 pictures in a folder that outlives it.
fn dataset() -> (tempfile::TempDir, TopDownDataset) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config =
        SynthConfig { train: PICTURES, val: 0, width: 640, height: 480, ..SynthConfig::default() };
    write_pose(folder.path(), &config).expect("the temporary folder is writable");
    let facts = KeypointFacts::coco();
    let path = folder.path().join("annotations/person_keypoints_train2017.json");
    let coco = CocoKeypoints::read(path, &facts).expect("just written");
    let codec = HeatmapCodec::new(INPUT, facts.joints.len()).expect("multiples of 4");
    let people = training_people(&coco, INPUT);
    let pictures = folder.path().join("images/train2017");
    let dataset = TopDownDataset::new(pictures, &coco, people, facts, codec)
        .and_then(|d| d.with_augmentation(Augmentation::Training(TopDownAugment::default()), 0))
        .expect("the written data set is sound");
    (folder, dataset)
}

fn crops(c: &mut Criterion) {
    let (folder, dataset) = dataset();
    let person = &dataset.people()[0];
    let path = folder.path().join("images/train2017").join(dataset.file_name(person));
    let bytes = std::fs::read(path).expect("just written");
    let image = Image8::decode(&bytes).expect("just written");
    let size = INPUT;
    let map = crop_affine(person.center, person.scale, 30.0, size, Direction::Forward);
    let mut group = c.benchmark_group("crop");
    group.throughput(Throughput::Elements(1));
    group.bench_function("decode", |b| b.iter(|| Image8::decode(black_box(&bytes))));
    group.bench_function("warp", |b| b.iter(|| warp_bilinear(black_box(&image), &map, size)));
    group.bench_function("decode and warp", |b| {
        b.iter(|| Image8::decode(black_box(&bytes)).map(|i| warp_bilinear(&i, &map, size)));
    });
    group.finish();
}

fn heatmaps(c: &mut Criterion) {
    let (_folder, dataset) = dataset();
    let codec = dataset.codec();
    let joints: Vec<[f64; 3]> =
        (0..codec.joints).map(|j| [10.0 * j as f64, 12.0 * j as f64, 1.0]).collect();
    let (maps, _) = codec.encode(&joints);
    let mut group = c.benchmark_group("heatmaps");
    group.throughput(Throughput::Elements(1));
    group.bench_function("encode", |b| b.iter(|| codec.encode(black_box(&joints))));
    group.bench_function("decode", |b| {
        b.iter(|| codec.decode(black_box(&maps), &[[90.0, 120.0]], &[[1.0, 1.3]]));
    });
    group.finish();
}

fn batches(c: &mut Criterion) {
    let (_folder, dataset) = dataset();
    let everybody: Vec<usize> = (0..dataset.len()).collect();
    let mut group = c.benchmark_group("batch");
    group.throughput(Throughput::Elements(everybody.len() as u64));
    group.bench_function("augmented", |b| b.iter(|| dataset.batch(0, black_box(&everybody))));
    group.finish();
}

fn annotations(c: &mut Criterion) {
    let (folder, _) = dataset();
    let facts = KeypointFacts::coco();
    let path = folder.path().join("annotations/person_keypoints_train2017.json");
    let size = std::fs::metadata(&path).expect("just written").len();
    let mut group = c.benchmark_group("annotations");
    group.throughput(Throughput::Bytes(size));
    group.bench_function("read", |b| b.iter(|| CocoKeypoints::read(black_box(&path), &facts)));
    group.finish();
}

criterion_group!(benches, crops, heatmaps, batches, annotations);
criterion_main!(benches);
