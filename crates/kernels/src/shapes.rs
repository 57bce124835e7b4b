//! Shapes that the operations demand of their arguments.
//!
//! Kernels compute with pointers and take extents from one argument for all of them, so every entry
//! point of every backend checks here first, in release builds too: once per operation, whatever its
//! size.
//!
//! # Panics
//! Every function panics if shapes disagree, with the operation, the argument and both shapes.

use burn_backend::{Backend, TensorMetadata};

use crate::types::{AdamValues, ConvGeometry, NormState};

/// `[batch, channels, height, width]`.
type Features = [usize; 4];

/// An operation and the arguments that all others are measured by.
#[derive(Clone, Copy)]
struct Operation {
    name: &'static str,
    x: Features,
    /// Of a convolution.
    weight: Option<Features>,
}

impl Operation {
    fn of(name: &'static str, x: &impl TensorMetadata) -> Self {
        Self { name, x: features(name, "x", x), weight: None }
    }

    /// One value per channel.
    fn vector(self, argument: &str, tensor: &impl TensorMetadata, channels: usize) {
        self.equal(argument, &tensor.shape()[..], &[channels]);
    }

    fn equal(self, argument: &str, shape: &[usize], wanted: &[usize]) {
        let Self { name, x, weight } = self;
        let weight = weight.map_or_else(String::new, |shape| format!(" and weight of {shape:?}"));
        assert!(
            shape == wanted,
            "{name}: {argument} has shape {shape:?}, but with x of shape {x:?}{weight} it must have \
             {wanted:?}"
        );
    }

    fn equal_to(self, argument: &str, tensor: &impl TensorMetadata, wanted: Features) {
        self.equal(argument, &tensor.shape()[..], &wanted);
    }

    /// The convolution and its output `[batch, out, height, width]`.
    fn convolution(
        name: &'static str,
        x: &impl TensorMetadata,
        weight: &impl TensorMetadata,
        geometry: ConvGeometry,
    ) -> (Self, Features) {
        let x @ [batch, channels, height, width] = features(name, "x", x);
        let weight = features(name, "weight", weight);
        let [out, inputs, kernel, columns] = weight;
        assert!(
            inputs == channels && kernel == columns && kernel > 0,
            "{name}: weight has shape {weight:?}, but x of shape {x:?} needs \
             [out, {channels}, kernel, kernel]"
        );
        let ConvGeometry { stride, padding } = geometry;
        assert!(stride > 0, "{name}: stride 0; weight {weight:?}, x {x:?}");
        let [height, width] = [height, width].map(|size| {
            let padded = padding.checked_mul(2).and_then(|padding| size.checked_add(padding));
            let room = padded.and_then(|padded| padded.checked_sub(kernel)).unwrap_or_else(|| {
                panic!(
                    "{name}: weight of shape {weight:?} is larger than x of shape {x:?} \
                     with padding {padding}"
                )
            });
            room / stride + 1
        });
        (Self { name, x, weight: Some(weight) }, [batch, out, height, width])
    }

    /// An edge of a fusion, repeated a whole number of times.
    fn edge(self, argument: &str, edge: &[usize]) {
        let Self { name, x: x @ [batch, channels, height, width], .. } = self;
        let fits = match *edge {
            [n, c, h, w] if (n, c) == (batch, channels) => {
                let factor = height.checked_div(h).unwrap_or(1);
                (Some(height), Some(width)) == (h.checked_mul(factor), w.checked_mul(factor))
            }
            _ => false,
        };
        assert!(
            fits,
            "{name}: {argument} has shape {edge:?}, but the target of shape {x:?} needs \
             [{batch}, {channels}, {height} / s, {width} / s] with a whole s"
        );
    }
}

fn features(operation: &str, argument: &str, tensor: &impl TensorMetadata) -> Features {
    let shape = tensor.shape();
    let shape = &shape[..];
    shape.try_into().unwrap_or_else(|_| {
        panic!("{operation}: {argument} has shape {shape:?}, but four axes are needed")
    })
}

/// See [`crate::KernelBackend::prepare_weight`].
pub(crate) fn prepare_weight(weight: &impl TensorMetadata) {
    features("prepare_weight", "weight", weight);
}

/// See [`crate::KernelBackend::conv_prepared`].
pub(crate) fn conv_prepared<T: TensorMetadata>(
    x: &T,
    weight: &T,
    prepared: &T,
    geometry: ConvGeometry,
) {
    Operation::convolution("conv_prepared", x, weight, geometry);
    let [weight, prepared] = [weight, prepared].map(TensorMetadata::shape);
    assert!(
        weight == prepared,
        "conv_prepared: prepared has shape {:?}, but the weight it was made of has {:?}",
        &prepared[..],
        &weight[..]
    );
}

/// See [`crate::KernelBackend::conv`].
pub(crate) fn conv<T: TensorMetadata>(x: &T, weight: &T, geometry: ConvGeometry) {
    Operation::convolution("conv", x, weight, geometry);
}

/// See [`crate::KernelBackend::conv_bias`].
pub(crate) fn conv_bias<T: TensorMetadata>(
    x: &T,
    weight: &T,
    bias: &T,
    residual: Option<&T>,
    geometry: ConvGeometry,
) {
    let (operation, output) = Operation::convolution("conv_bias", x, weight, geometry);
    operation.vector("bias", bias, output[1]);
    if let Some(residual) = residual {
        operation.equal_to("residual", residual, output);
    }
}

/// See [`crate::KernelBackend::norm_batch`] and [`crate::KernelBackend::norm_frozen`]; `vectors` are
/// named.
pub(crate) fn norm<T: TensorMetadata>(x: &T, vectors: &[(&str, &T)], residual: Option<&T>) {
    let operation = Operation::of("norm", x);
    for (name, vector) in vectors {
        operation.vector(name, *vector, operation.x[1]);
    }
    if let Some(residual) = residual {
        operation.equal_to("residual", residual, operation.x);
    }
}

/// See [`crate::KernelBackend::fuse`].
pub(crate) fn fuse<T: TensorMetadata>(target: &T, edges: &[T]) {
    let operation = Operation::of("fuse", target);
    for edge in edges {
        operation.edge("an edge", &edge.shape()[..]);
    }
}

/// See [`crate::KernelBackend::conv_input_gradient`].
pub(crate) fn conv_input_gradient<T: TensorMetadata>(
    x: &T,
    weight: &T,
    gradient: &T,
    geometry: ConvGeometry,
    sum: Option<&T>,
) {
    let name = "conv_input_gradient";
    let (operation, output) = Operation::convolution(name, x, weight, geometry);
    operation.equal_to("gradient", gradient, output);
    if let Some(sum) = sum {
        operation.equal_to("sum", sum, operation.x);
    }
}

/// See [`crate::KernelBackend::conv_weight_gradient`].
pub(crate) fn conv_weight_gradient<T: TensorMetadata>(
    x: &T,
    weight: &T,
    gradient: &T,
    geometry: ConvGeometry,
) {
    let name = "conv_weight_gradient";
    let (operation, output) = Operation::convolution(name, x, weight, geometry);
    operation.equal_to("gradient", gradient, output);
}

/// See [`crate::KernelBackend::norm_gradient`].
pub(crate) fn norm_gradient<B: Backend>(state: &NormState<B>, gradient: &B::FloatTensorPrimitive) {
    let operation = Operation::of("norm_gradient", &state.x);
    let NormState { weight, bias, mean, variance, output, .. } = state;
    let vectors = [("weight", weight), ("bias", bias), ("mean", mean), ("variance", variance)];
    for (name, vector) in vectors {
        operation.vector(name, vector, operation.x[1]);
    }
    operation.equal_to("gradient", gradient, operation.x);
    if let Some(output) = output {
        operation.equal_to("output", output, operation.x);
    }
}

/// See [`crate::KernelBackend::relu_gradient`].
pub(crate) fn relu_gradient<T: TensorMetadata>(output: &T, gradient: &T) {
    let operation = Operation::of("relu_gradient", output);
    operation.equal_to("gradient", gradient, operation.x);
}

/// See [`crate::KernelBackend::channel_sums`].
pub(crate) fn channel_sums(gradient: &impl TensorMetadata) {
    features("channel_sums", "gradient", gradient);
}

/// See [`crate::KernelBackend::edge_gradient`].
pub(crate) fn edge_gradient(gradient: &impl TensorMetadata, edge: [usize; 4]) {
    Operation::of("edge_gradient", gradient).edge("the edge", &edge);
}

/// See [`crate::KernelBackend::adam`].
pub(crate) fn adam<B: Backend>(values: &AdamValues<B>, gradient: &B::FloatTensorPrimitive) {
    let weight = values.weight.shape();
    let others = [("mean", &values.mean), ("square", &values.square), ("gradient", gradient)];
    for (name, tensor) in others {
        let shape = tensor.shape();
        let (shape, weight) = (&shape[..], &weight[..]);
        assert!(shape == weight, "adam: {name} has shape {shape:?}, but the weight has {weight:?}");
    }
}

/// See [`crate::KernelBackend::average_all`].
pub(crate) fn average_all<T: TensorMetadata>(averages: &[T], values: &[T]) {
    let [count, needed] = [values.len(), averages.len()];
    assert!(count == needed, "average_all: {count} values, but there are {needed} averages");
    for (average, value) in averages.iter().zip(values) {
        let (average, value) = (average.shape(), value.shape());
        let (average, value) = (&average[..], &value[..]);
        assert!(
            average == value,
            "average_all: a value has shape {value:?}, but its average has {average:?}"
        );
    }
}

/// See [`crate::KernelBackend::square_sum`].
pub(crate) fn square_sum<T: TensorMetadata>(tensors: &[T]) {
    assert!(!tensors.is_empty(), "square_sum: there is no tensor, but one is needed");
}

/// See [`crate::KernelBackend::scale_all`].
pub(crate) fn scale_all(factor: &impl TensorMetadata) {
    let shape = factor.shape();
    let shape = &shape[..];
    assert!(shape == [1], "scale_all: the factor has shape {shape:?}, but [1] is needed");
}

/// See [`crate::KernelBackend::move_statistics`].
pub(crate) fn move_statistics<T: TensorMetadata>(running: &[T; 2], batch: &[T; 2]) {
    let mean = running[0].shape();
    let mean = &mean[..];
    assert!(
        mean.len() == 1,
        "move_statistics: the running mean has shape {mean:?}, but one axis is needed"
    );
    let others = [
        ("the running variance", &running[1]),
        ("the batch's mean", &batch[0]),
        ("the batch's variance", &batch[1]),
    ];
    for (name, tensor) in others {
        let shape = tensor.shape();
        let shape = &shape[..];
        assert!(
            shape == mean,
            "move_statistics: {name} has shape {shape:?}, but the running mean has {mean:?}"
        );
    }
}

/// See [`crate::KernelBackend::add_gradients`].
pub(crate) fn add_gradients<T: TensorMetadata>(a: &T, b: &T) {
    let (a, b) = (a.shape(), b.shape());
    let (a, b) = (&a[..], &b[..]);
    assert!(a == b, "add_gradients: shapes {a:?} and {b:?} differ");
}

/// See [`crate::KernelBackend::blend`].
pub(crate) fn blend<T: TensorMetadata>(target: &T, edges: &[T]) {
    let x @ [batch, channels, height, width] = features("blend", "target", target);
    for edge in edges {
        let shape @ [n, c, ..] = features("blend", "an edge", edge);
        assert!(
            [n, c] == [batch, channels],
            "blend: an edge has shape {shape:?}, but the target of shape {x:?} needs \
             [{batch}, {channels}, rows, columns]"
        );
        interpolated("blend", shape, [height, width]);
    }
}

/// See [`crate::KernelBackend::upsample`].
pub(crate) fn upsample(x: &impl TensorMetadata, size: [usize; 2]) {
    interpolated("upsample", features("upsample", "x", x), size);
}

/// See [`crate::KernelBackend::upsample_gradient`].
pub(crate) fn upsample_gradient(gradient: &impl TensorMetadata, size: [usize; 2]) {
    let name = "upsample_gradient";
    interpolated(name, features(name, "gradient", gradient), size);
}

/// Nothing can be interpolated from nothing.
fn interpolated(name: &str, x @ [_, _, height, width]: Features, size: [usize; 2]) {
    assert!(
        [height, width].iter().chain(&size).all(|&side| side > 0),
        "{name}: between shape {x:?} and size {size:?}, but at least one pixel is needed"
    );
}

/// See [`crate::KernelBackend::log_likelihood`].
pub(crate) fn log_likelihood(scores: &impl TensorMetadata, labels: &impl TensorMetadata) {
    labelled("log_likelihood", scores, labels);
}

/// See [`crate::KernelBackend::log_likelihood_gradient`].
pub(crate) fn log_likelihood_gradient<T: TensorMetadata>(
    scores: &T,
    labels: &impl TensorMetadata,
    normaliser: &T,
    gradient: &T,
) {
    let name = "log_likelihood_gradient";
    let labels = labelled(name, scores, labels);
    for (argument, tensor) in [("normaliser", normaliser), ("gradient", gradient)] {
        let shape = tensor.shape();
        let shape = &shape[..];
        assert!(
            shape == labels,
            "{name}: {argument} has shape {shape:?}, but with labels of shape {labels:?} it must have theirs"
        );
    }
}

/// Pixels `[batch, height, width]` with labels, of pictures with scores.
fn labelled(name: &str, scores: &impl TensorMetadata, labels: &impl TensorMetadata) -> [usize; 3] {
    let scores @ [batch, classes, ..] = features(name, "scores", scores);
    let shape = labels.shape();
    let shape = &shape[..];
    let pixels = shape.try_into().ok().filter(|&[pictures, ..]: &[usize; 3]| pictures == batch);
    let Some(pixels @ [_, height, width]) = pixels else {
        panic!(
            "{name}: labels have shape {shape:?}, but scores of shape {scores:?} need [{batch}, height, width]"
        )
    };
    assert!(
        classes > 0,
        "{name}: scores of shape {scores:?} for labels of shape {shape:?} have no class"
    );
    interpolated(name, scores, [height, width]);
    pixels
}
