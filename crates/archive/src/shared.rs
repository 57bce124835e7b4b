//! Fitness of which every score is kept, and whose work other processes share.

use std::collections::{BTreeMap, BTreeSet};
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
/// Looks before the generation is added again for the first time.
const FIRST_LOOKS: u32 = 3;

/// Open candidates that a process looks at, those of them that it asks for at a time, and how often it asks.
const SEEN: usize = 256;
const ASKED: usize = 4;
const ATTEMPTS: usize = 4;
/// Longest pause between looks, in first pauses.
const LONGEST: f64 = 5.0;

/// A fitness whose scores are in an archive: found there, or computed by whichever process claims the candidate.
pub struct SharedFitness<'a, F> {
    inner: F,
    archive: &'a Archive,
    /// On all held-out data.
    whole: Evaluation,
    /// On the part of it that is looked at now, and how many such parts there are.
    evaluation: Evaluation,
    parts: usize,
    worker: Worker,
    leases: Leases,
    stop: Arc<AtomicBool>,
    /// Candidates of the generation.
    planned: Vec<Candidate>,
    planned_ids: BTreeSet<String>,
    /// Scores of the generation that this process has seen.
    known: BTreeMap<String, Vec<f64>>,
    /// Whether nothing was left to claim at the last look: batches that others scored are then read together.
    drained: bool,
    /// A number that differs from process to process.
    place: usize,
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
        let place = place_of(&worker.name);
        Self {
            inner,
            archive,
            whole: evaluation.clone(),
            evaluation,
            parts: 1,
            worker,
            leases,
            stop,
            planned: Vec::new(),
            planned_ids: BTreeSet::new(),
            known: BTreeMap::new(),
            drained: false,
            place,
            computed: 0,
        }
    }

    /// The fitness whose work is shared.
    pub fn inner(&self) -> &F {
        &self.inner
    }

    /// Candidates that this process scored.
    pub fn computed(&self) -> usize {
        self.computed
    }

    /// Looks at one in `parts` of the held-out data from now on.
    fn turn_to(&mut self, parts: usize) {
        if self.parts != parts {
            (self.parts, self.evaluation) = (parts, self.whole.part(parts));
            self.known.clear();
            self.drained = false;
        }
    }

    /// Takes a candidate of the generation that nobody works on, of those that are missing first. Of the others every
    /// process asks for some that its neighbours do not ask for, so that many of them do not wait for one row.
    fn claim(&self, missing: &[&str]) -> Result<Option<Candidate>> {
        for attempt in 0..ATTEMPTS {
            let open = self.archive.open_networks(&self.evaluation.key, SEEN)?;
            let open: Vec<&str> = open.iter().map(|id| &**id).collect();
            // Asked for once: others want them, too.
            let wanted: Vec<&str> =
                open.iter().copied().filter(|id| attempt == 0 && missing.contains(id)).collect();
            let own: Vec<&str> =
                open.iter().copied().filter(|id| self.planned_ids.contains(*id)).collect();
            if own.is_empty() {
                // The open ones are of another search, which may hide those of this one.
                let all: Vec<&str> = self.planned.iter().map(|c| &*c.id).collect();
                let hidden = open.len() == SEEN;
                return if hidden { self.claim_of(&all) } else { Ok(None) };
            }
            let first = (self.place + attempt * ASKED) % own.len();
            let some = own.iter().cycle().skip(first).take(ASKED.min(own.len())).copied().collect();
            for asked in [wanted, some] {
                if let Some(found) = self.claim_of(&asked)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    fn claim_of(&self, networks: &[&str]) -> Result<Option<Candidate>> {
        self.archive.claim(&self.evaluation.key, networks, &self.worker, self.leases.seconds)
    }

    /// Those of the networks whose scores this process has not seen.
    fn unknown<'n>(&self, networks: &'n [String]) -> Vec<&'n str> {
        let unknown = networks.iter().filter(|id| !self.known.contains_key(*id));
        unknown.map(|id| &**id).collect()
    }

    /// Takes note of scores of networks that are in the archive.
    fn look(&mut self, networks: &[String]) -> Result<()> {
        let unknown = self.unknown(networks);
        if !unknown.is_empty() {
            let found = self.archive.scores(&self.evaluation.key, &unknown)?;
            self.known.extend(found);
        }
        Ok(())
    }

    /// A pause between looks at the work of others, longer from look to look.
    fn wait_for_others(&self, candidates: &[Candidate], looks: &mut u32) -> Result<()> {
        *looks += 1;
        // Processes of this machine that were killed need not be waited for.
        let key = &self.evaluation.key;
        if looks.is_power_of_two()
            && self.archive.free(key, |holder| self.worker.is_gone(holder))?
        {
            return Ok(());
        }
        // Nobody hands in what was removed from the archive meanwhile, or never added.
        if (*looks == FIRST_LOOKS || looks.is_multiple_of(LOOKS))
            && self.archive.enlist(&self.evaluation, candidates)? > 0
        {
            self.archive.enlist(&self.evaluation, &self.planned)?;
        }
        let factor = f64::from(*looks).sqrt().min(LONGEST);
        thread::sleep(Duration::from_secs_f64(self.leases.poll * factor));
        Ok(())
    }

    /// Scores a claimed candidate and hands the scores in.
    fn work(&mut self, candidate: &Candidate) -> Result<()> {
        let (key, network) = (&*self.evaluation.key, &*candidate.id);
        let begun = Instant::now();
        let renewal = Renewal::start(self.archive, [key, network], &self.worker.name, self.leases);
        let candidates = std::slice::from_ref(candidate);
        let scored = match self.parts {
            1 => self.inner.score(candidates),
            parts => self.inner.score_part(candidates, parts),
        };
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

    fn planned(&mut self, candidates: &[Candidate], parts: usize) -> Result<()> {
        self.turn_to(parts);
        self.known.clear();
        self.drained = false;
        self.planned_ids = candidates.iter().map(|candidate| candidate.id.clone()).collect();
        self.planned = candidates.to_vec();
        // Where one of them is open, another process adds all of them, or did; what it left out is added when nothing
        // else is left to do.
        let open = self.archive.open_networks(&self.evaluation.key, SEEN)?;
        if open.iter().any(|id| self.planned_ids.contains(id)) {
            return Ok(());
        }
        self.archive.enlist_together(&self.evaluation, &self.planned, self.place)
    }

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>> {
        self.score_part(candidates, 1)
    }

    fn score_part(&mut self, candidates: &[Candidate], parts: usize) -> Result<Vec<Vec<f64>>> {
        self.turn_to(parts);
        let wanted: Vec<String> = candidates.iter().map(|candidate| candidate.id.clone()).collect();
        let mut looks = 0;
        if self.drained {
            self.look(&self.planned.iter().map(|c| c.id.clone()).collect::<Vec<_>>())?;
        }
        loop {
            self.look(&wanted)?;
            let missing = self.unknown(&wanted);
            if missing.is_empty() {
                return Ok(wanted.iter().map(|id| self.known[id].clone()).collect());
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Stopped);
            }
            // Where others work on all of these, the rest of the generation is work, too.
            let claimed = self.claim(&missing)?;
            self.drained = claimed.is_none();
            match claimed {
                Some(candidate) => {
                    looks = 0;
                    self.work(&candidate)?;
                }
                None => self.wait_for_others(candidates, &mut looks)?,
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

/// A number that differs from process to process.
fn place_of(name: &str) -> usize {
    name.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
}
