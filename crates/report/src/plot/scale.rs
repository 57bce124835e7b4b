//! Scales: positions of values along an axis, and its ticks.

use super::number::{linear_tick, logarithmic_tick};

/// Spacing of values along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spacing {
    Linear,
    Logarithmic,
}

/// Ends of an axis relative to the ends of its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Margin {
    /// The axis ends where the values end.
    Tight,
    /// The axis ends at a tick; starts at zero if the values come near it.
    Ticks,
    /// A share of the span is added on both sides.
    Share(f64),
}

/// Minimum ratio of largest to smallest value for a logarithmic axis.
const LOGARITHMIC_RATIO: f64 = 40.0;
/// Share of the maximum below which the minimum gives an axis from zero.
const ZERO_SHARE: f64 = 0.35;

/// A scale from `domain` (values) to `range` (user units).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    spacing: Spacing,
    domain: [f64; 2],
    range: [f64; 2],
    ticks: usize,
}

/// A labelled position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) position: f64,
    pub(crate) label: String,
}

impl Spacing {
    /// Logarithmic where all values are positive and span more than an axis can show evenly.
    pub(crate) fn suited_to(values: impl Iterator<Item = f64>) -> Self {
        match extent(values) {
            Some([low, high]) if low > 0.0 && high / low > LOGARITHMIC_RATIO => Self::Logarithmic,
            _ => Self::Linear,
        }
    }
}

impl Scale {
    /// A scale that holds all finite `values`, with about `ticks` ticks.
    pub(crate) fn fit(
        values: impl Iterator<Item = f64>,
        spacing: Spacing,
        margin: Margin,
        ticks: usize,
    ) -> Self {
        let extent = extent(values).unwrap_or([0.0, 1.0]);
        let domain = match spacing {
            Spacing::Linear => linear_domain(extent, margin, ticks),
            Spacing::Logarithmic => {
                let logs = extent.map(f64::log10);
                share(logs, if margin == Margin::Tight { 0.0 } else { 0.04 }).map(|v| 10f64.powf(v))
            }
        };
        Self { spacing, domain, range: [0.0, 1.0], ticks }
    }

    /// This scale over another range of user units.
    pub(crate) fn over(self, from: f64, to: f64) -> Self {
        Self { range: [from, to], ..self }
    }

    /// Position of a value.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let [low, high] = self.domain.map(|v| self.transform(v));
        let share = (self.transform(value) - low) / (high - low);
        self.range[0] + share * (self.range[1] - self.range[0])
    }

    /// Ticks inside the domain, ascending.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        match self.spacing {
            Spacing::Linear => self.linear_ticks(),
            Spacing::Logarithmic => self.logarithmic_ticks(),
        }
    }

    fn linear_ticks(&self) -> Vec<Tick> {
        let [low, high] = self.domain;
        let step = nice_step(high - low, self.ticks);
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        (first..=last)
            .map(|index| index as f64 * step)
            .map(|value| Tick { position: self.at(value), label: linear_tick(value, step) })
            .collect()
    }

    fn logarithmic_ticks(&self) -> Vec<Tick> {
        let [low, high] = self.domain.map(f64::log10);
        let mantissas: &[u32] = match high - low {
            span if span < 0.9 => &[1, 2, 3, 5, 7],
            span if span < 1.6 => &[1, 2, 5],
            _ => &[1],
        };
        let stride = (((high - low) / self.ticks as f64).ceil() as usize).max(1);
        (low.floor() as i32..=high.ceil() as i32)
            .step_by(stride)
            .flat_map(|exponent| mantissas.iter().map(move |&mantissa| (mantissa, exponent)))
            .map(|(mantissa, exponent)| {
                (mantissa, exponent, f64::from(mantissa) * 10f64.powi(exponent))
            })
            .filter(|(_, _, value)| {
                (self.domain[0]..=self.domain[1] * (1.0 + 1e-9)).contains(&(value * (1.0 + 1e-12)))
            })
            .map(|(mantissa, exponent, value)| Tick {
                position: self.at(value),
                label: logarithmic_tick(mantissa, exponent),
            })
            .collect()
    }

    fn transform(&self, value: f64) -> f64 {
        match self.spacing {
            Spacing::Linear => value,
            Spacing::Logarithmic => value.log10(),
        }
    }
}

/// Smallest and largest finite value.
fn extent(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values.filter(|value| value.is_finite()).fold(None, |extent, value| {
        let [low, high] = extent.unwrap_or([value, value]);
        Some([f64::min(low, value), f64::max(high, value)])
    })
}

fn linear_domain(extent: [f64; 2], margin: Margin, ticks: usize) -> [f64; 2] {
    let [low, high] = widen(extent);
    match margin {
        Margin::Tight => [low, high],
        Margin::Share(part) => share([low, high], part),
        Margin::Ticks => {
            let low = if low > 0.0 && low < ZERO_SHARE * high { 0.0 } else { low };
            let step = nice_step(high - low, ticks);
            [(low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step]
        }
    }
}

fn share([low, high]: [f64; 2], part: f64) -> [f64; 2] {
    let [low, high] = widen([low, high]);
    let margin = (high - low) * part;
    [low - margin, high + margin]
}

/// Widens the domain of a single value.
fn widen([low, high]: [f64; 2]) -> [f64; 2] {
    if high - low > low.abs().max(high.abs()) * 1e-9 {
        [low, high]
    } else {
        let room = if low == 0.0 { 0.5 } else { low.abs() * 0.1 };
        [low - room, high + room]
    }
}

/// 1, 2 or 5 times a power of ten, so that `span` holds about `count` steps.
fn nice_step(span: f64, count: usize) -> f64 {
    let raw = span / count.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let factor = match raw / power {
        ratio if ratio <= 1.0 + 1e-9 => 1.0,
        ratio if ratio <= 2.0 + 1e-9 => 2.0,
        ratio if ratio <= 5.0 + 1e-9 => 5.0,
        _ => 10.0,
    };
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale.ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn linear_axis_ends_at_ticks() {
        let values = [0.013, 0.0987];
        let scale =
            Scale::fit(values.into_iter(), Spacing::Linear, Margin::Ticks, 5).over(100.0, 0.0);
        assert_eq!(labels(&scale), ["0", "0.02", "0.04", "0.06", "0.08", "0.10"]);
        assert!((scale.at(0.0) - 100.0).abs() < 1e-9);
        assert!(scale.at(0.1).abs() < 1e-9);
    }

    #[test]
    fn logarithmic_axis_ticks_at_powers() {
        let values = [1e-5, 1e-4, 1e-3];
        assert_eq!(Spacing::suited_to(values.into_iter()), Spacing::Logarithmic);
        let scale =
            Scale::fit(values.into_iter(), Spacing::Logarithmic, Margin::Ticks, 5).over(0.0, 10.0);
        let labels = labels(&scale);
        for expected in ["10⁻⁵", "10⁻⁴", "10⁻³"] {
            assert!(labels.iter().any(|label| label == expected), "{labels:?}");
        }
    }

    #[test]
    fn constant_and_empty_values_have_an_axis() {
        for values in [vec![], vec![0.0], vec![3.0, 3.0], vec![f64::NAN]] {
            let scale = Scale::fit(values.into_iter(), Spacing::Linear, Margin::Ticks, 4);
            assert!(scale.ticks().len() >= 2);
            assert!(scale.ticks().iter().all(|tick| tick.position.is_finite()));
        }
    }
}
