//! Bias, residual and activation on the values of a convolution or normalisation, before they are stored.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost stores on raw pointers")]

use std::ops::Range;

use crate::cpu::channels::Lane;
use crate::cpu::simd::{Element, Simd};
use crate::types::Activation;

/// Bias, residual and activation; pointers are null where there is nothing to add.
#[derive(Clone, Copy)]
pub(crate) struct Epilogue<E = f32> {
    /// `[channels]`.
    pub bias: *const f32,
    /// Laid out like the output; may be the output itself.
    pub residual: *const E,
    pub activation: Activation,
}

// SAFETY: pointers that are only read; who builds one keeps them valid.
unsafe impl<E> Send for Epilogue<E> {}
// SAFETY: as above.
unsafe impl<E> Sync for Epilogue<E> {}

/// An epilogue for one vector of channels.
pub(crate) struct OfChannels<S: Simd, E> {
    bias: S::Vector,
    residual: *const E,
    activation: Activation,
    lane: Lane,
}

impl<S: Simd, E: Element> OfChannels<S, E> {
    /// Stores the sums of a pixel whose first channel lies at `offset` of the output.
    ///
    /// # Safety
    /// All pointers are valid for the channels at those places.
    #[inline(always)]
    pub unsafe fn store(&self, output: *mut E, offset: usize, sums: S::Vector) {
        let at = offset + self.lane.channel;
        let mut value = S::add(sums, self.bias);
        if !self.residual.is_null() {
            value = S::add(value, self.lane.load::<S, _>(self.residual.add(at)));
        }
        if self.activation == Activation::Relu {
            value = S::relu(value);
        }
        self.lane.store::<S, _>(output.add(at), value);
    }
}

impl<E: Element> Epilogue<E> {
    /// For up to a vector of channels.
    ///
    /// # Safety
    /// There is no bias, or it has these channels.
    #[inline(always)]
    pub unsafe fn of_channels<S: Simd>(&self, channels: Range<usize>) -> OfChannels<S, E> {
        let lane = Lane { channel: channels.start, count: channels.len() };
        let bias = if self.bias.is_null() {
            S::splat(0.0)
        } else {
            lane.load::<S, _>(self.bias.add(lane.channel))
        };
        OfChannels { bias, residual: self.residual, activation: self.activation, lane }
    }

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
        output: *mut E,
        offset: usize,
        channel: usize,
        count: usize,
        sums: S::Vector,
    ) {
        let value = self.finish::<S>(sums, offset, channel, count);
        Lane { channel, count }.store::<S, _>(output.add(offset), value);
    }

    #[inline(always)]
    unsafe fn finish<S: Simd>(
        &self,
        mut value: S::Vector,
        offset: usize,
        channel: usize,
        count: usize,
    ) -> S::Vector {
        let lane = Lane { channel, count };
        if !self.bias.is_null() {
            value = S::add(value, lane.load::<S, _>(self.bias.add(channel)));
        }
        if !self.residual.is_null() {
            value = S::add(value, lane.load::<S, _>(self.residual.add(offset)));
        }
        match self.activation {
            Activation::Identity => value,
            Activation::Relu => S::relu(value),
        }
    }
}
