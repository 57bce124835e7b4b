//! Evaluation: weights, data and settings under which candidates are scored.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Key of the number of parts in a document.
const PARTS: &str = "one picture in";
/// Bytes that are read at a time.
const BLOCK: usize = 1 << 20;

/// Weights, data and settings under which candidates are scored. Two evaluations with equal documents give a
/// candidate equal scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Digest of the document.
    pub key: String,
    /// Everything that scores depend on, besides the architecture.
    pub document: Value,
}

impl Evaluation {
    /// The evaluation of a document.
    pub fn new(document: Value) -> Self {
        Self { key: digest_of_text(&document.to_string()), document }
    }

    /// The evaluation on one in `parts` of the held-out data; itself for 1.
    #[must_use]
    pub fn part(&self, parts: usize) -> Self {
        if parts == 1 {
            return self.clone();
        }
        let mut document = self.document.clone();
        document[PARTS] = parts.into();
        Self::new(document)
    }

    /// Number of parts that the held-out data of a document is cut into, of which one is looked at.
    pub fn parts(document: &Value) -> u64 {
        document[PARTS].as_u64().unwrap_or(1)
    }
}

/// SHA-256 of a text, in hexadecimal digits.
pub fn digest_of_text(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// If it cannot be read.
pub fn digest_of_file(path: &Path) -> Result<String> {
    let failed = |e| Error::file("read", path, e);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; BLOCK]);
    loop {
        match file.read(&mut block).map_err(failed)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&block[..read]),
        }
    }
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_follow_from_contents() {
        let key = |value| Evaluation::new(value).key;
        assert_eq!(key(json!({ "a": 1, "b": 2 })), key(json!({ "b": 2, "a": 1 })));
        assert_ne!(key(json!({ "a": 1 })), key(json!({ "a": 2 })));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        std::fs::write(&path, "abc").expect("writable");
        let digest = digest_of_file(&path).expect("readable");
        assert_eq!(&digest[..16], "ba7816bf8f01cfea");
        assert!(digest_of_file(&folder.path().join("y")).is_err());
    }
}
