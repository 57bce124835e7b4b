//! Errors of drawing: inputs that do not fit together.

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names the part and both values.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The pixel buffer of an image does not hold `width * height` RGB pixels.
    #[error("image of {width}x{height}: holds {found} bytes, expected {expected}")]
    PixelCount {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Bytes found.
        found: usize,
        /// Bytes of an image of this size.
        expected: usize,
    },
    /// A class map has another number of pixels than its image.
    #[error("class map: holds {found} pixels, its image of {width}x{height} holds {expected}")]
    ClassMap {
        /// Width of the image in pixels.
        width: usize,
        /// Height of the image in pixels.
        height: usize,
        /// Pixels of the class map.
        found: usize,
        /// Pixels of the image.
        expected: usize,
    },
    /// A person has another number of joints than the skeleton.
    #[error("person {person}: has {found} joints, the skeleton has {expected}")]
    JointCount {
        /// Index of the person in the list.
        person: usize,
        /// Joints found.
        found: usize,
        /// Joints of the skeleton.
        expected: usize,
    },
}
