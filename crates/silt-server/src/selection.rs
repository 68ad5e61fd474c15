//! What a request selects from a collection: the parameters that items, statistics and tiles share.

use std::time::{Duration, Instant};

use silt_index::regions::RegionSet;
use silt_model::{FeatureId, Field, FieldType, parse_bbox};
use silt_query::cql::{self, Language, Limits};
use silt_query::filter::Filter;
use silt_query::query::{Query, Rows};
use silt_query::time::Period;
use silt_query::{Cancelled, Stop, datetime};

use crate::config::ServerConfig;
use crate::crs;
use crate::error::Problem;
use crate::layer::Layer;
use crate::query::Parameters;

/// Parameters that select features wherever features are selected.
pub(crate) const SELECTING: [&str; 9] = [
    "bbox",
    "bbox-crs",
    "datetime",
    "region",
    "source",
    "ids",
    "filter",
    "filter-lang",
    "filter-crs",
];

/// Most ids in one request.
const MAX_IDS: usize = 1_000;

/// The features that a request selects.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    bbox: BboxChoice,
    /// Whether features without geometry are left out, as on a map.
    pub(crate) needs_geometry: bool,
    regions: Option<Vec<String>>,
    datetime: Option<Period>,
    source: Option<String>,
    ids: Option<Vec<FeatureId>>,
    filters: Vec<Filter>,
}

/// Where the features have to lie.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum BboxChoice {
    #[default]
    Anywhere,
    /// West, south, east, north in degrees.
    Box([f64; 4]),
    /// The box lies where its reference system has no place on Earth: nothing can meet it.
    Nowhere,
}

/// The time at which the work of a request ends, whether it is complete or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// The limit of the configuration from now on.
    pub(crate) fn of(config: &ServerConfig) -> Deadline {
        Deadline(Instant::now() + Duration::from_secs(config.limits.request_seconds))
    }

    pub(crate) fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

impl Selection {
    /// Reads the parameters named in [`SELECTING`], as far as they are given.
    ///
    /// # Errors
    /// 400 with the name of the parameter.
    pub(crate) fn read(
        parameters: &Parameters,
        layer: &Layer,
        regions: &RegionSet,
        config: &ServerConfig,
    ) -> Result<Selection, Problem> {
        let mut selection = Selection {
            bbox: bbox(parameters, config)?,
            source: parameters.get("source").map(str::to_owned),
            ..Selection::default()
        };
        if let Some(id) = parameters.get("region") {
            let leaves = regions
                .expand(id)
                .map_err(|unknown| Problem::invalid_parameter("region", unknown.to_string()))?;
            selection.regions = Some(leaves.iter().map(|leaf| leaf.to_string()).collect());
        }
        if let Some(text) = parameters.get("datetime") {
            let period = datetime::parse(text)
                .map_err(|error| Problem::invalid_parameter("datetime", error.to_string()))?;
            selection.datetime = Some(period);
        }
        if let Some(text) = parameters.get("ids") {
            selection.ids = Some(ids(text)?);
        }
        selection.filters.extend(filter(parameters, layer, config)?);
        Ok(selection)
    }

    /// Adds equality with the value of a parameter named like a field.
    ///
    /// # Errors
    /// 400 where the value is none of the field's type.
    pub(crate) fn add_equality(
        &mut self,
        layer: &Layer,
        field: &Field,
        text: &str,
    ) -> Result<(), Problem> {
        let refuse = |detail: String| Problem::invalid_parameter(&field.name, detail);
        let wrong = || refuse(format!("is no value of type {}", field.field_type.name()));
        let value: serde_json::Value = match field.field_type {
            FieldType::Boolean => text.parse::<bool>().map_err(|_| wrong())?.into(),
            FieldType::Integer => text.parse::<i64>().map_err(|_| wrong())?.into(),
            FieldType::Real => {
                let number: f64 = text.parse().map_err(|_| wrong())?;
                serde_json::Number::from_f64(number)
                    .ok_or_else(wrong)?
                    .into()
            }
            FieldType::Date => {
                let date: silt_model::PartialDate = text
                    .parse()
                    .map_err(|error: silt_model::date::DateError| refuse(error.to_string()))?;
                date.to_string().into()
            }
            FieldType::Text | FieldType::Json => text.into(),
        };
        let equality = serde_json::json!({"op": "=", "args": [{"property": field.name}, value]});
        let schema = layer.data.schema();
        let parsed = cql::parse(
            &equality.to_string(),
            Language::Json,
            schema,
            &Limits::default(),
            None,
        );
        self.filters
            .push(parsed.map_err(|error| refuse(error.to_string()))?);
        Ok(())
    }

    /// The one source whose features are selected; of all sources without.
    pub(crate) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Whether everything is selected.
    pub(crate) fn is_all(&self) -> bool {
        self.bbox == BboxChoice::Anywhere
            && self.regions.is_none()
            && self.datetime.is_none()
            && self.source.is_none()
            && self.ids.is_none()
            && self.filters.is_empty()
    }

    /// The rows selected, ascending.
    ///
    /// # Errors
    /// 504 when the time of the request is over before that.
    pub(crate) fn rows(
        &self,
        layer: &Layer,
        deadline: Deadline,
        config: &ServerConfig,
    ) -> Result<Rows, Problem> {
        let bbox = match self.bbox {
            BboxChoice::Box(bbox) => Some(bbox),
            BboxChoice::Anywhere | BboxChoice::Nowhere => None,
        };
        let stop = || deadline.is_over();
        let over = |Cancelled| Problem::timeout(config.limits.request_seconds);
        let mut rows = self
            .rows_in(layer, self.regions.clone(), bbox, &stop)
            .map_err(over)?;
        if self.bbox == BboxChoice::Nowhere {
            let unplaced = layer.data.rows_without_geometry();
            let is_unplaced = |row: &u32| unplaced.binary_search(row).is_ok();
            let kept: Vec<u32> = rows.iter().filter(is_unplaced).collect();
            rows = Rows::Some(if self.needs_geometry {
                Vec::new()
            } else {
                kept
            });
        }
        Ok(rows)
    }

    /// The rows selected by all but region and box, of these regions and this box, ascending.
    ///
    /// # Errors
    /// [`Cancelled`] once `stop` returns true.
    pub(crate) fn rows_in(
        &self,
        layer: &Layer,
        regions: Option<Vec<String>>,
        bbox: Option<[f64; 4]>,
        stop: Stop<'_>,
    ) -> Result<Rows, Cancelled> {
        let query = Query {
            bbox,
            bbox_needs_geometry: self.needs_geometry,
            regions,
            datetime: self.datetime,
            filter: self.filters.first(),
            source: self.source.clone(),
            ids: self.ids.clone(),
        };
        let mut rows = query.rows(&layer.data, stop)?;
        for filter in self.filters.iter().skip(1) {
            let candidates: Vec<u32> = rows.iter().collect();
            rows = Rows::Some(filter.select(&layer.data, Some(&candidates), stop)?);
        }
        Ok(rows)
    }

    /// The box asked for, in degrees.
    ///
    /// # Errors
    /// 400 where the box has no place on Earth.
    pub(crate) fn bbox(&self) -> Result<Option<[f64; 4]>, Problem> {
        match self.bbox {
            BboxChoice::Anywhere => Ok(None),
            BboxChoice::Box(bbox) => Ok(Some(bbox)),
            BboxChoice::Nowhere => Err(Problem::invalid_parameter(
                "bbox",
                "lies where its reference system has no place on Earth",
            )),
        }
    }
}

fn bbox(parameters: &Parameters, config: &ServerConfig) -> Result<BboxChoice, Problem> {
    let choice = bbox_choice(parameters)?;
    if let BboxChoice::Box([west, south, east, north]) = choice {
        let width = if west <= east {
            east - west
        } else {
            east - west + 360.0
        };
        let most = config.limits.bbox_square_degrees;
        if width * (north - south) > most as f64 {
            let detail =
                format!("covers more than the {most} square degrees that this service allows");
            return Err(Problem::invalid_parameter("bbox", detail));
        }
    }
    Ok(choice)
}

fn bbox_choice(parameters: &Parameters) -> Result<BboxChoice, Problem> {
    let system = crs::of_parameter("bbox-crs", parameters.get("bbox-crs"))?;
    let Some(text) = parameters.get("bbox") else {
        return Ok(BboxChoice::Anywhere);
    };
    let refuse = |detail: String| Problem::invalid_parameter("bbox", detail);
    if system.is_crs84() {
        return parse_bbox(text)
            .map(BboxChoice::Box)
            .map_err(|error| refuse(error.to_string()));
    }
    let numbers: Result<Vec<f64>, _> = text
        .split(',')
        .take(7)
        .map(|part| part.trim().parse())
        .collect();
    let numbers: Vec<f64> = numbers
        .ok()
        .filter(|numbers: &Vec<f64>| numbers.iter().all(|number| number.is_finite()))
        .ok_or_else(|| refuse("has a part that is no finite number".to_owned()))?;
    let given = match numbers.as_slice() {
        [a, b, c, d] => [*a, *b, *c, *d],
        [a, b, _, c, d, _] => [*a, *b, *c, *d],
        _ => return Err(refuse("needs 4 or 6 numbers".to_owned())),
    };
    let Some(around) = system.bbox_to_wgs84(given) else {
        return Ok(BboxChoice::Nowhere);
    };
    let text = around.map(|number| number.to_string()).join(",");
    parse_bbox(&text)
        .map(BboxChoice::Box)
        .map_err(|error| refuse(error.to_string()))
}

fn ids(text: &str) -> Result<Vec<FeatureId>, Problem> {
    let refuse = |detail: String| Problem::invalid_parameter("ids", detail);
    let parts: Vec<&str> = text.split(',').collect();
    if parts.len() > MAX_IDS {
        return Err(refuse(format!("has more than {MAX_IDS} ids")));
    }
    let read = |part: &&str| {
        FeatureId::parse(part)
            .ok_or_else(|| refuse("has a part that is not source:record".to_owned()))
    };
    parts.iter().map(read).collect()
}

fn filter(
    parameters: &Parameters,
    layer: &Layer,
    config: &ServerConfig,
) -> Result<Option<Filter>, Problem> {
    let language = match parameters.get("filter-lang") {
        None => Language::Text,
        Some(name) => Language::from_name(name).ok_or_else(|| {
            Problem::invalid_parameter("filter-lang", "is none of cql2-text, cql2-json")
        })?,
    };
    let system = crs::of_parameter("filter-crs", parameters.get("filter-crs"))?;
    let Some(text) = parameters.get("filter") else {
        return Ok(None);
    };
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let limits = Limits {
        max_bytes: count(config.limits.filter_bytes),
        max_vertices: count(config.limits.geometry_vertices),
        ..Limits::default()
    };
    let transform = |position| system.position_to_wgs84(position);
    let transform: Option<cql::Transform<'_>> = if system.is_crs84() {
        None
    } else {
        Some(&transform)
    };
    let parsed = cql::parse(text, language, layer.data.schema(), &limits, transform);
    match parsed {
        Ok(filter) => Ok(Some(filter)),
        Err(error) => Err(Problem::invalid_parameter("filter", error.to_string())),
    }
}
