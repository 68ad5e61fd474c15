//! Positions as tables: CSV in the dialects of several publishers.

mod blocks;
mod dialect;
mod layout;
mod parser;
mod records;
mod summary;

pub use blocks::{CsvBlock, CsvFeed};
pub use dialect::DIALECT_NAMES;
pub use layout::{CsvLayout, HeaderError};
pub use parser::{CsvParser, Parsed};
