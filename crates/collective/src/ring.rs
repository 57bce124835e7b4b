//! Sums over a ring of ranks: each sends to the next and receives from the one before.
//!
//! Long arrays are cut into as many pieces as there are ranks; each piece is summed on one round and handed on in
//! another, so that a rank sends twice the array, however many ranks there are. Short ones go round whole, which takes
//! half the messages.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::{AddAssign, Range};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use bytemuck::Pod;

/// Bytes up to which an array goes round whole.
const WHOLE: usize = 16 << 10;

/// Elements that are written, read and added at a time: they stay in a cache meanwhile.
const CHUNK: usize = 16 << 10;

/// Element of a sum.
pub trait Number: Pod + AddAssign + Send {}

impl Number for f32 {}
impl Number for f64 {}

/// Both neighbours of a rank.
pub(crate) struct Ring {
    rank: usize,
    ranks: usize,
    /// Messages to the next rank, which a thread writes: everyone sends and receives at the same time.
    next: Sender<Vec<u8>>,
    before: TcpStream,
}

/// Why a sum failed.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The connection to the rank before.
    Connection(io::Error),
    /// The rank before sums something else: its label and bytes.
    Order([u64; 2]),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
    }
}

impl Ring {
    /// Ring with connections to both neighbours.
    pub fn new(rank: usize, ranks: usize, next: TcpStream, before: TcpStream) -> Self {
        let (sender, messages) = channel::<Vec<u8>>();
        let mut stream = next;
        thread::spawn(move || {
            for message in messages {
                // A connection that broke is found by whoever receives.
                if stream.write_all(&message).is_err() {
                    return;
                }
            }
        });
        Self { rank, ranks, next: sender, before }
    }

    /// Sums arrays of all ranks, in place.
    pub fn sum<T: Number>(&mut self, label: u64, values: &mut [T]) -> Result<(), Broken> {
        if size_of_val(values) <= WHOLE {
            let all = self.gather(label, values)?;
            let (first, others) = all.split_at(values.len());
            values.copy_from_slice(first);
            for other in others.chunks_exact(values.len().max(1)) {
                add(values, other);
            }
            return Ok(());
        }
        self.check(label, size_of_val(values))?;
        let (rank, ranks, length) = (self.rank, self.ranks, values.len());
        let mut received = vec![T::zeroed(); CHUNK.min(length)];
        // Round one: piece `r` is summed on its way from rank `r + 1` to rank `r`.
        for step in 1..ranks {
            self.send(&values[piece(length, ranks, rank + ranks - step)]);
            let own = piece(length, ranks, rank + 2 * ranks - step - 1);
            for sums in values[own].chunks_mut(CHUNK) {
                let received = &mut received[..sums.len()];
                self.receive(received)?;
                add(sums, received);
            }
        }
        // Round two: every summed piece goes to all others.
        for step in 0..ranks - 1 {
            self.send(&values[piece(length, ranks, rank + ranks - step)]);
            let other = piece(length, ranks, rank + 2 * ranks - step - 1);
            self.receive(&mut values[other])?;
        }
        Ok(())
    }

    /// Arrays of all ranks, in their order.
    pub fn gather<T: Number>(&mut self, label: u64, values: &[T]) -> Result<Vec<T>, Broken> {
        self.check(label, size_of_val(values))?;
        let (rank, ranks, length) = (self.rank, self.ranks, values.len());
        let mut all = vec![T::zeroed(); length * ranks];
        let place = |rank: usize| rank % ranks * length..(rank % ranks + 1) * length;
        all[place(rank)].copy_from_slice(values);
        for step in 0..ranks - 1 {
            self.send(&all[place(rank + ranks - step)]);
            self.receive(&mut all[place(rank + 2 * ranks - step - 1)])?;
        }
        Ok(all)
    }

    /// Compares what is summed with the rank before.
    fn check(&mut self, label: u64, bytes: usize) -> Result<(), Broken> {
        let own = [label, bytes as u64];
        self.send(&own);
        let mut theirs = [0; 2];
        self.before.read_exact(bytemuck::cast_slice_mut(&mut theirs))?;
        if own == theirs { Ok(()) } else { Err(Broken::Order(theirs)) }
    }

    fn send<T: Pod>(&self, values: &[T]) {
        for chunk in values.chunks(CHUNK) {
            // The writer is gone when the connection is, which the receiving side finds, too.
            let _ = self.next.send(bytemuck::cast_slice(chunk).to_vec());
        }
    }

    fn receive<T: Number>(&mut self, values: &mut [T]) -> Result<(), Broken> {
        Ok(self.before.read_exact(bytemuck::cast_slice_mut(values))?)
    }
}

/// Part of an array that is summed at once; `index` counts round.
fn piece(length: usize, ranks: usize, index: usize) -> Range<usize> {
    let index = index % ranks;
    index * length / ranks..(index + 1) * length / ranks
}

fn add<T: Number>(sums: &mut [T], values: &[T]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += *value;
    }
}
