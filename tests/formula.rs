//! Numbers by name, which scripts of yardsticks repeat: tests compare with their figures without files.

/// Numbers in [-1, 1) that float32 holds exactly: FNV-1a of the name, and the last mixing of murmur3
/// of its sum with multiples of an odd number.
pub fn unit(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let fnv = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let seed = name.bytes().fold(0x811c_9dc5, fnv);
    (0..count as u32).map(move |index| {
        let mut x = seed.wrapping_add(index.wrapping_mul(0x9e37_79b1));
        x = (x ^ x >> 16).wrapping_mul(0x85eb_ca6b);
        x = (x ^ x >> 13).wrapping_mul(0xc2b2_ae35);
        x ^= x >> 16;
        f64::from(x >> 8) / f64::from(1 << 23) - 1.0
    })
}
