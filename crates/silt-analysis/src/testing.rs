//! Snapshots and questions for the tests.

use std::sync::{Arc, OnceLock};

use geo_types::{Geometry, Point};
use silt_hotspot::Limits;
use silt_index::regions::{DEFAULT_COAST_TOLERANCE_KM, RegionIndex, RegionRule, RegionSet};
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_model::{CollectionSchema, Domain, Feature, Field, FieldType, StoredFeature, Value};
use silt_query::query::Query;

use crate::area::{AreaOptions, Areas};
use crate::error::AnalysisError;
use crate::hotspots::{Hotspots, Subject, hotspots};
use crate::question::{Question, QuestionLimits, View};
use crate::within::{Regions, Within};

/// A feature of the test collection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Site {
    pub(crate) geometry: Option<Geometry<f64>>,
    pub(crate) volume_m3: Option<f64>,
    pub(crate) date: Option<String>,
}

pub(crate) fn at(lon: f64, lat: f64) -> Site {
    Site {
        geometry: Some(Geometry::Point(Point::new(lon, lat))),
        ..Site::default()
    }
}

pub(crate) fn regions() -> Regions<'static> {
    static SET: OnceLock<RegionSet> = OnceLock::new();
    Regions {
        set: SET.get_or_init(RegionSet::bundled),
        index: RegionIndex::bundled(),
        version: 0,
    }
}

pub(crate) fn schema(domain: Domain) -> CollectionSchema {
    let mut schema = CollectionSchema::new("sites");
    schema.domain = domain;
    schema.fields = vec![
        Field::new("name", FieldType::Text),
        Field::new("volume_m3", FieldType::Real),
        Field::new("volume_m3_p05", FieldType::Real),
        Field::new("volume_m3_p95", FieldType::Real),
        Field::new("date", FieldType::Date),
    ];
    schema
}

/// Places the sites in regions as an import does. The interval of a volume is a tenth on each side.
pub(crate) fn snapshot(domain: Domain, sites: &[Site]) -> CollectionSnapshot {
    let rule = RegionRule::for_domain(domain, DEFAULT_COAST_TOLERANCE_KM);
    let mut builder = SnapshotBuilder::new(schema(domain), 1);
    for (number, site) in sites.iter().enumerate() {
        let number_or_null = |value: Option<f64>| value.map_or(Value::Null, Value::Real);
        let date = site.date.clone().map_or(Value::Null, Value::Text);
        let assigned = site
            .geometry
            .as_ref()
            .map(|geometry| regions().index.regions_of(geometry, rule).regions);
        builder.push(StoredFeature {
            fid: number as i64 + 1,
            source: Arc::from("s"),
            edition: Arc::from("2024"),
            synthetic: false,
            feature: Feature {
                row: number as u64,
                record_id: format!("{number:05}"),
                geometry: site.geometry.clone(),
                properties: vec![
                    ("volume_m3".into(), number_or_null(site.volume_m3)),
                    (
                        "volume_m3_p05".into(),
                        number_or_null(site.volume_m3.map(|volume| volume * 0.9)),
                    ),
                    (
                        "volume_m3_p95".into(),
                        number_or_null(site.volume_m3.map(|volume| volume * 1.1)),
                    ),
                    ("date".into(), date),
                ],
                original: None,
                source_crs: None,
                location_accuracy: None,
                flags: Vec::new(),
                regions: assigned.unwrap_or_default(),
            },
        });
    }
    builder.finish()
}

/// Calls `work` with a subject, without any filter.
pub(crate) fn with_subject<T>(
    data: &CollectionSnapshot,
    within: &Within,
    work: impl FnOnce(Subject<'_>) -> T,
) -> T {
    let areas = Areas::new(AreaOptions::default());
    let limits = Limits::default();
    let select = |regions: Option<Vec<String>>, bbox: Option<[f64; 4]>| {
        let query = Query {
            bbox,
            bbox_needs_geometry: true,
            regions,
            ..Query::default()
        };
        query.rows(data, &silt_query::never_stop)
    };
    work(Subject {
        data,
        within,
        select: &select,
        regions: regions(),
        areas: &areas,
        limits: &limits,
        stop: &silt_query::never_stop,
    })
}

/// Reads `name=value` pairs as a question.
pub(crate) fn read(
    data: &CollectionSnapshot,
    asked: &str,
) -> Result<(Question, View), AnalysisError> {
    let get = |name: &str| {
        let mut pairs = asked.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(own, _)| *own == name);
        found.map(|(_, value)| value.to_owned())
    };
    Question::read(&get, data.schema(), &QuestionLimits::default())
}

pub(crate) fn ask(
    data: &CollectionSnapshot,
    within: &Within,
    asked: &str,
) -> Result<Hotspots, AnalysisError> {
    let (question, _) = read(data, asked)?;
    with_subject(data, within, |subject| hotspots(subject, &question))
}

/// The answer as GeoJSON.
pub(crate) fn answer(data: &CollectionSnapshot, within: &Within, asked: &str) -> serde_json::Value {
    let (question, view) = read(data, asked).expect("a good question");
    let bytes = with_subject(data, within, |subject| {
        let found = hotspots(subject, &question).expect("an answer");
        let (table, matched) = found.table(subject, &view).expect("a table");
        let said = crate::Asked {
            selecting: &[],
            attribution: "",
        };
        let returned = table.rows.len() as u64;
        table.geojson(&found.head(subject, &view, &said, matched, returned))
    });
    serde_json::from_slice(&bytes).expect("the answer is JSON")
}

pub(crate) fn region(id: &str) -> Within {
    Within::new(Some(id.to_owned()), None)
}
