//! A small SVG writer: elements with escaped text, paths, and the frame of a document.
//!
//! Invariants: coordinates have at most two decimals, attributes keep the order in which they were
//! set, and colours appear only as classes of [`crate::theme`], so one picture serves light and
//! dark surroundings.

mod element;
mod escape;
mod path;
mod text;

pub(crate) use element::{Element, group};
pub(crate) use escape::escape;
pub(crate) use path::Path;
pub(crate) use text::{Anchor, Size, label, text_width};

use crate::theme;

/// A finished drawing in user units, to be placed in a page or written as a file of its own.
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Description for screen readers.
    pub(crate) description: String,
    pub(crate) content: Vec<Element>,
}

impl Drawing {
    /// Markup for a page that has the style sheet already.
    pub(crate) fn inline(self) -> String {
        self.frame().children(self.content).into_markup()
    }

    /// Text of an SVG file, with background and style sheet.
    pub(crate) fn standalone(self) -> String {
        let background = Element::new("rect")
            .set("width", "100%")
            .set("height", "100%")
            .fill(theme::Ink::Surface);
        let frame = self
            .frame()
            .set("xmlns", "http://www.w3.org/2000/svg")
            .set("width", self.width)
            .set("height", self.height)
            .child(Element::new("style").raw(&theme::standalone_css()))
            .child(background);
        frame.children(self.content).into_markup() + "\n"
    }

    fn frame(&self) -> Element {
        let view = format!("0 0 {} {}", element::number(self.width), element::number(self.height));
        Element::new("svg")
            .set("viewBox", view.as_str())
            .set("role", "img")
            .set("aria-label", self.description.as_str())
            .class("drawing")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing() -> Drawing {
        Drawing {
            width: 10.0,
            height: 5.5,
            description: "a < b".into(),
            content: vec![Element::new("path").set("d", "M0 0")],
        }
    }

    #[test]
    fn inline_drawings_carry_no_style() {
        assert_eq!(
            drawing().inline(),
            r#"<svg viewBox="0 0 10 5.5" role="img" aria-label="a &lt; b" class="drawing"><path d="M0 0"/></svg>"#
        );
    }

    #[test]
    fn standalone_drawings_carry_style_and_namespace() {
        let text = drawing().standalone();
        assert!(text.contains("http://www.w3.org/2000/svg"));
        assert!(text.contains("prefers-color-scheme:dark"));
    }
}
