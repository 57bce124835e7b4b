//! A reader of pickles that executes nothing.
//!
//! The published masks are pickled NumPy arrays. A pickle is a program for a stack machine; this one
//! knows only the instructions that build plain data, and the three callables that NumPy writes are
//! recognised by name and replaced by data. Anything else is an error, so that a hostile file can
//! at worst be refused.

type Result<T> = std::result::Result<T, String>;

/// Instructions of one file: masks need a few thousand.
const MOST_VALUES: usize = 1 << 20;

/// A value, with references to other values by index.
#[derive(Debug, Clone)]
pub(super) enum Value {
    None,
    Int(i64),
    Text(String),
    List(Vec<usize>),
    Tuple(Vec<usize>),
    Dict(Vec<(usize, usize)>),
    /// A name; never looked up.
    Global(String),
    /// Element type, such as `i8` or `O8`.
    Dtype(String),
    /// Elements in order, whatever the shape.
    Array(Vec<usize>),
    Mark,
}

/// All values of a file.
pub(super) struct Pickle {
    values: Vec<Value>,
    root: usize,
}

impl Pickle {
    /// Reads a pickle of protocol 2 to 4.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut machine = Machine { bytes, at: 0, values: vec![], stack: vec![], memo: vec![] };
        while machine.step()? {}
        let root = machine.pop()?;
        Ok(Self { values: machine.values, root })
    }

    pub fn root(&self) -> usize {
        self.root
    }

    pub fn value(&self, index: usize) -> &Value {
        &self.values[index]
    }

    /// Elements of an array, list or tuple.
    pub fn elements(&self, index: usize) -> Result<Vec<usize>> {
        match self.value(index) {
            Value::Array(items) | Value::List(items) | Value::Tuple(items) => Ok(items.clone()),
            other => Err(format!("an array was expected, found {other:?}")),
        }
    }

    /// Integers of an array, list or tuple.
    pub fn integers(&self, index: usize) -> Result<Vec<i64>> {
        let items = self.elements(index)?.into_iter();
        items
            .map(|item| match self.value(item) {
                Value::Int(value) => Ok(*value),
                other => Err(format!("an integer was expected, found {other:?}")),
            })
            .collect()
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<Value>,
    stack: Vec<usize>,
    memo: Vec<Option<usize>>,
}

impl Machine<'_> {
    /// Runs one instruction; false at the end.
    fn step(&mut self) -> Result<bool> {
        let code = self.take(1)?[0];
        match code {
            b'.' => return Ok(false),
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Int(1))?,
            0x89 => self.push(Value::Int(0))?,
            b'K' => self.push_integer(1)?,
            b'M' => self.push_integer(2)?,
            b'J' => self.push_integer(4)?,
            0x8a => {
                let size = self.length(1)?;
                self.push_integer(size)?;
            }
            b'X' => self.push_text(4)?,
            0x8c => self.push_text(1)?,
            b']' => self.push(Value::List(vec![]))?,
            b'}' => self.push(Value::Dict(vec![]))?,
            b')' => self.push(Value::Tuple(vec![]))?,
            b'(' => self.push(Value::Mark)?,
            b'c' => self.push_global()?,
            b'a' => self.append()?,
            b'e' => self.appends()?,
            b's' => self.set_item()?,
            b'u' => self.set_items()?,
            0x85..=0x87 => self.tuple(usize::from(code) - 0x84)?,
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items))?;
            }
            b'q' => self.remember(1)?,
            b'r' => self.remember(4)?,
            0x94 => {
                let top = self.top()?;
                self.memo.push(Some(top));
            }
            b'h' => self.recall(1)?,
            b'j' => self.recall(4)?,
            b'R' => self.reduce()?,
            b'b' => self.build()?,
            _ => return Err(format!("instruction {code:#04x} is not one that masks contain")),
        }
        Ok(true)
    }

    fn take(&mut self, count: usize) -> Result<&[u8]> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or("cut off")?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// An unsigned little-endian number.
    fn length(&mut self, size: usize) -> Result<usize> {
        let bytes = self.take(size)?;
        Ok(bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte)))
    }

    fn push(&mut self, value: Value) -> Result<()> {
        if self.values.len() == MOST_VALUES {
            return Err("more values than any mask has".to_owned());
        }
        self.stack.push(self.values.len());
        self.values.push(value);
        Ok(())
    }

    fn push_integer(&mut self, size: usize) -> Result<()> {
        let bytes = self.take(size)?;
        if size > 8 {
            return Err("an integer of more than 64 bits".to_owned());
        }
        // One and two bytes are unsigned, longer ones two's complement.
        let negative = size >= 4 && bytes[size - 1] & 0x80 != 0;
        let mut word = [if negative { 0xff } else { 0 }; 8];
        word[..size].copy_from_slice(bytes);
        self.push(Value::Int(i64::from_le_bytes(word)))
    }

    fn push_text(&mut self, size: usize) -> Result<()> {
        let length = self.length(size)?;
        let text = String::from_utf8(self.take(length)?.to_vec()).map_err(|e| e.to_string())?;
        self.push(Value::Text(text))
    }

    fn push_global(&mut self) -> Result<()> {
        let module = self.line()?;
        let name = self.line()?;
        self.push(Value::Global(format!("{module}.{name}")))
    }

    fn line(&mut self) -> Result<String> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or("cut off")?;
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        self.at += end + 1;
        Ok(line)
    }

    fn top(&self) -> Result<usize> {
        self.stack.last().copied().ok_or_else(|| "nothing on the stack".to_owned())
    }

    fn pop(&mut self) -> Result<usize> {
        self.stack.pop().ok_or_else(|| "nothing on the stack".to_owned())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<usize>> {
        let mark = self.stack.iter().rposition(|&i| matches!(self.values[i], Value::Mark));
        let mark = mark.ok_or("no mark on the stack")?;
        let items = self.stack.split_off(mark + 1);
        self.stack.pop();
        Ok(items)
    }

    fn extend_list(&mut self, items: Vec<usize>) -> Result<()> {
        let top = self.top()?;
        match &mut self.values[top] {
            Value::List(list) => list.extend(items),
            other => return Err(format!("cannot append to {other:?}")),
        }
        Ok(())
    }

    fn append(&mut self) -> Result<()> {
        let item = self.pop()?;
        self.extend_list(vec![item])
    }

    fn appends(&mut self) -> Result<()> {
        let items = self.pop_to_mark()?;
        self.extend_list(items)
    }

    fn extend_dict(&mut self, items: &[usize]) -> Result<()> {
        let top = self.top()?;
        match &mut self.values[top] {
            Value::Dict(entries) if items.len().is_multiple_of(2) => {
                entries.extend(items.chunks_exact(2).map(|pair| (pair[0], pair[1])));
                Ok(())
            }
            other => Err(format!("cannot set {} items of {other:?}", items.len())),
        }
    }

    fn set_item(&mut self) -> Result<()> {
        let value = self.pop()?;
        let key = self.pop()?;
        self.extend_dict(&[key, value])
    }

    fn set_items(&mut self) -> Result<()> {
        let items = self.pop_to_mark()?;
        self.extend_dict(&items)
    }

    fn tuple(&mut self, count: usize) -> Result<()> {
        let start = self.stack.len().checked_sub(count).ok_or("nothing on the stack")?;
        let items = self.stack.split_off(start);
        self.push(Value::Tuple(items))
    }

    fn remember(&mut self, size: usize) -> Result<()> {
        let slot = self.length(size)?;
        if slot >= MOST_VALUES {
            return Err(format!("memo slot {slot} is beyond any mask"));
        }
        if self.memo.len() <= slot {
            self.memo.resize(slot + 1, None);
        }
        self.memo[slot] = Some(self.top()?);
        Ok(())
    }

    fn recall(&mut self, size: usize) -> Result<()> {
        let slot = self.length(size)?;
        let value = self.memo.get(slot).copied().flatten();
        self.stack.push(value.ok_or_else(|| format!("memo slot {slot} is empty"))?);
        Ok(())
    }

    /// Replaces a call by the data that it would make.
    fn reduce(&mut self) -> Result<()> {
        let arguments = self.pop()?;
        let callable = self.pop()?;
        let Value::Tuple(arguments) = self.values[arguments].clone() else {
            return Err("a call without arguments".to_owned());
        };
        let Value::Global(name) = self.values[callable].clone() else {
            return Err("a call of something that has no name".to_owned());
        };
        let first = arguments.first().map(|&index| self.values[index].clone());
        match (name.as_str(), first) {
            ("numpy.core.multiarray._reconstruct" | "numpy._core.multiarray._reconstruct", _) => {
                self.push(Value::Array(vec![]))
            }
            ("_codecs.encode", Some(Value::Text(text))) => self.push(Value::Text(text)),
            ("numpy.dtype", Some(Value::Text(name))) => self.push(Value::Dtype(name)),
            _ => Err(format!("a call of {name}, which masks do not contain")),
        }
    }

    /// Fills an array with its state `(version, shape, dtype, order, elements)`; the state of a
    /// dtype says nothing that its name does not.
    fn build(&mut self) -> Result<()> {
        let state = self.pop()?;
        let object = self.top()?;
        if matches!(self.values[object], Value::Dtype(_)) {
            return Ok(());
        }
        let elements = self.array_elements(state)?;
        match &mut self.values[object] {
            Value::Array(items) => *items = elements,
            other => return Err(format!("cannot set the state of {other:?}")),
        }
        Ok(())
    }

    fn array_elements(&mut self, state: usize) -> Result<Vec<usize>> {
        let Value::Tuple(parts) = self.values[state].clone() else {
            return Err("an array without a state".to_owned());
        };
        let [_, _, dtype, _, data] = parts[..] else {
            return Err("an array's state has five parts".to_owned());
        };
        match (&self.values[dtype], &self.values[data]) {
            (Value::Dtype(_), Value::List(items)) => Ok(items.clone()),
            (Value::Dtype(name), Value::Text(raw)) => {
                let integers = decode(name, raw)?;
                let start = self.values.len();
                if start + integers.len() > MOST_VALUES {
                    return Err("more values than any mask has".to_owned());
                }
                self.values.extend(integers.into_iter().map(Value::Int));
                Ok((start..self.values.len()).collect())
            }
            _ => Err("an array of an unknown kind".to_owned()),
        }
    }
}

/// Raw little-endian integers, which come as text of characters 0 to 255.
fn decode(dtype: &str, raw: &str) -> Result<Vec<i64>> {
    let bytes: Option<Vec<u8>> = raw.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let bytes = bytes.ok_or("array data that are not bytes")?;
    let size = match dtype {
        "i8" => 8,
        "i4" => 4,
        _ => return Err(format!("an array of {dtype}, accepted: i4, i8 and objects")),
    };
    let word = |chunk: &[u8]| {
        let mut word = [if chunk[size - 1] & 0x80 == 0 { 0 } else { 0xff }; 8];
        word[..size].copy_from_slice(chunk);
        i64::from_le_bytes(word)
    };
    Ok(bytes.chunks_exact(size).map(word).collect())
}
