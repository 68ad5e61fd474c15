//! Protocol buffers as MVT uses them.

/// Number of a field with its wire type: a varint.
pub(crate) const fn varint_field(number: u8) -> u8 {
    number << 3
}

/// Number of a field with its wire type: eight bytes.
pub(crate) const fn fixed64_field(number: u8) -> u8 {
    (number << 3) | 1
}

/// Number of a field with its wire type: a length and as many bytes.
pub(crate) const fn bytes_field(number: u8) -> u8 {
    (number << 3) | 2
}

/// Seven bits per byte, the lowest first; all bytes but the last have their highest bit set.
pub(crate) fn put_varint(out: &mut Vec<u8>, value: u64) {
    let mut rest = value;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Bytes of a varint.
pub(crate) const fn varint_len(value: u64) -> usize {
    ((64 - (value | 1).leading_zeros()) as usize).div_ceil(7)
}

/// A field of bytes or text.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(bytes_field(number));
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Bytes of [`put_bytes`].
pub(crate) const fn bytes_len(length: usize) -> usize {
    1 + varint_len(length as u64) + length
}

/// Small numbers of either sign as small numbers without one.
pub(crate) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}
