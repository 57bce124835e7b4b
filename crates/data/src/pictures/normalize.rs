//! Normalisation constants of the `ImageNet` pictures, RGB order, for values in `0..=1`.
//!
//! Batches hold raw `u8`; `(value / 255 - MEAN) / STD` is computed on the device.

/// Mean of each colour channel.
pub const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// Standard deviation of each colour channel.
pub const STD: [f32; 3] = [0.229, 0.224, 0.225];
