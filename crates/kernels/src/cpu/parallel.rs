//! Work on all cores.

use rayon::prelude::*;

/// Number of threads that share work.
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
}

/// Runs a program of many operations on a thread of the pool. From outside, every operation would
/// hand its work over and sleep until it is done; from inside, the thread takes part in it.
pub fn on_pool<R: Send>(program: impl FnOnce() -> R + Send) -> R {
    rayon::scope(|_| program())
}

/// Calls `task` with every index below `count`, on all cores; a single task runs where it is.
pub(crate) fn run(count: usize, task: impl Fn(usize) + Send + Sync) {
    if count == 1 {
        task(0);
    } else {
        (0..count).into_par_iter().with_max_len(1).for_each(task);
    }
}

/// The values of `task` for every index below `count`, in order, computed on all cores.
pub(crate) fn map<T: Send>(count: usize, task: impl Fn(usize) -> T + Send + Sync) -> Vec<T> {
    if count == 1 {
        vec![task(0)]
    } else {
        (0..count).into_par_iter().with_max_len(1).map(task).collect()
    }
}

/// Runs `task` on ranges that cut `0..len` into at most `pieces` parts, each a multiple of `unit`
/// long except the last.
pub(crate) fn ranges(
    len: usize,
    pieces: usize,
    unit: usize,
    task: impl Fn(std::ops::Range<usize>) + Send + Sync,
) {
    let step = len.div_ceil(pieces.max(1)).next_multiple_of(unit).max(unit);
    run(len.div_ceil(step), |piece| task(piece * step..len.min((piece + 1) * step)));
}

/// Calls `task` with every part of `len` values and its index, on all cores.
pub(crate) fn chunks<T: Send>(
    values: &mut [T],
    len: usize,
    task: impl Fn(usize, &mut [T]) + Send + Sync,
) {
    values.par_chunks_mut(len).enumerate().for_each(|(index, part)| task(index, part));
}

/// A pointer into memory of which every task writes its own part.
#[derive(Clone, Copy)]
pub(crate) struct Shared<T>(pub T);

#[expect(unsafe_code, reason = "tasks write disjoint parts of one buffer")]
// SAFETY: only the pointer is sent; who dereferences it promises disjointness.
unsafe impl<T> Send for Shared<T> {}
#[expect(unsafe_code, reason = "tasks write disjoint parts of one buffer")]
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

impl<T: Copy> Shared<T> {
    /// The pointer; a method, so that closures capture the whole wrapper.
    pub fn get(&self) -> T {
        self.0
    }
}
