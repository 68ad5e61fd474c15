//! `/tiles/hotspots/{c}`: hotspots as vector tiles, a hexagon per cell with its scores.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri};
use serde_json::Value;
use silt_analysis::{Hotspots, Method, Subject, Table, View};
use silt_model::FieldType;
use silt_tiles::{
    FeatureSource, LayerInfo, Properties, PropertyValue, ShapePyramid, TileContent, TileId,
    TileJson, TileOptions,
};

use super::request::{Request, known, versions_key};
use crate::core::respond;
use crate::error::Problem;
use crate::layer_tiles::LAST_ZOOM;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;
use crate::tile_routes::{
    TileKey, check_tile_format, kept_or_made, query_suffix, rect, tile_of_file,
};

/// Name of the layer in the tiles.
const LAYER: &str = "hotspots";
/// Parameters that list cells; a map shows all of them.
const OF_LISTS: [&str; 4] = ["limit", "cold", "significant", "members"];

/// The cells of an answer as tiles draw them.
pub(crate) struct CellMap {
    table: Table,
    shapes: ShapePyramid,
}

impl CellMap {
    /// Every cell with a score above zero, and the cold ones that are significant.
    fn new(
        found: &Hotspots,
        subject: Subject<'_>,
        most: u64,
    ) -> Result<CellMap, silt_analysis::AnalysisError> {
        let hot = View {
            limit: most,
            cold: false,
            significant: false,
            members: None,
        };
        let cold = View {
            cold: true,
            significant: true,
            ..hot
        };
        let (mut table, _) = found.table(subject, &hot)?;
        let (others, _) = found.table(subject, &cold)?;
        // Without a score a cell is on both sides.
        let known: std::collections::BTreeSet<&str> =
            table.rows.iter().map(|row| row.id.as_str()).collect();
        let others: Vec<_> = others
            .rows
            .into_iter()
            .filter(|row| !known.contains(row.id.as_str()))
            .collect();
        table.rows.extend(others);
        let shapes = (0_u32..).zip(&table.rows);
        let shapes = ShapePyramid::build(shapes.map(|(at, row)| (at, &row.geometry)));
        Ok(CellMap { table, shapes })
    }

    /// Bytes in memory, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.shapes.bytes() + self.table.rows.len() * 600
    }
}

impl FeatureSource for CellMap {
    fn id(&self, row: u32) -> Option<u64> {
        Some(u64::from(row) + 1)
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        for (place, column) in self.table.columns.iter().enumerate() {
            let values = rows.iter().map(|&row| {
                let value = &self.table.rows[row as usize].values[place];
                match value {
                    Value::Bool(flag) => Some(PropertyValue::Bool(*flag)),
                    Value::String(text) => Some(PropertyValue::Text(text)),
                    Value::Number(number) => match number.as_i64() {
                        Some(whole) => Some(PropertyValue::Int(whole)),
                        None => number.as_f64().map(PropertyValue::Double),
                    },
                    // Series of steps are for the answer itself.
                    Value::Null | Value::Array(_) | Value::Object(_) => None,
                }
            });
            out.column(column.name, values);
        }
    }
}

fn parameters_of(uri: &Uri) -> Result<Parameters, Problem> {
    let mut names = known();
    names.retain(|name| !OF_LISTS.contains(name));
    Parameters::read(uri.query(), &names)
}

/// `/tiles/hotspots/{c}/{z}/{x}/{y}`.
pub(super) async fn tile(
    State(state): State<AppState>,
    Path((collection, z, x, y)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let layer = world.layer(&collection)?;
    let tile = tile_of_file(&z, &x, &y)?;
    let parameters = parameters_of(&uri)?;
    check_tile_format(&headers, &parameters)?;
    let asked = format!(
        "{LAYER} {}{}",
        versions_key(&world, &layer),
        parameters.key_without("f")
    );
    let key = TileKey::new(layer.id(), layer.info.version, tile, asked);
    let shared = state.clone();
    let make = state.blocking(move || {
        let request = Request::by_get(&shared, world, layer, &parameters, deadline)?;
        encode(&shared, &request, tile)
    });
    kept_or_made(&state, &headers, key, make).await
}

/// The bytes of a tile; none where no cell of the question lies in it.
fn encode(state: &AppState, request: &Request, tile: TileId) -> Result<Bytes, Problem> {
    let map = map_of(state, request)?;
    let most_bytes = state.config.limits.tile_bytes;
    let options = TileOptions {
        max_bytes: usize::try_from(most_bytes).unwrap_or(usize::MAX),
        ..TileOptions::default()
    };
    let mut content = TileContent::new(tile, options);
    map.shapes.collect(&mut content, None, None);
    let encoded = content.encode(LAYER, map.as_ref()).map_err(|error| {
        tracing::error!(%error, "a tile of hotspots cannot be written");
        Problem::internal()
    })?;
    Ok(Bytes::from(encoded.bytes))
}

/// The cells of a question, made once for all tiles of a map.
fn map_of(state: &AppState, request: &Request) -> Result<Arc<CellMap>, Problem> {
    if request.question.method == Method::Dbscan {
        return Err(Problem::invalid_parameter(
            "method",
            "dbscan has clusters and no cells to draw",
        ));
    }
    let own = &state.hotspots;
    if let Some(map) = own.maps.get(request.key()) {
        return Ok(map);
    }
    let found = request.compute(own)?;
    let most = state.config.limits.hotspot_cells_listed;
    let map = request.with_subject(own, |subject| CellMap::new(&found, subject, most))?;
    let map = Arc::new(map);
    own.maps.insert(request.key().to_owned(), Arc::clone(&map));
    Ok(map)
}

/// `/tiles/hotspots/{c}`: TileJSON of the same question.
pub(super) async fn tile_json(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let layer = world.layer(&collection)?;
    let parameters = parameters_of(&uri)?;
    choose(&headers, parameters.get("f"), &[Format::Json])?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let shared = state.clone();
    let document = state.blocking(move || {
        let address = links.href(&format!("/tiles/hotspots/{}/{{z}}/{{x}}/{{y}}", layer.id()));
        let request = Request::by_get(&shared, world, layer, &parameters, deadline)?;
        let map = map_of(&shared, &request)?;
        let found = request.compute(&shared.hotspots)?;
        let layer = request.layer();
        let fields = map.table.columns.iter().filter_map(|column| {
            let kind = match column.kind {
                FieldType::Boolean => silt_tiles::FieldType::Boolean,
                FieldType::Integer | FieldType::Real => silt_tiles::FieldType::Number,
                FieldType::Text | FieldType::Date => silt_tiles::FieldType::String,
                FieldType::Json => return None,
            };
            Some(silt_tiles::Field {
                name: column.name.to_owned(),
                kind,
            })
        });
        let document = TileJson {
            name: format!("Hotspots of {}", layer.info.schema.title),
            description: "H3 cells with Gi* and its false discovery rate".to_owned(),
            attribution: request.attribution(&found),
            version: format!("1.0.{}", layer.info.version),
            tiles: vec![format!("{address}{}", query_suffix(&uri))],
            min_zoom: 0,
            max_zoom: LAST_ZOOM,
            bounds: layer.data.bounds().map(rect),
            layers: vec![LayerInfo {
                id: LAYER.to_owned(),
                description: "Cells".to_owned(),
                min_zoom: 0,
                max_zoom: LAST_ZOOM,
                fields: fields.collect(),
            }],
        };
        let mut document = document.document();
        if layer.info.synthetic {
            document["synthetic"] = true.into();
        }
        Ok(document)
    });
    Ok(respond(Format::Json, "TileJSON", &[], &document.await?))
}
