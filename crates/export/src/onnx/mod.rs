//! ONNX files.

mod compose;
mod encode;
mod messages;
mod opset;

use crate::error::Result;
use crate::network::Norms;
use crate::outputs::{Output, Outputs};
use crate::source::Source;
use crate::task::check_decoding;

pub use compose::INPUT;
pub use opset::Opset;

/// Choices of an ONNX file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnnxOptions {
    /// Treatment of normalisations.
    pub norms: Norms,
    /// Whether joints and classes leave the graph in the place of maps.
    pub decode: bool,
    /// Version of the operators.
    pub opset: Opset,
}

/// An ONNX file, and its outputs per head.
///
/// # Errors
/// A head that cannot be decoded within a graph; an architecture or input size that is not of the
/// space; weights that lack a tensor.
pub fn to_onnx(source: &Source, options: OnnxOptions) -> Result<(Vec<u8>, Vec<Output>)> {
    if options.decode {
        source.space.heads.iter().try_for_each(|&head| check_decoding(head))?;
    }
    let (mut graph, heads) = compose::compose(source, options.norms)?;
    let mut outputs = Outputs::new(&mut graph);
    for (task, maps) in heads {
        if options.decode {
            task.add_decoded(&maps, source.input, &mut outputs);
        } else {
            task.add_maps(&maps, source.input, &mut outputs);
        }
    }
    let outputs = outputs.finish();
    let id = source.architecture.id(&source.space);
    Ok((encode::encode(&graph, &id, options.opset), outputs))
}
