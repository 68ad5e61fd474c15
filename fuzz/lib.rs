//! The parsers under test.
//!
//! The value parsers are taken in as a module, not as the crate `silt-exchange`: so a fuzz build
//! needs neither GDAL nor polars, and takes a minute.

#[path = "../crates/silt-exchange/src/values/mod.rs"]
pub mod values;
