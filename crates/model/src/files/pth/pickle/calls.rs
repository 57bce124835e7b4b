//! Classes and functions that pickles name, replaced by descriptions of what they would make.

use std::io::Read;

use super::machine::Machine;
use super::value::{Storage, Value};
use crate::files::pth::element::Element;
use crate::files::pth::outcome::Outcome;
use crate::files::pth::tensor::{MAX_RANK, TensorView};

/// Bytes of a class's name: values of that class repeat it.
const MAX_CLASS_NAME: usize = 256;

impl<R: Read> Machine<'_, R> {
    /// Instructions that name, call and fill objects.
    pub(super) fn object(&mut self, code: u8) -> Outcome<bool> {
        match code {
            b'c' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                self.push(Value::Global(qualified(&module, &name)?))?;
            }
            0x93 => self.stack_global()?,
            b'R' | 0x81 => self.call()?,
            0x92 => {
                self.pop()?;
                self.call()?;
            }
            b'i' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                self.pop_to_mark()?;
                self.push_opaque(&object_of(&qualified(&module, &name)?))?;
            }
            b'o' => {
                let parts = self.pop_to_mark()?;
                let class = parts.first().map(|&index| &self.values[index]);
                let kind = class.map_or("an object", Value::kind).to_owned();
                self.push_opaque(&kind)?;
            }
            // State beside a dictionary's items (PyTorch's `_metadata`), or of an opaque object.
            b'b' => {
                self.pop()?;
                self.top()?;
            }
            b'Q' => self.persistent()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The form of protocol 4: module and name come from the stack.
    fn stack_global(&mut self) -> Outcome<()> {
        let (name, module) = (self.pop()?, self.pop()?);
        match (&self.values[module], &self.values[name]) {
            (Value::Text(module), Value::Text(name)) => {
                let name = qualified(module, name)?;
                self.push(Value::Global(name))
            }
            _ => Err("a class whose name is not text".to_owned()),
        }
    }

    /// Replaces a call by its result.
    fn call(&mut self) -> Outcome<()> {
        let (arguments, callable) = (self.pop()?, self.pop()?);
        let Value::Global(name) = &self.values[callable] else {
            return self.push_opaque("the result of a call");
        };
        let arguments = match &self.values[arguments] {
            Value::Tuple(items) => items.as_slice(),
            _ => &[],
        };
        match (name.as_str(), arguments) {
            (
                "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor",
                &[storage, offset, shape, strides, ..],
            ) => {
                let tensor = self.tensor(storage, offset, shape, strides)?;
                self.push(tensor)
            }
            (
                "torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state",
                &[data, ..],
            )
            | ("torch.Size", &[data]) => {
                self.push_again(data);
                Ok(())
            }
            ("collections.OrderedDict", &[pairs]) => {
                let items = self.pairs(pairs)?;
                self.push(Value::Dict(items))
            }
            ("collections.OrderedDict" | "collections.defaultdict", _) => {
                self.push(Value::Dict(vec![]))
            }
            (name, _) => {
                let kind = object_of(name);
                self.push_opaque(&kind)
            }
        }
    }

    /// Items of a dictionary from a list of pairs.
    fn pairs(&self, pairs: usize) -> Outcome<Vec<(usize, usize)>> {
        let malformed = || "an ordered dictionary that is not made of pairs".to_owned();
        let pair = |&index: &usize| match &self.values[index] {
            Value::List(pair) | Value::Tuple(pair) if pair.len() == 2 => Ok((pair[0], pair[1])),
            _ => Err(malformed()),
        };
        match &self.values[pairs] {
            Value::List(items) | Value::Tuple(items) => items.iter().map(pair).collect(),
            _ => Err(malformed()),
        }
    }

    /// A reference to a storage: `("storage", class, key, device, elements[, view])`.
    fn persistent(&mut self) -> Outcome<()> {
        let malformed = || "a reference that is not one to a storage".to_owned();
        let reference = self.pop()?;
        let Value::Tuple(parts) = &self.values[reference] else { return Err(malformed()) };
        let [kind, class, key, _, count, view @ ..] = parts.as_slice() else {
            // The source code of a class, which comes with whole models.
            return match parts.first().map(|&kind| &self.values[kind]) {
                Some(Value::Text(kind)) if kind == "module" => self.push_opaque("a class"),
                _ => Err(malformed()),
            };
        };
        let storage = match (&self.values[*kind], &self.values[*class], &self.values[*key]) {
            (Value::Text(kind), Value::Global(class), Value::Text(_)) if kind == "storage" => {
                let count = u64::try_from(self.integer(*count)?).map_err(|_| malformed())?;
                let start = self.view_start(view)?;
                Storage { key: *key, element: Element::of_class(class), count, start }
            }
            _ => return Err(malformed()),
        };
        self.push(Value::Storage(storage))
    }

    /// First element of a view of a storage, `(key, offset, size)` or nothing.
    fn view_start(&self, view: &[usize]) -> Outcome<usize> {
        match view.first().map(|&index| &self.values[index]) {
            Some(Value::Tuple(parts)) if parts.len() == 3 => self.size(parts[1]),
            _ => Ok(0),
        }
    }

    /// The tensor of a call; opaque where its elements are of an unknown type.
    fn tensor(
        &self,
        storage: usize,
        offset: usize,
        shape: usize,
        strides: usize,
    ) -> Outcome<Value> {
        let Value::Storage(storage) = &self.values[storage] else {
            return Ok(Value::Opaque("a tensor".to_owned()));
        };
        let element = storage.element.filter(|element| element.is_float());
        let Some(element) = element else {
            return Ok(Value::Tensor { storage: storage.key, view: None });
        };
        let start = self.size(offset)?.checked_add(storage.start);
        let start = start.ok_or("an offset beyond every storage")?;
        let (shape, strides) = (self.sizes(shape)?, self.sizes(strides)?);
        let view = TensorView::new((element, storage.count), start, shape, strides)?;
        Ok(Value::Tensor { storage: storage.key, view: Some(view) })
    }

    fn sizes(&self, index: usize) -> Outcome<Vec<usize>> {
        match &self.values[index] {
            Value::Tuple(items) | Value::List(items) if items.len() <= MAX_RANK => {
                items.iter().map(|&item| self.size(item)).collect()
            }
            other => Err(format!("{} in the place of a shape", other.kind())),
        }
    }

    fn size(&self, index: usize) -> Outcome<usize> {
        let number = self.integer(index)?;
        usize::try_from(number).map_err(|_| format!("a size of {number}"))
    }

    fn integer(&self, index: usize) -> Outcome<i128> {
        match &self.values[index] {
            Value::Int(number) => Ok(*number),
            other => Err(format!("{} in the place of a size", other.kind())),
        }
    }
}

/// Module and name of a class.
fn qualified(module: &str, name: &str) -> Outcome<String> {
    if module.len() + name.len() > MAX_CLASS_NAME {
        return Err("a class with a name longer than any".to_owned());
    }
    Ok(format!("{module}.{name}"))
}

/// Kind of an object of a class.
fn object_of(class: &str) -> String {
    format!("an object of {class}")
}
