//! No text makes the parser of `bbox` panic, and what it reads is a box on Earth.
#![no_main]

use libfuzzer_sys::fuzz_target;
use silt_model::parse_bbox;

fuzz_target!(|text: &str| {
    if let Ok([west, south, east, north]) = parse_bbox(text) {
        assert!((-180.0..=180.0).contains(&west) && (-180.0..=180.0).contains(&east));
        assert!(-90.0 <= south && south <= north && north <= 90.0);
    }
});
