//! Upsampled predictions, confusion and `IoU` equal those of the reference.

#![allow(clippy::unwrap_used, reason = "in a test the panic is the report")]

use std::fs;

use safetensors::SafeTensors;
use scalenas_eval::semantic::{ClassScores, Confusion, IGNORED_LABEL, predict_labels};

const TOLERANCE: f64 = 1e-9;

/// Shape and little-endian 8-byte or 4-byte words of a tensor.
fn words<const N: usize>(tensors: &SafeTensors<'_>, name: &str) -> (Vec<usize>, Vec<[u8; N]>) {
    let tensor = tensors.tensor(name).expect(name);
    let (words, rest) = tensor.data().as_chunks::<N>();
    assert!(rest.is_empty(), "{name}");
    (tensor.shape().to_vec(), words.to_vec())
}

fn labels(tensors: &SafeTensors<'_>) -> (Vec<usize>, Vec<u8>) {
    let (shape, values) = words(tensors, "seg/label");
    let label = |word| u8::try_from(i64::from_le_bytes(word)).unwrap_or(IGNORED_LABEL);
    (shape, values.into_iter().map(label).collect())
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn confusion_and_iou_equal_the_reference() {
    let shared = crate::common::shared();
    let bytes = fs::read(shared.join("golden/eval/segmentation.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let (shape, scores) = words(&tensors, "seg/score");
    let scores: Vec<f32> = scores.into_iter().map(f32::from_le_bytes).collect();
    let (label_shape, labels) = labels(&tensors);
    let [images, classes, height, width] = shape[..] else { panic!("scores {shape:?}") };
    let [_, rows, columns] = label_shape[..] else { panic!("labels {label_shape:?}") };

    let mut confusion = Confusion::new(classes);
    for image in 0..images {
        let values = &scores[image * classes * height * width..][..classes * height * width];
        let scores = ClassScores::new(values, classes, (height, width)).unwrap();
        let predicted = predict_labels(&scores, (rows, columns));
        confusion.add(&labels[image * rows * columns..][..rows * columns], &predicted).unwrap();
    }

    let (_, expected) = words(&tensors, "seg/confusion");
    let expected: Vec<i64> = expected.into_iter().map(i64::from_le_bytes).collect();
    let counts: Vec<i64> = confusion.counts().iter().map(|count| *count as i64).collect();
    assert_eq!(counts, expected);
    let stats = confusion.stats();
    let (_, iou) = words(&tensors, "seg/iou");
    assert_eq!(stats.iou.len(), iou.len());
    for (class, (found, wanted)) in stats.iou.iter().zip(iou).enumerate() {
        crate::common::assert_close(
            *found,
            f64::from_le_bytes(wanted),
            TOLERANCE,
            &class.to_string(),
        );
    }
    let golden = crate::common::json(&shared.join("golden/eval/segmentation_evolution.json"));
    let mean = golden["mean_iou"].as_f64().expect("mean_iou");
    crate::common::assert_close(stats.mean_iou, mean, TOLERANCE, "mean IoU");
}
