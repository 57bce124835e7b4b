//! Where the reference data is, for every test program.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of reference data: `SCALENAS_SHARED`, else beside the repository.
///
/// # Panics
/// If it is absent. Tests that call this are ignored there (`tests/reference_data.rs`), but may be asked for.
pub fn shared() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    let beside = root.unwrap_or(package).join("../shared");
    let folder = env::var_os("SCALENAS_SHARED").map_or(beside, PathBuf::from);
    assert!(folder.is_dir(), "no reference data at {}: set SCALENAS_SHARED", folder.display());
    folder
}
