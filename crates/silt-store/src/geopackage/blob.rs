//! Geometries as GeoPackage binary: a header with the envelope, then WKB (OGC 12-128r18, 2.1.3).

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

/// West, east, south, north in degrees: the order of the GeoPackage envelope.
pub(crate) type Envelope = [f64; 4];

/// Reference system of every geometry in the store: WGS84 longitude and latitude.
pub(crate) const SRS_ID: i32 = 4326;

const FLAG_LITTLE_ENDIAN: u8 = 0b0000_0001;
const FLAG_ENVELOPE_XY: u8 = 0b0000_0010;
const FLAG_ENVELOPE_MASK: u8 = 0b0000_1110;
const FLAG_EMPTY: u8 = 0b0001_0000;
const SHORT_HEADER_BYTES: usize = 8;
const LONG_HEADER_BYTES: usize = 40;
/// Deeper nesting than any real collection; keeps a damaged blob from exhausting the stack.
const MAX_NESTING: u32 = 64;

const WKB_POINT: u32 = 1;
const WKB_LINE_STRING: u32 = 2;
const WKB_POLYGON: u32 = 3;
const WKB_MULTI_POINT: u32 = 4;
const WKB_MULTI_LINE_STRING: u32 = 5;
const WKB_MULTI_POLYGON: u32 = 6;
const WKB_COLLECTION: u32 = 7;

/// A geometry that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a geometry in the store is damaged: {0}")]
pub(crate) struct BlobError(&'static str);

/// The geometry as a GeoPackage blob, and its envelope unless it is empty.
pub(crate) fn encode(geometry: &Geometry<f64>) -> (Vec<u8>, Option<Envelope>) {
    let is_point = matches!(geometry, Geometry::Point(_));
    let header_bytes = if is_point {
        SHORT_HEADER_BYTES
    } else {
        LONG_HEADER_BYTES
    };
    let mut writer = Writer {
        bytes: vec![0; header_bytes],
        bounds: None,
    };
    writer.geometry(geometry);
    let Writer { mut bytes, bounds } = writer;
    let mut flags = FLAG_LITTLE_ENDIAN;
    match bounds {
        None => {
            flags |= FLAG_EMPTY;
            bytes.drain(SHORT_HEADER_BYTES..header_bytes);
        }
        Some(envelope) if !is_point => {
            flags |= FLAG_ENVELOPE_XY;
            for (place, bound) in envelope.iter().enumerate() {
                let start = SHORT_HEADER_BYTES + place * 8;
                bytes[start..start + 8].copy_from_slice(&bound.to_le_bytes());
            }
        }
        Some(_) => {}
    }
    bytes[0..4].copy_from_slice(&[b'G', b'P', 0, flags]);
    bytes[4..8].copy_from_slice(&SRS_ID.to_le_bytes());
    (bytes, bounds)
}

struct Writer {
    bytes: Vec<u8>,
    bounds: Option<Envelope>,
}

impl Writer {
    fn head(&mut self, kind: u32) {
        self.bytes.push(1);
        self.bytes.extend_from_slice(&kind.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        // More than 4 billion parts do not fit in memory, let alone in one SQLite blob.
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&count.to_le_bytes());
    }

    fn coordinate(&mut self, at: Coord<f64>) {
        self.bytes.extend_from_slice(&at.x.to_le_bytes());
        self.bytes.extend_from_slice(&at.y.to_le_bytes());
        if !at.x.is_finite() || !at.y.is_finite() {
            return;
        }
        self.bounds = Some(match self.bounds {
            None => [at.x, at.x, at.y, at.y],
            Some([west, east, south, north]) => [
                west.min(at.x),
                east.max(at.x),
                south.min(at.y),
                north.max(at.y),
            ],
        });
    }

    fn point(&mut self, point: &Point<f64>) {
        self.head(WKB_POINT);
        self.coordinate(point.0);
    }

    fn coordinates(&mut self, line: &LineString<f64>) {
        self.count(line.0.len());
        self.bytes.reserve(line.0.len() * 16);
        for at in &line.0 {
            self.coordinate(*at);
        }
    }

    fn line(&mut self, line: &LineString<f64>) {
        self.head(WKB_LINE_STRING);
        self.coordinates(line);
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) {
        self.head(WKB_POLYGON);
        if polygon.exterior().0.is_empty() {
            self.count(0);
            return;
        }
        self.count(1 + polygon.interiors().len());
        self.coordinates(polygon.exterior());
        for ring in polygon.interiors() {
            self.coordinates(ring);
        }
    }

    fn geometry(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.point(point),
            Geometry::Line(line) => self.line(&LineString(vec![line.start, line.end])),
            Geometry::LineString(line) => self.line(line),
            Geometry::Polygon(polygon) => self.polygon(polygon),
            Geometry::Rect(rect) => self.polygon(&rect.to_polygon()),
            Geometry::Triangle(triangle) => self.polygon(&triangle.to_polygon()),
            Geometry::MultiPoint(points) => {
                self.head(WKB_MULTI_POINT);
                self.count(points.0.len());
                points.0.iter().for_each(|point| self.point(point));
            }
            Geometry::MultiLineString(lines) => {
                self.head(WKB_MULTI_LINE_STRING);
                self.count(lines.0.len());
                lines.0.iter().for_each(|line| self.line(line));
            }
            Geometry::MultiPolygon(polygons) => {
                self.head(WKB_MULTI_POLYGON);
                self.count(polygons.0.len());
                polygons.0.iter().for_each(|polygon| self.polygon(polygon));
            }
            Geometry::GeometryCollection(collection) => {
                self.head(WKB_COLLECTION);
                self.count(collection.0.len());
                collection.0.iter().for_each(|part| self.geometry(part));
            }
        }
    }
}

/// The geometry of a GeoPackage blob.
pub(crate) fn decode(blob: &[u8]) -> Result<Geometry<f64>, BlobError> {
    let mut reader = Reader {
        rest: blob.get(header_bytes(blob)?..).ok_or(TRUNCATED)?,
        little_endian: true,
    };
    reader.geometry(0)
}

/// The envelope of a GeoPackage blob, or `None` where the geometry is empty.
pub(crate) fn envelope(blob: &[u8]) -> Result<Option<Envelope>, BlobError> {
    if is_empty(blob)? {
        return Ok(None);
    }
    let header = header_bytes(blob)?;
    if header >= LONG_HEADER_BYTES {
        let mut reader = Reader {
            rest: &blob[SHORT_HEADER_BYTES..],
            little_endian: blob[3] & FLAG_LITTLE_ENDIAN != 0,
        };
        return Ok(Some([
            reader.double()?,
            reader.double()?,
            reader.double()?,
            reader.double()?,
        ]));
    }
    Ok(bounds(&decode(blob)?))
}

/// The envelope of a geometry, or `None` where it has no coordinates.
pub(crate) fn bounds(geometry: &Geometry<f64>) -> Option<Envelope> {
    if let Geometry::Point(point) = geometry {
        let Coord { x, y } = point.0;
        return (x.is_finite() && y.is_finite()).then_some([x, x, y, y]);
    }
    encode(geometry).1
}

/// Whether the header says that the geometry is empty.
pub(crate) fn is_empty(blob: &[u8]) -> Result<bool, BlobError> {
    header_bytes(blob)?;
    Ok(blob[3] & FLAG_EMPTY != 0)
}

const TRUNCATED: BlobError = BlobError("it ends too early");

fn header_bytes(blob: &[u8]) -> Result<usize, BlobError> {
    if blob.len() < SHORT_HEADER_BYTES || &blob[0..2] != b"GP" {
        return Err(BlobError("no GeoPackage header"));
    }
    let header = match (blob[3] & FLAG_ENVELOPE_MASK) >> 1 {
        0 => SHORT_HEADER_BYTES,
        1 => LONG_HEADER_BYTES,
        2 | 3 => LONG_HEADER_BYTES + 16,
        4 => LONG_HEADER_BYTES + 32,
        _ => return Err(BlobError("unknown envelope")),
    };
    if blob.len() < header {
        return Err(TRUNCATED);
    }
    Ok(header)
}

struct Reader<'a> {
    rest: &'a [u8],
    little_endian: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], BlobError> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or(TRUNCATED)?;
        self.rest = tail;
        Ok(*head)
    }

    fn number(&mut self) -> Result<u32, BlobError> {
        let bytes = self.take::<4>()?;
        Ok(if self.little_endian {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn double(&mut self) -> Result<f64, BlobError> {
        let bytes = self.take::<8>()?;
        Ok(if self.little_endian {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    /// How many parts follow; each needs at least `bytes_each`, so a damaged count is refused
    /// before memory is reserved for it.
    fn count(&mut self, bytes_each: usize) -> Result<usize, BlobError> {
        let count = self.number()? as usize;
        if count.saturating_mul(bytes_each) > self.rest.len() {
            return Err(TRUNCATED);
        }
        Ok(count)
    }

    fn coordinate(&mut self) -> Result<Coord<f64>, BlobError> {
        Ok(Coord {
            x: self.double()?,
            y: self.double()?,
        })
    }

    fn coordinates(&mut self) -> Result<LineString<f64>, BlobError> {
        let count = self.count(16)?;
        let mut line = Vec::with_capacity(count);
        for _ in 0..count {
            line.push(self.coordinate()?);
        }
        Ok(LineString(line))
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, BlobError> {
        let rings = self.count(4)?;
        if rings == 0 {
            return Ok(Polygon::new(LineString(Vec::new()), Vec::new()));
        }
        let exterior = self.coordinates()?;
        let mut interiors = Vec::with_capacity(rings - 1);
        for _ in 1..rings {
            interiors.push(self.coordinates()?);
        }
        Ok(Polygon::new(exterior, interiors))
    }

    fn kind(&mut self) -> Result<u32, BlobError> {
        self.little_endian = self.take::<1>()?[0] == 1;
        self.number()
    }

    fn expect_kind(&mut self, expected: u32) -> Result<(), BlobError> {
        if self.kind()? == expected {
            Ok(())
        } else {
            Err(BlobError("a part has the wrong type"))
        }
    }

    fn geometry(&mut self, depth: u32) -> Result<Geometry<f64>, BlobError> {
        if depth > MAX_NESTING {
            return Err(BlobError("too deeply nested"));
        }
        let geometry = match self.kind()? {
            WKB_POINT => Point(self.coordinate()?).into(),
            WKB_LINE_STRING => self.coordinates()?.into(),
            WKB_POLYGON => self.polygon()?.into(),
            WKB_MULTI_POINT => {
                let count = self.count(21)?;
                let mut points = Vec::with_capacity(count);
                for _ in 0..count {
                    self.expect_kind(WKB_POINT)?;
                    points.push(Point(self.coordinate()?));
                }
                MultiPoint(points).into()
            }
            WKB_MULTI_LINE_STRING => {
                let count = self.count(9)?;
                let mut lines = Vec::with_capacity(count);
                for _ in 0..count {
                    self.expect_kind(WKB_LINE_STRING)?;
                    lines.push(self.coordinates()?);
                }
                MultiLineString(lines).into()
            }
            WKB_MULTI_POLYGON => {
                let count = self.count(9)?;
                let mut polygons = Vec::with_capacity(count);
                for _ in 0..count {
                    self.expect_kind(WKB_POLYGON)?;
                    polygons.push(self.polygon()?);
                }
                MultiPolygon(polygons).into()
            }
            WKB_COLLECTION => {
                let count = self.count(9)?;
                let mut parts = Vec::with_capacity(count);
                for _ in 0..count {
                    parts.push(self.geometry(depth + 1)?);
                }
                Geometry::GeometryCollection(GeometryCollection(parts))
            }
            _ => return Err(BlobError("unknown geometry type")),
        };
        Ok(geometry)
    }
}

#[cfg(test)]
#[path = "blob_tests.rs"]
mod tests;
