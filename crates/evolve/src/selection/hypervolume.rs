//! Hypervolume: volume of the objective space that a set of networks dominates.

use super::pareto::front;

/// Volume between the points' front and the reference, which is worse than all of them. Every point
/// lists its objectives, all of which are minimised; points beyond the reference count for nothing.
pub fn hypervolume(points: &[Vec<f64>], reference: &[f64]) -> f64 {
    let within = |point: &&Vec<f64>| point.iter().zip(reference).all(|(p, r)| p < r);
    let points: Vec<Vec<f64>> = points.iter().filter(within).cloned().collect();
    let members: Vec<&[f64]> = front(&points).into_iter().map(|i| &points[i][..]).collect();
    slices(&members, reference)
}

/// Slabs along the first objective, ascending: each is as high as the volume of what has begun.
fn slices(members: &[&[f64]], reference: &[f64]) -> f64 {
    let [end, rest @ ..] = reference else { return 1.0 };
    let mut members = members.to_vec();
    members.sort_by(|a, b| a[0].total_cmp(&b[0]));
    if rest.is_empty() {
        return members.first().map_or(0.0, |best| end - best[0]);
    }
    let mut volume = 0.0;
    let mut begun: Vec<&[f64]> = Vec::new();
    for (index, member) in members.iter().enumerate() {
        begun.push(&member[1..]);
        let next = members.get(index + 1).map_or(*end, |next| next[0]);
        if next > member[0] {
            volume += (next - member[0]) * slices(&begun, rest);
        }
    }
    volume
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_and_volumes_of_boxes_add_up() {
        let plane = [vec![0.0, 0.5], vec![0.5, 0.0], vec![0.6, 0.6], vec![2.0, -1.0]];
        assert!((hypervolume(&plane, &[1.0, 1.0]) - 0.75).abs() < 1e-12);
        let space = [vec![0.0, 0.5, 0.5], vec![0.5, 0.0, 0.5], vec![0.5, 0.5, 0.0]];
        assert!((hypervolume(&space, &[1.0; 3]) - 0.5).abs() < 1e-12);
        assert!(hypervolume(&[], &[1.0; 3]).abs() < 1e-12);
    }

    #[test]
    fn a_dominated_point_adds_nothing() {
        let front = vec![vec![0.1, 0.2, 0.3], vec![0.3, 0.1, 0.2]];
        let mut more = front.clone();
        more.push(vec![0.4, 0.3, 0.3]);
        let [a, b] = [front, more].map(|points| hypervolume(&points, &[1.0; 3]));
        assert!((a - b).abs() < 1e-12);
    }
}
