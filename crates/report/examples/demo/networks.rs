//! The published pose networks with their published figures.

use std::error::Error;
use std::fs;
use std::path::Path;

use scalenas_report::FoundNet;
use scalenas_space::{Architecture, SpaceSpec};

const JOINTS: usize = 17;

/// Name, width, AP, parameters in millions, 10^9 MACs, 2^30 MACs.
const PUBLISHED: [(&str, usize, &str, &str, &str, &str); 4] = [
    ("P1", 32, "0.749", "28.48", "7.46", "6.95"),
    ("P2", 32, "0.752", "35.61", "8.60", "8.01"),
    ("P3", 32, "0.763", "26.17", "15.37", "14.32"),
    ("P4", 48, "0.770", "64.28", "34.99", "32.59"),
];

/// P1 to P4, or the named architectures of the space where the published files are not at hand.
pub fn published(shared: Option<&Path>) -> Result<Vec<FoundNet>, Box<dyn Error>> {
    let Some(shared) = shared else { return Ok(named()) };
    let mut networks = Vec::new();
    for (name, width, score, parameters, gmacs, gimacs) in PUBLISHED {
        let text = fs::read_to_string(shared.join(format!("golden/masks/{name}.json")))?;
        let stats =
            [("AP", score), ("M parameters", parameters), ("GMACs", gmacs), ("GiMACs", gimacs)];
        networks.push(FoundNet {
            id: name.into(),
            spec: SpaceSpec::top_down(width, JOINTS),
            architecture: Architecture::from_json(&text)?,
            stats: stats.map(|(name, value)| (name.to_string(), value.to_string())).to_vec(),
        });
    }
    Ok(networks)
}

fn named() -> Vec<FoundNet> {
    let spec = SpaceSpec::top_down(32, JOINTS);
    let net = |(name, architecture): (&str, Architecture)| FoundNet {
        id: name.into(),
        spec: spec.clone(),
        architecture,
        stats: Vec::new(),
    };
    Architecture::all_named(&spec).map(net).collect()
}
