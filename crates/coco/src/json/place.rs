//! Place of a byte in a JSON document: the keys and positions that lead to it.
//!
//! Parsers name line and column, which a user with a file of one line cannot look up.

/// Keys and positions down to the value at byte `at`, such as `annotations[3].keypoints[7]`, with the
/// id of the entry where it stands before that byte; `None` at the top level.
pub(super) fn place(bytes: &[u8], at: usize) -> Option<String> {
    let mut scan = Scan { levels: Vec::new() };
    let mut position = 0;
    let end = at.min(bytes.len());
    while position < end {
        match bytes[position] {
            b'"' => {
                let close = close_of_string(bytes, position);
                if close >= end {
                    break;
                }
                scan.string(&bytes[position + 1..close]);
                position = close;
            }
            other => scan.byte(other),
        }
        position += 1;
    }
    scan.path()
}

/// Position of the quote that ends the string which begins at `open`.
fn close_of_string(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

struct Scan {
    levels: Vec<Level>,
}

enum Level {
    List { position: usize },
    Object { key: String, value: Vec<u8>, id: Option<String>, is_value: bool },
}

impl Scan {
    fn byte(&mut self, byte: u8) {
        match byte {
            b'[' => self.levels.push(Level::List { position: 0 }),
            b'{' => self.levels.push(Level::Object {
                key: String::new(),
                value: Vec::new(),
                id: None,
                is_value: false,
            }),
            b']' | b'}' => drop(self.levels.pop()),
            _ => match self.levels.last_mut() {
                Some(Level::List { position }) if byte == b',' => *position += 1,
                Some(Level::List { .. }) | None => {}
                Some(level) => level.in_object(byte),
            },
        }
    }

    fn string(&mut self, text: &[u8]) {
        if let Some(Level::Object { key, value, is_value, .. }) = self.levels.last_mut() {
            if *is_value {
                value.extend_from_slice(text);
            } else {
                *key = String::from_utf8_lossy(text).into_owned();
            }
        }
    }

    fn path(&self) -> Option<String> {
        let mut path = String::new();
        for level in &self.levels {
            match level {
                Level::List { position } => path.extend(["[", &position.to_string(), "]"]),
                Level::Object { key, id, .. } => {
                    if let Some(id) = id {
                        path.extend([" (id ", id, ")"]);
                    }
                    if !path.is_empty() && !key.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
            }
        }
        (!path.is_empty()).then_some(path)
    }
}

impl Level {
    fn in_object(&mut self, byte: u8) {
        let Self::Object { key, value, id, is_value } = self else { return };
        match byte {
            b':' => {
                *is_value = true;
                value.clear();
            }
            b',' => {
                if key == "id" {
                    *id = Some(String::from_utf8_lossy(value).trim().to_owned());
                }
                *is_value = false;
                key.clear();
            }
            other if *is_value => value.push(other),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, mark: &str) -> Option<String> {
        place(text.as_bytes(), text.find(mark).unwrap())
    }

    #[test]
    fn keys_positions_and_ids_lead_to_a_byte() {
        let text = "{\"images\": [{\"a\": \"],\\\"\"}], \"annotations\": [{\"id\": 4}, \
                    {\"id\": 17, \"keypoints\": [1, 2, NaN]}]}";
        assert_eq!(at(text, "NaN").unwrap(), "annotations[1] (id 17).keypoints[2]");
        assert_eq!(at(text, "4}").unwrap(), "annotations[0].id");
        assert_eq!(at(text, "{"), None);
        assert_eq!(at("[1, {\"score\": x", "x").unwrap(), "[1].score");
    }
}
