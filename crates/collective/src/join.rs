//! Joining a host.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use crate::control::SILENCE;
use crate::error::{Error, Result, reason};
use crate::frame::{self, Message, VERSION};
use crate::group::{Group, prompt};

/// Time between attempts to reach the host.
const PAUSE: Duration = Duration::from_millis(100);

/// Words for a wait that was given up.
const STOPPED: &str = "waiting was stopped";

impl Group {
    /// Joins the host at an address, `HOST:PORT`, trying for so long to reach it; gives the task that the host set. `go_on` is
    /// asked all the while; its `false` gives up.
    ///
    /// # Errors
    /// If nobody answers there, the host is of another version, waiting is given up, or somebody leaves while all find
    /// one another.
    pub fn join(
        address: &str,
        name: &str,
        patience: Duration,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<(Self, String)> {
        let failed = |reason: String| Error::Join { address: address.to_owned(), reason };
        let io = |error: io::Error| failed(reason(&error));
        let stream = reach(address, patience, go_on).map_err(io)?;
        prompt(&stream).map_err(io)?;
        let host = stream.peer_addr().map_err(io)?;
        let any: IpAddr = match host {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let ring = TcpListener::bind((any, 0)).map_err(io)?;
        let ring_port = ring.local_addr().map_err(io)?.port();
        let (version, name) = (VERSION.to_owned(), name.to_owned());
        let hello = Message::Hello { version, name, ring_port };
        frame::send(&mut &stream, &hello).map_err(io)?;
        let welcome = match answer(&stream, go_on).map_err(io)? {
            Message::Welcome(welcome) => welcome,
            Message::Refused { version: expected } => {
                let (name, found) = ("this process".to_owned(), VERSION.to_owned());
                return Err(Error::Version { name, found, expected });
            }
            _ => return Err(failed("it does not say where to go".to_owned())),
        };
        let task = welcome.task.clone();
        let next = SocketAddr::new(welcome.next.unwrap_or(host.ip()), welcome.next_port);
        Ok((Self::meet(welcome, next, &ring, vec![(0, stream)])?, task))
    }
}

/// The host's answer, which comes when all are there; until then it gives signs of life.
fn answer(mut stream: &TcpStream, go_on: &mut dyn FnMut() -> bool) -> io::Result<Message> {
    let mut heard = Instant::now();
    loop {
        stream.set_read_timeout(Some(PAUSE))?;
        match stream.peek(&mut [0]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {
                stream.set_read_timeout(Some(SILENCE))?;
                heard = Instant::now();
                match frame::receive(&mut stream)? {
                    Message::Alive => {}
                    message => return Ok(message),
                }
            }
            Err(error) if heard.elapsed() > SILENCE || !is_timeout(&error) => return Err(error),
            Err(_) if go_on() => {}
            Err(_) => return Err(io::Error::other(STOPPED)),
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Connects to the host, which may come later than those who join it.
fn reach(
    address: &str,
    patience: Duration,
    go_on: &mut dyn FnMut() -> bool,
) -> io::Result<TcpStream> {
    let end = Instant::now() + patience;
    loop {
        let reached = address.to_socket_addrs().and_then(|mut addresses| {
            let none = || io::Error::from(io::ErrorKind::AddrNotAvailable);
            let address = addresses.next().ok_or_else(none)?;
            TcpStream::connect_timeout(&address, SILENCE)
        });
        match reached {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            Err(_) if !go_on() => return Err(io::Error::other(STOPPED)),
            Err(_) if Instant::now() < end => thread::sleep(PAUSE),
            reached => return reached,
        }
    }
}
