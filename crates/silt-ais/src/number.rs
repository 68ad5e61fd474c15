//! Decimal numbers from bytes.

/// Powers of ten that a double holds exactly.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
const MAX_EXACT_INTEGER: u64 = 1 << 53;
/// Nineteen digits cannot overflow a `u64`.
const MAX_DIGITS: usize = 19;

/// The number that `text` spells, as `str::parse::<f64>` reads it; `None` for anything else, and
/// for infinities and NaN.
///
/// Numbers of up to 15 digits take a fast way: an integer below 2^53 divided by a power of ten
/// that a double holds exactly is rounded once, so the result is the nearest double.
#[must_use]
pub fn parse_decimal(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii();
    let unsigned = match text.first() {
        Some(b'-' | b'+') => &text[1..],
        _ => text,
    };
    if unsigned.len() > MAX_DIGITS {
        return parse_any(text);
    }
    let mut mantissa = 0_u64;
    let whole = take_digits(unsigned, &mut mantissa);
    let decimals = match unsigned.get(whole) {
        Some(b'.') => take_digits(&unsigned[whole + 1..], &mut mantissa),
        _ => 0,
    };
    let has_point = unsigned.len() > whole && unsigned[whole] == b'.';
    if whole + decimals + usize::from(has_point) != unsigned.len() {
        return parse_any(text);
    }
    if whole + decimals == 0 {
        return None;
    }
    if mantissa > MAX_EXACT_INTEGER {
        return parse_any(text);
    }
    let magnitude = mantissa as f64 / POWERS_OF_TEN[decimals];
    Some(if text[0] == b'-' {
        -magnitude
    } else {
        magnitude
    })
}

/// Appends the digits that `text` begins with to a number; returns how many there are.
fn take_digits(text: &[u8], number: &mut u64) -> usize {
    let mut count = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        *number = *number * 10 + u64::from(digit);
        count += 1;
    }
    count
}

/// Long numbers and numbers with exponents. Words that Rust takes for numbers ("inf", "nan") are
/// none.
fn parse_any(text: &[u8]) -> Option<f64> {
    let plain = text
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    if !plain {
        return None;
    }
    let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    number.is_finite().then_some(number)
}

/// Whether a cell says that it has no value.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    if text.is_empty() {
        return true;
    }
    if text.len() > 7 {
        return false;
    }
    ["none", "null", "nan", "na", "\\n", "unknown"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

/// A whole number as vessel numbers are written: digits, or a decimal whose fraction is zero.
pub(crate) fn parse_whole(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    if !text.is_empty() && text.len() < MAX_DIGITS && text.iter().all(u8::is_ascii_digit) {
        return Some(
            text.iter()
                .fold(0, |number, digit| number * 10 + u64::from(digit - b'0')),
        );
    }
    let number = parse_decimal(text)?;
    let whole = number.fract() == 0.0 && (0.0..=MAX_EXACT_INTEGER as f64).contains(&number);
    whole.then_some(number as u64)
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
