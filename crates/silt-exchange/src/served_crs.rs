//! Reference systems that a service answers in: from WGS84 longitude and latitude to the system
//! and its own order of axes, and back.
//!
//! EPSG:4326 and EPSG:3857 are computed here; PROJ does every other, through GDAL.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::f64::consts::PI;
use std::rc::Rc;
use std::sync::Arc;

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use geo::{CoordsIter, MapCoordsInPlace};
use geo_types::{Coord, Geometry};

use crate::read::gdal_log;

/// URI of WGS84 longitude and latitude, the default everywhere.
pub const CRS84_URI: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// Radius of the sphere of EPSG:3857, metres.
const WEB_MERCATOR_RADIUS_M: f64 = 6_378_137.0;

/// Points along an edge of a box whose system is not that of the data.
const POINTS_PER_EDGE: usize = 21;

/// The URI names no reference system that PROJ knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a coordinate reference system that is served; write {CRS84_URI} or http://www.opengis.net/def/crs/EPSG/0/4326, or another EPSG code"
)]
pub struct UnknownCrs;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kind {
    Crs84,
    LatitudeLongitude,
    WebMercator,
    /// Any other EPSG code.
    Epsg(u32),
}

/// A reference system of requests and answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServedCrs {
    kind: Kind,
    uri: Arc<str>,
}

impl ServedCrs {
    /// WGS84 longitude and latitude.
    pub fn crs84() -> ServedCrs {
        ServedCrs {
            kind: Kind::Crs84,
            uri: Arc::from(CRS84_URI),
        }
    }

    /// The system of a URI (`http://www.opengis.net/def/crs/EPSG/0/32719`), of the safe CURIE
    /// `[EPSG:32719]`, or of `EPSG:32719`.
    ///
    /// # Errors
    /// [`UnknownCrs`] for anything else, and for codes that PROJ does not know.
    pub fn parse(text: &str) -> Result<ServedCrs, UnknownCrs> {
        let text = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(text);
        if matches!(
            text,
            CRS84_URI | "OGC:CRS84" | "CRS84" | "urn:ogc:def:crs:OGC:1.3:CRS84"
        ) {
            return Ok(ServedCrs::crs84());
        }
        let code = [
            "http://www.opengis.net/def/crs/EPSG/0/",
            "urn:ogc:def:crs:EPSG::",
            "EPSG:",
        ]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .filter(|code| code.len() <= 6 && code.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|code| code.parse::<u32>().ok())
        .ok_or(UnknownCrs)?;
        let kind = match code {
            4326 => Kind::LatitudeLongitude,
            3857 => Kind::WebMercator,
            other => Kind::Epsg(other),
        };
        let crs = ServedCrs {
            kind,
            uri: Arc::from(format!("http://www.opengis.net/def/crs/EPSG/0/{code}")),
        };
        if matches!(crs.kind, Kind::Epsg(_)) {
            crs.transform(true).map_err(|_| UnknownCrs)?;
        }
        Ok(crs)
    }

    /// The URI for `Content-Crs`.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Whether positions are WGS84 longitude and latitude as stored.
    pub fn is_crs84(&self) -> bool {
        self.kind == Kind::Crs84
    }

    /// EPSG code; `None` for CRS84.
    pub fn epsg(&self) -> Option<u32> {
        match self.kind {
            Kind::Crs84 => None,
            Kind::LatitudeLongitude => Some(4326),
            Kind::WebMercator => Some(3857),
            Kind::Epsg(code) => Some(code),
        }
    }

    /// A geometry of longitudes and latitudes in this system; `None` where one of its positions
    /// has no place there.
    pub fn from_wgs84(&self, geometry: &Geometry<f64>) -> Option<Geometry<f64>> {
        let mut geometry = geometry.clone();
        self.convert(&mut geometry, true)?;
        Some(geometry)
    }

    /// A geometry of this system as longitudes and latitudes; `None` where a position does not
    /// exist.
    pub fn to_wgs84(&self, geometry: &Geometry<f64>) -> Option<Geometry<f64>> {
        let mut geometry = geometry.clone();
        self.convert(&mut geometry, false)?;
        Some(geometry)
    }

    /// One position of this system, in its order of axes, as longitude and latitude.
    pub fn position_to_wgs84(&self, position: Coord<f64>) -> Option<Coord<f64>> {
        match self.to_wgs84(&Geometry::Point(position.into()))? {
            Geometry::Point(point) => Some(point.0),
            _ => None,
        }
    }

    /// The box of longitudes and latitudes around a box `[min 1, min 2, max 1, max 2]` of this
    /// system, whose axes stand in its own order; west > east crosses the antimeridian.
    /// `None` where an edge has no place on Earth.
    pub fn bbox_to_wgs84(&self, bbox: [f64; 4]) -> Option<[f64; 4]> {
        let [a, b, c, d] = bbox;
        match self.kind {
            Kind::Crs84 => return Some(bbox),
            Kind::LatitudeLongitude => return Some([b, a, d, c]),
            _ => {}
        }
        let share = |from: f64, to: f64, step: usize| {
            from + (to - from) * step as f64 / (POINTS_PER_EDGE - 1) as f64
        };
        let mut ring: Vec<Coord<f64>> = Vec::with_capacity(4 * POINTS_PER_EDGE);
        let corners = [(a, b), (c, b), (c, d), (a, d), (a, b)];
        for pair in corners.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            for step in 0..POINTS_PER_EDGE {
                ring.push(Coord {
                    x: share(x0, x1, step),
                    y: share(y0, y1, step),
                });
            }
        }
        let ring = Geometry::LineString(geo_types::LineString::new(ring));
        let positions: Vec<Coord<f64>> = self.to_wgs84(&ring)?.coords_iter().collect();
        Some(box_around(&positions))
    }

    fn convert(&self, geometry: &mut Geometry<f64>, outward: bool) -> Option<()> {
        match self.kind {
            Kind::Crs84 => {}
            Kind::LatitudeLongitude => {
                geometry.map_coords_in_place(|at| Coord { x: at.y, y: at.x })
            }
            Kind::WebMercator if outward => geometry.map_coords_in_place(to_web_mercator),
            Kind::WebMercator => geometry.map_coords_in_place(from_web_mercator),
            Kind::Epsg(_) => {
                let transform = self.transform(outward).ok()?;
                let (mut xs, mut ys): (Vec<f64>, Vec<f64>) =
                    geometry.coords_iter().map(|at| (at.x, at.y)).unzip();
                transform.transform_coords(&mut xs, &mut ys, &mut []).ok()?;
                // `coords_iter` and `map_coords` walk a geometry in the same order.
                let place = Cell::new(0);
                geometry.map_coords_in_place(|_| {
                    let n = place.replace(place.get() + 1);
                    Coord { x: xs[n], y: ys[n] }
                });
            }
        }
        let finite = geometry
            .coords_iter()
            .all(|at| at.x.is_finite() && at.y.is_finite());
        finite.then_some(())
    }

    /// PROJ's transformation; objects of PROJ must not be shared between threads.
    fn transform(&self, outward: bool) -> Result<Rc<CoordTransform>, String> {
        thread_local! {
            static KNOWN: RefCell<HashMap<(u32, bool), Rc<CoordTransform>>> = RefCell::default();
        }
        let code = self.epsg().ok_or("no code")?;
        KNOWN.with_borrow_mut(|known| {
            if let Some(transform) = known.get(&(code, outward)) {
                return Ok(Rc::clone(transform));
            }
            // GDAL prints what it also returns.
            gdal_log::install();
            let text = |error: gdal::errors::GdalError| error.to_string();
            let mut wgs84 = SpatialRef::from_epsg(4326).map_err(text)?;
            wgs84.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
            let mut own = SpatialRef::from_epsg(code).map_err(text)?;
            own.set_axis_mapping_strategy(AxisMappingStrategy::AuthorityCompliant);
            if !(own.is_geographic() || own.is_projected()) {
                return Err("not a system of horizontal positions".to_owned());
            }
            let transform = if outward {
                CoordTransform::new(&wgs84, &own)
            } else {
                CoordTransform::new(&own, &wgs84)
            };
            let transform = Rc::new(transform.map_err(text)?);
            known.insert((code, outward), Rc::clone(&transform));
            Ok(transform)
        })
    }
}

fn to_web_mercator(at: Coord<f64>) -> Coord<f64> {
    // The pole itself lies at infinity: the caller sees a position that is not finite.
    let sine = at.y.to_radians().sin();
    Coord {
        x: WEB_MERCATOR_RADIUS_M * at.x.to_radians(),
        y: WEB_MERCATOR_RADIUS_M * ((1.0 + sine) / (1.0 - sine)).ln() / 2.0,
    }
}

fn from_web_mercator(at: Coord<f64>) -> Coord<f64> {
    let latitude = 2.0 * (at.y / WEB_MERCATOR_RADIUS_M).exp().atan() - PI / 2.0;
    Coord {
        x: (at.x / WEB_MERCATOR_RADIUS_M).to_degrees(),
        y: latitude.to_degrees(),
    }
}

/// The box around positions in order, each less than half the world from the one before.
fn box_around(positions: &[Coord<f64>]) -> [f64; 4] {
    let mut bounds: Option<[f64; 4]> = None;
    let mut before: Option<f64> = None;
    for at in positions {
        let lon = match before {
            Some(before) => at.x - ((at.x - before) / 360.0).round() * 360.0,
            None => at.x,
        };
        before = Some(lon);
        let [west, south, east, north] = bounds.unwrap_or([lon, at.y, lon, at.y]);
        bounds = Some([
            west.min(lon),
            south.min(at.y),
            east.max(lon),
            north.max(at.y),
        ]);
    }
    let [west, south, east, north] = bounds.unwrap_or([0.0; 4]);
    if east - west >= 360.0 {
        return [-180.0, south, 180.0, north];
    }
    let wrap = |lon: f64| {
        if lon.abs() <= 180.0 {
            lon
        } else {
            (lon + 180.0).rem_euclid(360.0) - 180.0
        }
    };
    [wrap(west), south.max(-90.0), wrap(east), north.min(90.0)]
}

#[cfg(test)]
#[path = "served_crs_tests.rs"]
mod tests;
