//! A stand-in for NVIDIA's driver library: it answers as a device, keeps the modules that it is given, counts launches
//! and computes nothing, so that all that happens before a kernel runs happens for real on any machine.
//!
//! `kernels.py` compiles it to `libcuda.so` with `rustc` alone. `STAND_IN_ARCH` is the compute capability (80, 90),
//! `STAND_IN_OUT` the folder that takes `MODULE.ptx` and, at the end, `launches.txt`: launches, shared memory, module and
//! name of each kernel. After `STAND_IN_LAUNCHES` launches, if that is given, the device is broken, as after an access to
//! memory that is not there.

#![allow(non_snake_case, clippy::missing_safety_doc)]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

const SUCCESS: c_int = 0;
const INVALID: c_int = 1;
const OUT_OF_MEMORY: c_int = 2;
const ILLEGAL_ADDRESS: c_int = 700;
/// Bytes of the device's memory: those of an H100.
const MEMORY: usize = 80 << 30;

/// A kernel, where it came from, and its launches.
struct Kernel {
    name: String,
    module: usize,
    launches: u64,
    /// Bytes of shared memory that a launch asks for.
    shared: c_uint,
}

#[derive(Default)]
struct Device {
    launches: u64,
    modules: usize,
    kernels: Vec<Kernel>,
    allocations: HashMap<usize, usize>,
}

static DEVICE: LazyLock<Mutex<Device>> = LazyLock::new(Mutex::default);

fn device() -> std::sync::MutexGuard<'static, Device> {
    DEVICE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Launches after which nothing works any more.
static LAST: LazyLock<u64> = LazyLock::new(|| {
    std::env::var("STAND_IN_LAUNCHES")
        .map_or(u64::MAX, |count| count.parse().expect("STAND_IN_LAUNCHES is a number"))
});

/// The answer of a call that a broken device refuses.
fn if_well() -> c_int {
    if device().launches < *LAST { SUCCESS } else { ILLEGAL_ADDRESS }
}

fn out(file: &str) -> PathBuf {
    PathBuf::from(std::env::var_os("STAND_IN_OUT").expect("STAND_IN_OUT is a folder")).join(file)
}

unsafe extern "C" {
    fn atexit(call: extern "C" fn()) -> c_int;
}

extern "C" fn write_launches() {
    let device = device();
    let mut text = String::new();
    for Kernel { name, module, launches, shared } in &device.kernels {
        text += &format!("{launches} {shared} {module:04} {name}\n");
    }
    std::fs::write(out("launches.txt"), text).expect("launches.txt can be written");
}

#[unsafe(no_mangle)]
pub extern "C" fn cuInit(_flags: c_uint) -> c_int {
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: the function takes nothing and lives as long as the program.
    ONCE.call_once(|| assert_eq!(unsafe { atexit(write_launches) }, 0));
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetCount(count: *mut c_int) -> c_int {
    unsafe { *count = 1 };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGet(device: *mut c_int, ordinal: c_int) -> c_int {
    if ordinal != 0 {
        return INVALID;
    }
    unsafe { *device = 0 };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetName(name: *mut c_char, length: c_int, _: c_int) -> c_int {
    let text = b"stand-in\0";
    if (length as usize) < text.len() {
        return INVALID;
    }
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr().cast(), name, text.len()) };
    SUCCESS
}

/// Attributes by the driver's numbers; those of an A100 and an H100 where they differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetAttribute(value: *mut c_int, name: c_int, _: c_int) -> c_int {
    let arch: c_int =
        std::env::var("STAND_IN_ARCH").ok().and_then(|a| a.parse().ok()).unwrap_or(90);
    let hopper = arch >= 90;
    let answer = match name {
        1 | 2 | 3 => 1024, // threads of a block, and along its first two sides
        4 => 64,           // along the third
        5 => i32::MAX,     // blocks along the first side of a grid
        6 | 7 => 65_535,   // along the others
        8 => 48 << 10,     // shared memory of a block
        10 => 32,          // threads of a warp
        16 => {
            if hopper {
                132
            } else {
                108
            }
        } // multiprocessors
        75 => arch / 10,
        76 => arch % 10,
        97 => {
            if hopper {
                227 << 10
            } else {
                163 << 10
            }
        } // shared memory of a block that asks for it
        115 => 1, // memory pools
        _ => 0,
    };
    unsafe { *value = answer };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceTotalMem_v2(bytes: *mut usize, _: c_int) -> c_int {
    unsafe { *bytes = MEMORY };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemGetInfo_v2(free: *mut usize, total: *mut usize) -> c_int {
    let used: usize = device().allocations.values().sum();
    unsafe {
        *free = MEMORY.saturating_sub(used);
        *total = MEMORY;
    }
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDriverGetVersion(version: *mut c_int) -> c_int {
    unsafe { *version = 13_000 };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDevicePrimaryCtxRetain(context: *mut usize, _: c_int) -> c_int {
    unsafe { *context = 1 };
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn cuCtxSetCurrent(_: usize) -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuStreamCreate(stream: *mut usize, _: c_uint) -> c_int {
    unsafe { *stream = 1 };
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn cuStreamSynchronize(_: usize) -> c_int {
    if_well()
}

#[unsafe(no_mangle)]
pub extern "C" fn cuStreamWaitEvent(_: usize, _: usize, _: c_uint) -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEventCreate(event: *mut usize, _: c_uint) -> c_int {
    unsafe { *event = 1 };
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventRecord(_: usize, _: usize) -> c_int {
    if_well()
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventSynchronize(_: usize) -> c_int {
    if_well()
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventDestroy_v2(_: usize) -> c_int {
    SUCCESS
}

fn layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes.max(1), 16).expect("sizes of memory are small enough")
}

/// Memory of the host, of which the system gives only the pages that are written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemAlloc_v2(address: *mut usize, bytes: usize) -> c_int {
    let mut device = device();
    if device.allocations.values().sum::<usize>() + bytes > MEMORY {
        return OUT_OF_MEMORY;
    }
    let memory = unsafe { alloc_zeroed(layout(bytes)) } as usize;
    if memory == 0 {
        return OUT_OF_MEMORY;
    }
    device.allocations.insert(memory, bytes);
    unsafe { *address = memory };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemAllocAsync(address: *mut usize, bytes: usize, _: usize) -> c_int {
    unsafe { cuMemAlloc_v2(address, bytes) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemAllocHost_v2(address: *mut usize, bytes: usize) -> c_int {
    unsafe { cuMemAlloc_v2(address, bytes) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemFree_v2(address: usize) -> c_int {
    let Some(bytes) = device().allocations.remove(&address) else { return INVALID };
    unsafe { dealloc(address as *mut u8, layout(bytes)) };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemFreeAsync(address: usize, _: usize) -> c_int {
    unsafe { cuMemFree_v2(address) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemFreeHost(address: usize) -> c_int {
    unsafe { cuMemFree_v2(address) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyHtoDAsync_v2(
    to: usize,
    from: *const u8,
    bytes: usize,
    _: usize,
) -> c_int {
    unsafe { std::ptr::copy_nonoverlapping(from, to as *mut u8, bytes) };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyDtoHAsync_v2(
    to: *mut u8,
    from: usize,
    bytes: usize,
    _: usize,
) -> c_int {
    unsafe { std::ptr::copy_nonoverlapping(from as *const u8, to, bytes) };
    SUCCESS
}

/// A copy of rows; what the host asks for and never looks at is left undone.
#[unsafe(no_mangle)]
pub extern "C" fn cuMemcpy2DAsync_v2(_: *const c_void, _: usize) -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleLoadData(module: *mut usize, image: *const c_char) -> c_int {
    let mut device = device();
    device.modules += 1;
    let text = unsafe { CStr::from_ptr(image) };
    std::fs::write(out(&format!("{:04}.ptx", device.modules)), text.to_bytes())
        .expect("the module can be written");
    unsafe { *module = device.modules };
    SUCCESS
}

/// Handles of kernels are their numbers, from 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleGetFunction(
    kernel: *mut usize,
    module: usize,
    name: *const c_char,
) -> c_int {
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
    let mut device = device();
    device.kernels.push(Kernel { name, module, launches: 0, shared: 0 });
    unsafe { *kernel = device.kernels.len() };
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn cuFuncSetAttribute(_: usize, _: c_int, _: c_int) -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn cuLaunchKernel(
    kernel: usize,
    _grid_x: c_uint,
    _grid_y: c_uint,
    _grid_z: c_uint,
    _block_x: c_uint,
    _block_y: c_uint,
    _block_z: c_uint,
    shared: c_uint,
    _stream: usize,
    _arguments: *mut *mut c_void,
    _extra: *mut *mut c_void,
) -> c_int {
    let mut device = device();
    device.launches += 1;
    if device.launches >= *LAST {
        return ILLEGAL_ADDRESS;
    }
    match device.kernels.get_mut(kernel.wrapping_sub(1)) {
        Some(kernel) => {
            kernel.launches += 1;
            kernel.shared = shared;
            SUCCESS
        }
        None => INVALID,
    }
}

/// Descriptors of tensors are never read.
#[unsafe(no_mangle)]
pub extern "C" fn cuTensorMapEncodeTiled() -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn cuTensorMapEncodeIm2col() -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorName(_: c_int, text: *mut *const c_char) -> c_int {
    unsafe { *text = c"ERROR_OF_THE_STAND_IN".as_ptr() };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorString(_: c_int, text: *mut *const c_char) -> c_int {
    unsafe { *text = c"an error of the stand-in".as_ptr() };
    SUCCESS
}
