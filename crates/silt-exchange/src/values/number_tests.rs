use proptest::prelude::*;

use super::NumberFormat::{Auto, Comma, Point};
use super::*;

#[test]
fn numbers_as_registers_write_them() {
    for (text, format, expected) in [
        ("1.205.301,52", Comma, 1_205_301.52),
        ("12.900.000,00", Comma, 12_900_000.0),
        ("6.362,07", Comma, 6362.07),
        ("34,00", Comma, 34.0),
        ("1.234", Comma, 1234.0),
        ("1,205,301.52", Point, 1_205_301.52),
        ("5,300", Point, 5300.0),
        ("1'205'301.52", Point, 1_205_301.52),
        ("1’205’301.52", Point, 1_205_301.52),
        ("1 205 301.52", Point, 1_205_301.52),
        ("1\u{a0}205\u{202f}301,52", Comma, 1_205_301.52),
        ("1\u{2009}205", Point, 1205.0),
        (" 26 ", Point, 26.0),
        ("\u{feff}2006\u{a0}", Point, 2006.0),
        ("+5", Point, 5.0),
        ("-5", Point, -5.0),
        ("\u{2212}5,5", Comma, -5.5),
        ("\u{2013} 5", Point, -5.0),
        ("1.58E-05", Point, 1.58e-5),
        ("1,58e+3", Comma, 1580.0),
        ("0.357142857", Point, 0.357142857),
        ("541170.12160000019", Point, 541_170.121_600_000_2),
        (".5", Point, 0.5),
        ("5.", Point, 5.0),
        ("-0", Point, 0.0),
        ("007", Point, 7.0),
    ] {
        assert_eq!(
            parse_number(text, format),
            Ok(expected),
            "{text:?} {format:?}"
        );
    }
}

#[test]
fn auto_decides_where_one_reading_is_possible() {
    for (text, expected) in [
        ("1.205.301,52", 1_205_301.52),
        ("1,205,301.52", 1_205_301.52),
        ("12.500,00", 12_500.0),
        ("1.234.567", 1_234_567.0),
        ("1,234,567", 1_234_567.0),
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("1,2345", 1.2345),
        ("0.234", 0.234),
        ("0,234", 0.234),
        (".234", 0.234),
        ("1234.567", 1234.567),
        ("1'234.567", 1234.567),
        ("1 234,567", 1234.567),
        ("1.234e5", 123_400.0),
        ("42", 42.0),
    ] {
        assert_eq!(parse_number(text, Auto), Ok(expected), "{text:?}");
    }
    for text in ["1.234", "1,234", "12,500", "-999.999", " +123.456 "] {
        let error = parse_number(text, Auto).expect_err(text);
        assert!(
            matches!(error, NumberError::Ambiguous { .. }),
            "{text:?}: {error:?}"
        );
    }
    assert_eq!(
        parse_number("1.234", Auto),
        Err(NumberError::Ambiguous {
            as_point: 1.234,
            as_comma: 1234.0
        })
    );
    assert_eq!(
        parse_number("-1,234", Auto),
        Err(NumberError::Ambiguous {
            as_point: -1234.0,
            as_comma: -1.234
        })
    );
}

#[test]
fn refused_with_the_reason() {
    use GroupingFault::{FirstGroup, Group, LeadingZero, Mixed};
    let grouping = NumberError::Grouping;
    for (text, format, expected) in [
        ("", Point, NumberError::Empty),
        (" \u{a0}", Point, NumberError::Empty),
        ("-", Point, NumberError::NoDigits),
        (".", Auto, NumberError::NoDigits),
        ("NaN", Point, NumberError::NotFinite),
        ("inf", Auto, NumberError::NotFinite),
        ("-Infinity", Point, NumberError::NotFinite),
        ("\u{221e}", Point, NumberError::NotFinite),
        ("1e999", Point, NumberError::TooLarge),
        ("5%", Point, NumberError::Percent),
        ("5,5 %", Auto, NumberError::Percent),
        (
            "1.2.3",
            Point,
            NumberError::SeveralDecimalMarks { mark: '.' },
        ),
        (
            "1.2.3",
            Auto,
            grouping(Group {
                digits: 1,
                separator: '.',
            }),
        ),
        (
            "1,23,456.7",
            Point,
            grouping(Group {
                digits: 2,
                separator: ',',
            }),
        ),
        (
            "1,23,456.7",
            Auto,
            grouping(Group {
                digits: 2,
                separator: ',',
            }),
        ),
        (
            "1,5",
            Point,
            grouping(Group {
                digits: 1,
                separator: ',',
            }),
        ),
        (
            "1,",
            Point,
            grouping(Group {
                digits: 0,
                separator: ',',
            }),
        ),
        ("1234,567", Point, grouping(FirstGroup { digits: 4 })),
        ("2019 2020", Point, grouping(FirstGroup { digits: 4 })),
        (",567", Point, grouping(FirstGroup { digits: 0 })),
        ("0,567", Point, grouping(LeadingZero)),
        (
            "1,234 567",
            Point,
            grouping(Mixed {
                first: ',',
                second: ' ',
            }),
        ),
        (
            "12.500,00",
            Point,
            NumberError::SeparatorInFraction {
                separator: ',',
                mark: '.',
            },
        ),
        (
            "5. 0435",
            Point,
            NumberError::SeparatorInFraction {
                separator: ' ',
                mark: '.',
            },
        ),
        ("1e", Point, NumberError::Exponent),
        ("1e5.5", Point, NumberError::Exponent),
        (
            "*",
            Point,
            NumberError::UnexpectedCharacter { character: '*' },
        ),
        (
            "1970 (see note)",
            Point,
            NumberError::UnexpectedCharacter { character: '(' },
        ),
        (
            "yes",
            Point,
            NumberError::UnexpectedCharacter { character: 'y' },
        ),
        (
            "12 m3",
            Point,
            NumberError::UnexpectedCharacter { character: 'm' },
        ),
        (
            "#VALOR!",
            Point,
            NumberError::UnexpectedCharacter { character: '#' },
        ),
        (
            "0x10",
            Point,
            NumberError::UnexpectedCharacter { character: 'x' },
        ),
        (
            "--5",
            Point,
            NumberError::UnexpectedCharacter { character: '-' },
        ),
        (
            "12\n13",
            Point,
            NumberError::UnexpectedCharacter { character: '\n' },
        ),
        (
            "\u{663}",
            Point,
            NumberError::UnexpectedCharacter {
                character: '\u{663}',
            },
        ),
    ] {
        assert_eq!(
            parse_number(text, format),
            Err(expected),
            "{text:?} {format:?}"
        );
    }
}

#[test]
fn reasons_read_well() {
    let reason = |text, format| parse_number(text, format).expect_err(text).to_string();
    assert_eq!(
        reason("1,23,456.7", Point),
        "2 digits after the thousands separator `,`; three expected"
    );
    assert_eq!(
        reason("1.234", Auto),
        "may be 1.234 or 1234; state the decimal mark of the column"
    );
    assert_eq!(
        reason("12.500,00", Point),
        "`,` after the decimal mark `.`; is the decimal mark the right one?"
    );
}

#[test]
fn whole_numbers() {
    for (text, format, expected) in [
        ("1993.0", Point, 1993),
        ("50,00", Comma, 50),
        ("1.200", Comma, 1200),
        ("-5", Auto, -5),
        ("1e3", Point, 1000),
        ("9223372036854775807", Point, i64::MAX),
        ("-9223372036854775808", Point, i64::MIN),
        (".0", Point, 0),
    ] {
        assert_eq!(parse_integer(text, format), Ok(expected), "{text:?}");
    }
    assert_eq!(
        parse_integer("0.9", Point),
        Err(NumberError::NotAnInteger { value: 0.9 })
    );
    assert_eq!(
        parse_integer("9223372036854775808", Point),
        Err(NumberError::TooLarge)
    );
    assert_eq!(parse_integer("1e30", Point), Err(NumberError::TooLarge));
    assert!(matches!(
        parse_integer("12.000", Auto),
        Err(NumberError::Ambiguous { .. })
    ));
}

/// Writes a number with separators between thousands.
fn grouped(value: f64, decimals: usize, mark: char, separator: &str) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(mark);
        text.push_str(fraction);
    }
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        for format in [Point, Comma, Auto] {
            if let Ok(value) = parse_number(&text, format) {
                prop_assert!(value.is_finite());
            }
            let _ = parse_integer(&text, format);
        }
    }

    #[test]
    fn number_like_texts_never_panic_and_are_finite(text in "[-+−0-9.,eE' \u{a0}%]{0,24}") {
        for format in [Point, Comma, Auto] {
            if let Ok(value) = parse_number(&text, format) {
                prop_assert!(value.is_finite());
            }
            let _ = parse_integer(&text, format);
        }
    }

    #[test]
    fn written_in_each_format_and_read_back(value in -1e12_f64..1e12, decimals in 0_usize..7) {
        let expected: f64 = format!("{value:.decimals$}").parse().expect("a number");
        for separator in [",", "'", "’", " ", "\u{a0}", "\u{202f}", ""] {
            let text = grouped(value, decimals, '.', separator);
            prop_assert_eq!(parse_number(&text, Point), Ok(expected), "{}", text);
        }
        for separator in [".", "'", " ", "\u{a0}", ""] {
            let text = grouped(value, decimals, ',', separator);
            prop_assert_eq!(parse_number(&text, Comma), Ok(expected), "{}", text);
        }
    }

    #[test]
    fn shortest_form_is_exact(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
        prop_assert_eq!(parse_number(&value.to_string(), Point), Ok(value));
        prop_assert_eq!(parse_number(&format!("{value:e}"), Point), Ok(value));
    }

    #[test]
    fn auto_agrees_with_one_of_the_formats(text in "[-]?[0-9]{1,3}([.,' ][0-9]{1,4}){0,3}") {
        let (point, comma) = (parse_number(&text, Point), parse_number(&text, Comma));
        match parse_number(&text, Auto) {
            Ok(value) => prop_assert!(point == Ok(value) || comma == Ok(value)),
            Err(NumberError::Ambiguous { as_point, as_comma }) => {
                prop_assert_eq!((point, comma), (Ok(as_point), Ok(as_comma)));
            }
            Err(_) => {}
        }
    }

    #[test]
    fn whole_numbers_are_read_back(value in any::<i64>()) {
        prop_assert_eq!(parse_integer(&value.to_string(), Point), Ok(value));
    }
}
