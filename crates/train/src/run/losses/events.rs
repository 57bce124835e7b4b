//! Figures of a run as event files of TensorBoard.
//!
//! Source: TensorFlow's `event.proto` and `summary.proto`, of which a handful of fields are written, in records of
//! the TFRecord format: length, its checksum, event, its checksum (CRC-32C, masked).

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use scalenas_base::atomic;

use super::record::Record;
use crate::error::{Error, Result};

/// Name of the one file, with the prefix that TensorBoard looks for.
const NAME: &str = "events.out.tfevents.scalenas";
/// Version of the format.
const VERSION: &str = "brain.Event:2";

/// Event file, open for appending.
#[derive(Debug)]
pub(crate) struct EventFile {
    path: PathBuf,
    file: File,
}

impl EventFile {
    /// Starts the file in a folder anew with the lines that the metrics file holds.
    pub fn open(folder: &Path, records: &[Record]) -> Result<Self> {
        let path = folder.join(NAME);
        let failed = |e| Error::file("write", &path, e);
        fs::create_dir_all(folder).map_err(failed)?;
        let mut bytes = record(&version(now()));
        for line in records {
            bytes.extend(events(line, now()));
        }
        atomic::write(&path, bytes).map_err(failed)?;
        let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
        Ok(Self { path: path.clone(), file })
    }

    /// Appends the figures of a line.
    pub fn write(&mut self, line: &Record) -> Result<()> {
        let bytes = events(line, now());
        self.file.write_all(&bytes).map_err(|e| Error::file("write", &self.path, e))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// Records of the figures of a line.
fn events(line: &Record, time: f64) -> Vec<u8> {
    let subnet = line.subnet.as_deref().unwrap_or_default();
    let figures = [
        ("train/loss".to_owned(), line.loss),
        ("train/learning_rate".to_owned(), line.learning_rate),
        ("train/images_per_second".to_owned(), line.images_per_second),
        ("train/gradient_norm".to_owned(), line.gradient_norm),
        (format!("validation/ap/{subnet}"), line.ap),
        (format!("validation/mean_iou/{subnet}"), line.mean_iou),
    ];
    let mut bytes = Vec::new();
    for (tag, value) in figures {
        if let Some(value) = value {
            bytes.extend(record(&scalar(&tag, value, line.iteration, time)));
        }
    }
    bytes
}

/// A TFRecord.
fn record(event: &[u8]) -> Vec<u8> {
    let length = (event.len() as u64).to_le_bytes();
    let mut bytes = length.to_vec();
    bytes.extend(masked(&length).to_le_bytes());
    bytes.extend(event);
    bytes.extend(masked(event).to_le_bytes());
    bytes
}

/// `Event { wall_time, file_version }`.
fn version(time: f64) -> Vec<u8> {
    let mut event = fixed64(1, time);
    event.extend(bytes_field(3, VERSION.as_bytes()));
    event
}

/// `Event { wall_time, step, summary { value { tag, simple_value } } }`.
fn scalar(tag: &str, value: f64, step: u64, time: f64) -> Vec<u8> {
    let mut entry = bytes_field(1, tag.as_bytes());
    entry.push(key(2, 5));
    entry.extend((value as f32).to_le_bytes());
    let summary = bytes_field(1, &entry);
    let mut event = fixed64(1, time);
    event.push(key(2, 0));
    event.extend(varint(step));
    event.extend(bytes_field(5, &summary));
    event
}

/// Number and wire type of a field.
fn key(field: u8, wire: u8) -> u8 {
    field << 3 | wire
}

fn fixed64(field: u8, value: f64) -> Vec<u8> {
    let mut bytes = vec![key(field, 1)];
    bytes.extend(value.to_le_bytes());
    bytes
}

fn bytes_field(field: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![key(field, 2)];
    bytes.extend(varint(value.len() as u64));
    bytes.extend(value);
    bytes
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Checksum as TFRecords store it.
fn masked(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C of Castagnoli.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of the CRC catalogue, and bytes that the `tensorboard` package reads.
    #[test]
    fn checksums_and_bytes_are_those_of_the_format() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        let event = scalar("a", 0.5, 300, 1.0);
        let expected = [
            &[9][..],
            &1f64.to_le_bytes(),
            &[16, 0xac, 2],
            &[42, 10],
            &[10, 8],
            &[10, 1, b'a'],
            &[21],
            &0.5f32.to_le_bytes(),
        ];
        assert_eq!(event, expected.concat());
        let bytes = record(&event);
        assert_eq!(bytes.len(), 8 + 4 + event.len() + 4);
        assert_eq!(bytes[..8], (event.len() as u64).to_le_bytes());
    }

    #[test]
    fn lines_that_are_dropped_leave_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let line = |iteration| Record { iteration, loss: Some(1.0), ..Record::default() };
        let size = || fs::metadata(folder.path().join(NAME)).expect("a file").len();
        let mut file = EventFile::open(folder.path(), &[]).expect("a writable folder");
        let empty = size();
        file.write(&line(1)).expect("a writable file");
        file.write(&line(2)).expect("a writable file");
        let both = size();
        EventFile::open(folder.path(), &[line(1)]).expect("a writable folder");
        assert_eq!(2 * (size() - empty), both - empty);
    }
}
