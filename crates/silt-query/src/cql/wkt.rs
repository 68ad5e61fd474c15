//! Well-known text within a filter. Heights and measures are read and dropped.

use geo_types::{
    Coord, Geometry, GeometryCollection, MultiLineString, MultiPoint, MultiPolygon, Point,
};

use super::CqlError;
use super::lexer::Token;
use super::literal::Literals;
use super::text::Parser;

const KINDS: [&str; 7] = [
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
];

impl Parser<'_> {
    /// The geometry whose kind was just taken; `None` where the word was no kind or nothing
    /// follows that makes it one.
    pub(super) fn geometry(&mut self, kind: &str) -> Result<Option<Geometry<f64>>, CqlError> {
        if !KINDS.contains(&kind) {
            return Ok(None);
        }
        let has_marker = ["z", "m", "zm"].iter().any(|marker| self.is_word(marker));
        if !has_marker && !self.is_symbol("(") && !self.is_word("empty") {
            return Ok(None);
        }
        if has_marker {
            self.advance()?;
        }
        if self.is_word("empty") {
            self.advance()?;
            return Ok(Some(Geometry::GeometryCollection(GeometryCollection(
                Vec::new(),
            ))));
        }
        let geometry = match kind {
            "point" => {
                self.expect_symbol("(")?;
                let position = self.position()?;
                self.expect_symbol(")")?;
                Point(Literals::point(position)?).into()
            }
            "linestring" => Literals::line(self.positions()?)?.into(),
            "polygon" => Literals::polygon(self.list(Self::positions)?)?.into(),
            "multipoint" => {
                let points = self.list(Self::loose_position)?;
                MultiPoint(points.into_iter().map(Point).collect()).into()
            }
            "multilinestring" => {
                let lines = self.list(|parser| Literals::line(parser.positions()?))?;
                MultiLineString(lines).into()
            }
            "multipolygon" => {
                let polygons =
                    self.list(|parser| Literals::polygon(parser.list(Self::positions)?))?;
                MultiPolygon(polygons).into()
            }
            _ => {
                let members = self.list(|parser| parser.deeper(Self::member))?;
                Geometry::GeometryCollection(GeometryCollection(members))
            }
        };
        Ok(Some(geometry))
    }

    fn member(&mut self) -> Result<Geometry<f64>, CqlError> {
        let kind = match self.token {
            Token::Word(word) => word.to_ascii_lowercase(),
            _ => return Err(self.unexpected("a geometry")),
        };
        let at_word = self.unexpected("a geometry");
        self.advance()?;
        self.geometry(&kind)?.ok_or(at_word)
    }

    fn list<T>(
        &mut self,
        mut member: impl FnMut(&mut Self) -> Result<T, CqlError>,
    ) -> Result<Vec<T>, CqlError> {
        self.expect_symbol("(")?;
        let mut members = vec![member(self)?];
        while self.take_symbol(",")? {
            members.push(member(self)?);
        }
        if !self.take_symbol(")")? {
            return Err(self.unexpected(", or )"));
        }
        Ok(members)
    }

    fn positions(&mut self) -> Result<Vec<Coord<f64>>, CqlError> {
        self.list(Self::position)
    }

    /// A position of a MULTIPOINT, with or without its own parentheses.
    fn loose_position(&mut self) -> Result<Coord<f64>, CqlError> {
        if !self.take_symbol("(")? {
            return self.position();
        }
        let position = self.position()?;
        self.expect_symbol(")")?;
        Ok(position)
    }

    fn position(&mut self) -> Result<Coord<f64>, CqlError> {
        const MAX_ORDINATES: usize = 4;
        let mut ordinates = [0.0; MAX_ORDINATES];
        let mut count = 0;
        while count < MAX_ORDINATES && !self.is_symbol(",") && !self.is_symbol(")") {
            ordinates[count] = self.ordinate()?;
            count += 1;
        }
        if count < 2 {
            return Err(self.unexpected("two numbers of a position"));
        }
        self.literals.position(ordinates[0], ordinates[1])
    }

    fn ordinate(&mut self) -> Result<f64, CqlError> {
        let negative = self.take_symbol("-")?;
        if !negative {
            self.take_symbol("+")?;
        }
        let Token::Number(number) = self.token else {
            return Err(self.unexpected("a number"));
        };
        self.advance()?;
        let size = number.as_f64();
        Ok(if negative { -size } else { size })
    }
}
