//! No text makes the parser of `datetime` panic, and what it reads never ends before it begins.
#![no_main]

use libfuzzer_sys::fuzz_target;
use silt_query::datetime::parse;
use silt_query::time::Granule;

fuzz_target!(|text: &str| {
    if let Ok(period) = parse(text) {
        assert!(period.start_us() <= period.end_us());
        assert!(period.intersects(&period));
    }
    if let Ok(granule) = Granule::parse(text) {
        assert!(granule.start_us <= granule.end_us);
    }
});
