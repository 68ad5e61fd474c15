//! `/collections/{c}/items/{id}`: one feature as the store holds it, and its history.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use silt_exchange::served_crs::ServedCrs;
use silt_model::geojson::to_geojson;
use silt_model::{CollectionSchema, FeatureId, StoredFeature};

use crate::crs;
use crate::error::Problem;
use crate::features_json::ADDED;
use crate::hex::hex;
use crate::layer::Layer;
use crate::links::{Links, encoded};
use crate::negotiate::{Format, choose};
use crate::pages;
use crate::query::Parameters;
use crate::state::AppState;

const FORMATS: [Format; 2] = [Format::GeoJson, Format::Html];

/// The handler of GET.
pub(crate) async fn item(
    State(state): State<AppState>,
    Path((collection, id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let layer = state.world().layer(&collection)?;
    let parameters = Parameters::read(uri.query(), &["f", "crs"])?;
    let format = choose(&headers, parameters.get("f"), &FORMATS)?;
    let crs = crs::of_parameter("crs", parameters.get("crs"))?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let feature_id = parse_id(&collection, &id)?;
    let stored = state
        .read(move |store| {
            store
                .feature(&collection, &feature_id)?
                .ok_or_else(|| no_such_item(&collection, &id))
        })
        .await?;
    let state_tag = etag_of(&stored);
    let tag = tag_of_representation(&state_tag, format, &crs);
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut all = links.self_and_alternates(format, &FORMATS);
        let path = format!("/collections/{}", layer.id());
        all.push(links.link("collection", &path, "application/json", "The collection"));
        let history = format!("{path}/items/{}/history", encoded(&stored.id().to_string()));
        all.push(links.link(
            "version-history",
            &history,
            "application/json",
            "All observed states",
        ));
        let document = document(&stored, layer.data.schema(), &crs, all);
        match format {
            Format::Html => page(&layer, &links, &document),
            _ => geojson(StatusCode::OK, &document),
        }
    };
    set_header(&mut response, header::ETAG, &format!("\"{tag}\""));
    set_header(&mut response, header::VARY, "Accept");
    set_header(&mut response, CONTENT_CRS, &format!("<{}>", crs.uri()));
    Ok(response)
}

/// Names the reference system of a body.
pub(crate) const CONTENT_CRS: header::HeaderName = header::HeaderName::from_static("content-crs");

pub(crate) fn set_header(response: &mut Response<Body>, name: header::HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().insert(name, value);
    }
}

pub(crate) fn geojson(status: StatusCode, document: &Value) -> Response<Body> {
    let content_type = [(header::CONTENT_TYPE, Format::GeoJson.media_type())];
    (status, content_type, document.to_string()).into_response()
}

pub(crate) fn parse_id(collection: &str, id: &str) -> Result<FeatureId, Problem> {
    FeatureId::parse(id).ok_or_else(|| no_such_item(collection, id))
}

pub(crate) fn no_such_item(collection: &str, id: &str) -> Problem {
    let shown: String = id.chars().take(80).collect();
    Problem::not_found(format!("there is no item `{shown}` in `{collection}`"))
}

/// A feature with all of its properties, null where it has none, and links.
pub(crate) fn document(
    stored: &StoredFeature,
    schema: &CollectionSchema,
    crs: &ServedCrs,
    links: Vec<Value>,
) -> Value {
    let mut stored = stored.clone();
    if !crs.is_crs84() {
        stored.feature.geometry = stored.feature.geometry.and_then(|own| crs.from_wgs84(&own));
    }
    let feature = to_geojson(&stored);
    let mut known = feature.properties.clone().unwrap_or_default();
    let mut properties = Map::new();
    let fields = schema.fields.iter().map(|field| field.name.as_str());
    for name in fields.chain(ADDED) {
        let absent = match name {
            "silt_regions" => json!([]),
            "silt_synthetic" => Value::Bool(false),
            _ => Value::Null,
        };
        properties.insert(name.to_owned(), known.remove(name).unwrap_or(absent));
    }
    properties.extend(known);
    let geometry = feature.geometry.as_ref();
    let geometry = geometry.and_then(|own| serde_json::to_value(own).ok());
    json!({
        "type": "Feature",
        "id": stored.id().to_string(),
        "geometry": geometry.unwrap_or(Value::Null),
        "properties": properties,
        "links": links,
    })
}

fn page(layer: &Layer, links: &Links, document: &Value) -> Response<Body> {
    let name = document["properties"]["name"].as_str();
    let title = name
        .or(document["id"].as_str())
        .unwrap_or("Feature")
        .to_owned();
    let mut crumbs = pages::crumbs(links, Some(layer));
    let items = format!("/collections/{}/items", layer.id());
    crumbs.push((links.href(&items), "Features".to_owned()));
    pages::document(&title, &crumbs, document)
}

/// A hash of the state of a feature: equal states have equal tags, whoever asks and how.
pub(crate) fn etag_of(stored: &StoredFeature) -> String {
    let text = serde_json::to_string(&to_geojson(stored)).unwrap_or_default();
    hex(&Sha256::digest(text.as_bytes())[..16])
}

/// Strong tags differ between representations; what stands before the point is the state.
pub(crate) fn tag_of_representation(state_tag: &str, format: Format, crs: &ServedCrs) -> String {
    let mut tag = state_tag.to_owned();
    if format == Format::Html {
        tag.push_str(".html");
    }
    if let Some(code) = crs.epsg() {
        tag.push_str(&format!(".{code}"));
    }
    tag
}

/// The tags of `If-Match` or `If-None-Match`. A weak tag keeps its `W/`.
pub(crate) fn tags(headers: &HeaderMap, name: header::HeaderName) -> Option<Vec<String>> {
    let mut found: Option<Vec<String>> = None;
    for value in headers.get_all(name) {
        let text = value.to_str().unwrap_or_default();
        let parts = text.split(',').map(|part| part.trim().replace('"', ""));
        found.get_or_insert_default().extend(parts);
    }
    found
}

/// Whether the client has the representation with this tag (`If-None-Match`).
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = tags(headers, header::IF_NONE_MATCH).unwrap_or_default();
    // This comparison is the weak one.
    known
        .iter()
        .any(|own| own == "*" || own.trim_start_matches("W/") == tag)
}

/// The handler of the history.
pub(crate) async fn history(
    State(state): State<AppState>,
    Path((collection, id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let layer = state.world().layer(&collection)?;
    let parameters = Parameters::read(uri.query(), &["f", "crs"])?;
    let crs = crs::of_parameter("crs", parameters.get("crs"))?;
    let formats = [Format::Json, Format::Html];
    let format = choose(&headers, parameters.get("f"), &formats)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let feature_id = parse_id(&collection, &id)?;
    let shown_id = id.clone();
    let mut states = state
        .read(move |store| {
            let states = store.history(&collection, &feature_id)?;
            if states.is_empty() {
                Err(no_such_item(&collection, &id))
            } else {
                Ok(states)
            }
        })
        .await?;
    for observed in &mut states {
        let geometry = &mut observed.state["geometry"];
        if !crs.is_crs84() && geometry.is_object() {
            *geometry = projected(geometry, &crs).unwrap_or(Value::Null);
        }
    }
    let document = json!({
        "id": shown_id,
        "states": states,
        "links": links.self_and_alternates(format, &formats),
    });
    let mut response = match format {
        Format::Html => {
            let crumbs = pages::crumbs(&links, Some(&layer));
            pages::document(&format!("History of {shown_id}"), &crumbs, &document)
        }
        _ => axum::Json(document).into_response(),
    };
    set_header(&mut response, header::VARY, "Accept");
    set_header(&mut response, CONTENT_CRS, &format!("<{}>", crs.uri()));
    Ok(response)
}

/// A GeoJSON geometry in another reference system; `None` where it has no place there.
fn projected(geometry: &Value, crs: &ServedCrs) -> Option<Value> {
    let read: geojson::Geometry = serde_json::from_value(geometry.clone()).ok()?;
    let geometry = geo_types::Geometry::<f64>::try_from(read).ok()?;
    let projected = geojson::Geometry::from(&crs.from_wgs84(&geometry)?);
    serde_json::to_value(projected).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_a_condition_are_told_apart() {
        let mut headers = HeaderMap::new();
        assert_eq!(tags(&headers, header::IF_MATCH), None);
        headers.insert(
            header::IF_MATCH,
            "\"a\", W/\"b\"".parse().expect("a header"),
        );
        headers.append(header::IF_MATCH, "*".parse().expect("a header"));
        let expected = vec!["a".to_owned(), "W/b".to_owned(), "*".to_owned()];
        assert_eq!(tags(&headers, header::IF_MATCH), Some(expected));
    }
}
