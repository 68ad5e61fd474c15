//! The process `hotspots`: long questions as jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Value, json};
use silt_analysis::{METHOD_VERSION, PARAMETERS};
use silt_jobs::{
    InputDescription, InputError, Inputs, JobControl, Output, OutputDescription, Process,
    ProcessDescription, Progress, RunError,
};

use super::request::{Request, SELECTING, Until};
use super::{HotspotFile, HotspotState};
use crate::config::ServerConfig;
use crate::error::Problem;
use crate::negotiate::Format;
use crate::query::Parameters;
use crate::state::Worlds;

/// Permutations that a job may have: as many as p gains digits from.
const MOST_PERMUTATIONS: u64 = 99_999;

/// Hotspots of a collection as a job.
pub(crate) struct HotspotProcess {
    hotspots: HotspotState,
    worlds: Worlds,
    /// With the limits of jobs.
    config: Arc<ServerConfig>,
}

const FORMATS: [(&str, HotspotFile, Format); 3] = [
    ("geojson", HotspotFile::GeoJson, Format::GeoJson),
    ("csv", HotspotFile::Csv, Format::Csv),
    ("parquet", HotspotFile::GeoParquet, Format::Parquet),
];

impl HotspotProcess {
    pub(crate) fn new(hotspots: HotspotState, worlds: Worlds, config: &ServerConfig) -> Self {
        let mut config = config.clone();
        config.limits.hotspot_permutations = MOST_PERMUTATIONS;
        HotspotProcess {
            hotspots,
            worlds,
            config: Arc::new(config),
        }
    }

    fn request(&self, inputs: &Inputs, until: Until) -> Result<Request, InputError> {
        let collection = match inputs.get("collection") {
            Some(Value::String(id)) => id,
            _ => {
                return Err(InputError::new(
                    "collection",
                    "is not the id of a collection",
                ));
            }
        };
        let mut parameters = BTreeMap::new();
        for name in SELECTING.into_iter().chain(PARAMETERS) {
            if let Some(value) = inputs.get(name) {
                parameters.insert(name.to_owned(), text_of(name, value)?);
            }
        }
        let geometry = inputs
            .get("geometry")
            .map(|geometry| Bytes::from(geometry.to_string()));
        let world = self.worlds.newest();
        let layer = world
            .layer(collection)
            .map_err(|problem| input_error(&problem, "collection"))?;
        Request::read(
            Arc::clone(&self.config),
            world,
            layer,
            &Parameters::of(parameters),
            geometry,
            until,
        )
        .map_err(|problem| input_error(&problem, "collection"))
    }
}

/// A value as a parameter of an address has it.
fn text_of(name: &str, value: &Value) -> Result<String, InputError> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let text = match value {
        Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(plain).collect();
            texts.map(|texts| texts.join(","))
        }
        other => plain(other),
    };
    text.ok_or_else(|| InputError::new(name, "is no text, number, truth value or list of them"))
}

fn input_error(problem: &Problem, otherwise: &str) -> InputError {
    match problem.first_violation() {
        Some((name, message)) => InputError::new(name, message),
        None => InputError::new(otherwise, problem.detail()),
    }
}

fn format_of(inputs: &Inputs) -> Result<(&'static str, HotspotFile, Format), InputError> {
    let wanted = match inputs.get("format") {
        None => "geojson",
        Some(Value::String(name)) => name,
        Some(_) => return Err(InputError::new("format", "is not a text")),
    };
    let found = FORMATS.into_iter().find(|(name, ..)| *name == wanted);
    found.ok_or_else(|| InputError::new("format", "is none of geojson, csv, parquet"))
}

impl Process for HotspotProcess {
    fn description(&self) -> ProcessDescription {
        let input = |id: &str, required: bool, description: &str, schema: Value| InputDescription {
            id: id.to_owned(),
            title: id.replace('_', " "),
            description: description.to_owned(),
            required,
            schema,
        };
        let text = || json!({"type": "string"});
        let whole = |most: u64| json!({"type": "integer", "minimum": 0, "maximum": most});
        let positive = || json!({"type": "number", "minimum": 0});
        let flag = || json!({"type": "boolean", "default": false});
        let media = |format: Format| format.link_type();
        ProcessDescription {
            id: "hotspots".to_owned(),
            version: METHOD_VERSION.replace("hotspots/", ""),
            title: "Hotspots of a collection".to_owned(),
            description: "Cells in which features lie more densely than chance would have it, as `/hotspots/{collection}` \
                gives them, for questions that take long: many permutations, large areas, long series of time steps."
                .to_owned(),
            keywords: ["hotspots", "Getis-Ord", "Moran", "emerging", "DBSCAN", "H3"]
                .map(str::to_owned)
                .to_vec(),
            job_control: vec![
                JobControl::SyncExecute,
                JobControl::AsyncExecute,
                JobControl::Dismiss,
            ],
            inputs: vec![
                input("collection", true, "Collection.", text()),
                input("value", false, "count, density, sum:FIELD or mean:FIELD.", text()),
                input("method", false, "Method.",
                    json!({"type": "string", "enum": ["gi-star", "local-moran", "emerging", "dbscan"], "default": "gi-star"})),
                input("resolution", false, "H3 resolution; chosen from the size of the place without.", whole(15)),
                input("reference", false, "Compared with the cells of the place, or of the world.",
                    json!({"type": "string", "enum": ["region", "global"], "default": "region"})),
                input("weights", false, "Weights of Gi*.", json!({"type": "string", "enum": ["binary", "row"]})),
                input("neighbours", false, "Neighbours: steps on the grid.", whole(81)),
                input("distance_km", false, "Neighbours: cells within a distance, km.", positive()),
                input("alpha", false, "False discovery rate at which a cell counts as significant.",
                    json!({"type": "number", "minimum": 0, "maximum": 1})),
                input("permutations", false, "Conditional permutations.", whole(MOST_PERMUTATIONS)),
                input("seed", false, "Seed of the permutations: the same gives the same bytes.", json!({"type": "integer", "minimum": 0})),
                input("step", false, "Time steps of emerging.", json!({"type": "string", "enum": ["month", "year"]})),
                input("steps_back", false, "Steps before a step that belong to its neighbourhood.", whole(100)),
                input("radius_km", false, "Radius of dbscan, km.", positive()),
                input("min_points", false, "Features that make a core point of dbscan.", json!({"type": "integer", "minimum": 1})),
                input("region", false, "Region, for example iso3:BRA; the whole world without.", text()),
                input("bbox", false, "West, south, east, north in degrees.",
                    json!({"oneOf": [{"type": "string"}, {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}]})),
                input("bbox-crs", false, "Reference system of bbox.", text()),
                input("geometry", false, "An own polygon, GeoJSON.", json!({"type": "object"})),
                input("datetime", false, "Only features of this time.", text()),
                input("source", false, "Only features of this source.", text()),
                input("filter", false, "Only features for which this CQL2 expression is true.", text()),
                input("filter-lang", false, "Language of the filter.", text()),
                input("filter-crs", false, "Reference system of geometries in the filter.", text()),
                input("limit", false, "Most cells.", json!({"type": "integer", "minimum": 1})),
                input("cold", false, "The coldest cells first.", flag()),
                input("significant", false, "Only significant cells.", flag()),
                input("members", false, "List the features behind each cell.", flag()),
                input("format", false, "Format of the cells.",
                    json!({"type": "string", "enum": FORMATS.map(|(name, ..)| name), "default": "geojson"})),
            ],
            outputs: vec![OutputDescription {
                id: "cells".to_owned(),
                title: "Cells".to_owned(),
                description: "The cells in their order, with z, p and q; GeoJSON has the question and the study area too."
                    .to_owned(),
                schema: json!({"oneOf": [
                    {"type": "object", "contentMediaType": media(Format::GeoJson)},
                    {"type": "string", "contentMediaType": media(Format::Csv)},
                    {"type": "string", "contentEncoding": "base64", "contentMediaType": media(Format::Parquet)},
                ]}),
            }],
        }
    }

    fn check(&self, inputs: &Inputs) -> Result<(), InputError> {
        format_of(inputs)?;
        self.request(inputs, Until::Cancelled(Progress::unread()))?;
        Ok(())
    }

    fn run(&self, inputs: &Inputs, progress: &Progress) -> Result<Vec<Output>, RunError> {
        let (name, file, format) = format_of(inputs)?;
        let request = self.request(inputs, Until::Cancelled(progress.clone()))?;
        let failed = |problem: Problem| {
            if progress.is_cancelled() {
                return RunError::Cancelled;
            }
            match problem.first_violation() {
                Some((name, message)) => RunError::Input(InputError::new(name, message)),
                None => RunError::Failed(problem.detail().to_owned()),
            }
        };
        progress.set(5, "study area and scores");
        let found = request.compute(&self.hotspots).map_err(failed)?;
        progress.check()?;
        progress.set(90, "writing");
        let bytes = request
            .render(&self.hotspots, &found, file)
            .map_err(failed)?;
        Ok(vec![Output {
            id: "cells".to_owned(),
            file_name: format!("hotspots.{name}"),
            media_type: format.link_type().to_owned(),
            bytes,
        }])
    }
}
