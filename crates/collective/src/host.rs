//! The process that others join.

use std::hash::{BuildHasher, RandomState};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::control::BEAT;
use crate::error::{Error, Result, reason};
use crate::frame::{self, Message, VERSION, Welcome};
use crate::group::{Group, prompt};

/// Time in which one who connects says who it is.
const HELLO: Duration = Duration::from_secs(5);
/// Time between looks for others.
const PAUSE: Duration = Duration::from_millis(20);

/// Process that others can join.
pub struct Host {
    listener: TcpListener,
    address: SocketAddr,
}

/// One who joined.
struct Guest {
    name: String,
    /// Address of its machine as the host sees it.
    ip: IpAddr,
    ring_port: u16,
    stream: TcpStream,
}

impl Guest {
    /// Whether the connection is open; guests say nothing before they are introduced.
    fn is_there(&self) -> bool {
        let is_silent = |error: std::io::Error| error.kind() == ErrorKind::WouldBlock;
        let open = self.stream.set_nonblocking(true).is_ok()
            && self.stream.peek(&mut [0]).is_err_and(is_silent);
        open && self.stream.set_nonblocking(false).is_ok()
    }

    /// Whether it can be told that the host is well.
    fn is_told(&self) -> bool {
        frame::send(&mut &self.stream, &Message::Alive).is_ok()
    }
}

impl Host {
    /// Opens an address, `HOST:PORT`; port 0 takes a free one.
    ///
    /// # Errors
    /// If the address cannot be listened at.
    pub fn bind(address: &str) -> Result<Self> {
        let failed = |error: std::io::Error| Error::Listen {
            address: address.to_owned(),
            reason: reason(&error),
        };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let found = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address: found })
    }

    /// The address that others join at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until `ranks` ranks are there, this one included, and tells the others their task. `go_on` is asked all the
    /// while, with the number of ranks that are there; its `false` gives up.
    ///
    /// # Errors
    /// If waiting is given up, or somebody leaves while all find one another.
    pub fn gather(
        self,
        name: &str,
        ranks: usize,
        task: &str,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Group> {
        let mut guests: Vec<Guest> = Vec::new();
        let mut told = Instant::now();
        while guests.len() + 1 < ranks {
            if !go_on(guests.len() + 1) {
                return Err(Error::Stopped { found: guests.len() + 1, ranks });
            }
            guests.retain(Guest::is_there);
            if told.elapsed() > BEAT {
                told = Instant::now();
                guests.retain(Guest::is_told);
            }
            match self.listener.accept() {
                Ok((stream, from)) => guests.extend(welcome(stream, from)),
                Err(_) => thread::sleep(PAUSE),
            }
        }
        self.introduce(name, task, guests)
    }

    /// Tells everyone its place.
    fn introduce(self, name: &str, task: &str, guests: Vec<Guest>) -> Result<Group> {
        let failed = |error: std::io::Error| Error::Listen {
            address: self.address.to_string(),
            reason: reason(&error),
        };
        let ring = TcpListener::bind((self.address.ip(), 0)).map_err(failed)?;
        let ring_port = ring.local_addr().map_err(failed)?.port();
        let mut names = vec![name.to_owned()];
        names.extend(guests.iter().map(|guest| format!("{} at {}", guest.name, guest.ip)));
        // Ring ports of ranks 1 to the last, then of the host.
        let place = |rank: usize| match guests.get(rank - 1) {
            // A guest on the host's machine is where the host is, from wherever one looks.
            Some(guest) => ((!guest.ip.is_loopback()).then_some(guest.ip), guest.ring_port),
            None => (None, ring_port),
        };
        let token = RandomState::new().hash_one(self.address);
        let of_rank = |rank: usize| {
            let (next, next_port) = place(rank + 1);
            Welcome { rank, names: names.clone(), next, next_port, token, task: task.to_owned() }
        };
        for (guest, rank) in guests.iter().zip(1..) {
            let sent = frame::send(&mut &guest.stream, &Message::Welcome(of_rank(rank)));
            sent.map_err(|error| Error::Left {
                rank,
                ranks: names.len(),
                name: names[rank].clone(),
                reason: reason(&error),
            })?;
        }
        let own = of_rank(0);
        let ip = own.next.unwrap_or(match self.address.ip() {
            ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            ip => ip,
        });
        let next = SocketAddr::new(ip, own.next_port);
        let links = (1..).zip(guests).map(|(rank, guest)| (rank, guest.stream)).collect();
        Group::meet(own, next, &ring, links)
    }
}

/// Hears who connected; somebody else than a rank is sent away.
fn welcome(stream: TcpStream, from: SocketAddr) -> Option<Guest> {
    prompt(&stream).ok()?;
    stream.set_read_timeout(Some(HELLO)).ok()?;
    match frame::receive(&mut &stream) {
        Ok(Message::Hello { version, name, ring_port }) if version == VERSION => {
            let guest = Guest { name, ip: from.ip().to_canonical(), ring_port, stream };
            guest.is_told().then_some(guest)
        }
        Ok(Message::Hello { .. }) => {
            // Whoever is gone already needs no answer.
            let _ = frame::send(&mut &stream, &Message::Refused { version: VERSION.to_owned() });
            None
        }
        _ => None,
    }
}
