//! Devices. No other file names a concrete backend of training.

use std::fmt;
use std::str::FromStr;

use scalenas_kernels::environment::convolves_by_threads;

use super::program;

/// Device, by backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The processor, all cores.
    Cpu,
    /// A GPU through WebGPU, by its position among the discrete ones; `None` for the best one.
    Wgpu(Option<usize>),
    /// A GPU through Vulkan, by its position among the discrete ones; `None` for the best one.
    Vulkan(Option<usize>),
    /// An NVIDIA GPU, by its position.
    Cuda(usize),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, index) = match text.split_once(':') {
            Some((name, index)) => {
                let number = index.parse::<usize>();
                let number = number.map_err(|_| format!("{index:?} is not a device number"))?;
                (name, Some(number))
            }
            None => (text, None),
        };
        let choice = match (name, index) {
            ("cpu", None) => return Ok(Self::Cpu),
            ("wgpu", index) => Self::Wgpu(index),
            ("vulkan", index) => Self::Vulkan(index),
            ("cuda", index) => Self::Cuda(index.unwrap_or(0)),
            _ => return Err(format!("{text:?}; accepted: cpu, wgpu[:N], vulkan[:N], cuda[:N]")),
        };
        convolves_by_threads()?;
        Ok(choice)
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, index) = match self {
            Self::Cpu => ("cpu", None),
            Self::Wgpu(index) => ("wgpu", *index),
            Self::Vulkan(index) => ("vulkan", *index),
            Self::Cuda(index) => ("cuda", Some(*index)),
        };
        match index {
            Some(index) => write!(f, "{name}:{index}"),
            None => f.write_str(name),
        }
    }
}

/// Backend of work that needs no accelerator: conversion of files, samples of a report.
pub type Host = burn::backend::Flex;

/// Device of [`Host`].
pub const HOST: burn::backend::flex::FlexDevice = burn::backend::flex::FlexDevice;

/// A GPU by its position among the discrete ones, or the best.
#[cfg(any(feature = "wgpu-plain", feature = "vulkan-plain"))]
pub fn wgpu_device(index: Option<usize>) -> burn::backend::wgpu::WgpuDevice {
    use burn::backend::wgpu::WgpuDevice;
    index.map_or(WgpuDevice::DefaultDevice, WgpuDevice::DiscreteGpu)
}

/// Error of a device whose backend is not in this build.
#[allow(dead_code, reason = "unused when every backend is built in")]
pub fn not_built(choice: DeviceChoice, feature: &str) -> anyhow::Error {
    crate::error::user(format!(
        "--device {choice}: this build has no {feature}; run {}",
        program::with_feature(feature)
    ))
}

/// Calls `$function::<Backend>(arguments…, &device)` with the backend of a device choice.
macro_rules! on_device {
    ($choice:expr, $function:ident ( $($argument:expr),* )) => {{
        use $crate::context::device::DeviceChoice;
        let choice: DeviceChoice = $choice;
        match choice {
            #[cfg(feature = "flex")]
            DeviceChoice::Cpu => {
                let device = burn::backend::flex::FlexDevice;
                let run = || $function::<burn::backend::Flex>($($argument,)* &device);
                scalenas_kernels::cpu::on_pool(run)
            }
            #[cfg(not(feature = "flex"))]
            DeviceChoice::Cpu => Err($crate::context::device::not_built(choice, "flex")),
            #[cfg(feature = "wgpu-plain")]
            DeviceChoice::Wgpu(index) => {
                let device = $crate::context::device::wgpu_device(index);
                $function::<burn::backend::Wgpu>($($argument,)* &device)
            }
            #[cfg(not(feature = "wgpu-plain"))]
            DeviceChoice::Wgpu(_) => Err($crate::context::device::not_built(choice, "wgpu")),
            #[cfg(feature = "vulkan-plain")]
            DeviceChoice::Vulkan(index) => {
                let device = $crate::context::device::wgpu_device(index);
                $function::<burn::backend::Vulkan>($($argument,)* &device)
            }
            #[cfg(not(feature = "vulkan-plain"))]
            DeviceChoice::Vulkan(_) => Err($crate::context::device::not_built(choice, "vulkan")),
            #[cfg(feature = "cuda-plain")]
            DeviceChoice::Cuda(index) => {
                let device = burn::backend::cuda::CudaDevice::new(index);
                $function::<burn::backend::Cuda>($($argument,)* &device)
            }
            #[cfg(not(feature = "cuda-plain"))]
            DeviceChoice::Cuda(_) => Err($crate::context::device::not_built(choice, "cuda")),
        }
    }};
}

pub(crate) use on_device;
