//! Fitness of which every score is kept, and whose work other processes share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use scalenas_evolve::{Candidate, Fitness};

use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::evaluation::Evaluation;
use crate::lease::{Leases, Renewal};
use crate::worker::Worker;

/// Looks at the work of others between those at what there is to do.
const LOOKS: u32 = 16;

/// A fitness whose scores are in an archive: found there, or computed by whichever process claims the candidate.
pub struct SharedFitness<'a, F> {
    inner: F,
    archive: &'a Archive,
    evaluation: Evaluation,
    worker: Worker,
    leases: Leases,
    stop: Arc<AtomicBool>,
    /// Candidates of the generation.
    planned: Vec<Candidate>,
    computed: usize,
}

impl<'a, F: Fitness> SharedFitness<'a, F> {
    /// Shares a fitness under an evaluation. `stop` ends the waiting for others.
    pub fn new(
        inner: F,
        archive: &'a Archive,
        evaluation: Evaluation,
        worker: Worker,
        leases: Leases,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self { inner, archive, evaluation, worker, leases, stop, planned: Vec::new(), computed: 0 }
    }

    /// The fitness whose work is shared.
    pub fn inner(&self) -> &F {
        &self.inner
    }

    /// Candidates that this process scored.
    pub fn computed(&self) -> usize {
        self.computed
    }

    /// Scores a claimed candidate and hands the scores in.
    fn work(&mut self, candidate: &Candidate) -> Result<()> {
        let (key, network) = (&*self.evaluation.key, &*candidate.id);
        let begun = Instant::now();
        let renewal = Renewal::start(self.archive, [key, network], &self.worker.name, self.leases);
        let scored = self.inner.score(std::slice::from_ref(candidate));
        drop(renewal);
        let scores = scored.map_err(|error| Error::Fitness(Box::new(error)));
        let scores =
            scores.and_then(|mut scores| finite(network, scores.pop().unwrap_or_default()));
        let scores = scores.inspect_err(|_| {
            // The error that led here is the one to report.
            let _ = self.archive.release(key, network, &self.worker);
        })?;
        let seconds = begun.elapsed().as_secs_f64();
        self.archive.submit(key, network, &scores, &self.worker, seconds)?;
        self.computed += 1;
        Ok(())
    }
}

impl<F: Fitness> Fitness for SharedFitness<'_, F> {
    type Error = Error;

    fn planned(&mut self, candidates: &[Candidate]) -> Result<()> {
        self.archive.enlist(&self.evaluation, candidates)?;
        self.planned = candidates.to_vec();
        Ok(())
    }

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>> {
        let wanted: Vec<&str> = candidates.iter().map(|candidate| &*candidate.id).collect();
        let mut looks = 0;
        loop {
            let mut known = self.archive.scores(&self.evaluation.key, &wanted)?;
            if known.len() == wanted.len() {
                let scores = wanted.iter().map(|id| known.remove(*id).unwrap_or_default());
                return Ok(scores.collect());
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Stopped);
            }
            // Where others work on all of these, the rest of the generation is work, too.
            let planned: Vec<&str> = self.planned.iter().map(|c| &*c.id).collect();
            let seconds = self.leases.seconds;
            let key = &self.evaluation.key;
            match self.archive.claim(key, &planned, &self.worker, seconds)? {
                Some(candidate) => self.work(&candidate)?,
                // Processes of this machine that were killed need not be waited for.
                None if self.archive.free(key, |holder| self.worker.is_gone(holder))? => {}
                None => {
                    looks += 1;
                    // Nobody hands in what was removed from the archive meanwhile.
                    if looks % LOOKS == 0 {
                        self.archive.enlist(&self.evaluation, &self.planned)?;
                    }
                    thread::sleep(Duration::from_secs_f64(self.leases.poll));
                }
            }
        }
    }
}

/// Scores, if all of them are numbers.
fn finite(network: &str, scores: Vec<f64>) -> Result<Vec<f64>> {
    match scores.iter().find(|score| !score.is_finite()) {
        None => Ok(scores),
        Some(&score) => Err(Error::Score { network: network.to_owned(), score }),
    }
}
