//! Length of a run, chosen by the size of the data set.
//!
//! Networks need iterations, not epochs: few pictures need many passes. The rule is ours, between measured
//! runs: 93 pictures were learnt in 600 epochs (`docs/results.md`), the published recipes give COCO's
//! 150,000 people 210 for networks twenty times the size of the small spaces.

use super::epochs::Epochs;
use super::train::TrainOptions;

/// Epochs times the square root of the number of samples.
const SCALE: f64 = 6000.0;
/// Smallest and largest chosen number of epochs.
const CHOSEN: (f64, f64) = (30.0, 600.0);
/// Shares of a chosen length after which the learning rate falls.
const MILESTONES: [f64; 2] = [0.67, 0.9];
/// Validations in a chosen length.
const VALIDATIONS: usize = 12;

impl TrainOptions {
    /// Chooses length, milestones and validations for a training set of `samples`, where the length is
    /// [`Epochs::Auto`].
    pub fn settle(&mut self, samples: usize) {
        if self.schedule.epochs != Epochs::Auto {
            return;
        }
        let epochs = (SCALE / (samples.max(1) as f64).sqrt()).round();
        self.last(epochs.clamp(CHOSEN.0, CHOSEN.1) as usize);
    }

    /// Trains for this number of epochs, with milestones and validations in their usual places.
    pub fn last(&mut self, epochs: usize) {
        self.schedule.epochs = Epochs::Number(epochs);
        self.schedule.milestones =
            MILESTONES.map(|share| (share * epochs as f64).round() as usize).to_vec();
        self.validation.every = epochs.div_ceil(VALIDATIONS).try_into().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_samples_get_many_epochs() {
        let chosen = |samples| {
            let mut options = TrainOptions::default();
            options.schedule.epochs = Epochs::Auto;
            options.settle(samples);
            (options.schedule.epochs.number(), options.schedule.milestones)
        };
        assert_eq!(chosen(93), (600, vec![402, 540]));
        assert_eq!(chosen(1600), (150, vec![101, 135]));
        assert_eq!(chosen(60_000).0, 30);
        assert_eq!(chosen(0).0, 600);
        let mut given = TrainOptions::default();
        given.settle(93);
        assert_eq!(given, TrainOptions::default());
    }
}
