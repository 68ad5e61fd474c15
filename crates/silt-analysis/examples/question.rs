//! How long answers take without a server: milliseconds of the stages of a question, over points
//! spread evenly over the sphere.
//!
//! ```text
//! question REGION|world RESOLUTION POINTS RUNS [value=sum:size&limit=100]
//! ```
//!
//! A line per run: rows selected, hotspots computed, table made, GeoJSON written. The study area is
//! made before; each run computes anew.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use geo_types::{Geometry, Point};
use rayon::prelude::*;
use silt_analysis::{
    AreaOptions, Areas, Asked, Limits, Question, QuestionLimits, Regions, Subject, Within, hotspots,
};
use silt_index::regions::{DEFAULT_COAST_TOLERANCE_KM, RegionIndex, RegionRule, RegionSet};
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_model::{CollectionSchema, Domain, Feature, Field, FieldType, StoredFeature, Value};
use silt_query::query::Query;

type Failure = Box<dyn Error>;

/// That of the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (region, resolution, points, runs, asked) = match arguments.as_slice() {
        [region, resolution, points, runs] => (region, resolution, points, runs, ""),
        [region, resolution, points, runs, asked] => {
            (region, resolution, points, runs, asked.as_str())
        }
        _ => {
            return Err(
                "usage: question REGION|world RESOLUTION POINTS RUNS [NAME=VALUE&...]".into(),
            );
        }
    };
    let data = collection(points.parse()?);
    let asked = format!("resolution={resolution}&{asked}");
    let get = |name: &str| {
        let mut pairs = asked.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(own, _)| *own == name);
        found.map(|(_, value)| value.to_owned())
    };
    let (question, view) = Question::read(&get, data.schema(), &QuestionLimits::default())?;
    let within = match region.as_str() {
        "world" => Within::default(),
        id => Within::new(Some(id.to_owned()), None),
    };
    let set = RegionSet::bundled();
    let areas = Areas::new(AreaOptions::default());
    let limits = Limits::default();
    let select = |regions: Option<Vec<String>>, bbox: Option<[f64; 4]>| {
        let query = Query {
            bbox,
            bbox_needs_geometry: true,
            regions,
            ..Query::default()
        };
        query.rows(&data, &silt_query::never_stop)
    };
    let subject = Subject {
        data: &data,
        within: &within,
        select: &select,
        regions: Regions {
            set: &set,
            index: RegionIndex::bundled(),
            version: 0,
        },
        areas: &areas,
        limits: &limits,
        stop: &silt_query::never_stop,
    };
    let said = Asked {
        selecting: &[],
        attribution: "made up",
    };
    hotspots(subject, &question)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "   scores     table   GeoJSON")?;
    for _ in 0..runs.parse::<u64>()? {
        let start = Instant::now();
        let found = hotspots(subject, &question)?;
        let scored = start.elapsed();
        let (table, matched) = found.table(subject, &view)?;
        let listed = start.elapsed();
        let head = found.head(subject, &view, &said, matched, table.rows.len() as u64);
        let bytes = table.geojson(&head);
        let written = start.elapsed();
        let ms = [scored, listed - scored, written - listed].map(|took| took.as_secs_f64() * 1e3);
        let [scores, table, geojson] = ms;
        writeln!(
            out,
            "{scores:9.2} {table:9.2} {geojson:9.2}   {matched} cells, {} bytes",
            bytes.len()
        )?;
    }
    Ok(())
}

/// Points on a spiral from pole to pole (R. Swinbank and R. J. Purser, "Fibonacci grids", 2006),
/// with a size each, given to countries as an import does.
fn collection(points: u32) -> CollectionSnapshot {
    let mut schema = CollectionSchema::new("points");
    schema.domain = Domain::Land;
    schema.fields = vec![Field::new("size", FieldType::Real)];
    let rule = RegionRule::for_domain(schema.domain, DEFAULT_COAST_TOLERANCE_KM);
    let feature = |number: u32| {
        let turn = f64::from(number) * (5_f64.sqrt() - 1.0) / 2.0;
        let height = 1.0 - (f64::from(number) + 0.5) * 2.0 / f64::from(points);
        let (lon, lat) = (turn.fract() * 360.0 - 180.0, height.asin().to_degrees());
        let geometry = Geometry::Point(Point::new(lon, lat));
        let size = Value::Real((turn * 97.0).fract() * 1e6);
        StoredFeature {
            fid: i64::from(number) + 1,
            source: Arc::from("made-up"),
            edition: Arc::from(""),
            synthetic: false,
            feature: Feature {
                row: number.into(),
                record_id: number.to_string(),
                regions: RegionIndex::bundled().regions_of(&geometry, rule).regions,
                geometry: Some(geometry),
                properties: vec![("size".into(), size)],
                original: None,
                source_crs: None,
                location_accuracy: None,
                flags: Vec::new(),
            },
        }
    };
    let features: Vec<StoredFeature> = (0..points).into_par_iter().map(feature).collect();
    let mut builder = SnapshotBuilder::new(schema, 1);
    features
        .into_iter()
        .for_each(|feature| builder.push(feature));
    builder.finish()
}
