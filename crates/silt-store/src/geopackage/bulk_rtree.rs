//! The R-tree of a collection, built in one go.
//!
//! Inserting a million boxes one by one costs more than all other work of an import. SQLite keeps
//! an R-tree in three ordinary tables, whose format its source documents (`rtree.c`, "Database
//! Format of R-Tree Tables"); a packed tree is written into them directly, in the transaction of
//! the import. `rtreecheck()` accepts the result, and later inserts go on from it.

use rusqlite::{Connection, params};

use super::blob::Envelope;
use super::fault::Fault;

const ROOT_NODE: i64 = 1;
/// Cell: 64-bit id and four 32-bit coordinates.
const CELL_BYTES: usize = 8 + 4 * 4;
/// Node: 16-bit depth (root only) and 16-bit number of cells, then the cells.
const NODE_HEAD_BYTES: usize = 4;
/// SQLite never puts more cells into a node.
const MAX_CELLS: usize = 51;

/// A feature or a node with its box, west, east, south, north, rounded outwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    id: i64,
    bounds: [f32; 4],
}

impl Cell {
    /// The box of one feature.
    pub(super) fn new(fid: i64, [west, east, south, north]: Envelope) -> Cell {
        Cell {
            id: fid,
            bounds: [down(west), up(east), down(south), up(north)],
        }
    }

    fn centre_x(&self) -> f32 {
        self.bounds[0] + self.bounds[1]
    }

    fn centre_y(&self) -> f32 {
        self.bounds[2] + self.bounds[3]
    }
}

/// The largest 32-bit number that is not above.
pub(super) fn down(value: f64) -> f32 {
    let rounded = value as f32;
    if f64::from(rounded) > value {
        rounded.next_down()
    } else {
        rounded
    }
}

/// The smallest 32-bit number that is not below.
pub(super) fn up(value: f64) -> f32 {
    let rounded = value as f32;
    if f64::from(rounded) < value {
        rounded.next_up()
    } else {
        rounded
    }
}

/// Fills the R-tree `table` (`rtree_<collection>_geom`, quoted where needed), replacing all of
/// its content.
pub(super) fn build(conn: &Connection, table: &str, mut cells: Vec<Cell>) -> Result<(), Fault> {
    let page_size: usize = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let node_bytes = (page_size - 64).min(NODE_HEAD_BYTES + MAX_CELLS * CELL_BYTES);
    let capacity = (node_bytes - NODE_HEAD_BYTES) / CELL_BYTES;
    conn.execute_batch(&format!(
        "DELETE FROM \"{table}_node\"; DELETE FROM \"{table}_parent\"; DELETE FROM \"{table}_rowid\";"
    ))?;
    let mut insert_node = conn.prepare(&format!("INSERT INTO \"{table}_node\" VALUES (?1, ?2)"))?;
    let mut insert_parent =
        conn.prepare(&format!("INSERT INTO \"{table}_parent\" VALUES (?1, ?2)"))?;

    let mut next_node = ROOT_NODE + 1;
    let mut height: u16 = 0;
    // Which leaf holds a feature, to be written in the order of the features.
    let mut leaf_of: Vec<(i64, i64)> = Vec::with_capacity(cells.len());
    while cells.len() > capacity {
        let runs = tile(&mut cells, capacity);
        let mut parents = Vec::with_capacity(runs.len());
        let mut start = 0;
        for run in runs {
            let members = &cells[start..start + run];
            start += run;
            let node = next_node;
            next_node += 1;
            insert_node.execute(params![node, node_blob(0, members, node_bytes)])?;
            for member in members {
                if height == 0 {
                    leaf_of.push((member.id, node));
                } else {
                    insert_parent.execute([member.id, node])?;
                }
            }
            parents.push(Cell {
                id: node,
                bounds: union(members),
            });
        }
        cells = parents;
        height += 1;
    }
    insert_node.execute(params![ROOT_NODE, node_blob(height, &cells, node_bytes)])?;
    for member in &cells {
        if height == 0 {
            leaf_of.push((member.id, ROOT_NODE));
        } else {
            insert_parent.execute([member.id, ROOT_NODE])?;
        }
    }
    drop(cells);
    leaf_of.sort_unstable();
    let mut insert_rowid =
        conn.prepare(&format!("INSERT INTO \"{table}_rowid\" VALUES (?1, ?2)"))?;
    for (fid, node) in leaf_of {
        insert_rowid.execute([fid, node])?;
    }
    Ok(())
}

/// Sorts the cells into tiles (sort-tile-recursive packing) and returns the lengths of the runs
/// that make one node each.
fn tile(cells: &mut [Cell], capacity: usize) -> Vec<usize> {
    let nodes = cells.len().div_ceil(capacity);
    let slices = (nodes as f64).sqrt().ceil() as usize;
    let slice_length = nodes.div_ceil(slices.max(1)) * capacity;
    cells.sort_unstable_by(|a, b| {
        let by_x = a.centre_x().total_cmp(&b.centre_x());
        by_x.then(a.id.cmp(&b.id))
    });
    let mut runs = Vec::with_capacity(nodes + slices);
    for slice in cells.chunks_mut(slice_length) {
        slice.sort_unstable_by(|a, b| {
            let by_y = a.centre_y().total_cmp(&b.centre_y());
            by_y.then(a.id.cmp(&b.id))
        });
        runs.extend(slice.chunks(capacity).map(<[Cell]>::len));
    }
    runs
}

fn union(cells: &[Cell]) -> [f32; 4] {
    let start = [
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ];
    cells.iter().fold(start, |whole, cell| {
        [
            whole[0].min(cell.bounds[0]),
            whole[1].max(cell.bounds[1]),
            whole[2].min(cell.bounds[2]),
            whole[3].max(cell.bounds[3]),
        ]
    })
}

fn node_blob(height: u16, cells: &[Cell], node_bytes: usize) -> Vec<u8> {
    let mut blob = Vec::with_capacity(node_bytes);
    let count = u16::try_from(cells.len()).expect("a node has at most 51 cells");
    blob.extend_from_slice(&height.to_be_bytes());
    blob.extend_from_slice(&count.to_be_bytes());
    for cell in cells {
        blob.extend_from_slice(&cell.id.to_be_bytes());
        for bound in cell.bounds {
            blob.extend_from_slice(&bound.to_be_bytes());
        }
    }
    blob.resize(node_bytes, 0);
    blob
}

#[cfg(test)]
#[path = "bulk_rtree_tests.rs"]
mod tests;
