//! SVG element under construction: attributes, classes, children.

use super::escape::escape;
use crate::theme::Ink;

/// One SVG element; builder methods consume and return it.
pub(crate) struct Element {
    name: &'static str,
    attributes: String,
    classes: String,
    content: String,
}

/// A `<g>` around `children`.
pub(crate) fn group(children: impl IntoIterator<Item = Element>) -> Element {
    Element::new("g").children(children)
}

impl Element {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, attributes: String::new(), classes: String::new(), content: String::new() }
    }

    /// A straight line.
    pub(crate) fn line(from: (f64, f64), to: (f64, f64)) -> Self {
        Self::new("line").set("x1", from.0).set("y1", from.1).set("x2", to.0).set("y2", to.1)
    }

    /// A rectangle by its upper left corner.
    pub(crate) fn rect(corner: (f64, f64), size: (f64, f64)) -> Self {
        Self::new("rect")
            .set("x", corner.0)
            .set("y", corner.1)
            .set("width", size.0)
            .set("height", size.1)
    }

    /// A circle.
    pub(crate) fn circle(centre: (f64, f64), radius: f64) -> Self {
        Self::new("circle").set("cx", centre.0).set("cy", centre.1).set("r", radius)
    }

    /// Sets an attribute; text is escaped, numbers are rounded to two decimals.
    pub(crate) fn set<V: Value>(mut self, key: &str, value: V) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(key);
        self.attributes.push_str("=\"");
        value.write(&mut self.attributes);
        self.attributes.push('"');
        self
    }

    /// Adds a class.
    pub(crate) fn class(mut self, class: &str) -> Self {
        if !self.classes.is_empty() {
            self.classes.push(' ');
        }
        self.classes.push_str(class);
        self
    }

    /// Fills with a colour of the theme.
    pub(crate) fn fill(self, ink: Ink) -> Self {
        self.class(&format!("f-{ink}"))
    }

    /// Strokes with a colour of the theme.
    pub(crate) fn stroke(self, ink: Ink, width: f64) -> Self {
        self.class(&format!("s-{ink}")).set("stroke-width", width)
    }

    /// Appends a child.
    pub(crate) fn child(mut self, child: Element) -> Self {
        child.render(&mut self.content);
        self
    }

    /// Appends children.
    pub(crate) fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Appends escaped text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.content.push_str(&escape(text));
        self
    }

    /// Appends text that is markup already.
    pub(crate) fn raw(mut self, markup: &str) -> Self {
        self.content.push_str(markup);
        self
    }

    /// Appends a tooltip.
    pub(crate) fn tooltip(self, text: &str) -> Self {
        self.child(Element::new("title").text(text))
    }

    /// Markup of the element and its children.
    pub(crate) fn into_markup(self) -> String {
        let mut out = String::new();
        self.render(&mut out);
        out
    }

    fn render(self, out: &mut String) {
        out.extend(["<", self.name, &self.attributes]);
        if !self.classes.is_empty() {
            out.extend([" class=\"", &self.classes, "\""]);
        }
        if self.content.is_empty() {
            out.push_str("/>");
        } else {
            out.extend([">", &self.content, "</", self.name, ">"]);
        }
    }
}

/// Value of an attribute.
pub(crate) trait Value {
    fn write(self, out: &mut String);
}

impl Value for f64 {
    fn write(self, out: &mut String) {
        out.push_str(&number(self));
    }
}

impl Value for &str {
    fn write(self, out: &mut String) {
        out.push_str(&escape(self));
    }
}

/// A coordinate with at most two decimals and no negative zero.
pub(super) fn number(value: f64) -> String {
    debug_assert!(value.is_finite(), "coordinates are finite");
    let rounded = (value * 100.0).round() / 100.0;
    if rounded == 0.0 { "0".into() } else { rounded.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [(1.0, "1"), (-0.001, "0"), (12.3456, "12.35"), (-7.5, "-7.5")];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn text_and_attributes_are_escaped() {
        let element = Element::new("text").set("id", "\"&").text("<b>");
        assert_eq!(element.into_markup(), r#"<text id="&quot;&amp;">&lt;b&gt;</text>"#);
    }
}
