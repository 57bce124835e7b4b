//! Launches of GPU kernels, counted by the framework on any device: a GPU is fed more slowly than it computes.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;

use scalenas_kernels::environment::CONVOLUTIONS;

use crate::common::{Place, command, ended};

/// A call of `bench`: mode, architecture of `tiny`, and value of `SCALENAS_CONVOLUTIONS`, if any.
type Call<'a> = (&'a str, &'a str, Option<&'a str>);

/// Launches by kernel, of so many repetitions.
fn counted((mode, arch, convolutions): Call<'_>, repetitions: usize) -> BTreeMap<String, usize> {
    let place = Place::new();
    let logger = r#"profiling.logger = { level = "minimal", file = "launches.log" }"#;
    fs::write(place.path("cubecl.toml"), logger).unwrap();
    let repetitions = repetitions.to_string();
    let call = [
        "bench",
        "--device",
        "wgpu",
        "--space",
        "tiny",
        "--arch",
        arch,
        "--input",
        "64x64",
        "--batch",
        "1",
        "--mode",
        mode,
        "--reps",
        &repetitions,
    ];
    let mut bench = command(&call);
    bench.current_dir(place.path(".")).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(convolutions) = convolutions {
        bench.env(CONVOLUTIONS, convolutions);
    }
    ended(bench.spawn().unwrap()).good();
    let log = fs::read_to_string(place.path("launches.log")).unwrap();
    let mut counts = BTreeMap::new();
    for kernel in log.lines().filter_map(|line| line.split_once("Executing ")) {
        *counts.entry(kernel.1.to_owned()).or_default() += 1;
    }
    counts
}

/// Launches of one step.
fn step(call: Call<'_>) -> BTreeMap<String, usize> {
    let (one, mut two) = (counted(call, 1), counted(call, 2));
    for (kernel, count) in &mut two {
        *count -= one[kernel];
    }
    two.retain(|_, count| *count > 0);
    two
}

/// Launches of a kernel, by the name of its function in camel case.
fn of(step: &BTreeMap<String, usize>, kernel: &str) -> usize {
    let named = step.iter().filter(|(name, _)| name.split(" |").next() == Some(kernel));
    named.map(|(_, count)| count).sum()
}

#[test]
fn a_layer_takes_two_for_its_normalisation_and_two_for_the_gradient() {
    let step = step(("train", "largest", None));
    // The last convolution is not normalised.
    let layers = of(&step, "DirectConv2dKernel") - 1;
    for kernel in ["Measure", "MergeAndNormalise", "BlockSums", "AddAndApply"] {
        assert_eq!(of(&step, kernel), layers, "{kernel}: {step:#?}");
    }
    assert_eq!(of(&step, "Merge"), 0, "{step:#?}");
    let all: usize = step.values().sum();
    assert!(layers > 100 && all <= 11 * (layers + 1), "{all} launches: {step:#?}");
}

#[test]
fn a_folded_layer_takes_two_at_most() {
    let step = step(("infer", "largest", None));
    let (layers, all) = (of(&step, "DirectConv2dKernel"), step.values().sum::<usize>());
    assert!(layers > 100 && all <= 2 * layers, "{all} launches: {step:#?}");
}

/// As on units for matrices: a bias, a residual and an activation take no launch of their own but behind the first
/// layer, whose three channels no product takes.
#[test]
fn a_folded_layer_of_products_takes_one() {
    let step = step(("infer", "smallest", Some("threads")));
    let layers = of(&step, "MatmulEntry") + of(&step, "DirectConv2dKernel");
    let all = step.values().sum::<usize>();
    assert_eq!((of(&step, "DirectConv2dKernel"), of(&step, "AddBias")), (1, 1), "{step:#?}");
    assert!(layers > 25 && all <= layers + 5, "{all} launches: {step:#?}");
}

#[test]
fn convolutions_of_another_name_are_refused() {
    let mut bench = command(&["bench", "--device", "wgpu"]);
    bench.env(CONVOLUTIONS, "winograd").stdout(Stdio::piped()).stderr(Stdio::piped());
    ended(bench.spawn().unwrap()).fixable(&[CONVOLUTIONS, "winograd", "accepted: threads"]);
}
