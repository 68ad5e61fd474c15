//! From records to features: geometry, typed values, regions stated, flags.
//!
//! Every published cell stays verbatim in [`Feature::original`], in file order, beside the
//! normalised properties. Nothing is moved, ranked or guessed: what cannot be read becomes null
//! and a flag that names column, value and reason.

pub mod countries;
mod fields;
pub mod geometry;
mod original;
mod place;
mod plain;
mod recipe_mapper;
mod reserved;
mod rings;
mod second_position;
mod slot;
mod stated;
pub mod wkt;

use std::sync::Arc;

use silt_model::{Feature, FieldType, Flag, FlagCode};

pub use plain::{CoordinateColumns, detect_coordinate_columns};

use crate::crs::CrsError;
use crate::read::FileInfo;
use crate::recipe::Recipe;
use crate::record::{Record, Reject, RowNote};
use plain::PlainMapper;
use recipe_mapper::RecipeMapper;

/// Longest published value that a flag repeats, in characters.
const SHOWN_CHARS: usize = 200;

/// Turns records of one file into features. Shared by all threads that map it.
#[derive(Debug)]
pub struct Mapper {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Recipe(Box<RecipeMapper>),
    Plain(Box<PlainMapper>),
}

/// A record with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The feature; its regions are still empty.
    pub feature: Feature,
    /// Ids of regions in which the source says that the feature lies (`iso3:BRA`,
    /// `admin1:BR-MG`), for the caller to compare with those it computes.
    pub stated_regions: Vec<String>,
    /// Whether the record itself says that it is made up, as records of our own exports do.
    pub synthetic: bool,
}

/// How a file without a recipe is understood. Whatever is `None` is detected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlainOptions {
    /// Column with the record id.
    pub id_field: Option<String>,
    /// Whether the record id is made a plain word of it: `Upper Basin` becomes `upper-basin`.
    pub slug_id: bool,
    /// Column with the longitude.
    pub longitude: Option<String>,
    /// Column with the latitude.
    pub latitude: Option<String>,
    /// Column with the geometry as Well-Known Text.
    pub wkt: Option<String>,
    /// Reference system of the coordinates, instead of what the file says.
    pub crs: Option<String>,
    /// Types of the columns, from [`crate::read::infer_columns`]; others keep the type that the
    /// file gives them.
    pub column_types: Vec<(Arc<str>, FieldType)>,
}

/// A file cannot be mapped.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MapError {
    /// The reference system of the file or recipe is not known.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// The file lacks columns without which its records have no identity or place.
    #[error(
        "the file has no column {}, which {needed_for} needs; its columns are {}; check that it is the right file, sheet and header row",
        list(missing),
        list(columns)
    )]
    MissingColumns {
        /// What needs them: `the record id`, `the position`.
        needed_for: &'static str,
        /// Names looked for.
        missing: Vec<String>,
        /// Names that there are.
        columns: Vec<String>,
    },
}

impl Mapper {
    /// The mapper of a file of a known source. `edition` (an ISO 8601 date) settles the century
    /// of two-digit years.
    ///
    /// # Errors
    ///
    /// [`MapError`] where the file is evidently not one of this source.
    pub fn for_recipe(recipe: &Recipe, file: &FileInfo, edition: &str) -> Result<Mapper, MapError> {
        let mapper = RecipeMapper::new(recipe, file, edition)?;
        Ok(Mapper {
            kind: Kind::Recipe(Box::new(mapper)),
        })
    }

    /// The mapper of a file without a recipe: its columns become properties as they are.
    ///
    /// # Errors
    ///
    /// [`MapError`] for an unknown reference system or a column asked for that is not there.
    pub fn plain(options: &PlainOptions, file: &FileInfo) -> Result<Mapper, MapError> {
        let mapper = PlainMapper::new(options, file)?;
        Ok(Mapper {
            kind: Kind::Plain(Box::new(mapper)),
        })
    }

    /// Gives one record its meaning.
    ///
    /// # Errors
    ///
    /// [`Reject`] for a record that cannot become a feature, as when it has no id and the recipe
    /// says that such rows are to be rejected.
    pub fn map(&self, record: Record) -> Result<Mapped, Reject> {
        match &self.kind {
            Kind::Recipe(mapper) => mapper.map(record),
            Kind::Plain(mapper) => mapper.map(record),
        }
    }

    /// What a report should say about the file as a whole: columns that the recipe does not
    /// know, fields whose columns the file does not have, a reference system assumed.
    pub fn notes(&self) -> Vec<String> {
        match &self.kind {
            Kind::Recipe(mapper) => mapper.notes(),
            Kind::Plain(mapper) => mapper.notes(),
        }
    }
}

/// Flags for what a reader had to settle.
fn flags_of_notes(notes: Vec<RowNote>) -> Vec<Flag> {
    let flag = |note: RowNote| Flag {
        code: match note.code {
            "ring_not_closed" => FlagCode::GeometryRepaired,
            _ => FlagCode::ValueUnreadable,
        },
        field: note.field,
        value: None,
        reason: note.reason,
    };
    notes.into_iter().map(flag).collect()
}

/// A published value cut to what a report can show.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
