//! Ports, pits, dumping grounds and beaches as GeoJSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::motion::offset;
use crate::plan::hopper::wrapped;
use crate::sites::{LonLat, Site, sites};

const CORNERS: usize = 24;

/// Every place of [`sites`]: pits as polygons (`pit`), and points for `port`,
/// `dumping_ground` and `beach`. The places are real, their outlines are not.
///
/// # Errors
/// Those of the writer.
pub fn places_geojson<W: Write>(mut out: W) -> io::Result<()> {
    let mut features = Vec::new();
    for (number, site) in sites().iter().enumerate() {
        features.extend(features_of(number + 1, site));
    }
    write_collection(&mut out, features)
}

/// The pits of [`sites`] as licence areas, in the fields of the collection `dredging_areas`. Every
/// third pit has none, so that cycles without a known purpose remain.
///
/// # Errors
/// Those of the writer.
pub fn areas_geojson<W: Write>(mut out: W) -> io::Result<()> {
    let licensed = sites()
        .iter()
        .enumerate()
        .filter(|(number, _)| number % 3 != 2);
    let feature = |(number, site): (usize, &Site)| {
        json!({
            "type": "Feature",
            "id": format!("SYN-licence-{:02}", number + 1),
            "properties": {
                "name": format!("Synthetic licence area: {}", site.name),
                "kind": "licence",
                "synthetic": true,
            },
            "geometry": circle(site),
        })
    };
    write_collection(&mut out, licensed.map(feature).collect())
}

/// The ports of [`sites`], in the fields of the collection `ports`.
///
/// # Errors
/// Those of the writer.
pub fn ports_geojson<W: Write>(mut out: W) -> io::Result<()> {
    let feature = |(number, site): (usize, &Site)| {
        json!({
            "type": "Feature",
            "id": format!("SYN-port-{:02}", number + 1),
            "properties": { "name": format!("Synthetic port: {}", site.port_name), "synthetic": true },
            "geometry": { "type": "Point", "coordinates": [site.port.lon, site.port.lat] },
        })
    };
    write_collection(&mut out, sites().iter().enumerate().map(feature).collect())
}

fn write_collection<W: Write>(out: &mut W, features: Vec<Value>) -> io::Result<()> {
    let collection =
        json!({ "type": "FeatureCollection", "synthetic": true, "features": features });
    serde_json::to_writer(&mut *out, &collection)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn features_of(number: usize, site: &Site) -> Vec<Value> {
    let feature = |kind: &str, name: &str, geometry: Value| {
        json!({
            "type": "Feature",
            "id": format!("SYN-{kind}-{number:02}"),
            "properties": {
                "name": format!("Synthetic {kind}: {name}"),
                "kind": kind,
                "site": site.name,
                "synthetic": true,
            },
            "geometry": geometry,
        })
    };
    let point = |place: LonLat| json!({ "type": "Point", "coordinates": [place.lon, place.lat] });
    let mut features = vec![
        feature("pit", site.name, circle(site)),
        feature("port", site.port_name, point(site.port)),
        feature("dumping_ground", site.name, point(site.dump)),
    ];
    if let Some(beach) = site.beach {
        features.push(feature("beach", site.name, point(beach)));
    }
    features
}

/// A polygon around the circle of a pit. None of the pits itself crosses the
/// antimeridian, so its corners can be wrapped one by one (a test looks).
fn circle(site: &Site) -> Value {
    // The edges, not the corners, touch the circle.
    let radius_nm = site.pit_radius_nm / libm::cos(std::f64::consts::PI / CORNERS as f64);
    let corner = |index: usize| {
        let angle = std::f64::consts::TAU * (index % CORNERS) as f64 / CORNERS as f64;
        let (north, east) = libm::sincos(angle);
        let place = offset(site.pit, radius_nm * east, radius_nm * north);
        json!([rounded(wrapped(place.lon)), rounded(place.lat)])
    };
    let ring: Vec<Value> = (0..=CORNERS).map(corner).collect();
    json!({ "type": "Polygon", "coordinates": [ring] })
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}
