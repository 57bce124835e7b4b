//! The synthetic data set: same bytes for the same seed, read by the real readers, and the loader
//! over it.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use scalenas_base::Size;
use scalenas_coco::{CocoKeypoints, Outline};
use scalenas_data::loader::Order;
use scalenas_data::synth::{SynthConfig, write_pose};
use scalenas_data::{
    Appearance, Augmentation, BadImages, BatchLoader, BatchPart, HeatmapCodec, KeypointFacts,
    LoaderConfig, TopDownAugment, TopDownBatch, TopDownDataset, training_people,
};
use tempfile::TempDir;

const INPUT: Size = Size::new(64, 48);

fn config() -> SynthConfig {
    SynthConfig {
        train: 12,
        val: 3,
        width: 160,
        height: 120,
        crowds: 0.5,
        seed: 3,
        ..Default::default()
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            all.insert(name, fs::read(path).unwrap());
        }
    }
    all
}

fn dataset(folder: &Path, seed: u64) -> TopDownDataset {
    let facts = KeypointFacts::coco();
    let path = folder.join("annotations/person_keypoints_train2017.json");
    let coco = CocoKeypoints::read(path, &facts).unwrap();
    let codec = HeatmapCodec::new(INPUT, facts.joints.len()).unwrap();
    let people = training_people(&coco, INPUT);
    TopDownDataset::new(folder.join("images/train2017"), &coco, people, facts, codec)
        .unwrap()
        .with_augmentation(Augmentation::Training(TopDownAugment::default()), seed)
        .unwrap()
}

fn epoch(dataset: &Arc<TopDownDataset>, config: LoaderConfig) -> Vec<TopDownBatch> {
    let loader = BatchLoader::new(Arc::clone(dataset), config).unwrap();
    loader.collect::<Result<_, _>>().unwrap()
}

#[test]
fn one_seed_writes_one_data_set() {
    let [a, b, c] = [0; 3].map(|_| TempDir::new().unwrap());
    let summary = write_pose(a.path(), &config()).unwrap();
    assert_eq!(write_pose(b.path(), &config()).unwrap(), summary);
    write_pose(c.path(), &SynthConfig { seed: 4, ..config() }).unwrap();
    assert_eq!(files(a.path()), files(b.path()));
    assert_ne!(files(a.path()), files(c.path()));
    assert_eq!((summary.train_images, summary.val_images), (12, 3));
}

#[test]
fn labels_are_sound() {
    let folder = TempDir::new().unwrap();
    let summary = write_pose(folder.path(), &config()).unwrap();
    let facts = KeypointFacts::coco();
    let path = folder.path().join("annotations/person_keypoints_train2017.json");
    let coco = CocoKeypoints::read(path, &facts).unwrap();
    assert_eq!(training_people(&coco, INPUT).len(), summary.train_people);
    let crowds: Vec<_> = coco.annotations.iter().filter(|a| a.iscrowd).collect();
    assert!(!crowds.is_empty());
    for crowd in crowds {
        assert_eq!(crowd.num_keypoints, 0);
        let Outline::Runs { size, counts } = &crowd.segmentation else { panic!("no runs") };
        assert_eq!(counts.iter().sum::<u32>() as usize, size[0] * size[1]);
        let covered: u32 = counts.iter().skip(1).step_by(2).sum();
        assert!((f64::from(covered) - crowd.area).abs() < 0.5);
    }
    let visibilities = coco.annotations.iter().flat_map(|a| &a.keypoints).map(|k| k[2] as usize);
    let mut seen = [0; 3];
    visibilities.for_each(|v| seen[v] += 1);
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

#[test]
fn threads_do_not_change_an_epoch() {
    let folder = TempDir::new().unwrap();
    write_pose(folder.path(), &config()).unwrap();
    let dataset = Arc::new(dataset(folder.path(), 5));
    let plain = LoaderConfig::training(4, 1, 9, 2);
    let batches = epoch(&dataset, plain);
    assert_eq!(batches.len(), plain.batches(dataset.len()));
    let busy = LoaderConfig { workers: 4, in_flight: 2, ..plain };
    assert_eq!(epoch(&dataset, busy), batches);
    // A resumed epoch goes on where it stopped.
    assert_eq!(epoch(&dataset, LoaderConfig { start: 2, ..busy }), batches[2..]);
    assert_eq!(epoch(&dataset, LoaderConfig { start: 1, limit: 2, ..busy }), batches[1..3]);
    // Another epoch and another seed differ.
    assert_ne!(epoch(&dataset, LoaderConfig { epoch: 3, ..plain }), batches);
    assert_ne!(epoch(&dataset, LoaderConfig { order: Order::Shuffled(8), ..plain }), batches);
}

#[test]
fn appearance_varies_pictures_and_not_targets() {
    let folder = TempDir::new().unwrap();
    write_pose(folder.path(), &config()).unwrap();
    let plain = dataset(folder.path(), 5);
    let appearance = Appearance { contrast: 0.5, erase_probability: 0.5, ..Appearance::default() };
    let varied = || dataset(folder.path(), 5).with_appearance(appearance).unwrap();
    let (before, after) =
        (plain.batch(1, &[0, 1, 2]).unwrap(), varied().batch(1, &[0, 1, 2]).unwrap());
    assert_eq!(after.heatmaps, before.heatmaps);
    let bytes = INPUT.pixels() * 3;
    let crops = before.images.chunks(bytes).zip(after.images.chunks(bytes));
    assert!(crops.clone().all(|(before, after)| before != after));
    // Neither the batch nor the data set's other draws decide.
    assert_eq!(varied().batch(1, &[2]).unwrap().images, after.images[2 * bytes..]);
    let wrong = Appearance { brightness: -0.1, ..appearance };
    let refused = dataset(folder.path(), 5).with_appearance(wrong).unwrap_err().to_string();
    assert!(refused.contains("appearance.brightness: -0.1"), "{refused}");
}

/// Devices that share a batch see its people once, and each as it is in the whole batch.
#[test]
fn parts_make_up_a_batch() {
    let folder = TempDir::new().unwrap();
    write_pose(folder.path(), &config()).unwrap();
    let dataset = Arc::new(dataset(folder.path(), 5));
    let plain = LoaderConfig::training(4, 1, 9, 2);
    for count in [1, 2, 3] {
        let part = |index| LoaderConfig { part: BatchPart { index, count }, ..plain };
        let parts: Vec<_> = (0..count).map(|index| epoch(&dataset, part(index))).collect();
        for (place, whole) in epoch(&dataset, plain).iter().enumerate() {
            let parts = || parts.iter().map(|batches| &batches[place]);
            let people: Vec<_> = parts().flat_map(|part| part.people.clone()).collect();
            assert_eq!(people, whole.people);
            let heatmaps: Vec<f32> = parts().flat_map(|part| part.heatmaps.clone()).collect();
            assert_eq!(heatmaps, whole.heatmaps);
        }
    }
}

#[test]
fn evaluation_visits_everybody_once_in_order() {
    let folder = TempDir::new().unwrap();
    write_pose(folder.path(), &config()).unwrap();
    let dataset = Arc::new(dataset(folder.path(), 5));
    let batches = epoch(&dataset, LoaderConfig::evaluation(5, 3));
    let people: Vec<_> = batches.into_iter().flat_map(|batch| batch.people).collect();
    assert_eq!(people, dataset.people());
}

#[test]
fn errors_come_in_order_and_end_the_epoch() {
    let folder = TempDir::new().unwrap();
    write_pose(folder.path(), &config()).unwrap();
    let dataset = dataset(folder.path(), 5);
    let people = dataset.people();
    let last = people.last().unwrap().image_id;
    let before = people.iter().filter(|person| person.image_id != last).count();
    let name = dataset.file_name(people.last().unwrap());
    let path = folder.path().join("images/train2017").join(name);
    fs::remove_file(&path).unwrap();
    let dataset = Arc::new(dataset);
    let loader = BatchLoader::new(Arc::clone(&dataset), LoaderConfig::evaluation(1, 4)).unwrap();
    let results: Vec<_> = loader.collect();
    assert_eq!(results.len(), before + 1);
    assert!(results[..before].iter().all(Result::is_ok));
    let message = results[before].as_ref().unwrap_err().to_string();
    assert!(message.contains(&path.display().to_string()), "{message}");

    let dataset = Arc::into_inner(dataset).unwrap().with_reading(BadImages::Skip);
    let batches = epoch(&Arc::new(dataset), LoaderConfig::evaluation(1, 4));
    assert_eq!(batches.len(), before);
}

#[test]
fn a_dropped_loader_stops() {
    let folder = TempDir::new().unwrap();
    write_pose(folder.path(), &config()).unwrap();
    let dataset = Arc::new(dataset(folder.path(), 5));
    for taken in 0..3 {
        let mut loader =
            BatchLoader::new(Arc::clone(&dataset), LoaderConfig::evaluation(2, 3)).unwrap();
        for _ in 0..taken {
            loader.next().unwrap().unwrap();
        }
        drop(loader);
        assert_eq!(Arc::strong_count(&dataset), 1, "all threads are gone");
    }
}

#[test]
fn impossible_settings_are_refused() {
    let folder = TempDir::new().unwrap();
    for (config, key) in [
        (SynthConfig { width: 10, ..config() }, "width"),
        (SynthConfig { least_people: 5, most_people: 4, ..config() }, "least_people"),
        (SynthConfig { crowds: 1.5, ..config() }, "crowds"),
    ] {
        let message = write_pose(folder.path(), &config).unwrap_err().to_string();
        assert!(message.contains(key), "{message}");
    }
    assert!(files(folder.path()).is_empty());
}
