//! The workspace's source files, parsed.

use std::fs;
use std::path::{Path, PathBuf};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// Folders of all packages, relative to the root, that have a `src`.
pub fn packages() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut folders: Vec<String> =
        names.map(|name| format!("crates/{}", name.to_string_lossy())).collect();
    folders.push("xtask".to_owned());
    folders.retain(|folder| root().join(folder).join("src").is_dir());
    folders.sort();
    folders
}

/// A Rust file.
pub struct File {
    /// Relative to the folder that was searched.
    pub path: PathBuf,
    pub text: String,
}

impl File {
    /// The path with the folder that was searched in front.
    pub fn place(&self, folder: &str) -> String {
        format!("{folder}/{}", self.path.display())
    }

    /// Items that are not compiled for tests alone.
    pub fn items(&self) -> Vec<syn::Item> {
        let file = syn::parse_file(&self.text).expect("the compiler reads it, too");
        file.items.into_iter().filter(|item| !is_test(attributes(item))).collect()
    }
}

/// Rust files below a folder of the workspace, in order.
pub fn files(folder: &str) -> Vec<File> {
    let top = root().join(folder);
    let mut found = Vec::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a text file");
                let path = path.strip_prefix(&top).expect("below the folder").to_owned();
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Whether an item has `#[cfg(test)]` or `#[test]`.
pub fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        syn::Meta::NameValue(_) => false,
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        _ => &[],
    }
}
