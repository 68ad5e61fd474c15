//! `/collections/{c}/aggregate`: statistics of fields by group.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use silt_aggregate::{AggregateError, Plan, Table};
use silt_query::query::Rows;

use crate::core::respond;
use crate::describe::attribution;
use crate::error::Problem;
use crate::item::set_header;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::pages;
use crate::query::Parameters;
use crate::selection::{Deadline, SELECTING, Selection};
use crate::state::AppState;

const FORMATS: [Format; 3] = [Format::Json, Format::Html, Format::Csv];

/// Answers in memory: what a question at a data version gives. The same question is asked often,
/// by every visitor of a page.
pub(crate) type TableCache = moka::sync::Cache<(String, u64, u64, String), Arc<Table>>;

/// A cache of answers bounded in cells.
pub(crate) fn table_cache() -> TableCache {
    const CELLS: u64 = 2_000_000;
    moka::sync::Cache::builder()
        .max_capacity(CELLS)
        .weigher(|_, table: &Arc<Table>| {
            u32::try_from(table.rows.len() * table.columns.len() + 100).unwrap_or(u32::MAX)
        })
        .build()
}

/// The handler.
pub(crate) async fn aggregate(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let layer = world.layer(&collection)?;
    let known: Vec<&str> = SELECTING
        .into_iter()
        .chain(["by", "metrics", "f"])
        .collect();
    let parameters = Parameters::read(uri.query(), &known)?;
    let format = choose(&headers, parameters.get("f"), &FORMATS)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let plan = Plan::parse(
        parameters.get("by"),
        parameters.get("metrics"),
        layer.data.schema(),
    );
    let plan = plan.map_err(|error| {
        let name = if error.is_of_by() { "by" } else { "metrics" };
        Problem::invalid_parameter(name, error.to_string())
    })?;
    let selection = Selection::read(&parameters, &layer, &world.regions, &state.config)?;
    let asked = parameters.key_without("f");
    // Regions are part of the question: the user's may change while the collection does not.
    let key = (collection.clone(), layer.info.version, world.version, asked);
    let table = match state.tables.get(&key) {
        Some(table) => table,
        None => {
            let config = Arc::clone(&state.config);
            let (world, layer) = (Arc::clone(&world), Arc::clone(&layer));
            let work = state.blocking(move || {
                let rows = if selection.is_all() {
                    Rows::All(layer.data.len() as u32)
                } else {
                    selection.rows(&layer, deadline, &config)?
                };
                let list: Vec<u32>;
                let rows = match &rows {
                    Rows::All(_) => None,
                    some => {
                        list = some.iter().collect();
                        Some(list.as_slice())
                    }
                };
                plan.run(&layer.data, rows, &world.regions)
                    .map_err(|error| match error {
                        AggregateError::TooManyGroups(_) => {
                            Problem::invalid_parameter("by", error.to_string())
                        }
                        AggregateError::Polars(error) => {
                            tracing::error!(%error, "statistics failed");
                            Problem::internal()
                        }
                    })
            });
            let table = Arc::new(work.await?);
            state.tables.insert(key, Arc::clone(&table));
            table
        }
    };
    if format == Format::Csv {
        let content_type = [(header::CONTENT_TYPE, Format::Csv.media_type())];
        let mut response = (content_type, csv(&table)).into_response();
        set_header(&mut response, header::VARY, "Accept");
        return Ok(response);
    }
    let groups: Vec<Value> = table
        .rows
        .iter()
        .map(|row| {
            let members: Map<String, Value> = table
                .columns
                .iter()
                .cloned()
                .zip(row.iter().cloned())
                .collect();
            Value::Object(members)
        })
        .collect();
    let mut document = json!({
        "collection": collection,
        "columns": table.columns,
        "numberReturned": groups.len(),
        "groups": groups,
        "dataVersion": layer.info.version,
        "attribution": attribution(&world, &layer, parameters.get("source")),
        "links": links.self_and_alternates(format, &FORMATS),
    });
    if layer.info.synthetic {
        document["synthetic"] = true.into();
    }
    Ok(respond(
        format,
        "Statistics",
        &pages::crumbs(&links, Some(&layer)),
        &document,
    ))
}

/// RFC 4180; null is an empty cell.
fn csv(table: &Table) -> String {
    let mut text = String::new();
    let names: Vec<String> = table
        .columns
        .iter()
        .map(|name| cell(&name.as_str().into()))
        .collect();
    text.push_str(&names.join(","));
    text.push_str("\r\n");
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.is_empty() || text.contains([',', '"', '\r', '\n']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
