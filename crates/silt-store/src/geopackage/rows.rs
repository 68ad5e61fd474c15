//! One feature as a row of its collection's table.

use std::borrow::Cow;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Row, Statement};
use silt_model::{Feature, Flag, LocationAccuracy, StoredFeature, Value};

use super::blob;
use super::codec::{
    Bound, Interner, RegionReader, flags_from_text, flags_to_text, properties_from_text,
    properties_to_text, regions_to_text, value_of_column,
};
use super::fault::Fault;
use super::layout::Layout;
use crate::fields::in_type;
use crate::state::State;

/// What a row holds besides the state.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowHead<'a> {
    pub(super) fid: i64,
    pub(super) source: &'a str,
    pub(super) record: &'a str,
    /// The edition that first showed the facts of this state.
    pub(super) facts_since: &'a str,
    /// The edition that first showed the state with its verbatim record, flags and regions.
    pub(super) observed: &'a str,
    pub(super) synthetic: bool,
}

// Positions in `Layout::select_columns`.
const FID: usize = 0;
pub(super) const SOURCE: usize = 1;
const RECORD: usize = 2;
const EDITION: usize = 3;
const OBSERVED: usize = 4;
const SYNTHETIC: usize = 5;
const ACCURACY: usize = 6;
const CRS: usize = 7;
pub(super) const REGIONS: usize = 8;
const FLAGS: usize = 9;
const GEOMETRY: usize = 10;
const ORIGINAL: usize = 11;
const MORE: usize = 12;
const FIRST_FIELD: usize = 13;

/// The feature as the store compares and keeps it. The layout must admit its values.
pub(super) fn state_of(layout: &Layout, feature: Feature) -> State {
    let mut properties: Vec<(Arc<str>, Value)> = Vec::with_capacity(feature.properties.len());
    for (n, (name, value)) in feature.properties.into_iter().enumerate() {
        if value.is_null() {
            continue;
        }
        let Some(position) = layout.position_of_nth(n, &name) else {
            continue;
        };
        let place = &layout.fields[position];
        properties.push((Arc::clone(&place.name), in_type(value, place.field_type)));
    }
    // Stable, so that of a repeated key the first value stays, as in `Feature::property`.
    properties.sort_by(|a, b| a.0.cmp(&b.0));
    properties.dedup_by(|later, earlier| later.0 == earlier.0);
    State {
        geometry: feature
            .geometry
            .as_ref()
            .map(|geometry| blob::encode(geometry).0),
        properties,
        accuracy: feature.location_accuracy,
        crs: feature.source_crs,
        original: feature.original,
        flags: feature.flags,
        regions: feature.regions,
    }
}

/// Binds the parameters of `insert_sql` or `update_sql`.
pub(super) fn bind(
    statement: &mut Statement<'_>,
    layout: &Layout,
    head: RowHead<'_>,
    state: &State,
) -> Result<(), Fault> {
    let observed = (head.observed != head.facts_since).then_some(head.observed);
    let regions = regions_to_text(&state.regions)?;
    let flags = flags_to_text(&state.flags)?;
    statement.clear_bindings();
    statement.raw_bind_parameter(1, head.fid)?;
    statement.raw_bind_parameter(1 + SOURCE, head.source)?;
    statement.raw_bind_parameter(1 + RECORD, head.record)?;
    statement.raw_bind_parameter(1 + EDITION, head.facts_since)?;
    statement.raw_bind_parameter(1 + OBSERVED, observed)?;
    statement.raw_bind_parameter(1 + SYNTHETIC, head.synthetic)?;
    statement.raw_bind_parameter(1 + ACCURACY, state.accuracy.map(|accuracy| accuracy.name()))?;
    statement.raw_bind_parameter(1 + CRS, state.crs.as_deref())?;
    statement.raw_bind_parameter(1 + REGIONS, regions)?;
    statement.raw_bind_parameter(1 + FLAGS, flags)?;
    statement.raw_bind_parameter(1 + GEOMETRY, state.geometry.as_deref())?;
    statement.raw_bind_parameter(1 + ORIGINAL, state.original.as_deref())?;
    let mut more: Vec<(&str, &Value)> = Vec::new();
    for (name, value) in &state.properties {
        let Some(position) = layout.position(name) else {
            continue;
        };
        match layout.column_offset(position) {
            Some(offset) => statement.raw_bind_parameter(1 + FIRST_FIELD + offset, Bound(value))?,
            None => more.push((name, value)),
        }
    }
    if !more.is_empty() {
        let text = properties_to_text(more.into_iter())?;
        statement.raw_bind_parameter(1 + MORE, text)?;
    }
    Ok(())
}

/// Reads rows of one collection.
pub(super) struct RowReader<'a> {
    layout: &'a Layout,
    names: Interner,
    regions: RegionReader,
}

/// A state as it stands in the collection's table.
pub(super) struct CurrentRow {
    pub(super) fid: i64,
    pub(super) facts_since: String,
    pub(super) observed: String,
    pub(super) state: State,
}

fn text<'row>(row: &'row Row<'_>, place: usize) -> Result<Option<Cow<'row, str>>, Fault> {
    Ok(match row.get_ref(place)? {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes)),
        _ => None,
    })
}

impl<'a> RowReader<'a> {
    pub(super) fn new(layout: &'a Layout) -> RowReader<'a> {
        RowReader {
            layout,
            names: Interner::default(),
            regions: RegionReader::default(),
        }
    }

    /// The row as a feature.
    pub(super) fn feature(&mut self, row: &Row<'_>) -> Result<StoredFeature, Fault> {
        let geometry = match row.get_ref(GEOMETRY)? {
            ValueRef::Blob(bytes) => Some(blob::decode(bytes)?),
            _ => None,
        };
        let source = text(row, SOURCE)?.unwrap_or_default();
        let edition = text(row, EDITION)?.unwrap_or_default();
        let crs = text(row, CRS)?;
        Ok(StoredFeature {
            fid: row.get(FID)?,
            source: self.names.get(&source),
            edition: self.names.get(&edition),
            synthetic: row.get(SYNTHETIC)?,
            feature: Feature {
                row: 0,
                record_id: text(row, RECORD)?.unwrap_or_default().into_owned(),
                geometry,
                properties: self.properties(row)?,
                original: text(row, ORIGINAL)?.map(Cow::into_owned),
                source_crs: crs.map(|crs| self.names.get(&crs)),
                location_accuracy: accuracy(row)?,
                flags: flags(row)?,
                regions: self.regions.read(text(row, REGIONS)?.as_deref())?,
            },
        })
    }

    /// The row as a state.
    pub(super) fn current(&mut self, row: &Row<'_>) -> Result<CurrentRow, Fault> {
        let facts_since: String = row.get(EDITION)?;
        let observed: Option<String> = row.get(OBSERVED)?;
        let mut properties = self.properties(row)?;
        properties.sort_by(|a, b| a.0.cmp(&b.0));
        let crs = text(row, CRS)?;
        Ok(CurrentRow {
            fid: row.get(FID)?,
            observed: observed.unwrap_or_else(|| facts_since.clone()),
            facts_since,
            state: State {
                geometry: row.get(GEOMETRY)?,
                properties,
                accuracy: accuracy(row)?,
                crs: crs.map(|crs| self.names.get(&crs)),
                original: row.get(ORIGINAL)?,
                flags: flags(row)?,
                regions: self.regions.read(text(row, REGIONS)?.as_deref())?,
            },
        })
    }

    /// The values that are not null, in the order of the fields.
    fn properties(&self, row: &Row<'_>) -> Result<Vec<(Arc<str>, Value)>, Fault> {
        let mut properties = Vec::with_capacity(self.layout.fields.len().min(64));
        for (position, place) in self.layout.fields.iter().enumerate() {
            let Some(offset) = self.layout.column_offset(position) else {
                continue;
            };
            let column = row.get_ref(FIRST_FIELD + offset)?;
            let value = value_of_column(column, place.field_type);
            if !value.is_null() {
                properties.push((Arc::clone(&place.name), value));
            }
        }
        if let Some(more) = text(row, MORE)? {
            properties.extend(properties_in_layout(self.layout, &more)?);
        }
        Ok(properties)
    }
}

/// Properties from JSON text in the types of the fields.
pub(super) fn properties_in_layout(
    layout: &Layout,
    json: &str,
) -> Result<Vec<(Arc<str>, Value)>, Fault> {
    let mut properties = Vec::new();
    for (name, value) in properties_from_text(json)? {
        let Some(position) = layout.position(&name) else {
            continue;
        };
        let place = &layout.fields[position];
        properties.push((Arc::clone(&place.name), in_type(value, place.field_type)));
    }
    Ok(properties)
}

fn accuracy(row: &Row<'_>) -> Result<Option<LocationAccuracy>, Fault> {
    let name = text(row, ACCURACY)?;
    Ok(name.and_then(|name| LocationAccuracy::from_name(&name)))
}

fn flags(row: &Row<'_>) -> Result<Vec<Flag>, Fault> {
    flags_from_text(text(row, FLAGS)?.as_deref())
}
