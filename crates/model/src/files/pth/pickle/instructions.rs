//! Instructions of protocols 2 to 5, and the earlier ones that such pickles still contain.

use std::io::Read;

use super::machine::Machine;
use super::value::{Pickle, Value};
use crate::files::pth::input::Input;
use crate::files::pth::outcome::Outcome;

/// Instruction that ends a pickle.
const STOP: u8 = b'.';

impl Pickle {
    /// Runs one pickle and leaves the reader behind it.
    pub fn read<R: Read>(input: &mut Input<R>) -> Outcome<Self> {
        let mut machine = Machine::new(input);
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
            b'(' => self.mark(),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_to_mark()?),
            b'2' => {
                let top = self.top()?;
                self.push_again(top);
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
            0x94 => self.remember_next()?,
            b'h' | b'j' => {
                let slot = self.input.length(if code == b'h' { 1 } else { 4 })?;
                self.recall(slot)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
