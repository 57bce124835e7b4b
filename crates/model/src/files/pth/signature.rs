//! Kinds of files told apart by their first bytes, so that a wrong one is named for what it is.

use std::io::Read;

use super::outcome::Outcome;

/// Bytes that tell.
const HEAD: u64 = 512;
/// Bytes of a safetensors header's length.
const LENGTH: usize = 8;
/// First instruction of a pickle of protocol 2 or later.
const PROTOCOL: u8 = 0x80;

/// Kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::files) enum Signature {
    /// Zip archive: a checkpoint of PyTorch 1.6 or later.
    Zip,
    /// Pickle: a checkpoint of an earlier PyTorch.
    Pickle,
    /// Weights in the safetensors format.
    Safetensors,
    /// Text that stands for a file in Git LFS.
    LfsPointer,
    /// HTML: an error page or a confirmation in the place of a download.
    WebPage,
    /// No bytes.
    Empty,
    /// Anything else.
    Unknown,
}

impl Signature {
    /// The kind of what a reader gives from its beginning.
    pub fn read(reader: &mut impl Read) -> Outcome<Self> {
        let mut head = Vec::new();
        reader.take(HEAD).read_to_end(&mut head).map_err(|e| e.to_string())?;
        Ok(Self::of(&head))
    }

    /// The kind of a file that begins with these bytes.
    pub fn of(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&head[..head.len().min(HEAD as usize)]);
        let text = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
        match head {
            [] => Self::Empty,
            // First, for the length in front of a header may begin like anything.
            _ if head.get(LENGTH) == Some(&b'{') && head[LENGTH - 1] == 0 => Self::Safetensors,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            [PROTOCOL, ..] => Self::Pickle,
            _ if text.starts_with("version https://git-lfs") => Self::LfsPointer,
            _ if text.starts_with("<!doctype") || text.starts_with("<html") => Self::WebPage,
            _ if text.starts_with("<?xml") || text.starts_with("<head") => Self::WebPage,
            _ => Self::Unknown,
        }
    }

    /// The kind in words, as the end of a sentence about the file.
    pub fn description(self) -> &'static str {
        match self {
            Self::Zip | Self::Pickle => "it is a PyTorch checkpoint; use import",
            Self::Safetensors => {
                "it is a safetensors file; networks of this program need no import, whatever their name"
            }
            Self::LfsPointer => {
                "it is a Git LFS pointer, a few lines in the place of the file; \
                 fetch the file itself with git lfs pull"
            }
            Self::WebPage => "it is a web page: the download did not give the file",
            Self::Empty => "it is empty",
            Self::Unknown => "it is neither a zip archive nor a pickle",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Signature;

    #[test]
    fn kinds_are_told_by_their_first_bytes() {
        let kinds: [(&[u8], Signature); 9] = [
            (b"", Signature::Empty),
            (b"PK\x03\x04rest", Signature::Zip),
            (b"\x80\x02\x8a\x0a", Signature::Pickle),
            (b"\x40\0\0\0\0\0\0\0{\"a\":", Signature::Safetensors),
            (b"\x80\x02\0\0\0\0\0\0{\"a\":", Signature::Safetensors),
            (b"version https://git-lfs.github.com/spec/v1\n", Signature::LfsPointer),
            (b"\n<!DOCTYPE html><html>", Signature::WebPage),
            (b"\xef\xbb\xbf<html>", Signature::WebPage),
            (b"plain words", Signature::Unknown),
        ];
        for (head, kind) in kinds {
            assert_eq!(Signature::of(head), kind, "{head:?}");
        }
    }
}
