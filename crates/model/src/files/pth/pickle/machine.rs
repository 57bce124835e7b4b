//! The stack machine that pickles are programs for: values, stack, marks and memo.

use std::collections::HashMap;
use std::io::Read;

use super::value::Value;
use crate::files::pth::input::Input;
use crate::files::pth::outcome::Outcome;

/// Values of one pickle, items of collections included: far above those of any checkpoint.
const MAX_VALUES: usize = 1 << 22;
/// Bytes of integers that are kept.
const INTEGER: u64 = 16;

/// A machine with a limit on what it makes.
pub(super) struct Machine<'a, R> {
    pub input: &'a mut Input<R>,
    pub values: Vec<Value>,
    /// Indices of values.
    stack: Vec<usize>,
    /// Heights of the stack.
    marks: Vec<usize>,
    /// Indices of values by slot.
    memo: HashMap<u64, usize>,
    /// Values and items so far.
    spent: usize,
}

impl<'a, R: Read> Machine<'a, R> {
    /// An empty machine.
    pub fn new(input: &'a mut Input<R>) -> Self {
        Self {
            input,
            values: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            spent: 0,
        }
    }

    /// Adds a value and puts it on the stack.
    pub fn push(&mut self, value: Value) -> Outcome<()> {
        self.spend(match &value {
            Value::List(items) | Value::Tuple(items) => 1 + items.len(),
            Value::Dict(items) => 1 + items.len(),
            _ => 1,
        })?;
        self.values.push(value);
        self.stack.push(self.values.len() - 1);
        Ok(())
    }

    /// Puts a value on the stack of which only the kind matters.
    pub fn push_opaque(&mut self, kind: &str) -> Outcome<()> {
        self.push(Value::Opaque(kind.to_owned()))
    }

    /// Puts a value on the stack that exists already.
    pub fn push_again(&mut self, index: usize) {
        self.stack.push(index);
    }

    /// Takes the topmost value.
    pub fn pop(&mut self) -> Outcome<usize> {
        self.stack.pop().ok_or_else(empty)
    }

    /// Takes the values above the last mark.
    pub fn pop_to_mark(&mut self) -> Outcome<Vec<usize>> {
        let mark = self.marks.pop().ok_or("no mark on the stack")?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    /// The topmost value, which stays.
    pub fn top(&self) -> Outcome<usize> {
        self.stack.last().copied().ok_or_else(empty)
    }

    /// Marks the height of the stack.
    pub fn mark(&mut self) {
        self.marks.push(self.stack.len());
    }

    /// Stores the topmost value in the next slot.
    pub fn remember_next(&mut self) -> Outcome<()> {
        self.remember(self.memo.len() as u64)
    }

    fn spend(&mut self, count: usize) -> Outcome<()> {
        self.spent += count;
        if self.spent > MAX_VALUES {
            return Err("more values than any checkpoint has".to_owned());
        }
        Ok(())
    }

    /// Takes the topmost `count` values, the lowest first.
    pub fn pop_many(&mut self, count: usize) -> Outcome<Vec<usize>> {
        let start = self.stack.len().checked_sub(count).ok_or_else(empty)?;
        Ok(self.stack.split_off(start))
    }

    /// Puts an unsigned integer of the pickle on the stack.
    pub fn push_unsigned(&mut self, size: usize) -> Outcome<()> {
        let number = self.input.length(size)?;
        self.push(Value::Int(i128::from(number)))
    }

    /// Puts an integer in two's complement on the stack; one of more than 128 bits is opaque.
    pub fn push_signed(&mut self, size: u64) -> Outcome<()> {
        if size > INTEGER {
            self.input.skip(size)?;
            return self.push_opaque("a number");
        }
        let bytes = self.input.bytes(size)?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut word = [if negative { 0xff } else { 0 }; INTEGER as usize];
        word[..bytes.len()].copy_from_slice(&bytes);
        self.push(Value::Int(i128::from_le_bytes(word)))
    }

    /// Puts text of the pickle on the stack, behind its length of `size` bytes.
    pub fn push_text(&mut self, size: usize) -> Outcome<()> {
        let length = self.input.length(size)?;
        let bytes = self.input.bytes(length)?;
        self.push(Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Passes over bytes behind their length of `size` bytes.
    pub fn skip_bytes(&mut self, size: usize) -> Outcome<()> {
        let length = self.input.length(size)?;
        self.input.skip(length)?;
        self.push_opaque("bytes")
    }

    /// Adds items to the list on top of the stack.
    pub fn extend_list(&mut self, items: &[usize]) -> Outcome<()> {
        self.spend(items.len())?;
        let top = self.top()?;
        match &mut self.values[top] {
            Value::List(list) => list.extend(items),
            Value::Opaque(_) => {}
            other => return Err(format!("items are added to {}", other.kind())),
        }
        Ok(())
    }

    /// Adds keys and values in turn to the dictionary on top of the stack.
    pub fn extend_dict(&mut self, items: &[usize]) -> Outcome<()> {
        self.spend(items.len())?;
        let top = self.top()?;
        match &mut self.values[top] {
            Value::Dict(entries) if items.len().is_multiple_of(2) => {
                entries.extend(items.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            }
            Value::Opaque(_) => {}
            other => return Err(format!("{} items are set in {}", items.len(), other.kind())),
        }
        Ok(())
    }

    /// Stores the topmost value.
    pub fn remember(&mut self, slot: u64) -> Outcome<()> {
        self.spend(1)?;
        let top = self.top()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    /// Puts a stored value on the stack.
    pub fn recall(&mut self, slot: u64) -> Outcome<()> {
        let value = self.memo.get(&slot).copied();
        self.stack.push(value.ok_or_else(|| format!("memo slot {slot} is empty"))?);
        Ok(())
    }
}

fn empty() -> String {
    "nothing on the stack".to_owned()
}
