//! Units of registers and their conversion.
//!
//! Factors are exact by definition: international foot 0.3048 m and pound 0.45359237 kg
//! (international yard and pound agreement, 1959); the rest follows from these.

use super::number::{NumberError, NumberFormat, parse_number};
use super::words::{fold, trim};

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Length; base unit metre.
    Length,
    /// Area; base unit square metre.
    Area,
    /// Volume; base unit cubic metre.
    Volume,
    /// Mass; base unit kilogram.
    Mass,
}

/// A unit of measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// m
    Metre,
    /// km
    Kilometre,
    /// International foot, 0.3048 m.
    Foot,
    /// International mile, 1,609.344 m.
    Mile,
    /// m²
    SquareMetre,
    /// ha, 10,000 m².
    Hectare,
    /// km²
    SquareKilometre,
    /// International acre, 4,046.8564224 m².
    Acre,
    /// Square mile, 640 acres.
    SquareMile,
    /// litre, 0.001 m³.
    Litre,
    /// m³
    CubicMetre,
    /// 1,000 m³
    ThousandCubicMetres,
    /// 1,000,000 m³; written Mm3, hm3 or MCM.
    MillionCubicMetres,
    /// One foot of water over one acre, 43,560 cubic feet.
    AcreFoot,
    /// Cubic yard, 27 cubic feet.
    CubicYard,
    /// kg
    Kilogram,
    /// Metric tonne, 1,000 kg.
    Tonne,
    /// 1,000 tonnes.
    Kilotonne,
    /// 1,000,000 tonnes.
    Megatonne,
    /// US short ton, 2,000 pounds.
    ShortTon,
    /// 1,000,000 short tons; written Mst.
    MillionShortTons,
}

/// Why a unit cannot be read or converted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UnitError {
    /// A name that is not known here.
    #[error("`{name}` is not a known unit")]
    Unknown {
        /// The name, shortened.
        name: String,
    },
    /// A name that different registers use for different units.
    #[error("`{name}` may mean {first:?} or {second:?}; name the unit in full")]
    Ambiguous {
        /// The name.
        name: String,
        /// One meaning.
        first: Unit,
        /// The other meaning.
        second: Unit,
    },
    /// Conversion between different dimensions.
    #[error("{from:?} is a unit of {}, {to:?} of {}", from.dimension().name(), to.dimension().name())]
    Dimension {
        /// Unit of the value.
        from: Unit,
        /// Unit asked for.
        to: Unit,
    },
    /// The number before the unit cannot be read.
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl Dimension {
    /// English name, lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Area => "area",
            Self::Volume => "volume",
            Self::Mass => "mass",
        }
    }
}

impl Unit {
    /// What the unit measures.
    pub fn dimension(self) -> Dimension {
        match self {
            Self::Metre | Self::Kilometre | Self::Foot | Self::Mile => Dimension::Length,
            Self::SquareMetre
            | Self::Hectare
            | Self::SquareKilometre
            | Self::Acre
            | Self::SquareMile => Dimension::Area,
            Self::Litre
            | Self::CubicMetre
            | Self::ThousandCubicMetres
            | Self::MillionCubicMetres
            | Self::AcreFoot
            | Self::CubicYard => Dimension::Volume,
            Self::Kilogram
            | Self::Tonne
            | Self::Kilotonne
            | Self::Megatonne
            | Self::ShortTon
            | Self::MillionShortTons => Dimension::Mass,
        }
    }

    /// Size in the base unit of the dimension: m, m², m³ or kg.
    pub fn in_base_units(self) -> f64 {
        match self {
            Self::Metre | Self::SquareMetre | Self::CubicMetre | Self::Kilogram => 1.0,
            Self::Kilometre | Self::ThousandCubicMetres | Self::Tonne => 1e3,
            Self::Foot => 0.3048,
            Self::Mile => 1609.344,
            Self::Hectare => 1e4,
            Self::SquareKilometre | Self::MillionCubicMetres | Self::Kilotonne => 1e6,
            Self::Acre => 4046.8564224,
            Self::SquareMile => 2_589_988.110336,
            Self::Litre => 1e-3,
            Self::AcreFoot => 1233.48183754752,
            Self::CubicYard => 0.764554857984,
            Self::Megatonne => 1e9,
            Self::ShortTon => 907.18474,
            Self::MillionShortTons => 907_184_740.0,
        }
    }

    /// Short name, in a form that [`Unit::parse`] reads back.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Metre => "m",
            Self::Kilometre => "km",
            Self::Foot => "ft",
            Self::Mile => "mi",
            Self::SquareMetre => "m2",
            Self::Hectare => "ha",
            Self::SquareKilometre => "km2",
            Self::Acre => "acre",
            Self::SquareMile => "mi2",
            Self::Litre => "l",
            Self::CubicMetre => "m3",
            Self::ThousandCubicMetres => "1000 m3",
            Self::MillionCubicMetres => "Mm3",
            Self::AcreFoot => "acre-ft",
            Self::CubicYard => "yd3",
            Self::Kilogram => "kg",
            Self::Tonne => "t",
            Self::Kilotonne => "kt",
            Self::Megatonne => "Mt",
            Self::ShortTon => "short ton",
            Self::MillionShortTons => "Mst",
        }
    }

    /// Reads a unit's symbol or its name in English, Portuguese, Spanish or French.
    ///
    /// Letter case matters only where it carries meaning. `Mm3` is a million cubic metres, as
    /// mining reports write it (not the cubic megametre of the SI, nor "miles de m3"). `Mt` is a
    /// megatonne; `MT`, `mt`, `ton` and `tons` are used both ways and are refused.
    ///
    /// # Errors
    ///
    /// [`UnitError::Unknown`] or [`UnitError::Ambiguous`].
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let name = trim(text);
        let ambiguous = |first, second| UnitError::Ambiguous {
            name: name.to_owned(),
            first,
            second,
        };
        match name {
            "Mm3" | "Mm\u{b3}" | "Mm^3" | "MMm3" | "MMm\u{b3}" => {
                return Ok(Self::MillionCubicMetres);
            }
            "Mt" => return Ok(Self::Megatonne),
            "MT" | "mt" | "mT" => return Err(ambiguous(Self::Tonne, Self::Megatonne)),
            "Mst" => return Ok(Self::MillionShortTons),
            // Cubic millimetres, or millions with the capital lost.
            "mm3" | "mm\u{b3}" | "MM3" | "MM\u{b3}" => return Err(unknown(name)),
            _ => {}
        }
        if name.len() > 40 {
            return Err(unknown(name));
        }
        match plain_name(name).as_str() {
            "ton" | "tons" => Err(ambiguous(Self::Tonne, Self::ShortTon)),
            plain => from_plain_name(plain).ok_or_else(|| unknown(name)),
        }
    }
}

fn unknown(name: &str) -> UnitError {
    UnitError::Unknown {
        name: name.chars().take(40).collect(),
    }
}

/// Folded, superscripts as digits, without points, brackets and carets, hyphens as spaces.
fn plain_name(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for c in fold(name).chars() {
        match c {
            '\u{b2}' => plain.push('2'),
            '\u{b3}' => plain.push('3'),
            '.' | '^' | '(' | ')' | '[' | ']' => {}
            '-' | '_' => plain.push(' '),
            c if c.is_whitespace() => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn from_plain_name(plain: &str) -> Option<Unit> {
    let unit = match plain {
        "m" | "mts" | "metre" | "metres" | "meter" | "meters" | "metro" | "metros" => Unit::Metre,
        "km" | "kms" | "kilometre" | "kilometres" | "kilometer" | "kilometers" | "kilometro"
        | "kilometros" | "quilometro" | "quilometros" => Unit::Kilometre,
        "ft" | "foot" | "feet" | "pie" | "pies" | "pes" | "pied" | "pieds" => Unit::Foot,
        "mi" | "mile" | "miles" => Unit::Mile,
        "m2" | "sq m" | "sqm" | "square metre" | "square metres" | "square meter"
        | "square meters" | "metros quadrados" | "metros cuadrados" | "metres carres" => {
            Unit::SquareMetre
        }
        "ha" | "has" | "hectare" | "hectares" | "hectarea" | "hectareas" => Unit::Hectare,
        "km2"
        | "sq km"
        | "sqkm"
        | "square kilometre"
        | "square kilometres"
        | "square kilometer"
        | "square kilometers"
        | "kilometros cuadrados"
        | "quilometros quadrados" => Unit::SquareKilometre,
        "ac" | "acre" | "acres" => Unit::Acre,
        "mi2" | "sq mi" | "square mile" | "square miles" => Unit::SquareMile,
        "l" | "litre" | "litres" | "liter" | "liters" | "litro" | "litros" => Unit::Litre,
        "m3" | "cu m" | "cum" | "cubic metre" | "cubic metres" | "cubic meter" | "cubic meters"
        | "cu meters" | "cu metres" | "metros cubicos" | "metres cubes" => Unit::CubicMetre,
        "1000 m3"
        | "thousand m3"
        | "thousand cubic metres"
        | "thousand cubic meters"
        | "mil m3"
        | "dam3" => Unit::ThousandCubicMetres,
        "million m3"
        | "million cubic metres"
        | "million cubic meters"
        | "mcm"
        | "hm3"
        | "milhoes de m3"
        | "millones de m3"
        | "millions de m3" => Unit::MillionCubicMetres,
        "acre ft" | "acre foot" | "acre feet" | "ac ft" | "acft" | "af" => Unit::AcreFoot,
        "yd3" | "cu yd" | "cubic yard" | "cubic yards" | "cy" => Unit::CubicYard,
        "kg" | "kilogram" | "kilograms" | "kilogramme" | "kilogrammes" => Unit::Kilogram,
        "t" | "tonne" | "tonnes" | "tonelada" | "toneladas" | "metric ton" | "metric tons"
        | "metric tonne" | "metric tonnes" => Unit::Tonne,
        "kt" | "ktonne" | "ktonnes" | "kilotonne" | "kilotonnes" | "thousand tonnes" => {
            Unit::Kilotonne
        }
        "mtonne"
        | "mtonnes"
        | "megatonne"
        | "megatonnes"
        | "million tonnes"
        | "milhoes de toneladas"
        | "millones de toneladas" => Unit::Megatonne,
        "short ton" | "short tons" | "us ton" | "us tons" => Unit::ShortTon,
        "million short tons" => Unit::MillionShortTons,
        _ => return None,
    };
    Some(unit)
}

/// Converts a value between units of one dimension.
///
/// # Errors
///
/// [`UnitError::Dimension`] where the units measure different things: tonnes become cubic
/// metres only with a density, which no unit table knows.
pub fn convert(value: f64, from: Unit, to: Unit) -> Result<f64, UnitError> {
    if from.dimension() != to.dimension() {
        return Err(UnitError::Dimension { from, to });
    }
    if from == to {
        return Ok(value);
    }
    Ok(value * from.in_base_units() / to.in_base_units())
}

/// A number with the unit written behind it in the same cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// The number, in `unit`.
    pub value: f64,
    /// The unit, where the cell names one.
    pub unit: Option<Unit>,
}

/// Reads a number with or without a unit behind it: `1,200,000 tonnes`, `12.5 ha`, `26`.
///
/// # Errors
///
/// [`UnitError::Number`] where the number, [`UnitError::Unknown`] or [`UnitError::Ambiguous`]
/// where the unit cannot be read.
pub fn parse_quantity(text: &str, format: NumberFormat) -> Result<Quantity, UnitError> {
    let number_error = match parse_number(text, format) {
        Ok(value) => return Ok(Quantity { value, unit: None }),
        Err(error) => error,
    };
    let trimmed = trim(text);
    let starts_with_number =
        trimmed.starts_with(|c: char| c.is_ascii_digit() || "+-.,".contains(c));
    let unit_start = trimmed.find(char::is_alphabetic);
    match unit_start {
        Some(start) if starts_with_number => {
            let (number_text, unit_text) = trimmed.split_at(start);
            let value = parse_number(number_text, format)?;
            let unit = Unit::parse(unit_text)?;
            Ok(Quantity {
                value,
                unit: Some(unit),
            })
        }
        _ => Err(number_error.into()),
    }
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
