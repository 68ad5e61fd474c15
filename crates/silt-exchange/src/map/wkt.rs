//! Well-Known Text (OGC Simple Features), as registers hold it in a column.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

/// Deepest nesting of geometry collections.
const MAX_DEPTH: u32 = 32;

/// A text is not a geometry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {at}: {reason}")]
pub struct WktError {
    /// Where, in characters from 1.
    pub at: usize,
    /// What is wrong.
    pub reason: &'static str,
}

/// A geometry read from text.
#[derive(Debug, Clone, PartialEq)]
pub struct WktGeometry {
    /// The geometry, or `None` for `POINT EMPTY` and its like.
    pub geometry: Option<Geometry<f64>>,
    /// Code of `SRID=...;` in front, as PostGIS writes it.
    pub srid: Option<u32>,
    /// Whether a third coordinate or a measure was left out.
    pub had_elevation: bool,
    /// Number of rings that did not end where they start; they were closed.
    pub rings_closed: usize,
}

/// Reads Well-Known Text, in any letter case, with or without `Z` and `M`.
///
/// # Errors
///
/// [`WktError`] with the place and the reason.
pub fn parse_wkt(text: &str) -> Result<WktGeometry, WktError> {
    let mut parser = Parser {
        text,
        at: 0,
        had_elevation: false,
        rings_closed: 0,
    };
    let srid = parser.srid()?;
    let geometry = parser.geometry(0)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.error("text after the geometry"));
    }
    Ok(WktGeometry {
        geometry,
        srid,
        had_elevation: parser.had_elevation,
        rings_closed: parser.rings_closed,
    })
}

struct Parser<'text> {
    text: &'text str,
    at: usize,
    had_elevation: bool,
    rings_closed: usize,
}

impl<'text> Parser<'text> {
    fn error(&self, reason: &'static str) -> WktError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        WktError {
            at: before.chars().count() + 1,
            reason,
        }
    }

    fn rest(&self) -> &'text str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn accept(&mut self, symbol: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len_utf8();
        }
        found
    }

    fn expect(&mut self, symbol: char, reason: &'static str) -> Result<(), WktError> {
        if self.accept(symbol) {
            Ok(())
        } else {
            Err(self.error(reason))
        }
    }

    fn word(&mut self) -> &'text str {
        self.skip_space();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn srid(&mut self) -> Result<Option<u32>, WktError> {
        self.skip_space();
        let rest = self.rest();
        if !rest
            .get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case("SRID="))
        {
            return Ok(None);
        }
        let end = rest
            .find(';')
            .ok_or_else(|| self.error("SRID without `;`"))?;
        let code = rest[5..end]
            .trim()
            .parse()
            .map_err(|_| self.error("SRID is not a number"))?;
        self.at += end + 1;
        Ok(Some(code))
    }

    fn geometry(&mut self, depth: u32) -> Result<Option<Geometry<f64>>, WktError> {
        if depth > MAX_DEPTH {
            return Err(self.error("collections are nested too deep"));
        }
        let start = self.at;
        let kind = self.word().to_ascii_uppercase();
        let kind = kind.trim_end_matches(['Z', 'M']);
        let mut after_kind = self.at;
        let mut word = self.word().to_ascii_uppercase();
        if matches!(word.as_str(), "Z" | "M" | "ZM") {
            after_kind = self.at;
            word = self.word().to_ascii_uppercase();
        }
        if word == "EMPTY" {
            return Ok(None);
        }
        self.at = after_kind;
        let geometry = match kind {
            "POINT" => {
                self.expect('(', "`(` is missing")?;
                let position = self.position()?;
                self.expect(')', "`)` is missing, or a coordinate too many")?;
                Geometry::Point(Point::from(position))
            }
            "LINESTRING" => Geometry::LineString(self.line()?),
            "POLYGON" => Geometry::Polygon(self.polygon()?),
            "MULTIPOINT" => Geometry::MultiPoint(MultiPoint(self.list(Self::point_of_many)?)),
            "MULTILINESTRING" => Geometry::MultiLineString(MultiLineString(self.list(Self::line)?)),
            "MULTIPOLYGON" => Geometry::MultiPolygon(MultiPolygon(self.list(Self::polygon)?)),
            "GEOMETRYCOLLECTION" => {
                let members = self.list(|parser| parser.geometry(depth + 1))?;
                let members: Vec<Geometry<f64>> = members.into_iter().flatten().collect();
                Geometry::GeometryCollection(GeometryCollection(members))
            }
            _ => {
                self.at = start;
                return Err(self.error("not the name of a geometry type"));
            }
        };
        Ok(Some(geometry))
    }

    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, WktError>,
    ) -> Result<Vec<T>, WktError> {
        self.expect('(', "`(` is missing")?;
        let mut items = vec![item(self)?];
        while self.accept(',') {
            items.push(item(self)?);
        }
        self.expect(')', "`)` or `,` is missing")?;
        Ok(items)
    }

    fn line(&mut self) -> Result<LineString<f64>, WktError> {
        self.list(Self::position).map(LineString::new)
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, WktError> {
        let mut rings = self.list(Self::line)?;
        self.rings_closed += rings.iter().filter(|ring| !ring.is_closed()).count();
        let outer = rings.remove(0);
        Ok(Polygon::new(outer, rings))
    }

    fn point_of_many(&mut self) -> Result<Point<f64>, WktError> {
        let in_parentheses = self.accept('(');
        let position = self.position()?;
        if in_parentheses {
            self.expect(')', "`)` is missing")?;
        }
        Ok(Point::from(position))
    }

    fn position(&mut self) -> Result<Coord<f64>, WktError> {
        let x = self.number()?;
        let y = self.number()?;
        self.skip_space();
        while !self.rest().starts_with([',', ')']) && !self.rest().is_empty() {
            self.number()?;
            self.had_elevation = true;
            self.skip_space();
        }
        Ok(Coord { x, y })
    }

    fn number(&mut self) -> Result<f64, WktError> {
        self.skip_space();
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
            .unwrap_or(rest.len());
        let number: f64 = rest[..end]
            .parse()
            .map_err(|_| self.error("not a number"))?;
        if !number.is_finite() {
            return Err(self.error("not a finite number"));
        }
        self.at += end;
        Ok(number)
    }
}

#[cfg(test)]
#[path = "wkt_tests.rs"]
mod tests;
