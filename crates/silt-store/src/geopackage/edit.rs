//! Edits of single features, and regions computed anew.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use silt_model::{Feature, FeatureId};

use super::begin::{check_source_id, ensure_source};
use super::codec::{flags_to_text, regions_to_text};
use super::extent;
use super::fault::Fault;
use super::history::{self, Editions, RecordKey};
use super::layout::{Layout, quoted};
use super::rows::{RowReader, state_of};
use crate::StoreError;
use crate::types::SourceInfo;

/// Records an edit. Returns whether the feature differs from its state before, and whether
/// anything is to be committed.
pub(super) fn edit(
    conn: &Connection,
    collection: &str,
    id: &FeatureId,
    feature: Option<&Feature>,
    observed_at: &str,
) -> Result<(bool, bool), Fault> {
    let time = edit_time(observed_at)?;
    let mut layout = Layout::require(conn, collection)?;
    check_source_id(&id.source)?;
    if id.record.is_empty() {
        return Err(StoreError::Invalid("a record id must not be empty".to_owned()).into());
    }
    let source = source_of_edit(conn, collection, &id.source)?;
    let taken = conn
        .prepare_cached(
            "SELECT 1 FROM silt_edition WHERE source = ?1 AND edition = ?2 AND record = ''",
        )?
        .exists([&id.source, &time])?;
    if taken {
        let message = format!("source `{}` has an edition at exactly {time}", id.source);
        return Err(StoreError::Conflict(message).into());
    }
    let key = RecordKey {
        source: &id.source,
        record: &id.record,
        synthetic: source.synthetic,
    };
    let state = match feature {
        None => None,
        Some(feature) => {
            let values = feature.properties.iter();
            layout.admit(conn, values.clone().enumerate())?;
            layout.admit_empty(conn, values.map(|(name, _)| name.as_ref()))?;
            Some(state_of(&layout, feature.clone()))
        }
    };
    let loaded = history::load(conn, &layout, key)?;
    let editions = Editions::load(conn, &id.source)?;
    let next = editions.next_after(conn, key, &time)?;
    let differs = loaded.timeline.before(&time) != state.as_ref();
    let mut timeline = loaded.timeline.clone();
    timeline.observe(&time, state, next.as_deref());
    let (mut next_fid, features): (i64, i64) = conn
        .prepare_cached("SELECT next_fid, features FROM silt_collection WHERE id = ?1")?
        .query_row([collection], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let delta = history::store(conn, &layout, key, &mut next_fid, &loaded, &timeline)?;
    conn.prepare_cached("UPDATE silt_collection SET next_fid = ?2, features = ?3 WHERE id = ?1")?
        .execute(params![collection, next_fid, features + delta])?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO silt_edition (source, edition, record, kind, imported_at, records)
         VALUES (?1, ?2, ?3, 'edit', ?4, 1)",
    )?
    .execute([&id.source, &time, &id.record, &Timestamp::now().to_string()])?;
    let editions = Editions::load(conn, &id.source)?;
    history::rewrite_changes(conn, &layout, &editions, key)?;
    let bounds = extent::of_collection(conn, collection)?;
    extent::write_contents(conn, collection, bounds)?;
    Ok((differs, true))
}

/// The time as an edition key: UTC at a fixed width, so that keys sort as text.
fn edit_time(observed_at: &str) -> Result<String, StoreError> {
    let time: Timestamp = observed_at.parse().map_err(|_| {
        StoreError::Invalid(format!(
            "`{observed_at}` is not a time; write it as 2024-03-01T12:00:00Z"
        ))
    })?;
    Ok(format!("{time:.6}"))
}

fn source_of_edit(conn: &Connection, collection: &str, source: &str) -> Result<SourceInfo, Fault> {
    let known = conn
        .query_row(
            "SELECT title, publisher, licence, citation, url, synthetic
             FROM silt_source WHERE id = ?1",
            [source],
            |row| {
                Ok(SourceInfo {
                    id: source.to_owned(),
                    title: row.get(0)?,
                    publisher: row.get(1)?,
                    licence: row.get(2)?,
                    citation: row.get(3)?,
                    url: row.get(4)?,
                    synthetic: row.get(5)?,
                })
            },
        )
        .optional()?;
    let info = known.unwrap_or_else(|| SourceInfo {
        id: source.to_owned(),
        title: source.to_owned(),
        ..SourceInfo::default()
    });
    // Also refuses a source that belongs to another collection.
    ensure_source(conn, collection, &info)?;
    Ok(info)
}

const REGION_BATCH: i64 = 1_000;

/// Computes the regions of every current feature anew. Returns how many changed.
pub(super) fn reassign_regions(
    conn: &Connection,
    collection: &str,
    regions_of: &mut dyn FnMut(&mut Feature),
) -> Result<u64, Fault> {
    let layout = Layout::require(conn, collection)?;
    let table = quoted(collection);
    let mut select = conn.prepare(&format!(
        "SELECT {} FROM {table} t WHERE t.fid > ?1 ORDER BY t.fid LIMIT ?2",
        layout.select_columns
    ))?;
    let mut update = conn.prepare(&format!(
        "UPDATE {table} SET silt_regions = ?2, silt_flags = ?3 WHERE fid = ?1"
    ))?;
    let mut update_changes =
        conn.prepare("UPDATE silt_change SET regions = ?3 WHERE source = ?1 AND record = ?2")?;
    let mut reader = RowReader::new(&layout);
    let mut after = i64::MIN;
    let mut changed = 0;
    loop {
        // Read a batch, then write it: a table is not changed while it is being read.
        let mut batch = Vec::new();
        let mut rows = select.query([after, REGION_BATCH])?;
        while let Some(row) = rows.next()? {
            batch.push(reader.feature(row)?);
        }
        drop(rows);
        let Some(last) = batch.last() else {
            return Ok(changed);
        };
        after = last.fid;
        for stored in batch {
            let mut feature = stored.feature.clone();
            regions_of(&mut feature);
            if feature.regions == stored.feature.regions && feature.flags == stored.feature.flags {
                continue;
            }
            let regions = regions_to_text(&feature.regions)?;
            update.execute(params![stored.fid, regions, flags_to_text(&feature.flags)?])?;
            update_changes.execute(params![stored.source.as_ref(), feature.record_id, regions])?;
            changed += 1;
        }
    }
}
