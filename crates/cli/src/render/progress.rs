//! Progress: a bar on a terminal, a line every few seconds elsewhere.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use scalenas_evolve::{Candidate, Observer, ScoredBatch};
use scalenas_train::{Figure, Progress, SubnetScore, TrainStatus};

use super::output::Output;

/// Minimum time between lines.
const PAUSE: Duration = Duration::from_secs(5);

/// Progress of training or evaluation.
pub struct ProgressView {
    output: Output,
    bar: Option<ProgressBar>,
    last: Mutex<Option<Instant>>,
}

impl ProgressView {
    /// A bar on a terminal, lines elsewhere.
    pub fn new(output: Output) -> Self {
        let bar = output.interactive().then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { output, bar, last: Mutex::new(None) }
    }

    /// Shows a state: on the bar, or as a line if the last one is a few seconds old.
    fn show(&self, done: u64, all: u64, message: &str) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
            bar.set_message(message.to_owned());
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if done == all || last.is_none_or(|last| last.elapsed() >= PAUSE) {
            *last = Some(Instant::now());
            self.output.say(format!("{done}/{all} {message}"));
        }
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.output.say(line)),
            None => self.output.say(line),
        }
    }
}

impl Drop for ProgressView {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for ProgressView {
    fn trained(&self, status: &TrainStatus) {
        let message = format!(
            "iterations  epoch {}/{}  loss {:.3e}  lr {:.1e}  {:.1} images/s  {} left",
            status.epoch,
            status.epochs,
            status.loss,
            status.learning_rate,
            status.images_per_second,
            indicatif::HumanDuration(status.remaining),
        );
        self.show(status.iteration, status.iterations, &message);
    }

    fn validated(&self, epoch: usize, scores: &[SubnetScore]) {
        let Some(figure) = scores.first().map(|score| score.grade.figure().name()) else { return };
        let scores: Vec<String> = scores
            .iter()
            .map(|score| format!("{} {:.3}", score.name, score.grade.value()))
            .collect();
        self.line(&format!("epoch {epoch}: {figure} {}", scores.join(", ")));
    }

    fn saved(&self, iteration: u64) {
        if self.bar.is_none() {
            self.line(&format!("checkpoint at iteration {iteration}"));
        }
    }

    fn evaluated(&self, done: usize, all: usize) {
        self.show(done as u64, all as u64, "evaluated");
    }
}

/// Progress of a search.
pub struct SearchProgress {
    shown: ProgressView,
    figure: Figure,
    best: f64,
}

impl SearchProgress {
    /// A bar on a terminal, lines elsewhere.
    pub fn new(output: Output, figure: Figure) -> Self {
        Self { shown: ProgressView::new(output), figure, best: 0.0 }
    }
}

impl Observer for SearchProgress {
    fn scored(&mut self, batch: &ScoredBatch<'_>) -> scalenas_evolve::Result<()> {
        let &ScoredBatch { generation, parts, done, planned, candidates } = batch;
        if parts > 1 {
            let message =
                format!("networks  generation {generation}, on 1/{parts} of the pictures");
            self.shown.show(done as u64, planned as u64, &message);
            return Ok(());
        }
        self.best = candidates.iter().map(Candidate::score).fold(self.best, f64::max);
        let figure = self.figure.name();
        let message = format!("networks  generation {generation}  best {figure} {:.3}", self.best);
        self.shown.show(done as u64, planned as u64, &message);
        Ok(())
    }
}
