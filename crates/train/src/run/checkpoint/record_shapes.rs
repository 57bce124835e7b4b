//! Shapes of the tensors in a framework record, read before the record is.
//!
//! The framework replaces a parameter by any tensor that its record holds: a record of another
//! network would train a network that is not the run's, or fail far from its cause. Checkpoints are
//! therefore compared with the network of the run first.

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::Module;
use burn::record::{FullPrecisionSettings, NamedMpkBytesRecorder, Recorder};
use burn::tensor::DType;
use burn::tensor::backend::Backend;
use rmpv::{Utf8StringRef, ValueRef};

use crate::error::{Error, Result};

/// Tensor of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Id of the parameter, under which the optimiser keeps its state.
    id: Option<String>,
    shape: Vec<usize>,
}

/// Tensors by their path in the record, names joined by dots.
#[derive(Debug)]
pub(crate) struct RecordShapes(BTreeMap<String, Entry>);

impl RecordShapes {
    /// Shapes in the record of a module.
    pub fn of_module<B: Backend>(module: impl Module<B>) -> Self {
        let recorder = NamedMpkBytesRecorder::<FullPrecisionSettings>::new();
        let bytes = recorder.record(module.into_record(), ()).expect("recording into memory");
        Self::parse(&bytes, Path::new("memory")).expect("the framework reads what it wrote")
    }

    /// Shapes in a record file.
    ///
    /// # Errors
    /// If the file is no record, or a tensor has fewer or more values than its shape says.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| Error::file("read", path, e))?;
        Self::parse(&bytes, path)
    }

    fn parse(mut bytes: &[u8], path: &Path) -> Result<Self> {
        let record = rmpv::decode::read_value_ref(&mut bytes)
            .map_err(|e| Error::file("read", path, format!("not a record: {e}")))?;
        let item = field(&record, "item")
            .ok_or_else(|| Error::file("read", path, "not a record: it has no item"))?;
        let mut entries = BTreeMap::new();
        collect(item, &mut Vec::new(), None, &mut entries)
            .map_err(|reason| Error::file("read", path, reason))?;
        Ok(Self(entries))
    }

    /// Compares the record of a network's parameters with the network's own.
    ///
    /// # Errors
    /// Names the first parameter that is absent, has another shape, or is not the network's.
    pub fn check_parameters(&self, network: &Self, path: &Path) -> Result<()> {
        for (key, Entry { shape, .. }) in &network.0 {
            match self.0.get(key) {
                None => return Err(foreign(path, key, "is absent", shape)),
                Some(found) if found.shape != *shape => {
                    return Err(foreign(path, key, format!("has shape {:?}", found.shape), shape));
                }
                Some(_) => {}
            }
        }
        match self.0.keys().find(|key| !network.0.contains_key(*key)) {
            Some(key) => Err(Error::file("read", path, format!("the run's network has no {key}"))),
            None => Ok(()),
        }
    }

    /// Compares an optimiser's record with that of the parameters beside it: every state belongs to one
    /// of them and has its shape.
    pub fn check_states(&self, parameters: &Self, path: &Path) -> Result<()> {
        let shapes: BTreeMap<&str, (&str, &[usize])> = parameters
            .0
            .iter()
            .filter_map(|(key, entry)| Some((entry.id.as_deref()?, (&**key, &*entry.shape))))
            .collect();
        for (key, Entry { shape: found, .. }) in &self.0 {
            let id = key.split('.').next().unwrap_or_default();
            let Some((parameter, shape)) = shapes.get(id) else {
                let reason = format!("{key} belongs to no parameter of the model beside it");
                return Err(Error::file("read", path, reason));
            };
            if found != shape {
                let key = format!("the state {key} of {parameter}");
                return Err(foreign(path, &key, format!("has shape {found:?}"), shape));
            }
        }
        Ok(())
    }
}

fn foreign(path: &Path, key: &str, found: impl std::fmt::Display, expected: &[usize]) -> Error {
    let reason = format!(
        "{key} {found}, the run's network expects {expected:?}; the checkpoint is of another network, or of an \
         earlier version of this program"
    );
    Error::file("read", path, reason)
}

/// Walks a record and collects its tensors: maps with values, shape and number format.
fn collect(
    value: &ValueRef<'_>,
    place: &mut Vec<String>,
    id: Option<&str>,
    entries: &mut BTreeMap<String, Entry>,
) -> Result<(), String> {
    if let Some(shape) = tensor_shape(value, &place.join("."))? {
        let id = id.map(str::to_owned);
        entries.insert(place.join("."), Entry { id, shape });
        return Ok(());
    }
    // A parameter is its identity beside its value.
    let own = text(field(value, "id")).filter(|_| field(value, "param").is_some());
    match value {
        ValueRef::Map(fields) => {
            for (name, value) in fields {
                let name = text(Some(name)).unwrap_or("?");
                // The levels that the framework adds carry no name of the network.
                let named = own.is_none();
                if named {
                    place.push(name.to_owned());
                }
                collect(value, place, own.or(id), entries)?;
                if named {
                    place.pop();
                }
            }
        }
        ValueRef::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                place.push(index.to_string());
                collect(value, place, id, entries)?;
                place.pop();
            }
        }
        _ => {}
    }
    Ok(())
}

fn tensor_shape(value: &ValueRef<'_>, place: &str) -> Result<Option<Vec<usize>>, String> {
    let (Some(values), Some(shape), Some(format)) =
        (field(value, "bytes"), field(value, "shape"), field(value, "dtype"))
    else {
        return Ok(None);
    };
    let ValueRef::Array(sides) = shape else { return Err(format!("{place} has no shape")) };
    let side = |side: &ValueRef<'_>| side.as_u64().and_then(|side| usize::try_from(side).ok());
    let shape: Vec<usize> =
        sides.iter().map(side).collect::<Option<_>>().ok_or(format!("{place} has no shape"))?;
    let ValueRef::Binary(bytes) = values else { return Err(format!("{place} has no values")) };
    if text(Some(format)) != Some(DType::F32.name().to_uppercase().as_str()) {
        return Err(format!("{place} is {format}, but checkpoints hold F32"));
    }
    let count = shape.iter().try_fold(1usize, |count, &side| count.checked_mul(side));
    if count.and_then(|count| count.checked_mul(size_of::<f32>())) != Some(bytes.len()) {
        let found = bytes.len() / size_of::<f32>();
        return Err(format!("{place} has shape {shape:?}, but {found} values"));
    }
    Ok(Some(shape))
}

fn field<'a>(value: &'a ValueRef<'a>, name: &str) -> Option<&'a ValueRef<'a>> {
    let ValueRef::Map(fields) = value else { return None };
    fields.iter().find(|(key, _)| text(Some(key)) == Some(name)).map(|(_, value)| value)
}

fn text<'a>(value: Option<&'a ValueRef<'a>>) -> Option<&'a str> {
    match value {
        Some(ValueRef::String(text)) => Utf8StringRef::as_str(text),
        _ => None,
    }
}
