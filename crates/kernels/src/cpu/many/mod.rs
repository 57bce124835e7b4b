//! Operations on the parameters of a network: one pass over memory per tensor, in place where nobody else holds it.

pub(super) mod adam;
pub(super) mod average;
pub(super) mod squares;

use burn_backend::{DType, TensorMetadata};
use burn_flex::{FlexTensor, Layout};

use super::memory::Buffer;

/// Values a task handles at least.
const TASK_VALUES: usize = 64 * 1024;

/// Values of a contiguous tensor.
fn values(tensor: &FlexTensor) -> &[f32] {
    let (start, len) = (tensor.layout().start_offset(), tensor.shape().num_elements());
    &tensor.storage::<f32>()[start..start + len]
}

/// A tensor in the plain order that is read, and the one that is written.
struct Slot {
    input: Option<FlexTensor>,
    result: FlexTensor,
}

impl Slot {
    fn of(mut tensor: FlexTensor) -> Self {
        // Assigned, so that no other handle on the values is left: they are written in place.
        tensor = tensor.to_contiguous();
        if tensor.is_unique() {
            return Self { input: None, result: tensor };
        }
        let shape = tensor.shape();
        let bytes = Buffer::<f32>::new(shape.num_elements()).into_bytes();
        let result = FlexTensor::new(bytes, Layout::contiguous(shape), DType::F32);
        Self { input: Some(tensor), result }
    }

    /// Where to read and where to write.
    fn pointers(&mut self) -> (*const f32, *mut f32) {
        let start = self.result.layout().start_offset();
        let to = self.result.storage_mut::<f32>()[start..].as_mut_ptr();
        let from = self.input.as_ref().map_or(to.cast_const(), |input| values(input).as_ptr());
        (from, to)
    }
}
