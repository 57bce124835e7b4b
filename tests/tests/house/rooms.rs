//! Sizes of folders, files and functions.

use std::collections::BTreeMap;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::{files, is_test, packages};

/// Files in one folder at most.
const FILES: usize = 14;
/// Lines of half of all files at most.
const MEDIAN: usize = 110;
/// Lines of a function at most, signature included; kernels are innermost loops and unroll them.
const FUNCTION: usize = 60;
const KERNELS: &str = "crates/kernels";

#[test]
fn folders_are_small() {
    for package in packages() {
        let mut folders: BTreeMap<_, usize> = BTreeMap::new();
        for file in files(&format!("{package}/src")) {
            let folder = file.path.parent().expect("a file is in a folder").to_owned();
            *folders.entry(folder).or_default() += 1;
        }
        for (folder, count) in folders {
            let place = format!("{package}/src/{}", folder.display());
            assert!(count <= FILES, "{place} has {count} files, {FILES} are the maximum");
        }
    }
}

#[test]
fn files_are_small() {
    let files = packages().into_iter().flat_map(|package| files(&format!("{package}/src")));
    let mut lines: Vec<usize> = files.map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(median <= MEDIAN, "half of the files have more than {median} lines");
}

#[test]
fn functions_are_small() {
    let mut long = Vec::new();
    for package in packages().into_iter().filter(|package| package != KERNELS) {
        let folder = format!("{package}/src");
        for file in files(&folder) {
            let mut functions = Functions { place: file.place(&folder), long: &mut long };
            file.items().iter().for_each(|item| functions.visit_item(item));
        }
    }
    assert!(long.is_empty(), "functions over {FUNCTION} lines:\n{}", long.join("\n"));
}

struct Functions<'a> {
    place: String,
    long: &'a mut Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let [first, last] = [signature.span().start().line, block.span().end().line];
        let lines = last + 1 - first;
        if lines > FUNCTION {
            self.long.push(format!("{}:{first} {}: {lines} lines", self.place, signature.ident));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            self.measure(&item.sig, &item.block);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
}
