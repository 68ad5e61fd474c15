//! Zones of the Universal Transverse Mercator grid.

use super::words::{fold, trim};

/// What the letter behind a zone number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ZoneLetter {
    /// `N` is north and `S` is south; other letters are latitude bands. So write Chile (`19S`)
    /// and most registers.
    #[default]
    Hemisphere,
    /// Every letter is a latitude band of the military grid: `19S` lies between 32° and 40°
    /// north.
    LatitudeBand,
}

/// A UTM zone with its half of the globe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UtmZone {
    number: u8,
    is_south: bool,
}

/// Why a text is not a UTM zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UtmError {
    /// Nothing but white space.
    #[error("the cell is empty")]
    Empty,
    /// No zone number.
    #[error("no zone number")]
    NoNumber,
    /// A zone number outside 1 to 60.
    #[error("zone {zone} is outside 1 to 60")]
    ZoneOutOfRange {
        /// Number read.
        zone: u32,
    },
    /// A letter that is no latitude band: A, B, I, O, Y and Z are not used.
    #[error("`{letter}` is not a latitude band")]
    NotABand {
        /// The letter as written.
        letter: char,
    },
    /// Neither the text nor the caller names the hemisphere.
    #[error("the hemisphere of the zone is not stated")]
    NoHemisphere,
    /// A datum other than WGS84; its zones have other EPSG codes.
    #[error("the zone names the datum {datum}; state the EPSG code of the column instead")]
    OtherDatum {
        /// The datum's short name.
        datum: &'static str,
    },
    /// Text that is no part of a zone.
    #[error("`{text}` is not part of a UTM zone")]
    Unexpected {
        /// The text, folded to lower case.
        text: String,
    },
}

impl UtmZone {
    /// A zone of 1 to 60, or `None`.
    pub fn new(number: u8, is_south: bool) -> Option<Self> {
        (1..=60)
            .contains(&number)
            .then_some(Self { number, is_south })
    }

    /// Zone number, 1 to 60.
    pub fn number(self) -> u8 {
        self.number
    }

    /// Whether northings count from 10,000 km south of the equator.
    pub fn is_south(self) -> bool {
        self.is_south
    }

    /// EPSG code on WGS84: 326xx in the north, 327xx in the south.
    pub fn epsg_wgs84(self) -> u32 {
        let base = if self.is_south { 32_700 } else { 32_600 };
        base + u32::from(self.number)
    }
}

const LONGEST_TEXT_BYTES: usize = 64;

/// Datums whose UTM zones are not those of WGS84, folded and without spaces.
const OTHER_DATUMS: &[(&str, &str)] = &[
    ("sirgas", "SIRGAS"),
    ("psad", "PSAD56"),
    ("sad69", "SAD69"),
    ("corregoalegre", "Corrego Alegre"),
    ("nad27", "NAD27"),
    ("nad83", "NAD83"),
    ("ed50", "ED50"),
    ("etrs", "ETRS89"),
];

/// Reads a UTM zone: `19S`, `22 L`, `Huso 19`, `UTM zone 19 South`, `WGS 84 / UTM zone 19S`.
///
/// `south_by_default` is the hemisphere of a zone without a letter, where the caller knows it.
///
/// # Errors
///
/// [`UtmError`] with the reason. SIRGAS 2000 and other datums are refused and not treated as
/// WGS84: the caller states the coordinate system instead.
pub fn parse_utm_zone(
    text: &str,
    letter: ZoneLetter,
    south_by_default: Option<bool>,
) -> Result<UtmZone, UtmError> {
    let trimmed = trim(text);
    if trimmed.is_empty() {
        return Err(UtmError::Empty);
    }
    let folded = fold(trimmed);
    if trimmed.len() > LONGEST_TEXT_BYTES {
        return Err(unexpected(&folded));
    }
    let compact: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    if let Some((_, datum)) = OTHER_DATUMS.iter().find(|(key, _)| compact.contains(key)) {
        return Err(UtmError::OtherDatum { datum });
    }
    let zone_text = strip_words(&compact);
    let digits_end = zone_text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(zone_text.len());
    let (digits, suffix) = zone_text.split_at(digits_end);
    if digits.is_empty() {
        return Err(UtmError::NoNumber);
    }
    let zone: u32 = digits.parse().map_err(|_| unexpected(digits))?;
    let is_south = match suffix {
        "" => south_by_default.ok_or(UtmError::NoHemisphere)?,
        "north" | "norte" | "nord" => false,
        "south" | "sur" | "sul" | "sud" => true,
        "n" if letter == ZoneLetter::Hemisphere => false,
        "s" if letter == ZoneLetter::Hemisphere => true,
        other => is_south_band(other)?,
    };
    let number = u8::try_from(zone).map_err(|_| UtmError::ZoneOutOfRange { zone })?;
    UtmZone::new(number, is_south).ok_or(UtmError::ZoneOutOfRange { zone })
}

/// Takes `WGS84`, `UTM`, `zone`, `huso` and `fuso` off the front, in any combination.
fn strip_words(compact: &str) -> &str {
    let mut rest = compact;
    loop {
        let words = ["wgs84", "utm", "zone", "zona", "huso", "fuso", "fuseau"];
        match words.iter().find_map(|word| rest.strip_prefix(word)) {
            Some(stripped) => rest = stripped,
            None => return rest,
        }
    }
}

/// Bands run from C at 80° south to X at 84° north, without I and O; M ends at the equator.
fn is_south_band(suffix: &str) -> Result<bool, UtmError> {
    let mut letters = suffix.chars();
    match (letters.next(), letters.next()) {
        (Some(band @ ('c'..='h' | 'j'..='n' | 'p'..='x')), None) => Ok(band <= 'm'),
        (Some(letter), None) if letter.is_ascii_alphabetic() => Err(UtmError::NotABand {
            letter: letter.to_ascii_uppercase(),
        }),
        _ => Err(unexpected(suffix)),
    }
}

fn unexpected(text: &str) -> UtmError {
    UtmError::Unexpected {
        text: text.chars().take(LONGEST_TEXT_BYTES).collect(),
    }
}

#[cfg(test)]
#[path = "utm_tests.rs"]
mod tests;
