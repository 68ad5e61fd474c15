//! Vector tiles over HTTP: TileJSON, tiles by z/x/y, and the tilesets of OGC API Tiles.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::get;
use geo_types::{Coord, Rect};
use serde_json::{Value, json};
use silt_index::snapshot::Bits;
use silt_query::query::Rows;
use silt_tiles::{TileId, TileJson, TileOptions};

use crate::core::respond;
use crate::describe;
use crate::error::Problem;
use crate::hex::hex;
use crate::item::{is_known, set_header};
use crate::layer::Layer;
use crate::layer_tiles::{Clustering, LAST_ZOOM, layer_info};
use crate::links::{Links, REL_TILING_SCHEME};
use crate::negotiate::{Format, choose};
use crate::pages;
use crate::query::Parameters;
use crate::selection::{Deadline, Selection};
use crate::state::AppState;
use crate::world::World;

const MVT: &str = "application/vnd.mapbox-vector-tile";
/// The tile matrix set that tiles come in.
const WEB_MERCATOR_QUAD: &str = "WebMercatorQuad";
const WEB_MERCATOR_QUAD_URI: &str =
    "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const WEB_MERCATOR_URI: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
/// Deepest zoom that is served; maps enlarge tiles of [`LAST_ZOOM`] instead of asking for it.
const DEEPEST_ZOOM: u8 = 22;
/// How long a tile may be used without asking again, seconds.
const FRESH_SECONDS: u32 = 60;

/// Parameters that select what stands in a tile.
const TILE_PARAMETERS: [&str; 8] = [
    "datetime",
    "region",
    "source",
    "filter",
    "filter-lang",
    "filter-crs",
    "cluster",
    "f",
];

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/tiles/{collection}", get(tile_json))
        .route("/tiles/{collection}/{z}/{x}/{y}", get(tile_by_xyz))
        .route("/collections/{collection}/tiles", get(tilesets))
        .route("/collections/{collection}/tiles/{set}", get(tileset))
        .route(
            "/collections/{collection}/tiles/{set}/{matrix}/{row}/{col}",
            get(tile_by_matrix),
        )
        .route("/tileMatrixSets", get(matrix_sets))
        .route("/tileMatrixSets/{set}", get(matrix_set))
}

async fn tile_by_xyz(
    State(state): State<AppState>,
    Path((collection, z, x, y)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let tile = tile_of_file(&z, &x, &y)?;
    answer(&state, &collection, tile, &headers, &uri).await
}

async fn tile_by_matrix(
    State(state): State<AppState>,
    Path((collection, set, matrix, row, col)): Path<(String, String, String, String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    check_set(&set)?;
    let tile = tile_id(&matrix, &col, &row)?;
    answer(&state, &collection, tile, &headers, &uri).await
}

/// The tile of an address whose last part may end like a file.
pub(crate) fn tile_of_file(z: &str, x: &str, y: &str) -> Result<TileId, Problem> {
    let plain = y.strip_suffix(".mvt").or_else(|| y.strip_suffix(".pbf"));
    tile_id(z, x, plain.unwrap_or(y))
}

fn tile_id(z: &str, x: &str, y: &str) -> Result<TileId, Problem> {
    let no_such = || {
        Problem::not_found(format!(
            "there is no such tile; zooms go from 0 to {DEEPEST_ZOOM}"
        ))
    };
    // `+1` parses as a number, and is none in an address.
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !(plain(z) && plain(x) && plain(y)) {
        return Err(no_such());
    }
    let zoom: u8 = z.parse().map_err(|_| no_such())?;
    let (x, y) = (
        x.parse().map_err(|_| no_such())?,
        y.parse().map_err(|_| no_such())?,
    );
    if zoom > DEEPEST_ZOOM {
        return Err(no_such());
    }
    TileId::new(zoom, x, y).map_err(|_| no_such())
}

fn check_set(set: &str) -> Result<(), Problem> {
    if set == WEB_MERCATOR_QUAD {
        Ok(())
    } else {
        Err(Problem::not_found(format!(
            "tiles come in {WEB_MERCATOR_QUAD} only"
        )))
    }
}

/// What a tile request selects.
struct TileRequest {
    selection: Selection,
    clustering: Clustering,
    /// Everything that the tile depends on beside the data: the parameters, in order.
    key: String,
}

fn read(
    parameters: &Parameters,
    state: &AppState,
    world: &World,
    layer: &Layer,
) -> Result<TileRequest, Problem> {
    let mut selection = Selection::read(parameters, layer, &world.regions, &state.config)?;
    selection.needs_geometry = true;
    let clustering = match parameters.get("cluster") {
        None => Clustering::Auto,
        Some(name) => Clustering::from_name(name).ok_or_else(|| {
            Problem::invalid_parameter("cluster", "is none of auto, grid, h3, none")
        })?,
    };
    let key = parameters.key_without("f");
    Ok(TileRequest {
        selection,
        clustering,
        key,
    })
}

async fn answer(
    state: &AppState,
    collection: &str,
    tile: TileId,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Response<Body>, Problem> {
    let world = state.world();
    let layer = world.layer(collection)?;
    let parameters = Parameters::read(uri.query(), &TILE_PARAMETERS)?;
    check_tile_format(headers, &parameters)?;
    let request = read(&parameters, state, &world, &layer)?;
    let key = TileKey::new(layer.id(), layer.info.version, tile, request.key.clone());
    kept_or_made(state, headers, key, make(state, layer, tile, request)).await
}

/// The answer to a request for a tile: that the client knows it, the bytes in memory, or those that
/// `make` gives, which is not begun otherwise. A tile without a feature has no content.
pub(crate) async fn kept_or_made(
    state: &AppState,
    headers: &HeaderMap,
    key: TileKey,
    make: impl Future<Output = Result<Bytes, Problem>>,
) -> Result<Response<Body>, Problem> {
    let tag = key.tag();
    if is_known(headers, &tag) {
        return Ok(with_tile_headers(
            StatusCode::NOT_MODIFIED.into_response(),
            &tag,
        ));
    }
    let bytes = match state.tiles.get(&key) {
        Some(bytes) => bytes,
        None => {
            let made = make.await?;
            state.tiles.insert(key, made.clone());
            made
        }
    };
    let response = if bytes.is_empty() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        ([(header::CONTENT_TYPE, MVT)], bytes).into_response()
    };
    Ok(with_tile_headers(response, &tag))
}

fn with_tile_headers(mut response: Response<Body>, tag: &str) -> Response<Body> {
    set_header(&mut response, header::ETAG, &format!("\"{tag}\""));
    let fresh = format!("public, max-age={FRESH_SECONDS}");
    set_header(&mut response, header::CACHE_CONTROL, &fresh);
    response
}

pub(crate) fn check_tile_format(
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<(), Problem> {
    if let Some(f) = parameters.get("f") {
        return match f {
            "mvt" | "pbf" | MVT => Ok(()),
            _ => Err(Problem::invalid_parameter(
                "f",
                "is not mvt, the one format of tiles",
            )),
        };
    }
    let mut accept = headers.get_all(header::ACCEPT).iter().peekable();
    let takes = |text: &str| {
        text.split(',').any(|range| {
            let media = range.split(';').next().unwrap_or_default().trim();
            matches!(
                media,
                "*/*"
                    | "application/*"
                    | MVT
                    | "application/x-protobuf"
                    | "application/octet-stream"
            )
        })
    };
    let is_open = accept.peek().is_none();
    if is_open || accept.any(|value| value.to_str().is_ok_and(takes)) {
        Ok(())
    } else {
        Err(Problem::not_acceptable(&[MVT]))
    }
}

/// Makes a tile off the async threads.
async fn make(
    state: &AppState,
    layer: Arc<Layer>,
    tile: TileId,
    request: TileRequest,
) -> Result<Bytes, Problem> {
    let deadline = Deadline::of(&state.config);
    let config = Arc::clone(&state.config);
    let selections = state.selections.clone();
    let work = state.blocking(move || {
        let options = TileOptions {
            max_bytes: usize::try_from(config.limits.tile_bytes).unwrap_or(usize::MAX),
            ..TileOptions::default()
        };
        let selected = if request.selection.is_all() {
            None
        } else {
            // The tiles of one map share a selection: it is found once for all of them.
            let key = (
                layer.id().to_owned(),
                layer.info.version,
                request.key.clone(),
            );
            let known = selections.get(&key);
            Some(match known {
                Some(rows) => rows,
                None => {
                    let rows = request.selection.rows(&layer, deadline, &config)?;
                    let rows = Arc::new(bits_of(&rows, layer.data.len()));
                    selections.insert(key, Arc::clone(&rows));
                    rows
                }
            })
        };
        let encoded = layer.tiles.encode(
            &layer.data,
            tile,
            selected.as_deref(),
            request.clustering,
            options,
        );
        encoded
            .map(|tile| Bytes::from(tile.bytes))
            .map_err(|error| {
                tracing::error!(%error, collection = layer.id(), "a tile cannot be written");
                Problem::internal()
            })
    });
    work.await
}

fn bits_of(rows: &Rows, len: usize) -> Bits {
    let mut bits = Bits::zeros(len);
    rows.iter().for_each(|row| bits.set(row));
    bits
}

/// What a tile depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TileKey {
    collection: String,
    version: u64,
    tile: TileId,
    parameters: String,
}

impl TileKey {
    pub(crate) fn new(collection: &str, version: u64, tile: TileId, parameters: String) -> TileKey {
        TileKey {
            collection: collection.to_owned(),
            version,
            tile,
            parameters,
        }
    }

    /// Changes whenever the bytes of the tile may.
    pub(crate) fn tag(&self) -> String {
        use sha2::{Digest, Sha256};
        let text = format!(
            "{} {} {} {}/{}/{} {}",
            env!("CARGO_PKG_VERSION"),
            self.collection,
            self.version,
            self.tile.z(),
            self.tile.x(),
            self.tile.y(),
            self.parameters
        );
        hex(&Sha256::digest(text.as_bytes())[..12])
    }
}

/// Tiles in memory, up to so many bytes.
pub(crate) type TileCache = moka::sync::Cache<TileKey, Bytes>;
/// Rows selected by the parameters of tiles: collection, version, parameters.
pub(crate) type SelectionCache = moka::sync::Cache<(String, u64, String), Arc<Bits>>;

/// A cache of tiles bounded in bytes; 0 keeps nothing.
pub(crate) fn tile_cache(bytes: u64) -> TileCache {
    /// What an entry costs beside its bytes.
    const ENTRY_BYTES: usize = 200;
    moka::sync::Cache::builder()
        .max_capacity(bytes)
        .weigher(|key: &TileKey, tile: &Bytes| {
            let bytes = tile.len() + key.parameters.len() + ENTRY_BYTES;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        })
        .build()
}

/// A cache of selections bounded in bytes.
pub(crate) fn selection_cache() -> SelectionCache {
    const BYTES: u64 = 64 << 20;
    moka::sync::Cache::builder()
        .max_capacity(BYTES)
        .weigher(|_, rows: &Arc<Bits>| u32::try_from(rows.bytes() + 200).unwrap_or(u32::MAX))
        .build()
}

/// The query of a tile request with its parameters, for the addresses in documents.
pub(crate) fn query_suffix(uri: &Uri) -> String {
    let pairs = uri.query().unwrap_or("").split('&');
    let kept: Vec<&str> = pairs
        .filter(|pair| !pair.is_empty() && !pair.starts_with("f="))
        .collect();
    if kept.is_empty() {
        String::new()
    } else {
        format!("?{}", kept.join("&"))
    }
}

async fn tile_json(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let world = state.world();
    let layer = world.layer(&collection)?;
    let parameters = Parameters::read(uri.query(), &TILE_PARAMETERS)?;
    choose(&headers, parameters.get("f"), &[Format::Json])?;
    read(&parameters, &state, &world, &layer)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let address = links.href(&format!("/tiles/{collection}/{{z}}/{{x}}/{{y}}"));
    let schema = &layer.info.schema;
    let document = TileJson {
        name: schema.title.clone(),
        description: schema.description.clone(),
        attribution: describe::attribution(&world, &layer, parameters.get("source")),
        version: format!("1.0.{}", layer.info.version),
        tiles: vec![format!("{address}{}", query_suffix(&uri))],
        min_zoom: 0,
        max_zoom: LAST_ZOOM,
        bounds: layer.data.bounds().map(rect),
        layers: vec![layer_info(&layer.data, LAST_ZOOM)],
    };
    let mut document = document.document();
    if layer.info.synthetic {
        document["synthetic"] = true.into();
    }
    Ok(respond(Format::Json, "TileJSON", &[], &document))
}

pub(crate) fn rect([west, south, east, north]: [f64; 4]) -> Rect<f64> {
    Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north })
}

const PAGES: [Format; 2] = [Format::Json, Format::Html];

fn page_request(
    state: &AppState,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<(Format, Links), Problem> {
    let parameters = Parameters::read(uri.query(), &["f"])?;
    let format = choose(headers, parameters.get("f"), &PAGES)?;
    Ok((
        format,
        Links::new(headers, uri, state.config.base_url.as_deref()),
    ))
}

async fn tilesets(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let layer = state.world().layer(&collection)?;
    let (format, links) = page_request(&state, &headers, &uri)?;
    let path = format!("/collections/{collection}/tiles/{WEB_MERCATOR_QUAD}");
    let mut entry = tileset_head(&layer);
    entry["links"] = json!([
        links.link("self", &path, "application/json", "The tileset"),
        tiling_scheme(&links),
    ]);
    let document = json!({
        "tilesets": [entry],
        "links": links.self_and_alternates(format, &PAGES),
    });
    Ok(respond(
        format,
        "Tilesets",
        &pages::crumbs(&links, Some(&layer)),
        &document,
    ))
}

fn tileset_head(layer: &Layer) -> Value {
    json!({
        "title": layer.info.schema.title,
        "dataType": "vector",
        "crs": WEB_MERCATOR_URI,
        "tileMatrixSetURI": WEB_MERCATOR_QUAD_URI,
    })
}

fn tiling_scheme(links: &Links) -> Value {
    let path = format!("/tileMatrixSets/{WEB_MERCATOR_QUAD}");
    links.link(
        REL_TILING_SCHEME,
        &path,
        "application/json",
        "The tile matrix set",
    )
}

async fn tileset(
    State(state): State<AppState>,
    Path((collection, set)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let world = state.world();
    let layer = world.layer(&collection)?;
    check_set(&set)?;
    let (format, links) = page_request(&state, &headers, &uri)?;
    let mut all = links.self_and_alternates(format, &PAGES);
    all.push(tiling_scheme(&links));
    let template = format!(
        "/collections/{collection}/tiles/{WEB_MERCATOR_QUAD}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    );
    let mut item = links.link("item", &template, MVT, "A tile");
    item["templated"] = true.into();
    all.push(item);
    all.push(links.link(
        "describedby",
        &format!("/tiles/{collection}"),
        "application/json",
        "TileJSON",
    ));
    let mut document = tileset_head(&layer);
    document["tileMatrixSetId"] = WEB_MERCATOR_QUAD.into();
    document["attribution"] = describe::attribution(&world, &layer, None).into();
    document["layers"] = json!([{
        "id": layer.id(),
        "title": layer.info.schema.title,
        "dataType": "vector",
    }]);
    if let Some([west, south, east, north]) = layer.data.bounds() {
        document["boundingBox"] = json!({
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": crate::crs::CRS84,
        });
    }
    document["links"] = Value::Array(all);
    Ok(respond(
        format,
        "Tileset",
        &pages::crumbs(&links, Some(&layer)),
        &document,
    ))
}

async fn matrix_sets(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let (format, links) = page_request(&state, &headers, &uri)?;
    let path = format!("/tileMatrixSets/{WEB_MERCATOR_QUAD}");
    let document = json!({
        "tileMatrixSets": [{
            "id": WEB_MERCATOR_QUAD,
            "title": "Web Mercator, quad tree",
            "uri": WEB_MERCATOR_QUAD_URI,
            "links": [
                links.link("self", &path, "application/json", "The tile matrix set"),
                links.link("item", &path, "application/json", "The tile matrix set"),
            ],
        }],
        "links": links.self_and_alternates(format, &PAGES),
    });
    Ok(respond(
        format,
        "Tile matrix sets",
        &[(links.href("/"), "Silt".to_owned())],
        &document,
    ))
}

async fn matrix_set(
    State(state): State<AppState>,
    Path(set): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    check_set(&set)?;
    let (format, links) = page_request(&state, &headers, &uri)?;
    let mut document = web_mercator_quad();
    document["links"] = links.self_and_alternates(format, &PAGES).into();
    Ok(respond(
        format,
        "Web Mercator, quad tree",
        &[(links.href("/"), "Silt".to_owned())],
        &document,
    ))
}

/// The tile matrix set as OGC's Two Dimensional Tile Matrix Set 2.0 describes it.
fn web_mercator_quad() -> Value {
    /// Half the circumference of the sphere of EPSG:3857, metres.
    const HALF_WORLD_M: f64 = 20_037_508.342_789_244;
    /// Size of a pixel of the standard, metres.
    const PIXEL_M: f64 = 0.000_28;
    const TILE_PIXELS: f64 = 256.0;
    let matrices: Vec<Value> = (0..=DEEPEST_ZOOM)
        .map(|zoom| {
            let tiles = 1_u64 << zoom;
            let cell_size = 2.0 * HALF_WORLD_M / (TILE_PIXELS * tiles as f64);
            json!({
                "id": zoom.to_string(),
                "scaleDenominator": cell_size / PIXEL_M,
                "cellSize": cell_size,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": tiles,
                "matrixHeight": tiles,
            })
        })
        .collect();
    json!({
        "id": WEB_MERCATOR_QUAD,
        "title": "Web Mercator, quad tree",
        "uri": WEB_MERCATOR_QUAD_URI,
        "crs": WEB_MERCATOR_URI,
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "orderedAxes": ["E", "N"],
        "tileMatrices": matrices,
    })
}
