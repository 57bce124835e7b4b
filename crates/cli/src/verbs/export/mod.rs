//! `export`: a network for other runtimes.

mod arguments;
mod form;
mod sample;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_data::Framing;
use scalenas_export::{
    Length, NamedTensors, OnnxOptions, Output as Port, Source, describe, to_onnx,
};
use scalenas_kernels::KernelBackend;
use scalenas_model::{NamedParameters, ScaleNet};
use scalenas_space::CostModel;
use scalenas_train::Precision;
use serde_json::json;

use crate::context::device::on_device;
use crate::context::ready;
use crate::error::user;
use crate::files::write_file;
use crate::networks::single::{Kind, Selection, Single};
use crate::render::Output;
use crate::task::room;
pub use arguments::Arguments;
use form::{Form, Targets};

/// Exports a network.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device.choice)?;
    let options = arguments.onnx()?;
    let targets = Targets::new(arguments)?;
    targets.check()?;
    on_device!(arguments.device.choice, export(arguments, options, &targets, output))
}

fn export<B: KernelBackend>(
    arguments: &Arguments,
    options: OnnxOptions,
    targets: &Targets,
    output: Output,
    device: &B::Device,
) -> Result<()> {
    let data = &arguments.data;
    let accept = |kind: &Kind<'_>| check(kind, arguments);
    let (network, task) = (&arguments.network, arguments.task);
    let precision = Precision::F32;
    let selection = Selection { network, data, precision, task, accept: &accept };
    let single = Single::<B>::load(&selection, device)?;
    let input = arguments.input.unwrap_or(single.input);
    let facts = arguments.facts.as_deref().unwrap_or(&single.facts);
    let room = room(single.head);
    let framing = single.framing.padded(arguments.box_padding);
    let source = source(&single.network, input, framing);
    let (onnx, outputs) = to_onnx(&source, options)?;
    let description = describe(&source, &outputs, &[room.exported_facts(facts)?]);
    let bytes = match targets.form {
        Form::Onnx => {
            write_file(&targets.main, &onnx)?;
            onnx.len()
        }
        Form::Safetensors => save(&single.network, targets)?,
        Form::Pytorch => {
            let (module, weights) = targets.names()?;
            let bytes = save(&single.network, targets)?;
            write_file(&targets.main, scalenas_export::to_pytorch(&source, &module, &weights))?;
            bytes
        }
    };
    if let Some(path) = &targets.sample {
        let images = sample::images(&single, input, device);
        write_file(path, sample::encode(&single, images, &outputs, arguments.decode, input)?)?;
    }
    write_file(&targets.description, serde_json::to_vec_pretty(&description)?)?;
    report(&source, &outputs, targets, bytes, output)
}

/// Refuses a network that cannot be exported as asked.
fn check(kind: &Kind<'_>, arguments: &Arguments) -> Result<()> {
    kind.check(arguments.facts.as_deref(), arguments.input)?;
    kind.check_padding(arguments.box_padding)?;
    if arguments.decode {
        scalenas_export::check_decoding(kind.head)?;
    }
    Ok(())
}

/// The network as the export sees it.
fn source<B: KernelBackend>(network: &ScaleNet<B>, input: Size, framing: Framing) -> Source {
    let mut tensors = network.layers().to_named();
    tensors.extend(network.statistics().to_named());
    let plain = |data: TensorData| scalenas_export::Tensor {
        shape: data.shape.to_vec(),
        values: data.iter::<f32>().collect(),
    };
    let tensors: NamedTensors =
        tensors.into_iter().map(|(name, data)| (name, plain(data))).collect();
    Source {
        space: network.spec().clone(),
        architecture: network.architecture().clone(),
        tensors,
        input,
        framing,
    }
}

/// Writes the weights, and returns their bytes.
fn save<B: KernelBackend>(network: &ScaleNet<B>, targets: &Targets) -> Result<usize> {
    let path = targets.weights.as_ref().expect("this form has weights of its own");
    crate::files::make_parent(path)
        .map_err(|e| user(format!("failed to write {}: {e}", path.display())))?;
    network.save(path)?;
    Ok(std::fs::metadata(path)?.len() as usize)
}

fn report(
    source: &Source,
    outputs: &[Port],
    targets: &Targets,
    bytes: usize,
    output: Output,
) -> Result<()> {
    let cost = CostModel::new(&source.space, source.input)?.cost(&source.architecture);
    let id = source.architecture.id(&source.space);
    let files: Vec<_> = targets.all().collect();
    let value = json!({
        "files": files,
        "bytes": bytes,
        "architecture": id,
        "space": source.space.name,
        "parameters": cost.live_parameters,
        "macs": cost.live_macs,
        "input": source.input,
        "outputs": outputs,
    });
    let mut lines = vec![format!(
        "{}: ScaleNet {id} of space {}, {:.2} M parameters, {:.4} GMACs, {:.1} MB",
        targets.main.display(),
        source.space.name,
        cost.live_parameters as f64 / 1e6,
        cost.live_macs as f64 / 1e9,
        bytes as f64 / 1e6,
    )];
    let input = source.input;
    lines.push(format!(
        "input   images  float32 [batch, 3, {}, {}]  RGB, normalised",
        input.height, input.width
    ));
    lines.extend(outputs.iter().map(|port| {
        let shape = port.shape.iter().map(length).collect::<Vec<_>>().join(", ");
        format!("output  {}  {} [{shape}]  {}", port.name, port.element, port.contents)
    }));
    lines.extend(files.iter().skip(1).map(|path| format!("beside  {}", path.display())));
    output.result(&value, lines.join("\n"))
}

fn length(length: &Length) -> String {
    match length {
        Length::Any(name) => (*name).to_owned(),
        Length::Fixed(length) => length.to_string(),
    }
}
