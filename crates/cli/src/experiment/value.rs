//! Values of keys given on the command line: RON as in the file, but names and paths need no quotes.
//!
//! The type of a key is known only to the document, so that a value is brought to the self-describing form
//! from which documents are read: variants with contents become objects with one key.

use serde_json::{Map, Value};

/// The value that a text stands for; what is no RON is a word.
pub fn value(text: &str) -> Value {
    let text = text.trim();
    let word = || Value::String(text.to_owned());
    match text.chars().next() {
        Some('(') => {
            inside(text, '(', ')').map_or_else(word, |inner| contents(inner, Value::Array))
        }
        Some('[') => inside(text, '[', ']')
            .map_or_else(word, |inner| Value::Array(items(inner).into_iter().map(value).collect())),
        Some(first) if first.is_ascii_uppercase() => variant(text).unwrap_or_else(word),
        Some(first) if first.is_alphabetic() || "./~".contains(first) => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => word(),
        },
        _ => plain(text).unwrap_or_else(word),
    }
}

/// Numbers, strings, maps.
fn plain(text: &str) -> Option<Value> {
    serde_json::to_value(ron::from_str::<ron::Value>(text).ok()?).ok()
}

/// `None`, `Some(value)` and variants with contents.
fn variant(text: &str) -> Option<Value> {
    if text == "None" {
        return Some(Value::Null);
    }
    let (name, rest) = text.split_at(text.find('(')?);
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let single = |mut list: Vec<Value>| {
        if list.len() == 1 { list.remove(0) } else { Value::Array(list) }
    };
    let contents = contents(inside(rest, '(', ')')?, single);
    if name == "Some" {
        return Some(contents);
    }
    Some(Value::Object(Map::from_iter([(name.to_owned(), contents)])))
}

/// Contents of parentheses: an object where all items have keys, else what `list` makes of them.
fn contents(inner: &str, list: impl FnOnce(Vec<Value>) -> Value) -> Value {
    let items = items(inner);
    let keyed: Option<Map<String, Value>> = items.iter().map(|item| keyed(item)).collect();
    match keyed {
        Some(object) if !object.is_empty() => Value::Object(object),
        _ => list(items.into_iter().map(value).collect()),
    }
}

/// `key: value`.
fn keyed(item: &str) -> Option<(String, Value)> {
    let (key, text) = item.split_once(':')?;
    let key = key.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!key.is_empty() && key.chars().all(is_name)).then(|| (key.to_owned(), value(text)))
}

/// Text between brackets that enclose all of it.
fn inside(text: &str, open: char, close: char) -> Option<&str> {
    let inner = text.strip_prefix(open)?.strip_suffix(close)?;
    (depths(inner).all(|(_, depth)| depth >= 0) && depths(text).last()?.1 == 0).then_some(inner)
}

/// Parts between the commas that no bracket and no string encloses; an empty last one is left out.
fn items(inner: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (position, depth) in depths(inner) {
        if depth == 0 && inner[position..].starts_with(',') {
            parts.push(&inner[start..position]);
            start = position + 1;
        }
    }
    parts.push(&inner[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Positions outside of strings, with the number of open brackets behind each.
fn depths(text: &str) -> impl Iterator<Item = (usize, i32)> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    text.char_indices().filter_map(move |(position, c)| {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return None;
        }
        match c {
            '"' => quoted = true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        Some((position, depth))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ron_of_any_depth() {
        for (text, expected) in [
            ("20", json!(20)),
            ("-1.5", json!(-1.5)),
            ("2e-3", json!(2e-3)),
            ("true", json!(true)),
            ("None", json!(null)),
            ("Some(1.0)", json!(1.0)),
            ("Largest", json!("Largest")),
            ("[140, 180]", json!([140, 180])),
            ("(128, 96)", json!([128, 96])),
            ("AdamW((weight_decay: 0.05))", json!({ "AdamW": { "weight_decay": 0.05 } })),
            (
                "Sandwich((random: 2, distil: true,))",
                json!({ "Sandwich": { "random": 2, "distil": true } }),
            ),
            ("Ohem(threshold: 0.9, keep: 10)", json!({ "Ohem": { "threshold": 0.9, "keep": 10 } })),
            ("(base: \"tiny\", widths: [16, 32])", json!({ "base": "tiny", "widths": [16, 32] })),
            (
                "(a: Some((b: [Adam(1), \"x, (y\"])))",
                json!({ "a": { "b": [{ "Adam": 1 }, "x, (y"] } }),
            ),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn words_and_paths_need_no_quotes() {
        for text in
            ["runs/a (1)/w.safetensors", "./x", "~/y", "data, old", "C(", "a)b(", "(x", "Nöte(1)"]
        {
            assert_eq!(value(text), json!(text), "{text}");
        }
        assert_eq!(value("\"Run(1)\""), json!("Run(1)"));
    }
}
