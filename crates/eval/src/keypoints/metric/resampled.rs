//! AP on resampled sets of images.

use std::collections::BTreeMap;

use hotcoco::COCOeval;

use super::curves::{Table, ZeroId};
use super::truth::Truth;
use crate::resampling::{PICTURE_SETS, copies};

/// AP of matched results on every resampled set of the evaluated images.
pub(crate) fn resampled_ap(truth: &Truth, engine: &COCOeval, zero: ZeroId) -> Vec<f64> {
    let images = truth.evaluated();
    let of_set = |number: u64| {
        let copies = copies(images.len(), number);
        let copies: BTreeMap<u64, usize> = images.iter().copied().zip(copies).collect();
        let of_image = |image| copies.get(&image).copied().unwrap_or_default();
        let table = Table::new(engine, truth.categories(), zero, of_image);
        table.mean_precision(0, 0..table.thresholds())
    };
    (0..PICTURE_SETS).map(of_set).collect()
}
