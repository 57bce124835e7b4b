//! Bilinear interpolation along one axis (`align_corners = false`): where outputs take their values from, and
//! where inputs give theirs to.

/// Two neighbouring inputs that an output is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Position {
    /// The input before the output's centre.
    pub low: usize,
    /// The input after it; at the ends of the axis the one before it again.
    pub high: usize,
    /// Share of the input after it.
    pub fraction: f32,
}

/// Positions of `output` values along an axis of `input` values.
pub(crate) fn positions(input: usize, output: usize) -> Vec<Position> {
    let ratio = input as f64 / output as f64;
    let position = |index: usize| {
        let centre = ((index as f64 + 0.5) * ratio - 0.5).max(0.0);
        let low = (centre as usize).min(input - 1);
        let high = (low + 1).min(input - 1);
        Position { low, high, fraction: (centre - low as f64) as f32 }
    };
    (0..output).map(position).collect()
}

/// Outputs that one input takes part in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Uses {
    /// The first of them.
    pub first: usize,
    /// Weight of the input in it and in those that follow.
    pub weights: Vec<f32>,
}

/// Uses of every one of `input` values; an input between two outputs of a smaller axis may have none.
pub(crate) fn uses(input: usize, output: usize) -> Vec<Uses> {
    let mut uses = vec![Uses { first: 0, weights: Vec::new() }; input];
    for (index, Position { low, high, fraction }) in positions(input, output).iter().enumerate() {
        for (input, weight) in [(*low, 1.0 - fraction), (*high, *fraction)] {
            let uses = &mut uses[input];
            if uses.weights.is_empty() {
                uses.first = index;
            }
            uses.weights.resize(index - uses.first + 1, 0.0);
            uses.weights[index - uses.first] += weight;
        }
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_the_positions_the_other_way_round() {
        for [input, output] in [[1, 1], [1, 7], [3, 12], [5, 8], [4, 4], [9, 4], [6, 13]] {
            let mut matrix = vec![0.0f32; input * output];
            for (index, at) in positions(input, output).iter().enumerate() {
                matrix[index * input + at.low] += 1.0 - at.fraction;
                matrix[index * input + at.high] += at.fraction;
            }
            let mut other = vec![0.0f32; input * output];
            for (index, uses) in uses(input, output).iter().enumerate() {
                for (offset, weight) in uses.weights.iter().enumerate() {
                    other[(uses.first + offset) * input + index] = *weight;
                }
            }
            assert_eq!(matrix, other, "{input} to {output}");
            for row in matrix.chunks_exact(input) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{input} to {output}");
            }
        }
    }
}
