//! Build script of every package whose tests need reference data: sets `reference_data` where it is, at
//! `SCALENAS_SHARED` or beside the repository. Elsewhere those tests are ignored and say why. In CI
//! they always run, and fail without it.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(reference_data)");
    println!("cargo::rerun-if-env-changed=SCALENAS_SHARED");
    println!("cargo::rerun-if-env-changed=CI");
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = package.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    let beside = root.unwrap_or(&package).join("../shared");
    let folder = env::var_os("SCALENAS_SHARED").map_or(beside, PathBuf::from);
    let readme = folder.join("README.md");
    // Only where it is: cargo takes a file that is absent for one that changed.
    if readme.is_file() {
        println!("cargo::rerun-if-changed={}", readme.display());
    }
    if folder.is_dir() || env::var("CI").as_deref() == Ok("true") {
        println!("cargo::rustc-cfg=reference_data");
    }
}
