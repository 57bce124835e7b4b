//! Colours of the synthetic pictures, linear in 0..=1.

/// Red, green, blue.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rgb(pub [f32; 3]);

impl Rgb {
    pub const BLACK: Self = Self([0.05, 0.05, 0.06]);
    pub const WHITE: Self = Self([0.95, 0.95, 0.93]);

    /// From hue (degrees), saturation and value (0 to 1).
    pub fn hsv(hue: f32, saturation: f32, value: f32) -> Self {
        let channel = |n: f32| {
            let k = (n + hue.rem_euclid(360.0) / 60.0) % 6.0;
            value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0)
        };
        Self([channel(5.0), channel(3.0), channel(1.0)])
    }

    pub fn mix(self, other: Self, share: f32) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + (other.0[i] - self.0[i]) * share))
    }

    pub fn lit(self, light: f32) -> Self {
        Self(self.0.map(|v| v * light))
    }

    pub fn shifted(self, offset: f32) -> Self {
        Self(self.0.map(|v| v + offset))
    }

    pub fn to_bytes(self) -> [u8; 3] {
        self.0.map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8)
    }
}
