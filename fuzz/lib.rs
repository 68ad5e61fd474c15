//! The parsers under test.
//!
//! The parsers are taken in as modules, not as the crate `silt-exchange`: so a fuzz build needs
//! neither GDAL nor polars, and takes a minute.

#[path = "../crates/silt-exchange/src/values/mod.rs"]
pub mod values;

pub mod read;

#[path = "../crates/silt-exchange/src/record.rs"]
pub mod record;
