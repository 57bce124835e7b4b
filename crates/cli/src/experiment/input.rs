//! Height and width of the network's input: given, or those that suit the data set.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

/// Height and width of the network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "InFiles", into = "InFiles")]
pub enum InputSize {
    /// This size.
    Given(Size),
    /// The size that suits the pictures of the task; a run never holds it.
    Auto,
}

impl InputSize {
    /// The given size, or another.
    pub fn given_or(self, other: Size) -> Size {
        match self {
            Self::Given(size) => size,
            Self::Auto => other,
        }
    }
}

/// Form in files: a pair or a word.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "input is neither (HEIGHT, WIDTH) nor Auto")]
enum InFiles {
    Pair(Size),
    Word(Word),
}

#[derive(Serialize, Deserialize)]
enum Word {
    Auto,
}

impl From<InFiles> for InputSize {
    fn from(file: InFiles) -> Self {
        match file {
            InFiles::Pair(size) => Self::Given(size),
            InFiles::Word(Word::Auto) => Self::Auto,
        }
    }
}

impl From<InputSize> for InFiles {
    fn from(input: InputSize) -> Self {
        match input {
            InputSize::Given(size) => Self::Pair(size),
            InputSize::Auto => Self::Word(Word::Auto),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_a_pair_or_a_word() {
        for (text, expected) in
            [("(64,96)", InputSize::Given(Size::new(64, 96))), ("Auto", InputSize::Auto)]
        {
            assert_eq!(ron::from_str::<InputSize>(text).unwrap(), expected);
            assert_eq!(ron::to_string(&expected).unwrap(), text);
            let json = serde_json::to_value(expected).unwrap();
            assert_eq!(serde_json::from_value::<InputSize>(json).unwrap(), expected);
        }
        for text in ["(64)", "64", "Small", "(64, -1)", "(64, 96, 3)"] {
            assert!(ron::from_str::<InputSize>(text).is_err(), "{text}");
        }
    }
}
