//! Networks on disk: safetensors with PyTorch's tensor names, space and architecture in the header.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use burn::tensor::{DType, TensorData};
use safetensors::{Dtype, SafeTensors, View};
use scalenas_base::atomic;
use scalenas_space::{Architecture, SpaceSpec};
use serde::{Deserialize, Serialize};

use super::parameters::NamedTensors;
use super::pth::Signature;
use crate::error::{Error, Result};

/// Key of the header. A single one: the format orders several by chance, and equal networks shall be
/// equal files.
const KEY: &str = "scalenas";
/// Version that this crate writes, and the only one so far.
const VERSION: u32 = 1;

/// Value of the header's key: format version, space, architecture.
#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    space: SpaceSpec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    architecture: Option<Architecture>,
}

/// The part of a header that is read first.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Space, architecture and tensors of a weights file.
pub(crate) struct Contents {
    pub spec: SpaceSpec,
    /// Present for a single network, absent for a supernet.
    pub architecture: Option<Architecture>,
    pub tensors: NamedTensors,
}

/// Writes under a temporary name first, so that the file is whole or absent.
pub(crate) fn write(path: &Path, contents: &Contents) -> Result<()> {
    let header = Header {
        version: VERSION,
        space: contents.spec.clone(),
        architecture: contents.architecture.clone(),
    };
    let header = serde_json::to_string(&header).map_err(|e| Error::write(path, e))?;
    let header = HashMap::from([(KEY.to_owned(), header)]);
    let views = contents.tensors.iter().map(|(name, data)| (name.clone(), TensorView(data)));
    let bytes = safetensors::serialize(views, Some(header)).map_err(|e| Error::write(path, e))?;
    atomic::write(path, bytes).map_err(|e| Error::write(path, e))
}

/// Bytes of a safetensors file of float32 and 64-bit whole numbers.
///
/// # Errors
/// If two tensors share a name.
pub fn to_safetensors(tensors: impl IntoIterator<Item = (String, TensorData)>) -> Result<Vec<u8>> {
    let tensors: Vec<(String, TensorData)> = tensors.into_iter().collect();
    let views = tensors.iter().map(|(name, data)| (name.clone(), TensorView(data)));
    safetensors::serialize(views, None).map_err(|e| Error::write(Path::new("safetensors"), e))
}

/// Reads a file and checks its header.
pub(crate) fn read(path: &Path) -> Result<Contents> {
    parse(&fs::read(path).map_err(|e| Error::read(path, e))?, path)
}

/// Reads the bytes of a file and checks its header; `path` is for messages.
pub(crate) fn parse(bytes: &[u8], path: &Path) -> Result<Contents> {
    let format = |reason: String| Error::Format {
        path: path.to_owned(),
        expected: "a ScaleNAS safetensors file",
        reason,
    };
    match Signature::of(bytes) {
        Signature::Safetensors | Signature::Unknown => {}
        other => return Err(format(other.description().to_owned())),
    }
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| format(e.to_string()))?;
    let header = metadata.metadata().as_ref().and_then(|keys| keys.get(KEY));
    let header =
        header.ok_or_else(|| format(format!("the header has no key `{KEY}`; use import")))?;
    let key = |e: serde_json::Error| format(format!("header key `{KEY}`: {e}"));
    let Version { version } = serde_json::from_str(header).map_err(key)?;
    if version != VERSION {
        return Err(format(format!("version {version}; this program reads {VERSION}")));
    }
    let Header { space, architecture, .. } = serde_json::from_str(header).map_err(key)?;
    let tensors = tensors(bytes).map_err(|e| format(e.to_string()))?;
    Ok(Contents { spec: space, architecture, tensors })
}

/// All float32 tensors of a safetensors file.
pub(crate) fn tensors(bytes: &[u8]) -> Result<NamedTensors, safetensors::SafeTensorError> {
    let file = SafeTensors::deserialize(bytes)?;
    let float = file.iter().filter(|(_, view)| view.dtype() == Dtype::F32);
    let values = float.map(|(name, view)| {
        let floats = view.data().chunks_exact(4);
        let floats = floats.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        (name.to_owned(), TensorData::new::<f32, _>(floats, view.shape()))
    });
    Ok(values.collect())
}

struct TensorView<'a>(&'a TensorData);

impl View for TensorView<'_> {
    fn dtype(&self) -> Dtype {
        match self.0.dtype {
            DType::F32 => Dtype::F32,
            DType::I64 => Dtype::I64,
            other => panic!("files hold float32 and 64-bit whole numbers, not {other:?}"),
        }
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.0.as_bytes().into()
    }

    fn data_len(&self) -> usize {
        self.0.as_bytes().len()
    }
}
