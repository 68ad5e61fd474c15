//! Pages for people: the same resources as the JSON documents, with the same links.

use axum::body::Body;
use axum::http::Response;
use axum::response::{Html, IntoResponse};
use serde_json::Value;
use silt_index::regions::DISCLAIMER;

use crate::layer::Layer;
use crate::links::Links;
use crate::world::World;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:1.5rem auto;padding:0 1rem;color:#1d2b33}\
nav{color:#55666f;font-size:.9rem}a{color:#0b5d8a}\
table{border-collapse:collapse;width:100%}.wide{overflow-x:auto}\
td,th{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #d8dee2;vertical-align:top}\
.n{text-align:right;font-variant-numeric:tabular-nums}.synthetic{background:#fff1c9;padding:.1rem .4rem}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}dt{color:#55666f}dd{margin:0;overflow-wrap:anywhere}\
footer{color:#55666f;font-size:.85rem;margin-top:2rem}code{background:#eef2f4;padding:.1rem .3rem;overflow-wrap:anywhere}\
pre{background:#eef2f4;padding:.6rem;overflow-x:auto}";

/// A whole page. `crumbs` are the way from the front page: path and name.
pub(crate) fn page(title: &str, crumbs: &[(String, String)], body: &str) -> Response<Body> {
    Html(page_text(title, crumbs, body)).into_response()
}

/// The text of a whole page.
pub(crate) fn page_text(title: &str, crumbs: &[(String, String)], body: &str) -> String {
    let way: Vec<String> = crumbs
        .iter()
        .map(|(path, name)| format!("<a href=\"{}\">{}</a>", escape(path), escape(name)))
        .collect();
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
         <body><nav>{}</nav><main><h1>{title}</h1>{body}</main><footer>{}</footer></body></html>",
        way.join(" / "),
        escape(DISCLAIMER)
    )
}

/// The page of a JSON document: its members as a list, its links as links.
pub(crate) fn document(
    title: &str,
    crumbs: &[(String, String)],
    document: &Value,
) -> Response<Body> {
    let mut body = String::new();
    write_value(&mut body, document);
    page(title, crumbs, &body)
}

/// The way from the front page down to a collection.
pub(crate) fn crumbs(links: &Links, collection: Option<&Layer>) -> Vec<(String, String)> {
    let mut way = vec![
        (links.href("/"), "Silt".to_owned()),
        (links.href("/collections"), "Collections".to_owned()),
    ];
    if let Some(layer) = collection {
        let path = format!("/collections/{}", layer.id());
        way.push((links.href(&path), layer.info.schema.title.clone()));
    }
    way
}

/// The front page.
pub(crate) fn landing(world: &World, links: &Links, document: &Value) -> Response<Body> {
    let mut rows = String::new();
    for layer in world.collections.values() {
        let schema = &layer.info.schema;
        let path = links.href(&format!("/collections/{}", schema.id));
        rows.push_str(&format!(
            "<tr><td><a href=\"{}\">{}</a>{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
            escape(&path),
            escape(&schema.title),
            synthetic_mark(layer.info.synthetic),
            layer.data.len(),
            escape(&schema.description),
        ));
    }
    let example = links.href("/collections/tailings_facilities/items?region=iso3:CHL&limit=20");
    let mut all_links = String::new();
    write_value(&mut all_links, &document["links"]);
    let body = format!(
        "<p>{1}</p><p>Every collection answers <code>bbox</code>, <code>region</code>, <code>datetime</code>, \
         <code>filter</code> (CQL2), <code>sortby</code>, <code>properties</code>, <code>crs</code> and <code>limit</code>, \
         as GeoJSON, CSV, FlatGeobuf, GeoParquet and vector tiles. For example \
         <a href=\"{0}\"><code>{0}</code></a>.</p>\
         <table><thead><tr><th>Collection</th><th class=\"n\">Features</th><th>What it holds</th></tr></thead><tbody>\n{rows}</tbody></table>\
         <h2>More</h2>{all_links}",
        escape(&example),
        document["description"]
            .as_str()
            .map(escape)
            .unwrap_or_default(),
    );
    page("Silt", &[], &body)
}

/// A list of features as a table with links to each.
pub(crate) fn items(layer: &Layer, links: &Links, document: &Value) -> Response<Body> {
    let features = document["features"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    if let Some(properties) = features
        .first()
        .and_then(|one| one["properties"].as_object())
    {
        // What is empty on the whole page takes no column.
        let has_values = |name: &&String| {
            features
                .iter()
                .any(|one| !one["properties"][name.as_str()].is_null())
        };
        names.extend(properties.keys().filter(has_values).take(14).cloned());
    }
    let mut table = String::from("<div class=\"wide\"><table><thead><tr><th>id</th>");
    for name in &names {
        table.push_str(&format!("<th>{}</th>", escape(name)));
    }
    table.push_str("</tr></thead><tbody>\n");
    for feature in &features {
        let id = feature["id"].as_str().unwrap_or_default();
        let path = format!(
            "/collections/{}/items/{}",
            layer.id(),
            crate::links::encoded(id)
        );
        let href = links.href(&path);
        table.push_str(&format!(
            "<tr><td><a href=\"{}\">{}</a></td>",
            escape(&href),
            escape(id)
        ));
        for name in &names {
            table.push_str("<td>");
            write_value(&mut table, &feature["properties"][name.as_str()]);
            table.push_str("</td>");
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody></table></div>");
    let mut head = String::new();
    if let (Some(matched), Some(returned)) = (
        document["numberMatched"].as_u64(),
        document["numberReturned"].as_u64(),
    ) {
        head = format!(
            "<p><span id=\"numberReturned\">{returned}</span> of <span id=\"numberMatched\">{matched}</span> features{}, {}</p>",
            synthetic_mark(layer.info.synthetic),
            escape(document["timeStamp"].as_str().unwrap_or_default()),
        );
    }
    let mut all_links = String::new();
    write_value(&mut all_links, &document["links"]);
    let title = layer.info.schema.title.clone();
    page(
        &title,
        &crumbs(links, Some(layer)),
        &format!("{head}{table}<h2>Links</h2>{all_links}"),
    )
}

fn synthetic_mark(synthetic: bool) -> &'static str {
    if synthetic {
        " <strong class=\"synthetic\">synthetic</strong>"
    } else {
        ""
    }
}

/// A JSON value as HTML: objects as lists of members, links as links.
pub(crate) fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(out, text),
        Value::Array(items) if items.iter().all(is_link) && !items.is_empty() => {
            out.push_str("<ul>");
            for link in items {
                write_link(out, link);
            }
            out.push_str("</ul>");
        }
        Value::Array(items)
            if items
                .iter()
                .all(|item| !item.is_object() && !item.is_array()) =>
        {
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                write_value(out, item);
            }
        }
        Value::Array(items) => {
            for item in items {
                write_value(out, item);
                out.push_str("<br>");
            }
        }
        Value::Object(members) => {
            out.push_str("<dl>");
            for (name, member) in members {
                out.push_str(&format!("<dt>{}</dt><dd>", escape(name)));
                write_value(out, member);
                out.push_str("</dd>");
            }
            out.push_str("</dl>");
        }
    }
}

fn is_link(value: &Value) -> bool {
    value["rel"].is_string() && value["href"].is_string()
}

fn write_link(out: &mut String, link: &Value) {
    let text = |name: &str| link[name].as_str().map(escape).unwrap_or_default();
    let title = match link["title"].as_str() {
        Some(title) => escape(title),
        None => text("href"),
    };
    out.push_str(&format!(
        "<li><a rel=\"{}\" type=\"{}\" href=\"{}\">{title}</a> <small>{} {}</small></li>",
        text("rel"),
        text("type"),
        text("href"),
        text("rel"),
        text("type"),
    ));
}

fn write_text(out: &mut String, text: &str) {
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    if is_address && !text.contains([' ', '{']) {
        out.push_str(&format!("<a href=\"{0}\">{0}</a>", escape(text)));
    } else {
        out.push_str(&escape(text));
    }
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
