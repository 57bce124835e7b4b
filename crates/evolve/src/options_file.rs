//! Options of a search in a file, so that it continues under the same ones.

use std::fs;
use std::path::Path;

use scalenas_base::{Size, atomic};
use scalenas_space::SpaceSpec;
use scalenas_space::latency::{LatencyTable, PartTimes};
use serde::{Deserialize, Serialize};

use crate::config::SearchConfig;
use crate::error::{Error, Result};

/// Version of the file's format.
const VERSION: u32 = 3;

/// Contents of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    version: u32,
    spec: SpaceSpec,
    /// Height and width of the network's input, in pixels.
    input: Size,
    config: SearchConfig,
    /// Times of the parts of the space, where they are the price of networks.
    latency: Option<PartTimes>,
}

/// Keeps the options of a search at `path`, or compares them with those that are there.
///
/// # Errors
/// [`Error::File`] for a file that cannot be read or has another version, [`Error::Changed`] for one of a search
/// with another space, input, configuration or table of latencies; the number of generations may differ.
pub fn keep_options(
    path: &Path,
    spec: &SpaceSpec,
    config: &SearchConfig,
    input: Size,
    latency: Option<&LatencyTable>,
) -> Result<()> {
    let latency = latency.map(|table| table.parts.clone());
    let (spec, config) = (spec.clone(), config.clone());
    let options = Options { version: VERSION, spec, input, config, latency };
    if path.exists() {
        compare(path, &options)?;
    }
    let text = serde_json::to_string(&options).map_err(|e| Error::file("write", path, e))?;
    atomic::write(path, text).map_err(|e| Error::file("write", path, e))
}

fn compare(path: &Path, options: &Options) -> Result<()> {
    let text = fs::read_to_string(path).map_err(|e| Error::file("read", path, e))?;
    let found: Options = serde_json::from_str(&text).map_err(|e| Error::file("read", path, e))?;
    let changed = |key| Err(Error::Changed { path: path.to_owned(), key });
    if found.version != VERSION {
        return Err(Error::file("read", path, format!("version {}", found.version)));
    }
    if found.spec != options.spec || found.input != options.input {
        return changed("space or input");
    }
    // More generations continue the same search, and its candidates are the same beside others.
    let comparable =
        |config: &SearchConfig| SearchConfig { generations: 0, baseline: true, ..config.clone() };
    if comparable(&found.config) != comparable(&options.config) {
        return changed("search configuration");
    }
    if found.latency != options.latency {
        return changed("table of latencies");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_search_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("search.json");
        let (space, config, input) =
            (SpaceSpec::tiny(), SearchConfig::default(), Size::new(128, 96));
        keep_options(&path, &space, &config, input, None).expect("writable");
        let more = SearchConfig { generations: 99, baseline: false, ..config.clone() };
        keep_options(&path, &space, &more, input, None).expect("the same search");
        let other = SearchConfig { seed: 9, ..config.clone() };
        let said = keep_options(&path, &space, &other, input, None).expect_err("another search");
        assert!(matches!(said, Error::Changed { key: "search configuration", .. }), "{said}");
        let said = keep_options(&path, &space, &config, Size::square(64), None)
            .expect_err("another input");
        assert!(matches!(said, Error::Changed { key: "space or input", .. }), "{said}");
        fs::write(&path, "{").expect("writable");
        let said = keep_options(&path, &space, &config, input, None).expect_err("half a file");
        assert!(said.to_string().contains("search.json"), "{said}");
    }
}
