//! A network with what is done around it.

use std::fs;
use std::path::Path;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_base::Image8;
use scalenas_data::pictures::normalize::planes;
use scalenas_kernels::KernelBackend;
use scalenas_model::{InferenceNet, ScaleNet};

use crate::description::Description;
use crate::error::{Error, Result};
use crate::task::{Predicted, Task, task};

/// An exported network, ready to predict.
pub struct Predictor<B: Backend> {
    network: InferenceNet<B>,
    task: Box<dyn Task>,
    device: B::Device,
}

impl<B: KernelBackend> Predictor<B> {
    /// Reads weights and the description beside them, which has the ending `.json`.
    ///
    /// # Errors
    /// If a file cannot be read, or is not what `export` writes.
    pub fn read(weights: &Path, device: &B::Device) -> Result<Self> {
        let read = |path: &Path| {
            fs::read(path)
                .map_err(|source| Error::File { path: path.display().to_string(), source })
        };
        let description = read(&weights.with_extension("json"))?;
        let description = String::from_utf8_lossy(&description);
        Self::from_bytes(&read(weights)?, &description, &weights.display().to_string(), device)
    }

    /// Network from the bytes of its weights and the text of its description; `name` is for messages.
    ///
    /// # Errors
    /// If one of them is not what `export` writes, or they do not belong together.
    pub fn from_bytes(
        weights: &[u8],
        description: &str,
        name: &str,
        device: &B::Device,
    ) -> Result<Self> {
        let description = Description::parse(description, name)?;
        let network = ScaleNet::<B>::from_bytes(weights, name, device)?;
        let task = task(&description, network.spec().coarsest_stride())?;
        let found = network.spec().heads.iter().map(|head| head.outputs()).sum();
        if found != description.outputs() {
            return Err(Error::Outputs { found, named: description.outputs() });
        }
        Ok(Self { network: network.fold(), task, device: device.clone() })
    }

    /// Predicts a whole picture.
    ///
    /// # Errors
    /// If the prediction cannot be read from the device.
    pub fn predict(&self, picture: &Image8) -> Result<Predicted> {
        self.predict_part(picture, None)
    }

    /// Predicts the part of a picture within a box `[x, y, width, height]` in pixels.
    ///
    /// # Errors
    /// If the task has no use for boxes, or the prediction cannot be read from the device.
    pub fn predict_box(&self, picture: &Image8, bbox: [f64; 4]) -> Result<Predicted> {
        self.predict_part(picture, Some(bbox))
    }

    fn predict_part(&self, picture: &Image8, bbox: Option<[f64; 4]>) -> Result<Predicted> {
        let crop = self.task.crop(picture, bbox)?;
        let size = crop.size();
        let planes = planes(&crop.pixels, size.pixels());
        let planes = TensorData::new(planes, [1, 3, size.height, size.width]);
        let maps = self.network.forward(Tensor::from_data(planes, &self.device));
        let maps = maps.into_data().convert::<f32>().to_vec::<f32>();
        let maps = maps.map_err(|error| Error::Device { reason: format!("{error:?}") })?;
        self.task.decode(&maps, size, picture.size(), bbox)
    }
}
