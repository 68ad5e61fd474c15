//! Links between resources, absolute, as clients follow them.

use axum::http::{HeaderMap, Uri, header};
use serde_json::{Value, json};

use crate::negotiate::Format;

/// Relation of a collection to its queryables.
pub(crate) const REL_QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
/// Relation of a collection to its schema.
pub(crate) const REL_SCHEMA: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";
/// Relation of a collection to its vector tiles.
pub(crate) const REL_TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
/// Relation of a tileset to its tile matrix set.
pub(crate) const REL_TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

/// Makes links for one request: they start with the address that the client used.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    base: String,
    /// Path and query of the request.
    request: String,
}

impl Links {
    /// `public_url` is the address behind a proxy, where the service is told it.
    pub(crate) fn new(headers: &HeaderMap, uri: &Uri, public_url: Option<&str>) -> Links {
        let base = match public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => base_of(headers).unwrap_or_default(),
        };
        let request = uri.path_and_query().map_or("/", |path| path.as_str());
        Links {
            base,
            request: request.to_owned(),
        }
    }

    /// The absolute address of a path.
    pub(crate) fn href(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A link to a path.
    pub(crate) fn link(&self, rel: &str, path: &str, media_type: &str, title: &str) -> Value {
        json!({"rel": rel, "href": self.href(path), "type": media_type, "title": title})
    }

    /// The request itself, and the same in the other formats of the resource.
    pub(crate) fn self_and_alternates(&self, own: Format, offered: &[Format]) -> Vec<Value> {
        let mut links = vec![self.link("self", &self.request, own.link_type(), "This document")];
        for &other in offered.iter().filter(|&&format| format != own) {
            let path = self.with_parameter("f", Some(other.name()));
            let title = format!("This document as {}", other.name());
            links.push(self.link("alternate", &path, other.link_type(), &title));
        }
        links
    }

    /// Path and query of the request with one parameter set, or taken away.
    pub(crate) fn with_parameter(&self, name: &str, value: Option<&str>) -> String {
        let (path, query) = self.request.split_once('?').unwrap_or((&self.request, ""));
        let is_other = |pair: &&str| {
            let key = pair.split('=').next().unwrap_or_default();
            !pair.is_empty() && key != name
        };
        let mut pairs: Vec<String> = query
            .split('&')
            .filter(is_other)
            .map(str::to_owned)
            .collect();
        if let Some(value) = value {
            pairs.push(format!("{name}={}", encoded(value)));
        }
        if pairs.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
    }
}

fn base_of(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST.as_str())?;
    // What stands in a page or a document must be a host and nothing more.
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    if host.is_empty() || !host.bytes().all(is_host) {
        return None;
    }
    let scheme = match text("x-forwarded-proto") {
        Some("https") => "https",
        _ => "http",
    };
    Some(format!("{scheme}://{host}"))
}

/// Percent-encodes what a query value or a path segment cannot hold.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:,".contains(&byte) {
            encoded.push(byte as char);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(host: &str, uri: &str) -> Links {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header"));
        Links::new(&headers, &uri.parse().expect("a URI"), None)
    }

    #[test]
    fn links_start_where_the_client_is() {
        let links = links("silt.example:8080", "/collections?f=json");
        assert_eq!(links.href("/api"), "http://silt.example:8080/api");
        assert_eq!(
            links.with_parameter("f", Some("html")),
            "/collections?f=html"
        );
        assert_eq!(links.with_parameter("f", None), "/collections");
        assert_eq!(
            links.with_parameter("cursor", Some("a=b&c")),
            "/collections?f=json&cursor=a%3Db%26c"
        );
    }

    #[test]
    fn a_host_that_is_none_does_not_get_into_a_document() {
        let links = links("a\"><script>", "/");
        assert_eq!(links.href("/api"), "/api");
    }
}
