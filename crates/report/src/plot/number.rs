//! Formatting of numbers: short, without insignificant digits.

/// Four significant digits, plain between 0.001 and 100 000, otherwise with a power of ten.
pub(crate) fn compact(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".into()
    } else if (1e-3..1e5).contains(&magnitude) {
        let decimals = (3 - magnitude.log10().floor() as i32).max(0) as usize;
        trim(&format!("{value:.decimals$}"))
    } else {
        let exponent = magnitude.log10().floor() as i32;
        let mantissa = trim(&format!("{:.2}", value / 10f64.powi(exponent)));
        scientific(&mantissa, exponent)
    }
}

/// A tick of a linear axis whose ticks are `step` apart.
pub(super) fn linear_tick(value: f64, step: f64) -> String {
    if value.abs() < step * 1e-6 {
        return "0".into();
    }
    if !(1e-4..1e6).contains(&value.abs().max(step)) {
        return compact(value);
    }
    let decimals = (-(step * 1.000_001).log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}")
}

/// A tick of a logarithmic axis, `mantissa * 10^exponent`.
pub(super) fn logarithmic_tick(mantissa: u32, exponent: i32) -> String {
    if (-2..=4).contains(&exponent) {
        trim(&format!("{:.2}", f64::from(mantissa) * 10f64.powi(exponent)))
    } else {
        scientific(&mantissa.to_string(), exponent)
    }
}

fn scientific(mantissa: &str, exponent: i32) -> String {
    let power: String = exponent.to_string().chars().map(superscript).collect();
    match mantissa {
        "1" => format!("10{power}"),
        "-1" => format!("−10{power}"),
        _ => format!("{mantissa}·10{power}"),
    }
}

fn superscript(character: char) -> char {
    match character {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '-' => '⁻',
        digit => digit
            .to_digit(10)
            .and_then(|value| char::from_u32(0x2070 + value))
            .expect("an exponent has digits and a sign only"),
    }
}

fn trim(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_numbers() {
        let cases = [
            (0.0, "0"),
            (0.742_18, "0.7422"),
            (7.46, "7.46"),
            (1234.56, "1235"),
            (1e-3, "0.001"),
            (1.5e-5, "1.5·10⁻⁵"),
            (1e-4, "10⁻⁴"),
            (3e7, "3·10⁷"),
        ];
        for (value, expected) in cases {
            assert_eq!(compact(value), expected);
        }
    }

    #[test]
    fn ticks_share_their_decimals() {
        assert_eq!(linear_tick(0.5, 0.05), "0.50");
        assert_eq!(linear_tick(0.1 + 0.2, 0.1), "0.3");
        assert_eq!(linear_tick(200.0, 50.0), "200");
        assert_eq!(logarithmic_tick(1, -4), "10⁻⁴");
        assert_eq!(logarithmic_tick(5, -1), "0.5");
        assert_eq!(logarithmic_tick(2, 1), "20");
    }
}
