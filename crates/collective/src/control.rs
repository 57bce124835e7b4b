//! Connections between the host and the others: signs of life, and the news that somebody is gone.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, reason};
use crate::frame::{self, Message};

/// Time between signs of life.
pub(crate) const BEAT: Duration = Duration::from_secs(1);
/// Time without a sign of life after which a rank counts as gone.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);

/// Watch over the ranks of a group.
pub(crate) struct Control(Arc<State>);

struct State {
    rank: usize,
    names: Vec<String>,
    links: Vec<Link>,
    /// Connections of the ring, shut down to end waits.
    ring: Vec<TcpStream>,
    news: Mutex<News>,
    changed: Condvar,
}

/// Connection to a rank: from the host to all others, from them to the host.
struct Link {
    rank: usize,
    stream: TcpStream,
    /// Held while writing, so that messages do not mix.
    writing: Mutex<()>,
}

#[derive(Default)]
struct News {
    /// The first rank that is gone, and how it ended.
    left: Option<(usize, String)>,
    /// Ranks at the other ends that need nothing any more.
    done: Vec<usize>,
    /// Whether this rank left the group.
    is_over: bool,
}

impl Control {
    /// Starts to watch over the ranks at the other ends of `links`.
    pub fn start(
        rank: usize,
        names: Vec<String>,
        links: Vec<(usize, TcpStream)>,
        ring: Vec<TcpStream>,
    ) -> Self {
        let link = |(rank, stream)| Link { rank, stream, writing: Mutex::new(()) };
        let links = links.into_iter().map(link).collect();
        let (news, changed) = (Mutex::new(News::default()), Condvar::new());
        let state = Arc::new(State { rank, names, links, ring, news, changed });
        for place in 0..state.links.len() {
            let state = Arc::clone(&state);
            thread::spawn(move || state.listen(&state.links[place]));
        }
        if !state.links.is_empty() {
            let state = Arc::clone(&state);
            thread::spawn(move || state.beat());
        }
        Self(state)
    }

    /// The rank of this process.
    pub fn rank(&self) -> usize {
        self.0.rank
    }

    /// Names of all ranks.
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// Notes that a rank is gone and tells the others.
    pub fn lose(&self, rank: usize, reason: &str) {
        self.0.lose(rank, reason);
    }

    /// The rank that is gone, waiting for the news of it for up to `patience`.
    pub fn lost(&self, patience: Duration) -> Option<Error> {
        let end = Instant::now() + patience;
        let mut news = self.0.lock();
        loop {
            if let Some((rank, reason)) = &news.left {
                return Some(self.0.error(*rank, reason.clone()));
            }
            let rest = end.checked_duration_since(Instant::now())?;
            news = self.0.wait(news, rest);
        }
    }

    /// Leaves the group once nobody needs anything any more, or somebody is gone: all tell the host, which tells all.
    pub fn finish(&self) {
        let is_host = self.0.rank == 0;
        if !is_host {
            self.0.tell(&Message::Done, None);
        }
        let mut news = self.0.lock();
        while news.left.is_none() && news.done.len() < self.0.links.len() {
            news = self.0.wait(news, SILENCE);
        }
        drop(news);
        if is_host {
            self.0.tell(&Message::Done, None);
        }
        self.0.close();
    }

    /// Leaves the group and ends it with this reason for the others.
    pub fn abandon(&self, reason: &str) {
        if !self.0.lock().is_over {
            self.0.lose(self.0.rank, reason);
            self.0.close();
        }
    }
}

impl State {
    /// Reads what the other end of a connection says until it has no more to say.
    fn listen(&self, link: &Link) {
        let mut stream = &link.stream;
        let limited = stream.set_read_timeout(Some(SILENCE));
        loop {
            match limited
                .as_ref()
                .map_err(reason)
                .and_then(|()| frame::receive(&mut stream).map_err(|error| reason(&error)))
            {
                Ok(Message::Left { rank, reason }) => return self.lose(rank, &reason),
                Ok(Message::Done) => {
                    self.lock().done.push(link.rank);
                    self.changed.notify_all();
                    return;
                }
                Ok(_) => {}
                Err(reason) => {
                    if !self.lock().is_over {
                        self.lose(link.rank, &reason);
                    }
                    return;
                }
            }
        }
    }

    /// Gives signs of life until this rank leaves.
    fn beat(&self) {
        let mut news = self.lock();
        while !news.is_over {
            drop(news);
            self.tell(&Message::Alive, None);
            news = self.wait(self.lock(), BEAT);
        }
    }

    /// Notes the first rank that is gone, tells the others and ends their waits and those here.
    fn lose(&self, rank: usize, reason: &str) {
        let mut news = self.lock();
        if news.left.is_some() || news.is_over {
            return;
        }
        // Told before anybody here knows: whoever does leaves and closes the connections.
        self.tell(&Message::Left { rank, reason: reason.to_owned() }, Some(rank));
        news.left = Some((rank, reason.to_owned()));
        drop(news);
        self.changed.notify_all();
        for stream in &self.ring {
            // One that is closed already needs nothing.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Sends a message to the other ends, but not to the rank `except`.
    fn tell(&self, message: &Message, except: Option<usize>) {
        for link in self.links.iter().filter(|link| Some(link.rank) != except) {
            let _writing = link.writing.lock().unwrap_or_else(PoisonError::into_inner);
            // Who cannot be reached is found by the thread that listens.
            let _ = frame::send(&mut &link.stream, message);
        }
    }

    fn close(&self) {
        self.lock().is_over = true;
        self.changed.notify_all();
        for stream in self.links.iter().map(|link| &link.stream).chain(&self.ring) {
            // One that is closed already needs nothing.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn error(&self, rank: usize, reason: String) -> Error {
        Error::Left { rank, ranks: self.names.len(), name: self.names[rank].clone(), reason }
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, news: MutexGuard<'a, News>, time: Duration) -> MutexGuard<'a, News> {
        self.changed.wait_timeout(news, time).unwrap_or_else(PoisonError::into_inner).0
    }
}
