//! Heatmaps and tag positions of real scenes equal those of the reference.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use safetensors::SafeTensors;
use scalenas_data::bottom_up::encode;

use crate::common::{shared_bytes, values};

const TARGET: f64 = 1e-6;

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn targets_equal_the_reference() {
    let bytes = shared_bytes("golden/bottom_up/bottom_up.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let scenes: Vec<String> = file
        .names()
        .into_iter()
        .filter_map(|name| name.strip_suffix("/people").map(str::to_owned))
        .collect();
    assert!(!scenes.is_empty());
    for scene in scenes {
        let tensor = |name: &str| file.tensor(&format!("{scene}/{name}")).unwrap();
        let people = tensor("people");
        let joints = people.shape()[1];
        let triples: Vec<[f64; 3]> =
            values(&people).chunks_exact(3).map(|v| [v[0], v[1], v[2]]).collect();
        let people: Vec<Vec<[f64; 3]>> = triples.chunks_exact(joints).map(<[_]>::to_vec).collect();
        let maps = tensor("heatmaps");
        let size = (maps.shape()[1], maps.shape()[2]);
        let (heatmaps, tags) = encode(&people, joints, size);
        let expected = values(&maps);
        let pairs = heatmaps.iter().zip(&expected);
        let worst = pairs.map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
        assert!(heatmaps.len() == expected.len() && worst < TARGET, "{scene}: {worst}");
        assert_eq!(tags, positions(&tensor("joints")), "{scene}");
    }
}

/// Of `[people, joints, (position, whether it is used)]`, each person's used positions.
fn positions(view: &safetensors::tensor::TensorView<'_>) -> Vec<Vec<usize>> {
    let words = view.data().chunks_exact(8);
    let words: Vec<i64> = words.map(|b| i64::from_le_bytes(b.try_into().unwrap())).collect();
    let person = |pairs: &[i64]| -> Vec<usize> {
        let used = pairs.chunks_exact(2).filter(|pair| pair[1] > 0);
        used.map(|pair| usize::try_from(pair[0]).unwrap()).collect()
    };
    let people = words.chunks_exact(view.shape()[1] * 2).map(person);
    people.filter(|positions| !positions.is_empty()).collect()
}
