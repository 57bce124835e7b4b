//! Files of a crate do not import each other in a circle.
//!
//! An import is any path that leads to another file of the crate, followed through re-exports to the
//! file that defines the name. A re-export alone is no import: a file that only declares and shows
//! its rooms needs nothing of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};

use crate::source::{File, files, packages};

/// Names from a crate's root.
type Names = Vec<String>;

/// The files of a crate as modules.
struct Modules {
    files: BTreeMap<Names, Module>,
}

/// Imports and re-exports of a file.
#[derive(Default)]
struct Module {
    place: String,
    /// Where a re-exported name comes from.
    exports: BTreeMap<String, Names>,
    /// Modules all of whose names are re-exported.
    globs: Vec<Names>,
    imports: Vec<Names>,
}

impl Modules {
    fn read(folder: &str) -> Self {
        let mut modules = BTreeMap::new();
        for file in files(folder) {
            let name = module_name(&file.path);
            modules.insert(name.clone(), Module::read(&file, &name, folder));
        }
        Self { files: modules }
    }

    /// The module that defines what a path names, if it is a file of this crate.
    fn defining(&self, path: &[String], depth: usize) -> Option<Names> {
        let length = (0..=path.len()).rev().find(|&n| self.files.contains_key(&path[..n]))?;
        let (module, rest) = path.split_at(length);
        let Some(name) = rest.first().filter(|_| depth < 16) else { return Some(module.to_vec()) };
        let file = &self.files[module];
        if let Some(target) = file.exports.get(name) {
            let target = [target, &rest[1..]].concat();
            return self.defining(&target, depth + 1);
        }
        for glob in &file.globs {
            let shown = [glob.as_slice(), rest].concat();
            if let Some(found) = self.defining(&shown, depth + 1).filter(|found| found != glob) {
                return Some(found);
            }
        }
        Some(module.to_vec())
    }

    /// Files by the files that they import.
    fn imports(&self) -> BTreeMap<&Names, BTreeSet<Names>> {
        let of = |(name, module): (&'_ Names, &Module)| {
            let targets = module.imports.iter().filter_map(|path| self.defining(path, 0));
            targets.filter(|target| target != name).collect::<BTreeSet<_>>()
        };
        self.files.iter().map(|(name, module)| (name, of((name, module)))).collect()
    }
}

impl Module {
    fn read(file: &File, name: &[String], folder: &str) -> Self {
        let mut module = Self { place: file.place(folder), ..Self::default() };
        let items = file.items();
        let children: BTreeSet<String> = items
            .iter()
            .filter_map(|item| match item {
                syn::Item::Mod(item) => Some(item.ident.to_string()),
                _ => None,
            })
            .collect();
        let mut paths = Paths { name, children: &children, module: &mut module };
        for item in &items {
            paths.visit_item(item);
        }
        module
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`.
fn module_name(path: &Path) -> Names {
    let names = path.with_extension("");
    let mut names: Names = names.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
    names
}

/// Collects the paths of a file.
struct Paths<'a> {
    name: &'a [String],
    children: &'a BTreeSet<String>,
    module: &'a mut Module,
}

impl Paths<'_> {
    /// A path from the crate's root, if it leads into this crate.
    fn absolute(&self, path: &[String]) -> Option<Names> {
        let (first, mut rest) = path.split_first()?;
        let mut base = self.name.to_vec();
        match first.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                base.pop();
                while rest.first().is_some_and(|name| name == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            child if self.children.contains(child) => base.push(child.to_owned()),
            _ => return None,
        }
        base.extend_from_slice(rest);
        Some(base)
    }

    fn use_tree(&mut self, tree: &syn::UseTree, before: &[String], public: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.use_tree(&path.tree, &with(&path.ident), public),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.use_tree(tree, before, public));
            }
            syn::UseTree::Name(name) => {
                let path = if name.ident == "self" { before.to_vec() } else { with(&name.ident) };
                self.name_used(&path, path.last().cloned(), public);
            }
            syn::UseTree::Rename(rename) => {
                self.name_used(&with(&rename.ident), Some(rename.rename.to_string()), public);
            }
            syn::UseTree::Glob(_) => match self.absolute(before) {
                Some(path) if public => self.module.globs.push(path),
                Some(path) => self.module.imports.push(path),
                None => {}
            },
        }
    }

    fn name_used(&mut self, path: &[String], name: Option<String>, public: bool) {
        let (Some(path), Some(name)) = (self.absolute(path), name) else { return };
        if public {
            self.module.exports.insert(name, path);
        } else {
            self.module.imports.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let public = !matches!(item.vis, syn::Visibility::Inherited);
        self.use_tree(&item.tree, &[], public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let outside = ["crate", "self", "super"].contains(&names[0].as_str());
        if names.len() > 1 && (outside || self.children.contains(&names[0])) {
            self.module.imports.extend(self.absolute(&names));
        }
        visit::visit_path(self, path);
    }
}

/// Groups of two and more that reach each other.
fn circles(imports: &BTreeMap<&Names, BTreeSet<Names>>) -> Vec<Vec<Names>> {
    let reach = |start: &Names| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<Names> = imports[start].iter().cloned().collect();
        while let Some(name) = open.pop() {
            if seen.insert(name.clone()) {
                open.extend(imports[&name].iter().cloned());
            }
        }
        seen
    };
    let reached: BTreeMap<&Names, BTreeSet<Names>> =
        imports.keys().map(|&name| (name, reach(name))).collect();
    let mut circles: Vec<Vec<Names>> = Vec::new();
    for (&name, reaches) in &reached {
        if reaches.contains(name) && !circles.iter().any(|circle| circle.contains(name)) {
            let members = reaches.iter().filter(|other| reached[*other].contains(name));
            circles.push(members.cloned().collect());
        }
    }
    circles
}

#[test]
fn files_do_not_import_each_other_in_a_circle() {
    let mut found = Vec::new();
    for package in packages() {
        let modules = Modules::read(&format!("{package}/src"));
        let imports = modules.imports();
        for circle in circles(&imports) {
            let line = |name: &Names| {
                let inside = imports[name].iter().filter(|target| circle.contains(target));
                let inside: Vec<&str> =
                    inside.map(|target| modules.files[target].place.as_str()).collect();
                format!("  {} imports {}", modules.files[name].place, inside.join(", "))
            };
            let lines: Vec<String> = circle.iter().map(line).collect();
            found.push(format!("{} files:\n{}", circle.len(), lines.join("\n")));
        }
    }
    assert!(found.is_empty(), "circles of imports:\n{}", found.join("\n"));
}
