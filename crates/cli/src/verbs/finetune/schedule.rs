//! Schedule of a fine-tuning.
//!
//! Source: 20 epochs as published for ScaleNet-P. The learning rate is ours: a tenth of the supernet's, and
//! a tenth of that for the last 30 % of the epochs.

use scalenas_train::{Epochs, TrainOptions};

/// Epochs of a fine-tuning.
const EPOCHS: usize = 20;
/// Factor of the learning rate at the start.
const SLOWER: f64 = 0.1;
/// Share of the epochs after which the learning rate falls.
const MILESTONE: f64 = 0.7;

/// Gives options of a supernet the length and learning rate of a single network: `asked` epochs, or the usual.
pub fn shorten(train: &mut TrainOptions, from_nothing: bool, asked: Option<usize>) {
    let schedule = &mut train.schedule;
    let before = schedule.epochs.number();
    if from_nothing {
        let epochs = asked.unwrap_or(before);
        schedule.epochs = Epochs::Number(epochs);
        let share = epochs as f64 / before as f64;
        for milestone in &mut schedule.milestones {
            *milestone = (*milestone as f64 * share).round() as usize;
        }
        return;
    }
    let epochs = asked.unwrap_or(EPOCHS);
    schedule.epochs = Epochs::Number(epochs);
    schedule.learning_rate *= SLOWER;
    schedule.warmup = 0;
    if schedule.poly.is_none() && schedule.cosine.is_none() {
        schedule.milestones = vec![(epochs as f64 * MILESTONE).round() as usize];
    }
}
