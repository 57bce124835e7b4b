//! Enlargement of small images, so that lines drawn on them are finer than their pixels.

use image::imageops::{FilterType, resize};
use image::{ImageBuffer, Rgb};
use scalenas_data::Image8;

use super::check;
use crate::error::Result;

/// Copy whose shorter side is at least `shortest_side` pixels, and the integer factor between.
pub(crate) fn enlarged(image: &Image8, shortest_side: usize) -> Result<(Image8, usize)> {
    check(image)?;
    let (width, height) = (image.width, image.height);
    let factor = shortest_side.div_ceil(width.min(height).max(1)).max(1);
    if factor == 1 {
        return Ok((image.clone(), 1));
    }
    let buffer: ImageBuffer<Rgb<u8>, &[u8]> =
        ImageBuffer::from_raw(width as u32, height as u32, image.pixels.as_slice())
            .expect("the buffer's length was checked");
    let (width, height) = (width * factor, height * factor);
    let larger = resize(&buffer, width as u32, height as u32, FilterType::Triangle);
    Ok((Image8 { width, height, pixels: larger.into_raw() }, factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_images_grow_by_a_whole_factor() {
        let image = Image8 { width: 20, height: 30, pixels: vec![7; 20 * 30 * 3] };
        let (larger, factor) = enlarged(&image, 50).unwrap();
        assert_eq!((larger.width, larger.height, factor), (60, 90, 3));
        assert!(larger.pixels.iter().all(|value| *value == 7));
        assert_eq!(enlarged(&image, 20).unwrap().1, 1);
    }
}
