//! No text makes the number, unit and word parsers panic, every number is finite, and the
//! automatic format agrees with one of the stated ones.
#![no_main]

use libfuzzer_sys::fuzz_target;
use silt_fuzz::values::{
    NumberError, NumberFormat, Unit, looks_null, parse_bool, parse_integer, parse_number,
    parse_qualified_number, parse_quantity,
};

fuzz_target!(|text: &str| {
    let point = parse_number(text, NumberFormat::Point);
    let comma = parse_number(text, NumberFormat::Comma);
    match parse_number(text, NumberFormat::Auto) {
        Ok(value) => assert!(point == Ok(value) || comma == Ok(value)),
        Err(NumberError::Ambiguous { as_point, as_comma }) => {
            assert_eq!(point, Ok(as_point));
            assert_eq!(comma, Ok(as_comma));
        }
        Err(_) => {}
    }
    for format in [NumberFormat::Point, NumberFormat::Comma, NumberFormat::Auto] {
        if let Ok(value) = parse_number(text, format) {
            assert!(value.is_finite());
            assert_eq!(
                parse_number(&value.to_string(), NumberFormat::Point),
                Ok(value)
            );
        }
        if let Ok(number) = parse_qualified_number(text, format)
            && let (Some(low), Some(high)) = (number.low, number.high)
        {
            assert!(low <= high);
        }
        if let Ok(integer) = parse_integer(text, format) {
            assert_eq!(parse_number(text, format), Ok(integer as f64));
        }
        let _ = parse_quantity(text, format);
    }
    let _ = Unit::parse(text);
    assert!(!(looks_null(text) && parse_bool(text).is_some()));
});
