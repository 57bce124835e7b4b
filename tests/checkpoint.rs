//! Writer of PyTorch's checkpoints, byte by byte.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Writer of pickle instructions.
#[derive(Default, Clone)]
pub struct Pickle(Vec<u8>);

impl Pickle {
    /// Instructions as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// A string.
    pub fn text(self, text: &str) -> Self {
        self.raw(b"X").raw(&(text.len() as u32).to_le_bytes()).raw(text.as_bytes())
    }

    /// A number.
    pub fn int(self, number: u64) -> Self {
        self.raw(b"\x8a\x09").raw(&number.to_le_bytes()).raw(&[0])
    }

    /// A tuple of numbers.
    pub fn tuple(self, numbers: &[u64]) -> Self {
        numbers.iter().fold(self.raw(b"("), |pickle, &number| pickle.int(number)).raw(b"t")
    }

    /// A tensor in a storage of `count` elements.
    pub fn tensor(
        self,
        class: &str,
        (key, count): (&str, u64),
        view: (u64, &[u64], &[u64]),
    ) -> Self {
        let (offset, shape, strides) = view;
        self.raw(b"ctorch._utils\n_rebuild_tensor_v2\n((")
            .text("storage")
            .raw(format!("ctorch\n{class}\n").as_bytes())
            .text(key)
            .text("cpu")
            .int(count)
            .raw(b"tQ")
            .int(offset)
            .tuple(shape)
            .tuple(strides)
            .raw(b"\x89ccollections\nOrderedDict\n)RtR")
    }

    /// A dictionary of text keys.
    pub fn dictionary(self, items: &[(&str, Self)]) -> Self {
        let start = self.raw(b"}(");
        items.iter().fold(start, |all, (key, value)| all.text(key).raw(&value.0)).raw(b"u")
    }

    /// The whole pickle.
    pub fn finish(self) -> Vec<u8> {
        [b"\x80\x02", &*self.0, b"."].concat()
    }
}

/// Little-endian bytes of a storage.
pub fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The format of zip archives; storages with their keys.
pub fn archive(object: &Pickle, storages: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut entry = |name: &str, bytes: &[u8]| {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(format!("archive/{name}"), stored).unwrap();
        zip.write_all(bytes).unwrap();
    };
    entry("data.pkl", &object.clone().finish());
    entry("byteorder", b"little");
    for (key, bytes) in storages {
        entry(&format!("data/{key}"), bytes);
    }
    zip.finish().unwrap().into_inner()
}

/// The earlier format; storages with their numbers of elements.
pub fn legacy(object: &Pickle, storages: &[(&str, u64, Vec<u8>)]) -> Vec<u8> {
    let keys = storages.iter().fold(Pickle::default().raw(b"]("), |all, (key, ..)| all.text(key));
    let parts = [
        Pickle::default().raw(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19").finish(),
        Pickle::default().raw(b"M\xe9\x03").finish(),
        Pickle::default().dictionary(&[("little_endian", Pickle::default().raw(b"\x88"))]).finish(),
        object.clone().finish(),
        keys.raw(b"e").finish(),
    ];
    let mut bytes = parts.concat();
    for (_, count, values) in storages {
        bytes.extend(count.to_le_bytes());
        bytes.extend(values);
    }
    bytes
}
