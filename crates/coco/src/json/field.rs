//! Values that are read as they are meant: whole floats and digits in strings as numbers, `null` as
//! absent. What cannot be meant so is kept as written, for the message that names its entry and key.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Largest whole number up to which every float64 is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Numbers of a list that a message shows.
const SHOWN: usize = 6;

/// The value of a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Field<T> {
    /// No such key, or `null`.
    #[default]
    Absent,
    /// A value of the right kind.
    Given(T),
    /// Another value, as written.
    Other(String),
}

/// Kinds of single values.
pub(crate) trait Scalar: Sized {
    /// Of a number.
    fn of_number(_: Number) -> Option<Self> {
        None
    }

    /// Of a string.
    fn of_text(_: &str) -> Option<Self> {
        None
    }

    /// Of `true` or `false`.
    fn of_word(_: bool) -> Option<Self> {
        None
    }
}

/// A number as JSON distinguishes them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Whole(i64),
    Float(f64),
}

impl Number {
    /// Written in digits, without surrounding space.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(whole) = text.parse() {
            return Some(Self::Whole(whole));
        }
        // Words such as "inf" and "nan" parse, too.
        text.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float)
    }

    fn whole(self) -> Option<i64> {
        match self {
            Self::Whole(whole) => Some(whole),
            Self::Float(float) => {
                (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
            }
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => write!(f, "{whole}"),
            Self::Float(float) => write!(f, "{float:?}"),
        }
    }
}

impl Scalar for i64 {
    fn of_number(number: Number) -> Option<Self> {
        number.whole()
    }

    fn of_text(text: &str) -> Option<Self> {
        Number::parse(text).and_then(Number::whole)
    }
}

impl Scalar for u64 {
    fn of_number(number: Number) -> Option<Self> {
        number.whole().and_then(|whole| whole.try_into().ok())
    }

    fn of_text(text: &str) -> Option<Self> {
        Number::parse(text).and_then(Self::of_number)
    }
}

impl Scalar for usize {
    fn of_number(number: Number) -> Option<Self> {
        number.whole().and_then(|whole| whole.try_into().ok())
    }

    fn of_text(text: &str) -> Option<Self> {
        Number::parse(text).and_then(Self::of_number)
    }
}

impl Scalar for f64 {
    fn of_number(number: Number) -> Option<Self> {
        Some(match number {
            Number::Whole(whole) => whole as Self,
            Number::Float(float) => float,
        })
    }

    fn of_text(text: &str) -> Option<Self> {
        Number::parse(text).and_then(Self::of_number)
    }
}

/// A flag is 0 or not, as Python sees it.
impl Scalar for bool {
    fn of_number(number: Number) -> Option<Self> {
        f64::of_number(number).map(|number| number != 0.0)
    }

    fn of_text(text: &str) -> Option<Self> {
        match text.trim() {
            "true" | "True" => Some(true),
            "false" | "False" => Some(false),
            digits => Number::parse(digits).and_then(Self::of_number),
        }
    }

    fn of_word(word: bool) -> Option<Self> {
        Some(word)
    }
}

impl Scalar for String {
    fn of_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// Lists of numbers, each read like a single one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Numbers(pub Vec<f64>);

impl<'de, T: Scalar> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData))
    }
}

struct Any<T>(PhantomData<T>);

impl<T: Scalar> Any<T> {
    fn number(number: Number) -> Field<T> {
        T::of_number(number).map_or_else(|| Field::Other(number.to_string()), Field::Given)
    }
}

impl<'de, T: Scalar> Visitor<'de> for Any<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, word: bool) -> Result<Self::Value, E> {
        Ok(T::of_word(word).map_or_else(|| Field::Other(word.to_string()), Field::Given))
    }

    fn visit_i64<E>(self, whole: i64) -> Result<Self::Value, E> {
        Ok(Self::number(Number::Whole(whole)))
    }

    fn visit_u64<E>(self, whole: u64) -> Result<Self::Value, E> {
        let number = i64::try_from(whole).map_or(Number::Float(whole as f64), Number::Whole);
        Ok(Self::number(number))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Self::Value, E> {
        Ok(Self::number(Number::Float(float)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::of_text(text).map_or_else(|| Field::Other(format!("{text:?}")), Field::Given))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut count = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Field::Other(format!("a list of {count}")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other("an object".to_owned()))
    }
}

impl<'de> Deserialize<'de> for Field<Numbers> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Field<Numbers>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }

    fn visit_bool<E>(self, word: bool) -> Result<Self::Value, E> {
        Ok(Field::Other(word.to_string()))
    }

    fn visit_i64<E>(self, whole: i64) -> Result<Self::Value, E> {
        Ok(Field::Other(whole.to_string()))
    }

    fn visit_u64<E>(self, whole: u64) -> Result<Self::Value, E> {
        Ok(Field::Other(whole.to_string()))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Self::Value, E> {
        Ok(Field::Other(format!("{float:?}")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Field::Other(format!("{text:?}")))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut numbers = Vec::with_capacity(list.size_hint().unwrap_or(4));
        let mut wrong = None;
        while let Some(value) = list.next_element::<Field<f64>>()? {
            match value {
                Field::Given(number) => numbers.push(number),
                Field::Absent => wrong = wrong.or(Some((numbers.len(), "null".to_owned()))),
                Field::Other(text) => wrong = wrong.or(Some((numbers.len(), text))),
            }
        }
        Ok(wrong.map_or(Field::Given(Numbers(numbers)), |(at, text)| {
            Field::Other(format!("{text} at position {at}"))
        }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other("an object".to_owned()))
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().take(SHOWN).map(|number| format!("{number:?}"));
        let rest = if self.0.len() > SHOWN { ", …" } else { "" };
        write!(f, "[{}{rest}]", shown.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(text: &str) -> Field<T>
    where
        Field<T>: for<'a> Deserialize<'a>,
    {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_read_as_they_are_meant() {
        for text in ["7", "7.0", "\"7\"", "\" 7.0\"", "7e0"] {
            assert_eq!(read::<i64>(text), Field::Given(7), "{text}");
            assert_eq!(read::<u64>(text), Field::Given(7), "{text}");
            assert_eq!(read::<f64>(text), Field::Given(7.0), "{text}");
        }
        assert_eq!(read::<i64>("null"), Field::Absent);
        assert_eq!(read::<u64>("-1"), Field::Other("-1".into()));
        for (text, shown) in [
            ("7.5", "7.5"),
            ("\"seven\"", "\"seven\""),
            ("\"NaN\"", "\"NaN\""),
            ("true", "true"),
            ("[1, 2]", "a list of 2"),
            ("{\"a\": 1}", "an object"),
            ("1e300", "1e300"),
        ] {
            assert_eq!(read::<i64>(text), Field::Other(shown.into()), "{text}");
        }
    }

    #[test]
    fn flags_are_words_or_numbers() {
        for (text, flag) in [("1", true), ("0.0", false), ("true", true), ("\"0\"", false)] {
            assert_eq!(read::<bool>(text), Field::Given(flag), "{text}");
        }
        assert_eq!(read::<bool>("\"yes\""), Field::Other("\"yes\"".into()));
    }

    #[test]
    fn lists_name_their_first_wrong_value() {
        assert_eq!(read("[1, \"2\", 3.5]"), Field::Given(Numbers(vec![1.0, 2.0, 3.5])));
        assert_eq!(read::<Numbers>("[1, null]"), Field::Other("null at position 1".into()));
        assert_eq!(read::<Numbers>("{}"), Field::Other("an object".into()));
        assert_eq!(Numbers(vec![0.0; 9]).to_string(), "[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …]");
    }
}
