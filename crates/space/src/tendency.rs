//! Tendency of a set of architectures: how deep their branches are, and how much they fuse, as shares of the most that
//! their space allows. Shares of different spaces compare.

use crate::architecture::Architecture;
use crate::spec::SpaceSpec;

/// Mean shares over a set of architectures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tendency {
    /// Blocks of a branch, by branch from fine to coarse.
    pub depth: Vec<f64>,
    /// Fusion edges from coarser to finer branches, by step.
    pub up: Vec<f64>,
    /// Fusion edges from finer to coarser branches, by step.
    pub down: Vec<f64>,
}

/// Parts that are there, and those that could be.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    present: usize,
    possible: usize,
}

impl Share {
    fn add(&mut self, present: usize, possible: usize) {
        self.present += present;
        self.possible += possible;
    }

    fn value(self) -> f64 {
        self.present as f64 / self.possible.max(1) as f64
    }
}

/// Mean blocks of the branches of P1 to P4, from fine to coarse.
const PUBLISHED_DEPTH: [f64; 4] = [0.7, 0.7438, 0.707_14, 0.7];
/// Mean edges of P1 to P4 from coarser to finer branches, by step.
const PUBLISHED_UP: [f64; 5] = [0.75, 0.6613, 0.5847, 0.6338, 0.3333];
/// Mean edges of P1 to P4 from finer to coarser branches, by step.
const PUBLISHED_DOWN: [f64; 5] = [0.5645, 0.6774, 0.4915, 0.5441, 0.6667];

impl Tendency {
    /// Tendency of the networks that were published for human pose, ScaleNet-P1 to P4.
    pub fn published_pose() -> Self {
        let shares = <[f64]>::to_vec;
        Self {
            depth: shares(&PUBLISHED_DEPTH),
            up: shares(&PUBLISHED_UP),
            down: shares(&PUBLISHED_DOWN),
        }
    }

    /// Tendency of architectures of a space; shares of nothing are 0.
    pub fn of<'a>(
        space: &SpaceSpec,
        architectures: impl IntoIterator<Item = &'a Architecture>,
    ) -> Self {
        let deepest = space.depth_choices.iter().copied().max().unwrap_or(space.steps);
        let mut depth = vec![Share::default(); space.widths.len()];
        let mut up = vec![Share::default(); space.steps];
        let mut down = up.clone();
        for module in architectures.into_iter().flat_map(|architecture| &architecture.modules) {
            let branches = module.branches();
            for (branch, depth) in depth.iter_mut().enumerate().take(branches) {
                depth.add(module.depth(branch), deepest);
                for step in 0..module.depth(branch) {
                    let sources =
                        (0..branches).filter(|&source| module.fused(branch, step, source));
                    let (coarser, finer): (Vec<usize>, Vec<usize>) =
                        sources.filter(|&source| source != branch).partition(|&s| s > branch);
                    up[step].add(coarser.len(), branches - branch - 1);
                    down[step].add(finer.len(), branch);
                }
            }
        }
        let values = |shares: Vec<Share>| shares.into_iter().map(Share::value).collect();
        Self { depth: values(depth), up: values(up), down: values(down) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_has_everything_and_the_smallest_little() {
        let space = SpaceSpec::top_down(32, 17);
        let (largest, smallest) = (Architecture::largest(&space), Architecture::smallest(&space));
        let all = Tendency::of(&space, [&largest]);
        assert_eq!(all.depth, [1.0; 4]);
        assert_eq!(&all.up[..4], [1.0; 4]);
        let little = Tendency::of(&space, [&smallest]);
        assert_eq!(little.depth, [0.4; 4]);
        let both = Tendency::of(&space, [&largest, &smallest]);
        assert_eq!(both.depth, [0.7; 4]);
        assert_eq!(Tendency::of(&space, []).depth, [0.0; 4]);
    }
}
