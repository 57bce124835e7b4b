//! Every kernel on the shapes of P2, width 32, 256x192, batch 8: `cargo bench -p scalenas-kernels`.
//! Convolutions count two operations a multiply-add of the direct algorithm.

use burn::tensor::{Distribution, Tensor, TensorPrimitive};
use burn_flex::{Flex, FlexDevice, FlexTensor};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scalenas_kernels::{
    Activation, AdamStep, AdamValues, ConvGeometry, KernelBackend, NormState, Origin,
};

const BATCH: usize = 8;
/// Channels in and out, height and width of the input, kernel, stride.
const CONVS: [[usize; 6]; 8] = [
    [32, 32, 64, 48, 3, 1],
    [64, 64, 32, 24, 3, 1],
    [128, 128, 16, 12, 3, 1],
    [256, 256, 8, 6, 3, 1],
    [32, 64, 64, 48, 3, 2],
    [3, 64, 256, 192, 3, 2],
    [64, 256, 64, 48, 1, 1],
    [256, 32, 8, 6, 1, 1],
];
/// Channels, height and width of the four branches.
const MAPS: [[usize; 3]; 4] = [[32, 64, 48], [64, 32, 24], [128, 16, 12], [256, 8, 6]];
const PARAMETERS: usize = 1 << 22;

fn random<const D: usize>(shape: [usize; D]) -> FlexTensor {
    let values = Distribution::Normal(0.0, 1.0);
    Tensor::<Flex, D>::random(shape, values, &FlexDevice).into_primitive().tensor()
}

/// Features stored channels last, the order in which kernels leave them.
fn features([batch, channels, height, width]: [usize; 4]) -> FlexTensor {
    let last = Tensor::<Flex, 4>::from_primitive(TensorPrimitive::Float(random([
        batch, height, width, channels,
    ])));
    last.permute([0, 3, 1, 2]).into_primitive().tensor()
}

fn convolutions(c: &mut Criterion) {
    for [input, output, height, width, kernel, stride] in CONVS {
        let name = format!("{input}-{output} {height}x{width} {kernel}x{kernel} stride {stride}");
        let geometry = ConvGeometry { stride, padding: kernel / 2 };
        let x = features([BATCH, input, height, width]);
        let weight = random([output, input, kernel, kernel]);
        let dy = features([BATCH, output, height / stride, width / stride]);
        let macs = output * input * kernel * kernel * (height / stride) * (width / stride) * BATCH;
        let mut group = c.benchmark_group("convolution");
        group.throughput(Throughput::Elements(2 * macs as u64));
        group.bench_function(BenchmarkId::new("forward", &name), |b| {
            b.iter(|| Flex::conv(x.clone(), weight.clone(), geometry));
        });
        let bias = random([output]);
        group.bench_function(BenchmarkId::new("forward, folded", &name), |b| {
            // As in inference: rearranged weights are kept.
            b.iter(|| {
                let (x, w, bias) = (x.clone(), weight.clone(), bias.clone());
                Flex::conv_bias(x, w, bias, None, Activation::Relu, geometry)
            });
        });
        group.bench_function(BenchmarkId::new("input gradient", &name), |b| {
            b.iter(|| {
                let (x, w, dy) = (x.clone(), weight.clone(), dy.clone());
                Flex::conv_input_gradient(x, w, dy, geometry, None)
            });
        });
        group.bench_function(BenchmarkId::new("weight gradient", &name), |b| {
            b.iter(|| Flex::conv_weight_gradient(x.clone(), weight.clone(), dy.clone(), geometry));
        });
        group.finish();
    }
}

fn normalisation(c: &mut Criterion) {
    for [channels, height, width] in MAPS {
        let shape = [BATCH, channels, height, width];
        let (x, residual, dy) = (features(shape), features(shape), features(shape));
        let (weight, bias) = (random([channels]), random([channels]));
        let mut group = c.benchmark_group("normalisation");
        group.throughput(Throughput::Bytes((shape.iter().product::<usize>() * 4) as u64));
        let name = format!("{channels} {height}x{width}");
        let forward = |residual: Option<FlexTensor>| {
            let (x, weight, bias) = (x.clone(), weight.clone(), bias.clone());
            Flex::norm_batch(x, weight, bias, 1e-5, residual, Activation::Relu)
        };
        group.bench_function(BenchmarkId::new("forward, residual, ReLU", &name), |b| {
            b.iter(|| forward(Some(residual.clone())));
        });
        let norm = forward(None);
        let state = |output: Option<&FlexTensor>| NormState {
            x: x.clone(),
            weight: weight.clone(),
            bias: bias.clone(),
            mean: norm.mean.clone(),
            variance: norm.variance.clone(),
            epsilon: 1e-5,
            origin: Origin::Batch,
            activation: Activation::Relu,
            output: output.cloned(),
        };
        group.bench_function(BenchmarkId::new("gradient", &name), |b| {
            b.iter(|| Flex::norm_gradient(state(None), dy.clone()));
        });
        group.bench_function(BenchmarkId::new("gradient, residual, ReLU", &name), |b| {
            b.iter(|| Flex::norm_gradient(state(Some(&norm.output)), dy.clone()));
        });
        group.bench_function(BenchmarkId::new("given statistics", &name), |b| {
            b.iter(|| {
                let (x, w, bias) = (x.clone(), weight.clone(), bias.clone());
                let (mean, variance) = (norm.mean.clone(), norm.variance.clone());
                Flex::norm_frozen(x, w, bias, mean, variance, 1e-5, None, Activation::Relu)
            });
        });
        group.finish();
    }
}

fn fusion(c: &mut Criterion) {
    let all: Vec<FlexTensor> =
        MAPS.iter().map(|&[_, height, width]| features([BATCH, 32, height, width])).collect();
    c.bench_function("fusion of four branches", |b| {
        b.iter(|| Flex::fuse(all[0].clone(), all[1..].to_vec(), Activation::Relu));
    });
    let [_, height, width] = MAPS[3];
    c.bench_function("gradient of the coarsest edge", |b| {
        b.iter(|| Flex::edge_gradient(all[0].clone(), [BATCH, 32, height, width]));
    });
}

/// Twenty classes of crops of 512x1024 pixels, as ScaleNet-S is trained on.
fn pixels(c: &mut Criterion) {
    let scores = random([3, 20, 128, 256]);
    let pixels = [3, 512, 1024];
    let labels = Tensor::<Flex, 3>::random(pixels, Distribution::Uniform(0.0, 20.0), &FlexDevice);
    let labels = labels.int().into_primitive();
    let (dy, normaliser) = (random(pixels), random(pixels));
    c.bench_function("log-likelihood of labels", |b| {
        b.iter(|| Flex::log_likelihood(scores.clone(), labels.clone()));
    });
    c.bench_function("gradient of the log-likelihood", |b| {
        b.iter(|| {
            let (scores, labels) = (scores.clone(), labels.clone());
            Flex::log_likelihood_gradient(scores, labels, normaliser.clone(), dy.clone())
        });
    });
    let target = features([3, 480, 128, 256]);
    let coarser = [2, 4, 8].map(|factor| features([3, 480, 128 / factor, 256 / factor]));
    c.bench_function("blend of four resolutions", |b| {
        b.iter(|| Flex::blend(target.clone(), coarser.to_vec(), Activation::Relu));
    });
    c.bench_function("gradient of an edge of it", |b| {
        b.iter(|| Flex::upsample_gradient(target.clone(), [32, 64]));
    });
}

fn adam(c: &mut Criterion) {
    let mut group = c.benchmark_group("optimiser");
    group.throughput(Throughput::Elements(PARAMETERS as u64));
    let gradient = random([PARAMETERS]);
    let make = || random([PARAMETERS]);
    let mut values =
        Some(AdamValues::<Flex> { weight: make(), mean: make(), square: gradient.clone() });
    let step = AdamStep {
        learning_rate: 1e-3,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
        keep: 1.0,
        time: 10,
    };
    group.bench_function("adam", |b| {
        b.iter(|| {
            let old = values.take().expect("put back below");
            values = Some(Flex::adam(old, gradient.clone(), step));
        });
    });
    group.finish();
}

criterion_group!(benches, convolutions, normalisation, fusion, pixels, adam);
criterion_main!(benches);
