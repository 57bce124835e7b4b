//! Small files of other programs: checkpoints and masks.

use crate::checkpoint::{Pickle, archive, floats, legacy};

/// Tensors by which a reader knows an HRNet, in storages of their own.
const TENSORS: [(&str, &[u64]); 4] = [
    ("transition1.0.0.weight", &[8, 256, 3, 3]),
    ("stage2.0.fuse_layers.0.1.0.weight", &[8, 16, 1, 1]),
    ("stage2.0.fuse_layers.0.1.1.running_mean", &[8]),
    ("final_layer.weight", &[17, 8, 1, 1]),
];

/// A training program's checkpoint, in both formats.
pub fn checkpoints() -> Vec<Vec<u8>> {
    let keys = ["0", "1", "2", "3"];
    let counts = TENSORS.map(|(_, shape)| shape.iter().product::<u64>());
    let strides = |shape: &[u64]| -> Vec<u64> {
        (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect()
    };
    let tensors: Vec<(&str, Pickle)> = (0..TENSORS.len())
        .map(|at| {
            let (name, shape) = TENSORS[at];
            let view = (0, shape, &*strides(shape));
            (name, Pickle::default().tensor("FloatStorage", (keys[at], counts[at]), view))
        })
        .collect();
    let network = Pickle::default().dictionary(&tensors);
    let object = Pickle::default()
        .dictionary(&[("epoch", Pickle::default().int(7)), ("state_dict", network)]);
    let values = |at: usize| floats(&vec![0.5; counts[at] as usize]);
    let named: Vec<_> = (0..4).map(|at| (keys[at], values(at))).collect();
    let counted: Vec<_> = (0..4).map(|at| (keys[at], counts[at], values(at))).collect();
    vec![archive(&object, &named), legacy(&object, &counted)]
}

/// Masks that NumPy wrote, from the reference data, where it is.
#[cfg(reference_data)]
pub fn masks() -> Vec<Vec<u8>> {
    let folder = crate::shared::shared().join("golden/masks");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let masks = files.filter(|path| path.extension().is_some_and(|found| found == "npy"));
    masks.map(|path| std::fs::read(path).unwrap()).collect()
}

/// No reference data.
#[cfg(not(reference_data))]
pub fn masks() -> Vec<Vec<u8>> {
    Vec::new()
}
