//! Values as registers write them: numbers, dates, coordinates, units and yes/no words.
//!
//! Every function here is pure: it takes the verbatim text of one cell and returns a value, or
//! an error that says why there is none. Nothing is guessed. Where a text has two readings
//! (`1.234`, `05/06/2022`) the answer is an `Ambiguous` error, unless the caller states which
//! reading the column uses. None of the functions panics, whatever the text.
//!
//! The errors describe the cause only; the caller adds file, row, field and the verbatim value.

pub mod coordinate;
mod coordinate_error;
pub mod date;
mod date_parts;
pub mod number;
pub mod pair;
pub mod qualified;
mod scan;
pub mod serial;
pub mod unit;
pub mod utm;
pub mod words;

pub use coordinate::{Axis, CoordinateError, Hemisphere, parse_angle};
pub use date::{CenturyRule, DateError, DateFormat, DateOrder, parse_date, parse_year};
pub use number::{NumberError, NumberFormat, parse_integer, parse_number};
pub use pair::{Pair, PairFormat, PairOrder, parse_pair};
pub use qualified::{QualifiedNumber, Qualifier, parse_qualified_number};
pub use serial::from_excel_serial;
pub use unit::{Dimension, Quantity, Unit, UnitError, convert, parse_quantity};
pub use utm::{UtmError, UtmZone, ZoneLetter, parse_utm_zone};
pub use words::{NULL_WORDS, is_spreadsheet_error, looks_null, parse_bool};
