//! Totals as files, with the manifest that lets anyone make the same bytes again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use polars::prelude::{
    Column, DataFrame, IntoColumn, NamedFrom, ParquetCompression, ParquetWriter, PolarsError,
    Series,
};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use silt_estimate::manifest::{Difference, InputFile, Manifest, ManifestError, OutputFile};
use silt_estimate::{Counts, Estimate, GroupEstimate, METHOD_VERSION, Summary};
use silt_index::regions::RegionSet;

use crate::aggregate::{AggregateError, Row, Totals, totals};
use crate::archive::{ArchiveError, at, hex, write_whole};
use crate::question::Question;
use crate::tables::{Detected, INPUT_FILES};

/// Formats of totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Parquet.
    Parquet,
    /// CSV, RFC 4180.
    Csv,
    /// JSON.
    Json,
}

impl Format {
    /// By the ending of a file name.
    pub fn of_path(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()? {
            "parquet" => Some(Format::Parquet),
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            _ => None,
        }
    }

    /// As it is named in a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Csv => "csv",
            Format::Json => "json",
        }
    }

    /// By the name in a manifest.
    pub fn from_name(name: &str) -> Option<Format> {
        [Format::Parquet, Format::Csv, Format::Json]
            .into_iter()
            .find(|format| format.name() == name)
    }
}

/// Totals cannot be written or verified.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The question has no answer.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The manifest's question cannot be read.
    #[error("the manifest is not one of totals: {0}")]
    Question(String),
    /// polars refused, which is a defect.
    #[error(transparent)]
    Polars(#[from] PolarsError),
}

/// A cell of a table of totals.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Text(Option<String>),
    Count(u64),
    Number(Option<f64>),
    Flag(bool),
}

/// The columns of a row, flat, with their units in their names.
fn cells(question: &Question, row: &Row) -> Vec<(String, Cell)> {
    let mut cells: Vec<(String, Cell)> = Vec::new();
    for (dimension, key) in question.by.iter().zip(&row.keys) {
        cells.push((dimension.name(), Cell::Text(key.clone())));
    }
    let estimate = &row.estimate;
    let counts = &estimate.counts;
    let mut count = |name: &str, number: u64| cells.push((name.to_owned(), Cell::Count(number)));
    count("vessels", counts.vessels.into());
    count(
        "vessels_without_capacity",
        counts.vessels_without_capacity.into(),
    );
    count("complete_cycles", counts.complete_cycles);
    count("incomplete_cycles", counts.incomplete_cycles);
    let mut number = |name: String, value: Option<f64>| cells.push((name, Cell::Number(value)));
    number("dredge_hours".to_owned(), Some(counts.dredge_hours.0));
    number("cutter_hours".to_owned(), Some(counts.cutter_hours.0));
    let mut summary = |name: &str, values: Option<[Option<f64>; 5]>| {
        let values = values.unwrap_or([None; 5]);
        for (part, value) in ["mean", "p05", "p50", "p95", "cv"].into_iter().zip(values) {
            cells.push((format!("{name}_{part}"), Cell::Number(value)));
        }
    };
    let combined = estimate.combined.as_ref();
    for (side, volumes) in [
        ("observed", combined.map(|estimate| estimate.observed)),
        ("corrected", combined.map(|estimate| estimate.corrected)),
    ] {
        let volumes = volumes.as_ref();
        summary(
            &format!("{side}_hopper_m3"),
            volumes.map(|v| values(&v.hopper_m3, |q| q.0)),
        );
        summary(
            &format!("{side}_in_situ_m3"),
            volumes.map(|v| values(&v.in_situ_m3, |q| q.0)),
        );
        summary(
            &format!("{side}_tonnes"),
            volumes.map(|v| values(&v.tonnes, |q| q.0)),
        );
    }
    let tonnes = |estimate: &Option<Estimate>| {
        estimate
            .as_ref()
            .map(|estimate| values(&estimate.observed.tonnes, |q| q.0))
    };
    summary("by_trips_tonnes", tonnes(&estimate.trips));
    summary("by_time_tonnes", tonnes(&estimate.time));
    summary("by_cutters_tonnes", tonnes(&estimate.cutters));
    let disagree = Cell::Flag(estimate.trips_and_time_disagree);
    cells.push(("trips_and_time_disagree".to_owned(), disagree));
    cells.push(("synthetic".to_owned(), Cell::Flag(row.synthetic)));
    cells
}

fn values<Q: Copy>(summary: &Summary<Q>, number: impl Fn(Q) -> f64) -> [Option<f64>; 5] {
    [
        Some(number(summary.mean)),
        Some(number(summary.p05)),
        Some(number(summary.p50)),
        Some(number(summary.p95)),
        summary.cv,
    ]
}

/// What stands beside the rows of an answer in JSON.
pub fn context(detected: &Detected, question: &Question, answer: &Totals) -> Json {
    json!({
        "by": question.by.iter().map(|dimension| dimension.name()).collect::<Vec<_>>(),
        "region": question.region,
        "purpose": question.purpose,
        "draws": question.settings.draws,
        "seed": question.settings.seed,
        "priorVersion": question.priors.version,
        "methodVersion": METHOD_VERSION,
        "detectionMethodVersion": detected.info.method_version,
        "dataVersion": detected.info.data_version,
        "synthetic": detected.info.synthetic,
        "numberReturned": answer.rows.len(),
        "refusedFacts": answer.refused_facts.iter()
            .map(|(vessel, why)| json!({"vessel": vessel, "field": why.field, "value": why.value, "reason": why.reason}))
            .collect::<Vec<_>>(),
        "note": "Totals of dredging that AIS shows, with intervals of stated priors; `corrected` is divided by the \
                 assumed coverage. Neither is a measured accuracy.",
    })
}

/// The rows as JSON objects.
pub fn json_rows(question: &Question, answer: &Totals) -> Vec<Json> {
    let object = |row: &Row| {
        let cells = cells(question, row).into_iter();
        let members: Map<String, Json> = cells
            .map(|(name, cell)| {
                let value = match cell {
                    Cell::Text(text) => text.into(),
                    Cell::Count(count) => count.into(),
                    Cell::Number(number) => number.into(),
                    Cell::Flag(flag) => flag.into(),
                };
                (name, value)
            })
            .collect();
        Json::Object(members)
    };
    answer.rows.iter().map(object).collect()
}

/// A row of a question that has none, for the names and types of its columns.
fn empty_row(question: &Question) -> Row {
    Row {
        keys: vec![None; question.by.len()],
        estimate: GroupEstimate {
            group: 0,
            trips: None,
            time: None,
            cutters: None,
            combined: None,
            time_over_trips: None,
            trips_and_time_disagree: false,
            counts: Counts::default(),
        },
        synthetic: false,
    }
}

/// The rows as CSV, below the names of the columns.
pub fn csv(question: &Question, answer: &Totals) -> String {
    let quoted = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let columns = cells(question, &empty_row(question));
    let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
    let mut text = names.join(",");
    text.push_str("\r\n");
    for row in &answer.rows {
        let cells = cells(question, row);
        let values = cells.iter().map(|(_, cell)| match cell {
            Cell::Text(value) => quoted(value.as_deref().unwrap_or_default()),
            Cell::Count(value) => value.to_string(),
            Cell::Number(value) => value.map_or(String::new(), |number| number.to_string()),
            Cell::Flag(value) => value.to_string(),
        });
        text.push_str(&values.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

fn parquet(question: &Question, answer: &Totals) -> Result<Vec<u8>, PolarsError> {
    let rows: Vec<Vec<(String, Cell)>> =
        answer.rows.iter().map(|row| cells(question, row)).collect();
    let described = cells(question, &empty_row(question));
    let mut columns: Vec<Column> = Vec::new();
    for (place, (name, cell)) in described.iter().enumerate() {
        let column = rows.iter().map(|row| &row[place].1);
        let name = name.as_str().into();
        let series = match cell {
            Cell::Text(_) => {
                let texts: Vec<Option<&str>> = column
                    .map(|cell| match cell {
                        Cell::Text(text) => text.as_deref(),
                        _ => None,
                    })
                    .collect();
                Series::new(name, texts)
            }
            Cell::Count(_) => {
                let counts: Vec<Option<u64>> = column
                    .map(|cell| match cell {
                        Cell::Count(count) => Some(*count),
                        _ => None,
                    })
                    .collect();
                Series::new(name, counts)
            }
            Cell::Number(_) => {
                let numbers: Vec<Option<f64>> = column
                    .map(|cell| match cell {
                        Cell::Number(number) => *number,
                        _ => None,
                    })
                    .collect();
                Series::new(name, numbers)
            }
            Cell::Flag(_) => {
                let flags: Vec<Option<bool>> = column
                    .map(|cell| match cell {
                        Cell::Flag(flag) => Some(*flag),
                        _ => None,
                    })
                    .collect();
                Series::new(name, flags)
            }
        };
        columns.push(series.into_column());
    }
    let mut frame = DataFrame::new(rows.len(), columns)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .finish(&mut frame)?;
    Ok(bytes)
}

/// The bytes of an answer.
///
/// # Errors
/// polars refuses to write Parquet.
pub fn bytes(
    detected: &Detected,
    question: &Question,
    answer: &Totals,
    format: Format,
) -> Result<Vec<u8>, PolarsError> {
    match format {
        Format::Parquet => parquet(question, answer),
        Format::Csv => Ok(csv(question, answer).into_bytes()),
        Format::Json => {
            let mut document = context(detected, question, answer);
            document["groups"] = json_rows(question, answer).into();
            Ok(silt_estimate::manifest::canonical_json(&document).into_bytes())
        }
    }
}

/// Everything that determines the bytes of an answer, and their own checksum. `file` is the name
/// under which they are kept beside the manifest.
///
/// # Errors
/// The question cannot be written as JSON, which is a defect.
pub fn manifest(
    detected: &Detected,
    question: &Question,
    file: &str,
    bytes: &[u8],
    format: Format,
) -> Result<Manifest, AnswerError> {
    let question_json =
        serde_json::to_value(question).map_err(|error| AnswerError::Question(error.to_string()))?;
    let inputs = INPUT_FILES.iter().zip(&detected.sha256);
    Ok(Manifest {
        method_version: METHOD_VERSION.to_owned(),
        prior_version: question.priors.version.clone(),
        seed: question.settings.seed,
        draws: question.settings.draws,
        parameters: BTreeMap::from([
            ("question".to_owned(), question_json),
            ("format".to_owned(), format.name().into()),
            (
                "detection_method_version".to_owned(),
                detected.info.method_version.clone().into(),
            ),
        ]),
        inputs: inputs
            .map(|(name, sha256)| InputFile {
                path: format!("dredging/{name}"),
                sha256: sha256.clone(),
                rows: match *name {
                    "events.parquet" => detected.events.height() as u64,
                    _ => detected.vessels.len() as u64,
                },
            })
            .collect(),
        data_version: detected.info.data_version.clone(),
        outputs: vec![OutputFile {
            path: file.to_owned(),
            sha256: hex(&Sha256::digest(bytes)),
        }],
        synthetic: detected.info.synthetic,
    })
}

/// The manifest beside an answer: `sand.csv` has `sand.csv.manifest.json`.
pub fn manifest_path(output: &Path) -> std::path::PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".manifest.json");
    name.into()
}

/// Writes an answer and its manifest.
///
/// # Errors
/// The question has no answer, or a file cannot be written.
pub fn write(
    detected: &Detected,
    regions: &RegionSet,
    question: &Question,
    output: &Path,
    format: Format,
) -> Result<Totals, AnswerError> {
    let answer = totals(detected, regions, question)?;
    let bytes = bytes(detected, question, &answer, format)?;
    let file = output.file_name().unwrap_or_default().to_string_lossy();
    let manifest = manifest(detected, question, &file, &bytes, format)?;
    write_whole(output, &bytes)?;
    write_whole(
        &manifest_path(output),
        manifest.to_canonical_json()?.as_bytes(),
    )?;
    Ok(answer)
}

/// Makes the answer of a manifest again and compares it, and the file beside the manifest, byte
/// for byte. Nothing that differs means that it was reproduced.
///
/// # Errors
/// The manifest cannot be read, or its question no longer has an answer.
pub fn verify(
    detected: &Detected,
    regions: &RegionSet,
    path: &Path,
) -> Result<Vec<Difference>, AnswerError> {
    let text = fs::read_to_string(path).map_err(at(path))?;
    let recorded = Manifest::from_json(&text)?;
    let parameter = |name: &str| recorded.parameters.get(name).cloned().unwrap_or_default();
    let question: Question = serde_json::from_value(parameter("question"))
        .map_err(|error| AnswerError::Question(error.to_string()))?;
    let format = parameter("format");
    let format = format
        .as_str()
        .and_then(Format::from_name)
        .ok_or_else(|| AnswerError::Question(format!("the format is {format}")))?;
    let answer = totals(detected, regions, &question)?;
    let bytes = bytes(detected, &question, &answer, format)?;
    let file = recorded
        .outputs
        .first()
        .map_or("", |output| output.path.as_str());
    let recomputed = manifest(detected, &question, file, &bytes, format)?;
    let mut differences = recorded.differences(&recomputed)?;
    let beside = path.with_file_name(file);
    let found = fs::read(&beside).map_err(at(&beside))?;
    if found != bytes {
        differences.push(Difference {
            field: format!("bytes of {file}"),
            recorded: Some(hex(&Sha256::digest(&found)).into()),
            recomputed: Some(hex(&Sha256::digest(&bytes)).into()),
        });
    }
    Ok(differences)
}
