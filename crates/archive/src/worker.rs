//! Processes that score candidates.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A process that scores candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Name, which no other process has.
    pub name: String,
    /// Device that it scores on.
    pub device: String,
}

impl Worker {
    /// This process: machine, number of the process, and the time, for numbers come again.
    pub fn of_this_process(device: &str) -> Self {
        let host = host();
        let begun = UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        let name = format!("{host}-{}-{begun:x}", std::process::id());
        Self { name, device: device.to_owned() }
    }

    /// Whether the worker of a name ran on this machine and has ended; false where that cannot be known.
    pub fn is_gone(&self, name: &str) -> bool {
        let (Some((host, other)), Some((own, _))) = (machine(name), machine(&self.name)) else {
            return false;
        };
        // Only Linux lists processes as folders.
        let listed = Path::new("/proc").join(std::process::id().to_string()).exists();
        host == own && listed && !Path::new("/proc").join(other).exists()
    }
}

/// Name of this machine, with what tells apart machines and containers of one name: the start of its kernel, and the
/// space that numbers of processes belong to.
fn host() -> String {
    let line = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let boot = line("/proc/sys/kernel/random/boot_id");
    let space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let space: String = space.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    let name = line("/proc/sys/kernel/hostname");
    let name = if name.is_empty() { "machine" } else { &name };
    format!("{name}.{}.{space}", boot.get(..8).unwrap_or_default())
}

/// Machine and number of the process in a name.
fn machine(name: &str) -> Option<(&str, &str)> {
    let (rest, _) = name.rsplit_once('-')?;
    rest.rsplit_once('-').filter(|(_, process)| process.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_processes_of_this_machine_are_known_to_be_gone() {
        let own = Worker::of_this_process("cpu");
        assert!(!own.is_gone(&own.name));
        let (host, process) = machine(&own.name).unwrap();
        assert_eq!(process, std::process::id().to_string());
        // No process has this number.
        assert_eq!(own.is_gone(&format!("{host}-4294967295-0")), cfg!(target_os = "linux"));
        for unknown in ["another-4294967295-0", "w", "a-b", "state.json"] {
            assert!(!own.is_gone(unknown), "{unknown}");
        }
    }
}
