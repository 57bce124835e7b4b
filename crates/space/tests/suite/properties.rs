//! Properties of every architecture that sampling and variation can produce.

use std::path::Path;

use proptest::prelude::*;
use scalenas_base::Size;
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::vary::{MutationRates, crossover, mutate};
use scalenas_space::{Architecture, CostModel, Head, SpaceSpec, cost, layers, rng, sample};

fn spaces() -> impl Strategy<Value = SpaceSpec> {
    let presets = SpaceSpec::presets().to_vec();
    proptest::sample::select(presets).prop_map(|name| SpaceSpec::preset(name).expect("a preset"))
}

/// A sampled, a grouped, a mutated and a crossed architecture.
fn family(space: &SpaceSpec, seed: u64) -> Vec<Architecture> {
    let mut random = rng::stream(seed, "family", &[]);
    let uniform = sample::uniform(space, &mut random);
    let grouped = sample::grouped(space, seed, seed % 23);
    let rates = MutationRates { depth: 0.5, fusion: 0.3 };
    let mutated = mutate(space, &grouped, &rates, &mut random);
    let crossed = crossover(&uniform, &mutated, 0.5, &mut random);
    vec![uniform, grouped, mutated, crossed]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_architecture_is_valid_and_survives_every_format(space in spaces(), seed: u64) {
        let folder = tempfile::tempdir().expect("a folder");
        for architecture in family(&space, seed) {
            architecture.validate(&space)?;
            prop_assert_eq!(&Architecture::from_json(&architecture.to_json())?, &architecture);
            prop_assert_eq!(&Architecture::from_ron(&architecture.to_ron())?, &architecture);
            for name in ["a.json", "a.ron"] {
                let path = folder.path().join(name);
                architecture.write(&path)?;
                prop_assert_eq!(&Architecture::read(&path, &space)?, &architecture);
            }
        }
    }

    #[test]
    fn canonical_form_is_a_valid_fixed_point_of_equal_live_layers(space in spaces(), seed: u64) {
        let input = Size::square(space.coarsest_stride());
        for architecture in family(&space, seed) {
            let canonical = architecture.canonical(&space);
            canonical.validate(&space)?;
            prop_assert_eq!(&canonical.canonical(&space), &canonical);
            prop_assert_eq!(canonical.id(&space), architecture.id(&space));
            let live = |a: &Architecture| layers::layers(&space, a, input, Reach::Live);
            prop_assert_eq!(live(&canonical)?, live(&architecture)?);
        }
    }

    #[test]
    fn flipping_a_dead_bit_keeps_the_id(space in spaces(), seed: u64) {
        let architecture = sample::uniform(&space, &mut rng::stream(seed, "dead", &[]));
        let plan = Plan::new(&space, &architecture, Reach::Live);
        for (index, module) in architecture.modules.iter().enumerate() {
            for (step, live) in plan.modules[index].steps.iter().enumerate() {
                for branch in (0..module.branches()).filter(|&b| step < module.depth(b)) {
                    let mut other = architecture.clone();
                    let flipped = module.sources(branch, step) ^ (1 << ((branch + 1) % module.branches()));
                    other.modules[index].set_sources(branch, step, flipped);
                    if !live.needed[branch] && other.validate(&space).is_ok() {
                        prop_assert_eq!(other.id(&space), architecture.id(&space));
                    }
                }
            }
        }
    }

    #[test]
    fn tables_agree_with_the_layers(space in spaces(), seed: u64) {
        let input = Size::new(4 * space.coarsest_stride(), 3 * space.coarsest_stride());
        let model = CostModel::new(&space, input)?;
        for architecture in family(&space, seed) {
            let cost = model.cost(&architecture);
            prop_assert_eq!(cost, cost::cost(&space, &architecture, input)?);
            let listed = |reach| layers::layers(&space, &architecture, input, reach);
            let parameters = |ls: &[layers::Layer]| ls.iter().map(layers::Layer::parameters).sum::<u64>();
            let macs = |ls: &[layers::Layer]| ls.iter().map(layers::Layer::macs).sum::<u64>();
            let (executed, live) = (listed(Reach::Executed)?, listed(Reach::Live)?);
            prop_assert_eq!(cost.parameters, parameters(&executed));
            prop_assert_eq!(cost.macs, macs(&executed));
            prop_assert_eq!(cost.live_parameters, parameters(&live));
            prop_assert_eq!(cost.live_macs, macs(&live));
            prop_assert!(cost.live_macs <= cost.macs);
        }
    }

    #[test]
    fn reading_a_damaged_mask_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut file = b"\x93NUMPY\x01\x00\x06\x00'|O'  ".to_vec();
        file.extend(&bytes);
        let _ = Architecture::from_npy(&file);
        let _ = Architecture::from_npy(&bytes);
    }
}

#[test]
fn the_cycle_visits_both_corners() {
    let space = SpaceSpec::preset("pose_w32").expect("a preset");
    assert_eq!(sample::cycle(&space).len(), 11);
    assert_eq!(sample::grouped(&space, 3, 0), Architecture::smallest(&space));
    assert_eq!(sample::grouped(&space, 3, 10), Architecture::largest(&space));
    assert_eq!(sample::grouped(&space, 3, 21), Architecture::largest(&space));
    assert_eq!(sample::initial_groups(&space).len(), 15);
}

#[test]
fn a_bad_file_names_module_branch_and_step() {
    let text = Architecture::largest(&SpaceSpec::tiny()).to_json();
    let damaged = text.replacen("[1,1,1]", "[1,1]", 1);
    let message = Architecture::from_json(&damaged).expect_err("a fault").to_string();
    assert!(message.contains("module 1: branch 0 step 0: 2 bits"), "{message}");
    assert!(Architecture::read(Path::new("a.txt"), &SpaceSpec::tiny()).is_err());
}

#[test]
fn spaces_without_a_network_are_refused() {
    let message = |change: &dyn Fn(&mut SpaceSpec)| {
        let mut space = SpaceSpec::tiny();
        change(&mut space);
        space.validate().expect_err("a fault").to_string()
    };
    let huge = message(&|space| space.widths[3] = usize::MAX);
    assert!(huge.contains("space tiny: widths"), "{huge}");
    let many = message(&|space| space.stages[1].modules = usize::MAX);
    assert!(many.contains("space tiny: stages"), "{many}");
    assert!(message(&|space| space.stem.expansion = 0).contains("stem"));
    assert!(message(&|space| space.depth_choices = vec![3, 2]).contains("depth_choices"));
    assert!(message(&|space| space.heads = vec![Head::TopDown { joints: 0 }]).contains("head"));
    assert!(SpaceSpec::top_down(usize::MAX, 17).validate().is_err());
}

#[test]
fn the_tiny_space_is_tiny() {
    /// Maximum of the quickstart's network: a fiftieth of HRNet-W32 at 256x192, so that the
    /// quickstart takes minutes on a CPU.
    const MOST_MACS: u64 = 150_000_000;
    let space = SpaceSpec::tiny();
    let cost =
        cost::cost(&space, &Architecture::largest(&space), Size::new(128, 96)).expect("valid");
    assert!(cost.macs < MOST_MACS, "{} MACs", cost.macs);
}

#[test]
fn faults_name_their_place() {
    let space = SpaceSpec::preset("pose_w32").expect("a preset");
    let message = |change: &dyn Fn(&mut Architecture)| {
        let mut architecture = Architecture::largest(&space);
        change(&mut architecture);
        architecture.validate(&space).expect_err("a fault").to_string()
    };
    let depth = message(&|a| a.modules[2].set_depth(1, 1));
    assert!(depth.contains("module 2 branch 1: depth 1"), "{depth}");
    let identity = message(&|a| a.modules[3].set_sources(0, 2, 0b110));
    assert!(identity.contains("module 3 branch 0 step 2"), "{identity}");
    let last = message(&|a| a.modules[7].set_sources(2, 4, 0b1111));
    assert!(last.contains("module 7 branch 2 step 4"), "{last}");
    let stray = message(&|a| a.modules[0].set_sources(1, 0, 0b111));
    assert!(
        stray.contains("module 0 branch 1 step 0: sources 111 (highest branch first)"),
        "{stray}"
    );
    let other = Architecture::largest(&SpaceSpec::tiny()).validate(&space).expect_err("a fault");
    assert!(other.to_string().contains("pose_w32 has 8"), "{other}");
    let name = SpaceSpec::preset("pose_w23").expect_err("a fault").to_string();
    assert!(name.contains("did you mean pose_w32"), "{name}");
    assert!(cost::cost(&space, &Architecture::largest(&space), Size::new(250, 192)).is_err());
}

/// Over a cycle, every branch has every depth twice, and every fusion of a step is on in half of the iterations
/// in which the step runs.
#[test]
fn fair_sampling_is_fair() {
    for preset in ["tiny", "pose_w32", "tiny_segmentation"] {
        let spec = SpaceSpec::preset(preset).unwrap();
        let cycle = 2 * spec.depth_choices.len() as u64;
        for start in [0, cycle * 5] {
            let drawn: Vec<Architecture> =
                (start..start + cycle).map(|iteration| sample::fair(&spec, 3, iteration)).collect();
            for architecture in &drawn {
                architecture.validate(&spec).unwrap();
            }
            for (index, branches) in spec.module_branches().into_iter().enumerate() {
                for branch in 0..branches {
                    fair_branch(&spec, &drawn, index, branch);
                }
            }
        }
        assert_ne!(sample::fair(&spec, 3, 0), sample::fair(&spec, 4, 0));
        assert_eq!(sample::fair(&spec, 3, 7), sample::fair(&spec, 3, 7));
    }
}

fn fair_branch(spec: &SpaceSpec, drawn: &[Architecture], index: usize, branch: usize) {
    let modules: Vec<_> = drawn.iter().map(|architecture| &architecture.modules[index]).collect();
    for &depth in &spec.depth_choices {
        assert_eq!(modules.iter().filter(|module| module.depth(branch) == depth).count(), 2);
    }
    let is_converging = spec.is_converging(index);
    for step in 0..spec.steps {
        let running: Vec<_> = modules.iter().filter(|module| module.depth(branch) > step).collect();
        for source in (0..modules[0].branches()).filter(|&source| source != branch) {
            let on = running.iter().filter(|m| m.sources(branch, step) >> source & 1 == 1).count();
            // What leaves the last module is fixed.
            let is_last = |depth: usize| is_converging && depth == step + 1;
            let free = running.iter().filter(|m| !is_last(m.depth(branch))).count();
            if free == running.len() {
                assert_eq!(2 * on, running.len(), "module {index}, branch {branch}, step {step}");
            }
        }
    }
}

#[test]
fn a_spread_covers_the_costs_of_a_space() {
    for preset in ["tiny", "pose_w32", "tiny_segmentation"] {
        let spec = SpaceSpec::preset(preset).unwrap();
        let costs = CostModel::new(&spec, Size::new(64, 64)).unwrap();
        let chosen = sample::spread(&spec, &costs, 20);
        let macs: Vec<u64> =
            chosen.iter().map(|architecture| costs.cost(architecture).macs).collect();
        let ids: std::collections::BTreeSet<String> = chosen.iter().map(|a| a.id(&spec)).collect();
        assert_eq!((chosen.len(), ids.len()), (20, 20), "{preset}");
        assert!(macs.is_sorted(), "{preset}");
        assert!(ids.contains(&Architecture::largest(&spec).id(&spec)));
        assert!(ids.contains(&Architecture::smallest(&spec).id(&spec)));
        let step = (macs[19] - macs[0]) / 19;
        assert!(macs.windows(2).all(|pair| pair[1] - pair[0] < 3 * step), "{preset}: {macs:?}");
        for architecture in &chosen {
            assert_eq!(*architecture, architecture.canonical(&spec));
        }
    }
}
