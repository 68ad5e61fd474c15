//! Well-known binary, as GDAL and GeoParquet give it, to [`geo_types`].
//!
//! Both ways of writing the third and fourth dimension are read (ISO 13249-3 adds thousands to the
//! type, EWKB and the older OGC form set high bits). Arcs become lines. Counts in the data are
//! never trusted for an allocation.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use crate::record::{RawGeometry, Record, Row, RowNote};

/// A record and its geometry as bytes, where it has one.
pub(super) type WkbRow = (Record, Option<Vec<u8>>);

/// Rows whose geometry is not yet parsed.
#[derive(Debug)]
pub(super) struct WkbBatch {
    pub(super) rows: Vec<WkbRow>,
}

impl WkbBatch {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn decode(self) -> Vec<Row> {
        let decode = |(mut record, bytes): (Record, Option<Vec<u8>>)| {
            if let Some(bytes) = bytes {
                record.geometry = geometry(&bytes, &mut record.notes);
            }
            Row::Record(record)
        };
        self.rows.into_iter().map(decode).collect()
    }
}

fn geometry(bytes: &[u8], notes: &mut Vec<RowNote>) -> RawGeometry {
    let mut reader = WkbReader {
        bytes,
        at: 0,
        had_elevation: false,
        rings_closed: 0,
    };
    let result = reader.geometry(0);
    if reader.rings_closed > 0 {
        notes.push(RowNote {
            code: "ring_not_closed",
            field: Some("geometry".to_owned()),
            reason: format!(
                "{} ring(s) did not end where they start; they were closed",
                reader.rings_closed
            ),
        });
    }
    match result {
        Ok(Some(geometry)) => RawGeometry::Parsed {
            geometry,
            had_elevation: reader.had_elevation,
        },
        Ok(None) => RawGeometry::Absent,
        Err(reason) => RawGeometry::Unreadable {
            value: bytes
                .iter()
                .take(60)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            reason: format!("geometry: byte {} of its binary form: {reason}", reader.at),
        },
    }
}

const MAX_DEPTH: u32 = 64;

/// Largest angle between two positions on an arc, as GDAL has it by default.
const ARC_STEP_RAD: f64 = 4.0 * std::f64::consts::PI / 180.0;

struct WkbReader<'a> {
    bytes: &'a [u8],
    at: usize,
    had_elevation: bool,
    rings_closed: usize,
}

#[derive(Clone, Copy)]
struct Header {
    little_endian: bool,
    /// Type without the dimensions.
    kind: u32,
    dimensions: usize,
}

impl WkbReader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let bytes = self
            .bytes
            .get(self.at..self.at + N)
            .ok_or("the data end too early")?;
        self.at += N;
        <[u8; N]>::try_from(bytes).map_err(|_| "the data end too early".to_owned())
    }

    fn u32(&mut self, little_endian: bool) -> Result<u32, String> {
        let bytes = self.take()?;
        Ok(if little_endian {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn f64(&mut self, little_endian: bool) -> Result<f64, String> {
        let bytes = self.take()?;
        Ok(if little_endian {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    fn header(&mut self) -> Result<Header, String> {
        let [order] = self.take()?;
        if order > 1 {
            return Err(format!("{order} is no byte order"));
        }
        let little_endian = order == 1;
        let code = self.u32(little_endian)?;
        let has_srid = code & 0x2000_0000 != 0;
        if has_srid {
            self.u32(little_endian)?;
        }
        let plain = code & 0x0fff_ffff;
        let iso = plain / 1000;
        let has_z = code & 0x8000_0000 != 0 || iso == 1 || iso == 3;
        let has_m = code & 0x4000_0000 != 0 || iso == 2 || iso == 3;
        self.had_elevation |= has_z;
        Ok(Header {
            little_endian,
            kind: plain % 1000,
            dimensions: 2 + usize::from(has_z) + usize::from(has_m),
        })
    }

    fn geometry(&mut self, depth: u32) -> Result<Option<Geometry<f64>>, String> {
        if depth > MAX_DEPTH {
            return Err(format!(
                "collections are nested deeper than {MAX_DEPTH} levels"
            ));
        }
        let header = self.header()?;
        Ok(match header.kind {
            1 => {
                let (x, y) = self.position(header)?;
                let is_empty = x.is_nan() && y.is_nan();
                if is_empty {
                    None
                } else {
                    Some(Point(finite(x, y)?).into())
                }
            }
            2 | 8 | 9 => {
                let line = self.curve(header, depth)?;
                (!line.0.is_empty()).then(|| line.into())
            }
            3 | 10 | 17 => self.polygon(header, depth)?.map(Geometry::from),
            4 => {
                let points = self.members(header, depth, |member| match member {
                    Geometry::Point(point) => Some(point),
                    _ => None,
                })?;
                (!points.is_empty()).then(|| MultiPoint(points).into())
            }
            5 | 11 => {
                let lines = self.members(header, depth, |member| match member {
                    Geometry::LineString(line) => Some(line),
                    _ => None,
                })?;
                (!lines.is_empty()).then(|| MultiLineString(lines).into())
            }
            6 | 12 | 15 | 16 => {
                let polygons = self.members(header, depth, |member| match member {
                    Geometry::Polygon(polygon) => Some(polygon),
                    _ => None,
                })?;
                (!polygons.is_empty()).then(|| MultiPolygon(polygons).into())
            }
            7 => {
                let members = self.members(header, depth, Some)?;
                let is_empty = members.is_empty();
                let collection = Geometry::GeometryCollection(GeometryCollection(members));
                (!is_empty).then_some(collection)
            }
            other => return Err(format!("{other} is no geometry type")),
        })
    }

    fn position(&mut self, header: Header) -> Result<(f64, f64), String> {
        let x = self.f64(header.little_endian)?;
        let y = self.f64(header.little_endian)?;
        for _ in 2..header.dimensions {
            self.f64(header.little_endian)?;
        }
        Ok((x, y))
    }

    fn positions(&mut self, header: Header) -> Result<Vec<Coord<f64>>, String> {
        let count = self.u32(header.little_endian)? as usize;
        let possible = (self.bytes.len() - self.at) / (8 * header.dimensions);
        if count > possible {
            return Err("the data end too early".to_owned());
        }
        let mut coords = Vec::with_capacity(count);
        for _ in 0..count {
            let (x, y) = self.position(header)?;
            coords.push(finite(x, y)?);
        }
        Ok(coords)
    }

    /// A line, a circular string or a compound of both, after its header.
    fn curve(&mut self, header: Header, depth: u32) -> Result<LineString<f64>, String> {
        match header.kind {
            2 => Ok(LineString(self.positions(header)?)),
            8 => Ok(LineString(arcs(&self.positions(header)?))),
            _ => {
                let mut coords: Vec<Coord<f64>> = Vec::new();
                for part in self.members(header, depth, |member| match member {
                    Geometry::LineString(line) => Some(line),
                    _ => None,
                })? {
                    // A part starts where the one before it ends.
                    let joins = coords.last() == part.0.first() && !coords.is_empty();
                    coords.extend(part.0.into_iter().skip(usize::from(joins)));
                }
                Ok(LineString(coords))
            }
        }
    }

    fn polygon(&mut self, header: Header, depth: u32) -> Result<Option<Polygon<f64>>, String> {
        let count = self.u32(header.little_endian)?;
        let mut rings = Vec::new();
        for _ in 0..count {
            let ring = if header.kind == 10 {
                if depth >= MAX_DEPTH {
                    return Err(format!("curves are nested deeper than {MAX_DEPTH} levels"));
                }
                let inner = self.header()?;
                if !matches!(inner.kind, 2 | 8 | 9) {
                    return Err(format!("a ring has the geometry type {}", inner.kind));
                }
                self.curve(inner, depth + 1)?
            } else {
                LineString(self.positions(header)?)
            };
            if ring.0.first() != ring.0.last() {
                self.rings_closed += 1;
            }
            rings.push(ring);
        }
        rings.retain(|ring: &LineString<f64>| !ring.0.is_empty());
        let mut rings = rings.into_iter();
        let exterior = rings.next();
        Ok(exterior.map(|exterior| Polygon::new(exterior, rings.collect())))
    }

    fn members<T>(
        &mut self,
        header: Header,
        depth: u32,
        fits: impl Fn(Geometry<f64>) -> Option<T>,
    ) -> Result<Vec<T>, String> {
        let count = self.u32(header.little_endian)?;
        let mut members = Vec::new();
        for _ in 0..count {
            let Some(member) = self.geometry(depth + 1)? else {
                continue;
            };
            members.push(fits(member).ok_or_else(|| {
                format!("a member does not fit the geometry type {}", header.kind)
            })?);
        }
        Ok(members)
    }
}

fn finite(x: f64, y: f64) -> Result<Coord<f64>, String> {
    if x.is_finite() && y.is_finite() {
        Ok(Coord { x, y })
    } else {
        Err(format!("{x} {y} is not finite"))
    }
}

/// A circular string as a line: each arc runs from one position through the next to the one after.
fn arcs(coords: &[Coord<f64>]) -> Vec<Coord<f64>> {
    let mut line: Vec<Coord<f64>> = coords.first().copied().into_iter().collect();
    let mut at = 0;
    while at + 2 < coords.len() {
        arc(coords[at], coords[at + 1], coords[at + 2], &mut line);
        at += 2;
    }
    line.extend(coords.get(at + 1..).unwrap_or_default());
    line
}

/// Appends the positions of one arc after its start.
fn arc(start: Coord<f64>, through: Coord<f64>, end: Coord<f64>, line: &mut Vec<Coord<f64>>) {
    let is_circle = start == end;
    let centre = if is_circle {
        Some((start + through) / 2.0)
    } else {
        circumcentre(start, through, end)
    };
    let Some(centre) = centre else {
        line.extend([through, end]);
        return;
    };
    let angle = |coord: Coord<f64>| (coord.y - centre.y).atan2(coord.x - centre.x);
    let (from, via, to) = (angle(start), angle(through), angle(end));
    let full = std::f64::consts::TAU;
    let counter_clockwise =
        is_circle || (via - from).rem_euclid(full) < (to - from).rem_euclid(full);
    let sweep = match (is_circle, counter_clockwise) {
        (true, _) => full,
        (false, true) => (to - from).rem_euclid(full),
        (false, false) => -(from - to).rem_euclid(full),
    };
    let radius = (start.x - centre.x).hypot(start.y - centre.y);
    let steps = (sweep.abs() / ARC_STEP_RAD).ceil().max(1.0) as usize;
    for step in 1..steps {
        let here = from + sweep * step as f64 / steps as f64;
        line.push(Coord {
            x: centre.x + radius * here.cos(),
            y: centre.y + radius * here.sin(),
        });
    }
    line.push(end);
}

/// The centre of the circle through three positions; `None` when they lie on a line.
fn circumcentre(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Option<Coord<f64>> {
    // Relative to the first position, so that large coordinates do not cost digits.
    let (b, c) = (b - a, c - a);
    let twice_area = 2.0 * (b.x * c.y - b.y * c.x);
    let (b_squared, c_squared) = (b.x * b.x + b.y * b.y, c.x * c.x + c.y * c.y);
    let x = (c.y * b_squared - b.y * c_squared) / twice_area;
    let y = (b.x * c_squared - c.x * b_squared) / twice_area;
    (x.is_finite() && y.is_finite()).then(|| Coord { x, y } + a)
}

#[cfg(test)]
#[path = "wkb_tests.rs"]
mod tests;
