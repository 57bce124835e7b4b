//! Writes `report-demo/`: a page and single pictures with synthetic numbers, and the published
//! ScaleNet-P architectures and real photographs where the shared data are at hand.
//!
//! ```text
//! cargo run -p scalenas-report --example demo [FOLDER]
//! ```

mod networks;
mod numbers;
mod photographs;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use scalenas_report::{
    Report, architecture_svg, contact_sheet_svg, curve_svg, pareto_svg, pareto_svg_with,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).map_or_else(|| PathBuf::from("report-demo"), PathBuf::from);
    let shared = shared_folder();
    let networks = networks::published(shared.as_deref())?;
    let search = numbers::search(&networks);
    let samples = photographs::samples(shared.as_deref())?;
    let report = Report {
        title: "ScaleNAS demonstration: synthetic numbers".into(),
        summary: numbers::summary(),
        budgets: networks.iter().map(numbers::budget).collect(),
        curves: numbers::curves(),
        data: serde_json::json!({ "search": &search }),
        search: Some(numbers::explorer(&search, &networks)),
        preferences: None,
        reload: None,
        rankings: Vec::new(),
        architectures: networks.clone(),
        samples: samples.clone(),
    };
    fs::create_dir_all(&folder)?;
    let write = |name: &str, text: String| fs::write(folder.join(name), text);
    write("report.html", report.to_html())?;
    write("curve.svg", curve_svg(&report.curves[0]))?;
    write("pareto.svg", pareto_svg(&search))?;
    let ids: Vec<_> = networks.iter().map(|net| net.id.as_str()).collect();
    write("pareto-chosen.svg", pareto_svg_with(&search, &ids))?;
    for net in &networks {
        let svg = architecture_svg(&net.spec, &net.architecture, &net.stats);
        write(&format!("{}.svg", net.id), svg)?;
    }
    write("samples.svg", contact_sheet_svg(&samples, 4))?;
    println!("wrote {}", folder.join("report.html").display());
    Ok(())
}

/// Reference facts and data: `SCALENAS_SHARED`, else beside the workspace.
fn shared_folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = env::var_os("SCALENAS_SHARED").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}
