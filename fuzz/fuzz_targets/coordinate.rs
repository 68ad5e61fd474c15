//! No text makes the coordinate and zone parsers panic or leave the globe, and every angle that
//! is read is read back from its decimal form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use silt_fuzz::values::{
    Axis, NumberFormat, PairFormat, PairOrder, ZoneLetter, parse_angle, parse_pair, parse_utm_zone,
};

fuzz_target!(|text: &str| {
    for decimal in [NumberFormat::Point, NumberFormat::Comma, NumberFormat::Auto] {
        for axis in [Axis::Latitude, Axis::Longitude] {
            if let Ok(degrees) = parse_angle(text, axis, decimal) {
                assert!(degrees.abs() <= axis.limit_deg());
                let again = parse_angle(&degrees.to_string(), axis, NumberFormat::Point);
                assert_eq!(again, Ok(degrees));
            }
        }
        for order in [PairOrder::LatitudeFirst, PairOrder::LongitudeFirst] {
            if let Ok(pair) = parse_pair(text, &PairFormat { order, decimal }) {
                assert!(pair.latitude_deg.abs() <= 90.0);
                assert!(pair.longitude_deg.abs() <= 180.0);
            }
        }
    }
    for letter in [ZoneLetter::Hemisphere, ZoneLetter::LatitudeBand] {
        if let Ok(zone) = parse_utm_zone(text, letter, Some(true)) {
            assert!((1..=60).contains(&zone.number()));
        }
    }
});
