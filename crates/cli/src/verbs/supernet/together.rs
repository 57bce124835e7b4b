//! Devices that train together: arguments, and the meeting of the processes behind them.

use std::net::{Ipv4Addr, SocketAddr};
use std::process;
use std::sync::atomic::Ordering;

use anyhow::Result;
use clap::Args;
use scalenas_collective::Host;
use scalenas_train::{Ranks, Tasks};

use super::guests::Guests;
use super::task::SharedTask;
use crate::arguments::values;
use crate::context::device::DeviceChoice;
use crate::context::{Stop, program, ready};
use crate::error::user;
use crate::render::Output;

/// Address at which devices of other machines join, unless another is given.
const ADDRESS: &str = "0.0.0.0:29400";
/// Address for the devices of this machine alone, with a free port.
const THIS_MACHINE: &str = "127.0.0.1:0";

/// Devices that train together.
#[derive(Debug, Args)]
pub struct TogetherArguments {
    /// Devices of this machine that train together, each with its part of every batch: cuda:0,cuda:1
    #[arg(long, value_name = "DEVICES", value_delimiter = ',', conflicts_with = "device")]
    pub devices: Vec<DeviceChoice>,
    /// Devices that train together in all, with those of machines that join [default: those of this machine]
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub ranks: Option<usize>,
    /// Where other machines join [default: 0.0.0.0:29400, where --ranks asks for more than this machine has]
    #[arg(long, value_name = "HOST:PORT", requires = "ranks")]
    pub listen: Option<String>,
}

/// Devices of a run, of which the first is this process's.
#[derive(Debug, Clone)]
pub struct Devices {
    /// Those of this machine; never none.
    pub here: Vec<DeviceChoice>,
    /// Devices in all.
    ranks: usize,
    listen: Option<String>,
}

impl TogetherArguments {
    /// Devices of a run, given the one of a run that trains alone.
    ///
    /// # Errors
    /// If there are more of them than ranks, or the program cannot compute on one.
    pub fn devices(&self, alone: DeviceChoice) -> Result<Devices> {
        let here = if self.devices.is_empty() { vec![alone] } else { self.devices.clone() };
        let ranks = self.ranks.unwrap_or(here.len());
        if ranks < here.len() {
            let count = here.len();
            return Err(user(format!(
                "--ranks {ranks} is less than the {count} devices of this machine"
            )));
        }
        // Every other device is opened by its own process alone.
        here.iter().try_for_each(|&device| ready::require_built(device))?;
        ready::require(here[0])?;
        Ok(Devices { here, ranks, listen: self.listen.clone() })
    }
}

impl From<DeviceChoice> for Devices {
    /// The device of a run that trains alone.
    fn from(device: DeviceChoice) -> Self {
        Self { here: vec![device], ranks: 1, listen: None }
    }
}

impl Devices {
    /// Whether one process trains alone.
    pub fn are_one(&self) -> bool {
        self.ranks == 1
    }

    /// Checks that every device has a part of every batch.
    pub fn check(&self, tasks: &Tasks) -> Result<()> {
        let smallest = tasks.iter().map(|task| task.batch).min().unwrap_or(self.ranks);
        if smallest >= self.ranks {
            return Ok(());
        }
        Err(user(format!(
            "a batch of {smallest} has no part for each of {} devices; accepted: a batch of at least that many \
             (--batch {})",
            self.ranks, self.ranks
        )))
    }

    /// Starts the processes of this machine's other devices and waits until all devices are there.
    pub fn meet(&self, task: &SharedTask, stop: &Stop, output: Output) -> Result<(Ranks, Guests)> {
        if self.are_one() {
            return Ok((Ranks::default(), Guests::default()));
        }
        let all_here = self.ranks == self.here.len();
        let default = if all_here { THIS_MACHINE } else { ADDRESS };
        let host = Host::bind(self.listen.as_deref().unwrap_or(default))?;
        let address = host.address();
        let mut guests = Guests::start(&self.here[1..], near(address))?;
        if !all_here {
            let (program, port) = (program::name(), address.port());
            let missing = self.ranks - self.here.len();
            output.say(format!(
                "waiting for {missing} more devices; on their machines: {program} supernet --join THIS_MACHINE:{port} \
                 --devices …"
            ));
        }
        let task = task.to_text()?;
        let flag = stop.flag();
        let mut go_on = |_| !flag.load(Ordering::Relaxed) && guests.are_well();
        let met = host.gather(&name(self.here[0]), self.ranks, &task, &mut go_on);
        match met {
            Ok(group) => Ok((Ranks::of(group), guests)),
            Err(error) => Err(guests.failure().unwrap_or_else(|| error.into())),
        }
    }
}

/// Name of this process in messages.
pub fn name(device: DeviceChoice) -> String {
    format!("{device}, process {}", process::id())
}

/// The address as processes of this machine reach it.
fn near(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port());
    }
    address
}
