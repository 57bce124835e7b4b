//! Damaged files against every reader of foreign bytes: no panic, and no more memory than stated.
//!
//! `cargo test -p scalenas-cli --test fuzz -- --seconds 60 --target checkpoint` gives a target a minute, and
//! `--files 10000000` ends it earlier, after so many files; without arguments, every target gets a second. A file
//! that fails is kept in the folder for temporary files of the build.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

#[path = "../../../../tests/checkpoint.rs"]
mod checkpoint;
#[path = "../../../../tests/mutate.rs"]
mod mutate;
#[cfg(reference_data)]
#[path = "../../../../tests/shared.rs"]
mod shared;
#[path = "../../../../tests/stream.rs"]
mod stream;

mod seeds;
mod targets;

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

use self::mutate::damaged;
use self::stream::Stream;
use self::targets::Target;

/// Counts the bytes in use.
#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Seconds per target without arguments.
const SECONDS: f64 = 1.0;

/// End of a target: after this time or this many files, whichever comes first.
struct Limit {
    time: Duration,
    files: u64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let seconds = value("--seconds").map_or(SECONDS, |text| text.parse().expect("seconds"));
    let files = value("--files").map_or(u64::MAX, |text| text.parse().expect("a number of files"));
    let seed = value("--seed").map_or(1, |text| text.parse().expect("a number"));
    let wanted = value("--target");
    let folder = tempfile::tempdir_in(memory()).unwrap();
    let targets = targets::all(folder.path());
    // The test runner asks for names.
    if arguments.iter().any(|argument| argument == "--list") {
        for target in &targets {
            println!("{}: test", target.name);
        }
        return ExitCode::SUCCESS;
    }
    panic::set_hook(Box::new(|_| {}));
    let mut failed = false;
    for target in targets.iter().filter(|target| wanted.is_none_or(|name| name == target.name)) {
        let limit = Limit { time: Duration::from_secs_f64(seconds), files };
        let clock = Instant::now();
        match run(target, folder.path(), &limit, seed) {
            Ok(count) => {
                println!(
                    "{}: {count} files in {:.0} s",
                    target.name,
                    clock.elapsed().as_secs_f64()
                );
            }
            Err(message) => {
                println!("{}: {message}", target.name);
                failed = true;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A folder in memory, where there is one.
fn memory() -> &'static Path {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { shared } else { Path::new(env!("CARGO_TARGET_TMPDIR")) }
}

fn run(target: &Target, folder: &Path, limit: &Limit, seed: u64) -> Result<u64, String> {
    if target.seeds.is_empty() {
        return Ok(0);
    }
    let path = folder.join(target.file);
    let mut stream = Stream(seed);
    for seed in &target.seeds {
        fs::write(&path, seed).unwrap();
        if !(target.read)(&path) {
            return Err("refuses a whole file".to_owned());
        }
    }
    let (clock, mut count) = (Instant::now(), 0);
    while count < limit.files && clock.elapsed() < limit.time {
        let first = &target.seeds[stream.below(target.seeds.len())];
        let other = &target.seeds[stream.below(target.seeds.len())];
        let bytes = damaged(first, other, &mut stream);
        fs::write(&path, &bytes).unwrap();
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let read = panic::catch_unwind(AssertUnwindSafe(|| (target.read)(&path)));
        let peak = ALLOCATOR.peak_usage().saturating_sub(before);
        count += 1;
        let problem = match read {
            Err(_) => "a panic".to_owned(),
            Ok(_) if peak > target.memory => format!("{} MiB of memory", peak >> 20),
            Ok(_) => continue,
        };
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.file));
        fs::write(&kept, &bytes).unwrap();
        return Err(format!("{problem} at file {count}, kept as {}", kept.display()));
    }
    Ok(count)
}
