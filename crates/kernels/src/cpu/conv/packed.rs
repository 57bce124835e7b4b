//! Rearranged weights, kept as long as the weight itself where it does not change.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use burn_std::Bytes;

use super::convolution::{Algorithm, Conv, Reuse};
use super::weights::{Direction, PackedWeights};
use crate::cpu::half::HalfWeights;
use crate::cpu::simd::Isa;
use crate::cpu::winograd::TransformedWeights;
use crate::types::ConvGeometry;

/// Weights as an algorithm wants them.
pub(crate) enum Packed {
    /// Not rearranged.
    Plain,
    Direct(PackedWeights),
    Half(HalfWeights),
    Winograd(TransformedWeights),
}

/// A kept weight. Storage that has a weak reference is never changed in place (the framework
/// copies or moves it first), so as long as the reference can be upgraded the entry is true.
struct Entry {
    source: Weak<Bytes>,
    packed: Arc<Packed>,
}

impl Entry {
    fn is_true(&self) -> bool {
        self.source.strong_count() > 0
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    storage: usize,
    start: usize,
    shape: [usize; 4],
    geometry: ConvGeometry,
    direction: Direction,
    algorithm: Algorithm,
    isa: Isa,
}

/// Uses after which rearranged weights of networks that are gone are dropped at the latest.
const PURGE_AFTER: usize = 1024;

#[derive(Default)]
struct Kept {
    entries: HashMap<Key, Entry>,
    /// Uses since the last purge.
    uses: usize,
}

impl Kept {
    fn get(&mut self, key: &Key) -> Option<Arc<Packed>> {
        self.uses += 1;
        if self.uses >= PURGE_AFTER {
            self.purge();
        }
        let entry = self.entries.get(key).filter(|entry| entry.is_true());
        entry.map(|entry| Arc::clone(&entry.packed))
    }

    fn purge(&mut self) {
        self.uses = 0;
        self.entries.retain(|_, entry| entry.is_true());
    }
}

static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

fn kept() -> MutexGuard<'static, Kept> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Drops rearranged weights whose weight is gone.
pub(crate) fn purge() {
    kept().purge();
}

/// The weight of `conv`, rearranged.
pub(crate) fn get(conv: Conv<'_>, direction: Direction, algorithm: Algorithm) -> Arc<Packed> {
    if conv.reuse == Reuse::Never {
        return Arc::new(pack(&conv, direction, algorithm));
    }
    let source = conv.weight.data_arc();
    let key = Key {
        storage: Arc::as_ptr(&source) as usize,
        start: conv.weight.layout().start_offset(),
        shape: conv.shape(),
        geometry: conv.geometry,
        direction,
        algorithm,
        isa: conv.isa,
    };
    if let Some(packed) = kept().get(&key) {
        return packed;
    }
    // Not under the lock: packing is parallel, and a waiting thread may take up another convolution.
    let packed = Arc::new(pack(&conv, direction, algorithm));
    let mut kept = kept();
    kept.purge();
    kept.entries
        .insert(key, Entry { source: Arc::downgrade(&source), packed: Arc::clone(&packed) });
    packed
}

fn pack(conv: &Conv<'_>, direction: Direction, algorithm: Algorithm) -> Packed {
    let view = conv.view(direction);
    match algorithm {
        Algorithm::Direct => Packed::Direct(PackedWeights::new(&view, conv.isa)),
        Algorithm::Half => Packed::Half(HalfWeights::new(conv, direction)),
        Algorithm::WinogradOnce => Packed::Plain,
        Algorithm::Winograd => Packed::Winograd(TransformedWeights::new(&view, conv.isa)),
    }
}
