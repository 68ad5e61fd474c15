use proptest::prelude::*;

use super::*;

#[test]
fn words_and_halves_of_numbers_are_none() {
    for text in [
        "", "-", "+", ".", "-.", "inf", "NaN", "1e", "1e999", "1,5", "0x10", "1.2.3", "٣",
    ] {
        assert_eq!(parse_decimal(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn numbers_of_the_real_feeds() {
    let cases = [
        ("-1.10866666666667", -1.108_666_666_666_67),
        ("50.7730133333333", 50.773_013_333_333_3),
        ("1.263956e+13", 1.263_956e13),
        ("360.0", 360.0),
        ("0", 0.0),
        (" 12.5 ", 12.5),
        ("9.5.", f64::NAN),
    ];
    for (text, expected) in cases {
        let read = parse_decimal(text.as_bytes());
        assert_eq!(read, (!expected.is_nan()).then_some(expected), "{text}");
    }
    assert_eq!(
        parse_decimal(b"-0.0").map(f64::is_sign_negative),
        Some(true)
    );
}

#[test]
fn vessel_numbers() {
    assert_eq!(parse_whole(b"219000751"), Some(219_000_751));
    assert_eq!(parse_whole(b"219000751.0"), Some(219_000_751));
    assert_eq!(parse_whole(b"1.263956e+13"), Some(12_639_560_000_000));
    assert_eq!(parse_whole(b"000000001"), Some(1));
    for text in ["", "-1", "1.5", "abc", "99999999999999999999999"] {
        assert_eq!(parse_whole(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn blank_cells() {
    for text in ["", "  ", "None", "NULL", "NaN", "\\N", "Unknown"] {
        assert!(is_blank(text.as_bytes()), "{text}");
    }
    assert!(!is_blank(b"0"));
    assert!(!is_blank(b"NANCY"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn decimals_are_those_of_the_standard_library(text in r"[+-]?[0-9]{0,12}(\.[0-9]{0,14})?") {
        let expected = text.parse::<f64>().ok();
        prop_assert_eq!(parse_decimal(text.as_bytes()), expected);
    }

    #[test]
    fn numbers_of_any_form_are_those_of_the_standard_library(
        text in r"[+-]?[0-9]{0,25}(\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?"
    ) {
        let expected = text.parse::<f64>().ok().filter(|number| number.is_finite());
        prop_assert_eq!(parse_decimal(text.as_bytes()), expected);
    }

    #[test]
    fn any_double_is_read_back(number in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
        let text = number.to_string();
        prop_assert_eq!(parse_decimal(text.as_bytes()).map(f64::to_bits), Some(number.to_bits()));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let trimmed = bytes.trim_ascii();
        let expected = std::str::from_utf8(trimmed).ok().and_then(|text| text.parse::<f64>().ok());
        if let Some(read) = parse_decimal(&bytes) {
            prop_assert_eq!(Some(read), expected);
        }
        let _ = parse_whole(&bytes);
        let _ = is_blank(&bytes);
    }
}
