//! Training along in a run that another process started.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use scalenas_collective::Group;
use scalenas_train::{Display, Ranks, Silent, TrainPlan};

use super::guests::Guests;
use super::job::train_on;
use super::task::SharedTask;
use super::together::{Devices, name};
use crate::context::Stop;
use crate::context::device::on_device;
use crate::error::user;
use crate::render::Output;

/// Time to reach the run's first process, which may be started later than the others.
const PATIENCE: Duration = Duration::from_mins(1);

/// Trains along with the devices of this machine until the run ends.
pub fn join(address: &str, devices: &Devices, output: Output, stop: &Stop) -> Result<()> {
    let device = devices.here[0];
    let flag = stop.flag();
    let mut go_on = || !flag.load(Ordering::Relaxed);
    let seconds = PATIENCE.as_secs();
    output
        .say(format!("joining the run at {address}, waiting up to {seconds} s for it to be there"));
    let (group, task) = Group::join(address, &name(device), PATIENCE, &mut go_on)?;
    let (rank, ranks) = (group.rank(), group.ranks());
    output.say(format!("{device} is rank {rank} of {ranks}"));
    let opened = SharedTask::from_text(&task).and_then(|task| task.open());
    let (folder, tasks) = opened.inspect_err(|error| group.abandon(&format!("{error:#}")))?;
    let plan = TrainPlan {
        folder,
        tasks,
        display: Display::Plain,
        progress: Arc::new(Silent),
        stop: stop.flag(),
        ranks: Ranks::of(group),
    };
    let outcome = on_device!(device, train_on(plan))?;
    let end = if outcome.interrupted { "stopped" } else { "done" };
    output.say(format!("{end} after {} iterations", outcome.iterations));
    Ok(())
}

/// Starts the processes of this machine's other devices, which join at the address, too.
pub fn others(address: &str, devices: &Devices) -> Result<Guests> {
    use std::net::ToSocketAddrs;
    let unknown = || user(format!("--join {address}; accepted: HOST:PORT at which a run waits"));
    let mut found = address.to_socket_addrs().map_err(|_| unknown())?;
    Guests::start(&devices.here[1..], found.next().ok_or_else(unknown)?)
}
