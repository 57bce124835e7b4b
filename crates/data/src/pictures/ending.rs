//! Pictures by the endings of their names.

use std::path::Path;

/// Endings of pictures, in small letters.
pub const ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// Whether a file is called like a picture.
pub fn is_picture(path: &Path) -> bool {
    let found = path.extension().and_then(|ending| ending.to_str());
    found.is_some_and(|found| ENDINGS.iter().any(|ending| found.eq_ignore_ascii_case(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_may_be_large() {
        let found = ["a.jpg", "b/c.JPEG", "d.Png", "png", "e.gif", "f.jpg.txt"];
        let found = found.map(|name| is_picture(Path::new(name)));
        assert_eq!(found, [true, true, true, false, false, false]);
    }
}
