//! Operations started by many threads at once, every one with an instruction set of its own.

use std::sync::Barrier;

use burn::tensor::{Tensor, TensorPrimitive};
use scalenas_kernels::cpu::Level;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops, reference};

use crate::common::{B, close, tensor, vec};

const THREADS: usize = 8;
const ROUNDS: usize = 12;
const LIMIT: f64 = 3e-6;

/// Shapes that take every algorithm: direct, Winograd's with weights kept and used once.
const SHAPES: [([usize; 4], usize, usize); 6] = [
    ([2, 32, 24, 20], 32, 1),
    ([2, 128, 16, 12], 128, 1),
    ([1, 48, 17, 13], 34, 1),
    ([2, 16, 24, 24], 24, 2),
    ([1, 20, 9, 7], 17, 1),
    ([3, 64, 8, 6], 256, 1),
];

struct Case {
    x: Tensor<B, 4>,
    weight: Tensor<B, 4>,
    dy: Tensor<B, 4>,
    geometry: ConvGeometry,
    wanted: [Tensor<B, 4>; 3],
}

fn low(tensor: &Tensor<B, 4>) -> burn::tensor::ops::FloatTensor<B> {
    tensor.clone().into_primitive().tensor()
}

fn lift(tensor: burn::tensor::ops::FloatTensor<B>) -> Tensor<B, 4> {
    Tensor::from_primitive(TensorPrimitive::Float(tensor))
}

impl Case {
    fn new(shape: [usize; 4], output: usize, stride: usize) -> Self {
        let geometry = ConvGeometry { stride, padding: 1 };
        let x: Tensor<B, 4> = tensor(shape, 1);
        let weight: Tensor<B, 4> = tensor([output, shape[1], 3, 3], 2);
        let y = reference::conv(x.clone(), weight.clone(), geometry);
        let dy: Tensor<B, 4> = tensor(y.dims(), 3);
        let [a, w, d] = [low(&x), low(&weight), low(&dy)];
        let dx =
            reference::gradient::conv_input::<B>(a.clone(), w.clone(), d.clone(), geometry, None);
        let dw = reference::gradient::conv_weight::<B>(a, w, d, geometry);
        Self { x, weight, dy, geometry, wanted: [y, lift(dx), lift(dw)] }
    }

    fn check(&self) {
        let Self { x, weight, dy, geometry, wanted: [y, dx, dw] } = self;
        close(&ops::conv(x.clone(), weight.clone(), *geometry), y, LIMIT, "forward");
        let bias = Tensor::zeros([weight.dims()[0]], &weight.device());
        let (x_, w_) = (x.clone(), weight.clone());
        let kept = ops::conv_bias(x_, w_, bias, None, Activation::Identity, *geometry);
        close(&kept, y, LIMIT, "with kept weights");
        let [a, w, d] = [low(x), low(weight), low(dy)];
        let got = B::conv_input_gradient(a.clone(), w.clone(), d.clone(), *geometry, None);
        close(&lift(got), dx, LIMIT, "gradient of the input");
        close(&lift(B::conv_weight_gradient(a, w, d, *geometry)), dw, LIMIT, "of the weight");
    }
}

#[test]
fn compute_the_right_sums_at_mixed_levels() {
    let cases: Vec<Case> =
        SHAPES.iter().map(|&(shape, output, stride)| Case::new(shape, output, stride)).collect();
    let levels = Level::available();
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (cases, levels, start) = (&cases, &levels, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    let level = levels[(thread + round) % levels.len()];
                    level.scope(|| cases[(thread * 5 + round) % cases.len()].check());
                }
            });
        }
    });
}

#[test]
fn a_scope_ends_with_its_program() {
    let best = Level::available()[0];
    Level::Portable.scope(|| {
        assert_eq!(Level::current(), Level::Portable);
        best.scope(|| assert_eq!(Level::current(), best));
        assert_eq!(Level::current(), Level::Portable);
        let other = std::thread::spawn(Level::current).join().expect("reads the level");
        assert_eq!(other, best, "another thread");
    });
    let _ = std::panic::catch_unwind(|| Level::Portable.scope(|| panic!("ends the scope")));
    assert_eq!(Level::current(), best);
}

#[test]
fn sums_do_not_depend_on_the_level() {
    let x: Tensor<B, 4> = tensor([2, 19, 12, 9], 1);
    let sums = |level: Level| {
        level.scope(|| {
            let low = x.clone().into_primitive().tensor();
            let sums: Tensor<B, 1> =
                Tensor::from_primitive(TensorPrimitive::Float(B::channel_sums(low)));
            vec(&sums)
        })
    };
    let portable = sums(Level::Portable);
    for level in Level::available() {
        for (a, b) in sums(level).iter().zip(&portable) {
            assert!((a - b).abs() < 1e-4, "{level:?}: {a} instead of {b}");
        }
    }
}
