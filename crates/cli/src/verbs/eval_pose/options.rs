//! Options that the method of a network takes.

use std::path::Path;

use anyhow::Result;

use super::arguments::Arguments;
use crate::arguments::PoseHead;
use crate::error::user;

/// Refuses options that change nothing with a network of this method.
pub fn check(arguments: &Arguments, method: PoseHead, origin: &Path) -> Result<()> {
    let (name, unused) = match method {
        PoseHead::TopDown => (
            "in their boxes",
            [("--fit", arguments.fit.is_some()), ("--suppress", arguments.suppress.is_some())],
        ),
        PoseHead::BottomUp => {
            let boxes = [
                ("--detections", arguments.detections.is_some()),
                ("--box-padding", arguments.box_padding.is_some()),
            ];
            ("in whole pictures", boxes)
        }
    };
    match unused.into_iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(user(format!(
            "{option}: {} finds people {name}, which takes no such option; leave it out",
            origin.display()
        ))),
        None => Ok(()),
    }
}
