//! Damage to the bytes of a file, as tools, disks and people do it.

use crate::stream::Stream;

/// Numbers at which readers go wrong, as they are written in text.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1e309",
    "-1e309",
    "NaN",
    "1.5",
    "255",
    "256",
    "65535",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
    "1e-320",
    "\"7\"",
];

/// A seed with one to eight damages.
pub fn damaged(seed: &[u8], other: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=stream.below(8) {
        damage(&mut bytes, other, stream);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, other: &[u8], stream: &mut Stream) {
    let at = stream.below(bytes.len());
    let order = stream.below(10);
    let length = 1 + stream.below(1 << order);
    let end = (at + length).min(bytes.len());
    match stream.below(10) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << stream.below(8),
        1 if !bytes.is_empty() => bytes[at] = stream.next() as u8,
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let copy = bytes[at..end].to_vec();
            let to = stream.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        5 => {
            let from = stream.below(other.len());
            let piece = &other[from..(from + length).min(other.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        6 => replace_number(bytes, at, NUMBERS[stream.below(NUMBERS.len())].as_bytes()),
        7 => {
            let value = [0, 1, u64::MAX, 1 << 31, 1 << 32, 1 << 62][stream.below(6)];
            let word = value.to_le_bytes();
            let width = 1 << stream.below(4);
            for (place, byte) in bytes[at..].iter_mut().zip(&word[..width]) {
                *place = *byte;
            }
        }
        8 => bytes[at..end].fill(stream.next() as u8),
        _ => bytes.insert(at, b"{}[](),:\"\\\n\t "[stream.below(13)]),
    }
}

/// Replaces the digits that follow `at`.
fn replace_number(bytes: &mut Vec<u8>, at: usize, number: &[u8]) {
    let is_digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let Some(start) = bytes[at..].iter().position(is_digit).map(|found| at + found) else { return };
    let length = bytes[start..].iter().take_while(|byte| is_digit(byte)).count();
    bytes.splice(start..start + length, number.iter().copied());
}
