use super::*;

#[test]
fn numbers_are_exact_to_the_last_bit() {
    let cases = [
        "0",
        "-0",
        "1",
        "-137.549267",
        "30.415504",
        "0.1",
        "9007199254740993",
        "123456789012345678901234567890",
        "1.7976931348623157e308",
        "5e-324",
        "2.2250738585072011e-308",
        "0.30000000000000004",
        "8.41470984807896506e-1",
        "179.99999999999999",
        "1e22",
        "1e23",
        "6.0221407e23",
        "-33.86880000000000000000001",
        "0.000000000000000000000001",
    ];
    for text in cases {
        let (value, length) = parse_json_number(text.as_bytes()).expect(text);
        let expected: f64 = text.parse().expect("a number");
        assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
        assert_eq!(length, text.len());
    }
}

#[test]
fn random_decimals_equal_those_of_the_standard_library() {
    let mut state: u64 = 42;
    for _ in 0..100_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let whole = (state >> 40) % 1000;
        let digits = (state >> 8) % 10_000_000_000_000;
        let text = format!(
            "{whole}.{digits:0width$}",
            width = 1 + (state % 20) as usize
        );
        let (value, _) = parse_json_number(text.as_bytes()).expect("a number");
        assert_eq!(
            value.to_bits(),
            text.parse::<f64>().expect("a number").to_bits(),
            "{text}"
        );
    }
}

#[test]
fn what_json_forbids_is_no_number() {
    for text in [
        "", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "NaN", "0x1",
    ] {
        let read = parse_json_number(text.as_bytes());
        let whole_text = read.is_some_and(|(_, length)| length == text.len());
        assert!(!whole_text, "{text}: {read:?}");
    }
}

#[test]
fn too_large_numbers_are_infinite() {
    assert_eq!(parse_json_number(b"1e999"), Some((f64::INFINITY, 5)));
}
