//! Panics of all threads. The framework's thread of a device catches its own and goes on, with values that nobody
//! computed: a call in which one panicked must not end as if all were well.

use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{process, thread};

use anyhow::{Result, anyhow};

/// Message of the first panic that nobody took.
static FIRST: Mutex<Option<String>> = Mutex::new(None);
/// Whether panics are kept off the terminal.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Start of the names of the framework's threads of devices.
const DEVICE_THREADS: &str = "DSD-";
/// Exit code of a defect.
const DEFECT: i32 = 1;

/// Notes every panic from here on, before it is printed as usual. That of a device's thread ends the process at once: a
/// training would go on with values that nobody computed, and save them.
pub fn watch() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        note(info);
        if QUIET.load(Ordering::Relaxed) {
            return;
        }
        print(info);
        if thread::current().name().is_some_and(|name| name.starts_with(DEVICE_THREADS)) {
            eprintln!("error: the device failed; what was saved before stays as it is");
            process::exit(DEFECT);
        }
    }));
}

/// Runs what may panic, on this thread or on another; returns the message if it did, of which nothing is printed.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    QUIET.store(true, Ordering::Relaxed);
    let result = panic::catch_unwind(panic::AssertUnwindSafe(work));
    QUIET.store(false, Ordering::Relaxed);
    match (result, take()) {
        (Ok(value), None) => Ok(value),
        (_, message) => Err(message.unwrap_or_default()),
    }
}

/// Fails if a thread panicked.
pub fn none() -> Result<()> {
    match take() {
        None => Ok(()),
        Some(message) => Err(anyhow!(
            "a thread failed, and what this call wrote or printed is not to be trusted: {message}"
        )),
    }
}

fn note(info: &PanicHookInfo<'_>) {
    let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    first.get_or_insert_with(|| info.payload_as_str().unwrap_or("no message").trim().to_owned());
}

fn take() -> Option<String> {
    FIRST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_thread_that_others_survive_is_an_error() {
        watch();
        assert_eq!(caught(|| 7), Ok(7));
        let failing: fn() = || panic!("on this thread");
        assert_eq!(caught(failing), Err("on this thread".into()));
        let survived = || thread::spawn(|| panic!("on another")).join().is_err();
        assert_eq!(caught(survived), Err("on another".into()));
        assert!(none().is_ok());
        assert!(survived());
        assert!(none().unwrap_err().to_string().contains("on another"));
        assert!(none().is_ok());
    }
}
