//! Checkpoints whose records belong to another network: refused by name before the run continues.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::common::left::{checkpoints, iteration};
use crate::common::{Place, changed, options};
use rmpv::Value;
use scalenas_train::{Epochs, TrainOptions};

fn short() -> TrainOptions {
    changed(&options(), |options| {
        options.schedule.epochs = Epochs::Number(1);
        options.checkpoints.every = NonZeroUsize::new(2);
    })
}

fn longer_run() -> TrainOptions {
    changed(&short(), |options| options.schedule.epochs = Epochs::Number(2))
}

fn record(checkpoint: &Path, name: &str) -> PathBuf {
    checkpoint.join(format!("{name}-{}.mpk", iteration(checkpoint)))
}

/// A tensor of a record: values, shape.
struct Tensor<'a> {
    bytes: &'a mut Vec<u8>,
    shape: &'a mut Vec<Value>,
}

/// Calls `change` with the first tensor that has this many axes.
fn first_tensor(value: &mut Value, axes: usize, change: &mut dyn FnMut(Tensor<'_>)) -> bool {
    match value {
        Value::Map(fields) => {
            let at = |fields: &[(Value, Value)], name: &str| {
                fields.iter().position(|(key, _)| key.as_str() == Some(name))
            };
            if let (Some(bytes), Some(shape)) = (at(fields, "bytes"), at(fields, "shape")) {
                let [(_, bytes), (_, shape)] = fields.get_disjoint_mut([bytes, shape]).unwrap();
                let (Value::Binary(bytes), Value::Array(shape)) = (bytes, shape) else {
                    panic!("a tensor has values and a shape");
                };
                if shape.len() != axes {
                    return false;
                }
                change(Tensor { bytes, shape });
                return true;
            }
            fields.iter_mut().any(|(_, value)| first_tensor(value, axes, change))
        }
        Value::Array(values) => values.iter_mut().any(|value| first_tensor(value, axes, change)),
        _ => false,
    }
}

/// Changes one tensor in a record of a stopped run, resumes it, and returns what was said.
fn said(name: &str, axes: usize, mut change: impl FnMut(Tensor<'_>)) -> String {
    let place = Place::new();
    place.run("run", &short()).unwrap();
    let run = place.path("run");
    fs::remove_file(run.join("supernet.safetensors")).unwrap();
    let path = record(checkpoints(&run).last().unwrap(), name);
    let bytes = fs::read(&path).unwrap();
    let mut value = rmpv::decode::read_value(&mut &bytes[..]).unwrap();
    assert!(first_tensor(&mut value, axes, &mut change));
    let mut changed = Vec::new();
    rmpv::encode::write_value(&mut changed, &value).unwrap();
    fs::write(&path, changed).unwrap();
    let said = place.resume("run", &longer_run()).unwrap_err().to_string();
    assert!(said.contains(path.file_name().unwrap().to_str().unwrap()), "{said}");
    said
}

fn longer(tensor: Tensor<'_>) {
    let first = tensor.shape[0].as_u64().unwrap();
    let row = tensor.bytes.len() / usize::try_from(first).unwrap();
    tensor.shape[0] = (first + 1).into();
    tensor.bytes.extend(vec![0; row]);
}

#[test]
fn a_parameter_that_is_longer() {
    let said = said("model", 4, longer);
    assert!(said.contains("has shape [") && said.contains("expects ["), "{said}");
}

#[test]
fn a_parameter_of_another_rank() {
    let said = said("model", 4, |tensor| tensor.shape.push(1.into()));
    assert!(said.contains("has shape [") && said.contains("expects ["), "{said}");
}

#[test]
fn a_parameter_with_fewer_values_than_its_shape_says() {
    let said = said("model", 1, |tensor| tensor.bytes.truncate(4));
    assert!(said.contains("has shape [") && said.contains("but 1 values"), "{said}");
}

#[test]
fn a_state_that_is_longer_than_its_parameter() {
    let said = said("optimizer", 4, longer);
    assert!(said.contains("the state") && said.contains("expects ["), "{said}");
}

#[test]
fn states_of_another_network() {
    let place = Place::new();
    for run in ["run", "other"] {
        place.run(run, &short()).unwrap();
    }
    let [own, other] = ["run", "other"].map(|run| checkpoints(&place.path(run)).pop().unwrap());
    fs::copy(record(&other, "optimizer"), record(&own, "optimizer")).unwrap();
    let resumed = place.resume("run", &longer_run());
    let said = resumed.unwrap_err().to_string();
    assert!(said.contains("belongs to no parameter"), "{said}");
}
