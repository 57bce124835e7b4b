//! The stack machine of protocols 2 to 5, and of the earlier instructions that they still contain.

use std::collections::HashMap;
use std::io::Read;

use super::value::{Pickle, Value};
use crate::files::pth::input::Input;
use crate::files::pth::outcome::Outcome;

/// Values of one pickle, items of collections included: far above those of any checkpoint.
const MAX_VALUES: usize = 1 << 22;
/// Bytes of integers that are kept.
const INTEGER: u64 = 16;

/// Instruction that ends a pickle.
const STOP: u8 = b'.';

/// The machine.
pub(super) struct Machine<'a, R> {
    input: &'a mut Input<R>,
    pub values: Vec<Value>,
    stack: Vec<usize>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u64, usize>,
    /// Values and items so far.
    spent: usize,
}

impl Pickle {
    /// Runs one pickle and leaves the reader behind it.
    pub fn read<R: Read>(input: &mut Input<R>) -> Outcome<Self> {
        let mut machine = Machine {
            input,
            values: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            spent: 0,
        };
        while machine.step()? {}
        let root = machine.pop()?;
        Ok(Self::new(machine.values, root))
    }
}

impl<R: Read> Machine<'_, R> {
    /// Runs one instruction; false at the end.
    fn step(&mut self) -> Outcome<bool> {
        let code = self.input.byte()?;
        if code == STOP {
            return Ok(false);
        }
        let known = self.scalar(code)?
            || self.text(code)?
            || self.collection(code)?
            || self.stack_and_memo(code)?
            || self.object(code)?;
        if known { Ok(true) } else { Err(format!("unknown pickle instruction {code:#04x}")) }
    }

    /// Numbers and constants.
    fn scalar(&mut self, code: u8) -> Outcome<bool> {
        match code {
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Int(1))?,
            0x89 => self.push(Value::Int(0))?,
            b'K' => self.push_unsigned(1)?,
            b'M' => self.push_unsigned(2)?,
            b'J' => self.push_signed(4)?,
            0x8a => {
                let size = self.input.length(1)?;
                self.push_signed(size)?;
            }
            0x8b => {
                let size = self.input.length(4)?;
                self.push_signed(size)?;
            }
            b'I' | b'L' => {
                let line = self.input.line()?;
                let number = line.trim_end_matches('L').parse();
                self.push(Value::Int(number.map_err(|_| format!("the integer {line:?}"))?))?;
            }
            b'G' => {
                self.input.skip(8)?;
                self.push_opaque("a number")?;
            }
            b'F' => {
                self.input.line()?;
                self.push_opaque("a number")?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Text and bytes. Bytes of Python 2 are its text.
    fn text(&mut self, code: u8) -> Outcome<bool> {
        match code {
            b'X' | b'T' => self.push_text(4)?,
            b'U' | 0x8c => self.push_text(1)?,
            0x8d => self.push_text(8)?,
            b'V' => {
                let line = self.input.line()?;
                self.push(Value::Text(line))?;
            }
            b'S' => {
                let line = self.input.line()?;
                self.push(Value::Text(line.trim_matches(['\'', '"']).to_owned()))?;
            }
            b'C' => self.skip_bytes(1)?,
            b'B' => self.skip_bytes(4)?,
            0x8e | 0x96 => self.skip_bytes(8)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Lists, tuples, dictionaries and sets.
    fn collection(&mut self, code: u8) -> Outcome<bool> {
        match code {
            b']' | 0x8f => self.push(Value::List(vec![]))?,
            b'}' => self.push(Value::Dict(vec![]))?,
            b')' => self.push(Value::Tuple(vec![]))?,
            b'l' | 0x91 => {
                let items = self.pop_to_mark()?;
                self.push(Value::List(items))?;
            }
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items))?;
            }
            b'd' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Dict(vec![]))?;
                self.extend_dict(&items)?;
            }
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(code) - 0x84)?;
                self.push(Value::Tuple(items))?;
            }
            b'a' => {
                let items = self.pop_many(1)?;
                self.extend_list(&items)?;
            }
            b'e' | 0x90 => {
                let items = self.pop_to_mark()?;
                self.extend_list(&items)?;
            }
            b's' => {
                let items = self.pop_many(2)?;
                self.extend_dict(&items)?;
            }
            b'u' => {
                let items = self.pop_to_mark()?;
                self.extend_dict(&items)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Marks, copies and the memo.
    fn stack_and_memo(&mut self, code: u8) -> Outcome<bool> {
        match code {
            // Protocol and frames say nothing that this machine needs.
            0x80 => self.input.skip(1)?,
            0x95 => self.input.skip(8)?,
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_to_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'p' | b'g' => {
                let line = self.input.line()?;
                let slot = line.parse().map_err(|_| format!("memo slot {line:?}"))?;
                if code == b'p' { self.remember(slot)? } else { self.recall(slot)? }
            }
            b'q' | b'r' => {
                let slot = self.input.length(if code == b'q' { 1 } else { 4 })?;
                self.remember(slot)?;
            }
            0x94 => self.remember(self.memo.len() as u64)?,
            b'h' | b'j' => {
                let slot = self.input.length(if code == b'h' { 1 } else { 4 })?;
                self.recall(slot)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
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

    /// A line of text from the pickle.
    pub fn line(&mut self) -> Outcome<String> {
        self.input.line()
    }

    fn spend(&mut self, count: usize) -> Outcome<()> {
        self.spent += count;
        if self.spent > MAX_VALUES {
            return Err("more values than any checkpoint has".to_owned());
        }
        Ok(())
    }

    fn pop_many(&mut self, count: usize) -> Outcome<Vec<usize>> {
        let start = self.stack.len().checked_sub(count).ok_or_else(empty)?;
        Ok(self.stack.split_off(start))
    }

    fn push_unsigned(&mut self, size: usize) -> Outcome<()> {
        let number = self.input.length(size)?;
        self.push(Value::Int(i128::from(number)))
    }

    /// An integer in two's complement; one of more than 128 bits is opaque.
    fn push_signed(&mut self, size: u64) -> Outcome<()> {
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

    fn push_text(&mut self, size: usize) -> Outcome<()> {
        let length = self.input.length(size)?;
        let bytes = self.input.bytes(length)?;
        self.push(Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn skip_bytes(&mut self, size: usize) -> Outcome<()> {
        let length = self.input.length(size)?;
        self.input.skip(length)?;
        self.push_opaque("bytes")
    }

    fn extend_list(&mut self, items: &[usize]) -> Outcome<()> {
        self.spend(items.len())?;
        let top = self.top()?;
        match &mut self.values[top] {
            Value::List(list) => list.extend(items),
            Value::Opaque(_) => {}
            other => return Err(format!("items are added to {}", other.kind())),
        }
        Ok(())
    }

    fn extend_dict(&mut self, items: &[usize]) -> Outcome<()> {
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

    fn remember(&mut self, slot: u64) -> Outcome<()> {
        self.spend(1)?;
        let top = self.top()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    fn recall(&mut self, slot: u64) -> Outcome<()> {
        let value = self.memo.get(&slot).copied();
        self.stack.push(value.ok_or_else(|| format!("memo slot {slot} is empty"))?);
        Ok(())
    }
}

fn empty() -> String {
    "nothing on the stack".to_owned()
}
