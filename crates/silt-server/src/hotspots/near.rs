//! `/near`: what lies around a place, in every collection.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use serde_json::{Map, Value};
use silt_analysis::{NearQuestion, near_document};

use super::request::versions_key;
use super::{Asked, Made, listed_layer, page, problem};
use crate::describe::attribution;
use crate::error::Problem;
use crate::layer::Layer;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;

const FORMATS: [Format; 3] = [Format::GeoJson, Format::Html, Format::Csv];

/// The handler.
pub(super) async fn near(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let known: Vec<&str> = NearQuestion::PARAMETERS.into_iter().chain(["f"]).collect();
    let parameters = Parameters::read(uri.query(), &known)?;
    let format = choose(&headers, parameters.get("f"), &FORMATS)?;
    let seconds = state.config.limits.request_seconds;
    let get = |name: &str| parameters.get(name).map(str::to_owned);
    let question = NearQuestion::read(&get).map_err(|error| problem(error, seconds))?;
    let mut layers: Vec<Arc<Layer>> = Vec::new();
    match &question.collections {
        None => layers.extend(world.collections.values().cloned()),
        Some(ids) => {
            for id in ids {
                let layer = listed_layer(&world, id)?;
                layers.push(layer);
            }
        }
    }
    let mut key = String::new();
    layers
        .iter()
        .for_each(|layer| key.push_str(&versions_key(&world, layer)));
    key.push_str(&parameters.key_without("f"));
    let asked = Asked::new("near", key, format, &headers);
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    asked
        .answer(&state, move || {
            let stop = || deadline.is_over();
            let collections: Vec<_> = layers.iter().map(|layer| &layer.data).collect();
            let (table, mut head): (_, Map<String, Value>) =
                near_document(&collections, &question, &stop)
                    .map_err(|error| problem(error, seconds))?;
            if format == Format::Csv {
                return Ok(Made::Bytes(table.csv().into_bytes()));
            }
            let mut attributions: Vec<String> = Vec::new();
            for layer in &layers {
                let own = attribution(&world, layer, None);
                if !attributions.contains(&own) {
                    attributions.push(own);
                }
            }
            head.insert("attribution".to_owned(), attributions.join("; ").into());
            if format == Format::Html {
                let page = page::page(None, &links, &FORMATS, &table, head);
                return Ok(Made::Page(page));
            }
            Ok(Made::Bytes(table.geojson(&head)))
        })
        .await
}
