//! CQL2, the filter language of OGC: text and JSON into a checked [`Filter`].
//!
//! Both readers are written here, and not taken from the crate `cql2`: the grammar of its version
//! 0.6 tries every parenthesis twice, so that the time for a wrong filter doubles with each level
//! (3 seconds at 18 levels), and its depth cannot be limited. The tests compare the two readers.
//!
//! Supported: comparison, AND, OR, NOT, LIKE (`%` any text, `_` one character, `\` takes the next
//! character as it is), BETWEEN, IN, IS NULL, CASEI, ACCENTI, arithmetic (`+ - * / % div ^`), the
//! eight spatial, fifteen temporal and four array operators. Operands may be properties, literals
//! or expressions on either side.
//!
//! The reader takes time in proportion to the length of the filter, and stack in proportion to
//! its depth, which is limited.

pub(crate) mod ast;
mod error;
mod json;
mod lexer;
mod literal;
mod text;
mod wkt;

use geo_types::Coord;
use silt_model::CollectionSchema;

pub use error::CqlError;

use crate::filter::Filter;

/// The encodings of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// `cql2-text`, alias `cql-text`.
    #[default]
    Text,
    /// `cql2-json`.
    Json,
}

impl Language {
    /// The encoding with this name in `filter-lang`.
    pub fn from_name(name: &str) -> Option<Language> {
        match name {
            "cql2-text" | "cql-text" => Some(Language::Text),
            "cql2-json" => Some(Language::Json),
            _ => None,
        }
    }
}

/// What a filter may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the filter in bytes.
    pub max_bytes: usize,
    /// Levels of parentheses, functions, NOT and signs within each other. JSON ends at 60
    /// whatever is set here.
    pub max_depth: usize,
    /// Positions in all geometries of the filter.
    pub max_vertices: usize,
    /// Characters of a LIKE pattern.
    pub max_pattern_chars: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_bytes: 64 * 1024,
            max_depth: 50,
            max_vertices: 100_000,
            max_pattern_chars: 1_000,
        }
    }
}

/// Turns a position of the filter's reference system into longitude and latitude in degrees;
/// `None` where it has none.
pub type Transform<'a> = &'a dyn Fn(Coord<f64>) -> Option<Coord<f64>>;

/// Reads a filter and checks its names and types against the schema of the collection.
///
/// Geometries are in longitude and latitude unless `transform` says otherwise (`filter-crs`).
///
/// # Errors
/// [`CqlError`], always the fault of the filter.
pub fn parse(
    filter: &str,
    language: Language,
    schema: &CollectionSchema,
    limits: &Limits,
    transform: Option<Transform<'_>>,
) -> Result<Filter, CqlError> {
    if filter.len() > limits.max_bytes {
        return Err(CqlError::TooLong {
            bytes: filter.len(),
            limit: limits.max_bytes,
        });
    }
    let literals = literal::Literals::new(limits.max_vertices, transform);
    let expr = match language {
        Language::Text => text::parse(filter, limits, literals)?,
        Language::Json => json::parse(filter, limits, literals)?,
    };
    Filter::check(&expr, schema, limits)
}

#[cfg(test)]
#[path = "cql_tests.rs"]
mod tests;
