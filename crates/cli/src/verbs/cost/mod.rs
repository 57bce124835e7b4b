//! `cost`: exact cost of an architecture, without a network.

mod arguments;

use std::path::Path;

use anyhow::Result;
use scalenas_base::Size;
use scalenas_report::architecture_svg;
use scalenas_space::plan::Reach;
use scalenas_space::{Architecture, MaskFile, SpaceSpec, cost, layers};
use serde::Serialize;

use crate::error::user;
use crate::experiment::space;
use crate::files::{check_target, write_file};
use crate::networks;
use crate::render::{Output, mib, table};
pub use arguments::Arguments;

/// Spaces that are tried for a file that names none.
const ASSUMED: [&str; 2] = ["pose_w32", "segmentation_w32"];

#[derive(Serialize)]
struct Figures {
    space: String,
    input: Size,
    id: String,
    parameters: u64,
    macs: u64,
    gmacs: f64,
    gimacs: f64,
    live_parameters: u64,
    live_macs: u64,
    activation_bytes: u64,
}

/// Prints the cost of an architecture.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    check_target("--picture", arguments.picture.as_deref())?;
    let (space, architecture, input) = resolve(arguments, output)?;
    let cost = cost::cost(&space, &architecture, input)?;
    let figures = Figures {
        space: space.name.clone(),
        input,
        id: architecture.id(&space),
        parameters: cost.parameters,
        macs: cost.macs,
        gmacs: cost.gmacs(),
        gimacs: cost.gimacs(),
        live_parameters: cost.live_parameters,
        live_macs: cost.live_macs,
        activation_bytes: cost.activation_bytes,
    };
    let mut text = summary(&figures);
    if arguments.layers {
        text = format!("{}\n{text}", layer_table(&space, &architecture, input)?);
    }
    if let Some(path) = &arguments.picture {
        let stats = [
            ("GMACs".to_owned(), format!("{:.3}", figures.gmacs)),
            ("M params".to_owned(), format!("{:.2}", figures.parameters as f64 / 1e6)),
        ];
        write_file(path, architecture_svg(&space, &architecture, &stats))?;
        text = format!("{text}\npicture: {}", path.display());
    }
    output.result(&figures, text)
}

fn resolve(arguments: &Arguments, output: Output) -> Result<(SpaceSpec, Architecture, Size)> {
    let path = Path::new(&arguments.arch);
    let file = if path.exists() { Some(MaskFile::read(path)?) } else { None };
    let space = match (&arguments.space, &file) {
        (Some(name), _) => space(name)?,
        (None, Some(file)) => {
            file.space().map_or_else(|| fitting_space(&arguments.arch, file, output), Ok)?
        }
        (None, None) => {
            // A name fits every space; anything else is an error here.
            networks::architecture(&arguments.arch, &SpaceSpec::preset(ASSUMED[0])?, None)?;
            return Err(unknown_space(&arguments.arch));
        }
    };
    let input = arguments.input.or(file.as_ref().and_then(|file| file.input_hw));
    let input = input.ok_or_else(|| user("name the input with --input HEIGHTxWIDTH"))?;
    let architecture = networks::architecture(&arguments.arch, &space, None)?;
    Ok((space, architecture, input))
}

/// First usual space that an array of bits without the name of a space fits, such as those of the
/// published masks.
fn fitting_space(path: &str, file: &MaskFile, output: Output) -> Result<SpaceSpec> {
    let architecture = file.clone().architecture();
    for name in ASSUMED {
        let space = SpaceSpec::preset(name)?;
        if architecture.validate(&space).is_ok() {
            output.say(format!(
                "{path} is taken as an architecture of {name}; --space names another"
            ));
            return Ok(space);
        }
    }
    Err(unknown_space(path))
}

fn unknown_space(architecture: &str) -> anyhow::Error {
    user(format!(
        "--arch {architecture} does not say which space it belongs to; name it with --space ({}, or a RON file)",
        SpaceSpec::presets().join(", ")
    ))
}

fn summary(figures: &Figures) -> String {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = [
        row("id", figures.id.clone()),
        row("parameters", format!("{:.2} M", figures.parameters as f64 / 1e6)),
        row("MACs", format!("{:.3} · 10^9 = {:.3} Gi (2^30)", figures.gmacs, figures.gimacs)),
        row("live parameters", format!("{:.2} M", figures.live_parameters as f64 / 1e6)),
        row("live MACs", format!("{:.3} · 10^9", figures.live_macs as f64 / 1e9)),
        row("activations", format!("{:.1} MiB per picture", mib(figures.activation_bytes))),
    ];
    table(&[&figures.space, &figures.input.to_string()], &rows)
}

fn layer_table(space: &SpaceSpec, architecture: &Architecture, input: Size) -> Result<String> {
    let layers = layers::layers(space, architecture, input, Reach::Executed)?;
    let row = |layer: &layers::Layer| {
        vec![
            layer.name.clone(),
            format!("{}x{}", layer.kernel, layer.kernel),
            format!("{} → {}", layer.input, layer.output),
            layer.size.to_string(),
            layer.parameters().to_string(),
            layer.macs().to_string(),
        ]
    };
    let rows: Vec<_> = layers.iter().map(row).collect();
    Ok(table(&["layer", "kernel", "channels", "output", "parameters", "MACs"], &rows))
}
