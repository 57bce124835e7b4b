//! Views of storages: shape, strides and offset of one tensor.

use burn::tensor::TensorData;

use super::element::Element;
use super::outcome::Outcome;

/// Dimensions that a tensor of a network has at most.
pub(super) const MAX_RANK: usize = 8;

/// A view of a storage, checked to lie inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TensorView {
    element: Element,
    /// Elements in the storage.
    count: u64,
    /// First element.
    offset: usize,
    shape: Vec<usize>,
    /// Elements from one index of a dimension to the next.
    strides: Vec<usize>,
}

impl TensorView {
    /// A view of a storage of `count` elements.
    ///
    /// # Errors
    /// If an element lies outside the storage, or if the view repeats elements beyond its size.
    pub fn new(
        (element, count): (Element, u64),
        offset: usize,
        shape: Vec<usize>,
        strides: Vec<usize>,
    ) -> Outcome<Self> {
        if shape.len() != strides.len() || shape.len() > MAX_RANK {
            return Err(format!("a tensor of shape {shape:?} with strides {strides:?}"));
        }
        let outside = || {
            format!(
                "a tensor of shape {shape:?}, strides {strides:?} and offset {offset} \
                 does not fit its storage of {count} elements"
            )
        };
        let values = shape.iter().try_fold(1u64, |n, &side| n.checked_mul(side as u64));
        let values = values.filter(|&values| values <= count).ok_or_else(outside)?;
        let reach = |last: u64, (&side, &stride): (&usize, &usize)| {
            (side as u64 - 1).checked_mul(stride as u64)?.checked_add(last)
        };
        let mut dimensions = shape.iter().zip(&strides);
        if values > 0 {
            let last = dimensions.try_fold(offset as u64, reach);
            last.filter(|&last| last < count).ok_or_else(outside)?;
        }
        count.checked_mul(element.bytes() as u64).ok_or_else(outside)?;
        // A dimension of one index takes no step, whatever its stride says.
        let step = |(&side, stride)| if side > 1 { stride } else { 0 };
        let strides = shape.iter().zip(strides).map(step).collect();
        Ok(Self { element, count, offset, shape, strides })
    }

    /// Bytes of its values as they are stored.
    pub fn bytes(&self) -> u64 {
        (self.shape.iter().product::<usize>() * self.element.bytes()) as u64
    }

    /// Bytes of the whole storage.
    pub fn storage_bytes(&self) -> u64 {
        self.count * self.element.bytes() as u64
    }

    /// Its values in row-major order as float32, from the bytes of the whole storage.
    pub fn gather(&self, storage: &[u8]) -> Outcome<TensorData> {
        if storage.len() as u64 != self.storage_bytes() {
            return Err(format!("a storage of {} bytes", storage.len()));
        }
        let size = self.element.bytes();
        let count = self.shape.iter().product();
        let mut values = Vec::with_capacity(count);
        let mut index = vec![0; self.shape.len()];
        let mut position = self.offset;
        for _ in 0..count {
            values.push(self.element.decode(&storage[position * size..][..size]));
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                position += self.strides[axis];
                if index[axis] < self.shape[axis] {
                    break;
                }
                position -= self.strides[axis] * self.shape[axis];
                index[axis] = 0;
            }
        }
        Ok(TensorData::new(values, self.shape.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Element, TensorView};

    fn storage(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn strides_and_offset_are_honoured() {
        let bytes = storage(&[9.0, 0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        let view = TensorView::new((Element::Float32, 7), 1, vec![2, 3], vec![1, 2]);
        let data = view.and_then(|view| view.gather(&bytes)).expect("inside");
        assert_eq!(data.to_vec::<f32>().expect("float32"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn views_outside_their_storage_are_refused() {
        for (offset, shape, strides) in [
            (1, vec![6], vec![1]),
            (0, vec![2, 3], vec![1, 3]),
            (0, vec![1 << 40], vec![0]),
            (usize::MAX, vec![2], vec![1]),
            (0, vec![2, 2], vec![usize::MAX, 1]),
            (0, vec![2], vec![1, 1]),
        ] {
            let view = TensorView::new((Element::Float32, 6), offset, shape.clone(), strides);
            assert!(view.is_err(), "{shape:?} from {offset}");
        }
    }

    #[test]
    fn other_precisions_become_float32() {
        for (element, bytes) in [
            (Element::Float16, vec![0x00, 0x3c, 0x00, 0xc1]),
            (Element::BFloat16, vec![0x80, 0x3f, 0x20, 0xc0]),
            (Element::Float64, [1.0f64, -2.5].iter().flat_map(|v| v.to_le_bytes()).collect()),
        ] {
            let view = TensorView::new((element, 2), 0, vec![2], vec![1]).expect("inside");
            let values = view.gather(&bytes).expect("whole").to_vec::<f32>().expect("float32");
            assert_eq!(values, [1.0, -2.5], "{element:?}");
        }
    }
}
