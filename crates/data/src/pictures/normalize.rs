//! Normalisation constants of the `ImageNet` pictures, RGB order, for values in `0..=1`.
//!
//! Batches hold raw `u8`; networks see `(value / 255 - MEAN) / STD`.

/// Mean of each colour channel.
pub const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// Standard deviation of each colour channel.
pub const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// Interleaved bytes `[batch, height, width, 3]` to normalised planes `[batch, 3, height, width]` of pictures
/// of so many pixels, with one table lookup per value.
pub fn planes(bytes: &[u8], pixels: usize) -> Vec<f32> {
    let table = |channel: usize| -> [f32; 256] {
        std::array::from_fn(|byte| (byte as f32 / 255.0 - MEAN[channel]) / STD[channel])
    };
    let tables = [table(0), table(1), table(2)];
    let mut planes = vec![0.0; bytes.len()];
    for (picture, out) in bytes.chunks_exact(3 * pixels).zip(planes.chunks_exact_mut(3 * pixels)) {
        for (channel, plane) in out.chunks_exact_mut(pixels).enumerate() {
            for (value, rgb) in plane.iter_mut().zip(picture.chunks_exact(3)) {
                *value = tables[channel][usize::from(rgb[channel])];
            }
        }
    }
    planes
}
