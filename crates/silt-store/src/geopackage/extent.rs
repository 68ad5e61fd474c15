//! Bounds of a collection, exact although the R-tree rounds its boxes outwards.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use super::blob::{self, Envelope};
use super::bulk_rtree::Cell;
use super::fault::Fault;
use super::layout::quoted;
use super::writer::union;

/// The boxes of all rows, and their union.
pub(super) fn boxes_of_table(
    conn: &Connection,
    id: &str,
) -> Result<(Vec<Cell>, Option<Envelope>), Fault> {
    let mut statement = conn.prepare(&format!(
        "SELECT fid, geom FROM {} WHERE geom IS NOT NULL",
        quoted(id)
    ))?;
    let mut rows = statement.query([])?;
    let mut cells = Vec::new();
    let mut whole = None;
    while let Some(row) = rows.next()? {
        if let ValueRef::Blob(bytes) = row.get_ref(1)?
            && let Some(envelope) = blob::envelope(bytes)?
        {
            cells.push(Cell::new(row.get(0)?, envelope));
            whole = Some(union(whole, envelope));
        }
    }
    Ok((cells, whole))
}

/// The bounds of a collection whose R-tree is up to date.
pub(super) fn of_collection(conn: &Connection, id: &str) -> Result<Option<Envelope>, Fault> {
    let rtree = quoted(&format!("rtree_{id}_geom"));
    let root: Option<Vec<u8>> = conn
        .query_row(
            &format!(
                "SELECT data FROM {} WHERE nodeno = 1",
                quoted(&format!("rtree_{id}_geom_node"))
            ),
            [],
            |row| row.get(0),
        )
        .optional()?;
    let Some(rounded) = root.as_deref().and_then(root_bounds) else {
        return Ok(None);
    };
    // The exact bound of each side is that of a feature whose rounded bound is the outermost.
    let table = quoted(id);
    let sides = [
        ("minx", "<="),
        ("maxx", ">="),
        ("miny", "<="),
        ("maxy", ">="),
    ];
    let mut exact = None;
    for (side, (column, comparison)) in sides.into_iter().enumerate() {
        let mut statement = conn.prepare_cached(&format!(
            "SELECT geom FROM {table} WHERE fid IN
               (SELECT id FROM {rtree} WHERE {column} {comparison} ?1)"
        ))?;
        let mut rows = statement.query([f64::from(rounded[side])])?;
        while let Some(row) = rows.next()? {
            if let ValueRef::Blob(bytes) = row.get_ref(0)?
                && let Some(envelope) = blob::envelope(bytes)?
            {
                exact = Some(union(exact, envelope));
            }
        }
    }
    Ok(exact)
}

/// West, east, south, north of the root node, or `None` where it is empty.
fn root_bounds(node: &[u8]) -> Option<[f32; 4]> {
    let count = u16::from_be_bytes([*node.get(2)?, *node.get(3)?]);
    let cells = node.get(4..)?.chunks_exact(24).take(usize::from(count));
    let mut whole: Option<[f32; 4]> = None;
    for cell in cells {
        let mut bounds = [0_f32; 4];
        for (bound, bytes) in bounds.iter_mut().zip(cell[8..].chunks_exact(4)) {
            *bound = f32::from_be_bytes(bytes.try_into().ok()?);
        }
        whole = Some(match whole {
            None => bounds,
            Some(whole) => [
                whole[0].min(bounds[0]),
                whole[1].max(bounds[1]),
                whole[2].min(bounds[2]),
                whole[3].max(bounds[3]),
            ],
        });
    }
    whole
}

/// Writes bounds and time of change into the GeoPackage's table of contents.
pub(super) fn write_contents(
    conn: &Connection,
    id: &str,
    bounds: Option<Envelope>,
) -> Result<(), Fault> {
    let [west, east, south, north] = match bounds {
        None => [None; 4],
        Some(bounds) => bounds.map(Some),
    };
    conn.execute(
        "UPDATE gpkg_contents SET min_x = ?2, max_x = ?3, min_y = ?4, max_y = ?5,
           last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
         WHERE table_name = ?1",
        params![id, west, east, south, north],
    )?;
    conn.execute(
        "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
         WHERE table_name = 'silt_change'",
        [],
    )?;
    Ok(())
}
