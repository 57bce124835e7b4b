//! Processes of the other devices of this machine.

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};

use crate::context::device::DeviceChoice;
use crate::error::user;

/// Processes that this one started; they end with it.
#[derive(Default)]
pub struct Guests(Vec<Guest>);

struct Guest {
    device: DeviceChoice,
    process: Child,
    /// Reads all that the process says, so that it never waits for a reader.
    said: Option<JoinHandle<String>>,
}

impl Guests {
    /// Starts a process per device, which join at the address.
    pub fn start(devices: &[DeviceChoice], address: SocketAddr) -> Result<Self> {
        let program = std::env::current_exe().context("the program's own file")?;
        let mut guests = Self::default();
        for &device in devices {
            let (address, name) = (address.to_string(), device.to_string());
            let mut process = Command::new(&program)
                .args(["supernet", "--join", &address, "--device", &name])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .with_context(|| format!("a process for {device}"))?;
            let said = process.stderr.take().map(|mut stream| {
                thread::spawn(move || {
                    let mut said = Vec::new();
                    // Whatever was read until the stream broke is worth showing.
                    let _ = stream.read_to_end(&mut said);
                    String::from_utf8_lossy(&said).into_owned()
                })
            });
            guests.0.push(Guest { device, process, said });
        }
        Ok(guests)
    }

    /// Whether none has ended.
    pub fn are_well(&mut self) -> bool {
        self.0.iter_mut().all(|guest| matches!(guest.process.try_wait(), Ok(None)))
    }

    /// The error of a process that has ended, in its own words.
    pub fn failure(&mut self) -> Option<anyhow::Error> {
        let mut guests = self.0.iter_mut();
        let guest = guests.find_map(|guest| match guest.process.try_wait() {
            Ok(None) => None,
            _ => Some(guest),
        })?;
        let said = guest.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        let said = said.trim().trim_start_matches("error: ").to_owned();
        Some(user(format!("--devices {}: {said}", guest.device)))
    }

    /// Waits until all have ended.
    pub fn wait(mut self) {
        for guest in &mut self.0 {
            // One that cannot be waited for has ended.
            let _ = guest.process.wait();
        }
    }
}

impl Drop for Guests {
    fn drop(&mut self) {
        for guest in &mut self.0 {
            if matches!(guest.process.try_wait(), Ok(None)) {
                // It may end by itself in this moment.
                let _ = guest.process.kill();
                let _ = guest.process.wait();
            }
        }
    }
}
