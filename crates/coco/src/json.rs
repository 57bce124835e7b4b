//! JSON files whose errors name the place and the cause.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

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
    serde_json::from_slice(bytes).map_err(|error| explain(file, bytes, error, accepted))
}

fn explain(file: &str, bytes: &[u8], error: serde_json::Error, accepted: &'static str) -> Error {
    let (line, column) = (error.line(), error.column());
    if let Some(word) = non_finite_word(bytes, line, column) {
        let entry = format!("line {line}, column {column}");
        return Error::not_finite(file, entry, "value".into(), word);
    }
    let file = file.to_owned();
    if error.is_eof() {
        Error::CutOff { file, line, column }
    } else {
        Error::Json { file, source: error, accepted }
    }
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
        assert!(error("[1,\n2").contains("a.json: the file is cut off at line 2"));
        let wrong = error("[1, \"a\"]");
        assert!(
            wrong.contains("line 1 column 7") && wrong.contains("accepted: numbers"),
            "{wrong}"
        );
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
