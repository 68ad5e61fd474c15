//! Spatial operators between the geometry of a feature and a literal.
//!
//! Most features are decided by boxes and by the literal's sorted edges; only what meets an edge
//! of the literal, and is asked for more than whether it does, costs an exact relation. Planar in
//! longitude and latitude, as CQL2 asks for. A polygon that is not valid is taken by the even-odd
//! rule.

use std::panic::{AssertUnwindSafe, catch_unwind};

use geo::{BoundingRect, Intersects, LinesIter, PreparedGeometry, Relate};
use geo_types::{Coord, Geometry, Line, Polygon, Rect};
use silt_index::snapshot::CollectionSnapshot;

use super::edges::{Edges, Place};
use super::longitude::{bbox_holds, is_within_globe, narrow_bbox, normalized, wrapped_lon};
use super::truth::Truth;
use crate::Stop;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpatialOperator {
    Intersects,
    Disjoint,
    Within,
    Contains,
    Touches,
    Crosses,
    Overlaps,
    Equals,
}

impl SpatialOperator {
    pub(super) fn from_name(name: &str) -> Option<SpatialOperator> {
        match name {
            "s_intersects" => Some(SpatialOperator::Intersects),
            "s_disjoint" => Some(SpatialOperator::Disjoint),
            "s_within" => Some(SpatialOperator::Within),
            "s_contains" => Some(SpatialOperator::Contains),
            "s_touches" => Some(SpatialOperator::Touches),
            "s_crosses" => Some(SpatialOperator::Crosses),
            "s_overlaps" => Some(SpatialOperator::Overlaps),
            "s_equals" => Some(SpatialOperator::Equals),
            _ => None,
        }
    }

    /// The operator with its sides exchanged.
    pub(super) fn flipped(self) -> SpatialOperator {
        match self {
            SpatialOperator::Within => SpatialOperator::Contains,
            SpatialOperator::Contains => SpatialOperator::Within,
            same => same,
        }
    }
}

/// A geometry of a filter, prepared.
#[derive(Debug)]
pub(super) struct Shape {
    geometry: Geometry<f64>,
    /// Box around it; west may exceed east. `None` where it is empty.
    bbox: Option<[f64; 4]>,
    /// Rings of each area. A multi-polygon is one area; members of a collection may overlap.
    areas: Vec<Edges>,
    /// Lines and points.
    lines: Option<Edges>,
    /// A position of every ring, line and point.
    seeds: Vec<Coord<f64>>,
    is_area: bool,
}

impl Shape {
    pub(super) fn new(geometry: Geometry<f64>) -> Shape {
        let geometry = normalized(geometry);
        let mut members: Vec<&Geometry<f64>> = Vec::new();
        flatten(&geometry, &mut members);
        let mut areas = Vec::new();
        let mut lines: Vec<Line<f64>> = Vec::new();
        let mut parts: Vec<Rect<f64>> = Vec::new();
        let mut seeds: Vec<Coord<f64>> = Vec::new();
        for member in members {
            let outlines = edges_of(member);
            seeds.extend(seeds_of(member));
            match member {
                Geometry::MultiPolygon(multi) => {
                    parts.extend(multi.iter().filter_map(BoundingRect::bounding_rect));
                }
                other => parts.extend(other.bounding_rect()),
            }
            if is_areal(member) {
                areas.extend(Edges::new(outlines.into_iter()));
            } else {
                lines.extend(outlines);
            }
        }
        let is_area = !areas.is_empty() && lines.is_empty();
        Shape {
            bbox: narrow_bbox(&parts),
            areas,
            lines: Edges::new(lines.into_iter()),
            seeds,
            is_area,
            geometry,
        }
    }

    /// West, south, east, north; west exceeds east where it goes across the antimeridian.
    pub(super) fn bbox(&self) -> Option<[f64; 4]> {
        self.bbox
    }

    pub(super) fn geometry(&self) -> &Geometry<f64> {
        &self.geometry
    }

    fn meets_edge(&self, line: &Line<f64>) -> bool {
        self.areas.iter().any(|area| area.meets(line))
            || self.lines.as_ref().is_some_and(|lines| lines.meets(line))
    }

    /// Where a position lies: on a line or point counts as the boundary.
    fn locate(&self, position: Coord<f64>) -> Place {
        let mut place = Place::Outside;
        for area in &self.areas {
            match area.locate(position) {
                Place::Inside => return Place::Inside,
                Place::Boundary => place = Place::Boundary,
                Place::Outside => {}
            }
        }
        let on_line = || {
            let here = Line::new(position, position);
            self.lines.as_ref().is_some_and(|lines| lines.meets(&here))
        };
        if place == Place::Outside && on_line() {
            return Place::Boundary;
        }
        place
    }

    fn near(&self, bounds: &Rect<f64>) -> bool {
        let Some([west, south, east, north]) = self.bbox else {
            return false;
        };
        if bounds.max().y < south || bounds.min().y > north {
            return false;
        }
        if west <= east {
            bounds.max().x >= west && bounds.min().x <= east
        } else {
            bounds.max().x >= west || bounds.min().x <= east
        }
    }
}

/// Decides one operator for feature after feature.
pub(super) struct Decider<'a> {
    operator: SpatialOperator,
    shape: &'a Shape,
    snapshot: &'a CollectionSnapshot,
    prepared: Option<PreparedGeometry<'a, &'a Geometry<f64>>>,
    stop: Stop<'a>,
}

impl<'a> Decider<'a> {
    pub(super) fn new(
        operator: SpatialOperator,
        shape: &'a Shape,
        snapshot: &'a CollectionSnapshot,
        stop: Stop<'a>,
    ) -> Decider<'a> {
        Decider {
            operator,
            shape,
            snapshot,
            prepared: None,
            stop,
        }
    }

    /// Whether the operator holds for a feature; unknown without a geometry.
    pub(super) fn decide(&mut self, row: u32) -> Truth {
        if let Some(position) = self.snapshot.point(row) {
            return self.decide_point(position);
        }
        let Some(geometry) = self.snapshot.geometry(row) else {
            return Truth::Unknown;
        };
        match self.snapshot.geometry_bounds(row) {
            Some(bounds) if is_within_globe(&bounds) => self.decide_any(&geometry, Some(bounds)),
            _ => {
                let moved = normalized(geometry.into_owned());
                self.decide_any(&moved, moved.bounding_rect())
            }
        }
    }

    fn decide_point(&mut self, written: Coord<f64>) -> Truth {
        let position = Coord {
            x: wrapped_lon(written.x),
            y: written.y,
        };
        let near = self
            .shape
            .bbox
            .is_some_and(|bbox| bbox_holds(bbox, position));
        if !near {
            return Truth::from(self.operator == SpatialOperator::Disjoint);
        }
        let mut place = self.shape.locate(position);
        if place == Place::Outside && position.x.abs() == 180.0 {
            // On the antimeridian is on both sides of it.
            let other_side = Coord {
                x: -position.x,
                y: position.y,
            };
            place = self.shape.locate(other_side);
        }
        if place == Place::Outside {
            return Truth::from(self.operator == SpatialOperator::Disjoint);
        }
        match self.operator {
            SpatialOperator::Intersects => Truth::True,
            SpatialOperator::Disjoint => Truth::False,
            SpatialOperator::Within if self.shape.is_area => Truth::from(place == Place::Inside),
            SpatialOperator::Touches if self.shape.is_area => Truth::from(place == Place::Boundary),
            // No area lies in a point, is equal to it, or is crossed or overlapped by it.
            _ if self.shape.is_area => Truth::False,
            _ => self.relate(&Geometry::Point(position.into())),
        }
    }

    fn decide_any(&mut self, geometry: &Geometry<f64>, bounds: Option<Rect<f64>>) -> Truth {
        let none_met = Truth::from(self.operator == SpatialOperator::Disjoint);
        let Some(bounds) = bounds.filter(|bounds| self.shape.near(bounds)) else {
            return none_met;
        };
        let edges_met = edges_of(geometry)
            .iter()
            .any(|line| self.shape.meets_edge(line));
        if edges_met {
            return match self.operator {
                SpatialOperator::Intersects => Truth::True,
                SpatialOperator::Disjoint => Truth::False,
                _ => self.relate(geometry),
            };
        }
        // No outlines meet: each part lies inside, around or apart from the other geometry.
        let own_seeds = seeds_of(geometry);
        let is_inside = |seed: &Coord<f64>| self.shape.locate(*seed) == Place::Inside;
        let is_around = |seed: &Coord<f64>| bounds.intersects(seed) && holds(geometry, *seed);
        let some_inside = own_seeds.iter().any(is_inside);
        let some_around = self.shape.seeds.iter().any(is_around);
        match self.operator {
            SpatialOperator::Intersects => Truth::from(some_inside || some_around),
            SpatialOperator::Disjoint => Truth::from(!some_inside && !some_around),
            _ if !some_inside && !some_around => Truth::False,
            SpatialOperator::Within => Truth::from(!some_around && own_seeds.iter().all(is_inside)),
            SpatialOperator::Contains => {
                Truth::from(!some_inside && self.shape.seeds.iter().all(is_around))
            }
            SpatialOperator::Touches | SpatialOperator::Equals => Truth::False,
            SpatialOperator::Crosses | SpatialOperator::Overlaps => self.relate(geometry),
        }
    }

    /// The exact relation. Geometries that are not valid can defeat it; their answer is unknown.
    fn relate(&mut self, geometry: &Geometry<f64>) -> Truth {
        if (self.stop)() {
            return Truth::Unknown;
        }
        let shape = self.shape;
        let operator = self.operator;
        let prepared = &mut self.prepared;
        let decided = catch_unwind(AssertUnwindSafe(|| {
            let prepared = prepared.get_or_insert_with(|| (&shape.geometry).into());
            // From the literal's side, so that the literal is prepared once.
            let matrix = prepared.relate(geometry);
            match operator {
                SpatialOperator::Intersects => matrix.is_intersects(),
                SpatialOperator::Disjoint => matrix.is_disjoint(),
                SpatialOperator::Within => matrix.is_contains(),
                SpatialOperator::Contains => matrix.is_within(),
                SpatialOperator::Touches => matrix.is_touches(),
                SpatialOperator::Crosses => matrix.is_crosses(),
                SpatialOperator::Overlaps => matrix.is_overlaps(),
                SpatialOperator::Equals => matrix.is_equal_topo(),
            }
        }));
        match decided {
            Ok(holds) => Truth::from(holds),
            Err(_) => {
                self.prepared = None;
                Truth::Unknown
            }
        }
    }
}

/// What the operator says of a geometry and itself.
pub(super) fn with_itself(operator: SpatialOperator) -> bool {
    matches!(
        operator,
        SpatialOperator::Intersects
            | SpatialOperator::Within
            | SpatialOperator::Contains
            | SpatialOperator::Equals
    )
}

/// What the operator says of two literals.
pub(super) fn of_literals(
    operator: SpatialOperator,
    a: &Geometry<f64>,
    b: &Geometry<f64>,
) -> Truth {
    let (a, b) = (normalized(a.clone()), normalized(b.clone()));
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let matrix = a.relate(&b);
        match operator {
            SpatialOperator::Intersects => matrix.is_intersects(),
            SpatialOperator::Disjoint => matrix.is_disjoint(),
            SpatialOperator::Within => matrix.is_within(),
            SpatialOperator::Contains => matrix.is_contains(),
            SpatialOperator::Touches => matrix.is_touches(),
            SpatialOperator::Crosses => matrix.is_crosses(),
            SpatialOperator::Overlaps => matrix.is_overlaps(),
            SpatialOperator::Equals => matrix.is_equal_topo(),
        }
    }));
    decided.map_or(Truth::Unknown, Truth::from)
}

fn flatten<'a>(geometry: &'a Geometry<f64>, members: &mut Vec<&'a Geometry<f64>>) {
    match geometry {
        Geometry::GeometryCollection(collection) => {
            collection
                .iter()
                .for_each(|member| flatten(member, members));
        }
        other => members.push(other),
    }
}

fn is_areal(geometry: &Geometry<f64>) -> bool {
    matches!(
        geometry,
        Geometry::Polygon(_)
            | Geometry::MultiPolygon(_)
            | Geometry::Rect(_)
            | Geometry::Triangle(_)
    )
}

/// The edges of rings and lines, and points as edges of no length.
fn edges_of(geometry: &Geometry<f64>) -> Vec<Line<f64>> {
    match geometry {
        Geometry::Point(point) => vec![Line::new(point.0, point.0)],
        Geometry::MultiPoint(points) => points
            .iter()
            .map(|point| Line::new(point.0, point.0))
            .collect(),
        Geometry::Line(line) => vec![*line],
        Geometry::LineString(line) => line.lines().collect(),
        Geometry::MultiLineString(multi) => multi.lines_iter().collect(),
        Geometry::Polygon(polygon) => polygon.lines_iter().collect(),
        Geometry::MultiPolygon(multi) => multi.lines_iter().collect(),
        Geometry::Rect(rect) => rect.to_polygon().lines_iter().collect(),
        Geometry::Triangle(triangle) => triangle.to_polygon().lines_iter().collect(),
        Geometry::GeometryCollection(members) => members.iter().flat_map(edges_of).collect(),
    }
}

/// A position of every ring, line and point.
fn seeds_of(geometry: &Geometry<f64>) -> Vec<Coord<f64>> {
    fn of_polygon(polygon: &Polygon<f64>) -> impl Iterator<Item = Coord<f64>> {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        rings.filter_map(|ring| ring.0.first().copied())
    }
    match geometry {
        Geometry::Point(point) => vec![point.0],
        Geometry::MultiPoint(points) => points.iter().map(|point| point.0).collect(),
        Geometry::Line(line) => vec![line.start],
        Geometry::LineString(line) => line.0.first().copied().into_iter().collect(),
        Geometry::MultiLineString(multi) => multi
            .iter()
            .filter_map(|line| line.0.first().copied())
            .collect(),
        Geometry::Polygon(polygon) => of_polygon(polygon).collect(),
        Geometry::MultiPolygon(multi) => multi.iter().flat_map(of_polygon).collect(),
        Geometry::Rect(rect) => vec![rect.min()],
        Geometry::Triangle(triangle) => vec![triangle.v1()],
        Geometry::GeometryCollection(members) => members.iter().flat_map(seeds_of).collect(),
    }
}

/// Whether an area of the geometry holds a position that is on none of its edges.
fn holds(geometry: &Geometry<f64>, position: Coord<f64>) -> bool {
    match geometry {
        Geometry::Polygon(polygon) => polygon.intersects(&position),
        Geometry::MultiPolygon(multi) => multi.intersects(&position),
        Geometry::Rect(rect) => rect.intersects(&position),
        Geometry::Triangle(triangle) => triangle.intersects(&position),
        Geometry::GeometryCollection(members) => {
            members.iter().any(|member| holds(member, position))
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "spatial_tests.rs"]
mod tests;
