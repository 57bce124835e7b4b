//! Bias, residual and activation on the values of a convolution or normalisation, before they are stored.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost stores on raw pointers")]

use crate::cpu::simd::Simd;
use crate::types::Activation;

/// Bias, residual and activation; pointers are null where there is nothing to add.
#[derive(Clone, Copy)]
pub(crate) struct Epilogue {
    /// `[channels]`.
    pub bias: *const f32,
    /// Laid out like the output; may be the output itself.
    pub residual: *const f32,
    pub activation: Activation,
}

// SAFETY: pointers that are only read; who builds one keeps them valid.
unsafe impl Send for Epilogue {}
// SAFETY: as above.
unsafe impl Sync for Epilogue {}

impl Epilogue {
    /// Nothing happens.
    pub const NONE: Self = Self {
        bias: std::ptr::null(),
        residual: std::ptr::null(),
        activation: Activation::Identity,
    };

    /// Stores up to a vector of sums that belong at `offset` of the output, first channel `channel`.
    ///
    /// # Safety
    /// All pointers are valid for `count` values at those places.
    #[inline(always)]
    pub unsafe fn store<S: Simd>(
        &self,
        output: *mut f32,
        offset: usize,
        channel: usize,
        count: usize,
        sums: S::Vector,
    ) {
        if count == S::LANES {
            let value = self.finish::<S>(sums, offset, channel, |from| S::load(from));
            S::store(output.add(offset), value);
        } else {
            let value = self.finish::<S>(sums, offset, channel, |from| S::load_first(from, count));
            S::store_first(output.add(offset), value, count);
        }
    }

    #[inline(always)]
    unsafe fn finish<S: Simd>(
        &self,
        mut value: S::Vector,
        offset: usize,
        channel: usize,
        load: impl Fn(*const f32) -> S::Vector,
    ) -> S::Vector {
        if !self.bias.is_null() {
            value = S::add(value, load(self.bias.add(channel)));
        }
        if !self.residual.is_null() {
            value = S::add(value, load(self.residual.add(offset)));
        }
        match self.activation {
            Activation::Identity => value,
            Activation::Relu => S::relu(value),
        }
    }
}
