//! The exponential of many values: arithmetic alone, which compilers make vectors of.

/// Below, the result would not be a normal number.
const LEAST: f32 = -87.0;
/// Above, it would be infinite; values are differences from the largest, so none is.
const MOST: f32 = 88.0;
/// Adding it rounds to a whole number, which then is in the lowest bits.
const ROUND: f32 = 12_582_912.0;
/// Bits before the exponent, and its offset.
const MANTISSA: u32 = 23;
const BIAS: u32 = 127;
/// ln 2 in two parts, the first with few bits.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// Taylor's coefficients of `exp(r)` for r within half of ln 2, the highest first.
const COEFFICIENTS: [f32; 7] = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];

/// `exp(value)` within three units in the last place; values outside the range of normal results count as its end,
/// NaN is NaN.
#[inline(always)]
pub(super) fn exp(value: f32) -> f32 {
    // Comparisons that NaN fails leave it as it is.
    let value = if value < LEAST { LEAST } else { value };
    let value = if value > MOST { MOST } else { value };
    let whole = value * std::f32::consts::LOG2_E + ROUND;
    let power = whole - ROUND;
    let rest = (value - power * LN_2[0]) - power * LN_2[1];
    let mut sum = COEFFICIENTS[0];
    for coefficient in &COEFFICIENTS[1..] {
        sum = sum * rest + coefficient;
    }
    sum * f32::from_bits(whole.to_bits().wrapping_add(BIAS) << MANTISSA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_library_function() {
        let mut worst = 0.0f64;
        for step in -870_000..880_000 {
            let value = step as f32 * 1e-4;
            let want = f64::from(value).exp();
            worst = worst.max(((f64::from(exp(value)) - want) / want).abs());
        }
        assert!(worst < 3.0 * f64::from(f32::EPSILON), "{worst:e}");
    }

    #[test]
    fn ends_and_nan() {
        assert!((exp(0.0) - 1.0).abs() < f32::EPSILON);
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
        assert!(exp(f32::INFINITY) > 1e38);
    }
}
