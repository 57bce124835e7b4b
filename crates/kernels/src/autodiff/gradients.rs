//! Sums of gradients: the framework's own adds every contribution in a pass of its own.

use burn::tensor::ops::FloatTensor;
use burn_autodiff::Autodiff;
use burn_autodiff::grads::Gradients;

use crate::backend::KernelBackend;

/// Tensor of the differentiating backend.
pub(super) type Tracked<B> = FloatTensor<Autodiff<B>>;

/// Takes out what was registered for a node so far. `set_node` puts the node into a tensor (its
/// type has no public name); `any` is any tensor of the backend.
pub(super) fn take<B: KernelBackend>(
    gradients: &mut Gradients,
    any: &FloatTensor<B>,
    set_node: impl FnOnce(&mut Tracked<B>),
) -> Option<FloatTensor<B>> {
    let mut handle = Tracked::<B>::new(any.clone());
    set_node(&mut handle);
    gradients.remove::<B>(&handle)
}

/// Adds a gradient to what was registered for a node so far.
pub(super) fn add<B: KernelBackend>(
    gradients: &mut Gradients,
    value: FloatTensor<B>,
    set_node: impl FnOnce(&mut Tracked<B>),
) -> FloatTensor<B> {
    match take::<B>(gradients, &value, set_node) {
        Some(sum) => B::add_gradients(sum, value),
        None => value,
    }
}
