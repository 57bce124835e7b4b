//! Normalisation over devices, here threads, that share a batch: values and gradients are those of the whole batch.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use burn::backend::Autodiff;
use burn::tensor::Tensor;
use scalenas_kernels::{Activation, Group, ops};

use crate::common::{B, close, tensor};

type A = Autodiff<B>;

const EPSILON: f64 = 1e-5;
const LIMIT: f64 = 2e-5;
const SHAPE: [usize; 4] = [5, 17, 9, 7];

/// Sums over threads.
#[derive(Debug)]
struct Table {
    barrier: Barrier,
    sums: Mutex<(Option<u64>, Vec<f64>)>,
}

/// A thread at the table.
#[derive(Debug)]
struct Seat {
    table: Arc<Table>,
    operations: AtomicU64,
}

impl Group for Seat {
    fn label(&self) -> u64 {
        self.operations.fetch_add(1, Ordering::Relaxed)
    }

    fn sum(&self, label: u64, values: &mut [f64]) {
        let Table { barrier, sums } = &*self.table;
        {
            let mut sums = sums.lock().expect("no panic");
            assert_eq!(*sums.0.get_or_insert(label), label, "threads sum the same");
            sums.1.resize(values.len(), 0.0);
            sums.1.iter_mut().zip(&*values).for_each(|(sum, value)| *sum += value);
        }
        barrier.wait();
        values.copy_from_slice(&sums.lock().expect("no panic").1);
        if barrier.wait().is_leader() {
            *sums.lock().expect("no panic") = (None, Vec::new());
        }
        barrier.wait();
    }
}

/// Output, mean and variance, and the gradients of features, residual, scale and shift, of two layers in a row.
struct Found {
    output: Tensor<B, 4>,
    moments: [Tensor<B, 1>; 2],
    features: Vec<Tensor<B, 4>>,
    vectors: Vec<Tensor<B, 1>>,
}

fn run(
    [first, last]: [usize; 2],
    residual: bool,
    activation: Activation,
    group: Option<&Arc<dyn Group>>,
) -> Found {
    let part = |seed| tensor::<A, 4>(SHAPE, seed).slice(first..last).require_grad();
    let vector = |seed| tensor::<A, 1>([SHAPE[1]], seed).require_grad();
    let (x, other) = (part(1), residual.then(|| part(2)));
    let vectors = [3, 4, 5, 6].map(vector);
    let norm = |x, place: usize, other, activation| {
        let (weight, bias) = (vectors[place].clone(), vectors[place + 1].clone());
        match group {
            None => ops::norm_batch(x, weight, bias, EPSILON, other, activation),
            Some(group) => ops::norm_group(x, weight, bias, EPSILON, other, activation, group),
        }
    };
    let (y, _, _) = norm(x.clone() * 3.0 + 7.0, 0, None, Activation::Relu);
    let (y, mean, variance) = norm(y, 2, other.clone(), activation);
    let weights = tensor::<A, 4>(SHAPE, 99).slice(first..last);
    let gradients = (y.clone() * weights).sum().backward();
    let of = |x: &Tensor<A, 4>| x.grad(&gradients).expect("a gradient");
    Found {
        output: y.inner(),
        moments: [mean.inner(), variance.inner()],
        features: [Some(&x), other.as_ref()].into_iter().flatten().map(of).collect(),
        vectors: vectors.iter().map(|v| v.grad(&gradients).expect("a gradient")).collect(),
    }
}

fn compare(parts: &[usize], residual: bool, activation: Activation) {
    let whole = run([0, SHAPE[0]], residual, activation, None);
    let count = parts.len() - 1;
    let sums = Mutex::new((None, Vec::new()));
    let table = Arc::new(Table { barrier: Barrier::new(count), sums });
    let found: Vec<Found> = thread::scope(|scope| {
        let start = |ends: &[usize]| {
            let seat = Seat { table: Arc::clone(&table), operations: AtomicU64::new(0) };
            let (group, ends): (Arc<dyn Group>, _) = (Arc::new(seat), [ends[0], ends[1]]);
            scope.spawn(move || run(ends, residual, activation, Some(&group)))
        };
        let threads: Vec<_> = parts.windows(2).map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let joined = |of: &dyn Fn(&Found) -> Tensor<B, 4>| {
        Tensor::cat(found.iter().map(of).collect::<Vec<_>>(), 0)
    };
    close(&joined(&|part| part.output.clone()), &whole.output, LIMIT, "output");
    for part in &found {
        close(&part.moments[0], &whole.moments[0], LIMIT, "mean");
        close(&part.moments[1], &whole.moments[1], LIMIT, "variance");
    }
    for (i, want) in whole.features.iter().enumerate() {
        let got = joined(&|part| part.features[i].clone());
        close(&got, want, LIMIT, &format!("gradient of feature {i}"));
    }
    for (i, want) in whole.vectors.iter().enumerate() {
        let parts = found.iter().map(|part| part.vectors[i].clone());
        let got = parts.reduce(|sum, part| sum + part).expect("a part");
        close(&got, want, LIMIT, &format!("gradient of vector {i}"));
    }
}

#[test]
fn parts_are_normalised_as_the_whole_batch() {
    for parts in [&[0, 5][..], &[0, 2, 5], &[0, 1, 3, 5]] {
        for activation in [Activation::Identity, Activation::Relu] {
            for residual in [false, true] {
                compare(parts, residual, activation);
            }
        }
    }
}
