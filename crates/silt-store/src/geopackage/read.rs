//! Questions about collections and features.

use std::ops::ControlFlow;
use std::sync::Arc;

use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, params_from_iter};
use silt_model::geojson::to_geojson;
use silt_model::{CollectionSchema, Feature, FeatureId, ObservedState, StoredFeature};

use super::blob;
use super::bulk_rtree::{down, up};
use super::fault::Fault;
use super::history::{self as timelines, RecordKey};
use super::layout::{Layout, domain_named, quoted};
use super::rows::{REGIONS, RowReader};
use crate::StoreError;
use crate::state::State;
use crate::types::{CollectionInfo, Selection};

/// The number of committed changes.
pub(super) fn data_version(conn: &Connection) -> Result<u64, Fault> {
    let sql = "SELECT value FROM silt_meta WHERE key = 'data_version'";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// All collections, by id.
pub(super) fn collections(conn: &Connection) -> Result<Vec<CollectionInfo>, Fault> {
    // Older builds kept no version per collection: any change may then be one of the collection.
    let mut statement = conn.prepare_cached(
        "SELECT c.id, c.title, c.description, c.domain, c.features,
                g.min_x, g.min_y, g.max_x, g.max_y,
                coalesce(own.value, (SELECT value FROM silt_meta WHERE key = 'data_version'))
         FROM silt_collection c JOIN gpkg_contents g ON g.table_name = c.id
         LEFT JOIN silt_meta own ON own.key = 'version:' || c.id ORDER BY c.id",
    )?;
    let mut rows = statement.query([])?;
    let mut collections = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let domain: String = row.get(3)?;
        let mut bbox = [0.0; 4];
        let mut has_bbox = true;
        for (place, bound) in bbox.iter_mut().enumerate() {
            match row.get::<_, Option<f64>>(5 + place)? {
                Some(value) => *bound = value,
                None => has_bbox = false,
            }
        }
        collections.push(CollectionInfo {
            schema: CollectionSchema {
                title: row.get(1)?,
                description: row.get(2)?,
                domain: domain_named(&domain),
                fields: Layout::require(conn, &id)?.schema_fields(),
                id: id.clone(),
            },
            features: row.get(4)?,
            bbox: has_bbox.then_some(bbox),
            synthetic: has_synthetic(conn, &id)?,
            version: row.get(9)?,
        });
    }
    Ok(collections)
}

fn has_synthetic(conn: &Connection, collection: &str) -> Result<bool, Fault> {
    let sql = format!(
        "SELECT 1 FROM silt_source s WHERE s.collection = ?1 AND s.synthetic
           AND EXISTS (SELECT 1 FROM {} t WHERE t.silt_source = s.id)",
        quoted(collection)
    );
    Ok(conn.prepare(&sql)?.exists([collection])?)
}

/// The newest state of a feature.
pub(super) fn feature(
    conn: &Connection,
    collection: &str,
    id: &FeatureId,
) -> Result<Option<StoredFeature>, Fault> {
    let layout = Layout::require(conn, collection)?;
    let mut statement = conn.prepare_cached(&layout.find_sql)?;
    let mut rows = statement.query([&id.source, &id.record])?;
    match rows.next()? {
        Some(row) => Ok(Some(RowReader::new(&layout).feature(row)?)),
        None => Ok(None),
    }
}

/// Passes the selected features to `visit` in the order of their fid.
pub(super) fn scan(
    conn: &Connection,
    collection: &str,
    selection: &Selection,
    visit: &mut dyn FnMut(StoredFeature) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let layout = Layout::require(conn, collection)?;
    let (sql, values) = scan_sql(&layout, selection)?;
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut reader = RowReader::new(&layout);
    let mut left = selection.limit.unwrap_or(u64::MAX);
    while left > 0
        && let Some(row) = rows.next()?
    {
        if let Some(wanted) = &selection.regions
            && !regions_meet(row.get_ref(REGIONS)?, wanted)?
        {
            continue;
        }
        let feature = reader.feature(row)?;
        if let Some(bbox) = selection.bbox
            && !geometry_meets(&feature.feature, bbox)
        {
            continue;
        }
        left -= 1;
        if visit(feature).is_break() {
            break;
        }
    }
    Ok(())
}

fn scan_sql(layout: &Layout, selection: &Selection) -> Result<(String, Vec<SqlValue>), Fault> {
    let table = quoted(&layout.collection);
    let rtree = quoted(&format!("rtree_{}_geom", layout.collection));
    let mut conditions: Vec<String> = Vec::new();
    let mut values: Vec<SqlValue> = Vec::new();
    let mut parameter = |value: SqlValue| {
        values.push(value);
        format!("?{}", values.len())
    };
    if let Some(bbox) = selection.bbox {
        if bbox.iter().any(|bound| !bound.is_finite()) || bbox[1] > bbox[3] {
            return Err(StoreError::Invalid(format!(
                "the bounding box {bbox:?} is not west, south, east, north in degrees"
            ))
            .into());
        }
        // The R-tree holds rounded boxes, so it gives candidates.
        let boxes: Vec<String> = parts_of(bbox)
            .iter()
            .map(|[west, south, east, north]| {
                format!(
                    "SELECT id FROM {rtree} WHERE maxx >= {} AND minx <= {} AND maxy >= {} AND miny <= {}",
                    parameter(f64::from(down(*west)).into()),
                    parameter(f64::from(up(*east)).into()),
                    parameter(f64::from(down(*south)).into()),
                    parameter(f64::from(up(*north)).into()),
                )
            })
            .collect();
        conditions.push(format!("t.fid IN ({})", boxes.join(" UNION ")));
    }
    if let Some(after) = selection.after_fid {
        conditions.push(format!("t.fid > {}", parameter(after.into())));
    }
    if let Some(until) = selection.until_fid {
        conditions.push(format!("t.fid <= {}", parameter(until.into())));
    }
    if let Some(fids) = &selection.fids {
        let list = parameter(serde_json::to_string(fids)?.into());
        conditions.push(format!("t.fid IN (SELECT value FROM json_each({list}))"));
    }
    if let Some(source) = &selection.source {
        // The plus keeps SQLite from the index on the source, which would need a sort by fid.
        conditions.push(format!(
            "+t.silt_source = {}",
            parameter(source.clone().into())
        ));
    }
    let filter = if conditions.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", conditions.join(" AND "))
    };
    let columns = match selection.without_original {
        true => layout.select_columns_without_original(),
        false => layout.select_columns.clone(),
    };
    let sql = format!("SELECT {columns} FROM {table} t {filter} ORDER BY t.fid");
    Ok((sql, values))
}

/// The one or two boxes, none of which crosses the antimeridian, that make up a box.
fn parts_of(bbox: [f64; 4]) -> Vec<[f64; 4]> {
    let [west, south, east, north] = bbox;
    if west <= east {
        vec![bbox]
    } else {
        vec![[west, south, 180.0, north], [-180.0, south, east, north]]
    }
}

fn geometry_meets(feature: &Feature, bbox: [f64; 4]) -> bool {
    let Some(geometry) = &feature.geometry else {
        return false;
    };
    let Some([min_x, max_x, min_y, max_y]) = blob::bounds(geometry) else {
        return false;
    };
    parts_of(bbox).iter().any(|[west, south, east, north]| {
        max_x >= *west && min_x <= *east && max_y >= *south && min_y <= *north
    })
}

/// Whether the JSON array of regions names one of these, without parsing all of it.
fn regions_meet(column: ValueRef<'_>, wanted: &[String]) -> Result<bool, Fault> {
    let ValueRef::Text(bytes) = column else {
        return Ok(false);
    };
    let text = std::str::from_utf8(bytes).map_err(|error| Fault::damaged(error.to_string()))?;
    if text.contains('\\') {
        let ids: Vec<String> = serde_json::from_str(text)?;
        return Ok(ids.iter().any(|id| wanted.contains(id)));
    }
    // Without escapes every second piece between quotes is an id.
    let mut ids = text.split('"').skip(1).step_by(2);
    Ok(ids.any(|id| wanted.iter().any(|region| region == id)))
}

/// All observed states of a feature, oldest first.
pub(super) fn history(
    conn: &Connection,
    collection: &str,
    id: &FeatureId,
) -> Result<Vec<ObservedState>, Fault> {
    let layout = Layout::require(conn, collection)?;
    let source = conn
        .prepare_cached("SELECT synthetic FROM silt_source WHERE id = ?1 AND collection = ?2")?
        .query_map([&id.source, collection], |row| row.get(0))?
        .next()
        .transpose()?;
    let Some(synthetic) = source else {
        return Ok(Vec::new());
    };
    let key = RecordKey {
        source: &id.source,
        record: &id.record,
        synthetic,
    };
    let loaded = timelines::load(conn, &layout, key)?;
    let segments = loaded.timeline.segments();
    let states = segments.into_iter().map(|segment| {
        let state = match segment.state {
            None => serde_json::Value::Null,
            Some(state) => {
                let stored = stored_feature(&layout, key, segment.from, state)?;
                serde_json::to_value(to_geojson(&stored))?
            }
        };
        Ok(ObservedState {
            from_edition: segment.from.to_owned(),
            until_edition: segment.until.map(str::to_owned),
            state,
        })
    });
    states.collect()
}

fn stored_feature(
    layout: &Layout,
    key: RecordKey<'_>,
    edition: &str,
    state: &State,
) -> Result<StoredFeature, Fault> {
    let mut properties = state.properties.clone();
    properties.sort_by_key(|(name, _)| layout.position(name));
    let geometry = match &state.geometry {
        Some(bytes) => Some(blob::decode(bytes)?),
        None => None,
    };
    Ok(StoredFeature {
        fid: 0,
        source: Arc::from(key.source),
        edition: Arc::from(edition),
        synthetic: key.synthetic,
        feature: Feature {
            row: 0,
            record_id: key.record.to_owned(),
            geometry,
            properties,
            original: state.original.clone(),
            source_crs: state.crs.clone(),
            location_accuracy: state.accuracy,
            flags: state.flags.clone(),
            regions: state.regions.clone(),
        },
    })
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
