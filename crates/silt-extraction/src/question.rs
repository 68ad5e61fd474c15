//! Questions for totals, as people and programs write them.

use h3o::Resolution;
use serde::{Deserialize, Serialize};
use silt_estimate::{Priors, Settings};
use silt_index::regions::RegionKind;

/// What totals are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Dimension {
    /// Regions of a kind.
    Region(RegionKind),
    /// Year, UTC.
    Year,
    /// Month, UTC, `2024-03`.
    Month,
    /// Hull.
    Vessel,
    /// Operator or owner by register.
    Operator,
    /// How the vessel dredges, by register.
    Type,
    /// Purpose by layers.
    Purpose,
    /// H3 cell of a resolution, 0 to 8.
    Cell(Resolution),
}

/// Most dimensions of one question.
const MOST_DIMENSIONS: usize = 4;

impl Dimension {
    /// Reads a list such as `region:iso3,year`; `region` alone is `region:iso3`.
    ///
    /// # Errors
    /// What is wrong with it, for the person who wrote it.
    pub fn parse_list(list: &str) -> Result<Vec<Dimension>, String> {
        let parts: Vec<&str> = list
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() > MOST_DIMENSIONS {
            return Err(format!("at most {MOST_DIMENSIONS} dimensions are possible"));
        }
        let mut dimensions = Vec::new();
        for part in parts {
            let dimension = Dimension::parse(part)?;
            if dimensions.contains(&dimension) {
                return Err(format!("`{part}` stands there twice"));
            }
            dimensions.push(dimension);
        }
        Ok(dimensions)
    }

    fn parse(text: &str) -> Result<Dimension, String> {
        let unknown = || {
            format!(
                "`{}` is none of region:KIND, year, month, vessel, operator, type, purpose, h3:RESOLUTION",
                text.chars().take(60).collect::<String>()
            )
        };
        match text.split_once(':') {
            None => match text {
                "region" => Ok(Dimension::Region(RegionKind::Country)),
                "year" => Ok(Dimension::Year),
                "month" => Ok(Dimension::Month),
                "vessel" => Ok(Dimension::Vessel),
                "operator" => Ok(Dimension::Operator),
                "type" => Ok(Dimension::Type),
                "purpose" => Ok(Dimension::Purpose),
                _ => Err(unknown()),
            },
            Some(("region", kind)) => RegionKind::from_prefix(kind)
                .map(Dimension::Region)
                .ok_or_else(unknown),
            Some(("h3", resolution)) => {
                let resolution: u8 = resolution.parse().map_err(|_| unknown())?;
                if resolution > 8 {
                    return Err(
                        "cells are kept at resolution 8; coarser ones are 0 to 7".to_owned()
                    );
                }
                Resolution::try_from(resolution)
                    .map(Dimension::Cell)
                    .map_err(|_| unknown())
            }
            Some(_) => Err(unknown()),
        }
    }

    /// As it is written in a question.
    pub fn name(self) -> String {
        match self {
            Dimension::Region(kind) => format!("region:{}", kind.as_str()),
            Dimension::Year => "year".to_owned(),
            Dimension::Month => "month".to_owned(),
            Dimension::Vessel => "vessel".to_owned(),
            Dimension::Operator => "operator".to_owned(),
            Dimension::Type => "type".to_owned(),
            Dimension::Purpose => "purpose".to_owned(),
            Dimension::Cell(resolution) => format!("h3:{}", u8::from(resolution)),
        }
    }
}

impl From<Dimension> for String {
    fn from(dimension: Dimension) -> String {
        dimension.name()
    }
}

impl TryFrom<String> for Dimension {
    type Error = String;

    fn try_from(text: String) -> Result<Dimension, String> {
        Dimension::parse(&text)
    }
}

/// The first moment of a year, month, day or RFC 3339 time, Unix milliseconds.
///
/// # Errors
/// What is wrong with the text, for the person who wrote it.
pub fn moment_ms(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let whole = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    let time: Result<jiff::Timestamp, _> = whole.parse();
    time.map(|time| time.as_millisecond()).map_err(|_| {
        format!(
            "`{}` is not a moment; write 2024, 2024-03, 2024-03-01 or 2024-03-01T12:00:00Z",
            text.chars().take(40).collect::<String>()
        )
    })
}

/// A question for totals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// Dimensions of the groups; none is one total.
    pub by: Vec<Dimension>,
    /// Only dredging in this region.
    pub region: Option<String>,
    /// Only dredging that began at or after this moment, Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Only dredging that began before this moment.
    pub until_ms: Option<i64>,
    /// Only this purpose.
    pub purpose: Option<String>,
    /// Draws and seed.
    pub settings: Settings,
    /// Priors.
    pub priors: Priors,
}

#[cfg(test)]
#[path = "question_tests.rs"]
mod tests;
