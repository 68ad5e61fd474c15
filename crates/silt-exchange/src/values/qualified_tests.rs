use proptest::prelude::*;

use super::NumberFormat::{Auto, Comma, Point};
use super::Qualifier::{Approximate, AtLeast, AtMost, Between, Exact, LessThan, MoreThan};
use super::*;

#[test]
fn qualifiers_and_ranges_of_real_files() {
    for (text, format, low, high, qualifier) in [
        ("> 4,500", Point, Some(4500.0), None, MoreThan),
        (">50", Point, Some(50.0), None, MoreThan),
        ("~100", Point, Some(100.0), Some(100.0), Approximate),
        ("~ 30", Auto, Some(30.0), Some(30.0), Approximate),
        ("<5", Point, None, Some(5.0), LessThan),
        ("\u{2264} 1.200,5", Comma, None, Some(1200.5), AtMost),
        (">=5", Point, Some(5.0), None, AtLeast),
        ("5000+", Point, Some(5000.0), None, AtLeast),
        ("25-30", Point, Some(25.0), Some(30.0), Between),
        ("1-100", Comma, Some(1.0), Some(100.0), Between),
        ("25 – 30", Point, Some(25.0), Some(30.0), Between),
        ("1.000-2.500", Comma, Some(1000.0), Some(2500.0), Between),
        ("25 to 30", Point, Some(25.0), Some(30.0), Between),
        ("10 a 20", Comma, Some(10.0), Some(20.0), Between),
        ("1E-2-5", Point, Some(0.01), Some(5.0), Between),
        ("-5--3", Point, Some(-5.0), Some(-3.0), Between),
        ("acima de 5001", Comma, Some(5001.0), None, MoreThan),
        ("Até 5", Comma, None, Some(5.0), AtMost),
        ("más de 3", Comma, Some(3.0), None, MoreThan),
        ("ca. 30", Point, Some(30.0), Some(30.0), Approximate),
        (
            "approx. 1,500",
            Point,
            Some(1500.0),
            Some(1500.0),
            Approximate,
        ),
        ("-5", Point, Some(-5.0), Some(-5.0), Exact),
        ("1.58E-05", Point, Some(1.58e-5), Some(1.58e-5), Exact),
    ] {
        let expected = QualifiedNumber {
            low,
            high,
            qualifier,
        };
        assert_eq!(
            parse_qualified_number(text, format),
            Ok(expected),
            "{text:?}"
        );
    }
}

#[test]
fn refused_with_the_reason() {
    let reason = |text, format| parse_qualified_number(text, format).expect_err(text);
    assert_eq!(
        reason("30-25", Point),
        NumberError::RangeReversed {
            low: 30.0,
            high: 25.0
        }
    );
    assert_eq!(reason("", Point), NumberError::Empty);
    assert_eq!(reason(">", Point), NumberError::Empty);
    assert_eq!(reason("~5%", Point), NumberError::Percent);
    assert!(matches!(
        reason("> 4,500", Auto),
        NumberError::Ambiguous { .. }
    ));
    assert!(matches!(
        reason("none", Point),
        NumberError::UnexpectedCharacter { character: 'n' }
    ));
    assert!(matches!(
        reason("25-30-35", Point),
        NumberError::UnexpectedCharacter { .. }
    ));
    assert!(matches!(
        reason("atenção 5", Comma),
        NumberError::UnexpectedCharacter { .. }
    ));
    assert!(matches!(
        reason("1,200,000 tonnes", Point),
        NumberError::UnexpectedCharacter { .. }
    ));
}

#[test]
fn only_a_plain_number_is_exact() {
    let exact = |text| {
        parse_qualified_number(text, Point)
            .expect("a number")
            .exact()
    };
    assert_eq!(exact("30"), Some(30.0));
    assert_eq!(exact("~30"), None);
    assert_eq!(exact("25-30"), None);
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        for format in [Point, Comma, Auto] {
            let _ = parse_qualified_number(&text, format);
        }
    }

    #[test]
    fn ends_are_in_order(text in "[~<>≥]?[-0-9.,]{1,8}( ?(-|–|to|até) ?[-0-9.,]{1,8})?\\+?") {
        if let Ok(QualifiedNumber { low: Some(low), high: Some(high), .. }) =
            parse_qualified_number(&text, Point)
        {
            prop_assert!(low <= high);
        }
    }

    #[test]
    fn ranges_are_read_back(low in -1000_i32..1000, width in 0_i32..1000) {
        let high = low + width;
        let number = parse_qualified_number(&format!("{low} - {high}"), Point)
            .expect("a range");
        prop_assert_eq!((number.low, number.high), (Some(f64::from(low)), Some(f64::from(high))));
    }
}
