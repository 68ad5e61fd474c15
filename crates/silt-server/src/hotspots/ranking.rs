//! `/hotspots/{c}/regions`: regions by value, with the share of their cells that is hot.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri};
use serde_json::Value;
use silt_analysis::{LEVELS, rank_regions};
use silt_index::regions::RegionKind;

use super::request::{Request, known, versions_key};
use super::{Asked, Made, page};
use crate::error::Problem;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;

const FORMATS: [Format; 3] = [Format::Json, Format::Html, Format::Csv];

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
    let (level, kind) = level_of(&parameters)?;
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
            let found = request.compute(&shared.hotspots)?;
            let attribution = request.attribution();
            let said = silt_analysis::Asked {
                selecting: request.selecting(),
                attribution: &attribution,
            };
            request.with_subject(&shared.hotspots, |subject| {
                let ranking = rank_regions(subject, &found, kind, &request.view)?;
                if format == Format::Csv {
                    return Ok(Made::Bytes(ranking.table.csv().into_bytes()));
                }
                let mut head = ranking.document(subject, &found, &request.view, &said, level);
                if format == Format::Html {
                    head.remove("regions");
                    let layer = Some(request.layer());
                    let page = page::page(layer, &links, &FORMATS, &ranking.table, head);
                    return Ok(Made::Page(page));
                }
                Ok(Made::Bytes(Value::Object(head).to_string().into_bytes()))
            })
        })
        .await
}

fn level_of(parameters: &Parameters) -> Result<(&'static str, RegionKind), Problem> {
    let wanted = parameters.get("level").unwrap_or("iso3");
    let found = LEVELS.iter().find(|(name, _)| *name == wanted);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = LEVELS.iter().map(|(name, _)| *name).collect();
        Problem::invalid_parameter("level", format!("is none of {}", names.join(", ")))
    })
}
