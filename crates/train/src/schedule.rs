//! Learning rate: warm-up, then a constant that drops at milestones.

use burn::lr_scheduler::LrScheduler;
use burn::tensor::backend::Backend;

/// Multi-step schedule in iterations. Its whole state is the number of the iteration.
#[derive(Debug, Clone)]
pub struct Schedule {
    rate: f64,
    decay: f64,
    /// Iterations, ascending.
    milestones: Vec<u64>,
    warmup: u64,
    iteration: u64,
}

impl Schedule {
    /// `rate` times `decay` for every milestone (in iterations) reached; within the first `warmup`
    /// iterations it rises linearly.
    pub fn new(rate: f64, decay: f64, milestones: Vec<u64>, warmup: u64) -> Self {
        Self { rate, decay, milestones, warmup, iteration: 0 }
    }

    /// The rate of an iteration.
    pub fn at(&self, iteration: u64) -> f64 {
        let passed = self.milestones.iter().filter(|&&milestone| iteration >= milestone).count();
        let rate = self.rate * self.decay.powi(passed as i32);
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
        let schedule = Schedule::new(1.0, 0.1, vec![10, 20], 4);
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
    fn a_restored_schedule_continues() {
        let mut schedule = Schedule::new(1.0, 0.5, vec![3], 0);
        for _ in 0..5 {
            schedule.step();
        }
        let record = LrScheduler::to_record::<burn::backend::Flex>(&schedule);
        let fresh = Schedule::new(1.0, 0.5, vec![3], 0);
        let mut restored = fresh.load_record::<burn::backend::Flex>(record);
        assert_eq!(restored.step().to_bits(), schedule.step().to_bits());
    }
}
