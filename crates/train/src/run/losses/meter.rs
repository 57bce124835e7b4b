//! Mean loss and speed between two lines of the metrics file.

use std::time::{Duration, Instant};

use burn::tensor::backend::Backend;
use burn::tensor::{ElementConversion, Tensor};
use serde::{Deserialize, Serialize};

/// Losses and speed since the last reading. Losses are summed on the device: reading each would
/// stall a GPU.
pub(crate) struct Meter<B: Backend> {
    sum: Option<Tensor<B, 1>>,
    /// Losses in the sum.
    losses: u32,
    /// The last mean loss read.
    last: Option<f64>,
    noted: Noted,
    /// Norm of the gradients of the last step, until it is read; `[1]`.
    norm: Option<Tensor<B, 1>>,
    clock: Clock,
}

/// Iterations since the last reading, one by one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Noted {
    losses: Vec<f64>,
    /// Ids of the subnets of each iteration.
    drawn: Vec<String>,
    /// Ids of the last subnets, which stay when the others are read.
    last: Option<String>,
}

/// Work done since an instant.
struct Clock {
    since: Instant,
    iterations: u32,
    images: usize,
}

/// Measurement since the last reading.
pub(crate) struct Reading {
    pub loss: f64,
    pub losses: Vec<f64>,
    pub drawn: Vec<String>,
    /// Norm of the gradients of the last step, where it was computed.
    pub gradient_norm: Option<f64>,
    pub images_per_second: f64,
    pub per_iteration: Duration,
}

/// State of a meter in a checkpoint, so that a resumed run writes the lines of one that was never
/// stopped.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeterRecord {
    /// Sum of the losses not read yet.
    pub sum: f64,
    losses: u32,
    last: Option<f64>,
    #[serde(default)]
    noted: Noted,
    #[serde(default)]
    norm: Option<f64>,
}

impl<B: Backend> Meter<B> {
    /// Continues where the record was taken; the clock starts now.
    pub fn new(record: &MeterRecord, device: &B::Device) -> Self {
        // Sums of float32 losses: the way through the record changes no bit.
        let sum = || Tensor::from_floats([record.sum as f32], device);
        Self {
            sum: (record.losses > 0).then(sum),
            losses: record.losses,
            last: record.last,
            noted: record.noted.clone(),
            norm: record.norm.map(|norm| Tensor::from_floats([norm as f32], device)),
            clock: Clock::start(),
        }
    }

    /// State for a checkpoint.
    pub fn record(&self) -> MeterRecord {
        let (sum, losses, last) = (self.unread(), self.losses, self.last);
        let norm = self.norm.clone().map(ScalarF64::into_scalar_f64);
        MeterRecord { sum, losses, last, noted: self.noted.clone(), norm }
    }

    /// Notes the loss of an iteration and the ids of its subnets.
    pub fn note(&mut self, loss: f64, subnets: String) {
        self.noted.losses.push(loss);
        self.noted.last = Some(subnets.clone());
        self.noted.drawn.push(subnets);
    }

    /// Sets the norm `[1]` of the gradients of a step; `None` where it was not computed.
    pub fn set_norm(&mut self, norm: Option<Tensor<B, 1>>) {
        self.norm = norm;
    }

    /// Ids of the subnets noted last.
    pub fn last_subnets(&self) -> Option<&str> {
        self.noted.last.as_deref()
    }

    /// Adds the loss `[1]` of a batch of `images` pictures.
    pub fn add(&mut self, loss: &Tensor<B, 1>, images: usize) {
        let loss = loss.clone();
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + loss,
            None => loss,
        });
        self.losses += 1;
        self.clock.iterations += 1;
        self.clock.images += images;
    }

    /// Mean loss and speed since the last reading; `None` without a loss.
    pub fn read(&mut self) -> Option<Reading> {
        let loss = self.unread() / f64::from(self.losses);
        self.sum.take()?;
        self.losses = 0;
        self.last = Some(loss);
        let clock = std::mem::replace(&mut self.clock, Clock::start());
        let elapsed = clock.since.elapsed();
        Some(Reading {
            loss,
            losses: std::mem::take(&mut self.noted.losses),
            drawn: std::mem::take(&mut self.noted.drawn),
            gradient_norm: self.norm.take().map(ScalarF64::into_scalar_f64),
            images_per_second: clock.images as f64 / elapsed.as_secs_f64(),
            per_iteration: elapsed / clock.iterations.max(1),
        })
    }

    /// Restarts the clock, to leave out time spent elsewhere; the losses stay for the next reading.
    pub fn restart(&mut self) {
        self.clock = Clock::start();
    }

    /// Mean of the losses not read yet, or else the last one read; not a number before the first.
    pub fn loss(&self) -> f64 {
        match self.losses {
            0 => self.last.unwrap_or(f64::NAN),
            losses => self.unread() / f64::from(losses),
        }
    }

    fn unread(&self) -> f64 {
        self.sum.clone().map_or(0.0, ScalarF64::into_scalar_f64)
    }
}

impl Clock {
    fn start() -> Self {
        Self { since: Instant::now(), iterations: 0, images: 0 }
    }
}

/// Reads the value of a one-element tensor.
pub(crate) trait ScalarF64 {
    /// Value of the element.
    fn into_scalar_f64(self) -> f64;
}

impl<B: Backend> ScalarF64 for Tensor<B, 1> {
    fn into_scalar_f64(self) -> f64 {
        self.into_scalar().elem()
    }
}
