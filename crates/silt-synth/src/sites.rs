//! Real ports, pits and coasts between which synthetic vessels move.
//!
//! Approximate positions of well-known places; no licence area, quay or
//! channel is drawn exactly, and nothing here says that anybody dredged there.

use serde::Serialize;

/// A place, WGS84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LonLat {
    /// Longitude, degrees east. Within a path it may leave -180..180, so
    /// that neighbours across the antimeridian stay neighbours.
    pub lon: f64,
    /// Latitude, degrees north.
    pub lat: f64,
}

const fn at(lon: f64, lat: f64) -> LonLat {
    LonLat { lon, lat }
}

/// A pit with the places that its sand goes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Site {
    /// Name of the waters.
    pub name: &'static str,
    /// Centre of the dredging area.
    pub pit: LonLat,
    /// Its radius, nm.
    pub pit_radius_nm: f64,
    /// Waypoints from the pit to the port, at sea.
    pub way: &'static [LonLat],
    /// Name of the port.
    pub port_name: &'static str,
    /// A quay of the port.
    pub port: LonLat,
    /// Where dredged material is dumped at sea, straight from the pit.
    pub dump: LonLat,
    /// Waypoints from the pit to the beach.
    pub beach_way: &'static [LonLat],
    /// A shore that is nourished or reclaimed, where there is one.
    pub beach: Option<LonLat>,
}

macro_rules! site {
    ($name:literal, pit $pit:expr, $radius:literal, way $way:expr, port $port_name:literal $port:expr,
     dump $dump:expr, beach $beach_way:expr, $beach:expr) => {
        Site {
            name: $name,
            pit: $pit,
            pit_radius_nm: $radius,
            way: &$way,
            port_name: $port_name,
            port: $port,
            dump: $dump,
            beach_way: &$beach_way,
            beach: $beach,
        }
    };
}

/// Every site. Routes keep off land at the scale of Natural Earth 1:50m, but
/// for the last miles to a port (a test looks).
pub fn sites() -> &'static [Site] {
    SITES
}

#[rustfmt::skip]
static SITES: &[Site] = &[
    site!("Outer Thames", pit at(1.62, 51.85), 2.5, way [at(1.25, 51.55), at(0.85, 51.49)],
        port "Thames" at(0.70, 51.46), dump at(1.95, 51.93), beach [], None),
    site!("Humber", pit at(0.75, 53.50), 2.5, way [at(0.35, 53.50), at(0.15, 53.57)],
        port "Humber" at(-0.20, 53.67), dump at(0.35, 53.60), beach [], None),
    site!("East Anglia", pit at(2.10, 52.55), 2.5, way [at(2.30, 51.95), at(3.00, 51.62), at(3.45, 51.48)],
        port "Flushing" at(3.60, 51.42), dump at(2.40, 52.75), beach [at(1.85, 52.80)], Some(at(1.48, 52.89))),
    site!("Solent", pit at(-1.20, 50.52), 1.8, way [at(-1.03, 50.60), at(-1.02, 50.73), at(-1.20, 50.78)],
        port "Southampton Water" at(-1.33, 50.84), dump at(-1.32, 50.44), beach [], None),
    site!("Scheldt mouth", pit at(3.10, 51.65), 2.0, way [at(3.30, 51.48)],
        port "Flushing" at(3.59, 51.42), dump at(3.20, 51.52), beach [], None),
    site!("IJmuiden", pit at(4.10, 52.45), 2.5, way [at(4.45, 52.47)],
        port "IJmuiden" at(4.58, 52.465), dump at(4.25, 52.55), beach [], None),
    site!("Maasvlakte", pit at(3.60, 52.10), 2.5, way [at(3.90, 52.02)],
        port "Rotterdam" at(4.05, 51.98), dump at(3.80, 52.15), beach [at(4.00, 52.06)], Some(at(4.16, 52.06))),
    site!("Belgian zone 2", pit at(2.60, 51.50), 2.5, way [at(3.00, 51.42)],
        port "Zeebrugge" at(3.20, 51.35), dump at(2.95, 51.40), beach [], None),
    site!("Belgian zone 4", pit at(2.35, 51.72), 2.5, way [at(2.80, 51.45)],
        port "Ostend" at(2.92, 51.24), dump at(2.75, 51.35), beach [at(2.80, 51.45)], Some(at(2.88, 51.25))),
    site!("Øresund", pit at(12.75, 55.45), 1.8, way [at(12.70, 55.60)],
        port "Copenhagen" at(12.61, 55.70), dump at(12.80, 55.35), beach [], None),
    site!("West Jutland", pit at(7.70, 56.40), 2.5, way [at(7.95, 56.00)],
        port "Hvide Sande" at(8.10, 55.99), dump at(8.00, 56.10), beach [], Some(at(8.08, 56.25))),
    site!("Seine Bay", pit at(-0.10, 49.62), 2.0, way [],
        port "Le Havre" at(0.08, 49.47), dump at(-0.22, 49.52), beach [], None),
    site!("Bangka", pit at(105.20, -1.40), 2.5, way [at(104.98, -1.80), at(105.03, -2.05)],
        port "Muntok" at(105.12, -2.08), dump at(105.35, -1.52), beach [], None),
    site!("Johor", pit at(104.42, 1.29), 1.8, way [at(104.25, 1.26), at(103.95, 1.22)],
        port "Jurong" at(103.68, 1.20), dump at(104.30, 1.36),
        beach [at(104.25, 1.26), at(103.95, 1.22), at(103.70, 1.19)], Some(at(103.62, 1.21))),
    site!("Pearl River", pit at(113.85, 21.95), 2.5, way [at(113.70, 22.10)],
        port "Macao" at(113.60, 22.16), dump at(114.05, 22.02), beach [at(113.70, 22.06)], Some(at(113.62, 22.10))),
    site!("Manila Bay", pit at(120.68, 14.52), 2.0, way [at(120.80, 14.56)],
        port "Manila" at(120.93, 14.58), dump at(120.73, 14.62), beach [], Some(at(120.95, 14.52))),
    site!("Incheon", pit at(125.95, 37.20), 2.5, way [at(126.35, 37.25), at(126.50, 37.35)],
        port "Incheon" at(126.58, 37.45), dump at(126.10, 37.25), beach [], None),
    site!("Mississippi Southwest Pass", pit at(-89.43, 28.88), 1.5, way [at(-89.41, 28.95)],
        port "Pilottown" at(-89.36, 29.10), dump at(-89.50, 28.84), beach [], None),
    site!("Galveston", pit at(-94.60, 29.20), 1.8, way [at(-94.65, 29.32)],
        port "Galveston" at(-94.79, 29.33), dump at(-94.55, 29.08), beach [], Some(at(-94.77, 29.26))),
    site!("Chesapeake entrance", pit at(-75.90, 36.85), 1.2, way [at(-76.00, 36.95), at(-76.20, 36.99)],
        port "Norfolk" at(-76.33, 36.96), dump at(-75.70, 36.98), beach [], Some(at(-75.965, 36.83))),
    site!("River Plate", pit at(-57.00, -35.10), 2.5, way [at(-57.60, -34.75)],
        port "Buenos Aires" at(-58.30, -34.58), dump at(-57.20, -35.20), beach [], None),
    site!("Tweed and Gold Coast", pit at(153.57, -28.17), 0.9, way [],
        port "Gold Coast Seaway" at(153.46, -27.94), dump at(153.50, -28.08), beach [], Some(at(153.52, -28.14))),
    site!("Kwinana", pit at(115.60, -32.10), 1.5, way [at(115.68, -32.16)],
        port "Kwinana" at(115.73, -32.21), dump at(115.52, -32.03), beach [], None),
    site!("Durban", pit at(31.15, -29.80), 1.5, way [],
        port "Durban" at(31.04, -29.87), dump at(31.20, -29.95), beach [], None),
    site!("Lagos", pit at(3.45, 6.30), 1.8, way [at(3.40, 6.37)],
        port "Lagos" at(3.40, 6.43), dump at(3.60, 6.33), beach [], Some(at(3.42, 6.405))),
    site!("Dubai", pit at(54.75, 25.28), 2.5, way [at(54.98, 25.20)],
        port "Jebel Ali" at(55.05, 25.03), dump at(54.95, 25.12), beach [at(55.00, 25.20)], Some(at(55.09, 25.13))),
    // Between pit and port lies the antimeridian.
    site!("Taveuni", pit at(-179.80, -17.05), 2.0, way [at(179.60, -17.05), at(179.36, -16.90)],
        port "Savusavu" at(179.33, -16.80), dump at(-179.97, -17.00), beach [at(179.95, -17.05)], Some(at(179.88, -16.98))),
];

#[cfg(test)]
#[path = "sites_tests.rs"]
mod tests;
