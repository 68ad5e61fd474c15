//! The `crs` member of the GeoJSON draft of 2008, which many files still have.

use std::io::{self, Read};

/// How far from the end of a file a `crs` member behind the features is looked for.
const TAIL_BYTES: usize = 64 * 1024;

/// The reference system that a `crs` member names: `EPSG:n`, or the name as it is written.
/// CRS84 is `EPSG:4326`, since coordinates of GeoJSON are in GIS order anyway.
pub(super) fn from_member(json: &str) -> Option<String> {
    let member: serde_json::Value = serde_json::from_str(json).ok()?;
    let properties = member.get("properties")?;
    if let Some(code) = properties.get("code").and_then(serde_json::Value::as_u64) {
        return Some(format!("EPSG:{code}"));
    }
    let name = properties.get("name")?.as_str()?;
    Some(from_name(name))
}

fn from_name(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    let last = upper.rsplit([':', '/']).next().unwrap_or_default();
    if matches!(last, "CRS84" | "CRS84H") {
        return "EPSG:4326".to_owned();
    }
    let is_epsg_code = upper.contains("EPSG")
        && !last.is_empty()
        && last.bytes().all(|byte| byte.is_ascii_digit());
    if is_epsg_code {
        format!("EPSG:{last}")
    } else {
        name.to_owned()
    }
}

/// Whether the last part of a text holds `"crs"`. A stream cannot be read from its end, so it is
/// read through, which costs a fraction of parsing it.
pub(super) fn tail_mentions_crs(mut stream: Box<dyn Read + Send>) -> io::Result<bool> {
    let mut tail: Vec<u8> = Vec::with_capacity(2 * TAIL_BYTES + 1);
    loop {
        let added = stream
            .by_ref()
            .take(TAIL_BYTES as u64)
            .read_to_end(&mut tail)?;
        if added == 0 {
            return Ok(memchr::memmem::find(&tail, b"\"crs\"").is_some());
        }
        if tail.len() > TAIL_BYTES {
            tail.drain(..tail.len() - TAIL_BYTES);
        }
    }
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;
