//! Path element: construction of its `d` attribute.

use super::element::{Element, number};

/// A path under construction, absolute coordinates only.
#[derive(Default)]
pub(crate) struct Path(String);

impl Path {
    /// A line through `points`.
    pub(crate) fn through(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut path = Self::default();
        path.polyline(points);
        path
    }

    /// Starts a new line and draws it through `points`.
    pub(crate) fn polyline(&mut self, points: impl IntoIterator<Item = (f64, f64)>) {
        for (index, point) in points.into_iter().enumerate() {
            self.command(if index == 0 { 'M' } else { 'L' }, &[point]);
        }
    }

    /// An S-shaped curve that leaves and arrives horizontally; `bend` in (0, 1] is the share of the
    /// horizontal distance spent on each bend.
    pub(crate) fn ribbon(from: (f64, f64), to: (f64, f64), bend: f64) -> Self {
        let reach = (to.0 - from.0) * bend;
        let mut path = Self::default();
        path.command('M', &[from]);
        path.command('C', &[(from.0 + reach, from.1), (to.0 - reach, to.1), to]);
        path
    }

    /// Closes the current line.
    pub(crate) fn close(mut self) -> Self {
        self.0.push('Z');
        self
    }

    /// The path element, without fill and stroke.
    pub(crate) fn element(self) -> Element {
        Element::new("path").set("d", self.0.as_str())
    }

    fn command(&mut self, letter: char, points: &[(f64, f64)]) {
        self.0.push(letter);
        for (index, (x, y)) in points.iter().enumerate() {
            if index > 0 {
                self.0.push(' ');
            }
            self.0.push_str(&number(*x));
            self.0.push(' ');
            self.0.push_str(&number(*y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        let path = Path::through([(0.0, 1.0), (2.5, 3.0)]).close();
        assert_eq!(path.element().into_markup(), r#"<path d="M0 1L2.5 3Z"/>"#);
        let curve = Path::ribbon((0.0, 0.0), (10.0, 4.0), 0.5);
        assert_eq!(curve.element().into_markup(), r#"<path d="M0 0C5 0 5 4 10 4"/>"#);
    }
}
