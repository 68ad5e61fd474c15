//! What lies near a place, asked and answered.

use geo_types::{Geometry, Point};
use serde_json::{Map, Value as Json, json};
use silt_index::snapshot::CollectionSnapshot;
use silt_model::FieldType;
use silt_query::Stop;

use crate::answer::{METHOD_VERSION, column};
use crate::error::AnalysisError;
use crate::near::{MAX_RADIUS_KM, near};
use crate::table::{Table, TableRow, number};

/// A question of what lies near.
#[derive(Clone, Debug, PartialEq)]
pub struct NearQuestion {
    /// Longitude, degrees.
    pub lon_deg: f64,
    /// Latitude, degrees.
    pub lat_deg: f64,
    /// Distance, km.
    pub radius_km: f64,
    /// Collections asked for; all without.
    pub collections: Option<Vec<String>>,
    /// Most features of each collection.
    pub limit: usize,
}

/// Distance when none is asked for, km **\[inferred\]**: a valley and its neighbours.
const DEFAULT_RADIUS_KM: f64 = 50.0;
/// Longest distance, km **\[inferred\]**: beyond, a filter by region is what is meant.
const LONGEST_RADIUS_KM: f64 = 2_000.0;
/// Features of each collection when no limit is asked for.
const DEFAULT_LIMIT: usize = 20;
/// Most features of each collection.
const MAX_LIMIT: usize = 1_000;

impl NearQuestion {
    /// Names of the parameters.
    pub const PARAMETERS: [&str; 5] = ["lon", "lat", "radius_km", "collections", "limit"];

    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the parameter and says what is possible.
    pub fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<NearQuestion, AnalysisError> {
        let number = |name: &str, range: std::ops::RangeInclusive<f64>| {
            let Some(text) = get(name) else {
                return Ok(None);
            };
            match text.parse::<f64>() {
                Ok(number) if range.contains(&number) => Ok(Some(number)),
                _ => Err(AnalysisError::parameter(
                    name,
                    format!("is not a number from {} to {}", range.start(), range.end()),
                )),
            }
        };
        let needed = |name: &str, value: Option<f64>| {
            value.ok_or_else(|| AnalysisError::parameter(name, "is missing; degrees of WGS84"))
        };
        let radius_km = number("radius_km", 0.0..=LONGEST_RADIUS_KM)?.unwrap_or(DEFAULT_RADIUS_KM);
        let limit = match get("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => match text.parse::<usize>() {
                Ok(limit) if limit > 0 => limit.min(MAX_LIMIT),
                _ => {
                    return Err(AnalysisError::parameter(
                        "limit",
                        "is not a whole number of at least 1",
                    ));
                }
            },
        };
        let collections = get("collections").map(|text| {
            let ids = text.split(',').map(str::trim);
            ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
        });
        Ok(NearQuestion {
            lon_deg: needed("lon", number("lon", -180.0..=180.0)?)?,
            lat_deg: needed("lat", number("lat", -90.0..=90.0)?)?,
            radius_km: radius_km.min(MAX_RADIUS_KM),
            collections,
            limit,
        })
    }
}

/// Fields that name a feature, best first.
const NAMES: [&str; 4] = ["name", "facility", "mine_name", "title"];

/// What lies near a place: the features of all collections, the nearest first, and what stands before
/// them.
///
/// # Errors
/// [`AnalysisError::Cancelled`] once `stop` returns true.
pub fn near_document(
    collections: &[&CollectionSnapshot],
    question: &NearQuestion,
    stop: Stop<'_>,
) -> Result<(Table, Map<String, Json>), AnalysisError> {
    let place = (question.lon_deg, question.lat_deg);
    let mut rows: Vec<(f64, TableRow)> = Vec::new();
    let mut counts = Map::new();
    let mut synthetic = false;
    for data in collections {
        let found = near(data, place, question.radius_km, question.limit, stop)?;
        let id = data.schema().id.as_str();
        counts.insert(
            id.to_owned(),
            json!({
                "numberMatched": found.matched,
                "numberReturned": found.features.len(),
                "dataVersion": data.version(),
            }),
        );
        for feature in found.features {
            let own = data.id(feature.row).to_string();
            let is_synthetic = data.is_synthetic(feature.row);
            synthetic |= is_synthetic;
            let mut names = NAMES.iter().map(|name| data.value(feature.row, name));
            let name = names.find(|name| !name.is_null());
            let (lon, lat) = feature.nearest;
            let row = TableRow {
                id: format!("{id}/{own}"),
                geometry: Geometry::Point(Point::new(lon, lat)),
                values: vec![
                    id.into(),
                    own.into(),
                    name.map_or(Json::Null, |name| name.to_json()),
                    number(feature.distance_km),
                    number(lon),
                    number(lat),
                    is_synthetic.into(),
                ],
            };
            rows.push((feature.distance_km, row));
        }
    }
    // Stable: of equal distance the order of the collections stays.
    rows.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let columns = vec![
        column("collection", FieldType::Text, "Collection"),
        column("feature", FieldType::Text, "Feature id"),
        column("name", FieldType::Text, "Name, where the feature has one"),
        column(
            "distance_km",
            FieldType::Real,
            "Great-circle distance, km; 0 inside a polygon",
        ),
        column(
            "nearest_lon",
            FieldType::Real,
            "Longitude of the nearest place of the feature",
        ),
        column(
            "nearest_lat",
            FieldType::Real,
            "Latitude of the nearest place of the feature",
        ),
        column(
            "silt_synthetic",
            FieldType::Boolean,
            "Whether the feature is synthetic",
        ),
    ];
    let table = Table {
        columns,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    };
    let mut head = Map::new();
    let mut put = |name: &str, value: Json| {
        head.insert(name.to_owned(), value);
    };
    put("title", "What lies near".into());
    put(
        "parameters",
        json!({
            "lon": question.lon_deg,
            "lat": question.lat_deg,
            "radius_km": question.radius_km,
            "collections": question.collections,
            "limit": question.limit,
        }),
    );
    put(
        "method",
        json!({
            "name": "great-circle distance",
            "statement": "on a sphere of 6371.0088 km, within 0.6 % of the ellipsoid; points by their position, lines and \
                polygons by their nearest place, which is the geometry of the answer; limit holds for each collection",
        }),
    );
    put("collections", Json::Object(counts));
    put("numberReturned", table.rows.len().into());
    put("methodVersion", METHOD_VERSION.into());
    if synthetic {
        put("synthetic", true.into());
    }
    Ok((table, head))
}
