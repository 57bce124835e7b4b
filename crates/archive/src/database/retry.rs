//! Patience with a database that restarts, is busy or is out of reach for a while.

use std::time::{Duration, Instant};

use sqlx::Error;

/// First pause; each one is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(50);
/// Longest pause.
const LONGEST: Duration = Duration::from_secs(2);
/// Time after which an operation fails: a server may restart meanwhile.
pub const LIMIT: Duration = Duration::from_mins(1);
/// Time after which the first connection fails: a name or port may be wrong.
pub const FIRST_LIMIT: Duration = Duration::from_secs(10);

/// Codes of PostgreSQL: shutdown, crash, not yet started, too many connections, serialisation, deadlock.
const PASSING: [&str; 7] = ["57P01", "57P02", "57P03", "53300", "40001", "40P01", "08006"];
/// Codes of SQLite: busy and locked, with their extended forms.
const BUSY: [&str; 4] = ["5", "6", "261", "517"];

/// Pauses between the attempts of one operation.
pub struct Patience {
    begun: Instant,
    next: Duration,
    limit: Duration,
}

impl Patience {
    pub fn new(limit: Duration) -> Self {
        Self { begun: Instant::now(), next: FIRST, limit }
    }

    /// Seconds since the first attempt.
    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Pause before another attempt; `None` once the time is up.
    pub fn pause(&mut self) -> Option<Duration> {
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        (self.begun.elapsed() + pause < self.limit).then_some(pause)
    }
}

/// Whether the reason of a failure passes by itself.
pub fn is_passing(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::Protocol(_) | Error::WorkerCrashed => true,
        Error::Database(error) => {
            error.code().is_some_and(|code| PASSING.contains(&&*code) || BUSY.contains(&&*code))
        }
        _ => false,
    }
}
