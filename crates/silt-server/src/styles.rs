//! MapLibre styles: every collection drawn, without base map, glyphs or outside host.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri};
use serde_json::{Map, Value, json};

use crate::core::respond;
use crate::error::Problem;
use crate::layer::Layer;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::state::AppState;
use crate::world::World;

/// The style of everything.
const ALL: &str = "all";
const EXTENSION: &str = ".json";

/// Colours that are told apart by most people who see colours differently (Okabe and Ito).
const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5c00",
];

/// File names of all styles.
pub(crate) fn names(world: &World) -> Vec<String> {
    let ids = world.collections.keys().map(String::as_str);
    std::iter::once(ALL)
        .chain(ids)
        .map(|id| format!("{id}{EXTENSION}"))
        .collect()
}

/// The handler.
pub(crate) async fn style(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let world = state.world();
    let parameters = Parameters::read(uri.query(), &["f"])?;
    choose(&headers, parameters.get("f"), &[Format::Json])?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let id = name.strip_suffix(EXTENSION).ok_or_else(|| {
        Problem::not_found("styles end in .json; /styles/all.json shows every collection")
    })?;
    let shown: Vec<(usize, &str, &Layer)> = world
        .collections
        .iter()
        .enumerate()
        .filter(|(_, (collection, _))| id == ALL || id == *collection)
        .map(|(place, (collection, layer))| (place, collection.as_str(), layer.as_ref()))
        .collect();
    if shown.is_empty() && id != ALL {
        return Err(world.layer(id).err().unwrap_or_else(Problem::internal));
    }
    let mut sources = Map::new();
    let mut layers = vec![json!({
        "id": "background", "type": "background", "paint": {"background-color": "#f2f5f6"}})];
    // Areas first, then lines, then points, so that none hides another.
    for kind in ["fill", "line", "circle"] {
        for &(place, collection, layer) in &shown {
            layers.extend(drawn(kind, place, collection, layer));
        }
    }
    for &(_, collection, _) in &shown {
        let url = links.href(&format!("/tiles/{collection}"));
        sources.insert(collection.to_owned(), json!({"type": "vector", "url": url}));
    }
    let document = json!({
        "version": 8,
        "name": format!("Silt: {id}"),
        "sources": sources,
        "layers": layers,
    });
    Ok(respond(Format::Json, "Style", &[], &document))
}

fn drawn(kind: &str, place: usize, collection: &str, layer: &Layer) -> Vec<Value> {
    let colour = COLOURS[place % COLOURS.len()];
    let points_only = layer.data.is_all_points();
    let part = |suffix: &str, kind: &str, filter: Value, paint: Value| {
        json!({"id": format!("{collection}-{suffix}"), "type": kind, "source": collection,
               "source-layer": collection, "filter": filter, "paint": paint})
    };
    let of_type = |geometry: &str| json!(["==", ["geometry-type"], geometry]);
    match kind {
        "fill" if !points_only => vec![part(
            "areas",
            "fill",
            of_type("Polygon"),
            json!({
            "fill-color": colour, "fill-opacity": 0.25, "fill-outline-color": colour}),
        )],
        "line" if !points_only => vec![part(
            "lines",
            "line",
            of_type("LineString"),
            json!({
            "line-color": colour, "line-width": 1.5}),
        )],
        "circle" => {
            let is_cluster = json!(["==", ["get", "clustered"], true]);
            vec![
                part(
                    "clusters",
                    "circle",
                    json!(["all", of_type("Point"), is_cluster]),
                    json!({
                    "circle-color": colour, "circle-opacity": 0.6,
                    "circle-radius": ["interpolate", ["linear"], ["get", "sqrt_point_count"], 1, 4, 100, 22]}),
                ),
                part(
                    "points",
                    "circle",
                    json!(["all", of_type("Point"), ["!", is_cluster]]),
                    json!({
                    "circle-color": colour, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1,
                    "circle-radius": ["interpolate", ["linear"], ["zoom"], 2, 3, 12, 7]}),
                ),
            ]
        }
        _ => Vec::new(),
    }
}
