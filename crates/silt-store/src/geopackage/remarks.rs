//! What the store knows about imports: sources, editions, reports and the change log.

use std::ops::ControlFlow;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::Value as Json;
use silt_model::{Change, ChangeKind, Feature, ImportReport, ReportEntry, Severity};

use super::codec::RegionReader;
use super::fault::Fault;
use crate::tally::flag_entries;
use crate::types::{ChangeFilter, EditionInfo, EditionKind, SourceInfo};

/// Stores the flags of a feature as remarks of the import.
pub(super) fn insert_flags(
    conn: &Connection,
    edition_id: i64,
    feature: &Feature,
) -> Result<(), Fault> {
    for entry in flag_entries(feature) {
        insert_entry(conn, edition_id, &entry)?;
    }
    Ok(())
}

/// Stores one remark of the import.
pub(super) fn insert_entry(
    conn: &Connection,
    edition_id: i64,
    entry: &ReportEntry,
) -> Result<(), Fault> {
    let severity = match entry.severity {
        Severity::Flagged => "flagged",
        Severity::Rejected => "rejected",
    };
    conn.prepare_cached(
        "INSERT INTO silt_report_entry
           (edition_id, row, record, severity, code, field, value, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        edition_id,
        i64::try_from(entry.row).unwrap_or(i64::MAX),
        entry.record_id,
        severity,
        entry.code,
        entry.field,
        entry.value,
        entry.reason
    ])?;
    Ok(())
}

/// The sources, by id.
pub(super) fn sources(conn: &Connection) -> Result<Vec<SourceInfo>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT id, title, publisher, licence, citation, url, synthetic
         FROM silt_source ORDER BY id",
    )?;
    let sources = statement.query_map([], |row| {
        Ok(SourceInfo {
            id: row.get(0)?,
            title: row.get(1)?,
            publisher: row.get(2)?,
            licence: row.get(3)?,
            citation: row.get(4)?,
            url: row.get(5)?,
            synthetic: row.get(6)?,
        })
    })?;
    Ok(sources.collect::<Result<_, _>>()?)
}

/// The editions of a source or of all, oldest first.
pub(super) fn editions(conn: &Connection, source: Option<&str>) -> Result<Vec<EditionInfo>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT e.source, s.collection, e.edition, e.kind, e.file, e.sha256, e.imported_at, e.records
         FROM silt_edition e JOIN silt_source s ON s.id = e.source
         WHERE ?1 IS NULL OR e.source = ?1 ORDER BY e.edition, e.source, e.record",
    )?;
    let editions = statement.query_map([source], |row| {
        let kind: String = row.get(3)?;
        Ok(EditionInfo {
            source: row.get(0)?,
            collection: row.get(1)?,
            edition: row.get(2)?,
            kind: match kind.as_str() {
                "partial" => EditionKind::Partial,
                "edit" => EditionKind::Edit,
                _ => EditionKind::Full,
            },
            file: row.get(4)?,
            sha256: row.get(5)?,
            imported_at: row.get(6)?,
            records: row.get(7)?,
        })
    })?;
    Ok(editions.collect::<Result<_, _>>()?)
}

/// The stored report of an import.
pub(super) fn report(
    conn: &Connection,
    source: &str,
    edition: &str,
) -> Result<Option<ImportReport>, Fault> {
    let text: Option<String> = conn
        .prepare_cached(
            "SELECT report FROM silt_edition WHERE source = ?1 AND edition = ?2 AND record = ''",
        )?
        .query_row([source, edition], |row| row.get(0))
        .optional()?
        .flatten();
    match text {
        None => Ok(None),
        Some(text) => Ok(Some(serde_json::from_str(&text)?)),
    }
}

/// All remarks of an import, by row.
pub(super) fn report_entries(
    conn: &Connection,
    source: &str,
    edition: &str,
) -> Result<Vec<ReportEntry>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT r.row, r.record, r.severity, r.code, r.field, r.value, r.reason
         FROM silt_report_entry r JOIN silt_edition e ON e.id = r.edition_id
         WHERE e.source = ?1 AND e.edition = ?2 AND e.record = '' ORDER BY r.row, r.id",
    )?;
    let entries = statement.query_map([source, edition], |row| {
        let severity: String = row.get(2)?;
        Ok(ReportEntry {
            row: row.get(0)?,
            record_id: row.get(1)?,
            severity: match severity.as_str() {
                "rejected" => Severity::Rejected,
                _ => Severity::Flagged,
            },
            code: row.get(3)?,
            field: row.get(4)?,
            value: row.get(5)?,
            reason: row.get(6)?,
        })
    })?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// Passes the selected changes to `visit`, oldest edition first.
pub(super) fn changes(
    conn: &Connection,
    filter: &ChangeFilter,
    visit: &mut dyn FnMut(Change) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let mut sql = String::from(
        "SELECT collection, source, record, name, kind, field, old_value, new_value, old_edition,
           new_edition, regions
         FROM silt_change WHERE 1",
    );
    let mut values: Vec<SqlValue> = Vec::new();
    let mut condition = |text: &str, value: &Option<String>| {
        if let Some(value) = value {
            values.push(SqlValue::Text(value.clone()));
            sql.push_str(&text.replace('?', &format!("?{}", values.len())));
        }
    };
    condition(" AND collection = ?", &filter.collection);
    condition(" AND source = ?", &filter.source);
    condition(" AND record = ?", &filter.record_id);
    condition(" AND new_edition >= ?", &filter.since);
    // A coarse date includes every finer one within it: until 2024-03 takes 2024-03-15 as well.
    condition(" AND substr(new_edition, 1, length(?)) <= ?", &filter.until);
    let is_event = matches!(filter.field.as_deref(), Some("added" | "removed"));
    let field_condition = if is_event {
        " AND field IS NULL AND kind = ?"
    } else {
        " AND field = ?"
    };
    condition(field_condition, &filter.field);
    sql.push_str(" ORDER BY new_edition, source, record, id");
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut regions = RegionReader::default();
    let mut left = filter.limit.unwrap_or(u64::MAX);
    while left > 0
        && let Some(row) = rows.next()?
    {
        let change = change_of(row, &mut regions)?;
        let wanted = match &filter.regions {
            None => true,
            Some(wanted) => change.regions.iter().any(|region| wanted.contains(region)),
        };
        if !wanted {
            continue;
        }
        left -= 1;
        if visit(change).is_break() {
            break;
        }
    }
    Ok(())
}

fn change_of(row: &Row<'_>, regions: &mut RegionReader) -> Result<Change, Fault> {
    let kind: String = row.get(4)?;
    let region_text: Option<String> = row.get(10)?;
    let region_ids = regions.read(region_text.as_deref())?;
    Ok(Change {
        collection: row.get(0)?,
        source: row.get(1)?,
        record_id: row.get(2)?,
        name: row.get(3)?,
        kind: match kind.as_str() {
            "added" => ChangeKind::Added,
            "removed" => ChangeKind::Removed,
            _ => ChangeKind::Modified,
        },
        field: row.get(5)?,
        old_value: json_of(row.get(6)?)?,
        new_value: json_of(row.get(7)?)?,
        old_edition: row.get(8)?,
        new_edition: row.get(9)?,
        regions: region_ids.iter().map(|id| id.to_string()).collect(),
    })
}

fn json_of(text: Option<String>) -> Result<Json, Fault> {
    match text {
        None => Ok(Json::Null),
        Some(text) => Ok(serde_json::from_str(&text)?),
    }
}
