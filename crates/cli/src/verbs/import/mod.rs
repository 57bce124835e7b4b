//! `import`: PyTorch checkpoints.

mod arguments;

use anyhow::Result;
use scalenas_model::import::{Checkpoint, Kind, read_pth};
use scalenas_model::{Absent, NamedParameters, ScaleNet, Supernet, save_supernet};
use scalenas_space::Architecture;
use serde_json::json;

use crate::context::device::{HOST, Host};
use crate::error::user;
use crate::files::{check_target, make_parent};
use crate::networks;
use crate::render::Output;
pub use arguments::Arguments;

/// Unused tensors that are named.
const SHOWN: usize = 5;

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
        "tensors": checkpoint.tensors.len(),
        "renamed": checkpoint.renamed,
        "unused": checkpoint.unused,
        "out": arguments.out,
        "kind": what,
        "space": spec.name,
        "outputs": spec.outputs(),
        "parameters": parameters,
        "architecture": architecture.as_ref().map(|a| a.id(spec)),
    });
    let text = format!(
        "{origin}: {what} of space {} with {} outputs, {:.2} M parameters → {}\n{}",
        spec.name,
        spec.outputs(),
        parameters as f64 / 1e6,
        arguments.out.display(),
        account(&checkpoint),
    );
    output.result(&value, text)
}

/// Account of the tensors of a checkpoint. None that the network needs is missing, or it was refused.
fn account(checkpoint: &Checkpoint) -> String {
    let Checkpoint { tensors, renamed, unused, .. } = checkpoint;
    let first = unused.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let unused = match unused.len() {
        0 => "none unused".to_owned(),
        count if count <= SHOWN => format!("{count} unused: {first}"),
        count => format!("{count} unused: {first}, …"),
    };
    format!("{} tensors read, {renamed} of them renamed, none missing, {unused}", tensors.len())
}
