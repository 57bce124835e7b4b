//! Tensors of a pickled object under the dotted names of the dictionaries that hold them.

use std::collections::{HashSet, VecDeque};

use super::outcome::Outcome;
use super::pickle::{Pickle, Value};
use super::tensor::TensorView;

/// Dictionaries inside one another that are looked into.
const MAX_DEPTH: usize = 8;
/// Bytes of all names together, above those of any network.
const MAX_NAME_BYTES: usize = 1 << 26;

/// A floating-point tensor of a checkpoint.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Keys from the outermost dictionary to the tensor, joined by dots.
    pub name: String,
    /// Key of its storage.
    pub storage: String,
    /// View of the storage.
    pub tensor: TensorView,
}

/// The floating-point tensors that text keys lead to, outer dictionaries first. Integer tensors and
/// what stands under integer keys, as the state of optimisers does, are left out.
///
/// # Errors
/// If the object is no dictionary.
pub(super) fn entries(pickle: &Pickle) -> Outcome<Vec<Entry>> {
    match pickle.value(pickle.root()) {
        Value::Dict(_) => {}
        other => {
            return Err(format!(
                "it holds {}, accepted: a dictionary of tensors, as state_dict() gives it",
                other.kind()
            ));
        }
    }
    let mut entries = Vec::new();
    let mut seen = HashSet::from([pickle.root()]);
    let mut open = VecDeque::from([(pickle.root(), String::new(), 0)]);
    let mut bytes = 0;
    while let Some((dictionary, prefix, depth)) = open.pop_front() {
        let Value::Dict(items) = pickle.value(dictionary) else { continue };
        for &(key, value) in items {
            let Value::Text(key) = pickle.value(key) else { continue };
            let name = || format!("{prefix}{key}");
            match pickle.value(value) {
                Value::Tensor { storage, view: Some(view) } => {
                    let storage = pickle.text(*storage).to_owned();
                    entries.push(Entry { name: name(), storage, tensor: view.clone() });
                }
                Value::Dict(_) if depth < MAX_DEPTH && seen.insert(value) => {
                    open.push_back((value, name() + ".", depth + 1));
                }
                _ => continue,
            }
            bytes += prefix.len() + key.len();
            if bytes > MAX_NAME_BYTES {
                return Err("longer names of tensors than any network has".to_owned());
            }
        }
    }
    Ok(entries)
}
