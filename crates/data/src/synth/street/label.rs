//! Label values of Cityscapes that streets are drawn with.

pub(super) const BONNET: u8 = 1;
pub(super) const ROAD: u8 = 7;
pub(super) const SIDEWALK: u8 = 8;
pub(super) const BUILDING: u8 = 11;
pub(super) const WALL: u8 = 12;
pub(super) const FENCE: u8 = 13;
pub(super) const POLE: u8 = 17;
pub(super) const LIGHT: u8 = 19;
pub(super) const SIGN: u8 = 20;
pub(super) const VEGETATION: u8 = 21;
pub(super) const TERRAIN: u8 = 22;
pub(super) const SKY: u8 = 23;
pub(super) const PERSON: u8 = 24;
pub(super) const RIDER: u8 = 25;
pub(super) const CAR: u8 = 26;
pub(super) const TRUCK: u8 = 27;
pub(super) const BUS: u8 = 28;
pub(super) const TRAIN: u8 = 31;
pub(super) const MOTORCYCLE: u8 = 32;
pub(super) const BICYCLE: u8 = 33;
