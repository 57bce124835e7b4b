//! Sampling and costing; the target is 100,000 architectures per second on one core.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scalenas_base::Size;
use scalenas_space::vary::{MutationRates, crossover, mutate};
use scalenas_space::{CostModel, SpaceSpec, rng, sample};

fn space(c: &mut Criterion) {
    let spec = SpaceSpec::preset("pose_w32").expect("a preset");
    let model = CostModel::new(&spec, Size::new(256, 192)).expect("a valid input");
    let mut random = rng::stream(0, "bench", &[]);
    let mut group = c.benchmark_group("space");
    group.throughput(Throughput::Elements(1));
    group.bench_function("sample", |b| b.iter(|| sample::uniform(&spec, &mut random)));
    group.bench_function("sample_and_cost", |b| {
        b.iter(|| {
            let architecture = sample::uniform(&spec, &mut random);
            black_box(model.cost(&architecture))
        });
    });
    let architecture = sample::uniform(&spec, &mut random);
    group.bench_function("id", |b| b.iter(|| black_box(&architecture).id(&spec)));
    group.bench_function("validate", |b| b.iter(|| black_box(&architecture).validate(&spec)));
    let (mate, rates) = (sample::uniform(&spec, &mut random), MutationRates::default());
    group.bench_function("mutate", |b| {
        b.iter(|| mutate(&spec, black_box(&architecture), &rates, &mut random));
    });
    group.bench_function("crossover", |b| {
        b.iter(|| crossover(black_box(&architecture), &mate, 0.25, &mut random));
    });
    group.finish();
}

criterion_group!(benches, space);
criterion_main!(benches);
