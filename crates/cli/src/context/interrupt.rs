//! Ctrl-C: the first one requests a clean stop with a checkpoint, the second one ends the process.
//!
//! Only verbs with a checkpoint listen; the others end as any program does, for their files are written
//! whole or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code of a program ended by the interrupt signal, by the convention of shells.
const INTERRUPTED: i32 = 130;

/// Request of the user to stop.
#[derive(Debug, Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for Ctrl-C.
    pub fn install() -> anyhow::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&flag);
        ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED);
            }
            eprintln!("\nstopping after this step with a checkpoint; Ctrl-C again to end at once");
        })?;
        Ok(Self(flag))
    }

    /// Flag that loops check.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}
