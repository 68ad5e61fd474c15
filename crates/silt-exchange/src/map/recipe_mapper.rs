//! Records of a known source.

use std::collections::BTreeSet;
use std::sync::Arc;

use silt_model::{CollectionSchema, Feature, Field, Flag, Value};

use super::fields::FieldReader;
use super::original::{content_hash, original_json};
use super::place::PlaceReader;
use super::slot::{Nulls, Slot, Slots};
use super::stated::{Level, StatedReader};
use super::{MapError, Mapped, flags_of_notes};
use crate::read::{ColumnInfo, FileInfo};
use crate::recipe::{FlagRule, MissingId, Recipe};
use crate::record::{Record, Reject};
use crate::values::DateFormat;

#[derive(Debug)]
pub(super) struct RecipeMapper {
    id: Slots,
    on_missing_id: MissingId,
    nulls: Nulls,
    place: PlaceReader,
    country: Option<StatedReader>,
    admin1: Option<StatedReader>,
    /// Names of the schema's fields for stated regions, where it has them and the recipe does
    /// not fill them by itself.
    country_field: Option<Arc<str>>,
    admin1_field: Option<Arc<str>>,
    fields: Vec<FieldReader>,
    flag_rules: Vec<(FlagRule, Slot)>,
    notes: Vec<String>,
}

impl RecipeMapper {
    pub(super) fn new(recipe: &Recipe, file: &FileInfo, edition: &str) -> Result<Self, MapError> {
        let columns = &file.columns;
        let schema = recipe.schema();
        let dates = DateFormat::of_edition(year_of(edition));
        let fields = field_readers(recipe, &schema, dates, columns);
        let place = PlaceReader::of_rule(
            &recipe.geometry,
            recipe.values.decimal.into(),
            file.crs.as_deref(),
            columns,
        )?;
        let id: Slots = recipe
            .record
            .id
            .0
            .iter()
            .map(|name| Slot::new(name, columns))
            .collect();
        require_columns(recipe, &place, columns)?;
        let own_field = |name: &str| {
            let is_free = schema.field(name).is_some() && recipe.fields.get(name).is_none();
            is_free.then(|| Arc::from(name))
        };
        let mut mapper = RecipeMapper {
            id,
            on_missing_id: recipe.record.on_missing_id,
            nulls: Nulls::new(&recipe.values.nulls),
            place,
            country: recipe
                .stated
                .country
                .as_ref()
                .map(|rule| StatedReader::new(rule, Level::Country, columns)),
            admin1: recipe
                .stated
                .admin1
                .as_ref()
                .map(|rule| StatedReader::new(rule, Level::Admin1, columns)),
            country_field: own_field("country"),
            admin1_field: own_field("admin1"),
            fields,
            flag_rules: recipe
                .flags
                .iter()
                .map(|rule| (rule.clone(), Slot::new(&rule.from, columns)))
                .collect(),
            notes: Vec::new(),
        };
        if !columns.is_empty() {
            mapper.compare_columns(recipe, columns);
        }
        Ok(mapper)
    }

    /// Notes on columns that only the file or only the recipe has.
    fn compare_columns(&mut self, recipe: &Recipe, columns: &[ColumnInfo]) {
        let known = columns_of(recipe);
        let unmapped: Vec<&str> = columns
            .iter()
            .map(|column| column.name.as_ref())
            .filter(|name| !known.contains(*name))
            .collect();
        if !unmapped.is_empty() {
            self.notes.push(format!(
                "columns that the recipe does not know, kept in the original only: {}",
                unmapped.join(", ")
            ));
        }
        let without: Vec<&str> = self
            .fields
            .iter()
            .filter(|field| !field.has_source())
            .map(|field| field.name.as_ref())
            .collect();
        if !without.is_empty() {
            self.notes.push(format!(
                "fields without a column in this file: {}",
                without.join(", ")
            ));
        }
    }

    pub(super) fn map(&self, mut record: Record) -> Result<Mapped, Reject> {
        let original = original_json(&record);
        let record_id = self.record_id(&record, &original)?;
        let mut flags = flags_of_notes(std::mem::take(&mut record.notes));
        let place = self.place.place(&mut record, &self.nulls, &mut flags);
        let mut properties = Vec::with_capacity(self.fields.len() + 2);
        for field in &self.fields {
            let value = field.read(&record, &mut flags);
            if !value.is_null() {
                properties.push((Arc::clone(&field.name), value));
            }
        }
        let mut stated_regions = Vec::new();
        let levels = [
            (&self.country, &self.country_field, "iso3"),
            (&self.admin1, &self.admin1_field, "admin1"),
        ];
        for (reader, own_field, prefix) in levels {
            let code = reader
                .as_ref()
                .and_then(|reader| reader.code(&record, &self.nulls, &mut flags));
            if let Some(code) = code {
                if let Some(name) = own_field {
                    properties.push((Arc::clone(name), Value::Text(code.to_string())));
                }
                stated_regions.push(format!("{prefix}:{code}"));
            }
        }
        self.source_flags(&record, &mut flags);
        let feature = Feature {
            row: record.row,
            record_id,
            geometry: place.geometry,
            properties,
            original: Some(original),
            source_crs: place.source_crs,
            location_accuracy: place.accuracy,
            flags,
            regions: Vec::new(),
        };
        Ok(Mapped {
            feature,
            stated_regions,
            synthetic: false,
        })
    }

    fn record_id(&self, record: &Record, original: &str) -> Result<String, Reject> {
        if self.id.is_empty() {
            if let Some(id) = &record.id {
                return Ok(id.clone());
            }
            return self.id_of_content(record, original);
        }
        let mut id = String::new();
        let mut has_part = false;
        for (number, slot) in self.id.iter().enumerate() {
            if number > 0 {
                id.push('/');
            }
            match slot.value(record) {
                value if self.nulls.is_null(value) => {}
                Value::Text(text) => {
                    id.push_str(text.trim());
                    has_part = true;
                }
                other => {
                    id.push_str(&other.to_string());
                    has_part = true;
                }
            }
        }
        if has_part {
            Ok(id)
        } else {
            self.id_of_content(record, original)
        }
    }

    fn id_of_content(&self, record: &Record, original: &str) -> Result<String, Reject> {
        if self.on_missing_id == MissingId::ContentHash {
            return Ok(content_hash(original, &record.geometry));
        }
        let names: Vec<&str> = self.id.iter().map(|slot| slot.name.as_ref()).collect();
        Err(Reject {
            row: record.row,
            code: "no_record_id",
            field: (!names.is_empty()).then(|| names.join(", ")),
            value: None,
            reason: "the row has no record id, and the source promises one".to_owned(),
        })
    }

    fn source_flags(&self, record: &Record, flags: &mut Vec<Flag>) {
        for (rule, slot) in &self.flag_rules {
            let text = slot.value(record).to_string();
            let is_set = rule
                .equals
                .0
                .iter()
                .any(|value| value.eq_ignore_ascii_case(text.trim()));
            if is_set {
                flags.push(Flag::on_field(
                    rule.code,
                    slot.name.as_ref(),
                    text,
                    rule.reason.as_str(),
                ));
            }
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// Readers in the order of the schema.
fn field_readers(
    recipe: &Recipe,
    schema: &CollectionSchema,
    dates: DateFormat,
    columns: &[ColumnInfo],
) -> Vec<FieldReader> {
    let ruled = |field: &Field| {
        let rule = recipe.fields.get(&field.name)?;
        let field = Field {
            field_type: rule.field_type.unwrap_or(field.field_type),
            ..field.clone()
        };
        Some(FieldReader::new(
            &field,
            rule,
            &recipe.values,
            dates,
            columns,
        ))
    };
    schema.fields.iter().filter_map(ruled).collect()
}

/// Refuses a file that evidently is not one of this source.
fn require_columns(
    recipe: &Recipe,
    place: &PlaceReader,
    columns: &[ColumnInfo],
) -> Result<(), MapError> {
    if columns.is_empty() {
        return Ok(());
    }
    let exists = |name: &&String| {
        columns
            .iter()
            .any(|column| column.name.as_ref() == name.as_str())
    };
    let all = || {
        columns
            .iter()
            .map(|column| column.name.to_string())
            .collect()
    };
    let missing: Vec<String> = recipe
        .record
        .id
        .0
        .iter()
        .filter(|name| !exists(name))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(MapError::MissingColumns {
            needed_for: "the record id",
            missing,
            columns: all(),
        });
    }
    if !place.has_columns() {
        let rule = &recipe.geometry;
        let wanted = [
            &rule.longitude,
            &rule.latitude,
            &rule.pair,
            &rule.wkt,
            &rule.easting,
            &rule.northing,
            &rule.zone,
        ];
        let missing = wanted
            .iter()
            .flat_map(|names| &names.0)
            .filter(|name| !exists(name))
            .cloned()
            .collect();
        return Err(MapError::MissingColumns {
            needed_for: "the position",
            missing,
            columns: all(),
        });
    }
    Ok(())
}

/// Every column that a recipe mentions.
fn columns_of(recipe: &Recipe) -> BTreeSet<&str> {
    let geometry = &recipe.geometry;
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for alternatives in [
        &recipe.record.id,
        &geometry.longitude,
        &geometry.latitude,
        &geometry.pair,
        &geometry.wkt,
        &geometry.easting,
        &geometry.northing,
        &geometry.zone,
    ] {
        names.extend(alternatives.0.iter().map(String::as_str));
    }
    names.extend(geometry.crs_field.as_deref());
    if let Some(check) = &geometry.check {
        names.extend([
            check.easting.as_str(),
            check.northing.as_str(),
            check.zone.as_str(),
        ]);
        names.extend(check.datum.as_deref());
    }
    names.extend(
        geometry
            .accuracy
            .as_ref()
            .and_then(|rule| rule.from.as_deref()),
    );
    for stated in [&recipe.stated.country, &recipe.stated.admin1]
        .into_iter()
        .flatten()
    {
        names.extend(stated.from.0.iter().map(String::as_str));
    }
    for (_, rule) in recipe.fields.iter() {
        names.extend(rule.from.0.iter().map(String::as_str));
        names.extend(rule.year_from.as_deref());
    }
    names.extend(recipe.flags.iter().map(|rule| rule.from.as_str()));
    names.extend(recipe.original_only.iter().map(String::as_str));
    names
}

/// The year of an edition key; a far year where it has none, so that no date is "in the future".
fn year_of(edition: &str) -> i32 {
    edition
        .get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or(9999)
}

const _: fn() = || {
    // One mapper serves all threads.
    fn is_shared<T: Send + Sync>() {}
    is_shared::<RecipeMapper>();
};
