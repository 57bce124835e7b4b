//! The stack machine: instructions that build plain data, nothing else.

use super::value::{MAX_VALUES, Result, Value};

/// The stack machine.
pub(super) struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    pub(super) values: Vec<Value>,
    stack: Vec<usize>,
    memo: Vec<Option<usize>>,
}

impl<'a> Machine<'a> {
    /// Runs a whole pickle; all values made on the way, and which of them is the result.
    pub fn run(bytes: &'a [u8]) -> Result<(Vec<Value>, usize)> {
        let mut machine = Self { bytes, at: 0, values: vec![], stack: vec![], memo: vec![] };
        while machine.step()? {}
        let root = machine.pop()?;
        Ok((machine.values, root))
    }

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
            b'B' => self.push_bytes(4)?,
            b'C' => self.push_bytes(1)?,
            b'c' => self.push_global()?,
            0x93 => self.stack_global()?,
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

    pub fn push(&mut self, value: Value) -> Result<()> {
        let index = self.make(value)?;
        self.stack.push(index);
        Ok(())
    }

    /// A value that is not on the stack.
    pub fn make(&mut self, value: Value) -> Result<usize> {
        if self.values.len() == MAX_VALUES {
            return Err("more values than any mask has".to_owned());
        }
        self.values.push(value);
        Ok(self.values.len() - 1)
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

    fn push_bytes(&mut self, size: usize) -> Result<()> {
        let length = self.length(size)?;
        let bytes = self.take(length)?.to_vec();
        self.push(Value::Bytes(bytes))
    }

    fn push_global(&mut self) -> Result<()> {
        let module = self.line()?;
        let name = self.line()?;
        self.push(Value::Global(format!("{module}.{name}")))
    }

    /// The form of protocol 4: module and name come from the stack.
    fn stack_global(&mut self) -> Result<()> {
        let (name, module) = (self.pop()?, self.pop()?);
        match (&self.values[module], &self.values[name]) {
            (Value::Text(module), Value::Text(name)) => {
                let name = format!("{module}.{name}");
                self.push(Value::Global(name))
            }
            _ => Err("a name that is not text".to_owned()),
        }
    }

    fn line(&mut self) -> Result<String> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or("cut off")?;
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        self.at += end + 1;
        Ok(line)
    }

    pub fn top(&self) -> Result<usize> {
        self.stack.last().copied().ok_or_else(|| "nothing on the stack".to_owned())
    }

    pub fn pop(&mut self) -> Result<usize> {
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
            other => return Err(format!("cannot append to {}", other.kind())),
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
            other => Err(format!("cannot set {} items of {}", items.len(), other.kind())),
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
        if slot >= MAX_VALUES {
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
}
