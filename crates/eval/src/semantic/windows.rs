//! Positions of windows of one size that cover a picture.

/// Starts of windows of `length` along an axis of `size` pixels: a third of a window overlaps the
/// next, and the last ends where the axis does. An axis that fits has one window at 0.
///
/// Source: HRNet reference's sliding evaluation.
pub fn windows(size: usize, length: usize) -> Vec<usize> {
    if size <= length {
        return vec![0];
    }
    let stride = (length * 2 / 3).max(1);
    let count = (size - length).div_ceil(stride) + 1;
    (0..count).map(|index| (index * stride).min(size - length)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_covered_and_nothing_lies_outside() {
        for size in 1..200 {
            for length in [1, 2, 7, 64, 199] {
                let starts = windows(size, length);
                let mut covered = 0;
                for &start in &starts {
                    assert!(start <= covered, "gap before {start} of {size} by {length}");
                    assert!(start == 0 || start + length <= size);
                    covered = start + length;
                }
                assert!(covered >= size);
            }
        }
        assert_eq!(windows(100, 60), [0, 40]);
    }
}
