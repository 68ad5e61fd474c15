//! Where a page ended, as opaque text for the `next` link.
//!
//! A cursor holds the sort values and the `fid` of the last feature of a page; the next page
//! begins with what comes after them in the order. Features that come or go between two pages
//! shift nothing: none that stays is skipped or served twice.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use silt_model::Value;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Longest cursor that is read, in characters.
const MAX_CURSOR_CHARS: usize = 8192;
const CHECK_BYTES: usize = 8;

/// The last feature of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// Its sort values, in the order of the sort keys; empty without a sort.
    pub(crate) values: Vec<Value>,
    /// Its row key in the store.
    pub(crate) fid: i64,
}

/// The text is no cursor of this query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the cursor does not belong to this query; follow the next link of the page before, unchanged"
)]
pub struct CursorError;

/// A number for the parameters that a cursor belongs to: everything that decides which features
/// come in which order (collection, filter, bbox, sort), not the size of the page. Each part is
/// told from its neighbours.
pub fn fingerprint(parts: &[&str]) -> u64 {
    parts.iter().fold(0, |seed, part| {
        xxh3_64_with_seed(part.as_bytes(), seed ^ part.len() as u64)
    })
}

impl Cursor {
    /// A cursor of a query without a sort.
    pub fn after_fid(fid: i64) -> Cursor {
        Cursor {
            values: Vec::new(),
            fid,
        }
    }

    /// The `fid` of the last feature of the page.
    pub fn fid(&self) -> i64 {
        self.fid
    }

    /// Text of letters, digits, `-` and `_`, for the query with this [`fingerprint`].
    pub fn encode(&self, fingerprint: u64) -> String {
        let mut members = vec![Json::from(self.fid)];
        members.extend(self.values.iter().map(Value::to_json));
        let mut bytes = Json::Array(members).to_string().into_bytes();
        let check = xxh3_64_with_seed(&bytes, fingerprint);
        bytes.extend(check.to_le_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor of the query with this [`fingerprint`] and this many sort keys.
    ///
    /// # Errors
    /// [`CursorError`] where the text was made for other parameters, or changed.
    pub fn decode(text: &str, fingerprint: u64, sort_keys: usize) -> Result<Cursor, CursorError> {
        if text.len() > MAX_CURSOR_CHARS {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let length = bytes.len().checked_sub(CHECK_BYTES).ok_or(CursorError)?;
        let (body, check) = bytes.split_at(length);
        let expected = xxh3_64_with_seed(body, fingerprint).to_le_bytes();
        if check != expected {
            return Err(CursorError);
        }
        let members: Vec<Json> = serde_json::from_slice(body).map_err(|_| CursorError)?;
        let mut members = members.into_iter();
        let fid = members
            .next()
            .and_then(|fid| fid.as_i64())
            .ok_or(CursorError)?;
        let values: Vec<Value> = members.map(Value::from_json).collect();
        if values.len() != sort_keys {
            return Err(CursorError);
        }
        Ok(Cursor { values, fid })
    }
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
