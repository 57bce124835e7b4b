//! Length of a run: a number of epochs, or a word for the length that suits the data set.

use serde::{Deserialize, Serialize};

/// Passes over the training set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "InFiles", into = "InFiles")]
pub enum Epochs {
    /// This number.
    Number(usize),
    /// As many as the size of the data set asks for; a run never holds it.
    Auto,
}

impl Epochs {
    /// The number; 0 before it is chosen.
    pub fn number(self) -> usize {
        match self {
            Self::Number(number) => number,
            Self::Auto => 0,
        }
    }
}

/// Form in files: a number or a word.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "epochs is neither a number nor Auto")]
enum InFiles {
    Number(usize),
    Word(Word),
}

#[derive(Serialize, Deserialize)]
enum Word {
    Auto,
}

impl From<InFiles> for Epochs {
    fn from(file: InFiles) -> Self {
        match file {
            InFiles::Number(number) => Self::Number(number),
            InFiles::Word(Word::Auto) => Self::Auto,
        }
    }
}

impl From<Epochs> for InFiles {
    fn from(epochs: Epochs) -> Self {
        match epochs {
            Epochs::Number(number) => Self::Number(number),
            Epochs::Auto => Self::Word(Word::Auto),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_a_number_or_a_word() {
        for (text, expected) in [("7", Epochs::Number(7)), ("\"Auto\"", Epochs::Auto)] {
            let read: Epochs = serde_json::from_str(text).expect("epochs");
            assert_eq!(read, expected);
            assert_eq!(serde_json::to_string(&read).expect("plain data"), text);
        }
        for (text, expected) in [("7", Epochs::Number(7)), ("Auto", Epochs::Auto)] {
            assert_eq!(ron::from_str::<Epochs>(text).expect("epochs"), expected);
            assert_eq!(ron::to_string(&expected).expect("plain data"), text);
        }
        for text in ["-3", "\"many\"", "Many", "1.5", "()"] {
            assert!(ron::from_str::<Epochs>(text).is_err(), "{text}");
        }
    }
}
