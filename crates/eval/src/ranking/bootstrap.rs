//! Intervals of statistics over networks by resampling them.

use crate::resampling::resample;

/// Resampled lists behind an interval.
const DRAWS: u64 = 2000;
/// Share of them on either side of the interval.
const TAIL: f64 = 0.025;

/// Range that holds a statistic with a probability of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Interval of a statistic of so many networks; `statistic` takes the indices of a resampled list. `None` where
/// it has a value on hardly any of them.
pub fn interval(count: usize, statistic: impl Fn(&[usize]) -> Option<f64>) -> Option<Interval> {
    if count == 0 {
        return None;
    }
    let lists = (0..DRAWS).map(|number| resample(count, number));
    let mut values: Vec<f64> = lists.filter_map(|indices| statistic(&indices)).collect();
    if (values.len() as u64) < DRAWS / 2 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
    Some(Interval { low: at(TAIL), high: at(1.0 - TAIL) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::kendall;

    fn of(count: usize, noise: f64) -> Interval {
        let truth: Vec<f64> = (0..count).map(|i| i as f64).collect();
        let shaken: Vec<f64> =
            truth.iter().map(|x| x + noise * ((x * 7.3).sin() + (x * 1.7).cos())).collect();
        let pick = |values: &[f64], indices: &[usize]| {
            indices.iter().map(|&index| values[index]).collect::<Vec<_>>()
        };
        interval(count, |indices| kendall(&pick(&truth, indices), &pick(&shaken, indices))).unwrap()
    }

    #[test]
    fn more_networks_give_a_narrower_interval() {
        let (few, many) = (of(12, 4.0), of(60, 20.0));
        assert!(few.low < few.high && many.high - many.low < few.high - few.low);
        let perfect = of(12, 0.0);
        assert!(perfect.low > 0.999 && perfect.high > 0.999);
        assert_eq!(interval(0, |_| Some(0.0)), None);
        assert_eq!(interval(3, |_| None), None);
    }
}
