//! Drawing of a thing by its kind.

use rand::Rng;

use super::brush::Brush;
use super::camera::Camera;
use super::canvas::StreetCanvas;
use super::place::{Place, Thing};
use super::{roadside, traffic};

/// Draws a thing.
pub(super) fn draw(
    canvas: &mut StreetCanvas,
    camera: &Camera,
    place: &Place,
    random: &mut impl Rng,
) {
    let mut brush = Brush::new(canvas, camera, *place);
    match place.thing {
        Thing::Building => roadside::building(&mut brush, random),
        Thing::Wall => roadside::wall(&mut brush, random),
        Thing::Fence => roadside::fence(&mut brush),
        Thing::Tree => roadside::tree(&mut brush, random),
        Thing::Pole => roadside::pole(&mut brush, 7.0, 0.09),
        Thing::TrafficLight => roadside::traffic_light(&mut brush, random),
        Thing::Sign => roadside::sign(&mut brush, random),
        Thing::Person => traffic::person(&mut brush, random),
        Thing::Cyclist => traffic::cyclist(&mut brush, random),
        Thing::Motorcyclist => traffic::motorcyclist(&mut brush, random),
        Thing::Car => traffic::car(&mut brush, random),
        Thing::Truck => traffic::truck(&mut brush, random),
        Thing::Bus => traffic::bus(&mut brush, random),
        Thing::Train => traffic::train(&mut brush, random),
    }
}
