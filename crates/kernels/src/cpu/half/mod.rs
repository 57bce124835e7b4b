//! Convolutions of features in bfloat16 by instructions that multiply its matrices.
//!
//! A convolution is a sum over taps of matrix products, pixels x inputs by inputs x outputs. The input is copied once per
//! task, with margins of zeros, so that the pixels of each tap lie one after the other in memory ([`Grid`]): a block of
//! outputs then reads every tap at a fixed distance. Sums are float32. Pictures of few channels are [`unfold`]ed before.
//!
//! Weights stay float32 and are rounded where they are rearranged. Convolutions for which Winograd's algorithm in float32 is
//! faster go there, with features in bfloat16 ([`run`]).

mod apply;
mod gather;
mod gradient;
mod grid;
mod planes;
mod run;
mod unfold;
mod weights;

pub(crate) use run::{forward, input_gradient, weight_gradient};
pub(crate) use weights::HalfWeights;
