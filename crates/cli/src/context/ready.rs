//! Whether a device is there and computes, asked before any work.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::device::{DeviceChoice, not_built, on_device};
use super::panics;

/// Lines and characters of the reason why a device does not compute.
const REASON_LINES: usize = 3;
const REASON_LENGTH: usize = 300;
/// Start of what a compiler of kernels says, behind the layers that it passed.
const COMPILER: &str = "[Compilation Error]";

/// Fails unless this machine has the device and what its backend needs. Verbs call it before they write anything.
///
/// # Errors
/// Says what is missing.
pub fn require(choice: DeviceChoice) -> anyhow::Result<()> {
    require_built(choice)?;
    if choice == DeviceChoice::Cpu {
        return Ok(());
    }
    let computes = || on_device!(choice, compute());
    match panics::caught(computes) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(unusable(choice, &error.to_string())),
        Err(panic) => Err(unusable(choice, &panic)),
    }
}

/// Fails unless the backend of a device is in this build.
pub fn require_built(choice: DeviceChoice) -> anyhow::Result<()> {
    let (built, feature) = match choice {
        DeviceChoice::Cpu => (cfg!(feature = "flex"), "flex"),
        DeviceChoice::Wgpu(_) => (cfg!(feature = "wgpu-plain"), "wgpu"),
        DeviceChoice::Vulkan(_) => (cfg!(feature = "vulkan-plain"), "vulkan"),
        DeviceChoice::Cuda(_) => (cfg!(feature = "cuda-plain"), "cuda"),
    };
    if built { Ok(()) } else { Err(not_built(choice, feature)) }
}

/// Opens a device, compiles a kernel, runs it and reads its values.
fn compute<B: Backend>(device: &B::Device) -> anyhow::Result<()> {
    let values = Tensor::<B, 1>::from_floats([1.0, 2.0], device) * 2.0;
    let values = values.try_into_data();
    values.map(drop).map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// Error of a device that does not compute; of the reason its start, for some hold the text of a kernel.
fn unusable(choice: DeviceChoice, reason: &str) -> anyhow::Error {
    let reason = reason.split_once(COMPILER).map_or(reason, |(_, rest)| rest);
    let lines = reason.lines().map(str::trim).filter(|line| !line.is_empty());
    let start: String = lines.take(REASON_LINES).collect::<Vec<_>>().join(" ");
    let start: String = start.chars().take(REASON_LENGTH).collect();
    let needs = match choice {
        DeviceChoice::Cuda(_) => {
            "an NVIDIA driver (nvidia-smi lists its devices), libnvrtc, and the headers of the CUDA toolkit in \
             /usr/local/cuda/include or in the folder include of CUDA_PATH"
        }
        _ => "a driver for Vulkan (vulkaninfo --summary lists its devices), Metal or DirectX 12",
    };
    crate::error::user(format!(
        "--device {choice} cannot be used: {start}; it needs {needs}; without, there is --device cpu"
    ))
}
