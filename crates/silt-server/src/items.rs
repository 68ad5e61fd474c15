//! `/collections/{c}/items`: pages of features, and downloads in other formats.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use silt_exchange::served_crs::ServedCrs;
use silt_exchange::write::{self, ExportFormat, ExportMeta};
use silt_query::cursor::{Cursor, fingerprint};
use silt_query::query::Rows;
use silt_query::sort::{Page, Sort, page};

use crate::crs;
use crate::describe::{ITEM_FORMATS, parameter_fields};
use crate::error::Problem;
use crate::features_json::{Shown, write_feature};
use crate::layer::Layer;
use crate::links::{Links, REL_QUERYABLES};
use crate::negotiate::{Format, choose};
use crate::pages;
use crate::query::Parameters;
use crate::selection::{Deadline, SELECTING, Selection};
use crate::state::AppState;
use crate::stream::{self, Kept};
use crate::world::World;

/// Parameters of the path that no field can have as a parameter of its own.
pub(crate) const RESERVED_PARAMETERS: [&str; 16] = [
    "bbox",
    "bbox-crs",
    "datetime",
    "region",
    "source",
    "ids",
    "filter",
    "filter-lang",
    "filter-crs",
    "crs",
    "limit",
    "cursor",
    "sortby",
    "properties",
    "skipGeometry",
    "f",
];

/// Files of up to so many features are made in memory, so that their length is known.
const IN_MEMORY: usize = 10_000;
/// Pages of up to so many features are made in one piece.
const IN_ONE_PIECE: usize = 1_000;

/// A request for features, read and checked.
struct Request {
    layer: Arc<Layer>,
    world: Arc<World>,
    selection: Selection,
    sort: Sort,
    shown: Shown,
    skip_geometry: bool,
    crs: ServedCrs,
    limit: Option<u64>,
    cursor: Option<Cursor>,
    fingerprint: u64,
    format: Format,
    links: Links,
    deadline: Deadline,
}

/// The handler.
pub(crate) async fn items(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let request = read(&state, &collection, &headers, &uri)?;
    let crs_uri = request.crs.uri().to_owned();
    let queryables = request
        .links
        .href(&format!("/collections/{collection}/queryables"));
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let mut response = answer(&state, request, range.map(str::to_owned)).await?;
    let headers = response.headers_mut();
    let mut insert = |name: header::HeaderName, text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    };
    insert(
        header::HeaderName::from_static("content-crs"),
        format!("<{crs_uri}>"),
    );
    insert(
        header::LINK,
        format!("<{queryables}>; rel=\"{REL_QUERYABLES}\"; type=\"application/schema+json\""),
    );
    insert(header::VARY, "Accept".to_owned());
    Ok(response)
}

fn read(
    state: &AppState,
    collection: &str,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Request, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let layer = world.layer(collection)?;
    let schema = layer.data.schema();
    let fields = parameter_fields(schema);
    let is_known = |name: &str| {
        RESERVED_PARAMETERS.contains(&name) || fields.iter().any(|field| field.name == name)
    };
    let known = || {
        let names = fields.iter().map(|field| field.name.as_str());
        let all: Vec<&str> = RESERVED_PARAMETERS.into_iter().chain(names).collect();
        all.join(", ")
    };
    let parameters = Parameters::read_with(uri.query(), is_known, known)?;
    let format = choose(headers, parameters.get("f"), &ITEM_FORMATS)?;
    let mut selection = Selection::read(&parameters, &layer, &world.regions, &state.config)?;
    for field in &fields {
        if let Some(text) = parameters.get(&field.name) {
            selection.add_equality(&layer, field, text)?;
        }
    }
    let sort = match parameters.get("sortby") {
        None => Sort::default(),
        Some(text) => Sort::parse(text, schema)
            .map_err(|error| Problem::invalid_parameter("sortby", error.to_string()))?,
    };
    let shown = match parameters.get("properties") {
        None => Shown::all(&layer.data),
        Some(text) => {
            Shown::named(&layer.data, text.split(',').map(str::trim)).map_err(|name| {
                let name: String = name.chars().take(60).collect();
                Problem::invalid_parameter(
                    "properties",
                    format!("names `{name}`, which is no property of the collection"),
                )
            })?
        }
    };
    let skip_geometry = match parameters.get("skipGeometry") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Problem::invalid_parameter(
                "skipGeometry",
                "is neither true nor false",
            ));
        }
    };
    let crs = crs::of_parameter("crs", parameters.get("crs"))?;
    if matches!(format, Format::FlatGeobuf | Format::Parquet | Format::Csv) && !crs.is_crs84() {
        return Err(Problem::invalid_parameter(
            "crs",
            "is CRS84 for files; GeoJSON comes in any other system",
        ));
    }
    let fingerprint = fingerprint_of(collection, &parameters);
    let cursor = match parameters.get("cursor") {
        None => None,
        Some(text) => Some(
            Cursor::decode(text, fingerprint, sort.keys().len())
                .map_err(|error| Problem::invalid_parameter("cursor", error.to_string()))?,
        ),
    };
    let limit = match parameters.get("limit") {
        // A download is of everything that is selected.
        None if is_download(format) => None,
        _ => {
            let maximum = if is_download(format) {
                u64::MAX
            } else {
                state.config.max_limit
            };
            Some(parameters.limit(state.config.default_limit, maximum)?)
        }
    };
    Ok(Request {
        links: Links::new(headers, uri, state.config.base_url.as_deref()),
        layer,
        world,
        selection,
        sort,
        shown,
        skip_geometry,
        crs,
        limit,
        cursor,
        fingerprint,
        format,
        deadline,
    })
}

fn is_download(format: Format) -> bool {
    matches!(format, Format::Csv | Format::FlatGeobuf | Format::Parquet)
}

/// A number for all that decides which features come in which order.
fn fingerprint_of(collection: &str, parameters: &Parameters) -> u64 {
    let decides = |name: &str| SELECTING.contains(&name) || name == "sortby";
    let of_page = ["crs", "limit", "cursor", "properties", "skipGeometry", "f"];
    let mut parts = vec![collection];
    for (name, value) in parameters.iter() {
        if decides(name) || !of_page.contains(&name) {
            parts.extend([name, value]);
        }
    }
    fingerprint(&parts)
}

async fn answer(
    state: &AppState,
    request: Request,
    range: Option<String>,
) -> Result<Response<Body>, Problem> {
    let config = Arc::clone(&state.config);
    let found = state.blocking(move || {
        let rows = request
            .selection
            .rows(&request.layer, request.deadline, &config)?;
        let limit = request.limit.map_or(usize::MAX - 1, |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX - 1)
        });
        let limit = limit.min(request.layer.data.len().max(1));
        let page = page(
            &request.layer.data,
            &rows,
            &request.sort,
            request.cursor.as_ref(),
            limit,
        );
        Ok((request, rows, page))
    });
    let (request, rows, page) = found.await?;
    match request.format {
        Format::Html => {
            let document = state.blocking(move || {
                let mut text = Vec::new();
                let written = write_collection(&mut text, &request, &rows, &page);
                written.map_err(|_| Problem::internal())?;
                let document: Value = serde_json::from_slice(&text).map_err(|error| {
                    tracing::error!(%error, "an answer is not JSON");
                    Problem::internal()
                })?;
                Ok(pages::items(&request.layer, &request.links, &document))
            });
            document.await
        }
        Format::Csv | Format::FlatGeobuf | Format::Parquet if page.rows.len() <= IN_MEMORY => {
            let format = request.format;
            let name = file_name(&request);
            let bytes = state.blocking(move || {
                let (kept, writer) = Kept::new();
                write_file(writer, export_format(format), &request, &page).map_err(|error| {
                    tracing::error!(%error, collection = request.layer.id(), "a file failed");
                    Problem::internal()
                })?;
                Ok(kept.into_bytes())
            });
            Ok(whole_file(format, &name, bytes.await?, range.as_deref()))
        }
        Format::Csv | Format::FlatGeobuf | Format::Parquet => download(request, page),
        _ if page.rows.len() <= IN_ONE_PIECE => {
            let text = state.blocking(move || {
                let mut text = Vec::with_capacity(page.rows.len() * 512 + 1024);
                let written = write_collection(&mut text, &request, &rows, &page);
                written.map_err(|_| Problem::internal())?;
                Ok(text)
            });
            Ok(respond(Format::GeoJson, Body::from(text.await?)))
        }
        _ => {
            let (body, mut writer) = stream::body();
            tokio::task::spawn_blocking(move || {
                // A client that goes away ends the writing.
                let _ = write_collection(&mut writer, &request, &rows, &page);
            });
            Ok(respond(Format::GeoJson, body))
        }
    }
}

fn respond(format: Format, body: Body) -> Response<Body> {
    let content_type = [(header::CONTENT_TYPE, format.media_type())];
    (StatusCode::OK, content_type, body).into_response()
}

/// Writes a FeatureCollection, some features at a time.
fn write_collection(
    out: &mut impl std::io::Write,
    request: &Request,
    rows: &Rows,
    page: &Page,
) -> std::io::Result<()> {
    const FEATURES_AT_ONCE: usize = 64;
    let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).unwrap_or_default();
    let mut links = request
        .links
        .self_and_alternates(Format::GeoJson, &ITEM_FORMATS);
    if request.format == Format::Html {
        links = request
            .links
            .self_and_alternates(Format::Html, &ITEM_FORMATS);
    }
    if let Some(next) = &page.next {
        let path = request
            .links
            .with_parameter("cursor", Some(&next.encode(request.fingerprint)));
        links.push(
            request
                .links
                .link("next", &path, request.format.link_type(), "Next page"),
        );
    }
    let path = format!("/collections/{}", request.layer.id());
    links.push(
        request
            .links
            .link("collection", &path, "application/json", "The collection"),
    );
    let mut head = json!({
        "type": "FeatureCollection",
        "timeStamp": now.to_string(),
        "numberMatched": rows.len(),
        "numberReturned": page.rows.len(),
        "links": links,
    });
    let data = &request.layer.data;
    if page.rows.iter().any(|&row| data.is_synthetic(row)) {
        head["synthetic"] = true.into();
    }
    let mut text = head.to_string().into_bytes();
    // The features follow as the last member.
    text.pop();
    text.extend_from_slice(b",\"features\":[");
    let project = |geometry: &geo_types::Geometry<f64>| {
        if request.skip_geometry {
            None
        } else {
            request.crs.from_wgs84(geometry)
        }
    };
    let as_stored = request.crs.is_crs84() && !request.skip_geometry;
    for (place, &row) in page.rows.iter().enumerate() {
        text.extend_from_slice(if place == 0 { b"\n" } else { b",\n" });
        let project: Option<crate::features_json::Project<'_>> =
            if as_stored { None } else { Some(&project) };
        write_feature(&mut text, data, row, &request.shown, project);
        if place % FEATURES_AT_ONCE == FEATURES_AT_ONCE - 1 {
            out.write_all(&text)?;
            text.clear();
        }
    }
    text.extend_from_slice(b"\n]}\n");
    out.write_all(&text)?;
    out.flush()
}

fn export_format(format: Format) -> ExportFormat {
    match format {
        Format::Csv => ExportFormat::Csv,
        Format::FlatGeobuf => ExportFormat::FlatGeobuf,
        _ => ExportFormat::GeoParquet,
    }
}

fn file_name(request: &Request) -> String {
    format!("{}.{}", request.layer.id(), request.format.name())
}

/// A file of known length, or the part of it that is asked for: what programs need that read
/// remote files piece by piece.
fn whole_file(format: Format, name: &str, bytes: Vec<u8>, range: Option<&str>) -> Response<Body> {
    let total = bytes.len();
    let part = range.and_then(|text| byte_range(text, total));
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    match part {
        Some((first, last)) => {
            let place = [(
                header::CONTENT_RANGE,
                format!("bytes {first}-{last}/{total}"),
            )];
            let part = bytes[first..=last].to_vec();
            (StatusCode::PARTIAL_CONTENT, headers, place, part).into_response()
        }
        None => (StatusCode::OK, headers, bytes).into_response(),
    }
}

/// First and last byte of a range that lies in the file; several ranges, or none that is
/// understood, ask for the whole (RFC 9110, 14.2).
fn byte_range(text: &str, total: usize) -> Option<(usize, usize)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let end = total.checked_sub(1)?;
    let (first, last) = match (first.trim(), last.trim()) {
        ("", suffix) => (total.saturating_sub(suffix.parse().ok()?), end),
        (first, "") => (first.parse().ok()?, end),
        (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.min(end)),
    };
    (first <= last).then_some((first, last))
}

fn download(request: Request, page: Page) -> Result<Response<Body>, Problem> {
    let format = export_format(request.format);
    let file = file_name(&request);
    let media_type = request.format.media_type();
    let (body, writer) = stream::body();
    let mut breaker = writer.breaker();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = write_file(writer, format, &request, &page) {
            tracing::warn!(%error, collection = request.layer.id(), "a download ended early");
            breaker.fail("the download failed");
        }
    });
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}\""),
        ),
    ];
    Ok((StatusCode::OK, headers, body).into_response())
}

fn write_file(
    writer: impl std::io::Write + Send + 'static,
    format: ExportFormat,
    request: &Request,
    page: &Page,
) -> Result<(), write::WriteError> {
    let data = &request.layer.data;
    let mut schema = data.schema().clone();
    let wanted = request.shown.field_places();
    schema.fields = wanted
        .iter()
        .map(|&place| schema.fields[place].clone())
        .collect();
    let source = request.selection.source();
    let meta = ExportMeta {
        synthetic: page.rows.iter().any(|&row| data.is_synthetic(row)),
        licences: vec![crate::describe::attribution(
            &request.world,
            &request.layer,
            source,
        )],
        disclaimer: Some(silt_index::regions::DISCLAIMER.to_owned()),
        data_version: Some(data.version().to_string()),
        ..ExportMeta::default()
    };
    let mut file = write::stream(writer, &std::env::temp_dir(), format, &schema, &meta)?;
    for &row in &page.rows {
        let mut stored = data.feature(row);
        if request.skip_geometry {
            stored.feature.geometry = None;
        }
        let is_shown = |name: &str| schema.fields.iter().any(|field| field.name == name);
        stored.feature.properties.retain(|(name, _)| is_shown(name));
        file.write(&stored)?;
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::byte_range;

    #[test]
    fn ranges_as_http_has_them() {
        assert_eq!(byte_range("bytes=0-9", 100), Some((0, 9)));
        assert_eq!(byte_range("bytes=90-", 100), Some((90, 99)));
        assert_eq!(byte_range("bytes=-10", 100), Some((90, 99)));
        assert_eq!(byte_range("bytes=50-5000", 100), Some((50, 99)));
        assert_eq!(byte_range("bytes=-5000", 100), Some((0, 99)));
        for text in [
            "bytes=100-",
            "bytes=9-1",
            "bytes=0-1,5-6",
            "lines=0-1",
            "bytes=x-1",
            "bytes=-",
            "bytes=0-",
            "bytes=-1",
        ] {
            assert_eq!(byte_range(text, 0), None, "{text}");
        }
        assert_eq!(byte_range("bytes=100-", 100), None);
        assert_eq!(byte_range("bytes=0-1,5-6", 100), None);
    }
}
