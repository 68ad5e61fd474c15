//! The distinct values of a layer.

use std::hash::{BuildHasher, Hasher};

use super::PropertyValue;
use super::wire::{bytes_field, fixed64_field, put_varint, varint_field, zigzag};

/// Smallest number of places in the table.
const FEWEST_SLOTS: usize = 1024;

/// Values of one layer, each once, numbered in the order in which they were first seen.
///
/// A value is kept, compared and hashed as the bytes of its message: a type and a value are the same
/// thing there. The hash is seeded at random, so that data cannot be made to collide; numbers do not
/// depend on it.
#[derive(Debug, Default)]
pub(crate) struct ValueSet {
    bytes: Vec<u8>,
    /// Value `i` ends at `ends[i]` in `bytes`.
    ends: Vec<u32>,
    hashes: Vec<u32>,
    /// Numbers of values plus one, at the first free place after their hash; zero where free.
    slots: Vec<u32>,
    random_state: foldhash::fast::RandomState,
    is_overfull: bool,
}

impl ValueSet {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.hashes.clear();
        self.slots.clear();
        self.slots.resize(FEWEST_SLOTS, 0);
        self.is_overfull = false;
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all values.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// True when more was added than can be numbered; the numbers given since are wrong.
    pub(crate) fn is_overfull(&self) -> bool {
        self.is_overfull
    }

    /// The message of a value.
    pub(crate) fn message(&self, number: u32) -> &[u8] {
        let place = number as usize;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.bytes[start as usize..self.ends[place] as usize]
    }

    /// The number of a value; none for a number that JSON would not know.
    pub(crate) fn number_of(&mut self, value: PropertyValue<'_>) -> Option<u32> {
        let start = self.bytes.len();
        let bytes = &mut self.bytes;
        match value {
            PropertyValue::Text(text) => {
                bytes.push(bytes_field(1));
                put_varint(bytes, text.len() as u64);
                bytes.extend_from_slice(text.as_bytes());
            }
            PropertyValue::Double(number) => {
                if !number.is_finite() {
                    return None;
                }
                bytes.push(fixed64_field(3));
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            PropertyValue::Uint(number) => {
                bytes.push(varint_field(5));
                put_varint(bytes, number);
            }
            PropertyValue::Int(number) => match u64::try_from(number) {
                Ok(unsigned) => {
                    bytes.push(varint_field(5));
                    put_varint(bytes, unsigned);
                }
                Err(_) => {
                    bytes.push(varint_field(6));
                    put_varint(bytes, zigzag(number));
                }
            },
            PropertyValue::Bool(flag) => {
                bytes.extend_from_slice(&[varint_field(7), u8::from(flag)]);
            }
        }
        Some(self.number_of_last(start))
    }

    /// The number of the message that was written to the end of `bytes`.
    fn number_of_last(&mut self, start: usize) -> u32 {
        if self.ends.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let message = &self.bytes[start..];
        let mut hasher = self.random_state.build_hasher();
        hasher.write(message);
        let hash = hasher.finish() as u32;
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        while let Some(number) = self.slots[place].checked_sub(1) {
            if self.hashes[number as usize] == hash && self.message(number) == message {
                self.bytes.truncate(start);
                return number;
            }
            place = (place + 1) & mask;
        }
        let (Ok(end), Ok(next)) = (
            u32::try_from(self.bytes.len()),
            u32::try_from(self.ends.len() + 1),
        ) else {
            self.is_overfull = true;
            self.bytes.truncate(start);
            return 0;
        };
        self.slots[place] = next;
        self.ends.push(end);
        self.hashes.push(hash);
        next - 1
    }

    fn grow(&mut self) {
        let count = (self.slots.len() * 4).max(FEWEST_SLOTS);
        let mask = count - 1;
        self.slots.clear();
        self.slots.resize(count, 0);
        for (number, &hash) in (1_u32..).zip(&self.hashes) {
            let mut place = hash as usize & mask;
            while self.slots[place] != 0 {
                place = (place + 1) & mask;
            }
            self.slots[place] = number;
        }
    }
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
