//! Boxes around the people whom a network finds in whole pictures.

use anyhow::Result;
use scalenas_kernels::KernelBackend;
use scalenas_train::Network;

use super::people::extent;
use crate::error::user;
use crate::task::infer::{BoxAround, InferRequest};
use crate::task::{bottom_up, top_down};

/// Share of the extent of the joints that a box is wider and higher than it: joints lie within a body.
const MARGIN: f64 = 0.25;
/// Joints with a lower score say nothing about the extent.
const LEAST_SCORE: f64 = 0.05;

/// The boxes around all people in all pictures, whom a bottom-up network finds, or one that takes a person at a time in the
/// boxes of the request.
pub fn find_boxes<B: KernelBackend>(
    network: &impl Network<B>,
    request: &InferRequest<'_>,
    device: &B::Device,
) -> Result<Vec<BoxAround>> {
    let people = if request.boxes.is_empty() {
        bottom_up::find(network, request, device)?
    } else {
        top_down::find(network, request, device)?
    };
    let boxes = people.found.iter().filter_map(|person| {
        let joints = person.joints.iter().copied();
        let joints: Vec<_> = joints.filter(|joint| joint[2] > LEAST_SCORE).collect();
        let [x, y, width, height] = extent(&joints);
        let [wider, higher] = [width, height].map(|side| side * MARGIN);
        let bbox = [x - wider / 2.0, y - higher / 2.0, width + wider, height + higher];
        let has_extent = width > 0.0 && height > 0.0;
        has_extent.then_some(BoxAround { picture: person.picture, bbox, score: person.score })
    });
    let boxes: Vec<BoxAround> = boxes.collect();
    if boxes.is_empty() {
        return Err(user(
            "--boxes: nobody was found in any picture; accepted: whole, or a JSON file",
        ));
    }
    Ok(boxes)
}
