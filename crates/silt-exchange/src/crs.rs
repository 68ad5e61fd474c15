//! Coordinate reference systems: their many names, and the way to WGS84.
//!
//! PROJ does the arithmetic, through GDAL. Between datums it takes the best transformation that
//! works without grid files from a network, so NAD27 comes out within some metres.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use geo::{CoordsIter, MapCoordsInPlace};
use geo_types::{Coord, Geometry};

use crate::read::gdal_log;

/// A reference system cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrsError {
    /// The name is not known to PROJ, or is none.
    #[error(
        "unknown coordinate reference system `{name}`: {reason}; write an EPSG code such as EPSG:4326, or a WKT or PROJ definition"
    )]
    Unknown {
        /// The name as given, cut to a readable length.
        name: String,
        /// What PROJ says.
        reason: String,
    },
    /// Coordinates lie where the reference system is not defined.
    #[error("coordinates cannot be converted from {name} to longitude and latitude: {reason}")]
    OutOfDomain {
        /// The reference system.
        name: String,
        /// What PROJ says.
        reason: String,
    },
}

/// A usable reference system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Crs {
    /// `None` for WGS84 longitude and latitude.
    definition: Option<Arc<str>>,
    name: Arc<str>,
}

/// No projected coordinate is larger, in metres or feet: twice the Earth's circumference in feet.
/// Some projections send anything beyond to a pole instead of failing.
const MAX_PROJECTED: f64 = 3e8;

/// Longest part of a definition repeated in a message.
const SHOWN_CHARS: usize = 80;

impl Crs {
    /// Longitude and latitude in degrees on WGS84.
    pub fn wgs84() -> Crs {
        Crs {
            definition: None,
            name: Arc::from("EPSG:4326"),
        }
    }

    /// The reference system of a name or definition: `EPSG:32719`, `urn:ogc:def:crs:EPSG::32719`,
    /// `http://www.opengis.net/def/crs/EPSG/0/32719`, `CRS84`, `WGS 84`, a bare code, WKT, a PROJ
    /// string or PROJJSON.
    ///
    /// # Errors
    ///
    /// [`CrsError::Unknown`] where PROJ does not know it. Names of files and addresses, which GDAL
    /// would open, are unknown too.
    pub fn parse(text: &str) -> Result<Crs, CrsError> {
        let text = text.trim();
        let code = code_of(text);
        if let Some(code) = &code
            && (code == "EPSG:4326" || code == "OGC:CRS84")
        {
            return Ok(Crs::wgs84());
        }
        let definition: Cow<'_, str> = match code {
            Some(code) => Cow::Owned(code),
            None if is_definition(text) => Cow::Borrowed(text),
            None => {
                return Err(unknown(text, "it is neither a code nor a definition"));
            }
        };
        let mut system = open(&definition).map_err(|reason| unknown(text, &reason))?;
        let _ = system.auto_identify_epsg();
        let name = match system.authority() {
            Ok(authority) if authority == "EPSG:4326" => return Ok(Crs::wgs84()),
            Ok(authority) => authority,
            Err(_) if is_plain_wgs84(&system) => return Ok(Crs::wgs84()),
            Err(_) => definition.to_string(),
        };
        // Fails here, and not in the middle of a file, where there is no way to WGS84.
        new_transform(&definition).map_err(|reason| unknown(text, &reason))?;
        Ok(Crs {
            definition: Some(Arc::from(definition.as_ref())),
            name: Arc::from(name),
        })
    }

    /// The system of a UTM zone on WGS84.
    pub fn utm(zone: u8, south: bool) -> Crs {
        let hemisphere = if south { 7 } else { 6 };
        let code: Arc<str> = Arc::from(format!("EPSG:32{hemisphere}{zone:02}"));
        Crs {
            definition: Some(Arc::clone(&code)),
            name: code,
        }
    }

    /// Whether coordinates need no conversion.
    pub fn is_wgs84(&self) -> bool {
        self.definition.is_none()
    }

    /// Authority and code where there is one (`EPSG:32719`), else the definition.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The name for [`silt_model::Feature::source_crs`]: `None` for WGS84.
    pub fn source_name(&self) -> Option<Arc<str>> {
        self.definition.as_ref().map(|_| Arc::clone(&self.name))
    }

    /// Longitude and latitude in degrees of a position; x is east, y is north.
    ///
    /// # Errors
    ///
    /// [`CrsError::OutOfDomain`] where the position does not exist in this system.
    pub fn to_wgs84(&self, x: f64, y: f64) -> Result<(f64, f64), CrsError> {
        let mut xs = [x];
        let mut ys = [y];
        self.convert(&mut xs, &mut ys)?;
        Ok((xs[0], ys[0]))
    }

    /// Converts a geometry in place, all of its positions or none.
    ///
    /// # Errors
    ///
    /// [`CrsError::OutOfDomain`] where a position does not exist in this system.
    pub fn geometry_to_wgs84(&self, geometry: &mut Geometry<f64>) -> Result<(), CrsError> {
        if self.is_wgs84() {
            return Ok(());
        }
        if let Geometry::Point(point) = geometry {
            let (longitude, latitude) = self.to_wgs84(point.x(), point.y())?;
            point.set_x(longitude);
            point.set_y(latitude);
            return Ok(());
        }
        let (mut xs, mut ys): (Vec<f64>, Vec<f64>) =
            geometry.coords_iter().map(|c| (c.x, c.y)).unzip();
        self.convert(&mut xs, &mut ys)?;
        // `coords_iter` and `map_coords` walk a geometry in the same order.
        let position = Cell::new(0);
        geometry.map_coords_in_place(|_| {
            let index = position.replace(position.get() + 1);
            Coord {
                x: xs[index],
                y: ys[index],
            }
        });
        Ok(())
    }

    fn convert(&self, xs: &mut [f64], ys: &mut [f64]) -> Result<(), CrsError> {
        let Some(definition) = &self.definition else {
            return Ok(());
        };
        let out_of_domain = |reason: String| CrsError::OutOfDomain {
            name: shown(&self.name),
            reason,
        };
        if xs
            .iter()
            .chain(ys.iter())
            .any(|value| value.abs() > MAX_PROJECTED)
        {
            return Err(out_of_domain(
                "coordinates beyond the size of the Earth".to_owned(),
            ));
        }
        let transform = cached_transform(definition).map_err(out_of_domain)?;
        transform
            .transform_coords(xs, ys, &mut [])
            .map_err(|error| out_of_domain(error.to_string()))?;
        if xs.iter().chain(ys.iter()).all(|value| value.is_finite()) {
            Ok(())
        } else {
            Err(out_of_domain("the result is not finite".to_owned()))
        }
    }
}

thread_local! {
    // PROJ objects must not be shared between threads.
    static TRANSFORMS: RefCell<HashMap<Arc<str>, Rc<CoordTransform>>> = RefCell::default();
}

fn cached_transform(definition: &Arc<str>) -> Result<Rc<CoordTransform>, String> {
    TRANSFORMS.with_borrow_mut(|transforms| {
        if let Some(transform) = transforms.get(definition) {
            return Ok(Rc::clone(transform));
        }
        let transform = Rc::new(new_transform(definition)?);
        transforms.insert(Arc::clone(definition), Rc::clone(&transform));
        Ok(transform)
    })
}

fn new_transform(definition: &str) -> Result<CoordTransform, String> {
    let source = open(definition)?;
    let target = open("EPSG:4326")?;
    CoordTransform::new(&source, &target).map_err(|error| error.to_string())
}

fn open(definition: &str) -> Result<SpatialRef, String> {
    // GDAL prints what it also returns; a register with a thousand bad points would flood stderr.
    gdal_log::install();
    let mut system = SpatialRef::from_definition(definition).map_err(|error| error.to_string())?;
    system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(system)
}

/// Whether a definition without a code is WGS84 longitude and latitude all the same.
fn is_plain_wgs84(system: &SpatialRef) -> bool {
    system
        .to_proj4()
        .is_ok_and(|text| text.trim() == "+proj=longlat +datum=WGS84 +no_defs")
}

/// Authority and code, in capitals, of the spellings in use.
fn code_of(text: &str) -> Option<String> {
    let folded = text.to_ascii_uppercase();
    let plain = folded.replace([' ', '_', '-'], "");
    if matches!(plain.as_str(), "WGS84" | "CRS84" | "OGCCRS84") {
        return Some("OGC:CRS84".to_owned());
    }
    if !folded.is_empty() && folded.len() <= 6 && folded.bytes().all(|b| b.is_ascii_digit()) {
        return Some(format!("EPSG:{folded}"));
    }
    let path = folded
        .strip_prefix("URN:OGC:DEF:CRS:")
        .or_else(|| folded.strip_prefix("URN:X-OGC:DEF:CRS:"))
        .map(str::to_owned)
        .or_else(|| {
            let rest = folded
                .strip_prefix("HTTPS://")
                .or_else(|| folded.strip_prefix("HTTP://"))?;
            let path = rest.strip_prefix("WWW.OPENGIS.NET/DEF/CRS/")?;
            Some(path.replace('/', ":"))
        })
        .unwrap_or(folded);
    let (authority, rest) = path.split_once(':')?;
    // `EPSG::4326`, `EPSG:0:4326` and `OGC:1.3:CRS84` carry a version in the middle.
    let code = rest.rsplit(':').next()?;
    let is_code = !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric());
    let known_authority = matches!(authority, "EPSG" | "ESRI" | "OGC" | "IGNF" | "IAU" | "NKG");
    (is_code && known_authority).then(|| format!("{authority}:{code}"))
}

/// Whether GDAL will take the text as a definition and not as the name of something to open.
fn is_definition(text: &str) -> bool {
    let start = text.trim_start();
    let word: String = start
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let is_wkt = start[word.len()..].trim_start().starts_with(['[', '('])
        && (word.ends_with("CS") || word.ends_with("CRS") || word == "COMPOUNDCRS");
    is_wkt
        || start.starts_with("+proj")
        || start.starts_with("+init=epsg")
        || start.starts_with('{')
}

fn unknown(name: &str, reason: &str) -> CrsError {
    CrsError::Unknown {
        name: shown(name),
        reason: reason.to_owned(),
    }
}

fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN_CHARS {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN_CHARS).collect();
    format!("{start}…")
}

#[cfg(test)]
#[path = "crs_tests.rs"]
mod tests;
