//! Properties of the heatmap codec.

#![expect(clippy::float_cmp, reason = "peaks, weights and rounded inputs are exact")]
use proptest::prelude::*;
use scalenas_data::{Direction, HeatmapCodec, KeypointFacts, Size, crop_affine};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Encoded joints inside the heatmap come back within half a heatmap pixel a side.
    #[test]
    fn round_trip(
        size in (2usize..7, 2usize..7),
        shares in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 1..20),
        center in prop::array::uniform2(10.0f32..500.0),
        scale in 0.2f32..4.0,
        sigma in prop::option::of(0.3f64..4.0),
    ) {
        let input = (size.0 * 32, size.1 * 32);
        let usual = HeatmapCodec::new(input, shares.len()).unwrap();
        let codec = sigma.map_or(usual, |sigma| usual.with_sigma(sigma).unwrap());
        let Size { height, width } = codec.heatmap();
        // Positions up to the last heatmap pixel's middle.
        let joints: Vec<[f64; 3]> = shares
            .iter()
            .map(|(x, y)| [x * (width - 1) as f64 * 4.0, y * (height - 1) as f64 * 4.0, 1.0])
            .collect();
        let (heatmaps, weights) = codec.encode(&joints);
        prop_assert!(weights.iter().all(|w| *w == 1.0));
        let scale = [scale, scale * input.0 as f32 / input.1 as f32];
        let decoded = codec.decode(&heatmaps, &[center], &[scale]);
        let map = crop_affine(center, scale, 0.0, codec.heatmap(), Direction::Forward);
        for (joint, found) in joints.iter().zip(&decoded[0].keypoints) {
            let found = map.apply(*found);
            for axis in 0..2 {
                let off = (joint[axis] / 4.0 - found[axis]).abs();
                prop_assert!(off <= 0.5 + 1e-3, "{off} heatmap pixels");
            }
        }
    }

    /// Joints that further crops see larger or smaller come back from the mean within half a heatmap pixel.
    #[test]
    fn views_of_several_sizes_agree(
        shares in prop::collection::vec((0.3f64..0.7, 0.3f64..0.7), 1..6),
        factors in prop::collection::vec(0.6f64..1.6, 1..4),
    ) {
        let codec = HeatmapCodec::new((128, 96), shares.len()).unwrap();
        let Size { height, width } = codec.heatmap();
        let [width, height] = [width, height].map(|side| side as f64);
        let seen = |factor: f64| {
            // The crop's centre, about which views are enlarged, is half of its sides away from its corner.
            let at = |share: f64, side: f64| 4.0 * (side / 2.0 + (share - 0.5) * side * factor);
            let joint = |&(x, y): &(f64, f64)| [at(x, width), at(y, height), 1.0];
            codec.encode(&shares.iter().map(joint).collect::<Vec<_>>()).0
        };
        let views = [1.0].iter().chain(&factors).map(|&factor| (factor, seen(factor)));
        let mean = codec.mean_of_views(&views.collect::<Vec<_>>());
        let (center, scale) = ([100.0f32, 80.0], [0.9f32, 1.2]);
        let decoded = codec.decode(&mean, &[center], &[scale]);
        let map = crop_affine(center, scale, 0.0, codec.heatmap(), Direction::Forward);
        for (&(x, y), found) in shares.iter().zip(&decoded[0].keypoints) {
            let [column, row] = map.apply(*found);
            let off = (column - x * width).abs().max((row - y * height).abs());
            prop_assert!(off <= 1.0, "{off} heatmap pixels");
        }
    }

    /// Joints whose Gaussians lie outside weigh nothing and draw nothing.
    #[test]
    fn outside_is_ignored(x in 1e3f64..1e9, y in -1e9f64..1e9) {
        let codec = HeatmapCodec::new((64, 64), 2).unwrap();
        let (heatmaps, weights) = codec.encode(&[[x, y, 1.0], [y, -x, 1.0]]);
        prop_assert_eq!(weights, vec![0.0; 2]);
        prop_assert!(heatmaps.iter().all(|v| *v == 0.0));
    }
}

#[test]
fn one_view_is_its_mean_and_the_unseen_is_left_out() {
    let codec = HeatmapCodec::new((64, 64), 1).unwrap();
    let maps: Vec<f32> = (0..codec.len()).map(|i| i as f32 * 0.7 - 3.0).collect();
    assert_eq!(codec.mean_of_views(&[(1.0, maps.clone())]), maps);
    // Twice as large, a view ends halfway to the border: what lies beyond keeps the other view's values.
    let mean = codec.mean_of_views(&[(1.0, maps.clone()), (2.0, vec![1e3; maps.len()])]);
    assert_eq!((mean[0], mean[8 * 16 + 8]), (maps[0], f32::midpoint(maps[8 * 16 + 8], 1e3)));
}

#[test]
fn flipping_back_moves_peaks_to_the_other_side() {
    let facts = KeypointFacts::coco();
    let codec = HeatmapCodec::new((64, 64), facts.joints.len()).unwrap();
    let joints: Vec<[f64; 3]> =
        (0..facts.joints.len()).map(|j| [4.0 + 3.0 * j as f64, 20.0, 1.0]).collect();
    let (mut heatmaps, _) = codec.encode(&joints);
    codec.flip_back(&mut heatmaps, &facts.flip_pairs);
    let order = facts.mirrored();
    let Size { height, width } = codec.heatmap();
    for (joint, map) in heatmaps.chunks_exact(height * width).enumerate() {
        let peak = map.iter().position(|v| *v == 1.0).unwrap();
        let source = (joints[order[joint]][0] / 4.0 + 0.5) as usize;
        assert_eq!(peak % width, width - 1 - source + 1);
    }
}

#[test]
fn empty_and_broken_heatmaps_decode() {
    let codec = HeatmapCodec::new((64, 64), 3).unwrap();
    let mut heatmaps = vec![0.0; codec.len()];
    heatmaps[..256].fill(f32::NAN);
    heatmaps[256..512].fill(-1.0);
    let decoded = codec.decode(&heatmaps, &[[100.0, 100.0]], &[[1.0, 1.0]]);
    assert_eq!(decoded[0].scores, [0.0, -1.0, 0.0]);
    assert!(decoded[0].keypoints.iter().flatten().all(|v| v.is_finite()));
}

#[test]
fn odd_inputs_are_refused() {
    for input in [(0, 64), (64, 66)] {
        let message = HeatmapCodec::new(input, 17).unwrap_err().to_string();
        assert!(message.contains("multiples of 4"), "{message}");
    }
}

#[test]
fn a_sigma_is_the_distance_at_which_a_gaussian_falls_to_its_root() {
    let codec = HeatmapCodec::new((64, 64), 1).unwrap().with_sigma(2.0).unwrap();
    let (heatmap, _) = codec.encode(&[[32.0, 32.0, 1.0]]);
    let row = &heatmap[8 * 16..9 * 16];
    assert_eq!(row[8], 1.0);
    assert_eq!([row[6], row[10]], [(-0.5f32).exp(); 2]);
    // Three sigmas to either side are drawn, and nothing beyond.
    assert_eq!((row[1], row[2] > 0.0, row[14] > 0.0, row[15]), (0.0, true, true, 0.0));
}

#[test]
fn a_sigma_that_draws_nothing_or_everything_is_refused() {
    let codec = HeatmapCodec::new((64, 64), 1).unwrap();
    for sigma in [0.0, -1.0, 16.5, f64::NAN, f64::INFINITY] {
        let message = codec.with_sigma(sigma).unwrap_err().to_string();
        assert!(message.contains("heatmap_sigma") && message.contains("above 0"), "{message}");
    }
}
