//! Files of supernets: shared weights and running statistics.

use std::path::Path;

use burn::tensor::backend::Backend;

use super::supernet::Supernet;
use crate::error::{Error, Result};
use crate::files::parameters::{Absent, NamedParameters};
use crate::files::store::{self, Contents};
use crate::statistics::Statistics;

/// Writes shared weights and running statistics.
pub fn save_supernet<B: Backend>(
    path: &Path,
    supernet: &Supernet<B>,
    statistics: &Statistics<B>,
) -> Result<()> {
    let mut tensors = supernet.to_named();
    tensors.extend(statistics.to_named());
    store::write(path, &Contents { spec: supernet.spec().clone(), architecture: None, tensors })
}

/// Reads a file of [`save_supernet`].
pub fn load_supernet<B: Backend>(
    path: &Path,
    device: &B::Device,
) -> Result<(Supernet<B>, Statistics<B>)> {
    let contents = store::read(path)?;
    if contents.architecture.is_some() {
        return Err(Error::Format {
            path: path.to_owned(),
            expected: "a supernet",
            reason: "it holds a single ScaleNet".to_owned(),
        });
    }
    let mut supernet = Supernet::new(&contents.spec, 0, device);
    let origin = path.display().to_string();
    supernet.load_named(&contents.tensors, Absent::Refuse, &origin)?;
    let statistics = supernet.load_statistics(&contents.tensors, &origin, device)?;
    Ok((supernet, statistics))
}
