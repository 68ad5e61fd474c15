//! Timelines in the database: the newest present state stands in the collection's table, every
//! other kept observation in `silt_history`.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value as Json;
use silt_model::LocationAccuracy;

use super::blob;
use super::codec::{
    RegionReader, flags_from_text, flags_to_text, properties_to_text, regions_to_text,
};
use super::fault::Fault;
use super::layout::{Layout, quoted};
use super::rows::{CurrentRow, RowHead, RowReader, bind, properties_in_layout};
use crate::state::{Mask, State};
use crate::timeline::{Entry, Observation, Timeline, changes};

/// One record of one source.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordKey<'a> {
    pub(super) source: &'a str,
    pub(super) record: &'a str,
    pub(super) synthetic: bool,
}

/// The newest present state of a record.
pub(super) fn current(
    conn: &Connection,
    layout: &Layout,
    key: RecordKey<'_>,
) -> Result<Option<CurrentRow>, Fault> {
    let mut statement = conn.prepare_cached(&layout.find_sql)?;
    let mut rows = statement.query([key.source, key.record])?;
    match rows.next()? {
        Some(row) => Ok(Some(RowReader::new(layout).current(row)?)),
        None => Ok(None),
    }
}

/// A timeline with the row that holds its current state.
pub(super) struct Loaded {
    pub(super) timeline: Timeline,
    pub(super) fid: Option<i64>,
}

/// The timeline of a record; empty where it was never seen.
pub(super) fn load(
    conn: &Connection,
    layout: &Layout,
    key: RecordKey<'_>,
) -> Result<Loaded, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT from_edition, absent, geom, properties, accuracy, crs, regions, flags, original
         FROM silt_history WHERE source = ?1 AND record = ?2 ORDER BY from_edition",
    )?;
    let mut rows = statement.query([key.source, key.record])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(Entry {
            edition: row.get(0)?,
            state: history_state(layout, row)?,
        });
    }
    let mut fid = None;
    if let Some(current) = current(conn, layout, key)? {
        fid = Some(current.fid);
        entries.push(Entry {
            edition: current.observed,
            state: Some(current.state),
        });
    }
    let timeline = Timeline { entries };
    Ok(Loaded { timeline, fid })
}

fn history_state(layout: &Layout, row: &Row<'_>) -> Result<Option<State>, Fault> {
    if row.get::<_, bool>(1)? {
        return Ok(None);
    }
    let properties: Option<String> = row.get(3)?;
    let mut properties = properties_in_layout(layout, properties.as_deref().unwrap_or("{}"))?;
    properties.sort_by(|a, b| a.0.cmp(&b.0));
    let accuracy: Option<String> = row.get(4)?;
    let crs: Option<String> = row.get(5)?;
    let regions: Option<String> = row.get(6)?;
    let flags: Option<String> = row.get(7)?;
    Ok(Some(State {
        geometry: row.get(2)?,
        properties,
        accuracy: accuracy.and_then(|name| LocationAccuracy::from_name(&name)),
        crs: crs.map(Into::into),
        original: row.get(8)?,
        flags: flags_from_text(flags.as_deref())?,
        regions: RegionReader::default().read(regions.as_deref())?,
    }))
}

/// Writes one entry of the history.
pub(super) fn insert_history(
    conn: &Connection,
    layout: &Layout,
    key: RecordKey<'_>,
    from: &str,
    until: Option<&str>,
    state: Option<&State>,
) -> Result<(), Fault> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO silt_history (collection, source, record, from_edition, until_edition, absent,
           geom, properties, accuracy, crs, regions, flags, original)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let Some(state) = state else {
        statement.execute(params![
            layout.collection,
            key.source,
            key.record,
            from,
            until,
            true,
            None::<&[u8]>,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<&str>
        ])?;
        return Ok(());
    };
    let properties = state.properties.iter();
    statement.execute(params![
        layout.collection,
        key.source,
        key.record,
        from,
        until,
        false,
        state.geometry,
        properties_to_text(properties.map(|(name, value)| (name.as_ref(), value)))?,
        state.accuracy.map(|accuracy| accuracy.name()),
        state.crs.as_deref(),
        regions_to_text(&state.regions)?,
        flags_to_text(&state.flags)?,
        state.original
    ])?;
    Ok(())
}

/// Inserts the row of a record that is present now.
pub(super) fn insert_row(
    conn: &Connection,
    layout: &Layout,
    head: RowHead<'_>,
    state: &State,
) -> Result<(), Fault> {
    write_row(conn, &layout.insert_sql, layout, head, state)
}

/// Rewrites the row of a record that is present now.
pub(super) fn update_row(
    conn: &Connection,
    layout: &Layout,
    head: RowHead<'_>,
    state: &State,
) -> Result<(), Fault> {
    write_row(conn, &layout.update_sql, layout, head, state)
}

fn write_row(
    conn: &Connection,
    sql: &str,
    layout: &Layout,
    head: RowHead<'_>,
    state: &State,
) -> Result<(), Fault> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, layout, head, state)?;
    statement.raw_execute()?;
    Ok(())
}

/// Deletes a row.
pub(super) fn delete_row(conn: &Connection, layout: &Layout, fid: i64) -> Result<(), Fault> {
    let sql = format!("DELETE FROM {} WHERE fid = ?1", quoted(&layout.collection));
    conn.prepare_cached(&sql)?.execute([fid])?;
    Ok(())
}

/// Replaces the timeline of a record. Returns by how much the number of present records grew.
pub(super) fn store(
    conn: &Connection,
    layout: &Layout,
    key: RecordKey<'_>,
    next_fid: &mut i64,
    old: &Loaded,
    new: &Timeline,
) -> Result<i64, Fault> {
    if old.timeline == *new {
        return Ok(0);
    }
    let same = old
        .timeline
        .entries
        .iter()
        .zip(&new.entries)
        .take_while(|(old, new)| old == new)
        .count();
    // The last common entry may end at another edition now, so it is written again too.
    let rewrite_from = same.saturating_sub(1);
    if let Some(first) = old.timeline.entries.get(rewrite_from) {
        conn.prepare_cached(
            "DELETE FROM silt_history WHERE source = ?1 AND record = ?2 AND from_edition >= ?3",
        )?
        .execute(params![key.source, key.record, first.edition])?;
    }
    for (position, entry) in new.entries.iter().enumerate().skip(rewrite_from) {
        let until = new.entries.get(position + 1);
        let is_current = until.is_none() && entry.state.is_some();
        if !is_current {
            let until = until.map(|entry| entry.edition.as_str());
            let state = entry.state.as_ref();
            insert_history(conn, layout, key, &entry.edition, until, state)?;
        }
    }
    let newest = new.entries.last();
    match (old.fid, new.current().zip(newest)) {
        (None, None) => Ok(0),
        (Some(fid), None) => {
            delete_row(conn, layout, fid)?;
            Ok(-1)
        }
        (fid, Some((state, newest))) => {
            let head = RowHead {
                fid: fid.unwrap_or(*next_fid),
                source: key.source,
                record: key.record,
                facts_since: new.facts_since().unwrap_or(&newest.edition),
                observed: &newest.edition,
                synthetic: key.synthetic,
            };
            if fid.is_some() {
                update_row(conn, layout, head, state)?;
                return Ok(0);
            }
            insert_row(conn, layout, head, state)?;
            *next_fid += 1;
            Ok(1)
        }
    }
}

/// One full or partial edition of a source.
pub(super) struct EditionRow {
    pub(super) id: i64,
    pub(super) edition: String,
    pub(super) partial: bool,
    pub(super) mask: Mask,
}

/// The editions of a source, oldest first, and whether single records were edited besides.
pub(super) struct Editions {
    pub(super) rows: Vec<EditionRow>,
    pub(super) newest_edit: Option<String>,
}

impl Editions {
    pub(super) fn load(conn: &Connection, source: &str) -> Result<Editions, Fault> {
        let mut statement = conn.prepare_cached(
            "SELECT id, edition, kind = 'partial', mask FROM silt_edition
             WHERE source = ?1 AND kind != 'edit' ORDER BY edition",
        )?;
        let mut found = statement.query([source])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let mask: Option<String> = row.get(3)?;
            rows.push(EditionRow {
                id: row.get(0)?,
                edition: row.get(1)?,
                partial: row.get(2)?,
                mask: match mask {
                    Some(text) => serde_json::from_str(&text)?,
                    None => Mask::default(),
                },
            });
        }
        let newest_edit = conn
            .prepare_cached(
                "SELECT max(edition) FROM silt_edition WHERE source = ?1 AND kind = 'edit'",
            )?
            .query_row([source], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(Editions { rows, newest_edit })
    }

    /// The newest observation of any record of the source.
    pub(super) fn newest(&self) -> Option<&str> {
        let edition = self.rows.last().map(|row| row.edition.as_str());
        edition.max(self.newest_edit.as_deref())
    }

    /// Whether all editions carry the same facts.
    pub(super) fn uniform(&self) -> bool {
        self.rows
            .windows(2)
            .all(|pair| pair[0].mask == pair[1].mask)
    }

    /// Passes all observations of a record, oldest first, to `work`.
    fn with_observations<R>(
        &self,
        conn: &Connection,
        key: RecordKey<'_>,
        work: impl FnOnce(&[Observation<'_>]) -> R,
    ) -> Result<R, Fault> {
        let mut mentioned: HashSet<i64> = HashSet::new();
        if self.rows.iter().any(|row| row.partial) {
            let mut statement =
                conn.prepare_cached("SELECT edition_id FROM silt_mention WHERE record = ?1")?;
            let mut rows = statement.query([key.record])?;
            while let Some(row) = rows.next()? {
                mentioned.insert(row.get(0)?);
            }
        }
        let mut edits: Vec<String> = Vec::new();
        if self.newest_edit.is_some() {
            let mut statement = conn.prepare_cached(
                "SELECT edition FROM silt_edition
                 WHERE source = ?1 AND record = ?2 AND kind = 'edit'",
            )?;
            let mut rows = statement.query([key.source, key.record])?;
            while let Some(row) = rows.next()? {
                edits.push(row.get(0)?);
            }
        }
        let editions = self.rows.iter().enumerate();
        let mut observations: Vec<Observation<'_>> = editions
            .filter(|(_, row)| !row.partial || mentioned.contains(&row.id))
            .map(|(position, row)| Observation {
                edition: &row.edition,
                mask: Some(&row.mask),
                founding: position == 0,
            })
            .collect();
        observations.extend(edits.iter().map(|edition| Observation {
            edition,
            mask: None,
            founding: false,
        }));
        observations.sort_by(|a, b| a.edition.cmp(b.edition));
        Ok(work(&observations))
    }

    /// The first observation of a record after an edition.
    pub(super) fn next_after(
        &self,
        conn: &Connection,
        key: RecordKey<'_>,
        edition: &str,
    ) -> Result<Option<String>, Fault> {
        self.with_observations(conn, key, |observations| {
            let later = observations.iter().find(|o| o.edition > edition);
            later.map(|observation| observation.edition.to_owned())
        })
    }
}

/// Derives the change log of one record anew.
pub(super) fn rewrite_changes(
    conn: &Connection,
    layout: &Layout,
    editions: &Editions,
    key: RecordKey<'_>,
) -> Result<(), Fault> {
    let Loaded { timeline, .. } = load(conn, layout, key)?;
    let differences = editions.with_observations(conn, key, |observations| {
        changes(&timeline, observations, &geometry_json)
    })?;
    conn.prepare_cached("DELETE FROM silt_change WHERE source = ?1 AND record = ?2")?
        .execute([key.source, key.record])?;
    if differences.is_empty() {
        return Ok(());
    }
    let regions = regions_to_text(newest_regions(&timeline))?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO silt_change (collection, source, record, name, kind, field, old_value,
           new_value, old_edition, new_edition, regions)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for difference in differences {
        insert.execute(params![
            layout.collection,
            key.source,
            key.record,
            difference.name,
            difference.kind.name(),
            difference.field,
            json_text(&difference.old_value),
            json_text(&difference.new_value),
            difference.old_edition,
            difference.new_edition,
            regions
        ])?;
    }
    Ok(())
}

/// Regions of the newest state in which the record is present: where a reader of the change log
/// looks for it today.
fn newest_regions(timeline: &Timeline) -> &[std::sync::Arc<str>] {
    let mut present = timeline.entries.iter().rev();
    present
        .find_map(|entry| entry.state.as_ref())
        .map_or(&[], |state| &state.regions)
}

fn json_text(value: &Json) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

/// Geometries up to this size (bytes of WKB, some 10,000 vertices) stand whole in the change log.
const MAX_LOGGED_GEOMETRY_BYTES: usize = 160_000;

/// A geometry for the change log: GeoJSON, or for a very large one its type, envelope and size;
/// the history keeps it whole.
pub(super) fn geometry_json(bytes: &[u8]) -> Json {
    let Ok(geometry) = blob::decode(bytes) else {
        return Json::Null;
    };
    let geojson = geojson::Geometry::from(&geometry);
    if bytes.len() <= MAX_LOGGED_GEOMETRY_BYTES {
        return serde_json::to_value(geojson).unwrap_or(Json::Null);
    }
    let envelope = blob::envelope(bytes).ok().flatten();
    let summary = BTreeMap::from([
        ("type", Json::from(geojson.value.type_name())),
        (
            "bbox",
            envelope.map_or(Json::Null, |[w, e, s, n]| Json::from(vec![w, s, e, n])),
        ),
        ("bytes", Json::from(bytes.len())),
    ]);
    serde_json::to_value(summary).unwrap_or(Json::Null)
}
