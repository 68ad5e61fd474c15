//! `silt hotspots` and `silt near`: the same questions and answers as over HTTP.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use silt_analysis::{
    AnalysisError, AreaOptions, Areas, Asked, Hotspots, LEVELS, Limits, NearQuestion, Question,
    QuestionLimits, Regions, Subject, Table, View, Within, attribution, hotspots, near_document,
    rank_regions,
};
use silt_index::regions::{RegionIndex, RegionSet};
use silt_index::snapshot::CollectionSnapshot;
use silt_model::parse_bbox;
use silt_query::cql::{self, Language};
use silt_query::datetime;
use silt_query::filter::Filter;
use silt_query::query::Query;
use silt_query::time::Period;
use silt_server::ServerConfig;
use silt_server::hotspot_files::{HotspotFile, polygons_of, render};
use silt_store::{CollectionInfo, SourceInfo, Store};

use super::{Outcome, open_to_read, region_set, snapshot_of};
use crate::cli::{Cli, HotspotsArgs, NearArgs};
use crate::output;

/// Rows of a table on a terminal when no limit is asked for.
const ROWS_ON_TERMINAL: &str = "20";

/// A collection with all that a question needs.
struct Opened {
    data: CollectionSnapshot,
    set: RegionSet,
    index: RegionIndex,
    regions_version: u64,
    sources: Vec<SourceInfo>,
}

impl Opened {
    fn new(cli: &Cli, collection: &str) -> Result<Opened> {
        let store = open_to_read(cli)?;
        let infos = store.collections()?;
        let Some(info) = infos.iter().find(|info| info.schema.id == collection) else {
            anyhow::bail!("there is no collection `{collection}`; `silt collections` lists them");
        };
        let data = snapshot_of(&store, info)?;
        let set = region_set(Some(&store))?;
        let own_regions = infos.iter().find(|info| info.schema.id == "regions");
        Ok(Opened {
            sources: store.sources()?,
            index: RegionIndex::new(&set),
            set,
            regions_version: own_regions.map_or(0, |info| info.version),
            data,
        })
    }
}

fn attribution_of<'s>(sources: impl Iterator<Item = &'s SourceInfo>) -> String {
    attribution(sources.map(|one| (one.title.as_str(), one.licence.as_str())))
}

/// Runs `silt hotspots`.
pub(crate) fn run(cli: &Cli, args: &HotspotsArgs) -> Result<Outcome> {
    match answer(cli, args) {
        Ok(()) => Ok(Outcome::Done),
        Err(error) if error.is::<AnalysisError>() => {
            output::error(&error);
            Ok(Outcome::WrongUsage)
        }
        Err(error) => Err(error),
    }
}

fn answer(cli: &Cli, args: &HotspotsArgs) -> Result<()> {
    let file = args.output.as_deref().map(file_format).transpose()?;
    let opened = Opened::new(cli, &args.collection)?;
    // The limits of a service that was not told others.
    let limits = ServerConfig::default().limits;
    let get = |name: &str| parameter(args, name, file.is_none() && !cli.json);
    let question_limits = QuestionLimits {
        max_limit: limits.hotspot_cells_listed,
        max_permutations: limits.hotspot_permutations,
        ..QuestionLimits::default()
    };
    let schema = opened.data.schema();
    let (question, view) = Question::read(&get, schema, &question_limits)?;
    let bbox = match &args.bbox {
        None => None,
        Some(text) => {
            let bbox = parse_bbox(text);
            Some(bbox.map_err(|error| AnalysisError::parameter("bbox", error.to_string()))?)
        }
    };
    let mut within = Within::new(args.region.clone(), bbox);
    if let Some(path) = &args.polygon {
        let bytes =
            std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let polygons =
            polygons_of(&bytes).map_err(|detail| AnalysisError::parameter("polygon", detail))?;
        within = within.with_polygon(polygons, limits.geometry_vertices)?;
    }
    let selecting = Selecting::read(args, &opened.data)?;
    let select = |regions: Option<Vec<String>>, bbox: Option<[f64; 4]>| {
        selecting
            .query(regions, bbox)
            .rows(&opened.data, &silt_query::never_stop)
    };
    let areas = Areas::new(AreaOptions {
        max_cells: limits.hotspot_cells,
        ..AreaOptions::default()
    });
    let cost = Limits::default();
    let subject = Subject {
        data: &opened.data,
        within: &within,
        select: &select,
        regions: Regions {
            set: &opened.set,
            index: &opened.index,
            version: opened.regions_version,
        },
        areas: &areas,
        limits: &cost,
        stop: &silt_query::never_stop,
    };
    let found = hotspots(subject, &question)?;
    let takes_part = |source: &&SourceInfo| found.gathered.is_of_source(&opened.data, &source.id);
    let attribution = attribution_of(opened.sources.iter().filter(takes_part));
    let asked = Asked {
        selecting: &selecting.given,
        attribution: &attribution,
    };
    if let Some(level) = &args.regions_by {
        return ranked(cli, subject, &found, &view, &asked, level);
    }
    match (&args.output, file) {
        (Some(path), Some(format)) => {
            let bytes = render(subject, &found, &view, &asked, format)??;
            write(path, &bytes)?;
            let cells = found.table(subject, &view)?.0.rows.len();
            let cells = output::grouped(cells as u64);
            output::line(format!("{}: {cells} rows", path.display()));
        }
        _ if cli.json => {
            let bytes = render(subject, &found, &view, &asked, HotspotFile::GeoJson)??;
            output::line(String::from_utf8_lossy(&bytes).trim_end());
        }
        _ => {
            let (table, matched) = found.table(subject, &view)?;
            let head = found.head(subject, &view, &asked, matched, table.rows.len() as u64);
            show(&table);
            say(&head);
        }
    }
    Ok(())
}

fn ranked(
    cli: &Cli,
    subject: Subject<'_>,
    found: &Hotspots,
    view: &View,
    asked: &Asked<'_>,
    level: &str,
) -> Result<()> {
    let Some(&(level, kind)) = LEVELS.iter().find(|(name, _)| *name == level) else {
        let names: Vec<&str> = LEVELS.iter().map(|(name, _)| *name).collect();
        let detail = format!("is none of {}", names.join(", "));
        return Err(AnalysisError::parameter("regions-by", detail).into());
    };
    let ranking = rank_regions(subject, found, kind, view)?;
    let head = ranking.document(subject, found, view, asked, level);
    if cli.json {
        output::line(Value::Object(head).to_string());
        return Ok(());
    }
    show(&ranking.table);
    say(&head);
    Ok(())
}

/// What the arguments select beside the place.
struct Selecting {
    datetime: Option<Period>,
    filter: Option<Filter>,
    source: Option<String>,
    /// As they were given, in the order of the service's answers.
    given: Vec<(String, String)>,
}

impl Selecting {
    fn read(args: &HotspotsArgs, data: &CollectionSnapshot) -> Result<Selecting, AnalysisError> {
        let datetime = match &args.datetime {
            None => None,
            Some(text) => {
                let period = datetime::parse(text);
                Some(
                    period
                        .map_err(|error| AnalysisError::parameter("datetime", error.to_string()))?,
                )
            }
        };
        let filter = match &args.filter {
            None => None,
            Some(text) => {
                let schema = data.schema();
                let parsed =
                    cql::parse(text, Language::Text, schema, &cql::Limits::default(), None);
                Some(
                    parsed
                        .map_err(|error| AnalysisError::parameter("filter", error.to_string()))?,
                )
            }
        };
        let given = [
            ("bbox", &args.bbox),
            ("datetime", &args.datetime),
            ("region", &args.region),
            ("source", &args.source),
            ("filter", &args.filter),
        ];
        let given = given
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        Ok(Selecting {
            datetime,
            filter,
            source: args.source.clone(),
            given: given.collect(),
        })
    }

    fn query(&self, regions: Option<Vec<String>>, bbox: Option<[f64; 4]>) -> Query<'_> {
        Query {
            bbox,
            bbox_needs_geometry: true,
            regions,
            datetime: self.datetime,
            filter: self.filter.as_ref(),
            source: self.source.clone(),
            ids: None,
        }
    }
}

/// The arguments under the names of the service's parameters.
fn parameter(args: &HotspotsArgs, name: &str, on_terminal: bool) -> Option<String> {
    let flag = |given: bool| given.then(|| "true".to_owned());
    match name {
        "value" => args.value.clone(),
        "resolution" => args.resolution.clone(),
        "method" => args.method.clone(),
        "reference" => args.reference.clone(),
        "weights" => args.weights.clone(),
        "neighbours" => args.neighbours.clone(),
        "distance_km" => args.distance_km.clone(),
        "alpha" => args.alpha.clone(),
        "permutations" => args.permutations.clone(),
        "seed" => args.seed.clone(),
        "step" => args.step.clone(),
        "steps_back" => args.steps_back.clone(),
        "radius_km" => args.radius_km.clone(),
        "min_points" => args.min_points.clone(),
        "limit" if on_terminal => {
            let default = || ROWS_ON_TERMINAL.to_owned();
            Some(args.limit.clone().unwrap_or_else(default))
        }
        "limit" => args.limit.clone(),
        "cold" => flag(args.cold),
        "significant" => flag(args.significant),
        "members" => flag(args.members),
        _ => None,
    }
}

fn file_format(path: &Path) -> Result<HotspotFile> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("geojson" | "json") => Ok(HotspotFile::GeoJson),
        Some("csv") => Ok(HotspotFile::Csv),
        Some("parquet" | "geoparquet") => Ok(HotspotFile::GeoParquet),
        _ => {
            let detail = "ends in none of .geojson, .csv, .parquet";
            Err(AnalysisError::parameter("output", detail).into())
        }
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let beside = path.with_file_name(name);
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(|| format!("{} was not written", path.display()))
}

fn show(table: &Table) {
    let header: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            if number != 0.0 && number.abs() < 0.001 {
                format!("{number:.2e}")
            } else {
                format!("{number:.3}")
            }
        }
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.values.iter().map(text).collect())
        .collect();
    output::table(&header, &rows);
}

/// What has to be said beside the table.
fn say(head: &Map<String, Value>) {
    let of = |name: &str| head.get(name).unwrap_or(&Value::Null);
    let synthetic = if of("synthetic") == &Value::Bool(true) {
        " [SYNTHETIC]"
    } else {
        ""
    };
    let study = of("study_area");
    output::line(format!(
        "{} of {} rows{synthetic}; study area: {} cells at resolution {}, mean {}, s {}, {} hot, {} cold",
        of("numberReturned"),
        of("numberMatched"),
        study["n"],
        study["resolution"],
        study["mean"],
        study["s"],
        study["hot"],
        study["cold"],
    ));
    output::hint(of("method")["statement"].as_str().unwrap_or_default());
    for caveat in of("caveats").as_array().into_iter().flatten() {
        let meaning = caveat["meaning"].as_str().unwrap_or_default();
        output::hint(format!("note: {meaning}"));
    }
    output::hint(of("attribution").as_str().unwrap_or_default());
}

/// Runs `silt near`.
pub(crate) fn near(cli: &Cli, args: &NearArgs) -> Result<Outcome> {
    let get = |name: &str| match name {
        "lon" => Some(args.lon.clone()),
        "lat" => Some(args.lat.clone()),
        "radius_km" => args.radius_km.clone(),
        "collections" => args.collections.clone(),
        "limit" => args.limit.clone(),
        _ => None,
    };
    let question = match NearQuestion::read(&get) {
        Ok(question) => question,
        Err(error) => {
            output::error(&error.into());
            return Ok(Outcome::WrongUsage);
        }
    };
    let store = open_to_read(cli)?;
    let infos = store.collections()?;
    let wanted: Vec<&CollectionInfo> = match &question.collections {
        None => infos.iter().collect(),
        Some(ids) => {
            let mut wanted = Vec::new();
            for id in ids {
                let Some(info) = infos.iter().find(|info| info.schema.id == *id) else {
                    anyhow::bail!("there is no collection `{id}`; `silt collections` lists them");
                };
                wanted.push(info);
            }
            wanted
        }
    };
    let mut collections = Vec::new();
    let sources = store.sources()?;
    let mut attributions: Vec<String> = Vec::new();
    for info in wanted {
        let data = snapshot_of(&store, info)?;
        let used = data.sources();
        let is_used = |source: &&SourceInfo| used.texts.iter().any(|text| text == source.id);
        let own = attribution_of(sources.iter().filter(is_used));
        if !attributions.contains(&own) {
            attributions.push(own);
        }
        collections.push(data);
    }
    let borrowed: Vec<&CollectionSnapshot> = collections.iter().collect();
    let (table, mut head) = near_document(&borrowed, &question, &silt_query::never_stop)?;
    head.insert("attribution".to_owned(), attributions.join("; ").into());
    if cli.json {
        let bytes = table.geojson(&head);
        output::line(String::from_utf8_lossy(&bytes).trim_end());
        return Ok(Outcome::Done);
    }
    show(&table);
    for (collection, counts) in head["collections"].as_object().into_iter().flatten() {
        output::line(format!(
            "{collection}: {} of {}",
            counts["numberReturned"], counts["numberMatched"]
        ));
    }
    output::hint(head["attribution"].as_str().unwrap_or_default());
    Ok(Outcome::Done)
}
