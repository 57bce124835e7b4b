//! Shapes that disagree are refused before anything is launched.

use crate::Gpu;
use crate::common::disagreement::{Sizes, check};

#[test]
fn are_refused() {
    for (kernel, stride, size) in [(3, 1, [6, 4]), (1, 2, [5, 3])] {
        check::<Gpu>(Sizes { batch: 2, input: 8, output: 12, size, kernel, stride });
    }
}
