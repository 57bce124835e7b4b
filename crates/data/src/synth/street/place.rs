//! Kinds of things on and beside the road, and their places.

/// Kind of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Building,
    Wall,
    Fence,
    Tree,
    Pole,
    TrafficLight,
    Sign,
    Person,
    Cyclist,
    Motorcyclist,
    Car,
    Truck,
    Bus,
    Train,
}

/// A thing and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub thing: Thing,
    /// Metres to the right of the camera.
    pub x: f32,
    /// Metres ahead.
    pub z: f32,
    /// Length along the road in metres, of long things.
    pub length: f32,
    /// -1 to the left, 1 to the right.
    pub side: f32,
}
