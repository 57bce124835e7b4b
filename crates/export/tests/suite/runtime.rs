//! Outputs of rten, a Rust runtime, against those of the native network.

use burn::tensor::Tensor;
use rten::{Model, Value};
use rten_tensor::prelude::*;
use scalenas_data::HeatmapCodec;
use scalenas_eval::semantic::{ClassScores, predict_labels};
use scalenas_export::{Norms, OnnxOptions, Opset, Source, to_onnx};
use scalenas_model::{Prediction, ScaleNet};
use scalenas_space::SpaceSpec;

use crate::networks::{DEVICE, INPUT, architectures, network, pictures};

/// Largest difference of maps.
const MAPS: f32 = 1e-4;
/// Largest distance of decoded joints, in pixels.
const JOINTS: f32 = 0.01;
/// Share of pixels whose classes may differ.
const CLASSES: f64 = 1e-4;

const MAP_OPTIONS: OnnxOptions =
    OnnxOptions { norms: Norms::Folded, decode: false, opset: Opset::OLDEST };

/// An output of a runtime.
struct Out {
    name: String,
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// Runs an exported network on some pictures.
fn run(source: &Source, options: OnnxOptions, batch: usize) -> Vec<Out> {
    let (bytes, outputs) = to_onnx(source, options).unwrap();
    let model = Model::load(bytes).unwrap();
    let images = pictures(11, batch);
    let shape = [batch, 3, INPUT.height, INPUT.width];
    let input = rten_tensor::Tensor::from_data(&shape, images.iter::<f32>().collect::<Vec<_>>());
    let ids: Vec<_> = outputs.iter().map(|output| model.node_id(&output.name).unwrap()).collect();
    let inputs = vec![(model.node_id("images").unwrap(), input.into())];
    let values = model.run(inputs, &ids, None).unwrap();
    let named = outputs.into_iter().zip(values);
    named
        .map(|(output, value)| {
            let (shape, values) = match value {
                Value::FloatTensor(tensor) => (tensor.shape().to_vec(), tensor.to_vec()),
                Value::Int32Tensor(tensor) => {
                    (tensor.shape().to_vec(), tensor.iter().map(|&i| i as f32).collect())
                }
                _ => panic!("{} is neither float nor int", output.name),
            };
            Out { name: output.name, shape, values }
        })
        .collect()
}

fn native(
    network: &ScaleNet<burn::backend::Flex>,
    batch: usize,
) -> Prediction<burn::backend::Flex> {
    network.fold().predict(Tensor::from_data(pictures(11, batch), &DEVICE))
}

fn assert_close(name: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{name}");
    let largest = expected.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    assert!(largest > 0.1, "{name}: {largest} says nothing about the layers");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * largest.max(1.0), "{name}: {a} is not {b}");
    }
}

#[test]
fn maps_of_every_head_equal_the_native_ones() {
    for preset in
        ["tiny", "tiny_bottom_up", "tiny_segmentation", "tiny_classification", "tiny_multitask"]
    {
        let space = SpaceSpec::preset(preset).unwrap();
        for architecture in architectures(&space) {
            let (network, source) = network(&space, &architecture);
            for batch in [1, 7] {
                let expected = native(&network, batch);
                for norms in [Norms::Folded, Norms::Kept] {
                    let outputs = run(&source, OnnxOptions { norms, ..MAP_OPTIONS }, batch);
                    let coarse = expected.coarse.to_data();
                    check_maps(preset, &outputs, &coarse.iter::<f32>().collect::<Vec<_>>(), batch);
                    if let Some(fine) = &expected.fine {
                        let fine: Vec<f32> = fine.to_data().iter::<f32>().collect();
                        assert_close("fine", &outputs[1].values, &fine, MAPS);
                    }
                }
            }
        }
    }
}

/// Compares the coarse outputs, which stand side by side in the native prediction.
fn check_maps(preset: &str, outputs: &[Out], expected: &[f32], batch: usize) {
    let coarse: Vec<&Out> = outputs.iter().filter(|out| out.name != "fine_heatmaps").collect();
    let run = expected.len() / batch;
    for picture in 0..batch {
        let mut at = picture * run;
        for out in &coarse {
            let length = out.values.len() / batch;
            let found = &out.values[picture * length..][..length];
            let name = format!("{preset} {} {:?}", out.name, out.shape);
            assert_close(&name, found, &expected[at..at + length], MAPS);
            at += length;
        }
        assert_eq!(at, (picture + 1) * run, "{preset}: every map is an output");
    }
}

#[test]
fn joints_equal_those_of_the_native_decoder() {
    let space = SpaceSpec::preset("tiny").unwrap();
    let codec = HeatmapCodec::new(INPUT, space.joints().unwrap()).unwrap();
    // A crop that is the input itself: positions in the picture are those in the input.
    let center = [INPUT.width as f32 / 2.0, INPUT.height as f32 / 2.0];
    let scale = [INPUT.width as f32 / 200.0, INPUT.height as f32 / 200.0];
    for architecture in architectures(&space) {
        let (network, source) = network(&space, &architecture);
        for batch in [1, 7] {
            let heatmaps: Vec<f32> = native(&network, batch).coarse.to_data().iter().collect();
            let options = OnnxOptions { decode: true, ..MAP_OPTIONS };
            let outputs = run(&source, options, batch);
            let decoded = codec.decode(&heatmaps, &vec![center; batch], &vec![scale; batch]);
            let joints: Vec<f32> = decoded
                .iter()
                .flat_map(|person| person.keypoints.iter().flatten().map(|&x| x as f32))
                .collect();
            let scores: Vec<f32> =
                decoded.iter().flat_map(|person| person.scores.clone()).collect();
            assert_eq!(outputs[0].shape, [batch, codec.joints, 2]);
            assert_eq!(outputs[1].shape, [batch, codec.joints]);
            assert_close("scores", &outputs[1].values, &scores, MAPS);
            for (found, expected) in outputs[0].values.iter().zip(&joints) {
                assert!((found - expected).abs() <= JOINTS, "{found} is not {expected}");
            }
        }
    }
}

#[test]
fn classes_equal_those_of_enlarged_native_scores() {
    let space = SpaceSpec::preset("tiny_segmentation").unwrap();
    let classes = space.outputs();
    let (mut pixels, mut different) = (0, 0);
    for architecture in architectures(&space) {
        let (network, source) = network(&space, &architecture);
        for batch in [1, 7] {
            let scores: Vec<f32> = native(&network, batch).coarse.to_data().iter().collect();
            let expected: Vec<f32> = scores
                .chunks_exact(scores.len() / batch)
                .flat_map(|values| {
                    let scores = ClassScores::new(values, classes, INPUT.divided(4)).unwrap();
                    predict_labels(&scores, INPUT)
                })
                .map(f32::from)
                .collect();
            let outputs = run(&source, OnnxOptions { decode: true, ..MAP_OPTIONS }, batch);
            assert_eq!(outputs[0].shape, [batch, INPUT.height, INPUT.width]);
            assert!(expected.iter().any(|class| *class != expected[0]), "one class says nothing");
            let pairs = outputs[0].values.iter().zip(&expected);
            different += pairs.filter(|(found, expected)| found != expected).count();
            pixels += expected.len();
        }
    }
    let share = different as f64 / pixels as f64;
    assert!(share <= CLASSES, "{different} of {pixels} pixels differ");
}

#[test]
fn every_accepted_opset_runs() {
    let space = SpaceSpec::preset("tiny").unwrap();
    let (network, source) = network(&space, &architectures(&space)[2]);
    let expected: Vec<f32> = native(&network, 1).coarse.to_data().iter().collect();
    for opset in (17..=21).map(|version| Opset::new(version).unwrap()) {
        let outputs = run(&source, OnnxOptions { opset, ..MAP_OPTIONS }, 1);
        assert_close("heatmaps", &outputs[0].values, &expected, MAPS);
    }
}
