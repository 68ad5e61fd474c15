//! The process `aggregate-extraction`: totals of extraction as a job.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use silt_dredging::Purpose;
use silt_estimate::{METHOD_VERSION, MIN_DRAWS, PRIOR_VERSION, Priors};
use silt_extraction::aggregate::Bounds;
use silt_extraction::answer::{self, Format, manifest_path};
use silt_jobs::{
    InputDescription, InputError, Inputs, JobControl, Output, OutputDescription, Process,
    ProcessDescription, Progress, RunError,
};

use super::question::{Asked, PURPOSES};
use super::{Extraction, NoData, NoTotals, compute};
use crate::negotiate;
use crate::state::Worlds;

/// Totals of extraction as a job.
pub(crate) struct AggregateExtraction {
    pub(crate) extraction: Arc<Extraction>,
    pub(crate) worlds: Worlds,
    /// Most draws of a job.
    pub(crate) most_draws: u64,
}

/// Where the Monte Carlo begins and ends in the progress of a job, percent.
const DRAWING: (u64, u64) = (5, 90);

impl Process for AggregateExtraction {
    fn description(&self) -> ProcessDescription {
        let input = |id: &str, title: &str, description: &str, schema: Value| InputDescription {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            required: false,
            schema,
        };
        let text = || json!({"type": "string"});
        ProcessDescription {
            id: "aggregate-extraction".to_owned(),
            version: format!("{METHOD_VERSION}.{PRIOR_VERSION}"),
            title: "Totals of dredged material".to_owned(),
            description: "Adds up what was dredged, as vessel positions show it, in cubic metres and tonnes with \
                 intervals (p05, p50, p95), by region, time, vessel, operator, type, purpose or cell. The result is a \
                 file and its manifest, which `silt extraction verify` accepts. Intervals are those of stated priors, \
                 not a measured accuracy."
                .to_owned(),
            keywords: ["marine sand", "dredging", "extraction", "AIS", "uncertainty"]
                .map(str::to_owned)
                .to_vec(),
            job_control: vec![
                JobControl::SyncExecute,
                JobControl::AsyncExecute,
                JobControl::Dismiss,
            ],
            inputs: vec![
                input("by", "Groups",
                    "What to group by, up to four of: region:KIND, year, month, vessel, operator, type, purpose, \
                     h3:RESOLUTION. A list, or a text with commas. Left out: one total.",
                    json!({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": 4}]})),
                input("region", "Region", "Only dredging in this region, e.g. iso3:NLD or sea:north-sea.", text()),
                input("from", "From", "Only dredging that began from this moment on: 2024, 2024-03, 2024-03-01 or RFC 3339.", text()),
                input("to", "To", "Only dredging that began before this moment.", text()),
                input("datetime", "Period", "Instead of from and to: a date, or an interval such as 2024-01-01/2024-06-30 or 2024-01-01/..", text()),
                input("purpose", "Purpose", "Only this purpose.",
                    json!({"type": "string", "enum": PURPOSES.map(Purpose::name)})),
                input("draws", "Draws", "Iterations of the Monte Carlo.",
                    json!({"type": "integer", "minimum": MIN_DRAWS, "maximum": self.most_draws, "default": MIN_DRAWS})),
                input("seed", "Seed", "Seed of the random numbers: the same gives the same bytes.",
                    json!({"type": "integer", "minimum": 0, "default": 1})),
                input("priors", "Priors", "Priors that replace the defaults; those left out keep them. Give them a version of their own.",
                    json!({"type": "object"})),
                input("format", "Format", "Format of the totals.",
                    json!({"type": "string", "enum": FORMATS.map(Format::name), "default": "json"})),
            ],
            outputs: vec![
                OutputDescription {
                    id: "totals".to_owned(),
                    title: "Totals".to_owned(),
                    description: "One row per group; units stand in the names of the columns.".to_owned(),
                    schema: json!({"oneOf": [
                        {"type": "object", "contentMediaType": "application/json"},
                        {"type": "string", "contentMediaType": "text/csv"},
                        {"type": "string", "contentEncoding": "base64", "contentMediaType": "application/vnd.apache.parquet"},
                    ]}),
                },
                OutputDescription {
                    id: "manifest".to_owned(),
                    title: "Manifest".to_owned(),
                    description: "Inputs with checksums, parameters, seed and versions: all that the same bytes are made from.".to_owned(),
                    schema: json!({"type": "object", "contentMediaType": "application/json"}),
                },
            ],
        }
    }

    fn check(&self, inputs: &Inputs) -> Result<(), InputError> {
        let (asked, _) = read(inputs)?;
        let world = self.worlds.newest();
        asked.question(&world.regions, self.most_draws).map(|_| ())
    }

    fn run(&self, inputs: &Inputs, progress: &Progress) -> Result<Vec<Output>, RunError> {
        let failed = |reason: &str| RunError::Failed(reason.to_owned());
        let (asked, format) = read(inputs)?;
        let world = self.worlds.newest();
        let question = asked.question(&world.regions, self.most_draws)?;
        progress.set(0, "reading the last detection");
        let held = self.extraction.current().map_err(|why| match why {
            NoData::Nothing => failed(
                "nothing was detected yet; `silt ais import` and `silt dredging detect` make what totals are computed from",
            ),
            NoData::Unreadable => failed("the detection cannot be read at the moment; try again"),
        })?;
        progress.check()?;
        let told_percent = AtomicU64::new(0);
        let watch = |done: u64, all: u64| {
            let (begin, end) = DRAWING;
            let percent = begin + (end - begin) * done / all.max(1);
            if told_percent.fetch_max(percent, Ordering::Relaxed) < percent {
                let percent = u8::try_from(percent).unwrap_or(u8::MAX);
                progress.set(percent, format!("{done} of {all} steps of the Monte Carlo"));
            }
            !progress.is_cancelled()
        };
        let bounds = Bounds {
            watch: &watch,
            ..Bounds::default()
        };
        let totals = compute(&held, &world.regions, &question, &bounds);
        let totals = totals.map_err(|why| match why {
            NoTotals::Input(error) => RunError::Input(error),
            NoTotals::Stopped => RunError::Cancelled,
            NoTotals::Defect => {
                failed("the totals cannot be computed; the log of the service has the cause")
            }
        })?;
        progress.set(95, "writing");
        let file_name = format!("totals.{}", format.name());
        let detected = &held.detected;
        let written = answer::bytes(detected, &question, &totals, format);
        let bytes = written.map_err(|error| {
            tracing::error!(%error, "totals cannot be written");
            failed("the totals cannot be written; the log of the service has the cause")
        })?;
        let manifest = answer::manifest(detected, &question, &file_name, &bytes, format);
        let manifest = manifest.and_then(|manifest| Ok(manifest.to_canonical_json()?));
        let manifest = manifest.map_err(|error| {
            tracing::error!(%error, "a manifest cannot be written");
            failed("the manifest cannot be written; the log of the service has the cause")
        })?;
        let manifest_name = manifest_path(file_name.as_ref());
        Ok(vec![
            Output {
                id: "totals".to_owned(),
                file_name,
                media_type: media_type(format).to_owned(),
                bytes,
            },
            Output {
                id: "manifest".to_owned(),
                file_name: manifest_name.to_string_lossy().into_owned(),
                media_type: media_type(Format::Json).to_owned(),
                bytes: manifest.into_bytes(),
            },
        ])
    }
}

const FORMATS: [Format; 3] = [Format::Json, Format::Csv, Format::Parquet];

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => negotiate::Format::Json.media_type(),
        Format::Csv => negotiate::Format::Csv.media_type(),
        Format::Parquet => negotiate::Format::Parquet.media_type(),
    }
}

/// The question as it is written in the inputs, and the format.
fn read(inputs: &Inputs) -> Result<(Asked, Format), InputError> {
    let text = |name: &str| -> Result<Option<String>, InputError> {
        match inputs.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(InputError::new(name, "is not a text")),
        }
    };
    let number = |name: &str| -> Result<Option<u64>, InputError> {
        match inputs.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(InputError::new(name, "is not a whole number from 0 on")),
            },
        }
    };
    let by = match inputs.get("by") {
        Some(Value::Array(list)) => {
            let names: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            let names = names.ok_or_else(|| InputError::new("by", "is not a list of texts"))?;
            Some(names.join(","))
        }
        _ => text("by")?,
    };
    let priors: Option<Priors> = match inputs.get("priors") {
        None => None,
        Some(own) => {
            let read = serde_json::from_value(own.clone());
            Some(read.map_err(|error| InputError::new("priors", error.to_string()))?)
        }
    };
    let format = match text("format")? {
        None => Format::Json,
        Some(name) => Format::from_name(&name).ok_or_else(|| {
            let names = FORMATS.map(Format::name).join(", ");
            InputError::new("format", format!("is none of {names}"))
        })?,
    };
    let asked = Asked {
        by,
        region: text("region")?,
        from: text("from")?,
        to: text("to")?,
        datetime: text("datetime")?,
        purpose: text("purpose")?,
        draws: number("draws")?,
        seed: number("seed")?,
        priors,
    };
    Ok((asked, format))
}
