//! Text: sizes, placing, and an estimate of its width.

use super::element::Element;
use crate::theme::Ink;

/// Type sizes of the pictures, in user units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// Ticks, legends, annotations.
    Small,
    /// Values in a header.
    Body,
    /// Title of a picture.
    Title,
}

impl Size {
    /// Height of the letters' em square.
    pub(crate) fn em(self) -> f64 {
        match self {
            Self::Small => 12.0,
            Self::Body => 13.0,
            Self::Title => 15.0,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Small => "t-small",
            Self::Body => "t-body",
            Self::Title => "t-title",
        }
    }
}

/// Part of a text that lies at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Text whose baseline passes through `at`.
pub(crate) fn label(text: &str, at: (f64, f64), size: Size, anchor: Anchor, ink: Ink) -> Element {
    let element = Element::new("text").set("x", at.0).set("y", at.1);
    let element = match anchor {
        Anchor::Start => element,
        Anchor::Middle => element.set("text-anchor", "middle"),
        Anchor::End => element.set("text-anchor", "end"),
    };
    element.class(size.class()).fill(ink).text(text)
}

/// Estimated width of `text` in user units: sans-serif advance widths in four classes, on the
/// generous side so that neighbours never touch.
pub(crate) fn text_width(text: &str, size: Size) -> f64 {
    let ems: f64 = text.chars().map(advance).sum();
    ems * size.em()
}

fn advance(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' => 0.30,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '-' | '/' => 0.40,
        'm' | 'w' | 'M' | 'W' | '%' => 0.90,
        'A'..='Z' => 0.70,
        _ => 0.58,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_grows_with_text() {
        assert!(text_width("illi", Size::Small) < text_width("WWWW", Size::Small));
        assert!(text_width("a", Size::Small) < text_width("a", Size::Title));
    }
}
