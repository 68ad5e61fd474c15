//! Which representation a client gets: `f=` wins, then the `Accept` header, then the first.

use axum::http::{HeaderMap, header};

use crate::error::Problem;

/// A representation that a resource has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    GeoJson,
    Schema,
    OpenApi30,
    OpenApi31,
    Html,
    Csv,
    FlatGeobuf,
    Parquet,
}

impl Format {
    /// The value of `f`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Json | Format::Schema | Format::OpenApi30 => "json",
            Format::OpenApi31 => "openapi31",
            Format::GeoJson => "geojson",
            Format::Html => "html",
            Format::Csv => "csv",
            Format::FlatGeobuf => "fgb",
            Format::Parquet => "parquet",
        }
    }

    /// Other values of `f` that mean the same.
    fn aliases(self) -> &'static [&'static str] {
        match self {
            Format::GeoJson => &["json"],
            Format::FlatGeobuf => &["flatgeobuf"],
            Format::Parquet => &["geoparquet"],
            _ => &[],
        }
    }

    /// The media type as sent.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::GeoJson => "application/geo+json",
            Format::Schema => "application/schema+json",
            Format::OpenApi30 => "application/vnd.oai.openapi+json;version=3.0",
            Format::OpenApi31 => "application/vnd.oai.openapi+json;version=3.1",
            Format::Html => "text/html; charset=utf-8",
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::FlatGeobuf => "application/vnd.flatgeobuf",
            Format::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The media type in links: without a character set.
    pub(crate) fn link_type(self) -> &'static str {
        match self {
            Format::Html => "text/html",
            Format::Csv => "text/csv",
            other => other.media_type(),
        }
    }

    /// What a client may write in `Accept` to get it.
    fn accepted_as(self) -> &'static [&'static str] {
        match self {
            Format::Json => &["application/json"],
            Format::GeoJson => &["application/geo+json", "application/json"],
            Format::Schema => &["application/schema+json", "application/json"],
            Format::OpenApi30 => &[
                "application/vnd.oai.openapi+json;version=3.0",
                "application/vnd.oai.openapi+json",
                "application/json",
            ],
            Format::OpenApi31 => &["application/vnd.oai.openapi+json;version=3.1"],
            Format::Html => &["text/html", "application/xhtml+xml"],
            Format::Csv => &["text/csv"],
            Format::FlatGeobuf => &["application/vnd.flatgeobuf", "application/flatgeobuf"],
            Format::Parquet => &["application/vnd.apache.parquet"],
        }
    }
}

/// Chooses among the formats of a resource, the first of which is the default.
///
/// # Errors
/// 400 for an `f` that the resource does not have, 406 where `Accept` allows none.
pub(crate) fn choose(
    headers: &HeaderMap,
    f: Option<&str>,
    offered: &[Format],
) -> Result<Format, Problem> {
    let names = || {
        let names: Vec<&str> = offered.iter().map(|format| format.name()).collect();
        names.join(", ")
    };
    if let Some(name) = f {
        let wanted = name.to_ascii_lowercase();
        let named = |format: &&Format| {
            format.name() == wanted
                || format.aliases().contains(&wanted.as_str())
                || format.accepted_as().contains(&wanted.as_str())
        };
        return offered.iter().find(named).copied().ok_or_else(|| {
            let shown: String = name.chars().take(60).collect();
            let detail = format!(
                "`{shown}` is not a format of this resource; it has {}",
                names()
            );
            Problem::invalid_parameter("f", detail)
        });
    }
    let accept = accept_header(headers);
    if accept.is_empty() {
        return Ok(offered[0]);
    }
    let mut best: Option<(f32, Format)> = None;
    for &format in offered {
        let quality = quality_of(&accept, format);
        if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, format));
        }
    }
    match best {
        Some((_, format)) => Ok(format),
        None => {
            let types: Vec<&str> = offered.iter().map(|format| format.link_type()).collect();
            Err(Problem::not_acceptable(&types))
        }
    }
}

/// The ranges of all `Accept` headers with their quality.
fn accept_header(headers: &HeaderMap) -> Vec<(String, f32)> {
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        let Ok(text) = value.to_str() else {
            continue;
        };
        for range in text.split(',').take(64) {
            let mut quality = 1.0;
            let mut media = String::new();
            for (place, part) in range.split(';').map(str::trim).enumerate() {
                let part = part.to_ascii_lowercase();
                if let Some(number) = part.strip_prefix("q=").filter(|_| place > 0) {
                    quality = number.parse().unwrap_or(0.0);
                } else if place == 0 {
                    media = part;
                } else if !part.is_empty() && !part.starts_with("charset=") {
                    media.push(';');
                    media.push_str(&part);
                }
            }
            if !media.is_empty() {
                ranges.push((media, quality));
            }
        }
    }
    ranges
}

/// The quality that the most specific matching range gives a format.
fn quality_of(accept: &[(String, f32)], format: Format) -> f32 {
    let mut best: (u8, f32) = (0, 0.0);
    for (range, quality) in accept {
        let specificity = match range.as_str() {
            "*/*" => 1,
            kind if kind.ends_with("/*") => {
                let prefix = &kind[..kind.len() - 1];
                let in_kind = format
                    .accepted_as()
                    .iter()
                    .any(|own| own.starts_with(prefix));
                if in_kind { 2 } else { 0 }
            }
            exact => match format.accepted_as().iter().position(|own| own == &exact) {
                Some(0) => 4,
                Some(_) => 3,
                None => 0,
            },
        };
        if specificity > best.0 {
            best = (specificity, *quality);
        }
    }
    best.1
}

#[cfg(test)]
#[path = "negotiate_tests.rs"]
mod tests;
