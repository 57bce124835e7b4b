//! Bilinear interpolation between four pixels, exact in 1/1024.
//!
//! The bytes r g b R G B of two neighbours are one load. They are weighed several at a time in
//! lanes of a word: vertically in lanes of 16 bits (255 times 32 fits), horizontally red and
//! blue in lanes of 32.

/// Channels of a pixel.
pub(super) const CHANNELS: usize = 3;
/// Fixed-point bits of a position: 1/32 pixel.
pub(super) const BITS: u32 = 5;
/// One pixel in fixed point.
pub(super) const UNIT: i32 = 1 << BITS;

/// Two pixels side by side, and two bytes more.
pub(super) type Pair = [u8; 8];

/// The pairs at the start of `pixels` and a row of `stride` bytes below.
#[inline]
pub(super) fn pairs(pixels: &[u8], stride: usize) -> (Pair, Pair) {
    const LENGTH: &str = "two rows follow, but for a pixel";
    let window = &pixels[..stride + 8];
    (*window.first_chunk().expect(LENGTH), *window.last_chunk().expect(LENGTH))
}

/// Interpolates at a position between the pixels of two rows.
#[inline]
pub(super) fn blend(top: Pair, bottom: Pair, [px, py]: [i32; 2]) -> [u8; CHANNELS] {
    const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
    const LOW: u64 = 0xFFFF;
    const HALF: u64 = 1 << (2 * BITS - 1);
    let (top, bottom) = (u64::from_le_bytes(top), u64::from_le_bytes(bottom));
    let (fx, fy) = ((px & (UNIT - 1)) as u64, (py & (UNIT - 1)) as u64);
    let (gx, gy) = (UNIT as u64 - fx, UNIT as u64 - fy);
    let r_b_g = (top & EVEN) * gy + (bottom & EVEN) * fy;
    let g_r_b = ((top >> 8) & EVEN) * gy + ((bottom >> 8) & EVEN) * fy;
    let left = (r_b_g & LOW) | ((r_b_g & (LOW << 16)) << 16);
    let right = ((g_r_b >> 16) & LOW) | (g_r_b & (LOW << 32));
    let red_blue = left * gx + right * fx + (HALF | (HALF << 32));
    let green = (g_r_b & LOW) * gx + ((r_b_g >> 32) & LOW) * fx + HALF;
    [red_blue >> (2 * BITS), green >> (2 * BITS), red_blue >> (32 + 2 * BITS)].map(|v| v as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equals_the_formula(
            top in any::<Pair>(),
            bottom in any::<Pair>(),
            fx in 0..UNIT,
            fy in 0..UNIT,
        ) {
            let expected: [u8; CHANNELS] = std::array::from_fn(|c| {
                let across = |row: &Pair| {
                    i32::from(row[c]) * (UNIT - fx) + i32::from(row[c + CHANNELS]) * fx
                };
                let sum = across(&top) * (UNIT - fy) + across(&bottom) * fy;
                ((sum + UNIT * UNIT / 2) / (UNIT * UNIT)) as u8
            });
            prop_assert_eq!(blend(top, bottom, [fx - 3 * UNIT, fy + 7 * UNIT]), expected);
        }
    }
}
