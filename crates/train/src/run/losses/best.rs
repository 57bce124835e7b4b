//! Best validation of a run: its place among all, by the mean of the figures of the validated networks.

use super::record::{Record, VALIDATION};

/// Best validation of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// Iterations before it.
    pub iteration: u64,
    /// Mean of its figures: AP or mean IoU of all networks and tasks.
    pub value: f64,
    /// Validations after it.
    pub since: usize,
}

impl Best {
    /// The best validation among the lines of a metrics file; of equal ones the first.
    pub fn of(records: &[Record]) -> Option<Self> {
        let mut best: Option<Self> = None;
        for (iteration, value) in means(records) {
            match &mut best {
                Some(best) if value <= best.value => best.since += 1,
                _ => best = Some(Self { iteration, value, since: 0 }),
            }
        }
        best
    }
}

/// Iteration and mean figure of each validation, in the order of the lines.
fn means(records: &[Record]) -> Vec<(u64, f64)> {
    let validations = records.iter().filter(|record| record.split == VALIDATION);
    let figures =
        validations.filter_map(|record| Some((record.iteration, record.ap.or(record.mean_iou)?)));
    let mut means: Vec<(u64, f64, usize)> = Vec::new();
    for (iteration, figure) in figures {
        match means.last_mut() {
            Some((last, sum, count)) if *last == iteration => {
                (*sum, *count) = (*sum + figure, *count + 1);
            }
            _ => means.push((iteration, figure, 1)),
        }
    }
    means.into_iter().map(|(iteration, sum, count)| (iteration, sum / count as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(figures: &[(u64, f64)]) -> Vec<Record> {
        let line = |&(iteration, ap): &(u64, f64)| Record {
            split: VALIDATION.to_owned(),
            iteration,
            ap: Some(ap),
            ..Record::default()
        };
        figures.iter().map(line).collect()
    }

    #[test]
    fn the_mean_of_the_networks_decides() {
        assert_eq!(Best::of(&[]), None);
        // Means 0.25, 0.5, 0.5, 0.4.
        let all = [(5, 0.1), (5, 0.4), (9, 0.5), (9, 0.5), (13, 0.9), (13, 0.1), (17, 0.4)];
        let best = Best::of(&lines(&all)).expect("validations");
        assert_eq!((best.iteration, best.since), (9, 2));
        assert!((best.value - 0.5).abs() < 1e-12);
        let training = Record { split: "train".to_owned(), loss: Some(1.0), ..Record::default() };
        assert_eq!(Best::of(&[training]), None);
    }
}
