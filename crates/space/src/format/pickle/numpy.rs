//! Callables that `NumPy` writes, replaced by the data that they would make.

use super::machine::Machine;
use super::value::{Result, Value};

impl Machine<'_> {
    /// Replaces a call by its result.
    pub(super) fn reduce(&mut self) -> Result<()> {
        let (arguments, callable) = (self.pop()?, self.pop()?);
        let Value::Tuple(arguments) = &self.values[arguments] else {
            return Err("a call without arguments".to_owned());
        };
        let Value::Global(name) = &self.values[callable] else {
            return Err("a call of something that has no name".to_owned());
        };
        let argument = |k: usize| arguments.get(k).map(|&index| &self.values[index]);
        let made = match (name.as_str(), argument(0), argument(1)) {
            ("numpy.core.multiarray._reconstruct" | "numpy._core.multiarray._reconstruct", ..) => {
                Value::List(vec![])
            }
            (
                "numpy.core.multiarray.scalar" | "numpy._core.multiarray.scalar",
                Some(Value::Dtype(dtype)),
                Some(Value::Bytes(raw)),
            ) => Value::Int(*decode(dtype, raw)?.first().ok_or("a number without bytes")?),
            ("_codecs.encode", Some(Value::Text(text)), _) => Value::Bytes(latin1(text)?),
            ("numpy.dtype", Some(Value::Text(name)), _) => Value::Dtype(name.clone()),
            _ => return Err(format!("a call of {name}, which masks do not contain")),
        };
        self.push(made)
    }

    /// Fills an array with its state `(version, shape, dtype, order, elements)`, or checks the byte
    /// order of an element type, which is all that its state adds to its name.
    pub(super) fn build(&mut self) -> Result<()> {
        let state = self.pop()?;
        let object = self.top()?;
        let Value::Tuple(parts) = &self.values[state] else {
            return Err("a state that is not a tuple".to_owned());
        };
        match &self.values[object] {
            Value::Dtype(name) => {
                let order = parts.get(1).map(|&index| &self.values[index]);
                match order {
                    Some(Value::Text(order)) if order == ">" => {
                        Err(format!("big-endian elements of type {name}, accepted: little-endian"))
                    }
                    _ => Ok(()),
                }
            }
            Value::List(_) => {
                let [_, shape, dtype, order, data] = parts[..] else {
                    return Err("an array's state has five parts".to_owned());
                };
                let shape = self.shape(shape, order)?;
                let elements = self.array_elements(dtype, data)?;
                self.values[object] = Value::List(self.nest(elements, &shape)?);
                Ok(())
            }
            other => Err(format!("cannot set the state of {}", other.kind())),
        }
    }

    /// Sizes of the dimensions of an array in C order.
    fn shape(&self, shape: usize, order: usize) -> Result<Vec<usize>> {
        let Value::Tuple(sizes) = &self.values[shape] else {
            return Err("an array without a shape".to_owned());
        };
        if sizes.len() > 1 && !matches!(self.values[order], Value::Int(0)) {
            return Err("an array in Fortran order, accepted: C order".to_owned());
        }
        let sizes = sizes.iter().map(|&size| match self.values[size] {
            Value::Int(size) => usize::try_from(size).map_err(|_| format!("a size of {size}")),
            _ => Err("a size that is not an integer".to_owned()),
        });
        sizes.collect()
    }

    fn array_elements(&mut self, dtype: usize, data: usize) -> Result<Vec<usize>> {
        match (&self.values[dtype], &self.values[data]) {
            (Value::Dtype(_), Value::List(items)) => Ok(items.clone()),
            (Value::Dtype(name), Value::Bytes(raw)) => {
                let integers = decode(name, raw)?;
                integers.into_iter().map(|integer| self.make(Value::Int(integer))).collect()
            }
            _ => Err("an array of an unknown kind".to_owned()),
        }
    }

    /// Elements in C order as lists of lists; the outermost list's items.
    fn nest(&mut self, mut elements: Vec<usize>, shape: &[usize]) -> Result<Vec<usize>> {
        let count = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        if count != Some(elements.len()) {
            return Err(format!("{} elements for an array of shape {shape:?}", elements.len()));
        }
        for &size in shape.iter().skip(1).rev().filter(|_| count != Some(0)) {
            let rows = elements.chunks_exact(size).map(|row| self.make(Value::List(row.to_vec())));
            elements = rows.collect::<Result<_>>()?;
        }
        Ok(elements)
    }
}

/// Bytes that were pickled as text of characters 0 to 255.
fn latin1(text: &str) -> Result<Vec<u8>> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.ok_or_else(|| "array data that are not bytes".to_owned())
}

/// Raw little-endian integers.
fn decode(dtype: &str, raw: &[u8]) -> Result<Vec<i64>> {
    let size = match dtype {
        "i8" => 8,
        "i4" => 4,
        "i1" | "u1" | "b1" => 1,
        _ => return Err(format!("an array of {dtype}, accepted: b1, u1, i1, i4, i8 and objects")),
    };
    if !raw.len().is_multiple_of(size) {
        return Err(format!("{} bytes of {dtype} elements", raw.len()));
    }
    let word = |chunk: &[u8]| {
        let negative = dtype.starts_with('i') && chunk[size - 1] & 0x80 != 0;
        let mut word = [if negative { 0xff } else { 0 }; 8];
        word[..size].copy_from_slice(chunk);
        i64::from_le_bytes(word)
    };
    Ok(raw.chunks_exact(size).map(word).collect())
}
