//! CQL2 JSON into an expression.

use geo_types::{
    Coord, Geometry, GeometryCollection, MultiLineString, MultiPoint, MultiPolygon, Point,
};
use serde_json::{Map, Value};

use super::ast::{Arithmetic, Comparison, Expr};
use super::literal::Literals;
use super::{CqlError, Limits};
use crate::filter::number::Number;

struct Reader<'a> {
    depth: usize,
    max_depth: usize,
    literals: Literals<'a>,
}

pub(super) fn parse(
    source: &str,
    limits: &Limits,
    literals: Literals<'_>,
) -> Result<Expr, CqlError> {
    // serde_json ends at 128 arrays and objects within each other, before the stack does.
    let json: Value = serde_json::from_str(source).map_err(|error| {
        if error.to_string().starts_with("recursion limit") {
            return CqlError::TooDeep {
                limit: limits.max_depth,
            };
        }
        CqlError::Json(format!("the filter is not JSON: {error}"))
    })?;
    let mut reader = Reader {
        depth: 0,
        max_depth: limits.max_depth,
        literals,
    };
    reader.expr(&json)
}

fn wrong<T>(message: impl Into<String>) -> Result<T, CqlError> {
    Err(CqlError::Json(message.into()))
}

impl Reader<'_> {
    fn expr(&mut self, json: &Value) -> Result<Expr, CqlError> {
        if self.depth >= self.max_depth {
            return Err(CqlError::TooDeep {
                limit: self.max_depth,
            });
        }
        self.depth += 1;
        let expr = match json {
            Value::Null => Ok(Expr::Null),
            Value::Bool(flag) => Ok(Expr::Bool(*flag)),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Ok(Expr::Number(Number::Int(whole))),
                (None, Some(real)) if real.is_finite() => Ok(Expr::Number(Number::Real(real))),
                _ => wrong("a number that cannot be read"),
            },
            Value::String(text) => Ok(Expr::Text(text.clone())),
            Value::Array(members) => Ok(Expr::Array(self.exprs(members)?)),
            Value::Object(object) => self.object(object),
        };
        self.depth -= 1;
        expr
    }

    fn exprs(&mut self, members: &[Value]) -> Result<Vec<Expr>, CqlError> {
        members.iter().map(|member| self.expr(member)).collect()
    }

    fn object(&mut self, object: &Map<String, Value>) -> Result<Expr, CqlError> {
        let text_of = |key: &str| object.get(key).map(|value| value.as_str());
        if let Some(op) = object.get("op") {
            let Some(op) = op.as_str() else {
                return wrong("\"op\" takes a text");
            };
            let arguments = match object.get("args") {
                Some(Value::Array(arguments)) => self.exprs(arguments)?,
                None => Vec::new(),
                Some(_) => return wrong("\"args\" takes an array"),
            };
            return operation(op, arguments);
        }
        match (text_of("property"), text_of("date"), text_of("timestamp")) {
            (Some(Some(name)), _, _) => return Ok(Expr::Property(name.to_owned())),
            (_, Some(Some(text)), _) => return Ok(Expr::Date(text.to_owned())),
            (_, _, Some(Some(text))) => return Ok(Expr::Timestamp(text.to_owned())),
            (None, None, None) => {}
            _ => return wrong("\"property\", \"date\" and \"timestamp\" take a text"),
        }
        if let Some(interval) = object.get("interval") {
            let Some([start, end]) = interval.as_array().map(Vec::as_slice) else {
                return wrong("\"interval\" takes an array of two ends");
            };
            let (start, end) = (self.expr(start)?, self.expr(end)?);
            return Ok(Expr::Interval(Box::new(start), Box::new(end)));
        }
        if let Some(bbox) = object.get("bbox") {
            return Ok(Expr::Bbox(self.literals.bbox(&numbers(bbox)?)?));
        }
        if object.contains_key("type") {
            return Ok(Expr::Geometry(self.geometry(object)?));
        }
        wrong(
            "an object without \"op\", \"property\", \"date\", \"timestamp\", \"interval\", \"bbox\" or \"type\"",
        )
    }

    fn geometry(&mut self, object: &Map<String, Value>) -> Result<Geometry<f64>, CqlError> {
        let kind = object
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if kind == "GeometryCollection" {
            let Some(Value::Array(members)) = object.get("geometries") else {
                return wrong("a GeometryCollection without \"geometries\"");
            };
            let mut geometries = Vec::new();
            for member in members {
                let Some(member) = member.as_object() else {
                    return wrong("a GeometryCollection with a member that is no geometry");
                };
                if self.depth >= self.max_depth {
                    return Err(CqlError::TooDeep {
                        limit: self.max_depth,
                    });
                }
                self.depth += 1;
                geometries.push(self.geometry(member)?);
                self.depth -= 1;
            }
            return Ok(Geometry::GeometryCollection(GeometryCollection(geometries)));
        }
        let Some(coordinates) = object.get("coordinates") else {
            return wrong("a geometry without \"coordinates\"");
        };
        let is_empty = coordinates.as_array().is_some_and(Vec::is_empty);
        Ok(match kind {
            _ if is_empty => Geometry::GeometryCollection(GeometryCollection(Vec::new())),
            "Point" => Point(Literals::point(self.position(coordinates)?)?).into(),
            "LineString" => Literals::line(self.positions(coordinates)?)?.into(),
            "Polygon" => Literals::polygon(self.rings(coordinates)?)?.into(),
            "MultiPoint" => {
                let points = self.positions(coordinates)?;
                MultiPoint(points.into_iter().map(Point).collect()).into()
            }
            "MultiLineString" => {
                let lines = self.rings(coordinates)?.into_iter().map(Literals::line);
                MultiLineString(lines.collect::<Result<_, _>>()?).into()
            }
            "MultiPolygon" => {
                let mut polygons = Vec::new();
                for polygon in members(coordinates)? {
                    polygons.push(Literals::polygon(self.rings(polygon)?)?);
                }
                MultiPolygon(polygons).into()
            }
            _ => return wrong("a geometry of a type that GeoJSON does not have"),
        })
    }

    fn rings(&mut self, json: &Value) -> Result<Vec<Vec<Coord<f64>>>, CqlError> {
        members(json)?
            .iter()
            .map(|ring| self.positions(ring))
            .collect()
    }

    fn positions(&mut self, json: &Value) -> Result<Vec<Coord<f64>>, CqlError> {
        members(json)?.iter().map(|at| self.position(at)).collect()
    }

    fn position(&mut self, json: &Value) -> Result<Coord<f64>, CqlError> {
        match numbers(json)?.as_slice() {
            [x, y, ..] => self.literals.position(*x, *y),
            _ => wrong("a position needs two numbers"),
        }
    }
}

fn members(json: &Value) -> Result<&[Value], CqlError> {
    match json {
        Value::Array(members) => Ok(members),
        _ => wrong("coordinates are arrays of numbers"),
    }
}

fn numbers(json: &Value) -> Result<Vec<f64>, CqlError> {
    let members = members(json)?;
    let read = |member: &Value| match member.as_f64() {
        Some(number) if number.is_finite() => Ok(number),
        _ => wrong("coordinates are arrays of numbers"),
    };
    members.iter().map(read).collect()
}

fn operation(op: &str, arguments: Vec<Expr>) -> Result<Expr, CqlError> {
    let name = op.to_ascii_lowercase();
    let count = arguments.len();
    if name == "and" || name == "or" {
        if count == 0 {
            return wrong(format!("{op:?} without arguments"));
        }
        return Ok(if name == "and" {
            Expr::And(arguments)
        } else {
            Expr::Or(arguments)
        });
    }
    if let Some(comparison) = Comparison::from_symbol(&name) {
        let [left, right] = exactly(op, arguments)?;
        return Ok(Expr::Compare(comparison, Box::new(left), Box::new(right)));
    }
    if name == "-" && count == 1 {
        let [inner] = exactly(op, arguments)?;
        return Ok(Expr::Negate(Box::new(inner)));
    }
    if let Some(arithmetic) = Arithmetic::from_symbol(&name) {
        let [left, right] = exactly(op, arguments)?;
        return Ok(Expr::Chain(Box::new(left), vec![(arithmetic, right)]));
    }
    match name.as_str() {
        "not" => {
            let [inner] = exactly(op, arguments)?;
            Ok(Expr::Not(Box::new(inner)))
        }
        "isnull" => {
            let [inner] = exactly(op, arguments)?;
            Ok(Expr::IsNull(Box::new(inner)))
        }
        "like" => {
            let [value, pattern] = exactly(op, arguments)?;
            Ok(Expr::Like(Box::new(value), Box::new(pattern)))
        }
        "between" => {
            let [value, low, high] = exactly(op, arguments)?;
            Ok(Expr::Between(
                Box::new(value),
                Box::new(low),
                Box::new(high),
            ))
        }
        "in" => match exactly(op, arguments)? {
            [value, Expr::Array(members)] => Ok(Expr::In(Box::new(value), members)),
            _ => wrong("\"in\" takes a value and an array"),
        },
        _ => Ok(Expr::Call(name, arguments)),
    }
}

fn exactly<const N: usize>(op: &str, arguments: Vec<Expr>) -> Result<[Expr; N], CqlError> {
    let met = arguments.len();
    arguments
        .try_into()
        .or_else(|_| wrong(format!("{op:?} takes {N} arguments, and not {met}")))
}
