//! Hotspots for people.

use axum::body::Body;
use axum::http::Response;
use serde_json::{Map, Value};
use silt_analysis::Table;

use crate::layer::Layer;
use crate::links::Links;
use crate::negotiate::Format;
use crate::pages;

/// A table of cells with what is needed to make it again.
pub(super) fn page(
    layer: Option<&Layer>,
    links: &Links,
    offered: &[Format],
    table: &Table,
    head: Map<String, Value>,
) -> Response<Body> {
    let title = head
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or("Hotspots")
        .to_owned();
    let mut body = String::from("<div class=\"wide\"><table><thead><tr>");
    for column in &table.columns {
        body.push_str(&format!(
            "<th title=\"{}\">{}</th>",
            pages::escape(column.meaning),
            pages::escape(column.name)
        ));
    }
    body.push_str("</tr></thead><tbody>\n");
    for row in &table.rows {
        body.push_str("<tr>");
        for value in &row.values {
            body.push_str("<td>");
            pages::write_value(&mut body, value);
            body.push_str("</td>");
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody></table></div><h2>How this was found</h2>");
    pages::write_value(&mut body, &Value::Object(head));
    let all = links.self_and_alternates(Format::Html, offered);
    body.push_str("<h2>Links</h2>");
    pages::write_value(&mut body, &Value::Array(all));
    pages::page(&title, &pages::crumbs(links, layer), &body)
}
