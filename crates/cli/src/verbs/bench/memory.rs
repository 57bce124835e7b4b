//! Peak memory of a measurement: of the process on the CPU, of the device elsewhere.

use std::fs;

use scalenas_kernels::KernelBackend;

use crate::context::device::DeviceChoice;

const GIB: f64 = (1u64 << 30) as f64;

/// Releases free memory and resets the peak, where the system and the backend allow it.
pub fn reset<B: KernelBackend>(device: &B::Device) {
    scalenas_kernels::cpu::release_memory();
    B::memory_cleanup(device);
    // Resets the peak that Linux reports.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Peak since the reset in GiB, where the system or the backend reports it.
pub fn peak_gib<B: KernelBackend>(choice: DeviceChoice, device: &B::Device) -> Option<f64> {
    match choice {
        DeviceChoice::Cpu => resident_peak_gib(),
        _ => B::reserved_memory(device).map(|bytes| bytes as f64 / GIB),
    }
}

fn resident_peak_gib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0 / GIB)
}
