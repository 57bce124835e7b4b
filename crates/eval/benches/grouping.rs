//! Grouping of a 512x512 scene of 17 joints on one thread, refinement included: 10 and 30 people,
//! each of whom lacks some joints, with tags of the plain pass and of the mirrored one too.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use scalenas_eval::grouping::{Grouping, PredictedMaps, Stage};

const JOINTS: usize = 17;
const SIDE: usize = 512;
/// Width of a joint's spot in pixels: sigma 2 at stride 2, twice as large at stride 1.
const SIGMA: f32 = 4.0;
const RADIUS: i64 = 12;
/// Of so many joints a person lacks one.
const LACKING: usize = 6;

/// Reproducible noise in -1..1.
fn noise(seed: usize) -> f32 {
    let mixed = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 40) as f32 / (1u64 << 23) as f32 - 1.0
}

/// Distance between the tags of two people. A whole number: rounded distances then add up, and no
/// person is split because two jumps between people round to less than one of their length.
const APART: f32 = 2.0;

struct Scene {
    heatmaps: Vec<f32>,
    tags: Vec<f32>,
}

fn scene(people: usize, channels: usize) -> Scene {
    let pixels = SIDE * SIDE;
    let mut heatmaps: Vec<f32> = (0..JOINTS * pixels).map(|i| noise(i).abs() * 0.03).collect();
    let mut tags: Vec<f32> = (0..JOINTS * pixels * channels).map(|i| noise(i) * 0.2).collect();
    for person in 0..people {
        for joint in (0..JOINTS).filter(|joint| (joint + person) % LACKING != 0) {
            let spread = |seed: usize| (noise(seed) * 30.0) as i64;
            let x = (person % 6 * 80 + 50) as i64 + spread(person * 100 + joint);
            let y = (person / 6 * 90 + 60) as i64 + spread(person * 1000 + joint);
            for (dx, dy) in (-RADIUS..=RADIUS).flat_map(|x| (-RADIUS..=RADIUS).map(move |y| (x, y)))
            {
                let at = joint * pixels + (y + dy) as usize * SIDE + (x + dx) as usize;
                let value = (-((dx * dx + dy * dy) as f32) / (2.0 * SIGMA * SIGMA)).exp();
                // Where two spots meet, the tag is that of the nearer joint.
                if value < heatmaps[at] {
                    continue;
                }
                heatmaps[at] = value;
                for (channel, tag) in tags[at * channels..][..channels].iter_mut().enumerate() {
                    let spread = noise(at * channels + channel) * 0.1;
                    *tag = spread + APART * (person as f32 - 10.0);
                }
            }
        }
    }
    Scene { heatmaps, tags }
}

fn grouping(c: &mut Criterion) {
    let grouping = Grouping::coco();
    for (people, channels) in [(10, 1), (10, 2), (30, 1), (30, 2)] {
        let scene = scene(people, channels);
        let maps = PredictedMaps::new(&scene.heatmaps, &scene.tags, [JOINTS, SIDE, SIDE])
            .expect("the sizes of the scene");
        let found = grouping.group(&maps).expect("finite maps").len();
        assert_eq!(found, people, "the scene that is timed has the people it is named after");
        for (stage, name) in [(Stage::Adjusted, "unrefined"), (Stage::Refined, "refined")] {
            c.bench_function(&format!("{people} people, {channels} tags, {name}"), |b| {
                b.iter(|| grouping.group_until(black_box(&maps), stage));
            });
        }
    }
}

criterion_group!(benches, grouping);
criterion_main!(benches);
