//! GeoJSON geometry objects, straight from text to [`geo_types`].

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::cursor::{Cursor, JsonError};

/// Geometry collections nest by recursion here, so their depth has a bound of its own.
const MAX_COLLECTION_DEPTH: u32 = 64;

/// Why a geometry cannot be read, at a byte position of the text.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) at: usize,
    pub(super) reason: String,
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        Problem {
            at: error.at,
            reason: error.kind.to_string(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
    GeometryCollection,
}

fn kind_by_name(name: &str) -> Option<Kind> {
    Some(match name {
        "Point" => Kind::Point,
        "MultiPoint" => Kind::MultiPoint,
        "LineString" => Kind::LineString,
        "MultiLineString" => Kind::MultiLineString,
        "Polygon" => Kind::Polygon,
        "MultiPolygon" => Kind::MultiPolygon,
        "GeometryCollection" => Kind::GeometryCollection,
        _ => return None,
    })
}

/// Whether a `type` member names a geometry.
pub(super) fn is_geometry_type(name: &str) -> bool {
    kind_by_name(name).is_some()
}

/// Reads geometry objects and remembers what it had to settle.
pub(super) struct GeometryReader<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    pub(super) had_elevation: bool,
    /// Number of rings whose last position was not the first, and the start of the first such.
    pub(super) rings_closed: usize,
    pub(super) first_open_ring: Option<Coord<f64>>,
}

impl<'c, 'a> GeometryReader<'c, 'a> {
    pub(super) fn new(cursor: &'c mut Cursor<'a>) -> Self {
        GeometryReader {
            cursor,
            had_elevation: false,
            rings_closed: 0,
            first_open_ring: None,
        }
    }

    /// The geometry at the cursor; `None` when it is empty.
    pub(super) fn read(&mut self) -> Result<Option<Geometry<f64>>, Problem> {
        self.geometry(0)
    }

    fn problem<T>(&self, reason: impl Into<String>) -> Result<T, Problem> {
        Err(Problem {
            at: self.cursor.at,
            reason: reason.into(),
        })
    }

    fn geometry(&mut self, depth: u32) -> Result<Option<Geometry<f64>>, Problem> {
        if depth > MAX_COLLECTION_DEPTH {
            return self.problem(format!(
                "geometry collections are nested deeper than {MAX_COLLECTION_DEPTH} levels"
            ));
        }
        if self.cursor.peek() != Some(b'{') {
            return self.problem("the geometry is not an object");
        }
        self.cursor.at += 1;
        let start = self.cursor.at;
        let mut kind = None;
        let mut coordinates_at = None;
        let mut geometry = None;
        let mut members = None;
        let mut first = true;
        while let Some(key) = self.cursor.next_key(first)? {
            first = false;
            match key.as_ref() {
                "type" => kind = Some(self.kind()?),
                "coordinates" => {
                    self.cursor.peek();
                    coordinates_at = Some(self.cursor.at);
                    match kind {
                        Some(kind) if kind != Kind::GeometryCollection => {
                            geometry = Some(self.coordinates(kind)?);
                        }
                        _ => {
                            self.cursor.skip_value()?;
                        }
                    }
                }
                "geometries" => members = Some(self.collection(depth)?),
                _ => {
                    self.cursor.skip_value()?;
                }
            }
        }
        let Some(kind) = kind else {
            self.cursor.at = start;
            return self.problem("the geometry has no `type`");
        };
        if kind == Kind::GeometryCollection {
            let Some(members) = members else {
                return self.problem("the GeometryCollection has no `geometries`");
            };
            let is_empty = members.is_empty();
            let collection = Geometry::GeometryCollection(GeometryCollection(members));
            return Ok((!is_empty).then_some(collection));
        }
        if let Some(geometry) = geometry {
            return Ok(geometry);
        }
        // The type stood after the coordinates.
        let Some(coordinates_at) = coordinates_at else {
            return self.problem(format!("the {kind:?} has no `coordinates`"));
        };
        let end = self.cursor.at;
        self.cursor.at = coordinates_at;
        let geometry = self.coordinates(kind)?;
        self.cursor.at = end;
        Ok(geometry)
    }

    fn kind(&mut self) -> Result<Kind, Problem> {
        if self.cursor.peek() != Some(b'"') {
            return self.problem("the `type` of the geometry is not text");
        }
        let name = self.cursor.string()?;
        match kind_by_name(&name) {
            Some(kind) => Ok(kind),
            None => self.problem(format!(
                "`{}` is not a geometry type of GeoJSON",
                crate::read::quoted(&name)
            )),
        }
    }

    fn collection(&mut self, depth: u32) -> Result<Vec<Geometry<f64>>, Problem> {
        let mut members = Vec::new();
        self.array(
            "a GeometryCollection needs an array of geometries",
            |reader| {
                if !reader.cursor.literal("null") {
                    members.extend(reader.geometry(depth + 1)?);
                }
                Ok(())
            },
        )?;
        Ok(members)
    }

    fn coordinates(&mut self, kind: Kind) -> Result<Option<Geometry<f64>>, Problem> {
        if self.cursor.literal("null") {
            return Ok(None);
        }
        Ok(match kind {
            Kind::Point => self.point()?.map(|coord| Point(coord).into()),
            Kind::MultiPoint => {
                let points: Vec<Point<f64>> = self
                    .positions("MultiPoint")?
                    .into_iter()
                    .map(Point)
                    .collect();
                (!points.is_empty()).then(|| MultiPoint(points).into())
            }
            Kind::LineString => {
                let line = LineString(self.positions("LineString")?);
                (!line.0.is_empty()).then(|| line.into())
            }
            Kind::MultiLineString => {
                let mut lines = Vec::new();
                self.array("a MultiLineString needs an array of lines", |reader| {
                    lines.push(LineString(reader.positions("MultiLineString")?));
                    Ok(())
                })?;
                lines.retain(|line: &LineString<f64>| !line.0.is_empty());
                (!lines.is_empty()).then(|| MultiLineString(lines).into())
            }
            Kind::Polygon => self.polygon("Polygon")?.map(Geometry::from),
            Kind::MultiPolygon => {
                let mut polygons = Vec::new();
                self.array("a MultiPolygon needs an array of polygons", |reader| {
                    polygons.extend(reader.polygon("MultiPolygon")?);
                    Ok(())
                })?;
                (!polygons.is_empty()).then(|| MultiPolygon(polygons).into())
            }
            Kind::GeometryCollection => {
                return self.problem("a GeometryCollection has no coordinates");
            }
        })
    }

    fn point(&mut self) -> Result<Option<Coord<f64>>, Problem> {
        let start = self.cursor.at;
        let is_empty = self.cursor.take(b'[') && self.cursor.take(b']');
        if is_empty {
            return Ok(None);
        }
        self.cursor.at = start;
        self.position("Point").map(Some)
    }

    fn polygon(&mut self, kind: &str) -> Result<Option<Polygon<f64>>, Problem> {
        let mut rings: Vec<LineString<f64>> = Vec::new();
        self.array("a polygon needs an array of rings", |reader| {
            let ring = reader.positions(kind)?;
            if let (Some(first), Some(last)) = (ring.first(), ring.last())
                && first != last
            {
                reader.rings_closed += 1;
                reader.first_open_ring.get_or_insert(*first);
            }
            rings.push(LineString(ring));
            Ok(())
        })?;
        let mut rings = rings.into_iter();
        let Some(exterior) = rings.next() else {
            return Ok(None);
        };
        let interiors: Vec<LineString<f64>> = rings.filter(|ring| !ring.0.is_empty()).collect();
        if exterior.0.is_empty() {
            if interiors.is_empty() {
                return Ok(None);
            }
            return self.problem("the outer ring is empty and an inner one is not");
        }
        // `Polygon::new` closes open rings; they are counted above so that it is reported.
        Ok(Some(Polygon::new(exterior, interiors)))
    }

    /// An array of positions.
    fn positions(&mut self, kind: &str) -> Result<Vec<Coord<f64>>, Problem> {
        let mut coords = Vec::new();
        if !self.cursor.take(b'[') {
            return self.wrong_nesting(kind);
        }
        if self.cursor.take(b']') {
            return Ok(coords);
        }
        loop {
            coords.push(self.position(kind)?);
            if self.cursor.take(b']') {
                return Ok(coords);
            }
            self.cursor.expect(b',')?;
        }
    }

    fn array(
        &mut self,
        what: &str,
        mut element: impl FnMut(&mut Self) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        if !self.cursor.take(b'[') {
            return self.problem(what.to_owned());
        }
        if self.cursor.take(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if self.cursor.take(b']') {
                return Ok(());
            }
            self.cursor.expect(b',')?;
        }
    }

    /// One position: two numbers, and further ones that are left out.
    #[inline]
    fn position(&mut self, kind: &str) -> Result<Coord<f64>, Problem> {
        if !self.cursor.take(b'[') {
            return self.wrong_nesting(kind);
        }
        let x = self.ordinate(kind)?;
        if !self.cursor.take(b',') {
            return self.problem("a position has one number only");
        }
        let y = self.ordinate(kind)?;
        while self.cursor.take(b',') {
            // Elevations and measures are left out, so it does not matter what they hold.
            self.cursor.skip_value()?;
            self.had_elevation = true;
        }
        self.cursor.expect(b']')?;
        Ok(Coord { x, y })
    }

    #[inline]
    fn ordinate(&mut self, kind: &str) -> Result<f64, Problem> {
        match self.cursor.number() {
            Some(number) if number.is_finite() => Ok(number),
            Some(_) => self.problem("a coordinate is too large to be a number"),
            None => self.not_an_ordinate(kind),
        }
    }

    fn wrong_nesting<T>(&mut self, kind: &str) -> Result<T, Problem> {
        self.problem(format!(
            "the brackets of the coordinates do not fit a {kind}: an array is missing"
        ))
    }

    fn not_an_ordinate(&mut self, kind: &str) -> Result<f64, Problem> {
        let reason = match self.cursor.peek() {
            Some(b'[') => {
                format!("the brackets of the coordinates do not fit a {kind}: one array too many")
            }
            Some(b']') => "a position has less than two numbers".to_owned(),
            Some(b'"') => "a coordinate is text, not a number".to_owned(),
            Some(b'n') => "a coordinate is null".to_owned(),
            _ => match self.cursor.not_a_number() {
                Some(token) => format!("a coordinate is {token}"),
                None => "a coordinate is not a number".to_owned(),
            },
        };
        self.problem(reason)
    }
}

#[cfg(test)]
#[path = "geometry_tests.rs"]
mod tests;
