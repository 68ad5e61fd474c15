//! Questions as requests and jobs write them, checked input by input.

use silt_dredging::Purpose;
use silt_estimate::{MIN_DRAWS, Priors, Settings};
use silt_extraction::question::{Dimension, Question, moment_ms};
use silt_index::regions::RegionSet;
use silt_jobs::InputError;

/// Purposes that dredging can have.
pub(crate) const PURPOSES: [Purpose; 5] = [
    Purpose::Unknown,
    Purpose::Extraction,
    Purpose::Maintenance,
    Purpose::ReclamationOrNourishment,
    Purpose::Aggregates,
];

/// A question as it is written, input by input. What is left out has its default.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Asked {
    pub(crate) by: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) datetime: Option<String>,
    pub(crate) purpose: Option<String>,
    pub(crate) draws: Option<u64>,
    pub(crate) seed: Option<u64>,
    pub(crate) priors: Option<Priors>,
}

impl Asked {
    /// The question that is meant.
    ///
    /// # Errors
    /// The first input that cannot be what it is.
    pub(crate) fn question(
        self,
        regions: &RegionSet,
        most_draws: u64,
    ) -> Result<Question, InputError> {
        let refuse = |input: &'static str| move |why: String| InputError::new(input, why);
        let by = Dimension::parse_list(self.by.as_deref().unwrap_or_default());
        let by = by.map_err(refuse("by"))?;
        if let Some(region) = &self.region {
            let known = regions.expand(region);
            known.map_err(|error| InputError::new("region", error.to_string()))?;
        }
        if let Some(purpose) = &self.purpose {
            let names = PURPOSES.map(Purpose::name);
            if !names.contains(&purpose.as_str()) {
                let reason = format!("is none of {}", names.join(", "));
                return Err(InputError::new("purpose", reason));
            }
        }
        let (from_ms, until_ms) = period(&self)?;
        let draws = self.draws.unwrap_or(MIN_DRAWS.into());
        if !(u64::from(MIN_DRAWS)..=most_draws).contains(&draws) {
            let reason = format!("must be between {MIN_DRAWS} and {most_draws} here");
            return Err(InputError::new("draws", reason));
        }
        let priors = self.priors.unwrap_or_default();
        let checked = priors.validate();
        checked.map_err(|error| InputError::new("priors", error.to_string()))?;
        let defaults = Settings::default();
        Ok(Question {
            by,
            region: self.region,
            from_ms,
            until_ms,
            purpose: self.purpose,
            settings: Settings {
                draws: u32::try_from(draws).unwrap_or(u32::MAX),
                seed: self.seed.unwrap_or(defaults.seed),
                ..defaults
            },
            priors,
        })
    }
}

/// First moment and first moment afterwards, Unix milliseconds.
fn period(asked: &Asked) -> Result<(Option<i64>, Option<i64>), InputError> {
    if let Some(text) = &asked.datetime {
        if asked.from.is_some() || asked.to.is_some() {
            let reason = "cannot stand beside `from` or `to`, which say the same";
            return Err(InputError::new("datetime", reason));
        }
        let period = silt_query::datetime::parse(text);
        let period = period.map_err(|error| InputError::new("datetime", error.to_string()))?;
        let is_open = |moment_us: i64| moment_us == i64::MIN || moment_us == i64::MAX;
        let (start_us, end_us) = (period.start_us(), period.end_us());
        let from_ms = (!is_open(start_us)).then(|| start_us.div_euclid(1_000));
        // The last moment of an interval belongs to it.
        let until_ms = (!is_open(end_us)).then(|| end_us.div_euclid(1_000) + 1);
        return Ok((from_ms, until_ms));
    }
    let moment = |input: &'static str, text: &Option<String>| {
        let parsed = text.as_deref().map(moment_ms).transpose();
        parsed.map_err(|why| InputError::new(input, why))
    };
    let (from_ms, until_ms) = (moment("from", &asked.from)?, moment("to", &asked.to)?);
    if let (Some(from_ms), Some(until_ms)) = (from_ms, until_ms)
        && until_ms <= from_ms
    {
        return Err(InputError::new("to", "does not lie after `from`"));
    }
    Ok((from_ms, until_ms))
}

#[cfg(test)]
#[path = "question_tests.rs"]
mod tests;
