//! Colours and type of every picture, for light and dark surroundings.
//!
//! A picture names roles ([`Ink`]), never colours. The same table becomes literal rules with a
//! `prefers-color-scheme` block in an SVG file (viewers without custom properties read those) and
//! custom properties in the page, where a button may overrule the system's choice.

mod ink;

use std::fmt::Write as _;

pub(crate) use ink::{Ink, RAMP_STEPS};

/// Rules shared by files and page: type and interaction.
const SHARED_CSS: &str = include_str!("drawing.css");

/// Style sheet for an SVG file.
pub(crate) fn standalone_css() -> String {
    let light = rules(|ink| ink.light().into());
    let dark = rules(|ink| ink.dark().into());
    format!("{SHARED_CSS}{light}@media (prefers-color-scheme:dark){{{dark}}}")
}

/// Style sheet for all drawings of a page: custom properties and the rules that use them.
pub(crate) fn page_css() -> String {
    let mut css = String::from(":root{");
    for ink in Ink::all() {
        write!(css, "--{ink}:light-dark({},{});", ink.light(), ink.dark())
            .expect("writing to a string cannot fail");
    }
    css.push('}');
    css + SHARED_CSS + &rules(|ink| format!("var(--{ink})"))
}

fn rules(colour: impl Fn(Ink) -> String) -> String {
    let mut css = String::new();
    for ink in Ink::all() {
        let colour = colour(ink);
        write!(css, ".f-{ink}{{fill:{colour}}}.s-{ink}{{stroke:{colour}}}")
            .expect("writing to a string cannot fail");
    }
    css
}
