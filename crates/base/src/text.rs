//! Text of foreign files: UTF-8, with or without a byte order mark.

use std::fs;
use std::io;
use std::path::Path;

/// Mark that editors on Windows write before UTF-8.
const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
/// Marks of UTF-16, in both byte orders.
const MARKS_OF_UTF_16: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];

/// Bytes that are no UTF-8 text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Encoding {
    /// UTF-16, by its byte order mark.
    #[error("the encoding is UTF-16; accepted: UTF-8, as which editors and exporters can save it")]
    Utf16,
    /// Bytes that no text in UTF-8 has.
    #[error("the encoding is not UTF-8 (byte {at}); accepted: UTF-8")]
    NotUtf8 {
        /// Position of the first such byte, from 0.
        at: usize,
    },
}

impl From<Encoding> for io::Error {
    fn from(error: Encoding) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Bytes behind the byte order mark of UTF-8, if there is one.
///
/// # Errors
/// For UTF-16.
pub fn without_mark(bytes: &[u8]) -> Result<&[u8], Encoding> {
    if MARKS_OF_UTF_16.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(Encoding::Utf16);
    }
    Ok(bytes.strip_prefix(&MARK).unwrap_or(bytes))
}

/// Text without its byte order mark.
///
/// # Errors
/// For other encodings.
pub fn decode(bytes: &[u8]) -> Result<&str, Encoding> {
    let text = without_mark(bytes)?;
    std::str::from_utf8(text).map_err(|error| Encoding::NotUtf8 { at: error.valid_up_to() })
}

/// Text of a file, without its byte order mark.
///
/// # Errors
/// When the file cannot be read or has another encoding.
pub fn read(path: &Path) -> io::Result<String> {
    Ok(decode(&fs::read(path)?)?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_passed_over_and_other_encodings_are_named() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\n"), Ok("a\r\n"));
        assert_eq!(decode("ä".as_bytes()), Ok("ä"));
        assert_eq!(decode(b"\xFF\xFEa\0"), Err(Encoding::Utf16));
        assert_eq!(decode(b"\xFE\xFF\0a"), Err(Encoding::Utf16));
        assert_eq!(decode(b"ab\xE4"), Err(Encoding::NotUtf8 { at: 2 }));
    }
}
