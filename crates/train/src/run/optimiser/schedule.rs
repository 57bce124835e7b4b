//! Learning rate: warm-up, then a constant that drops at milestones, a polynomial down to zero, or half a
//! cosine.

use burn::lr_scheduler::LrScheduler;
use burn::tensor::backend::Backend;

/// Fall of the learning rate.
#[derive(Debug, Clone, PartialEq)]
pub enum Decay {
    /// Drop by a factor at each milestone.
    Steps {
        /// Factor of a drop.
        factor: f64,
        /// Iterations of the drops, ascending.
        milestones: Vec<u64>,
    },
    /// Power of the share of iterations left.
    Poly {
        /// Exponent of the power.
        power: f64,
        /// Iterations of the run.
        iterations: u64,
    },
    /// Half a cosine.
    Cosine {
        /// Share at its end.
        floor: f64,
        /// Iterations of the run.
        iterations: u64,
    },
}

/// Schedule in iterations; its whole state is the number of the iteration.
#[derive(Debug, Clone)]
pub struct Schedule {
    rate: f64,
    decay: Decay,
    warmup: u64,
    iteration: u64,
}

impl Decay {
    /// Share of the initial rate in an iteration.
    fn share(&self, iteration: u64) -> f64 {
        match self {
            Self::Steps { factor, milestones } => {
                let passed = milestones.iter().filter(|&&milestone| iteration >= milestone);
                factor.powi(passed.count() as i32)
            }
            Self::Poly { power, iterations } => {
                (1.0 - iteration as f64 / *iterations as f64).max(0.0).powf(*power)
            }
            Self::Cosine { floor, iterations } => {
                let done = (iteration as f64 / *iterations as f64).min(1.0);
                floor + (1.0 - floor) * f64::midpoint(1.0, (std::f64::consts::PI * done).cos())
            }
        }
    }
}

impl Schedule {
    /// Starts at `rate`; within the first `warmup` iterations it rises linearly.
    pub fn new(rate: f64, decay: Decay, warmup: u64) -> Self {
        Self { rate, decay, warmup, iteration: 0 }
    }

    /// Rate of an iteration.
    pub fn at(&self, iteration: u64) -> f64 {
        let rate = self.rate * self.decay.share(iteration);
        if iteration < self.warmup {
            rate * (iteration + 1) as f64 / self.warmup as f64
        } else {
            rate
        }
    }
}

impl LrScheduler for Schedule {
    type Record<B: Backend> = usize;

    fn step(&mut self) -> f64 {
        let rate = self.at(self.iteration);
        self.iteration += 1;
        rate
    }

    fn to_record<B: Backend>(&self) -> usize {
        self.iteration as usize
    }

    fn load_record<B: Backend>(self, record: usize) -> Self {
        Self { iteration: record as u64, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_then_drops_at_milestones() {
        let schedule =
            Schedule::new(1.0, Decay::Steps { factor: 0.1, milestones: vec![10, 20] }, 4);
        let close = |iteration, expected: f64| {
            assert!((schedule.at(iteration) - expected).abs() < 1e-12, "iteration {iteration}");
        };
        close(0, 0.25);
        close(3, 1.0);
        close(9, 1.0);
        close(10, 0.1);
        close(20, 0.01);
    }

    #[test]
    fn a_polynomial_ends_at_zero() {
        let schedule = Schedule::new(2.0, Decay::Poly { power: 0.9, iterations: 100 }, 0);
        assert!((schedule.at(0) - 2.0).abs() < 1e-12);
        assert!((schedule.at(50) - 2.0 * 0.5f64.powf(0.9)).abs() < 1e-12);
        assert!(schedule.at(99) > 0.0 && schedule.at(100).abs() < 1e-12);
    }

    #[test]
    fn a_cosine_ends_at_its_floor() {
        let schedule = Schedule::new(2.0, Decay::Cosine { floor: 0.1, iterations: 100 }, 0);
        for (iteration, expected) in [(0, 2.0), (50, 1.1), (100, 0.2), (120, 0.2)] {
            assert!((schedule.at(iteration) - expected).abs() < 1e-12, "{iteration}");
        }
        assert!(schedule.at(49) > schedule.at(51));
    }

    #[test]
    fn a_restored_schedule_continues() {
        let steps = Decay::Steps { factor: 0.5, milestones: vec![3] };
        let mut schedule = Schedule::new(1.0, steps.clone(), 0);
        for _ in 0..5 {
            schedule.step();
        }
        let record = LrScheduler::to_record::<burn::backend::Flex>(&schedule);
        let fresh = Schedule::new(1.0, steps, 0);
        let mut restored = fresh.load_record::<burn::backend::Flex>(record);
        assert_eq!(restored.step().to_bits(), schedule.step().to_bits());
    }
}
