//! Files of an export, by the ending of the one that is asked for.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::arguments::Arguments;
use crate::error::user;
use crate::files::check_target;

/// Form of an exported network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An ONNX graph.
    Onnx,
    /// Weights with PyTorch's names.
    Safetensors,
    /// PyTorch code and its weights.
    Pytorch,
}

/// Files that an export writes.
#[derive(Debug)]
pub struct Targets {
    pub form: Form,
    /// The file that is asked for.
    pub main: PathBuf,
    /// Weights, of the forms that have a file of them.
    pub weights: Option<PathBuf>,
    /// Description.
    pub description: PathBuf,
    /// Pictures and native outputs.
    pub sample: Option<PathBuf>,
}

impl Targets {
    pub fn new(arguments: &Arguments) -> Result<Self> {
        let main = arguments.out.clone();
        let form = match main.extension().and_then(|ending| ending.to_str()) {
            Some("onnx") => Form::Onnx,
            Some("safetensors") => Form::Safetensors,
            Some("py") => Form::Pytorch,
            _ => {
                return Err(user(format!(
                    "--out {}: the ending chooses the form; accepted: .onnx, .safetensors, .py",
                    main.display()
                )));
            }
        };
        let only_onnx = [("--decode", arguments.decode), ("--keep-norms", arguments.keep_norms)];
        if let Some((option, _)) = only_onnx.iter().find(|(_, given)| *given && form != Form::Onnx)
        {
            return Err(user(format!(
                "{option} is for graphs, but --out is {}; accepted: --out with the ending .onnx",
                main.display()
            )));
        }
        let weights = (form != Form::Onnx).then(|| main.with_extension("safetensors"));
        let description = main.with_extension("json");
        let sample = arguments.sample.then(|| main.with_extension("sample.safetensors"));
        Ok(Self { form, main, weights, description, sample })
    }

    /// Every file, the one asked for first.
    pub fn all(&self) -> impl Iterator<Item = &Path> {
        let weights = self.weights.as_deref().filter(|path| *path != self.main);
        let rest = [weights, Some(&*self.description), self.sample.as_deref()];
        std::iter::once(&*self.main).chain(rest.into_iter().flatten())
    }

    /// Refuses places that cannot be written, before the work.
    pub fn check(&self) -> Result<()> {
        self.all().try_for_each(|path| check_target("--out", Some(path)))
    }

    /// Names of the Python module and of the file of its weights.
    pub fn names(&self) -> Result<(String, String)> {
        let module = self.main.file_stem().map(|part| part.to_str());
        let weights =
            self.weights.as_ref().and_then(|path| path.file_name()).map(|part| part.to_str());
        match (module.flatten(), weights.flatten()) {
            (Some(module), Some(weights)) => Ok((module.to_owned(), weights.to_owned())),
            _ => Err(user(format!(
                "--out {}: Python cannot import a module whose name is no Unicode",
                self.main.display()
            ))),
        }
    }
}
