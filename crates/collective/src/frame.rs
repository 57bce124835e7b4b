//! Messages of the control connection: JSON behind its length.

use std::io::{self, Read, Write};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Longest message, in bytes.
const LONGEST: u32 = 1 << 20;

/// Version of the messages and of what both sides must do alike.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Message between the host and another rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Message {
    /// First word of one who joins.
    Hello {
        /// Version of its program.
        version: String,
        /// Its name in messages.
        name: String,
        /// Port at which its predecessor in the ring finds it.
        ring_port: u16,
    },
    /// The host's answer once everyone is there.
    Welcome(Welcome),
    /// The host's answer to another version.
    Refused {
        /// Version of the host.
        version: String,
    },
    /// The sender is well.
    Alive,
    /// A rank is gone.
    Left {
        /// The rank.
        rank: usize,
        /// How it ended.
        reason: String,
    },
    /// The sender needs the others no more.
    Done,
}

/// Place of a rank among the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Welcome {
    /// Rank of the receiver.
    pub rank: usize,
    /// Names of all ranks.
    pub names: Vec<String>,
    /// Machine of the next rank in the ring; none: the host's.
    pub next: Option<IpAddr>,
    /// Port of the next rank.
    pub next_port: u16,
    /// Number that members of this group show one another.
    pub token: u64,
    /// Task of the group, in a format of the caller.
    pub task: String,
}

/// Writes a message.
pub(crate) fn send(to: &mut impl Write, message: &Message) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let mut bytes = (text.len() as u32).to_le_bytes().to_vec();
    bytes.extend(text);
    to.write_all(&bytes)
}

/// Reads a message.
pub(crate) fn receive(from: &mut impl Read) -> io::Result<Message> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no message of this program"));
    }
    let mut text = vec![0; length as usize];
    from.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_as_they_went() {
        let next = Some("10.0.0.7".parse().unwrap());
        let names = vec!["a".to_owned(), "b".to_owned()];
        let task = "to train".to_owned();
        let welcome = Welcome { rank: 1, names, next, next_port: 2, token: u64::MAX, task };
        let mut bytes = Vec::new();
        let sent = [Message::Welcome(welcome), Message::Alive, Message::Done];
        for message in &sent {
            send(&mut bytes, message).unwrap();
        }
        let mut bytes = bytes.as_slice();
        for message in sent {
            assert_eq!(receive(&mut bytes).unwrap(), message);
        }
        assert!(receive(&mut bytes).is_err());
    }

    /// Somebody else at the address, such as a browser.
    #[test]
    fn foreign_words_are_refused() {
        let error = receive(&mut b"GET / HTTP/1.1\r\n".as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
