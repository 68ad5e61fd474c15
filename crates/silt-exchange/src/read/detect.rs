//! What a file is, by its content first and its name second.

use std::path::Path;

use super::{Format, text};

/// How much of a file is looked at to tell what it is.
pub(crate) const HEAD_BYTES: usize = 64 * 1024;

/// What the first bytes of a file say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Gzip,
    Xz,
    Zip,
    Parquet,
    /// A binary or XML vector format that one of these GDAL drivers reads.
    Vector(&'static [&'static str]),
    /// JSON text.
    Json,
    /// RFC 8142: JSON texts with a record separator before each.
    JsonSequence,
    /// Text that is none of the above.
    Text,
    /// Known, and not readable: what it is and what to do.
    Refused {
        what: String,
        advice: &'static str,
    },
    /// Bytes that say nothing.
    Unknown,
}

const CONVERT: &str = "export the data as GeoJSON, CSV, XLSX or GeoPackage";
const FETCH_AGAIN: &str =
    "the server sent a page instead of the file: fetch it again later, and check the address";
const UNPACK_FIRST: &str = "unpack it first";

/// First bytes of formats that can be told apart by them.
const MAGIC: &[(&[u8], Content)] = &[
    (b"\x1f\x8b", Content::Gzip),
    (b"\xfd7zXZ\0", Content::Xz),
    (b"PK\x03\x04", Content::Zip),
    (b"PK\x05\x06", Content::Zip),
    (b"PAR1", Content::Parquet),
    (b"fgb\x03fgb", Content::Vector(&["FlatGeobuf"])),
    (b"\x00\x00\x27\x0a", Content::Vector(&["ESRI Shapefile"])),
    (b"AutoCAD Binary DXF", Content::Vector(&["DXF"])),
];

const REFUSED_MAGIC: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "is a PDF document", CONVERT),
    (
        b"\xd0\xcf\x11\xe0",
        "is a workbook or document of Excel 97-2003 or older (.xls, .doc)",
        "save it as .xlsx",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "is packed with Zstandard",
        UNPACK_FIRST,
    ),
    (b"BZh", "is packed with bzip2", UNPACK_FIRST),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", UNPACK_FIRST),
    (b"Rar!", "is a RAR archive", UNPACK_FIRST),
    (b"\x89PNG", "is a PNG picture", CONVERT),
    (b"\xff\xd8\xff", "is a JPEG picture", CONVERT),
    (b"II*\0", "is a TIFF raster", CONVERT),
    (b"MM\0*", "is a TIFF raster", CONVERT),
];

/// Tells what the first bytes of a file are. `head` is the first [`HEAD_BYTES`] or the whole file.
pub(crate) fn sniff(head: &[u8]) -> Content {
    for (magic, content) in MAGIC {
        if head.starts_with(magic) {
            return content.clone();
        }
    }
    for (magic, what, advice) in REFUSED_MAGIC {
        if head.starts_with(magic) {
            return Content::Refused {
                what: (*what).to_owned(),
                advice,
            };
        }
    }
    if head.starts_with(b"SQLite format 3\0") {
        let application_id = head.get(68..72).unwrap_or_default();
        let is_geopackage = matches!(application_id, b"GPKG" | b"GP10" | b"GP11");
        return Content::Vector(if is_geopackage {
            &["GPKG"]
        } else {
            &["GPKG", "SQLite"]
        });
    }
    if head.get(257..262) == Some(b"ustar") {
        return Content::Refused {
            what: "is a tar archive".to_owned(),
            advice: UNPACK_FIRST,
        };
    }
    let Some(beginning) = text::lossy_head(head) else {
        return Content::Unknown;
    };
    sniff_text(&beginning)
}

fn sniff_text(beginning: &str) -> Content {
    let body = beginning.trim_start();
    match body.as_bytes().first() {
        Some(0x1e) => return Content::JsonSequence,
        Some(b'{' | b'[') => return sniff_json(body),
        Some(b'<') => {}
        _ => return Content::Text,
    }
    let lower = body.to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.contains("<html") {
        let titled = title(body).map_or(String::new(), |title| format!(" titled \"{title}\""));
        return Content::Refused {
            what: format!("is an HTML page{titled}"),
            advice: FETCH_AGAIN,
        };
    }
    match xml_root(body) {
        Some("kml") => Content::Vector(&["LIBKML", "KML"]),
        Some("gpx") => Content::Vector(&["GPX"]),
        Some("osm") => Content::Vector(&["OSM"]),
        Some("rss" | "feed") => Content::Vector(&["GeoRSS"]),
        Some("OGRVRTDataSource" | "VRTDataset") => Content::Refused {
            what: "is a GDAL virtual dataset, which only points to other files".to_owned(),
            advice: "import those files",
        },
        Some("Error" | "ServiceExceptionReport" | "ExceptionReport") => Content::Refused {
            what: "is an error message of a web service".to_owned(),
            advice: FETCH_AGAIN,
        },
        _ if lower.contains("opengis.net/gml") => Content::Vector(&["GML"]),
        Some(root) => Content::Refused {
            what: format!("is XML with the root element `{root}`, which is no format known here"),
            advice: CONVERT,
        },
        None => Content::Text,
    }
}

fn sniff_json(body: &str) -> Content {
    let start: String = body
        .chars()
        .take(2000)
        .filter(|c| !c.is_whitespace())
        .collect();
    if start.contains("\"type\":\"Topology\"") {
        return Content::Vector(&["TopoJSON"]);
    }
    if start.contains("\"esriGeometry") {
        return Content::Vector(&["ESRIJSON"]);
    }
    Content::Json
}

/// The text between `<title>` and `</title>`, on one line.
fn title(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let words: Vec<&str> = html[start..end].split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The local name of the first element of an XML text.
fn xml_root(xml: &str) -> Option<&str> {
    let mut rest = xml;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        if rest.starts_with("!--") {
            rest = &rest[rest.find("-->")?..];
        } else if rest.starts_with(|c: char| c.is_alphabetic()) {
            let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
            let name = &rest[..end];
            return Some(name.rsplit(':').next().unwrap_or(name));
        }
    }
}

/// Lower-case extension of a name, without those of compression.
pub(crate) fn extension(name: &Path) -> String {
    let lower = name
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    let packed = [".gz", ".xz", ".zip"]
        .iter()
        .find_map(|suffix| lower.strip_suffix(suffix))
        .filter(|rest| rest.contains('.'));
    let bare = packed.unwrap_or(&lower);
    bare.rsplit_once('.')
        .map_or(String::new(), |(_, extension)| extension.to_owned())
}

/// Extensions that promise a JSON text per line.
pub(crate) const SEQUENCE_EXTENSIONS: &[&str] = &[
    "geojsonl",
    "geojsons",
    "geojsonseq",
    "ndjson",
    "ndgeojson",
    "jsonl",
    "jsons",
];

/// The format that an extension promises, where it promises one.
pub(crate) fn promised(extension: &str) -> Option<Format> {
    match extension {
        "json" | "geojson" => Some(Format::GeoJson),
        other if SEQUENCE_EXTENSIONS.contains(&other) => Some(Format::GeoJsonSeq),
        "csv" => Some(Format::Csv),
        "tsv" => Some(Format::Tsv),
        "xlsx" | "xlsm" => Some(Format::Xlsx),
        "parquet" | "geoparquet" | "pq" => Some(Format::Parquet),
        other if vector_drivers(other).is_some() => Some(Format::Gdal),
        _ => None,
    }
}

/// GDAL drivers for an extension whose format has no mark of its own at the start of the file.
pub(crate) fn vector_drivers(extension: &str) -> Option<&'static [&'static str]> {
    Some(match extension {
        "gpkg" => &["GPKG"],
        "fgb" => &["FlatGeobuf"],
        "shp" => &["ESRI Shapefile"],
        "kml" => &["LIBKML", "KML"],
        "gpx" => &["GPX"],
        "gml" => &["GML"],
        "tab" | "mif" | "mid" => &["MapInfo File"],
        "dxf" => &["DXF"],
        "dgn" => &["DGN"],
        "gmt" => &["OGR_GMT"],
        "000" => &["S57"],
        "e00" => &["AVCE00"],
        "jml" => &["JML"],
        "ods" => &["ODS"],
        "pbf" => &["OSM"],
        "sqlite" => &["SQLite"],
        "gxt" => &["Geoconcept"],
        "sxf" => &["SXF"],
        "itf" => &["Interlis 1"],
        "topojson" => &["TopoJSON"],
        _ => return None,
    })
}

/// Whether a format of GDAL is never plain text.
pub(crate) fn is_binary(extension: &str) -> bool {
    matches!(
        extension,
        "gpkg" | "fgb" | "shp" | "dgn" | "ods" | "pbf" | "sqlite"
    )
}

#[cfg(test)]
#[path = "detect_tests.rs"]
mod tests;
