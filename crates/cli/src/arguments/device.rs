//! Device of a verb.

use clap::Args;

use crate::context::device::DeviceChoice;

/// Device of a verb.
#[derive(Debug, Args)]
pub struct DeviceArguments {
    /// Where to compute: cpu, wgpu[:N], vulkan[:N], cuda[:N]
    #[arg(id = "device", long = "device", value_name = "DEVICE", default_value = "cpu")]
    pub choice: DeviceChoice,
}
