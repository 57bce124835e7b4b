//! `import`: PyTorch checkpoints.

mod arguments;

use anyhow::Result;
use scalenas_model::import::{Kind, read_pth};
use scalenas_model::{Absent, NamedParameters, ScaleNet, Supernet, save_supernet};
use scalenas_space::Architecture;
use serde_json::json;

use crate::context::device::{HOST, Host};
use crate::error::user;
use crate::files::{check_target, make_parent};
use crate::networks;
use crate::render::Output;
pub use arguments::Arguments;

/// Reads a checkpoint and writes it in the format of this program.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    check_target("--out", Some(&arguments.out))?;
    let checkpoint = read_pth(&arguments.pth)?;
    let origin = arguments.pth.display().to_string();
    let spec = &checkpoint.spec;
    let architecture = match (&arguments.arch, checkpoint.kind) {
        (Some(name), _) => Some(networks::architecture(name, spec, None)?),
        (None, Kind::HrNet) => Some(Architecture::hrnet(spec)),
        (None, Kind::Supernet) => None,
    };
    make_parent(&arguments.out)
        .map_err(|e| user(format!("failed to write {}: {e}", arguments.out.display())))?;
    let (what, parameters) = if let Some(architecture) = &architecture {
        let tensors = &checkpoint.tensors;
        let network: ScaleNet<Host> =
            ScaleNet::from_named(spec, architecture, tensors, &origin, &HOST)?;
        network.save(&arguments.out)?;
        ("network", network.parameters())
    } else {
        let mut supernet = Supernet::<Host>::new(spec, 0, &HOST);
        supernet.load_named(&checkpoint.tensors, Absent::Refuse, &origin)?;
        let statistics = supernet.load_statistics(&checkpoint.tensors, &origin, &HOST)?;
        save_supernet(&arguments.out, &supernet, &statistics)?;
        let count = supernet.to_named().values().map(burn::tensor::TensorData::num_elements).sum();
        ("supernet", count)
    };
    let value = json!({
        "out": arguments.out,
        "kind": what,
        "space": spec.name,
        "outputs": spec.outputs(),
        "parameters": parameters,
        "architecture": architecture.as_ref().map(|a| a.id(spec)),
    });
    let text = format!(
        "{origin}: {what} of space {} with {} outputs, {:.2} M parameters → {}",
        spec.name,
        spec.outputs(),
        parameters as f64 / 1e6,
        arguments.out.display()
    );
    output.result(&value, text)
}
