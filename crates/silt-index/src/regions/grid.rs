//! Polygons by cells of one degree, so that most look-ups of a point need no
//! geometry at all: within a cell that no border crosses, one answer holds.

use geo_types::{Coord, Rect};

use super::bands::Bands;

const COLUMNS: usize = 360;
const ROWS: usize = 180;
/// Marks an entry whose polygon covers the whole cell.
const WHOLE: u32 = 1 << 31;
/// A larger window is left to the R-tree.
const MAX_CELLS_OF_WINDOW: usize = 16;

/// A polygon in a cell.
pub(super) struct Occupant {
    /// Number of the polygon.
    pub(super) part: u32,
    /// Whether it covers the cell; otherwise its border runs through the cell.
    pub(super) covers_cell: bool,
}

/// For each cell, row by row from the south-west, the polygons that cover it
/// or have an edge in it.
#[derive(Debug)]
pub(super) struct Grid {
    /// Cell `i` has `entries[starts[i]..starts[i + 1]]`.
    starts: Box<[u32]>,
    entries: Box<[u32]>,
}

impl Grid {
    /// Sorts polygons into the cells; their number is their place in the sequence.
    pub(super) fn new<'a>(outlines: impl Iterator<Item = &'a Bands>) -> Grid {
        let mut found: Vec<(u32, u32)> = Vec::new();
        let mut state = vec![Cell::Unknown; COLUMNS * ROWS];
        for (part, outline) in (0_u32..).zip(outlines) {
            occupy(part, outline, &mut state, &mut found);
        }
        found.sort_unstable();
        let mut starts = vec![0_u32; COLUMNS * ROWS + 1];
        for &(cell, _) in &found {
            starts[cell as usize + 1] += 1;
        }
        for cell in 0..COLUMNS * ROWS {
            starts[cell + 1] += starts[cell];
        }
        let entries = found.into_iter().map(|(_, entry)| entry).collect();
        Grid {
            starts: starts.into(),
            entries,
        }
    }

    fn occupants(&self, cell: usize) -> impl Iterator<Item = Occupant> + use<'_> {
        let entries = &self.entries[self.starts[cell] as usize..self.starts[cell + 1] as usize];
        entries.iter().map(|&entry| Occupant {
            part: entry & !WHOLE,
            covers_cell: entry & WHOLE != 0,
        })
    }

    /// The polygons that may hold a position.
    pub(super) fn at(&self, position: Coord<f64>) -> impl Iterator<Item = Occupant> + use<'_> {
        self.occupants(row(position.y) * COLUMNS + column(position.x))
    }

    /// The polygons that may touch what lies in a rectangle, if that is within one cell.
    pub(super) fn around(
        &self,
        rect: &Rect<f64>,
    ) -> Option<impl Iterator<Item = Occupant> + use<'_>> {
        let (min, max) = (rect.min(), rect.max());
        let one_cell = min.x >= -180.0
            && max.x < 180.0
            && row(min.y) == row(max.y)
            && column(min.x) == column(max.x);
        one_cell.then(|| self.at(min))
    }

    /// Polygons with an edge in the cells of a window, each once. `None` when
    /// the window is too large to look at cell by cell.
    pub(super) fn with_edges_in(
        &self,
        window: &Rect<f64>,
        wanted: impl Fn(u32) -> bool,
    ) -> Option<Vec<u32>> {
        let (west, east) = (column(window.min().x), column(window.max().x));
        let (south, north) = (row(window.min().y), row(window.max().y));
        if (east - west + 1) * (north - south + 1) > MAX_CELLS_OF_WINDOW {
            return None;
        }
        let mut parts = Vec::new();
        for row in south..=north {
            for column in west..=east {
                let crossed = self
                    .occupants(row * COLUMNS + column)
                    .filter(|occupant| !occupant.covers_cell);
                parts.extend(
                    crossed
                        .map(|occupant| occupant.part)
                        .filter(|&part| wanted(part)),
                );
            }
        }
        parts.sort_unstable();
        parts.dedup();
        Some(parts)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Unknown,
    Crossed,
}

fn column(lon: f64) -> usize {
    // A float-to-integer cast saturates, so that what is further west is column 0.
    ((lon + 180.0) as usize).min(COLUMNS - 1)
}

fn row(lat: f64) -> usize {
    ((lat + 90.0) as usize).min(ROWS - 1)
}

/// A position in a cell. The lowest latitude that a look-up asks for is a hair
/// above the pole, and so is the middle of a cell.
fn middle(row: usize, column: usize) -> Coord<f64> {
    Coord {
        x: column as f64 - 179.5,
        y: row as f64 - 89.5,
    }
}

/// Adds the cells of one polygon. `state` is all unknown, before and after.
fn occupy(part: u32, outline: &Bands, state: &mut [Cell], found: &mut Vec<(u32, u32)>) {
    for edge in outline.edges() {
        let (south, north) = (row(edge.south.y), row(edge.north.y));
        let (west, east) = (column(edge.west()), column(edge.east()));
        // The box of an edge, not only the cells that it meets: a cell too
        // many costs a test, one too few an error.
        for row in south..=north {
            state[row * COLUMNS + west..=row * COLUMNS + east].fill(Cell::Crossed);
        }
    }
    let bounds = outline.bounds();
    let columns = column(bounds.min().x)..=column(bounds.max().x);
    for row in row(bounds.min().y)..=row(bounds.max().y) {
        // Between two crossed cells of a row all cells are inside, or all outside.
        let mut covers_run: Option<bool> = None;
        for column in columns.clone() {
            let cell = row * COLUMNS + column;
            // 64,800 cells fit easily.
            let number = cell as u32;
            if state[cell] == Cell::Crossed {
                found.push((number, part));
                covers_run = None;
                state[cell] = Cell::Unknown;
            } else if *covers_run.get_or_insert_with(|| outline.contains(middle(row, column))) {
                found.push((number, part | WHOLE));
            }
        }
    }
}

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
