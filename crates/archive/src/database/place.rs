//! Place of a database.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::dialect::Dialect;
use crate::error::Error;

/// Place of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file of SQLite, which is made where it is missing.
    File(PathBuf),
    /// A server of PostgreSQL.
    Server(String),
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => {
                Ok(Self::Server(text.to_owned()))
            }
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            None if !text.is_empty() => Ok(Self::File(text.into())),
            _ => Err(Error::Place { place: without_password(text) }),
        }
    }
}

impl Place {
    /// The place for messages, without a password.
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server(url) => without_password(url),
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::File(_) => Dialect::Sqlite,
            Self::Server(_) => Dialect::Postgres,
        }
    }

    pub(super) fn url(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite://{}?mode=rwc", escaped(path)),
            Self::Server(url) => url.clone(),
        }
    }
}

/// A path within an address.
fn escaped(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                text.push(char::from(*byte));
            }
            other => {
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
    text
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_paths_or_addresses() {
        let parse = |text: &str| text.parse::<Place>();
        assert_eq!(parse("a b/x.sqlite").unwrap(), Place::File("a b/x.sqlite".into()));
        assert_eq!(parse("a b/ä.db").unwrap().url(), "sqlite://a%20b/%C3%A4.db?mode=rwc");
        assert_eq!(parse("sqlite:///tmp/x").unwrap(), Place::File("/tmp/x".into()));
        let server = parse("postgres://me:secret@host:1/db").unwrap();
        assert_eq!(server.shown(), "postgres://me@host:1/db");
        for wrong in ["", "mysql://a:secret@b/c", "postgres://"] {
            let said = parse(wrong).unwrap_err().to_string();
            assert!(said.contains("accepted") && !said.contains("secret"), "{said}");
        }
    }
}
