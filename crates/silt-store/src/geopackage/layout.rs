//! How the fields of a collection map to the columns of its table, and how that grows.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use silt_model::schema::check_collection_id;
use silt_model::{CollectionSchema, Domain, Field, FieldType, Value};

use super::ddl::{self, ORIGINAL_COLUMN, SYSTEM_COLUMNS};
use super::fault::Fault;
use crate::StoreError;
use crate::fields::{column_type, natural_type, type_named, widening_for};

/// SQLite's limit is 2,000 columns. Fields beyond ours live in the JSON column `silt_more`.
const MAX_FIELD_COLUMNS: usize = 1_900;
const MAX_COLUMN_NAME_BYTES: usize = 200;

/// A field and where its values are.
#[derive(Debug, Clone)]
pub(super) struct FieldPlace {
    pub(super) name: Arc<str>,
    /// Column, or `None` for a field in `silt_more`.
    pub(super) column: Option<String>,
    pub(super) field_type: FieldType,
    /// Whether the type is known: declared, or taken from a value. An unsettled field has only
    /// nulls so far and takes the type of the first value.
    pub(super) settled: bool,
    field: Field,
}

/// The fields of a collection with their columns.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) collection: String,
    pub(super) fields: Vec<FieldPlace>,
    by_name: HashMap<Arc<str>, usize>,
    /// Where the n-th property of the feature before was: features of one file look alike.
    remembered: RefCell<Vec<usize>>,
    used_columns: HashSet<String>,
    pub(super) insert_sql: String,
    pub(super) update_sql: String,
    pub(super) select_columns: String,
    /// Finds a feature by its source and record id.
    pub(super) find_sql: String,
}

/// An SQL identifier in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Layout {
    /// The layout of a collection, or `None` where there is none.
    pub(super) fn load(conn: &Connection, collection: &str) -> Result<Option<Layout>, Fault> {
        let exists = conn
            .prepare_cached("SELECT 1 FROM silt_collection WHERE id = ?1")?
            .exists([collection])?;
        if !exists {
            return Ok(None);
        }
        let mut statement = conn.prepare_cached(
            "SELECT name, column_name, type, settled, title, description, unit, allowed
             FROM silt_field WHERE collection = ?1 ORDER BY position",
        )?;
        let mut rows = statement.query([collection])?;
        let mut layout = Layout::empty(collection);
        while let Some(row) = rows.next()? {
            let type_name: String = row.get(2)?;
            let field_type = type_named(&type_name)
                .ok_or_else(|| Fault::damaged(format!("unknown field type `{type_name}`")))?;
            let allowed: String = row.get(7)?;
            let name: String = row.get(0)?;
            layout.push(FieldPlace {
                name: Arc::from(name.as_str()),
                column: row.get(1)?,
                field_type,
                settled: row.get(3)?,
                field: Field {
                    name,
                    field_type,
                    title: row.get(4)?,
                    description: row.get(5)?,
                    unit: row.get(6)?,
                    allowed: serde_json::from_str(&allowed)?,
                },
            });
        }
        layout.write_sql();
        Ok(Some(layout))
    }

    /// The layout of a collection that must exist.
    pub(super) fn require(conn: &Connection, collection: &str) -> Result<Layout, Fault> {
        Layout::load(conn, collection)?
            .ok_or_else(|| StoreError::NoSuchCollection(collection.to_owned()).into())
    }

    /// Creates the collection, or brings an existing one up to the schema. Returns the layout and
    /// whether anything was written.
    pub(super) fn ensure(
        conn: &Connection,
        schema: &CollectionSchema,
    ) -> Result<(Layout, bool), Fault> {
        let domain = domain_name(schema.domain);
        let mut changed = false;
        let mut layout = match Layout::load(conn, &schema.id)? {
            Some(layout) => {
                let rows = conn.execute(
                    "UPDATE silt_collection SET title = ?2, description = ?3, domain = ?4
                     WHERE id = ?1 AND (title, description, domain) IS NOT (?2, ?3, ?4)",
                    params![schema.id, schema.title, schema.description, domain],
                )?;
                changed |= rows > 0;
                layout
            }
            None => {
                check_collection_id(&schema.id)
                    .map_err(|error| StoreError::Invalid(error.to_string()))?;
                changed = true;
                create_collection(conn, schema, domain)?
            }
        };
        for field in &schema.fields {
            changed |= layout.declare(conn, field)?;
        }
        layout.write_sql();
        Ok((layout, changed))
    }

    fn empty(collection: &str) -> Layout {
        let reserved = SYSTEM_COLUMNS.iter().copied();
        let mut layout = Layout {
            collection: collection.to_owned(),
            fields: Vec::new(),
            by_name: HashMap::new(),
            remembered: RefCell::new(Vec::new()),
            used_columns: reserved
                .chain(["fid", "rowid", "oid", "_rowid_"])
                .map(str::to_owned)
                .collect(),
            insert_sql: String::new(),
            update_sql: String::new(),
            select_columns: String::new(),
            find_sql: String::new(),
        };
        layout.write_sql();
        layout
    }

    fn push(&mut self, place: FieldPlace) {
        if let Some(column) = &place.column {
            self.used_columns.insert(column.to_lowercase());
        }
        self.by_name
            .insert(Arc::clone(&place.name), self.fields.len());
        self.fields.push(place);
    }

    /// Position of a field.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Position of the field that is the n-th property of a feature.
    pub(super) fn position_of_nth(&self, n: usize, name: &str) -> Option<usize> {
        let mut remembered = self.remembered.borrow_mut();
        if let Some(&position) = remembered.get(n)
            && let Some(place) = self.fields.get(position)
            && place.name.as_ref() == name
        {
            return Some(position);
        }
        let position = self.position(name)?;
        if remembered.len() <= n {
            remembered.resize(n + 1, 0);
        }
        remembered[n] = position;
        Some(position)
    }

    /// Place of a field's column among the field columns; `None` for a field in `silt_more`.
    pub(super) fn column_offset(&self, position: usize) -> Option<usize> {
        // Columns are given to fields in order until there is no room for more.
        self.fields[position].column.as_ref().map(|_| position)
    }

    /// The fields as callers see them.
    pub(super) fn schema_fields(&self) -> Vec<Field> {
        self.fields
            .iter()
            .map(|place| Field {
                field_type: place.field_type,
                ..place.field.clone()
            })
            .collect()
    }

    /// Makes room for these properties, each with its place in its feature: adds fields that are new and widens those that are too
    /// narrow. A field of which only nulls are known is not added here.
    pub(super) fn admit<'a>(
        &mut self,
        conn: &Connection,
        properties: impl Iterator<Item = (usize, &'a (Arc<str>, Value))>,
    ) -> Result<(), Fault> {
        let mut grown = false;
        for (n, (name, value)) in properties {
            if value.is_null() {
                continue;
            }
            let Some(position) = self.position_of_nth(n, name) else {
                let Some(needed) = natural_type(value) else {
                    continue;
                };
                self.add(conn, &Field::new(name.as_ref(), needed), true)?;
                grown = true;
                continue;
            };
            let place = &self.fields[position];
            let widened = if place.settled {
                widening_for(place.field_type, value)
            } else {
                natural_type(value)
            };
            if let Some(widened) = widened {
                self.retype(conn, position, widened)?;
                grown = true;
            }
        }
        if grown {
            self.write_sql();
        }
        Ok(())
    }

    /// Adds fields of which only nulls are known.
    pub(super) fn admit_empty<'a>(
        &mut self,
        conn: &Connection,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<(), Fault> {
        for name in names {
            if self.position(name).is_none() {
                self.add(conn, &Field::new(name, FieldType::Text), false)?;
            }
        }
        self.write_sql();
        Ok(())
    }

    fn declare(&mut self, conn: &Connection, field: &Field) -> Result<bool, Fault> {
        let Some(position) = self.position(&field.name) else {
            self.add(conn, field, true)?;
            return Ok(true);
        };
        let place = &self.fields[position];
        let wanted = if place.settled {
            place.field_type.widened_with(field.field_type)
        } else {
            field.field_type
        };
        let mut changed = false;
        if wanted != place.field_type || !place.settled {
            self.retype(conn, position, wanted)?;
            changed = true;
        }
        let place = &mut self.fields[position];
        let described = Field {
            field_type: place.field.field_type,
            ..field.clone()
        };
        if place.field != described {
            conn.execute(
                "UPDATE silt_field SET title = ?3, description = ?4, unit = ?5, allowed = ?6
                 WHERE collection = ?1 AND name = ?2",
                params![
                    self.collection,
                    field.name,
                    field.title,
                    field.description,
                    field.unit,
                    serde_json::to_string(&field.allowed)?
                ],
            )?;
            place.field = described;
            changed = true;
        }
        Ok(changed)
    }

    fn add(&mut self, conn: &Connection, field: &Field, settled: bool) -> Result<(), Fault> {
        let columns = self.fields.iter().filter(|f| f.column.is_some()).count();
        let column = (columns < MAX_FIELD_COLUMNS).then(|| self.column_name(&field.name));
        if let Some(column) = &column {
            conn.execute_batch(&format!(
                "ALTER TABLE {} ADD COLUMN {} {}",
                quoted(&self.collection),
                quoted(column),
                column_type(field.field_type)
            ))?;
        }
        conn.execute(
            "INSERT INTO silt_field VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                self.collection,
                self.fields.len(),
                field.name,
                column,
                field.field_type.name(),
                settled,
                field.title,
                field.description,
                field.unit,
                serde_json::to_string(&field.allowed)?
            ],
        )?;
        self.push(FieldPlace {
            name: Arc::from(field.name.as_str()),
            column,
            field_type: field.field_type,
            settled,
            field: field.clone(),
        });
        Ok(())
    }

    /// Gives a field a wider type and rewrites its column where the column type changes.
    fn retype(
        &mut self,
        conn: &Connection,
        position: usize,
        wanted: FieldType,
    ) -> Result<(), Fault> {
        let place = &self.fields[position];
        if let Some(column) = &place.column
            && column_type(place.field_type) != column_type(wanted)
        {
            // A column keeps its name but cannot change its type: the values move over.
            let table = quoted(&self.collection);
            let temporary = quoted(&self.column_name("silt_retyped"));
            let column = quoted(column);
            conn.execute_batch(&format!(
                "ALTER TABLE {table} ADD COLUMN {temporary} {column_type};
                 UPDATE {table} SET {temporary} = silt_retype({column}, '{from}', '{to}')
                   WHERE {column} IS NOT NULL;
                 ALTER TABLE {table} DROP COLUMN {column};
                 ALTER TABLE {table} RENAME COLUMN {temporary} TO {column};",
                column_type = column_type(wanted),
                from = place.field_type.name(),
                to = wanted.name(),
            ))?;
        }
        conn.execute(
            "UPDATE silt_field SET type = ?3, settled = 1 WHERE collection = ?1 AND name = ?2",
            params![self.collection, place.name.as_ref(), wanted.name()],
        )?;
        let place = &mut self.fields[position];
        place.field_type = wanted;
        place.settled = true;
        Ok(())
    }

    /// A free column name for a field, as close to its name as a table allows.
    fn column_name(&self, field: &str) -> String {
        let mut base: String = field
            .chars()
            .map(|c| if c.is_control() || c == '"' { '_' } else { c })
            .collect();
        while base.len() > MAX_COLUMN_NAME_BYTES {
            base.pop();
        }
        if base.trim().is_empty() {
            base = "unnamed".to_owned();
        }
        if base.to_lowercase().starts_with("silt_") {
            base.insert_str(0, "field_");
        }
        let mut candidate = base.clone();
        let mut number = 2;
        while self.used_columns.contains(&candidate.to_lowercase()) {
            candidate = format!("{base}_{number}");
            number += 1;
        }
        candidate
    }

    /// `select_columns` with null in the place of the verbatim record, so that it is not read.
    pub(super) fn select_columns_without_original(&self) -> String {
        let original = format!("t.{}", quoted(ORIGINAL_COLUMN));
        // The columns of Silt stand before those of the fields, so the first one found is it.
        self.select_columns.replacen(&original, "NULL", 1)
    }

    fn write_sql(&mut self) {
        let mut columns: Vec<String> = SYSTEM_COLUMNS.map(quoted).to_vec();
        columns.extend(
            self.fields
                .iter()
                .filter_map(|place| place.column.as_deref().map(quoted)),
        );
        let table = quoted(&self.collection);
        // Parameter 1 is the fid.
        let parameters: Vec<String> = (1..=columns.len() + 1).map(|n| format!("?{n}")).collect();
        self.insert_sql = format!(
            "INSERT INTO {table} (fid, {}) VALUES ({})",
            columns.join(", "),
            parameters.join(", ")
        );
        let assignments: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(place, column)| format!("{column} = ?{}", place + 2))
            .collect();
        self.update_sql = format!(
            "UPDATE {table} SET {} WHERE fid = ?1",
            assignments.join(", ")
        );
        let prefixed: Vec<String> = columns.iter().map(|column| format!("t.{column}")).collect();
        self.select_columns = format!("t.fid, {}", prefixed.join(", "));
        self.find_sql = format!(
            "SELECT {} FROM {table} t WHERE t.silt_source = ?1 AND t.silt_record = ?2",
            self.select_columns
        );
    }
}

fn create_collection(
    conn: &Connection,
    schema: &CollectionSchema,
    domain: &str,
) -> Result<Layout, Fault> {
    conn.execute(
        "INSERT INTO silt_collection (id, title, description, domain) VALUES (?1, ?2, ?3, ?4)",
        params![schema.id, schema.title, schema.description, domain],
    )?;
    let taken: Option<i64> = conn
        .query_row(
            "SELECT 1 FROM gpkg_contents WHERE identifier = ?1",
            [&schema.title],
            |row| row.get(0),
        )
        .optional()?;
    let identifier = match taken {
        None => schema.title.clone(),
        Some(_) => format!("{} ({})", schema.title, schema.id),
    };
    conn.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
         VALUES (?1, 'features', ?2, ?3, 4326)",
        params![schema.id, identifier, schema.description],
    )?;
    ddl::create_collection_table(conn, &schema.id)?;
    Ok(Layout::empty(&schema.id))
}

/// Land, sea or any, as stored.
pub(super) fn domain_name(domain: Domain) -> &'static str {
    match domain {
        Domain::Land => "land",
        Domain::Sea => "sea",
        Domain::Any => "any",
    }
}

/// The domain with this name.
pub(super) fn domain_named(name: &str) -> Domain {
    match name {
        "sea" => Domain::Sea,
        "any" => Domain::Any,
        _ => Domain::Land,
    }
}
