//! The page that a browser gets at `/`: what is here and where.

use axum::http::{HeaderMap, header};
use silt_index::regions::DISCLAIMER;
use silt_store::CollectionInfo;

/// Whether the client prefers a page over JSON, as browsers say.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    accept.contains("text/html")
}

/// The landing page.
pub(crate) fn landing(collections: &[CollectionInfo]) -> String {
    let mut rows = String::new();
    for info in collections {
        let id = escape(&info.schema.id);
        let mark = if info.synthetic {
            " <strong>synthetic</strong>"
        } else {
            ""
        };
        rows.push_str(&format!(
            "<tr><td><a href=\"/collections/{id}/items?limit=100\">{}</a>{mark}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
            escape(&info.schema.title),
            info.features,
            escape(&info.schema.description),
        ));
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Silt</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2b33}}\
         table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #d8dee2;vertical-align:top}}\
         .n{{text-align:right;font-variant-numeric:tabular-nums}}footer{{color:#55666f;font-size:.85rem;margin-top:2rem}}\
         code{{background:#eef2f4;padding:.1rem .3rem}}</style>\
         <h1>Silt</h1><p>Registers of mine tailings, mines and marine sand, with their history. \
         Every collection answers <code>bbox</code>, <code>region</code> and <code>limit</code>, for example \
         <a href=\"/collections/tailings_facilities/items?region=iso3:CHL&amp;limit=5\"><code>/collections/tailings_facilities/items?region=iso3:CHL&amp;limit=5</code></a>.</p>\
         <table><thead><tr><th>Collection</th><th class=\"n\">Features</th><th>What it holds</th></tr></thead><tbody>\n{rows}</tbody></table>\
         <p><a href=\"/changes?limit=100\">What changed</a> · <a href=\"/sources\">Sources, licences and editions</a></p>\
         <footer>{}</footer></html>",
        escape(DISCLAIMER)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
