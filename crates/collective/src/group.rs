//! A group as one of its ranks sees it.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bytemuck::bytes_of;

use crate::control::Control;
use crate::error::{Error, Result, reason};
use crate::frame::Welcome;
use crate::ring::{Broken, Number, Ring};

/// Time in which everyone finds its neighbours.
const MEETING: Duration = Duration::from_secs(30);
/// Time in which the news of who is gone follows the end of a connection.
const NEWS: Duration = Duration::from_secs(3);

/// Processes that compute together, as one of them sees them.
pub struct Group {
    control: Control,
    /// Both neighbours; none for a single rank.
    ring: Option<Mutex<Ring>>,
}

/// Connection to a neighbour or to the host, ready for small messages.
pub(crate) fn prompt(stream: &TcpStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(crate::control::SILENCE))
}

impl Group {
    /// Meets both neighbours: the next at an address, the one before at `listener`.
    pub(crate) fn meet(
        welcome: Welcome,
        next: SocketAddr,
        listener: &TcpListener,
        links: Vec<(usize, TcpStream)>,
    ) -> Result<Self> {
        let (rank, ranks) = (welcome.rank, welcome.names.len());
        if ranks == 1 {
            let control = Control::start(rank, welcome.names, links, Vec::new());
            return Ok(Self { control, ring: None });
        }
        let lost = |rank: usize, reason: String| Error::Left {
            rank,
            ranks,
            name: welcome.names[rank].clone(),
            reason,
        };
        let (next_rank, before_rank) = ((rank + 1) % ranks, (rank + ranks - 1) % ranks);
        let next = connect(next, [welcome.token, rank as u64])
            .map_err(|error| lost(next_rank, reason(&error)))?;
        let before = accept(listener, [welcome.token, before_rank as u64])
            .map_err(|error| lost(before_rank, reason(&error)))?;
        let copies: io::Result<Vec<TcpStream>> =
            [&next, &before].map(TcpStream::try_clone).into_iter().collect();
        let copies = copies.map_err(|error| lost(rank, reason(&error)))?;
        let control = Control::start(rank, welcome.names, links, copies);
        Ok(Self { control, ring: Some(Mutex::new(Ring::new(rank, ranks, next, before))) })
    }

    /// Rank of this process; 0 is the host's.
    pub fn rank(&self) -> usize {
        self.control.rank()
    }

    /// Number of ranks.
    pub fn ranks(&self) -> usize {
        self.control.names().len()
    }

    /// Names of all ranks.
    pub fn names(&self) -> &[String] {
        self.control.names()
    }

    /// Sums arrays over all ranks, in place. All of them give arrays of one length and, so that a difference is found,
    /// one label.
    ///
    /// # Errors
    /// If a rank is gone or sums something else; the values are of no use then.
    pub fn sum<T: Number>(&self, label: u64, values: &mut [T]) -> Result<()> {
        let Some(ring) = &self.ring else { return Ok(()) };
        let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = size_of_val(values);
        ring.sum(label, values).map_err(|broken| self.explain(broken, [label, bytes as u64]))
    }

    /// Arrays of all ranks, in their order; conditions of [`Group::sum`].
    ///
    /// # Errors
    /// Those of [`Group::sum`].
    pub fn gather<T: Number>(&self, label: u64, values: &[T]) -> Result<Vec<T>> {
        let Some(ring) = &self.ring else { return Ok(values.to_vec()) };
        let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = size_of_val(values);
        ring.gather(label, values).map_err(|broken| self.explain(broken, [label, bytes as u64]))
    }

    /// Waits until no rank needs another one, and leaves.
    pub fn finish(&self) {
        self.control.finish();
    }

    /// Leaves at once; the others end with this reason.
    pub fn abandon(&self, reason: &str) {
        self.control.abandon(reason);
    }

    /// The error behind a sum that failed.
    fn explain(&self, broken: Broken, own: [u64; 2]) -> Error {
        let before = (self.rank() + self.ranks() - 1) % self.ranks();
        match broken {
            Broken::Connection(error) => self.control.lost(NEWS).unwrap_or_else(|| {
                let reason = reason(&error);
                self.control.lose(before, &reason);
                self.left(before, reason)
            }),
            Broken::Order(theirs) => {
                let words = |[label, bytes]: [u64; 2]| format!("{bytes} bytes labelled {label}");
                let name = self.names()[before].clone();
                let (found, expected) = (words(theirs), words(own));
                let error = Error::Order { rank: before, name, found, expected };
                self.control.abandon(&error.to_string());
                error
            }
        }
    }

    fn left(&self, rank: usize, reason: String) -> Error {
        Error::Left { rank, ranks: self.ranks(), name: self.names()[rank].clone(), reason }
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rank {} of {}", self.rank(), self.ranks())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.control.abandon("it left before the others were done");
    }
}

/// Connects to the next rank and shows who is there.
fn connect(address: SocketAddr, pass: [u64; 2]) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, MEETING)?;
    prompt(&stream)?;
    (&stream).write_all(bytes_of(&pass))?;
    Ok(stream)
}

/// Waits for the rank before; others who come by are sent away.
fn accept(listener: &TcpListener, pass: [u64; 2]) -> io::Result<TcpStream> {
    listener.set_nonblocking(true)?;
    let end = Instant::now() + MEETING;
    while Instant::now() < end {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(2));
            continue;
        };
        prompt(&stream)?;
        stream.set_read_timeout(Some(MEETING))?;
        let mut shown = [0u8; 16];
        if (&stream).read_exact(&mut shown).is_ok() && shown == bytes_of(&pass) {
            stream.set_read_timeout(None)?;
            return Ok(stream);
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}
