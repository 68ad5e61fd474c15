//! `/hotspots/{c}/regions`: regions by value, with the share of their cells that is hot.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri};
use geo::orient::{Direction, Orient};
use geo_types::Geometry;
use serde_json::{Map, Value};
use silt_analysis::{LEVELS, Ranking, Table, rank_regions};
use silt_exchange::write::ExportMeta;
use silt_index::regions::{DISCLAIMER, RegionKind, RegionSet};

use super::file::geoparquet;
use super::request::{Request, known, versions_key};
use super::{Asked, HotspotState, Made, page};
use crate::error::Problem;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;

const FORMATS: [Format; 5] = [
    Format::Json,
    Format::Html,
    Format::Csv,
    Format::GeoJson,
    Format::Parquet,
];

/// The handler.
pub(super) async fn regions(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let layer = world.layer(&collection)?;
    let mut names = known();
    names.push("level");
    let parameters = Parameters::read(uri.query(), &names)?;
    let format = choose(&headers, parameters.get("f"), &FORMATS)?;
    let level = level_of(&parameters)?;
    let key = format!(
        "{}{}",
        versions_key(&world, &layer),
        parameters.key_without("f")
    );
    let asked = Asked::new("hotspots_by_region", key, format, &headers);
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let shared = state.clone();
    asked
        .answer(&state, move || {
            let request = Request::by_get(&shared, world, layer, &parameters, deadline)?;
            if request.view.cold || request.view.significant || request.view.members.is_some() {
                return Err(Problem::invalid_parameter(
                    "members",
                    "and cold and significant belong to lists of cells",
                ));
            }
            let (ranking, head) = rank(&request, level, &shared.hotspots)?;
            made(&request, ranking, head, format, &links)
        })
        .await
}

/// The regions in their order, and the document that tells of them.
fn rank(
    request: &Request,
    (level, kind): (&str, RegionKind),
    own: &HotspotState,
) -> Result<(Ranking, Map<String, Value>), Problem> {
    let found = request.compute(own)?;
    let attribution = request.attribution(&found);
    let said = silt_analysis::Asked {
        selecting: request.selecting(),
        attribution: &attribution,
    };
    request.with_subject(own, |subject| {
        let ranking = rank_regions(subject, &found, kind, &request.view)?;
        let head = ranking.document(subject, &found, &request.view, &said, level);
        Ok((ranking, head))
    })
}

fn made(
    request: &Request,
    ranking: Ranking,
    mut head: Map<String, Value>,
    format: Format,
    links: &Links,
) -> Result<Made, Problem> {
    let table = ranking.table;
    Ok(match format {
        Format::Csv => Made::Bytes(table.csv().into_bytes()),
        Format::Html => {
            head.shift_remove("regions");
            let layer = Some(request.layer());
            Made::Page(page::page(layer, links, &FORMATS, &table, head))
        }
        Format::GeoJson => {
            // They are the features.
            head.shift_remove("regions");
            Made::Bytes(with_outlines(table, request.regions()).geojson(&head))
        }
        Format::Parquet => {
            let table = with_outlines(table, request.regions());
            Made::Bytes(parquet(request, &table, &head)?)
        }
        _ => Made::Bytes(Value::Object(head).to_string().into_bytes()),
    })
}

fn parquet(
    request: &Request,
    table: &Table,
    head: &Map<String, Value>,
) -> Result<Vec<u8>, Problem> {
    let layer = request.layer();
    let parameters = head.get("parameters").unwrap_or(&Value::Null);
    let meta = ExportMeta {
        title: Some(format!(
            "Hotspots of {} by region: {parameters}",
            layer.info.schema.title
        )),
        synthetic: head.contains_key("synthetic"),
        licences: head
            .get("attribution")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        disclaimer: Some(DISCLAIMER.to_owned()),
        data_version: Some(layer.info.version.to_string()),
        ..ExportMeta::default()
    };
    geoparquet(table, &meta).map_err(|error| {
        tracing::error!(%error, collection = layer.id(), "regions cannot be written");
        Problem::internal()
    })
}

/// The rows with the outlines of their regions. A group is drawn as its members side by side.
fn with_outlines(mut table: Table, regions: &RegionSet) -> Table {
    for row in &mut table.rows {
        // A ranked region is one of the set.
        if let Ok(outline) = regions.geometry(&row.id) {
            // As RFC 7946 wants them: outer rings counterclockwise.
            row.geometry = Geometry::MultiPolygon(outline.orient(Direction::Default));
        }
    }
    table
}

fn level_of(parameters: &Parameters) -> Result<(&'static str, RegionKind), Problem> {
    let wanted = parameters.get("level").unwrap_or("iso3");
    let found = LEVELS.iter().find(|(name, _)| *name == wanted);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = LEVELS.iter().map(|(name, _)| *name).collect();
        Problem::invalid_parameter("level", format!("is none of {}", names.join(", ")))
    })
}
