//! Processes that compute together: who takes part, sums over all of them, and the end of all when one ends.
//!
//! One process is the host; the others join it at its address. Everyone then has a rank, a connection to the host
//! (`control`) and one to both neighbours in a ring (`ring`), over which arrays are summed.
//!
//! Invariants:
//! - a sum is the same to the last bit on every rank;
//! - all ranks ask for the same sums in the same order; one that asks for another is an error and never a wrong sum;
//! - a rank that ends, fails or falls silent ends the waits of all others within seconds, with its name.
//!
//! Whoever reaches the host's address can join: it belongs on a network whose members are trusted.
//!
//! ```
//! use std::thread;
//! use std::time::Duration;
//! use scalenas_collective::{Host, Group};
//!
//! let host = Host::bind("127.0.0.1:0")?;
//! let address = host.address().to_string();
//! let other = thread::spawn(move || {
//!     let (group, task) = Group::join(&address, "the second", Duration::from_secs(5), &mut || true)?;
//!     assert_eq!(task, "to add");
//!     let mut values = [1.0, 2.0];
//!     group.sum(7, &mut values)?;
//!     group.finish();
//!     Ok::<_, scalenas_collective::Error>(values)
//! });
//! let group = host.gather("the first", 2, "to add", &mut |_| true)?;
//! let mut values = [10.0, 20.0];
//! group.sum(7, &mut values)?;
//! group.finish();
//! assert_eq!(values, [11.0, 22.0]);
//! assert_eq!(other.join().expect("no panic")?, values);
//! # Ok::<(), scalenas_collective::Error>(())
//! ```

mod control;
mod error;
mod frame;
mod group;
mod host;
mod join;
mod ring;

pub use error::{Error, Result};
pub use group::Group;
pub use host::Host;
pub use ring::Number;
