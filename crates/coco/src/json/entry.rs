//! Fields of one entry of a list, with errors that name the entry.

use super::field::Field;
use crate::{Error, Result};

/// Accepted values, for errors.
pub(crate) mod accepted {
    pub const ID: &str = "a whole number";
    pub const CATEGORY: &str = "a whole number of at least 0";
    pub const COUNT: &str = "a whole number of at least 0";
    pub const SIDE: &str = "a whole number of pixels";
    pub const NUMBER: &str = "a finite number";
    pub const FLAG: &str = "0, 1, true or false";
    pub const TEXT: &str = "a string";
    pub const BOX: &str = "[x, y, width, height], four finite numbers";
    pub const JOINTS: &str = "[x, y, visibility, …], three finite numbers per joint";
}

/// An entry of a list in a file.
pub(crate) struct Entry<'a> {
    file: &'a str,
    list: &'static str,
    one: &'static str,
    position: usize,
    id: Option<i64>,
}

impl<'a> Entry<'a> {
    /// The entry at `position` of a list, whose entries have a name of their own.
    pub fn new(
        file: &'a str,
        (list, one): (&'static str, &'static str),
        position: usize,
        id: &Field<i64>,
    ) -> Self {
        let id = if let Field::Given(id) = id { Some(*id) } else { None };
        Self { file, list, one, position, id }
    }

    /// Name in messages: by its id, else by its position.
    pub fn name(&self) -> String {
        let Self { list, one, position, .. } = self;
        self.id.map_or_else(|| format!("{list}[{position}]"), |id| format!("{one} {id}"))
    }

    /// The value of a key, if it is there.
    pub fn get<T>(
        &self,
        key: &'static str,
        field: Field<T>,
        accepted: &'static str,
    ) -> Result<Option<T>> {
        match field {
            Field::Absent => Ok(None),
            Field::Given(value) => Ok(Some(value)),
            Field::Other(value) => Err(self.error(key, value, accepted)),
        }
    }

    /// The value of a key that must be there.
    pub fn required<T>(
        &self,
        key: &'static str,
        field: Field<T>,
        accepted: &'static str,
    ) -> Result<T> {
        self.get(key, field, accepted)?.ok_or_else(|| Error::Missing {
            file: self.file.into(),
            entry: self.name(),
            key,
            accepted,
        })
    }

    /// An error about the value of a key.
    pub fn error(&self, key: &'static str, value: String, accepted: &'static str) -> Error {
        Error::Value { file: self.file.into(), entry: self.name(), key, value, accepted }
    }
}
