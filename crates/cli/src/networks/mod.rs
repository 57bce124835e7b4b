//! Architectures and weights by name, id or file.

pub mod scored;
pub mod single;
pub mod step;

use std::path::Path;

use anyhow::Result;
use burn::tensor::backend::Backend;
use scalenas_evolve::Outcome;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Supernet, load_supernet};
use scalenas_space::{Architecture, MaskFile, SpaceSpec};
use scalenas_train::RunFolder;

use crate::context::program;
use crate::error::user;

/// Architecture by name, by id of a run's search, as the best of the search, or from a file.
pub fn architecture(
    name: &str,
    spec: &SpaceSpec,
    search: Option<&Outcome>,
) -> Result<Architecture> {
    if let Some(named) = Architecture::named(name, spec) {
        return Ok(named);
    }
    let found = search.and_then(|outcome| match name {
        "best" => outcome.front().last().copied(),
        id => outcome.find(id),
    });
    if let Some(candidate) = found {
        return Ok(candidate.architecture.clone());
    }
    let path = Path::new(name);
    if !path.exists() {
        let ids = if search.is_some() { "best or an id of the search, " } else { "" };
        return Err(user(format!(
            "architecture {name}: no such file; accepted: {}, {ids}or a file (.json, .ron, .npy)",
            Architecture::NAMES.join(", "),
        )));
    }
    let architecture = MaskFile::read(path)?.architecture();
    architecture.validate(spec).map_err(|e| anyhow::Error::new(e).context(name.to_owned()))?;
    Ok(architecture)
}

/// Architecture of a run by name, id or file; without a name the one that the run trained alone, else
/// the largest.
///
/// # Errors
/// Another one than the run trained: its weights are as they were drawn.
pub fn of_run(
    run: &RunFolder,
    name: Option<&str>,
    search: Option<&Outcome>,
) -> Result<Architecture> {
    let info = run.info();
    let Some((trained, only)) = info.train.sampling.only(&info.space) else {
        return of_scores(run, name.unwrap_or("largest"), search);
    };
    let asked = match name {
        None => return Ok(only),
        Some(name) if name == trained => return Ok(only),
        Some(name) => architecture(name, &info.space, search),
    };
    if asked.is_ok_and(|asked| asked.id(&info.space) == only.id(&info.space)) {
        return Ok(only);
    }
    Err(user(format!(
        "{} trained one network alone, {trained} ({}); others have no trained weights there; accepted: \
         --arch {trained}, or none",
        run.path().display(),
        only.id(&info.space),
    )))
}

/// [`architecture`], or one of those that the run's archive has scores of: searches before the last one, and fronts under
/// other ceilings, name them by their ids, too.
fn of_scores(run: &RunFolder, name: &str, search: Option<&Outcome>) -> Result<Architecture> {
    let found = architecture(name, &run.info().space, search);
    if found.is_ok() {
        return found;
    }
    let scored = scored::scored(run, None)?;
    let candidate = scored.as_ref().and_then(|scored| scored.find(name));
    candidate.map_or(found, |candidate| Ok(candidate.architecture.clone()))
}

/// Outcome of the search of a run, if there is one.
pub fn search(run: &RunFolder) -> Result<Option<Outcome>> {
    let path = run.search().join("outcome.ron");
    Ok(if path.exists() { Some(Outcome::read(&path)?) } else { None })
}

/// Trained supernet of a run.
pub fn supernet<B: Backend + KernelBackend>(
    run: &RunFolder,
    device: &B::Device,
) -> Result<Supernet<B>> {
    let path = run.weights();
    if !path.exists() {
        return Err(user(format!(
            "{} has no {}: the run did not finish; continue it with {}",
            run.path().display(),
            path.display(),
            program::resume(run.info(), run.path()),
        )));
    }
    Ok(load_supernet(&path, device)?.0)
}
