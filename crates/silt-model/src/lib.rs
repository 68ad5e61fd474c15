//! Domain types of Silt: features, schemas, units, editions, change log, regions.
//!
//! No I/O happens here. Every other crate speaks in these types, so a name or a unit that is
//! settled here is settled everywhere.

pub mod bbox;
pub mod change;
pub mod check;
pub mod date;
pub mod feature;
pub mod flag;
pub mod geojson;
pub mod report;
pub mod schema;
pub mod value;

pub use bbox::{BboxError, parse_bbox};
pub use change::{Change, ChangeKind, ObservedState};
pub use check::{FieldProblem, PropertyError, ValueError};
pub use date::PartialDate;
pub use feature::{Feature, FeatureId, LocationAccuracy, StoredFeature};
pub use flag::{Flag, FlagCode};
pub use report::{ImportReport, ReportEntry, Severity};
pub use schema::{CollectionSchema, Domain, Field, FieldType};
pub use value::Value;
