//! Peak memory of a case: of the process on the CPU, of the device elsewhere.

use std::fs;

use scalenas_kernels::KernelBackend;

use crate::context::device::DeviceChoice;

const GIB: f64 = (1u64 << 30) as f64;

/// Gives free memory back and starts the counts anew, where that can be.
pub fn reset<B: KernelBackend>(device: &B::Device) {
    scalenas_kernels::cpu::release_memory();
    B::memory_cleanup(device);
    // The kernel's count of the peak.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak since then, where the system or the backend tells.
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
