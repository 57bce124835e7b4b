//! Checkpoints since PyTorch 1.6: a zip archive of a pickle and one entry per storage.
//!
//! Entries are `NAME/data.pkl`, `NAME/data/KEY` and `NAME/byteorder`, stored without compression.

use std::fs::File;
use std::io::BufReader;

use zip::ZipArchive;
use zip::read::ZipFile;

use super::input::Input;
use super::outcome::Outcome;
use super::pickle::Pickle;

/// Entry of the pickled object, behind the archive's name.
const OBJECT: &str = "data.pkl";
/// Bytes of the longest byte order.
const BYTE_ORDER: u64 = 16;

/// An open archive.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// Prefix of all entries, with its slash.
    root: String,
}

impl Archive {
    /// Opens an archive and reads its object.
    pub fn open(file: BufReader<File>) -> Outcome<(Self, Pickle)> {
        let zip = ZipArchive::new(file)
            .map_err(|e| format!("its zip archive is cut off or damaged: {e}"))?;
        let object = zip.file_names().find(|name| {
            name.strip_suffix(OBJECT).is_some_and(|root| root.is_empty() || root.ends_with('/'))
        });
        let object = object.ok_or_else(|| format!("its zip archive has no entry {OBJECT}"))?;
        let root = object[..object.len() - OBJECT.len()].to_owned();
        let mut archive = Self { zip, root };
        archive.check_byte_order()?;
        let entry = archive.entry(OBJECT)?;
        let length = entry.size();
        let pickle = Pickle::read(&mut Input::new(BufReader::new(entry), length))
            .map_err(|reason| format!("entry {OBJECT}: {reason}"))?;
        Ok((archive, pickle))
    }

    /// The bytes of a storage, of which there must be `expected`.
    pub fn storage(&mut self, key: &str, expected: u64) -> Outcome<Vec<u8>> {
        let name = format!("data/{key}");
        let entry = self.entry(&name)?;
        let length = entry.size();
        if length != expected {
            return Err(format!("storage {name} has {length} bytes instead of {expected}"));
        }
        let mut input = Input::new(entry, length);
        input.read_to_end().map_err(|reason| format!("storage {name}: {reason}"))
    }

    fn check_byte_order(&mut self) -> Outcome<()> {
        if self.zip.index_for_name(&format!("{}byteorder", self.root)).is_none() {
            return Ok(());
        }
        let entry = self.entry("byteorder")?;
        let length = entry.size();
        if length > BYTE_ORDER {
            return Err(format!("entry byteorder has {length} bytes"));
        }
        let order = Input::new(entry, length).read_to_end()?;
        match String::from_utf8_lossy(&order).trim() {
            "little" => Ok(()),
            other => Err(format!("its numbers are {other}-endian, accepted: little")),
        }
    }

    /// An entry that is stored as it is.
    fn entry(&mut self, name: &str) -> Outcome<ZipFile<'_, BufReader<File>>> {
        let entry = self.zip.by_name(&format!("{}{name}", self.root));
        let entry = entry.map_err(|e| format!("entry {name} of its zip archive: {e}"))?;
        if entry.size() != entry.compressed_size() {
            return Err(format!("entry {name} of its zip archive is compressed, accepted: stored"));
        }
        Ok(entry)
    }
}
