//! Checkpoints written byte by byte, whole and damaged.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::collections::BTreeMap;
use std::fs;

use self::checkpoint::{Pickle, archive, floats, legacy};
use super::PthFile;
use crate::error::Result;
use crate::files::parameters::NamedTensors;

#[path = "../../../../../tests/checkpoint.rs"]
mod checkpoint;

/// All tensors of a file with these bytes, under their names in it.
fn read(bytes: &[u8]) -> Result<NamedTensors> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.pth");
    fs::write(&path, bytes).unwrap();
    let file = PthFile::open(&path)?;
    let wanted: BTreeMap<_, _> = file.names().map(|n| (n.to_owned(), n.to_owned())).collect();
    file.read(&wanted)
}

fn refused(bytes: &[u8], words: &[&str]) {
    let said = read(bytes).unwrap_err().to_string();
    for word in ["odd.pth"].iter().chain(words) {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
}

fn values(tensors: &NamedTensors, name: &str) -> Vec<f32> {
    tensors[name].to_vec().unwrap()
}

/// A matrix in column order, a vector with an offset in the same storage, and a counter.
fn object() -> Pickle {
    let float = |view| Pickle::default().tensor("FloatStorage", ("0", 6), view);
    Pickle::default().dictionary(&[
        ("matrix", float((0, &[2, 3], &[1, 2]))),
        ("vector", float((4, &[2], &[1]))),
        ("counter", Pickle::default().tensor("LongStorage", ("1", 1), (0, &[], &[]))),
    ])
}

fn object_values() -> Vec<u8> {
    floats(&[0.0, 3.0, 1.0, 4.0, 2.0, 5.0])
}

#[test]
fn both_formats_give_tensors_in_logical_order() {
    let counter = 7u64.to_le_bytes().to_vec();
    for bytes in [
        archive(&object(), &[("0", object_values()), ("1", counter.clone())]),
        legacy(&object(), &[("0", 6, object_values()), ("1", 1, counter.clone())]),
    ] {
        let tensors = read(&bytes).unwrap();
        assert_eq!(tensors.len(), 2, "integers are left out");
        assert_eq!(values(&tensors, "matrix"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(tensors["matrix"].shape.to_vec(), [2, 3]);
        assert_eq!(values(&tensors, "vector"), [2.0, 5.0]);
    }
}

#[test]
fn dictionaries_are_nested_and_optimisers_left_out() {
    let tensor = || Pickle::default().tensor("FloatStorage", ("0", 1), (0, &[1], &[1]));
    let state = Pickle::default().raw(b"}(K\x00").dictionary(&[("exp_avg", tensor())]).raw(b"u");
    let object = Pickle::default().dictionary(&[
        ("epoch", Pickle::default().raw(b"G\0\0\0\0\0\0\0\0")),
        ("config", Pickle::default().raw(b"cmmcv.utils\nConfig\n)\x81}(X\x01\0\0\0aK\x01ub")),
        ("optimizer", Pickle::default().dictionary(&[("state", state)])),
        ("state_dict", Pickle::default().dictionary(&[("module.weight", tensor())])),
    ]);
    let tensors = read(&archive(&object, &[("0", floats(&[2.5]))])).unwrap();
    assert_eq!(tensors.keys().collect::<Vec<_>>(), ["state_dict.module.weight"]);
}

#[test]
fn storages_that_are_not_whole_are_named() {
    refused(&archive(&object(), &[]), &["matrix", "data/0"]);
    refused(&archive(&object(), &[("0", floats(&[1.0]))]), &["matrix", "data/0", "4", "24"]);
    let whole = legacy(&object(), &[("1", 1, vec![0; 8]), ("0", 6, object_values())]);
    refused(&whole[..whole.len() - 1], &["matrix", "cut off"]);
    // What is cut off matters even where nothing wanted is lost.
    let whole = legacy(&object(), &[("0", 6, object_values()), ("1", 1, vec![0; 8])]);
    refused(&whole[..whole.len() - 1], &["cut off"]);
    refused(&legacy(&object(), &[("0", 5, floats(&[0.0; 5]))]), &["storage 0", "5", "6"]);
    refused(&legacy(&object(), &[("1", 1, vec![0; 8])]), &["matrix", "storage 0"]);
}

#[test]
fn the_later_of_two_equal_keys_counts() {
    let tensor = |key| Pickle::default().tensor("FloatStorage", (key, 1), (0, &[1], &[1]));
    for (first, second) in [("0", "1"), ("1", "0")] {
        let object =
            Pickle::default().dictionary(&[("weight", tensor(first)), ("weight", tensor(second))]);
        let bytes = archive(&object, &[(first, floats(&[1.0])), (second, floats(&[2.0]))]);
        assert_eq!(values(&read(&bytes).unwrap(), "weight"), [2.0]);
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let counter = vec![0; 8];
    for bytes in [
        archive(&object(), &[("0", object_values()), ("1", counter.clone())]),
        legacy(&object(), &[("0", 6, object_values()), ("1", 1, counter.clone())]),
    ] {
        for length in 0..bytes.len() {
            refused(&bytes[..length], &[]);
        }
    }
}

#[test]
fn damage_in_an_archive_is_noticed() {
    let bytes = archive(&object(), &[("0", object_values())]);
    let place = bytes.windows(4).position(|four| four == 5.0f32.to_le_bytes()).unwrap();
    let mut damaged = bytes.clone();
    damaged[place + 1] ^= 1;
    refused(&damaged, &["matrix", "data/0", "checksum"]);
}

#[test]
fn numbers_in_the_file_claim_no_memory() {
    let tensor = |count, view| Pickle::default().tensor("FloatStorage", ("0", count), view);
    let with = |value| Pickle::default().dictionary(&[("weight", value)]);
    for (object, words) in [
        (with(tensor(1 << 60, (0, &[1 << 60], &[1]))), "bytes"),
        (with(tensor(1, (0, &[1 << 40], &[0]))), "does not fit"),
        (with(Pickle::default().raw(b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f")), "cut off"),
        (with(Pickle::default().raw(b"B\xff\xff\xff\xff")), "cut off"),
    ] {
        refused(&archive(&object, &[("0", floats(&[1.0]))]), &[words]);
    }
    let one = legacy(&with(tensor(1 << 60, (0, &[1], &[1]))), &[("0", 1 << 60, floats(&[1.0]))]);
    refused(&one, &["weight", "cut off"]);
}

#[test]
fn nothing_is_executed_and_nesting_is_no_recursion() {
    let call = Pickle::default().raw(b"cposix\nsystem\n(X\x02\0\0\0lstR");
    let nested = [vec![b']'; 100_000], vec![b'a'; 99_999]].concat();
    let object = Pickle::default().dictionary(&[
        ("call", call.clone()),
        ("nested", Pickle::default().raw(&nested)),
        ("weight", Pickle::default().tensor("FloatStorage", ("0", 1), (0, &[1], &[1]))),
    ]);
    let tensors = read(&archive(&object, &[("0", floats(&[2.5]))])).unwrap();
    assert_eq!(values(&tensors, "weight"), [2.5]);
    refused(&archive(&call, &[]), &["an object of posix.system", "state_dict"]);
    // A dictionary that holds itself.
    let mut cycle = Pickle::default().raw(b"}q\x00(").text("a").raw(b"h\x00").text("weight");
    cycle = cycle.tensor("FloatStorage", ("0", 1), (0, &[1], &[1])).raw(b"u");
    assert_eq!(read(&archive(&cycle, &[("0", floats(&[2.5]))])).unwrap().len(), 1);
}

#[test]
fn other_files_are_named_for_what_they_are() {
    let safetensors = b"\x08\0\0\0\0\0\0\0{}      ";
    for (bytes, word) in [
        (&b"version https://git-lfs.github.com/spec/v1\n"[..], "Git LFS"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (safetensors, "safetensors"),
        (b"", "empty"),
        (b"\x80\x02K\x01.", "magic number"),
    ] {
        refused(bytes, &[word]);
    }
}
