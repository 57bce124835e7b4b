//! An open checkpoint: what it lists, and the reading of wanted tensors.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::archive::Archive;
use super::legacy::Legacy;
use super::listing::{self, Entry};
use super::outcome::Outcome;
use super::signature::Signature;
use crate::error::{Error, Result};
use crate::files::parameters::NamedTensors;

/// A checkpoint whose tensors are listed and not read yet.
pub(in crate::files) struct PthFile {
    path: PathBuf,
    /// Bytes.
    length: u64,
    storages: Storages,
    entries: Vec<Entry>,
}

/// Access to the values, by format.
enum Storages {
    Archive(Archive),
    Legacy(Legacy),
}

impl PthFile {
    /// Opens a checkpoint of either format and lists its tensors.
    ///
    /// # Errors
    /// Says what the file is if it is no checkpoint, and what is damaged otherwise.
    pub fn open(path: &Path) -> Result<Self> {
        let read = |reason: String| Error::read(path, reason);
        let mut file = File::open(path).map_err(|e| Error::read(path, e))?;
        let length = file.metadata().map_err(|e| Error::read(path, e))?.len();
        let signature = Signature::read(&mut file).map_err(read)?;
        file.seek(SeekFrom::Start(0)).map_err(|e| Error::read(path, e))?;
        let file = BufReader::new(file);
        let (storages, pickle) = match signature {
            Signature::Zip => {
                let (archive, pickle) = Archive::open(file).map_err(read)?;
                (Storages::Archive(archive), pickle)
            }
            Signature::Pickle => {
                let (legacy, pickle) = Legacy::open(file, length).map_err(read)?;
                (Storages::Legacy(legacy), pickle)
            }
            other => {
                return Err(Error::Format {
                    path: path.to_owned(),
                    expected: "a PyTorch checkpoint",
                    reason: other.description().to_owned(),
                });
            }
        };
        let entries = listing::entries(&pickle).map_err(read)?;
        Ok(Self { path: path.to_owned(), length, storages, entries })
    }

    /// Names of the floating-point tensors in the order of the file: keys of nested dictionaries,
    /// joined by dots.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Reads tensors as float32, in logical order whatever their strides. `wanted` maps names of the
    /// file to those of the result.
    ///
    /// # Errors
    /// Names the key whose storage is absent, cut off or of another size.
    pub fn read(self, wanted: &BTreeMap<String, String>) -> Result<NamedTensors> {
        let Self { path, length, mut storages, entries } = self;
        let read = |reason: String| Error::read(&path, reason);
        // A key that a dictionary has twice has its later value.
        let listed: BTreeMap<&str, &Entry> = entries.iter().map(|e| (&*e.name, e)).collect();
        let mut by_storage: BTreeMap<&str, Users<'_>> = BTreeMap::new();
        let mut claimed = 0u64;
        for (name, own) in wanted {
            let Some(entry) = listed.get(&**name) else { continue };
            claimed = claimed.saturating_add(entry.tensor.bytes());
            by_storage.entry(&entry.storage).or_default().push((entry, own));
        }
        if claimed > length {
            return Err(read(format!("its tensors claim {claimed} bytes of {length}")));
        }
        let mut tensors = NamedTensors::new();
        storages
            .visit(&by_storage, &mut |users, bytes| {
                for (entry, name) in users {
                    let of = |reason| format!("key {}: {reason}", entry.name);
                    let data = entry.tensor.gather(bytes).map_err(of)?;
                    tensors.insert((*name).clone(), data);
                }
                Ok(())
            })
            .map_err(read)?;
        let mut users = by_storage.values().flatten();
        match users.find(|(_, own)| !tensors.contains_key(*own)) {
            Some((Entry { name, storage, .. }, _)) => {
                Err(read(format!("key {name}: its storage {storage} is missing")))
            }
            None => Ok(tensors),
        }
    }
}

/// Tensors that share a storage, with their names in the result.
type Users<'a> = Vec<(&'a Entry, &'a String)>;
/// Receives a storage's bytes and its tensors.
type Visit<'v> = dyn FnMut(&Users<'_>, &[u8]) -> Outcome<()> + 'v;

impl Storages {
    fn visit(&mut self, wanted: &BTreeMap<&str, Users<'_>>, visit: &mut Visit<'_>) -> Outcome<()> {
        match self {
            Self::Archive(archive) => {
                for (key, users) in wanted {
                    let (entry, _) = users[0];
                    let bytes = archive
                        .storage(key, entry.tensor.storage_bytes())
                        .map_err(|reason| format!("key {}: {reason}", entry.name))?;
                    visit(users, &bytes)?;
                }
                Ok(())
            }
            Self::Legacy(legacy) => legacy.visit(&mut |key, storage| {
                let Some(users) = wanted.get(key) else { return storage.skip() };
                let bytes = storage
                    .bytes()
                    .map_err(|reason| format!("key {}: {reason}", users[0].0.name))?;
                visit(users, &bytes)
            }),
        }
    }
}
