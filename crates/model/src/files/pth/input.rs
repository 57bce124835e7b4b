//! Bytes of a file or an archive's entry, with a count of those that remain: no length that stands
//! in the file is believed beyond it.

use std::io::{self, Read};

use super::outcome::Outcome;

/// Reader that knows how many bytes remain.
pub(super) struct Input<R> {
    reader: R,
    remaining: u64,
}

impl<R: Read> Input<R> {
    /// A reader of `length` bytes.
    pub fn new(reader: R, length: u64) -> Self {
        Self { reader, remaining: length }
    }

    /// The next byte.
    pub fn byte(&mut self) -> Outcome<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        self.claim(N as u64)?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|e| reason(&e))?;
        Ok(bytes)
    }

    /// The next `count` bytes.
    pub fn bytes(&mut self, count: u64) -> Outcome<Vec<u8>> {
        self.claim(count)?;
        let mut bytes = vec![0; usize::try_from(count).map_err(|e| e.to_string())?];
        self.reader.read_exact(&mut bytes).map_err(|e| reason(&e))?;
        Ok(bytes)
    }

    /// All bytes that remain.
    pub fn read_to_end(&mut self) -> Outcome<Vec<u8>> {
        let bytes = self.bytes(self.remaining)?;
        // Readers of an archive compare its checksum at the end.
        match self.reader.read(&mut [0]).map_err(|e| reason(&e))? {
            0 => Ok(bytes),
            _ => Err("more bytes than its length says".to_owned()),
        }
    }

    /// Passes over `count` bytes.
    pub fn skip(&mut self, count: u64) -> Outcome<()> {
        self.claim(count)?;
        let mut part = self.reader.by_ref().take(count);
        let skipped = io::copy(&mut part, &mut io::sink()).map_err(|e| reason(&e))?;
        if skipped == count { Ok(()) } else { Err(CUT_OFF.to_owned()) }
    }

    /// Text up to the next line feed, which is left out.
    pub fn line(&mut self) -> Outcome<String> {
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => return Ok(String::from_utf8_lossy(&line).into_owned()),
                byte => line.push(byte),
            }
        }
    }

    /// An unsigned little-endian number of `size` bytes, at most 8.
    pub fn length(&mut self, size: usize) -> Outcome<u64> {
        let mut number = 0;
        for place in 0..size {
            number |= u64::from(self.byte()?) << (8 * place);
        }
        Ok(number)
    }

    fn claim(&mut self, count: u64) -> Outcome<()> {
        self.remaining = self.remaining.checked_sub(count).ok_or(CUT_OFF)?;
        Ok(())
    }
}

/// Reason of a file that ends too early.
const CUT_OFF: &str = "the file is cut off";

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => CUT_OFF.to_owned(),
        _ => error.to_string(),
    }
}
