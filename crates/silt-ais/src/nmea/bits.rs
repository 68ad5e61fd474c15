//! The bits of a message.

/// A payload, read bit by bit where it lies.
pub(super) struct Bits<'a> {
    /// Characters of the six-bit alphabet.
    payload: &'a [u8],
    len_bits: usize,
}

impl<'a> Bits<'a> {
    /// `None` where a character is not of the six-bit alphabet, or where there is none.
    pub(super) fn of(payload: &'a [u8], fill_bits: u8) -> Option<Self> {
        let in_alphabet = |byte: &u8| matches!(byte, b'0'..=b'W' | b'`'..=b'w');
        // Without an early end, so that the loop runs on vectors.
        let valid = payload
            .iter()
            .fold(true, |so_far, byte| so_far & in_alphabet(byte));
        if payload.is_empty() || !valid {
            return None;
        }
        let len_bits = (payload.len() * 6).saturating_sub(usize::from(fill_bits));
        Some(Self { payload, len_bits })
    }

    pub(super) fn len(&self) -> usize {
        self.len_bits
    }

    /// The six bits of a character; 0 behind the end.
    fn sextet(&self, index: usize) -> u64 {
        let value = match self.payload.get(index) {
            Some(character @ b'0'..=b'W') => character - b'0',
            Some(character) => character - b'8',
            None => 0,
        };
        u64::from(value)
    }

    /// The unsigned number of `count` bits (at most 32) from bit `start`; bits behind the end
    /// are 0.
    pub(super) fn unsigned(&self, start: usize, count: usize) -> u32 {
        let end = start + count;
        let mut value = 0_u64;
        for index in start / 6..end.div_ceil(6) {
            value = value << 6 | self.sextet(index);
        }
        let surplus = end.div_ceil(6) * 6 - end;
        let mask = (1_u64 << count) - 1;
        (value >> surplus & mask) as u32
    }

    /// The number in two's complement of `count` bits (at most 32) from bit `start`.
    pub(super) fn signed(&self, start: usize, count: usize) -> i32 {
        let unused = 32 - count;
        ((self.unsigned(start, count) << unused) as i32) >> unused
    }

    /// Text of six-bit ASCII, of the characters that the message has.
    pub(super) fn text(&self, start: usize, characters: usize) -> String {
        let present = self.len_bits.saturating_sub(start) / 6;
        (0..characters.min(present))
            .map(|index| {
                let value = self.unsigned(start + index * 6, 6) as u8;
                char::from(if value < 32 { value + 64 } else { value })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_alphabet() {
        assert!(Bits::of(b"0W`w", 0).is_some());
        for wrong in [&b"X"[..], b"_", b"x", b"/", b" ", b""] {
            assert!(Bits::of(wrong, 0).is_none());
        }
        let bits = Bits::of(b"w", 2).expect("one character");
        assert_eq!(
            (bits.len(), bits.unsigned(0, 6), bits.signed(0, 6)),
            (4, 63, -1)
        );
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_the_bit_string(
            payload in "[0-W`-w]{1,60}", start in 0_usize..200, count in 1_usize..=32
        ) {
            let bits = Bits::of(payload.as_bytes(), 0).expect("the alphabet");
            let mut string: String = payload
                .bytes()
                .map(|byte| if byte > 87 { byte - 56 } else { byte - 48 })
                .map(|value| format!("{value:06b}"))
                .collect();
            string.push_str(&"0".repeat(300));
            let slice = &string[start..start + count];
            let expected = u32::from_str_radix(slice, 2).expect("binary digits");
            prop_assert_eq!(bits.unsigned(start, count), expected);
            let sign = i64::from(slice.starts_with('1')) << count;
            prop_assert_eq!(i64::from(bits.signed(start, count)), i64::from(expected) - sign);
        }
    }
}
