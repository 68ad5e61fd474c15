//! Whether a file is what its name says: servers send error pages under any name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::FetchError;

/// Bytes of the start that tell what a file is.
const START_BYTES: usize = 4096;

/// Refuses an empty file, a page of HTML under another name, and a broken archive.
pub(super) fn check(path: &Path, from: &str, name: &str) -> Result<(), FetchError> {
    let io_error = |source: io::Error| FetchError::io(path, source);
    let mut file = File::open(path).map_err(io_error)?;
    if file.metadata().map_err(io_error)?.is_dir() {
        return Err(refused(
            from,
            "it is a folder",
            name,
            "correct the `mirror` path of the recipe",
        ));
    }
    let mut start = Vec::with_capacity(START_BYTES);
    file.by_ref()
        .take(START_BYTES as u64)
        .read_to_end(&mut start)
        .map_err(io_error)?;
    let extension = extension_of(name);
    if start.is_empty() {
        return Err(refused(from, "the file is empty", name, "fetch it again"));
    }
    if is_html(&start) && !matches!(extension.as_str(), "html" | "htm") {
        let advice = "the server sent a page, perhaps an error message; open the address in a browser, and try again later";
        return Err(refused(from, "it is an HTML page", name, advice));
    }
    match extension.as_str() {
        "zip" | "xlsx" | "kmz" | "shz" => check_zip(path, from, name),
        "gz" => check_gzip(path, &start, from, name),
        "json" | "geojson" if !starts_as_json(&start) => Err(refused(
            from,
            "it does not start as JSON",
            name,
            "check the address",
        )),
        _ => Ok(()),
    }
}

fn check_zip(path: &Path, from: &str, name: &str) -> Result<(), FetchError> {
    let again = "fetch it again";
    let file = File::open(path).map_err(|source| FetchError::io(path, source))?;
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(|error| {
        refused(
            from,
            &format!("it is no whole zip archive ({error})"),
            name,
            again,
        )
    })?;
    if archive.is_empty() {
        return Err(refused(from, "it is an empty zip archive", name, again));
    }
    let is_workbook = archive.index_for_name("xl/workbook.xml").is_some();
    if extension_of(name) == "xlsx" && !is_workbook {
        return Err(refused(
            from,
            "it is a zip archive without a workbook",
            name,
            "check the address",
        ));
    }
    for number in 0..archive.len() {
        let broken = |error: &dyn std::fmt::Display| {
            refused(
                from,
                &format!("its member number {} is broken ({error})", number + 1),
                name,
                again,
            )
        };
        // The start of each member; unpacking all of it is the business of the reader, which
        // guards against members that unpack to terabytes.
        let member = archive.by_index(number).map_err(|error| broken(&error))?;
        let mut start = member.take(START_BYTES as u64);
        io::copy(&mut start, &mut io::sink()).map_err(|error| broken(&error))?;
    }
    Ok(())
}

fn check_gzip(path: &Path, start: &[u8], from: &str, name: &str) -> Result<(), FetchError> {
    if !start.starts_with(&[0x1f, 0x8b]) {
        return Err(refused(
            from,
            "it is not compressed with gzip",
            name,
            "check the address",
        ));
    }
    let file = File::open(path).map_err(|source| FetchError::io(path, source))?;
    let reader = flate2::read::MultiGzDecoder::new(io::BufReader::new(file));
    let mut limited = reader.take(START_BYTES as u64);
    match io::copy(&mut limited, &mut io::sink()) {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(
            from,
            &format!("it is broken ({error})"),
            name,
            "fetch it again",
        )),
    }
}

fn is_html(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    let text = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    text.starts_with("<!doctype html")
        || text.starts_with("<html")
        || text.starts_with("<head")
        || (text.starts_with("<!--") && text.contains("<html"))
}

fn starts_as_json(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    // 0x1e starts a record of a GeoJSON text sequence.
    let text = text.trim_start_matches(['\u{feff}', '\u{1e}']).trim_start();
    let is_compressed = start.starts_with(&[0x1f, 0x8b]);
    text.starts_with(['{', '[']) || is_compressed
}

fn extension_of(name: &str) -> String {
    Path::new(name)
        .extension()
        .map_or_else(String::new, |e| e.to_string_lossy().to_lowercase())
}

fn refused(from: &str, found: &str, name: &str, advice: &str) -> FetchError {
    FetchError::NotTheFile {
        from: from.to_owned(),
        found: found.to_owned(),
        expected: format!("the file {name}"),
        advice: advice.to_owned(),
    }
}
