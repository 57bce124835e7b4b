//! JSON files whose errors name the place and the cause.

mod entry;
mod field;
mod place;

use std::fs;
use std::path::Path;

use scalenas_base::text;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};
pub(crate) use entry::{Entry, accepted};
pub(crate) use field::{Field, Numbers};

/// Words that Python writes for numbers that JSON does not have.
const NON_FINITE_WORDS: [&str; 3] = ["NaN", "-Infinity", "Infinity"];

/// The value in the file at `path`; `accepted` describes the format for errors.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, accepted: &'static str) -> Result<T> {
    let bytes = fs::read(path).map_err(|source| Error::io(path, "read", source))?;
    parse(&bytes, &path.display().to_string(), accepted)
}

/// The value in the bytes of the file that messages call `file`.
pub(crate) fn parse<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    file: &str,
    accepted: &'static str,
) -> Result<T> {
    let bytes = text::without_mark(bytes).map_err(|error| Error::Io {
        file: file.into(),
        action: "read",
        source: error.into(),
    })?;
    serde_json::from_slice(bytes).map_err(|error| explain(file, bytes, error, accepted))
}

fn explain(file: &str, bytes: &[u8], error: serde_json::Error, accepted: &'static str) -> Error {
    let (line, column) = (error.line(), error.column());
    let found = place::place(bytes, offset(bytes, line, column));
    if let Some(word) = non_finite_word(bytes, line, column) {
        let found = found.unwrap_or_else(|| format!("line {line}, column {column}.value"));
        let (entry, key) = found.rsplit_once('.').unwrap_or(("the file", &found));
        return Error::not_finite(file, entry.into(), key.into(), word);
    }
    let file = file.to_owned();
    let place = found.unwrap_or_else(|| "the top level".into());
    if error.is_eof() {
        Error::CutOff { file, place, line, column }
    } else {
        Error::Json { file, place, source: error, accepted }
    }
}

/// Position of a line and a column, both from 1.
fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1));
    lines.map(<[u8]>::len).sum::<usize>() + column.saturating_sub(1)
}

/// The word that stopped the parser at (`line`, `column`), both from 1, if it is a non-finite one.
fn non_finite_word(bytes: &[u8], line: usize, column: usize) -> Option<&'static str> {
    let text = bytes.split(|byte| *byte == b'\n').nth(line.checked_sub(1)?)?;
    // The parser may stop on the first letter or right behind it, or behind a minus sign.
    let starts = (column.saturating_sub(2)..=column).filter_map(|start| text.get(start..));
    starts
        .flat_map(|rest| NON_FINITE_WORDS.map(|word| (rest, word)))
        .find(|(rest, word)| rest.starts_with(word.as_bytes()))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let parsed: serde_json::Result<Vec<f64>> = serde_json::from_str(text);
        explain("a.json", text.as_bytes(), parsed.unwrap_err(), "numbers").to_string()
    }

    #[test]
    fn the_file_and_the_place_are_named() {
        assert!(error("[1,\n2").contains("a.json: the file is cut off in [1] (line 2,"));
        let wrong = error("[1, \"a\"]");
        assert!(wrong.contains("a.json: [1]: ") && wrong.contains("accepted: numbers"), "{wrong}");
    }

    #[test]
    fn words_for_numbers_that_are_none_are_recognised() {
        for word in NON_FINITE_WORDS {
            for text in [format!("[{word}]"), format!("[1.5,\n {word}, 2]")] {
                let message = error(&text);
                assert!(message.contains(&format!("is {word}; accepted: finite")), "{message}");
            }
        }
    }
}
