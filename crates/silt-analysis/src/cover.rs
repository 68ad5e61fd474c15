//! Which cells have their centre in an area: descends from the coarsest cells and looks closer only
//! where a border passes.

use geo_types::{Coord, LineString, MultiPolygon};
use h3o::{CellIndex, LatLng, Resolution};
use rayon::prelude::*;
use silt_hotspot::EARTH_RADIUS_KM;
use silt_query::{Cancelled, Stop};

/// The box around an edge of a border, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct EdgeBox {
    /// In [-180, 180).
    west: f64,
    /// At least `west`; may go on past 180.
    east: f64,
    south: f64,
    north: f64,
}

impl EdgeBox {
    fn new(a: Coord<f64>, b: Coord<f64>) -> EdgeBox {
        let (low, high) = (a.x.min(b.x), a.x.max(b.x));
        let shift = if (-180.0..180.0).contains(&low) {
            0.0
        } else {
            (low + 180.0).rem_euclid(360.0) - 180.0 - low
        };
        EdgeBox {
            west: low + shift,
            east: high + shift,
            south: a.y.min(b.y),
            north: a.y.max(b.y),
        }
    }

    fn meets(&self, window: &Window) -> bool {
        if self.south > window.north || self.north < window.south {
            return false;
        }
        [-360.0, 0.0, 360.0]
            .into_iter()
            .any(|shift| self.west + shift <= window.east && self.east + shift >= window.west)
    }
}

/// The boxes of all edges of polygons.
pub(crate) fn edges_of(polygons: &MultiPolygon<f64>) -> Vec<EdgeBox> {
    let mut edges = Vec::new();
    let mut add = |ring: &LineString<f64>| {
        edges.extend(ring.0.windows(2).map(|pair| EdgeBox::new(pair[0], pair[1])));
    };
    for polygon in polygons {
        add(polygon.exterior());
        polygon.interiors().iter().for_each(&mut add);
    }
    edges
}

/// Those edges that come within a distance of the boxes of some polygons.
pub(crate) fn edges_near(
    edges: &[EdgeBox],
    polygons: &MultiPolygon<f64>,
    margin_km: f64,
) -> Vec<EdgeBox> {
    let windows: Vec<Window> = polygons
        .iter()
        .filter_map(|polygon| Window::around_ring(polygon.exterior(), margin_km))
        .collect();
    edges
        .iter()
        .filter(|edge| windows.iter().any(|window| edge.meets(window)))
        .copied()
        .collect()
}

/// A box in degrees; `west` may be below -180 and `east` above 180.
#[derive(Clone, Copy, Debug)]
struct Window {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

/// Largest distance of a descendant's centre from the centre of a cell, in circumradii of the cell.
/// The steps from centre to centre shrink by sqrt(7) and add up to 1.053 circumradii on a plane;
/// the rest is for distortion **[inferred]** (a test compares with every centre one by one).
const REACH: f64 = 1.5;

impl Window {
    /// The box that holds every point within a distance of the descendants' centres of a cell.
    fn around_cell(cell: CellIndex, margin_km: f64) -> Window {
        let centre = LatLng::from(cell);
        let corners = cell.boundary();
        let circumradius_km = corners
            .iter()
            .map(|corner| centre.distance_km(*corner))
            .fold(0.0, f64::max);
        let reach = (circumradius_km * REACH + margin_km) / EARTH_RADIUS_KM;
        Window::around_point(centre.lng(), centre.lat(), reach)
    }

    /// The box around a cap with this angular radius.
    fn around_point(lon: f64, lat: f64, reach_rad: f64) -> Window {
        let (south, north) = (lat - reach_rad.to_degrees(), lat + reach_rad.to_degrees());
        let half_width = if south <= -90.0 || north >= 90.0 {
            180.0
        } else {
            // Beyond a quarter of the globe the widest place is no longer where this formula has it.
            let sine = reach_rad.min(std::f64::consts::FRAC_PI_2).sin() / lat.to_radians().cos();
            sine.min(1.0).asin().to_degrees()
        };
        Window {
            west: lon - half_width,
            east: lon + half_width,
            south,
            north,
        }
    }

    fn around_ring(ring: &LineString<f64>, margin_km: f64) -> Option<Window> {
        let mut positions = ring.0.iter();
        let first = positions.next()?;
        let mut window = Window {
            west: first.x,
            east: first.x,
            south: first.y,
            north: first.y,
        };
        for at in positions {
            window.west = window.west.min(at.x);
            window.east = window.east.max(at.x);
            window.south = window.south.min(at.y);
            window.north = window.north.max(at.y);
        }
        let margin = (margin_km / EARTH_RADIUS_KM).to_degrees();
        let highest = window.south.abs().max(window.north.abs()) + margin;
        let margin_lon = if highest >= 89.9 {
            360.0
        } else {
            margin / highest.to_radians().cos()
        };
        Some(Window {
            west: window.west - margin_lon,
            east: window.east + margin_lon,
            south: window.south - margin,
            north: window.north + margin,
        })
    }
}

/// What is to be covered.
pub(crate) struct Cover<'a> {
    /// Borders of regions: where none of them comes within [`Cover::margin_km`], and none of
    /// [`Cover::shape_edges`] comes at all, all belongs or nothing does.
    pub(crate) edges: Vec<EdgeBox>,
    /// How far a border of a region reaches, km: the coast tolerance.
    pub(crate) margin_km: f64,
    /// Sides of the boxes and polygons of the question.
    pub(crate) shape_edges: Vec<EdgeBox>,
    /// Whether a place lies in these boxes and polygons.
    pub(crate) in_shapes: &'a (dyn Fn(Coord<f64>) -> bool + Sync),
    /// Whether a place belongs.
    pub(crate) contains: &'a (dyn Fn(Coord<f64>) -> bool + Sync),
}

/// Edges that come near a cell.
#[derive(Clone, Default)]
struct Near {
    edges: Vec<EdgeBox>,
    shape_edges: Vec<EdgeBox>,
}

/// Levels above the finest within which a task is not divided any more.
const LEVELS_OF_A_TASK: u8 = 3;

impl Cover<'_> {
    /// The cells of a resolution whose centres belong, coarser ones standing for all of their
    /// descendants. In ascending order of their base cells.
    ///
    /// # Errors
    /// [`Cancelled`] once `stop` returns true.
    pub(crate) fn cells(
        &self,
        resolution: Resolution,
        stop: Stop<'_>,
    ) -> Result<Vec<CellIndex>, Cancelled> {
        let base: Vec<CellIndex> = CellIndex::base_cells().collect();
        let all = Near {
            edges: self.edges.clone(),
            shape_edges: self.shape_edges.clone(),
        };
        self.of_all(base, &all, resolution, stop)
    }

    fn of_all(
        &self,
        cells: Vec<CellIndex>,
        around: &Near,
        resolution: Resolution,
        stop: Stop<'_>,
    ) -> Result<Vec<CellIndex>, Cancelled> {
        let parts: Result<Vec<Vec<CellIndex>>, Cancelled> = cells
            .into_par_iter()
            .map(|cell| {
                let mut found = Vec::new();
                self.visit(cell, around, resolution, stop, &mut found)?;
                Ok(found)
            })
            .collect();
        Ok(parts?.concat())
    }

    fn visit(
        &self,
        cell: CellIndex,
        around: &Near,
        resolution: Resolution,
        stop: Stop<'_>,
        found: &mut Vec<CellIndex>,
    ) -> Result<(), Cancelled> {
        let centre = centre_of(cell);
        if cell.resolution() == resolution {
            if (self.contains)(centre) {
                found.push(cell);
            }
            return Ok(());
        }
        if stop() {
            return Err(Cancelled);
        }
        let near = Near {
            edges: meeting(&around.edges, &Window::around_cell(cell, self.margin_km)),
            shape_edges: meeting(&around.shape_edges, &Window::around_cell(cell, 0.0)),
        };
        let no_shape = near.shape_edges.is_empty();
        if no_shape && !(self.in_shapes)(centre) {
            return Ok(());
        }
        if no_shape && near.edges.is_empty() {
            if (self.contains)(centre) {
                found.push(cell);
            }
            return Ok(());
        }
        let Some(finer) = cell.resolution().succ() else {
            return Ok(());
        };
        let children: Vec<CellIndex> = cell.children(finer).collect();
        let levels_left = u8::from(resolution) - u8::from(finer);
        if levels_left >= LEVELS_OF_A_TASK {
            found.extend(self.of_all(children, &near, resolution, stop)?);
            return Ok(());
        }
        for child in children {
            self.visit(child, &near, resolution, stop, found)?;
        }
        Ok(())
    }
}

fn meeting(edges: &[EdgeBox], window: &Window) -> Vec<EdgeBox> {
    let near = edges.iter().filter(|edge| edge.meets(window));
    near.copied().collect()
}

/// Surface of the boxes around some polygons, km2, at most.
pub(crate) fn boxes_km2(polygons: &MultiPolygon<f64>) -> f64 {
    let windows = polygons
        .iter()
        .filter_map(|polygon| Window::around_ring(polygon.exterior(), 0.0));
    let km2 = windows.map(|window| {
        let turn = ((window.east - window.west) / 360.0).min(1.0);
        let rise = window.north.to_radians().sin() - window.south.to_radians().sin();
        2.0 * std::f64::consts::PI * EARTH_RADIUS_KM * EARTH_RADIUS_KM * turn * rise
    });
    km2.sum()
}

/// West, south, east, north of all within a distance of a place, degrees; `west > east` crosses the
/// antimeridian.
pub(crate) fn bbox_around(lon: f64, lat: f64, radius_km: f64) -> [f64; 4] {
    let window = Window::around_point(lon, lat, radius_km / EARTH_RADIUS_KM);
    let (south, north) = (window.south.max(-90.0), window.north.min(90.0));
    if window.east - window.west >= 360.0 {
        return [-180.0, south, 180.0, north];
    }
    let wrapped = |lon: f64| {
        if lon.abs() <= 180.0 {
            lon
        } else {
            (lon + 180.0).rem_euclid(360.0) - 180.0
        }
    };
    [wrapped(window.west), south, wrapped(window.east), north]
}

/// Centre of a cell in degrees.
pub(crate) fn centre_of(cell: CellIndex) -> Coord<f64> {
    let centre = LatLng::from(cell);
    Coord {
        x: centre.lng(),
        y: centre.lat(),
    }
}

#[cfg(test)]
#[path = "cover_tests.rs"]
mod tests;
