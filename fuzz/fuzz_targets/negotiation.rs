//! No `Accept` header or `f` makes the choice of a format panic; what is chosen was offered.
#![no_main]

use axum::http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;

/// What the module under test needs of the server around it.
mod error {
    pub(crate) struct Problem;

    impl Problem {
        pub(crate) fn invalid_parameter(_name: &str, _detail: impl Into<String>) -> Self {
            Problem
        }

        pub(crate) fn not_acceptable(_offered: &[&str]) -> Self {
            Problem
        }
    }
}

#[allow(dead_code)]
#[path = "../../crates/silt-server/src/negotiate.rs"]
mod negotiate;

use negotiate::{Format, choose};

fuzz_target!(|input: (Vec<u8>, Option<String>)| {
    let (accept, f) = input;
    let offered = [Format::GeoJson, Format::Html, Format::Csv, Format::Parquet];
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(&accept) {
        headers.insert(header::ACCEPT, value);
    }
    if let Ok(format) = choose(&headers, f.as_deref(), &offered) {
        assert!(offered.contains(&format));
    }
});
