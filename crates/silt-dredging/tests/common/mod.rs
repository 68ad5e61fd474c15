//! Tracks made leg by leg, and the mirror's position files.
#![allow(dead_code)] // Each test crate uses its own part.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use geo_types::{LineString, Polygon};
use silt_dredging::{
    Config, METRES_PER_NM, Places, Port, PositionSlices, Positions, Vessel, VesselKind,
    VesselResult, process_vessel,
};

/// 2024-03-05 00:00 UTC.
pub(crate) const START_MS: i64 = 1_709_596_800_000;
pub(crate) const MINUTE_MS: i64 = 60_000;

/// Owned columns of one vessel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) time_ms: Vec<i64>,
    pub(crate) lon_deg: Vec<f64>,
    pub(crate) lat_deg: Vec<f64>,
    pub(crate) sog_kn: Vec<f32>,
    pub(crate) cog_deg: Vec<f32>,
    pub(crate) heading_deg: Vec<f32>,
    pub(crate) draught_m: Vec<f32>,
    pub(crate) nav_status: Vec<u8>,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.time_ms.len()
    }

    pub(crate) fn push(
        &mut self,
        time_ms: i64,
        lon_deg: f64,
        lat_deg: f64,
        sog_kn: f32,
        cog_deg: f32,
    ) {
        self.time_ms.push(time_ms);
        self.lon_deg.push(lon_deg);
        self.lat_deg.push(lat_deg);
        self.sog_kn.push(sog_kn);
        self.cog_deg.push(cog_deg);
        self.heading_deg.push(cog_deg);
        self.draught_m.push(f32::NAN);
        self.nav_status.push(15);
    }

    pub(crate) fn slices(&self) -> PositionSlices<'_> {
        PositionSlices {
            time_ms: &self.time_ms,
            lon_deg: &self.lon_deg,
            lat_deg: &self.lat_deg,
            sog_kn: &self.sog_kn,
            cog_deg: &self.cog_deg,
            heading_deg: &self.heading_deg,
            draught_m: &self.draught_m,
            nav_status: &self.nav_status,
        }
    }

    pub(crate) fn positions(&self) -> Positions<'_> {
        Positions::new(self.slices()).expect("columns of one length")
    }

    pub(crate) fn run(&self, kind: VesselKind, places: &Places) -> VesselResult {
        self.run_with(&Vessel::new(244_000_001, kind), places, &Config::default())
    }

    pub(crate) fn run_with(
        &self,
        vessel: &Vessel,
        places: &Places,
        config: &Config,
    ) -> VesselResult {
        process_vessel(self.positions(), vessel, places, config)
    }

    /// The rows in the order given, with repetitions where an index repeats.
    pub(crate) fn pick(&self, order: &[usize]) -> Self {
        let mut rows = Self::default();
        for &row in order {
            rows.time_ms.push(self.time_ms[row]);
            rows.lon_deg.push(self.lon_deg[row]);
            rows.lat_deg.push(self.lat_deg[row]);
            rows.sog_kn.push(self.sog_kn[row]);
            rows.cog_deg.push(self.cog_deg[row]);
            rows.heading_deg.push(self.heading_deg[row]);
            rows.draught_m.push(self.draught_m[row]);
            rows.nav_status.push(self.nav_status[row]);
        }
        rows
    }
}

/// A vessel that is sailed leg by leg; a report every `interval_ms`.
#[derive(Debug, Clone)]
pub(crate) struct Sailor {
    pub(crate) rows: Rows,
    pub(crate) time_ms: i64,
    pub(crate) lon_deg: f64,
    pub(crate) lat_deg: f64,
    pub(crate) interval_ms: i64,
    pub(crate) draught_m: f32,
}

impl Sailor {
    pub(crate) fn at(lon_deg: f64, lat_deg: f64) -> Self {
        Self {
            rows: Rows::default(),
            time_ms: START_MS,
            lon_deg,
            lat_deg,
            interval_ms: 60_000,
            draught_m: f32::NAN,
        }
    }

    fn report(&mut self, sog_kn: f64, cog_deg: f64) {
        let lon_deg = wrap(self.lon_deg);
        self.rows.push(
            self.time_ms,
            lon_deg,
            self.lat_deg,
            sog_kn as f32,
            cog_deg as f32,
        );
        if let Some(draught_m) = self.rows.draught_m.last_mut() {
            *draught_m = self.draught_m;
        }
    }

    /// Sails on one course for some minutes.
    pub(crate) fn sail(&mut self, minutes: f64, sog_kn: f64, cog_deg: f64) -> &mut Self {
        let reports = (minutes * MINUTE_MS as f64 / self.interval_ms as f64).round() as i64;
        for _ in 0..reports {
            self.time_ms += self.interval_ms;
            let way_deg = sog_kn * self.interval_ms as f64 / 3_600_000.0 / 60.0;
            let course = cog_deg.to_radians();
            self.lat_deg += way_deg * course.cos();
            self.lon_deg += way_deg * course.sin() / self.lat_deg.to_radians().cos();
            self.report(sog_kn, cog_deg);
        }
        self
    }

    /// Sails to a place; longitudes are unwrapped.
    pub(crate) fn sail_to(&mut self, lon_deg: f64, lat_deg: f64, sog_kn: f64) -> &mut Self {
        let east = (lon_deg - self.lon_deg) * (0.5 * (lat_deg + self.lat_deg)).to_radians().cos();
        let north = lat_deg - self.lat_deg;
        let way_nm = 60.0 * east.hypot(north);
        let cog_deg = east.atan2(north).to_degrees().rem_euclid(360.0);
        self.sail(60.0 * way_nm / sog_kn, sog_kn, cog_deg)
    }

    /// Stops.
    pub(crate) fn stay(&mut self, minutes: f64) -> &mut Self {
        self.sail(minutes, 0.0, 0.0)
    }

    /// Dredges to and fro in lanes of 15 minutes.
    pub(crate) fn dredge(&mut self, minutes: f64, sog_kn: f64) -> &mut Self {
        let mut left = minutes;
        let mut cog_deg = 60.0;
        while left > 0.0 {
            self.sail(left.min(15.0), sog_kn, cog_deg);
            cog_deg = 300.0 - cog_deg;
            left -= 15.0;
        }
        self
    }

    /// Is not heard for some minutes.
    pub(crate) fn silence(&mut self, minutes: f64) -> &mut Self {
        self.time_ms += (minutes * MINUTE_MS as f64) as i64;
        self
    }
}

pub(crate) fn wrap(lon_deg: f64) -> f64 {
    (lon_deg + 180.0).rem_euclid(360.0) - 180.0
}

/// `nm` nautical miles as degrees of latitude.
pub(crate) fn nm_deg(nm: f64) -> f64 {
    (nm * METRES_PER_NM / silt_dredging::EARTH_RADIUS_M).to_degrees()
}

/// The mirror of real files, or `None` with a message that the test is skipped.
pub(crate) fn mirror() -> Option<PathBuf> {
    let folder = std::env::var_os("SILT_MIRROR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: SILT_MIRROR names no mirror of the real files");
    }
    folder
}

/// Names of the columns of a position file.
pub(crate) struct Dialect {
    pub(crate) mmsi: &'static str,
    pub(crate) time: &'static str,
    pub(crate) lon: &'static str,
    pub(crate) lat: &'static str,
    pub(crate) sog: &'static str,
    pub(crate) cog: Option<&'static str>,
    pub(crate) heading: Option<&'static str>,
    pub(crate) draught: Option<&'static str>,
    pub(crate) status: Option<&'static str>,
}

/// Position files of the Danish authority as decoded beside the raw ones.
pub(crate) const DANISH: Dialect = Dialect {
    mmsi: "mmsi",
    time: "timestamp",
    lon: "lon",
    lat: "lat",
    sog: "sog_kn",
    cog: Some("cog_deg"),
    heading: Some("heading_deg"),
    draught: None,
    status: Some("nav_status"),
};

/// The world's ports and the land of the mirror: what a service would give the kernel.
pub(crate) fn real_places(folder: &Path) -> Places {
    let ports_text = unpacked(&folder.join("wpi-ports/UpdatedPub150.csv.gz"));
    let mut reader = csv::Reader::from_reader(ports_text.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| {
        let place = headers.iter().position(|header| header == name);
        place.unwrap_or_else(|| panic!("no column {name}"))
    };
    let (id, lon, lat) = (
        column("World Port Index Number"),
        column("Longitude"),
        column("Latitude"),
    );
    let ports = reader
        .records()
        .map(|record| record.expect("a row"))
        .map(|record| Port {
            id: record[id].to_owned(),
            lon_deg: record[lon].trim().parse().unwrap_or(f64::NAN),
            lat_deg: record[lat].trim().parse().unwrap_or(f64::NAN),
        })
        .collect();

    let land_text = unpacked(&folder.join("context-natural-earth/ne_50m_land.geojson.gz"));
    let land: serde_json::Value = serde_json::from_str(&land_text).expect("GeoJSON");
    let mut polygons = Vec::new();
    for feature in land["features"].as_array().expect("features") {
        let geometry = &feature["geometry"];
        let coordinates = &geometry["coordinates"];
        match geometry["type"].as_str() {
            Some("Polygon") => polygons.push(polygon(coordinates)),
            Some("MultiPolygon") => {
                let parts = coordinates.as_array().expect("polygons");
                polygons.extend(parts.iter().map(polygon));
            }
            other => panic!("land is no {other:?}"),
        }
    }
    Places::new(ports, &polygons, Vec::new())
}

fn polygon(rings: &serde_json::Value) -> Polygon<f64> {
    let number = |value: &serde_json::Value| value.as_f64().expect("a coordinate");
    let mut lines: Vec<LineString<f64>> = rings
        .as_array()
        .expect("rings")
        .iter()
        .map(|ring| {
            let points = ring.as_array().expect("positions").iter();
            points
                .map(|point| (number(&point[0]), number(&point[1])))
                .collect()
        })
        .collect();
    let exterior = lines.remove(0);
    Polygon::new(exterior, lines)
}

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text
}

/// Positions by MMSI. Rows without a time are left out: reading feeds is not this crate's work.
pub(crate) fn read_positions(path: &Path, dialect: &Dialect) -> BTreeMap<u32, Rows> {
    let text = unpacked(path);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|header| header == name)
            .unwrap_or_else(|| panic!("no column {name} in {}", path.display()))
    };
    let (mmsi, time) = (column(dialect.mmsi), column(dialect.time));
    let (lon, lat, sog) = (
        column(dialect.lon),
        column(dialect.lat),
        column(dialect.sog),
    );
    let cog = dialect.cog.map(column);
    let heading = dialect.heading.map(column);
    let draught = dialect.draught.map(column);
    let status = dialect.status.map(column);
    let mut vessels: BTreeMap<u32, Rows> = BTreeMap::new();
    for record in reader.records() {
        let record = record.expect("a row");
        let number = |place: usize| record[place].parse::<f64>().unwrap_or(f64::NAN);
        let optional = |place: Option<usize>| place.map_or(f64::NAN, number);
        let Some(time_ms) = parse_time_ms(&record[time]) else {
            continue;
        };
        let Ok(mmsi) = record[mmsi].parse::<u32>() else {
            continue;
        };
        let rows = vessels.entry(mmsi).or_default();
        rows.push(time_ms, number(lon), number(lat), number(sog) as f32, 0.0);
        let row = rows.len() - 1;
        rows.cog_deg[row] = optional(cog) as f32;
        rows.heading_deg[row] = optional(heading) as f32;
        rows.draught_m[row] = optional(draught) as f32;
        let code = optional(status);
        rows.nav_status[row] = if code.is_nan() { 15 } else { code as u8 };
    }
    vessels
}

/// `2015-04-01 17:47:53`, `2014-10-02T16:30:03.887000` or the latter with an offset of zero.
fn parse_time_ms(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 19 {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let seconds = part(11, 13)? * 3600 + part(14, 16)? * 60 + part(17, 19)?;
    let milliseconds = match text.get(20..23) {
        Some(fraction) if bytes[19] == b'.' => fraction.parse::<i64>().ok()?,
        _ => 0,
    };
    // Days since 1970 by counting leap days of years that begin in March.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some((days * 86_400 + seconds) * 1000 + milliseconds)
}
