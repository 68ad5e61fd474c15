//! Features as rows of a table: which columns there are, and the cells of a feature.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use silt_model::geojson::RESERVED_PREFIX;
use silt_model::{CollectionSchema, Field, FieldType, StoredFeature, Value};

use super::WriteError;
use super::geometry::number_text;

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Boolean,
    Integer,
    Real,
    Text,
    /// JSON text.
    Json,
    /// A list of texts; JSON text where a format has no lists.
    TextList,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
}

impl Column {
    fn added(name: &str, kind: ColumnKind) -> Column {
        Column {
            name: name.to_owned(),
            kind,
            title: None,
            description: None,
        }
    }

    fn of_field(field: &Field) -> Column {
        let kind = match field.field_type {
            FieldType::Boolean => ColumnKind::Boolean,
            FieldType::Integer => ColumnKind::Integer,
            FieldType::Real => ColumnKind::Real,
            FieldType::Text | FieldType::Date => ColumnKind::Text,
            FieldType::Json => ColumnKind::Json,
        };
        Column {
            name: field.name.clone(),
            kind,
            title: field.title.clone(),
            description: field.description.clone(),
        }
    }
}

/// One cell. Cells of JSON columns are [`Cell::Text`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
    TextList(&'a [Arc<str>]),
}

impl Cell<'_> {
    /// The list as JSON text; `None` for an empty one.
    pub(super) fn list_json(items: &[Arc<str>]) -> Option<String> {
        if items.is_empty() {
            return None;
        }
        let texts: Vec<serde_json::Value> = items.iter().map(|item| item.as_ref().into()).collect();
        Some(serde_json::Value::Array(texts).to_string())
    }
}

/// The columns of an export: `silt_id`, the fields of the schema, then what Silt adds.
pub(super) struct Table {
    columns: Vec<Column>,
    field_columns: HashMap<String, usize>,
}

/// Checks that the fields can be columns beside those that Silt adds.
pub(super) fn check_schema(schema: &CollectionSchema) -> Result<(), WriteError> {
    let refuse = |reason| WriteError::Schema {
        collection: schema.id.clone(),
        reason,
    };
    let mut names = HashSet::new();
    for field in &schema.fields {
        if field.name.starts_with(RESERVED_PREFIX) {
            let name = &field.name;
            return Err(refuse(format!(
                "field `{name}` starts with {RESERVED_PREFIX}, which is reserved"
            )));
        }
        if !names.insert(field.name.as_str()) {
            return Err(refuse(format!("two fields have the name `{}`", field.name)));
        }
    }
    Ok(())
}

impl Table {
    pub(super) fn new(schema: &CollectionSchema) -> Self {
        let mut columns = vec![Column::added("silt_id", ColumnKind::Text)];
        let mut field_columns = HashMap::new();
        for field in &schema.fields {
            field_columns.insert(field.name.clone(), columns.len());
            columns.push(Column::of_field(field));
        }
        columns.extend([
            Column::added("silt_source", ColumnKind::Text),
            Column::added("silt_record", ColumnKind::Text),
            Column::added("silt_edition", ColumnKind::Text),
            Column::added("silt_crs", ColumnKind::Text),
            Column::added("silt_accuracy", ColumnKind::Text),
            Column::added("silt_flags", ColumnKind::Json),
            Column::added("silt_regions", ColumnKind::TextList),
            Column::added("silt_synthetic", ColumnKind::Boolean),
            Column::added("silt_original", ColumnKind::Json),
        ]);
        Table {
            columns,
            field_columns,
        }
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// `name`, or `silt_name` where a field has that name already.
    pub(super) fn free_name(&self, name: &str) -> String {
        let taken = self
            .columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(name));
        if taken {
            format!("{RESERVED_PREFIX}{name}")
        } else {
            name.to_owned()
        }
    }

    /// The cells of a feature, one for each column.
    pub(super) fn cells<'a>(&self, stored: &'a StoredFeature) -> Result<Vec<Cell<'a>>, WriteError> {
        let feature = &stored.feature;
        let mut cells = Vec::with_capacity(self.columns.len());
        cells.push(Cell::Text(stored.id().to_string().into()));
        cells.resize(1 + self.field_columns.len(), Cell::Null);
        for (name, value) in &feature.properties {
            if value.is_null() {
                continue;
            }
            let refuse = |reason: String| WriteError::Value {
                id: stored.id().to_string(),
                field: name.to_string(),
                reason,
            };
            let Some(&position) = self.field_columns.get(name.as_ref()) else {
                return Err(refuse("the collection has no such field".to_owned()));
            };
            if cells[position] != Cell::Null {
                return Err(refuse("the feature has it twice".to_owned()));
            }
            cells[position] = cell(value, self.columns[position].kind).map_err(refuse)?;
        }
        let flags = match feature.flags.as_slice() {
            [] => Cell::Null,
            flags => {
                let json = serde_json::to_string(flags).expect("flags are plain text members");
                Cell::Text(json.into())
            }
        };
        cells.extend([
            Cell::Text(stored.source.as_ref().into()),
            Cell::Text(feature.record_id.as_str().into()),
            Cell::Text(stored.edition.as_ref().into()),
            optional_text(feature.source_crs.as_deref()),
            optional_text(feature.location_accuracy.map(|accuracy| accuracy.name())),
            flags,
            Cell::TextList(&feature.regions),
            Cell::Boolean(stored.synthetic),
            optional_text(feature.original.as_deref()),
        ]);
        Ok(cells)
    }
}

fn optional_text(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, |text| Cell::Text(text.into()))
}

/// A value as a cell of a column, where that loses nothing.
fn cell(value: &Value, kind: ColumnKind) -> Result<Cell<'_>, String> {
    if let Value::Real(number) = value
        && !number.is_finite()
    {
        return Err(format!("{number} is not a finite number"));
    }
    let cell = match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (ColumnKind::Boolean, Value::Bool(flag)) => Cell::Boolean(*flag),
        (ColumnKind::Integer, Value::Int(number)) => Cell::Integer(*number),
        (ColumnKind::Integer, Value::Real(number)) => match whole(*number) {
            Some(number) => Cell::Integer(number),
            None => return Err(format!("{number} is not a whole number of 64 bits")),
        },
        (ColumnKind::Real, Value::Real(number)) => Cell::Real(*number),
        (ColumnKind::Real, Value::Int(number)) if whole(*number as f64) == Some(*number) => {
            Cell::Real(*number as f64)
        }
        (ColumnKind::Text, Value::Text(text) | Value::Json(text)) => Cell::Text(text.into()),
        (ColumnKind::Text, Value::Real(number)) => Cell::Text(number_text(*number).into()),
        (ColumnKind::Text, other) => Cell::Text(other.to_string().into()),
        (ColumnKind::Json, Value::Json(text)) => Cell::Text(text.into()),
        (ColumnKind::Json, other) => Cell::Text(other.to_json().to_string().into()),
        (kind, other) => {
            let kind = format!("{kind:?}").to_lowercase();
            return Err(format!(
                "`{other}` does not fit into a column of type {kind}"
            ));
        }
    };
    Ok(cell)
}

/// The whole number that equals `number`; `None` where there is none of 64 bits.
fn whole(number: f64) -> Option<i64> {
    // 2^63 itself is a double but not an i64, and `as` would silently give 2^63 - 1.
    let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    let is_negative_zero = number == 0.0 && number.is_sign_negative();
    (in_range && number.fract() == 0.0 && !is_negative_zero).then_some(number as i64)
}
