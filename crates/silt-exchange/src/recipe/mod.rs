//! Source recipes: what a register is, where to get it, and what its columns mean.
//!
//! A recipe is a TOML file in `datasets/sources/`, described in the README there. A new register
//! needs a recipe, not code.

mod bundled;
mod error;
mod schema;
mod tables;
mod validate;

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use silt_model::CollectionSchema;

pub use bundled::{Recipes, SOURCES_VARIABLE};
pub use error::RecipeError;
pub use schema::{BUILT_IN_COLLECTIONS, SchemaError, built_in_schema, parse_schema};
pub use tables::{
    AccuracyRule, Alternatives, CoordinateCheck, DateOrderName, DecimalMark, FieldRule, FieldRules,
    FlagRule, GeometryRule, MissingId, RecipeFile, RecordRule, StatedRegion, StatedRules, Unmapped,
    ValueRules, ZeroCoordinates,
};

use crate::read::ReadOptions;

/// A source recipe, read and checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Source id: lower-case letters, digits and `-`.
    pub id: String,
    /// Title of the register.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// Licence, as the publisher states it.
    pub licence: String,
    /// How to cite it.
    pub citation: String,
    /// Home page or download page.
    #[serde(default)]
    pub homepage: String,
    /// What a user should know: origin of the mirrored file, known faults of the data.
    #[serde(default)]
    pub notes: String,
    /// Language of the values, as BCP 47 writes it.
    #[serde(default)]
    pub language: Option<String>,
    /// Collection that receives the features.
    pub collection: String,
    /// Whether the licence allows passing the data on.
    pub redistributable: bool,
    /// Whether the data is made up.
    #[serde(default)]
    pub synthetic: bool,
    /// The editions known, oldest first.
    #[serde(default)]
    pub files: Vec<RecipeFile>,
    /// How to read the file; the rest is detected.
    #[serde(default)]
    pub format: ReadOptions,
    /// How numbers and dates are written, and what stands for nothing.
    #[serde(default)]
    pub values: ValueRules,
    /// Where the record id is.
    #[serde(default)]
    pub record: RecordRule,
    /// Where the place is.
    #[serde(default)]
    pub geometry: GeometryRule,
    /// Country and state that the source gives for a record.
    #[serde(default)]
    pub stated: StatedRules,
    /// Fields of the collection and what they are read from.
    #[serde(default)]
    pub fields: FieldRules,
    /// Flags that the source itself sets.
    #[serde(default)]
    pub flags: Vec<FlagRule>,
    /// Columns that are known and deliberately kept in the original only; they are not reported.
    #[serde(default)]
    pub original_only: Vec<String>,
}

impl Recipe {
    /// Reads a recipe from a file.
    ///
    /// # Errors
    ///
    /// [`RecipeError`], which names the file and, where there is one, line and key.
    pub fn load(path: &Path) -> Result<Recipe, RecipeError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| RecipeError::Unreadable {
            name: name.clone(),
            reason: source.to_string(),
        })?;
        Recipe::parse(&text, &name)
    }

    /// Reads a recipe from text; `name` stands in messages.
    ///
    /// # Errors
    ///
    /// [`RecipeError`], which names the file and, where there is one, line and key.
    pub fn parse(text: &str, name: &str) -> Result<Recipe, RecipeError> {
        let recipe: Recipe =
            toml::from_str(text).map_err(|error| RecipeError::of_toml(name, text, &error))?;
        validate::check(&recipe, text, name)?;
        Ok(recipe)
    }

    /// The schema of the collection, with the fields that only this recipe has.
    pub fn schema(&self) -> CollectionSchema {
        schema::of_recipe(self)
    }

    /// The edition of a file: of the recipe's own file with that name, else the date in the name
    /// (`sigbm_download_2024-03-01.xlsx` is the edition `2024-03-01`).
    pub fn edition_of_file_name(&self, file_name: &str) -> Option<String> {
        let listed = self
            .files
            .iter()
            .find(|file| file.file_name() == Some(file_name));
        if let Some(file) = listed {
            return Some(file.edition.clone());
        }
        date_in(file_name)
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.id, self.title)
    }
}

/// The first ISO 8601 date in a text: `YYYY-MM-DD`, else `YYYY-MM`, else a year from 1900 on.
fn date_in(text: &str) -> Option<String> {
    let runs: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit() && c != '-' && c != '_')
        .collect();
    for wanted_parts in [3, 2, 1] {
        for run in &runs {
            let parts: Vec<&str> = run
                .split(['-', '_'])
                .filter(|part| !part.is_empty())
                .collect();
            for window in parts.windows(wanted_parts) {
                let date = window.join("-");
                let is_date = date.parse::<silt_model::PartialDate>().is_ok();
                if is_date && date.as_str() >= "1900" && date.as_str() < "2200" {
                    return Some(date);
                }
            }
        }
    }
    None
}

#[cfg(test)]
#[path = "recipe_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "mirror_tests.rs"]
mod mirror_tests;
