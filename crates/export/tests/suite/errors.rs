//! Exports that are refused.

use scalenas_base::Size;
use scalenas_export::{Error, Norms, OnnxOptions, Opset, to_onnx};
use scalenas_space::{Architecture, SpaceSpec};

use crate::networks::{architectures, network};

const OPTIONS: OnnxOptions =
    OnnxOptions { norms: Norms::Folded, decode: false, opset: Opset::OLDEST };

#[test]
fn opsets_outside_the_range_are_named() {
    for version in [0, 16, 22, i64::MIN] {
        let said = Opset::new(version).unwrap_err().to_string();
        assert_eq!(said, format!("opset {version} is not accepted; accepted: 17 to 21"));
    }
}

#[test]
fn people_are_not_grouped_within_a_graph() {
    let space = SpaceSpec::preset("tiny_bottom_up").unwrap();
    let (_, source) = network(&space, &architectures(&space)[2]);
    let said = to_onnx(&source, OnnxOptions { decode: true, ..OPTIONS }).unwrap_err();
    assert!(matches!(said, Error::Decoding { .. }), "{said}");
}

#[test]
fn an_architecture_without_weights_is_named_by_its_first_tensor() {
    let space = SpaceSpec::preset("tiny").unwrap();
    let [largest, _, random] = architectures(&space);
    let (_, mut source) = network(&space, &random);
    source.architecture = largest;
    let Err(Error::Missing { key }) = to_onnx(&source, OPTIONS) else { panic!("refused") };
    assert!(key.ends_with(".weight"), "{key}");
}

#[test]
fn sizes_and_spaces_that_do_not_fit_are_refused() {
    let space = SpaceSpec::preset("tiny").unwrap();
    let (_, mut source) = network(&space, &architectures(&space)[2]);
    source.input = Size::new(97, 64);
    let said = to_onnx(&source, OPTIONS).unwrap_err().to_string();
    assert!(said.contains("97x64") && said.contains("multiples of"), "{said}");
    let (_, mut source) = network(&space, &architectures(&space)[2]);
    source.architecture = Architecture::largest(&SpaceSpec::preset("pose_w32").unwrap());
    assert!(matches!(to_onnx(&source, OPTIONS), Err(Error::Space(_))));
}
