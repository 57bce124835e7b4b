//! Style of drawn pictures.

/// JPEG quality of drawn pictures.
pub const QUALITY: u8 = 88;
/// Opacity of the class colours in overlays.
pub const OPACITY: f64 = 0.55;
