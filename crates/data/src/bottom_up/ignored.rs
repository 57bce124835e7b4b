//! Pixels that do not count: crowds, and people without annotated joints.

use hotcoco::mask::{decode, fr_polys, rle_from_string};
use hotcoco::types::Rle;

use scalenas_base::Size;
use scalenas_coco::{Annotation, Outline};

/// Pixels of a picture of `size` that do not count, `[height, width]`: 255 where ignored, else 0.
///
/// # Errors
/// A message about an outline that cannot be drawn: run lengths of another size, too few corners.
pub fn ignored_pixels<'a>(
    annotations: impl IntoIterator<Item = &'a Annotation>,
    size: impl Into<Size>,
) -> Result<Vec<u8>, String> {
    let size = size.into();
    let mut pixels = vec![0; size.pixels()];
    for annotation in annotations {
        if !annotation.iscrowd && annotation.num_keypoints > 0 {
            continue;
        }
        let problem = |e| format!("annotation {}: segmentation: {e}", annotation.id);
        let Some(runs) = runs(&annotation.segmentation, size).map_err(problem)? else {
            continue;
        };
        // Run lengths go down the columns.
        for (index, _) in decode(&runs).iter().enumerate().filter(|(_, covered)| **covered != 0) {
            pixels[(index % size.height) * size.width + index / size.height] = u8::MAX;
        }
    }
    Ok(pixels)
}

fn runs(outline: &Outline, size: Size) -> Result<Option<Rle>, String> {
    let (height, width) = (size.height as u32, size.width as u32);
    let checked = |[h, w]: [usize; 2]| {
        if (h, w) == size.into() {
            Ok(())
        } else {
            Err(format!("size {h}x{w}, but the picture is {height}x{width}"))
        }
    };
    match outline {
        Outline::Absent => Ok(None),
        Outline::Polygons(polygons) => {
            let polygons: Vec<Vec<f64>> = polygons
                .iter()
                .map(|polygon| polygon.iter().map(|&value| f64::from(value)).collect())
                .collect();
            fr_polys(&polygons, height, width).map(Some).map_err(|e| e.to_string())
        }
        Outline::Runs { size, counts } => {
            checked(*size)?;
            if counts.iter().map(|&count| u64::from(count)).sum::<u64>()
                != u64::from(height) * u64::from(width)
            {
                return Err("run lengths do not add up to the picture".to_owned());
            }
            Ok(Some(Rle { h: height, w: width, counts: counts.clone() }))
        }
        Outline::Compressed { size, counts } => {
            checked(*size)?;
            rle_from_string(counts, height, width).map(Some).map_err(|e| e.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(segmentation: Outline) -> Annotation {
        Annotation {
            id: 7,
            image_id: 1,
            category_id: 1,
            bbox: [0.0, 0.0, 1.0, 1.0],
            area: 1.0,
            iscrowd: true,
            num_keypoints: 0,
            keypoints: Vec::new(),
            segmentation,
        }
    }

    #[test]
    fn polygons_and_runs_cover_the_same_pixels() {
        let square = vec![vec![1.0, 1.0, 3.0, 1.0, 3.0, 3.0, 1.0, 3.0]];
        let polygon = region(Outline::Polygons(square));
        let runs = Outline::Runs { size: [4, 5], counts: vec![5, 2, 2, 2, 9] };
        let drawn = ignored_pixels([&polygon], (4, 5)).unwrap();
        assert_eq!(drawn, ignored_pixels([&region(runs)], (4, 5)).unwrap());
        let expected: Vec<u8> =
            (0..20).map(|pixel| if [6, 7, 11, 12].contains(&pixel) { 255 } else { 0 }).collect();
        assert_eq!(drawn, expected);
    }

    #[test]
    fn people_with_joints_count_and_wrong_sizes_are_named() {
        let mut person = region(Outline::Runs { size: [4, 5], counts: vec![0, 20] });
        (person.iscrowd, person.num_keypoints) = (false, 3);
        assert!(ignored_pixels([&person], (4, 5)).unwrap().iter().all(|&pixel| pixel == 0));
        person.num_keypoints = 0;
        let problem = ignored_pixels([&person], (5, 4)).unwrap_err();
        assert!(problem.contains("annotation 7") && problem.contains("4x5"), "{problem}");
    }
}
