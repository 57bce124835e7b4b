//! Labelled pictures through files: the real frame, own data sets, batches, and what is wrong.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use scalenas_data::segmentation::{
    IGNORED, LabelMap, LabelledPicture, Labelling, SegmentationAugment, SegmentationBatch,
    SegmentationFacts, find, read_list,
};
use scalenas_data::{
    Appearance, BadImages, BatchLoader, Image8, LoaderConfig, SegmentationDataset, WholePictures,
};

const FACTS: &str = r#"(
    name: "fields",
    images: (folder: "pictures", suffix: ".png"),
    labels: (folder: "masks", suffix: ".png"),
    ignored: [9],
    classes: [
        (name: "soil", ids: [0, 1], colour: (120, 80, 40)),
        (name: "crop", ids: [2], colour: (40, 160, 40), weight: 2.0),
    ],
)"#;

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Pictures of 6x4 pixels: soil on the left, crop on the right, the last row ignored.
fn fields(root: &Path, count: usize) -> SegmentationFacts {
    put(&root.join("fields.ron"), FACTS.as_bytes());
    for index in 0..count {
        let shade = (index * 10) as u8;
        let pixels = (0..24).flat_map(|i| [shade, (i % 6) as u8 * 40, 7]).collect();
        let picture = Image8 { width: 6, height: 4, pixels };
        let value = |i: usize| if i / 6 == 3 { 9 } else { [0, 1, 1, 2, 2, 2][i % 6] };
        let values: Vec<u8> = (0..24).map(value).collect();
        let below = format!("train/field {index:02}.png");
        put(&root.join("pictures").join(&below), &picture.to_png());
        put(&root.join("masks").join(&below), &LabelMap::encode(&values, (4, 6)));
    }
    SegmentationFacts::read(root.join("fields.ron")).unwrap()
}

fn dataset(root: &Path, facts: &SegmentationFacts, bad: BadImages) -> SegmentationDataset {
    let augment = SegmentationAugment { base: 0, ..SegmentationAugment::default() };
    let list = find(root, "train", facts).unwrap();
    SegmentationDataset::new(list, facts, (4, 4), augment, 3, bad).unwrap()
}

fn epoch(data: SegmentationDataset, epoch: u64) -> Vec<SegmentationBatch> {
    let config = LoaderConfig::training(2, 2, 5, epoch);
    BatchLoader::new(Arc::new(data), config).unwrap().map(Result::unwrap).collect()
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn the_real_frame_is_read() {
    let root = crate::common::shared("data/cityscapes_sample");
    let facts = SegmentationFacts::cityscapes();
    let pictures = WholePictures::new(find(&root, "val", &facts).unwrap(), &facts, BadImages::Fail);
    assert!(!pictures.list().is_empty());
    for (picture, whole) in pictures
        .list()
        .iter()
        .zip(BatchLoader::new(Arc::clone(&pictures), LoaderConfig::evaluation(1, 1)).unwrap())
    {
        let whole = &whole.unwrap()[0];
        let labels = whole.labels.as_ref().unwrap();
        // The data set's own mapping of the frame is beside it, scaled down separately: pixels on
        // borders between classes differ.
        let train_ids = picture.labels.as_ref().unwrap().display().to_string();
        let train_ids = train_ids.replace("labelIds", "labelTrainIds");
        let expected = LabelMap::read(train_ids, &Labelling::identity()).unwrap();
        let pairs = labels.classes.iter().zip(&expected.classes);
        let different = pairs.filter(|(class, expected)| class != expected).count();
        assert!(different * 200 < labels.classes.len(), "{different} in {}", picture.name);
        assert_eq!((whole.image.width, whole.image.height), (labels.width, labels.height));
    }
}

#[test]
fn own_classes_need_a_file_and_no_code() {
    let root = tempfile::tempdir().unwrap();
    let facts = fields(root.path(), 5);
    let list = find(root.path(), "train", &facts).unwrap();
    assert_eq!(list.len(), 5);
    assert_eq!((&*list[0].name, &*list[4].name), ("field 00", "field 04"));
    let weights = dataset(root.path(), &facts, BadImages::Fail).weights().unwrap();
    assert!((weights[0] - weights[1]).abs() < 1e-6, "as many pixels each: {weights:?}");
    for batch in epoch(dataset(root.path(), &facts, BadImages::Fail), 0) {
        for (rgb, &class) in batch.images.chunks_exact(3).zip(&batch.labels) {
            match class {
                IGNORED => {}
                0 => assert!(rgb[1] <= 100 && rgb[2] == 7, "{rgb:?}"),
                1 => assert!(rgb[1] >= 100 && rgb[2] == 7, "{rgb:?}"),
                other => panic!("class {other}"),
            }
        }
    }
}

#[test]
fn an_epoch_follows_from_its_seed() {
    let root = tempfile::tempdir().unwrap();
    let facts = fields(root.path(), 7);
    let batches = |number| epoch(dataset(root.path(), &facts, BadImages::Fail), number);
    let first = batches(0);
    assert_eq!(first.len(), 3);
    assert!(first == batches(0));
    assert!(first != batches(1));
}

#[test]
fn appearance_varies_pictures_and_not_labels() {
    let root = tempfile::tempdir().unwrap();
    let facts = fields(root.path(), 5);
    let plain = epoch(dataset(root.path(), &facts, BadImages::Fail), 1);
    let varied = |appearance| {
        let data = dataset(root.path(), &facts, BadImages::Fail);
        epoch(data.with_appearance(appearance).unwrap(), 1)
    };
    assert!(varied(Appearance::default()) == plain);
    for (before, after) in
        plain.iter().zip(varied(Appearance { erase_probability: 1.0, ..Appearance::default() }))
    {
        assert_eq!(after.labels, before.labels);
        assert!(after.images != before.images);
    }
}

#[test]
fn lists_name_pictures_and_labels() {
    let root = tempfile::tempdir().unwrap();
    let facts = fields(root.path(), 1);
    let list = root.path().join("some.lst");
    put(&list, b"a/one.png\tb/one.png\n\na/two.png\n");
    let pictures = read_list(&list, root.path(), &facts).unwrap();
    let expected = LabelledPicture {
        name: "one".to_owned(),
        image: root.path().join("a/one.png"),
        labels: Some(root.path().join("b/one.png")),
    };
    assert_eq!(pictures[0], expected);
    assert_eq!(pictures[1].labels, None);
    let cut = SegmentationDataset::new(
        pictures,
        &facts,
        (4, 4),
        SegmentationAugment::default(),
        0,
        BadImages::Fail,
    );
    assert!(cut.unwrap_err().to_string().contains("two.png"));
    put(&list, b"a b c\n");
    let error = read_list(&list, root.path(), &facts).unwrap_err().to_string();
    assert!(error.contains("some.lst") && error.contains("line 1"), "{error}");
    put(&list, b"\n");
    assert!(read_list(&list, root.path(), &facts).is_err());
}

#[test]
fn bad_pictures_are_named_or_left_out() {
    let root = tempfile::tempdir().unwrap();
    let facts = fields(root.path(), 4);
    let mask = root.path().join("masks/train/field 01.png");
    let good = fs::read(&mask).unwrap();
    let other_size = LabelMap::encode(&[0; 12], (2, 6));
    let unknown = LabelMap::encode(&[3; 24], (4, 6));
    for (bytes, said) in [
        (&other_size[..], "is 6x2, but its picture"),
        (&unknown, "value 3 in row 0, column 0"),
        (&good[..good.len() / 2], "field 01"),
        (&[], "field 01"),
    ] {
        put(&mask, bytes);
        let failed = dataset(root.path(), &facts, BadImages::Fail);
        let error = BatchLoader::new(Arc::new(failed), LoaderConfig::evaluation(4, 1)).unwrap();
        let error = error.map(|batch| batch.unwrap_err().to_string()).next().unwrap();
        assert!(error.contains("field 01.png") && error.contains(said), "{error}");
        assert!(error.contains("accepted"), "{error}");
        let skipping = Arc::new(dataset(root.path(), &facts, BadImages::Skip));
        let config = LoaderConfig::evaluation(4, 1);
        let mut batches = BatchLoader::new(Arc::clone(&skipping), config).unwrap();
        let batch = batches.next().unwrap().unwrap();
        assert_eq!((batch.batch, batch.images.len(), batch.labels.len()), (3, 3 * 48, 3 * 16));
        assert_eq!(skipping.skipped().len(), 1);
    }
    fs::remove_file(&mask).unwrap();
    let whole =
        WholePictures::new(find(root.path(), "train", &facts).unwrap(), &facts, BadImages::Fail);
    let mut batches = BatchLoader::new(whole, LoaderConfig::evaluation(4, 1)).unwrap();
    let error = batches.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("field 01.png") && error.contains("cannot read"), "{error}");
    let missing = find(root.path(), "val", &facts).unwrap_err().to_string();
    assert!(missing.contains("val"), "{missing}");
}
