//! Drawing on pixels: antialiased shapes, enlargement.

mod canvas;
mod resize;

use scalenas_data::Image8;

pub(crate) use canvas::{Canvas, Outline, Shape, blend};
pub(crate) use resize::enlarged;

use crate::error::{Error, Result};

/// Red, green, blue.
pub(crate) type Rgb = [u8; 3];

/// Checks that a buffer holds as many pixels as its size says.
pub(crate) fn check(image: &Image8) -> Result<()> {
    let (width, height) = (image.width, image.height);
    let (found, expected) = (image.pixels.len(), width * height * 3);
    if found == expected {
        Ok(())
    } else {
        Err(Error::PixelCount { width, height, found, expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_buffers_are_refused() {
        let image = Image8 { width: 2, height: 2, pixels: vec![0; 5] };
        let message = check(&image).unwrap_err().to_string();
        assert_eq!(message, "image of 2x2: holds 5 bytes, expected 12");
    }
}
