//! Report of the pictures that were left out.

use scalenas_data::SkippedImage;

use crate::render::Output;

/// Prints the pictures that were left out, with their reasons.
pub fn report_skipped(skipped: &[SkippedImage], output: Output) {
    if skipped.is_empty() {
        return;
    }
    let samples: usize = skipped.iter().map(|image| image.samples).sum();
    output.say(format!("left out {} bad pictures with {samples} samples:", skipped.len()));
    for image in skipped {
        output.say(format!("  {}: {}", image.path.display(), image.reason));
    }
}
