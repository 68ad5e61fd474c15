//! The R-tree of a collection: points as points, polygons by their box, lines by boxes of a few
//! segments each, so that a long track is not found from half the ocean.
//!
//! Boxes that go beyond 180 degrees stand in the tree twice, 360 degrees apart, and a query box
//! across the antimeridian is two boxes; both sides of a look-up then lie in plain coordinates.

use geo::{Contains, Intersects};
use geo_types::{Coord, Geometry, Line, Polygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::geometry::Geometries;
use crate::regions::pieces::{self, Piece};

/// Segments of a line that share a box.
const SEGMENTS_PER_BOX: usize = 16;

type PointEntry = GeomWithData<[f64; 2], u32>;
type BoxEntry = GeomWithData<Rectangle<[f64; 2]>, u32>;

#[derive(Debug)]
pub(super) enum Tree {
    Points(RTree<PointEntry>),
    Boxes(RTree<BoxEntry>),
}

impl Tree {
    pub(super) fn new(geometries: &Geometries) -> Tree {
        let rows = 0..geometries.len() as u32;
        if geometries.is_all_points() {
            let mut entries: Vec<PointEntry> = Vec::with_capacity(geometries.len());
            for row in rows {
                if let Some(position) = geometries.point(row) {
                    add_point(position, &mut |at| entries.push(GeomWithData::new(at, row)));
                }
            }
            return Tree::Points(RTree::bulk_load(entries));
        }
        let mut entries: Vec<BoxEntry> = Vec::with_capacity(geometries.len());
        for row in rows {
            if let Some(geometry) = geometries.get(row) {
                boxes_of(&geometry, &mut |rect| entries.push(box_entry(rect, row)));
            }
        }
        Tree::Boxes(RTree::bulk_load(entries))
    }

    fn collect_rows(&self, part: &Rect<f64>, rows: &mut Vec<u32>) {
        let envelope = AABB::from_corners(part.min().into(), part.max().into());
        match self {
            Tree::Points(tree) => {
                let found = tree.locate_in_envelope(&envelope);
                rows.extend(found.map(|entry| entry.data));
            }
            Tree::Boxes(tree) => {
                let found = tree.locate_in_envelope_intersecting(&envelope);
                rows.extend(found.map(|entry| entry.data));
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        // A node is a leaf or a parent (children and envelope), whichever is larger; with six
        // children to a parent on average a fifth is parents.
        let parent = size_of::<Vec<u8>>() + size_of::<AABB<[f64; 2]>>() + size_of::<usize>();
        let (entries, leaf) = match self {
            Tree::Points(tree) => (tree.size(), size_of::<PointEntry>()),
            Tree::Boxes(tree) => (tree.size(), size_of::<BoxEntry>()),
        };
        entries * 6 / 5 * parent.max(leaf + size_of::<usize>())
    }
}

fn box_entry(rect: Rect<f64>, row: u32) -> BoxEntry {
    let rectangle = Rectangle::from_corners(rect.min().into(), rect.max().into());
    GeomWithData::new(rectangle, row)
}

/// Longitude in [-180, 180].
fn wrapped_lon(lon: f64) -> f64 {
    if lon.abs() <= 180.0 {
        lon
    } else {
        (lon + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// A point on the antimeridian lies on both sides of it.
fn add_point(position: Coord<f64>, add: &mut impl FnMut([f64; 2])) {
    let lon = wrapped_lon(position.x);
    add([lon, position.y]);
    if lon.abs() == 180.0 {
        add([-lon, position.y]);
    }
}

fn boxes_of(geometry: &Geometry<f64>, add: &mut impl FnMut(Rect<f64>)) {
    let mut found: Vec<Rect<f64>> = Vec::new();
    let mut points: Vec<Coord<f64>> = Vec::new();
    pieces::visit(geometry, &mut |point| points.push(point), &mut |piece| {
        if piece.is_area {
            found.push(piece.bounds);
        } else {
            found.extend(boxes_of_line(&piece));
        }
    });
    for point in points {
        add_point(point, &mut |at| {
            let corner = Coord { x: at[0], y: at[1] };
            add(Rect::new(corner, corner));
        });
    }
    for rect in found {
        add(rect);
        if rect.max().x >= 180.0 {
            add(shifted(&rect, -360.0));
        }
        if rect.min().x == -180.0 {
            add(shifted(&rect, 360.0));
        }
    }
}

fn boxes_of_line(piece: &Piece<'_>) -> Vec<Rect<f64>> {
    let positions: Vec<Coord<f64>> = piece.vertices().collect();
    if positions.len() < 2 {
        return vec![piece.bounds];
    }
    let segments: Vec<&[Coord<f64>]> = positions.windows(2).collect();
    let boxes = segments.chunks(SEGMENTS_PER_BOX).map(|chunk| {
        let mut corners = chunk.iter().flat_map(|segment| segment.iter());
        let first = *corners.next().unwrap_or(&piece.bounds.min());
        let (mut low, mut high) = (first, first);
        for position in corners {
            low = Coord {
                x: low.x.min(position.x),
                y: low.y.min(position.y),
            };
            high = Coord {
                x: high.x.max(position.x),
                y: high.y.max(position.y),
            };
        }
        Rect::new(low, high)
    });
    boxes.collect()
}

fn shifted(rect: &Rect<f64>, degrees: f64) -> Rect<f64> {
    let by = Coord { x: degrees, y: 0.0 };
    Rect::new(rect.min() + by, rect.max() + by)
}

/// The one or two boxes, none across the antimeridian, that make up `west, south, east, north`.
fn parts_of(bbox: [f64; 4]) -> Vec<Rect<f64>> {
    let [west, south, east, north] = bbox;
    let part =
        |west: f64, east: f64| Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north });
    if west <= east {
        vec![part(west, east)]
    } else {
        vec![part(west, 180.0), part(-180.0, east)]
    }
}

/// Rows that may meet the box, ascending.
pub(super) fn rows_near_bbox(tree: &Tree, bbox: [f64; 4]) -> Vec<u32> {
    let mut rows = Vec::new();
    for part in parts_of(bbox) {
        tree.collect_rows(&part, &mut rows);
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Rows whose geometry meets the box, ascending.
pub(super) fn rows_in_bbox(tree: &Tree, geometries: &Geometries, bbox: [f64; 4]) -> Vec<u32> {
    let mut rows = rows_near_bbox(tree, bbox);
    if !geometries.is_all_points() {
        let parts = parts_of(bbox);
        let meets_box = |row: u32| {
            let geometry = geometries.get(row);
            geometry.is_some_and(|geometry| meets(&geometry, &parts))
        };
        rows.retain(|&row| meets_box(row));
    }
    rows
}

/// Whether a geometry touches or enters one of the boxes.
fn meets(geometry: &Geometry<f64>, parts: &[Rect<f64>]) -> bool {
    let mut found = false;
    let mut points: Vec<Coord<f64>> = Vec::new();
    pieces::visit(geometry, &mut |point| points.push(point), &mut |piece| {
        found = found || parts.iter().any(|part| piece_meets(&piece, part));
    });
    let on_part = |at: [f64; 2]| {
        let position = Coord { x: at[0], y: at[1] };
        parts.iter().any(|part| part.intersects(&position))
    };
    for point in points {
        add_point(point, &mut |at| found = found || on_part(at));
    }
    found
}

fn piece_meets(piece: &Piece<'_>, part: &Rect<f64>) -> bool {
    // The piece may lie beyond the antimeridian; moving the box costs less than moving the piece.
    [0.0, 360.0, -360.0].into_iter().any(|degrees| {
        let part = if degrees == 0.0 {
            *part
        } else {
            shifted(part, degrees)
        };
        if !piece.bounds.intersects(&part) {
            return false;
        }
        if part.contains(&piece.bounds) || piece.vertices().any(|at| part.intersects(&at)) {
            return true;
        }
        if piece.is_area {
            return piece.to_polygon().intersects(&part);
        }
        let positions: Vec<Coord<f64>> = piece.vertices().collect();
        positions
            .windows(2)
            .any(|pair| Line::new(pair[0], pair[1]).intersects(&part))
    })
}

impl Piece<'_> {
    fn to_polygon(&self) -> Polygon<f64> {
        let mut rings = self
            .rings()
            .map(|ring| geo_types::LineString::new(ring.to_vec()));
        let exterior = rings
            .next()
            .unwrap_or_else(|| geo_types::LineString::new(Vec::new()));
        Polygon::new(exterior, rings.collect())
    }
}
