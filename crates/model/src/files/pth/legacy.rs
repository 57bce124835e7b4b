//! Checkpoints before PyTorch 1.6: pickles and raw storages one after another.
//!
//! Order: magic number, protocol, properties of the writing system, the object, the keys of the
//! storages; then, per key, the number of elements as eight bytes, and the elements.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;

use super::element::Element;
use super::input::Input;
use super::outcome::Outcome;
use super::pickle::{Pickle, Value};

/// First number of every such file.
const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
/// The only version of the format.
const PROTOCOL: i128 = 1001;
/// Bytes of a storage's number of elements.
const COUNT: usize = 8;

/// An open file, read up to its storages.
pub(super) struct Legacy {
    input: Input<BufReader<File>>,
    /// In the order of the file.
    keys: Vec<String>,
    /// Element type and number of elements by key, from the object.
    storages: HashMap<String, (Option<Element>, u64)>,
}

/// The storage in front of the reader.
pub(super) struct NextStorage<'a> {
    input: &'a mut Input<BufReader<File>>,
    /// Bytes.
    length: u64,
}

impl NextStorage<'_> {
    /// Its bytes.
    pub fn bytes(self) -> Outcome<Vec<u8>> {
        self.input.bytes(self.length)
    }

    /// Passes over it; it must be there all the same.
    pub fn skip(self) -> Outcome<()> {
        self.input.skip(self.length)
    }
}

impl Legacy {
    /// Reads everything in front of the storages.
    pub fn open(file: BufReader<File>, length: u64) -> Outcome<(Self, Pickle)> {
        let mut input = Input::new(file, length);
        for (expected, name) in [(MAGIC, "magic number"), (PROTOCOL, "protocol")] {
            let pickle = Pickle::read(&mut input)?;
            if !matches!(pickle.value(pickle.root()), Value::Int(found) if *found == expected) {
                return Err(format!("it is a pickle without PyTorch's {name}"));
            }
        }
        check_byte_order(&Pickle::read(&mut input)?)?;
        let object = Pickle::read(&mut input)?;
        let list = Pickle::read(&mut input)?;
        let text = |&index: &usize| match list.value(index) {
            Value::Text(key) => Ok(key.clone()),
            _ => Err("a key of a storage that is not text".to_owned()),
        };
        let Value::List(keys) = list.value(list.root()) else {
            return Err("the list of its storages is missing".to_owned());
        };
        let keys = keys.iter().map(text).collect::<Outcome<_>>()?;
        let storages =
            object.storages().map(|s| (object.text(s.key).to_owned(), (s.element, s.count)));
        let storages = storages.collect();
        Ok((Self { input, keys, storages }, object))
    }

    /// Goes through all storages in the order of the file. `visit` takes or skips each.
    ///
    /// # Errors
    /// If the file ends before the last storage does, wanted or not, or if a storage has another
    /// number of elements than the object says.
    pub fn visit(
        &mut self,
        visit: &mut dyn FnMut(&str, NextStorage<'_>) -> Outcome<()>,
    ) -> Outcome<()> {
        for key in &self.keys {
            let count = self.input.length(COUNT)?;
            let Some(&(Some(element), expected)) = self.storages.get(key) else {
                return Err(format!("storage {key} is of an unknown type"));
            };
            let length = count.checked_mul(element.bytes() as u64);
            let Some(length) = length.filter(|_| count == expected) else {
                return Err(format!("storage {key} has {count} elements instead of {expected}"));
            };
            visit(key, NextStorage { input: &mut self.input, length })?;
        }
        Ok(())
    }
}

fn check_byte_order(system: &Pickle) -> Outcome<()> {
    match system.entry(system.root(), "little_endian") {
        Some(Value::Int(0)) => Err("its numbers are big-endian, accepted: little".to_owned()),
        _ => Ok(()),
    }
}
