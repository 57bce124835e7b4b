//! A predictor gives what the network and the codec of its task give.

use std::fs;

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use burn::tensor::{Tensor, TensorData};
use scalenas_base::{Image8, Size};
use scalenas_data::classification::central;
use scalenas_data::pictures::normalize::planes;
use scalenas_data::pictures::{Direction, crop_affine, warp_bilinear};
use scalenas_data::top_down::crop_of_box;
use scalenas_data::{
    BoxCrop, BoxPadding, ClassificationFacts, Framing, HeatmapCodec, KeypointFacts,
    SegmentationFacts,
};
use scalenas_eval::semantic::{ClassScores, predict_labels};
use scalenas_export::{Facts, NamedTensors, Source, describe};
use scalenas_model::{ScaleNet, Supernet};
use scalenas_predict::{Error, Predicted, Predictor};
use scalenas_space::{Architecture, Head, SpaceSpec};
use tempfile::TempDir;

type Net = ScaleNet<Flex>;

/// Another padding than the published one.
fn padding() -> BoxPadding {
    BoxPadding::new(1.1).expect("a padding")
}

/// A network with random weights in a folder, with its description beside it.
fn exported(preset: &str, outputs: usize, facts: Facts, input: Size) -> (TempDir, Net) {
    let mut space = SpaceSpec::preset(preset).expect("a preset");
    for head in &mut space.heads {
        *head = match *head {
            Head::Segmentation { .. } => Head::Segmentation { classes: outputs },
            Head::Classification { .. } => Head::Classification { classes: outputs },
            _ => Head::TopDown { joints: outputs },
        };
    }
    let supernet = Supernet::<Flex>::new(&space, 7, &FlexDevice);
    let architecture = Architecture::hrnet(&space);
    let plan = supernet.plan_for(&space.heads, &architecture);
    let statistics = supernet.initial_statistics(&FlexDevice);
    let calibrated = supernet.with_running_statistics(plan, &statistics);
    let network = supernet.extract(&architecture, &calibrated);
    let folder = tempfile::tempdir().expect("a folder");
    network.save(&folder.path().join("net.safetensors")).expect("a writable folder");
    let framing = Framing { box_padding: padding(), ..Framing::default() };
    let tensors = NamedTensors::default();
    let source = Source { space, architecture, tensors, input, framing };
    let text = describe(&source, &[], &[facts]).to_string();
    fs::write(folder.path().join("net.json"), text).expect("a writable folder");
    (folder, network)
}

/// A picture with content everywhere.
fn picture(size: Size) -> Image8 {
    let mut picture = Image8::black(size);
    for (index, value) in picture.pixels.iter_mut().enumerate() {
        *value = (index * 37 % 251) as u8;
    }
    picture
}

fn maps(network: &Net, crop: &Image8) -> Vec<f32> {
    let Size { height, width } = crop.size();
    let planes = TensorData::new(planes(&crop.pixels, height * width), [1, 3, height, width]);
    let maps = network.fold().forward(Tensor::from_data(planes, &FlexDevice));
    maps.into_data().to_vec().expect("floats")
}

#[test]
fn joints_of_a_box_are_those_of_its_crop() {
    let (facts, input) = (KeypointFacts::coco(), Size::new(64, 96));
    let (folder, network) = exported("tiny", 17, Facts::Keypoints(facts.clone()), input);
    let predictor = Predictor::<Flex>::read(&folder.path().join("net.safetensors"), &FlexDevice);
    let predictor = predictor.expect("an exported network");
    let picture = picture(Size::new(80, 70));
    for bbox in [[0.0, 0.0, 70.0, 80.0], [10.0, 5.5, 30.0, 40.0]] {
        let (center, scale) = crop_of_box(bbox, BoxCrop { input, padding: padding() });
        let map = crop_affine(center, scale, 0.0, input, Direction::Forward);
        let maps = maps(&network, &warp_bilinear(&picture, &map, input));
        let codec = HeatmapCodec::new(input, 17).expect("a size");
        let expected = codec.decode(&maps, &[center], &[scale]).remove(0);
        let found = predictor.predict_box(&picture, bbox).expect("a prediction");
        let Predicted::Joints(joints) = found else { panic!("joints are expected") };
        assert_eq!(joints.len(), 17);
        for (index, joint) in joints.iter().enumerate() {
            assert_eq!(joint.name, facts.joints[index]);
            assert_eq!(
                (joint.at, joint.score),
                (expected.keypoints[index], expected.scores[index])
            );
        }
    }
    assert_eq!(
        predictor.predict(&picture).expect("a prediction"),
        predictor.predict_box(&picture, [0.0, 0.0, 70.0, 80.0]).expect("a prediction")
    );
}

#[test]
fn classes_have_the_size_of_the_picture() {
    let (facts, input) = (SegmentationFacts::cityscapes(), Size::new(64, 96));
    let facts = Facts::Classes(facts);
    let (folder, network) = exported("tiny_segmentation", 19, facts, input);
    let predictor = Predictor::<Flex>::read(&folder.path().join("net.safetensors"), &FlexDevice);
    let predictor = predictor.expect("an exported network");
    // A picture of the input's size is seen as it is.
    let same = picture(input);
    let maps = maps(&network, &same);
    let scores = ClassScores::new(&maps, 19, input.divided(4)).expect("scores");
    let expected = predict_labels(&scores, input);
    let Predicted::Classes { names, labels } = predictor.predict(&same).expect("a prediction")
    else {
        panic!("classes are expected")
    };
    assert_eq!((names.len(), &labels), (19, &expected));
    // Another one is seen in its own size, with a border to the next multiple of the strides.
    let (size, padded) = (Size::new(50, 33), Size::new(64, 64));
    let other = picture(size);
    let mut crop = Image8::black(padded);
    for (row, line) in other.pixels.chunks_exact(33 * 3).enumerate() {
        crop.pixels[row * 64 * 3..][..line.len()].copy_from_slice(line);
    }
    let maps = self::maps(&network, &crop);
    let scores = ClassScores::new(&maps, 19, padded.divided(4)).expect("scores");
    let expected = predict_labels(&scores, padded);
    let Predicted::Classes { labels, .. } = predictor.predict(&other).expect("a prediction") else {
        panic!("classes are expected")
    };
    for (row, line) in labels.chunks_exact(33).enumerate() {
        assert_eq!(line, &expected[row * 64..][..33]);
    }
    let refused =
        predictor.predict_box(&other, [0.0, 0.0, 9.0, 9.0]).expect_err("no use for boxes");
    assert!(matches!(refused, Error::Box), "{refused}");
}

#[test]
fn the_class_of_a_picture_is_that_of_its_middle() {
    let names = ["cat", "dog", "horse"].map(str::to_owned).to_vec();
    let facts = ClassificationFacts::of_folders("pets", names).expect("facts");
    let input = Size::new(64, 96);
    let facts = Facts::PictureClasses(facts);
    let (folder, network) = exported("tiny_classification", 3, facts, input);
    let predictor = Predictor::<Flex>::read(&folder.path().join("net.safetensors"), &FlexDevice);
    let predictor = predictor.expect("an exported network");
    let picture = picture(Size::new(120, 150));
    let maps = maps(&network, &central(picture.size(), input).cut(&picture, input));
    let Predicted::Class(found) = predictor.predict(&picture).expect("a prediction") else {
        panic!("a class is expected")
    };
    let sum: f32 = found.iter().map(|(_, share)| share).sum();
    assert!((sum - 1.0).abs() < 1e-5 && found[0].1 >= found[2].1, "{found:?}");
    let best = maps.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).expect("classes").0;
    assert_eq!(found[0].0, ["cat", "dog", "horse"][best]);
    let refused = predictor.predict_box(&picture, [0.0, 0.0, 9.0, 9.0]).expect_err("no boxes");
    assert!(matches!(refused, Error::Box), "{refused}");
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let facts = Facts::Keypoints(KeypointFacts::coco());
    let (folder, _) = exported("tiny", 5, facts, Size::new(64, 64));
    let weights = folder.path().join("net.safetensors");
    let refused =
        Predictor::<Flex>::read(&weights, &FlexDevice).err().expect("17 names for 5 joints");
    assert!(matches!(refused, Error::Outputs { found: 5, named: 17 }), "{refused}");
    fs::remove_file(folder.path().join("net.json")).expect("a file");
    let refused = Predictor::<Flex>::read(&weights, &FlexDevice).err().expect("no description");
    assert!(refused.to_string().contains("net.json"), "{refused}");
    let refused =
        Predictor::<Flex>::from_bytes(b"x", "{}", "w", &FlexDevice).err().expect("no JSON");
    assert!(refused.to_string().contains("format"), "{refused}");
}
