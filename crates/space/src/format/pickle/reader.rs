//! Lookup of plain data in a pickle.

use super::machine::Machine;
use super::value::{Result, Value};

/// Values of a pickle, and which of them is the result.
pub(in crate::format) struct Pickle {
    values: Vec<Value>,
    root: usize,
}

impl Pickle {
    /// Reads a pickle of protocol 2 to 4.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let (values, root) = Machine::run(bytes)?;
        Ok(Self { values, root })
    }

    pub fn root(&self) -> usize {
        self.root
    }

    /// Elements of an array, list or tuple of at most `most`.
    pub fn elements(&self, index: usize, most: usize) -> Result<&[usize]> {
        match &self.values[index] {
            Value::List(items) | Value::Tuple(items) if items.len() <= most => Ok(items),
            Value::List(items) | Value::Tuple(items) => {
                Err(format!("{} elements, at most {most}", items.len()))
            }
            other => Err(format!("an array was expected, found {}", other.kind())),
        }
    }

    /// An integer, or the one element of an array.
    pub fn integer(&self, index: usize) -> Result<i64> {
        match &self.values[index] {
            Value::Int(value) => Ok(*value),
            Value::List(items) if items.len() == 1 => match &self.values[items[0]] {
                Value::Int(value) => Ok(*value),
                other => Err(format!("an integer was expected, found {}", other.kind())),
            },
            other => Err(format!("an integer was expected, found {}", other.kind())),
        }
    }

    /// The value of a text key of a dictionary.
    pub fn entry(&self, index: usize, key: &str) -> Result<usize> {
        let Value::Dict(entries) = &self.values[index] else {
            let found = self.values[index].kind();
            return Err(format!("a dictionary was expected, found {found}"));
        };
        let is_key = |index: usize| matches!(&self.values[index], Value::Text(t) if t == key);
        let found = entries.iter().find(|&&(name, _)| is_key(name));
        found.map(|&(_, value)| value).ok_or_else(|| format!("no key {key:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.array([[1, 0]])` as `NumPy` 2 writes it in protocol 4.
    const MODERN: &[u8] =
        b"\x80\x04\x95\x9b\0\0\0\0\0\0\0\x8c\x16numpy._core.multiarray\x94\x8c\x0c_reconstruct\
        \x94\x93\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\0\x85\x94C\x01b\x94\x87\
        \x94R\x94(K\x01K\x01K\x02\x86\x94h\x03\x8c\x05dtype\x94\x93\x94\x8c\x02i8\x94\x89\
        \x88\x87\x94R\x94(K\x03\x8c\x01<\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0t\x94b\
        \x89C\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x94t\x94b.";

    #[test]
    fn arrays_of_newer_writers_are_nested_lists() {
        let pickle = Pickle::read(MODERN).expect("a pickle");
        let rows = pickle.elements(pickle.root(), 1).expect("one row");
        let bits = pickle.elements(rows[0], 2).expect("two bits").iter();
        let bits: Vec<i64> = bits.map(|&bit| pickle.integer(bit).expect("a bit")).collect();
        assert_eq!(bits, [1, 0]);
    }

    #[test]
    fn calls_are_refused_by_name() {
        let refused = Pickle::read(b"\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.");
        assert!(refused.err().is_some_and(|reason| reason.contains("posix.system")));
    }
}
