//! JSON numbers as the nearest double.

/// Powers of ten that a double holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Largest mantissa below which every whole number is a double.
const EXACT_MANTISSA: u64 = 1 << 53;

/// Digits that always fit 64 bits.
const SAFE_DIGITS: usize = 19;

/// The number at the start of `bytes` as the nearest double (infinite beyond the range of
/// doubles), and its length; `None` when what stands there is not a JSON number.
///
/// A mantissa and a power of ten that are both exact doubles have an exactly rounded product or
/// quotient (Clinger, "How to read floating point numbers accurately", PLDI 1990). Coordinates
/// nearly always qualify; the rest goes through the standard library, which rounds correctly too.
pub(super) fn parse_json_number(bytes: &[u8]) -> Option<(f64, usize)> {
    let mut at = 0;
    let negative = bytes.first() == Some(&b'-');
    if negative {
        at += 1;
    }
    let whole_start = at;
    let mut mantissa: u64 = 0;
    while let Some(digit) = digit_at(bytes, at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let whole_digits = at - whole_start;
    let leading_zero = whole_digits > 1 && bytes[whole_start] == b'0';
    if whole_digits == 0 || leading_zero {
        return None;
    }
    let mut fraction_digits = 0;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        let fraction_start = at;
        while let Some(digit) = digit_at(bytes, at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        fraction_digits = at - fraction_start;
        if fraction_digits == 0 {
            return None;
        }
    }
    let has_exponent = matches!(bytes.get(at), Some(b'e' | b'E'));
    let exact = !has_exponent
        && whole_digits + fraction_digits <= SAFE_DIGITS
        && mantissa <= EXACT_MANTISSA
        && fraction_digits < EXACT_POWERS.len();
    if exact {
        let magnitude = mantissa as f64 / EXACT_POWERS[fraction_digits];
        return Some((if negative { -magnitude } else { magnitude }, at));
    }
    let length = json_number_length(bytes)?;
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    Some((text.parse().ok()?, length))
}

/// The length of the JSON number at the start of `bytes`.
pub(super) fn json_number_length(bytes: &[u8]) -> Option<usize> {
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole_digits = digits(&bytes[at..]);
    if whole_digits == 0 || whole_digits > 1 && bytes[at] == b'0' {
        return None;
    }
    at += whole_digits;
    if bytes.get(at) == Some(&b'.') {
        let fraction_digits = digits(&bytes[at + 1..]);
        if fraction_digits == 0 {
            return None;
        }
        at += 1 + fraction_digits;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent_digits = digits(bytes.get(at + 1 + sign..).unwrap_or_default());
        if exponent_digits == 0 {
            return None;
        }
        at += 1 + sign + exponent_digits;
    }
    Some(at)
}

fn digits(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

#[inline]
fn digit_at(bytes: &[u8], at: usize) -> Option<u64> {
    let digit = bytes.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
