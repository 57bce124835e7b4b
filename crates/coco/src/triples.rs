//! The flat list `[x, y, v, x, y, v, ..]` of `keypoints`.

/// The triples, one per joint.
///
/// # Errors
/// The length of the list, when numbers are left over.
pub(crate) fn triples(numbers: &[f64]) -> Result<Vec<[f64; 3]>, usize> {
    let (triples, rest) = numbers.as_chunks();
    if rest.is_empty() { Ok(triples.to_vec()) } else { Err(numbers.len()) }
}
