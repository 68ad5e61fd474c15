//! The beginning of an import: names are checked, source and edition entered, and the edition's
//! place among those of its source found.

use rusqlite::{Connection, OptionalExtension, params};
use silt_model::ImportReport;

use super::fault::Fault;
use super::history::Editions;
use super::layout::Layout;
use super::writer::{EditionWriter, Place};
use crate::StoreError;
use crate::types::{ImportSpec, SourceInfo};

/// The edition as the store has it already.
pub(super) struct Known {
    pub(super) kind: String,
    pub(super) sha256: String,
    /// Records that a partial edition mentioned.
    pub(super) mentions: Vec<String>,
    pub(super) report: ImportReport,
}

/// Full or partial, as stored.
pub(super) fn kind_name(spec: &ImportSpec) -> &'static str {
    if spec.partial { "partial" } else { "full" }
}

/// Refuses names that would not work.
pub(super) fn check_spec(spec: &ImportSpec) -> Result<(), StoreError> {
    check_source_id(&spec.source.id)?;
    if spec.edition.trim().is_empty() || spec.edition.chars().any(char::is_control) {
        return Err(StoreError::Invalid(format!(
            "`{}` cannot name an edition; use its date, YYYY-MM-DD",
            spec.edition.escape_debug()
        )));
    }
    Ok(())
}

/// Checks a source id: not empty, no colon (it ends the source in `source:record`).
pub(super) fn check_source_id(id: &str) -> Result<(), StoreError> {
    if id.is_empty() || id.contains(':') || id.chars().any(char::is_control) {
        return Err(StoreError::Invalid(format!(
            "`{}` cannot name a source; it must not be empty nor contain a colon",
            id.escape_debug()
        )));
    }
    Ok(())
}

/// Enters the source, bound to its collection.
pub(super) fn ensure_source(
    conn: &Connection,
    collection: &str,
    source: &SourceInfo,
) -> Result<(), Fault> {
    let bound: Option<String> = conn
        .query_row(
            "SELECT collection FROM silt_source WHERE id = ?1",
            [&source.id],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(bound) = bound
        && bound != collection
    {
        return Err(StoreError::Conflict(format!(
            "source `{}` belongs to collection `{bound}` and cannot go into `{collection}` as well; give the import another source id",
            source.id
        ))
        .into());
    }
    conn.execute(
        "INSERT INTO silt_source VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, publisher = excluded.publisher,
           licence = excluded.licence, citation = excluded.citation, url = excluded.url,
           synthetic = excluded.synthetic",
        params![
            source.id,
            collection,
            source.title,
            source.publisher,
            source.licence,
            source.citation,
            source.url,
            source.synthetic
        ],
    )?;
    Ok(())
}

/// The writer, unless the edition is there already, and what was known of the edition.
pub(super) type Begun = (Option<EditionWriter>, Option<Known>);

/// Prepares the import within its transaction.
pub(super) fn begin(conn: &Connection, spec: &ImportSpec) -> Result<Begun, Fault> {
    let (layout, _) = Layout::ensure(conn, &spec.schema)?;
    ensure_source(conn, &layout.collection, &spec.source)?;
    let known = known_edition(conn, spec)?;
    let is_same = known.as_ref().is_some_and(|(_, known)| {
        spec.sha256.as_deref() == Some(known.sha256.as_str())
            && !known.sha256.is_empty()
            && known.kind == kind_name(spec)
    });
    if is_same && !spec.again {
        return Ok((None, known.map(|(_, known)| known)));
    }
    if let Some((id, _)) = &known {
        conn.execute("DELETE FROM silt_mention WHERE edition_id = ?1", [id])?;
        conn.execute("DELETE FROM silt_report_entry WHERE edition_id = ?1", [id])?;
        conn.execute("DELETE FROM silt_edition WHERE id = ?1", [id])?;
    }
    let editions = Editions::load(conn, &spec.source.id)?;
    let place = match editions.newest() {
        _ if known.is_some() => Place::Between,
        None => Place::First,
        Some(newest) if newest < spec.edition.as_str() => Place::Newest,
        Some(_) => Place::Between,
    };
    conn.execute(
        "INSERT INTO silt_edition (source, edition, kind, file, imported_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            spec.source.id,
            spec.edition,
            kind_name(spec),
            spec.file,
            jiff::Timestamp::now().to_string()
        ],
    )?;
    let writer = EditionWriter::begin(
        conn,
        layout,
        spec.source.id.clone(),
        spec.source.synthetic,
        spec.edition.clone(),
        conn.last_insert_rowid(),
        spec.partial,
        place,
        editions,
    )?;
    Ok((Some(writer), known.map(|(_, known)| known)))
}

fn known_edition(conn: &Connection, spec: &ImportSpec) -> Result<Option<(i64, Known)>, Fault> {
    let key = [&spec.source.id, &spec.edition];
    let edited = conn
        .prepare("SELECT 1 FROM silt_edition WHERE source = ?1 AND edition = ?2 AND kind = 'edit'")?
        .exists(key)?;
    if edited {
        return Err(StoreError::Conflict(format!(
            "a feature of source `{}` was edited exactly at `{}`; give the edition another date",
            spec.source.id, spec.edition
        ))
        .into());
    }
    let found = conn
        .query_row(
            "SELECT id, kind, sha256, report FROM silt_edition
             WHERE source = ?1 AND edition = ?2 AND record = ''",
            key,
            |row| {
                let report: Option<String> = row.get(3)?;
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, report))
            },
        )
        .optional()?;
    let Some((id, kind, sha256, report)) = found else {
        return Ok(None);
    };
    let id: i64 = id;
    let report: ImportReport = match report {
        Some(text) => serde_json::from_str(&text)?,
        None => ImportReport::default(),
    };
    let mut statement = conn.prepare("SELECT record FROM silt_mention WHERE edition_id = ?1")?;
    let mentions = statement
        .query_map([id], |row| row.get(0))?
        .collect::<Result<Vec<String>, _>>()?;
    let known = Known {
        kind,
        sha256,
        mentions,
        report,
    };
    Ok(Some((id, known)))
}
