//! Networks on disk: safetensors with PyTorch's tensor names, space and architecture in the header.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use burn::tensor::backend::Backend;
use burn::tensor::{DType, TensorData};
use safetensors::{Dtype, SafeTensors, View};
use scalenas_space::{Architecture, SpaceSpec};

use crate::error::{Error, Result};
use crate::parameters::{Absent, NamedParameters, NamedTensors};
use crate::statistics::Statistics;
use crate::supernet::Supernet;

/// Header key of the format's version.
const VERSION_KEY: &str = "scalenas";
/// Version that this crate writes, and the only one so far.
const VERSION: &str = "1";
const SPACE_KEY: &str = "space";
const ARCHITECTURE_KEY: &str = "architecture";

/// What a file holds.
pub(crate) struct Contents {
    pub spec: SpaceSpec,
    /// Present for a single network, absent for a supernet.
    pub architecture: Option<Architecture>,
    pub tensors: NamedTensors,
}

/// Writes shared weights and running statistics.
pub fn save_supernet<B: Backend>(
    path: &Path,
    supernet: &Supernet<B>,
    statistics: &Statistics<B>,
) -> Result<()> {
    let mut tensors = supernet.to_named();
    tensors.extend(statistics.to_named());
    write(path, &Contents { spec: supernet.spec().clone(), architecture: None, tensors })
}

/// Reads what [`save_supernet`] wrote.
pub fn load_supernet<B: Backend>(
    path: &Path,
    device: &B::Device,
) -> Result<(Supernet<B>, Statistics<B>)> {
    let contents = read(path)?;
    if contents.architecture.is_some() {
        return Err(Error::Format {
            path: path.to_owned(),
            expected: "a supernet",
            reason: "it holds a single ScaleNet".to_owned(),
        });
    }
    let mut supernet = Supernet::new(&contents.spec, 0, device);
    supernet.load_named(&contents.tensors, Absent::Refuse, &path.display().to_string())?;
    let statistics = Statistics::from_named(&contents.tensors, device);
    Ok((supernet, statistics))
}

/// Writes under a temporary name first, so that the file is whole or absent.
pub(crate) fn write(path: &Path, contents: &Contents) -> Result<()> {
    let mut header = HashMap::from([
        (VERSION_KEY.to_owned(), VERSION.to_owned()),
        (SPACE_KEY.to_owned(), to_json(path, &contents.spec)?),
    ]);
    if let Some(architecture) = &contents.architecture {
        header.insert(ARCHITECTURE_KEY.to_owned(), to_json(path, architecture)?);
    }
    let views = contents.tensors.iter().map(|(name, data)| (name.clone(), TensorView(data)));
    let bytes = safetensors::serialize(views, Some(header)).map_err(|e| Error::write(path, e))?;
    let temporary = path.with_extension("partial");
    fs::write(&temporary, bytes).map_err(|e| Error::write(&temporary, e))?;
    fs::rename(&temporary, path).map_err(|e| Error::write(path, e))
}

/// Reads a file and checks its header.
pub(crate) fn read(path: &Path) -> Result<Contents> {
    let bytes = fs::read(path).map_err(|e| Error::read(path, e))?;
    let format = |reason: String| Error::Format {
        path: path.to_owned(),
        expected: "a ScaleNAS safetensors file",
        reason,
    };
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| format(e.to_string()))?;
    let header = metadata.metadata().clone().unwrap_or_default();
    match header.get(VERSION_KEY).map(String::as_str) {
        Some(VERSION) => {}
        Some(other) => {
            return Err(format(format!("version {other}; this program reads {VERSION}")));
        }
        None => return Err(format("the header has no key `scalenas`; use import".to_owned())),
    }
    let space = header.get(SPACE_KEY).ok_or_else(|| format("no key `space`".to_owned()))?;
    let spec = serde_json::from_str(space).map_err(|e| format(format!("key `space`: {e}")))?;
    let architecture = match header.get(ARCHITECTURE_KEY) {
        None => None,
        Some(text) => Some(
            serde_json::from_str(text).map_err(|e| format(format!("key `architecture`: {e}")))?,
        ),
    };
    let tensors = tensors(&bytes).map_err(|e| format(e.to_string()))?;
    Ok(Contents { spec, architecture, tensors })
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

fn to_json(path: &Path, value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::write(path, e))
}

struct TensorView<'a>(&'a TensorData);

impl View for TensorView<'_> {
    fn dtype(&self) -> Dtype {
        debug_assert_eq!(self.0.dtype, DType::F32, "networks are kept in float32");
        Dtype::F32
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
