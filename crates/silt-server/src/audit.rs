//! The log of writes: who changed what, when, with which outcome.
//!
//! `audit.jsonl` in the data folder gets two lines for each write, both on the disk before the
//! service goes on: `begin` before anything is changed, `end` with the outcome. A write whose
//! `begin` cannot be kept is refused. A `begin` without an `end` is a write during which the
//! service ended; the history of the feature tells whether it was done.
//!
//! The file is opened for each line, so that it can be moved away (rotated) at any time.

use std::convert::Infallible;
use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use crate::error::Problem;
use crate::keys::{KeyId, KeyRing, Scope};
use crate::observe::{RequestId, client_address};

/// Name of the file in the data folder.
const FILE_NAME: &str = "audit.jsonl";

/// What the audit log notes of a request; a handler takes it as an extractor.
#[derive(Debug, Clone)]
pub(crate) struct WriteRequest {
    pub(crate) headers: HeaderMap,
    request_id: String,
    method: Method,
    path: String,
    client: Option<SocketAddr>,
}

impl<S: Sync> FromRequestParts<S> for WriteRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let original = parts.extensions.get::<axum::extract::OriginalUri>();
        let uri = original.map_or(&parts.uri, |axum::extract::OriginalUri(uri)| uri);
        let id = parts.extensions.get::<RequestId>();
        Ok(WriteRequest {
            headers: parts.headers.clone(),
            request_id: id.map(|RequestId(id)| id.clone()).unwrap_or_default(),
            method: parts.method.clone(),
            path: uri.path().to_owned(),
            client: client_address(&parts.extensions),
        })
    }
}

/// One line of the log.
#[derive(Debug, Serialize)]
struct Line<'a> {
    time: Timestamp,
    event: &'static str,
    request_id: &'a str,
    key_id: &'a str,
    key_name: &'a str,
    method: &'a str,
    path: &'a str,
    collection: &'a str,
    feature_id: Option<&'a str>,
    client: Option<SocketAddr>,
    /// Status of the answer; null in `begin`, and in `end` when the handler was stopped.
    status: Option<u16>,
    old_etag: Option<&'a str>,
    new_etag: Option<&'a str>,
}

/// Keys and audit log of a data folder: what stands before every write.
#[derive(Debug, Clone)]
pub(crate) struct Writes {
    pub(crate) keys: Arc<KeyRing>,
    log: Arc<AuditLog>,
}

impl Writes {
    /// For this data folder; the files need not exist.
    pub(crate) fn new(data: &Path) -> Self {
        Writes {
            keys: Arc::new(KeyRing::new(data)),
            log: Arc::new(AuditLog {
                path: data.join(FILE_NAME),
                one_at_a_time: Mutex::new(()),
            }),
        }
    }

    /// Checks the key of a request and notes that it begins to write. The write may be done once
    /// this returns; call [`Write::finish`] with its outcome.
    ///
    /// # Errors
    /// 401 without a valid key, 403 without the scope, 503 when keys cannot be read or the log
    /// cannot be written.
    pub(crate) async fn begin(
        &self,
        request: WriteRequest,
        scope: Scope,
        collection: &str,
        feature_id: Option<&str>,
    ) -> Result<PendingWrite, Problem> {
        let key = self.keys.require(&request.headers, scope)?;
        let pending = PendingWrite {
            log: Arc::clone(&self.log),
            request,
            key,
            collection: collection.to_owned(),
            feature_id: feature_id.map(str::to_owned),
            is_open: false,
        };
        tokio::task::spawn_blocking(move || pending.begin()).await?
    }
}

/// A write that was noted and has no outcome yet. Dropping it notes an unknown outcome.
#[must_use = "the outcome of the write must be noted with `finish`"]
#[derive(Debug)]
pub(crate) struct PendingWrite {
    log: Arc<AuditLog>,
    request: WriteRequest,
    key: KeyId,
    collection: String,
    feature_id: Option<String>,
    is_open: bool,
}

impl PendingWrite {
    /// Who writes.
    #[cfg(test)]
    pub(crate) fn key(&self) -> &KeyId {
        &self.key
    }

    fn begin(mut self) -> Result<Self, Problem> {
        if let Err(error) = self.note("begin", None, None, None) {
            tracing::error!(%error, path = %self.log.path.display(), "the audit log cannot be written; the write is refused");
            return Err(Problem::unavailable(
                "the write cannot be recorded at the moment, and is not done",
            ));
        }
        self.is_open = true;
        Ok(self)
    }

    /// Notes the outcome. A log that fails now cannot undo the write: the error goes to the
    /// service's own log, and `begin` stands as evidence.
    ///
    /// `feature_id` is that of a feature the write created.
    pub(crate) async fn finish(
        mut self,
        status: StatusCode,
        feature_id: Option<String>,
        old_etag: Option<String>,
        new_etag: Option<String>,
    ) {
        if feature_id.is_some() {
            self.feature_id = feature_id;
        }
        let noted = tokio::task::spawn_blocking(move || {
            self.end(Some(status), old_etag.as_deref(), new_etag.as_deref());
        });
        if let Err(error) = noted.await {
            tracing::error!(%error, "noting the outcome of a write stopped");
        }
    }

    fn end(&mut self, status: Option<StatusCode>, old_etag: Option<&str>, new_etag: Option<&str>) {
        self.is_open = false;
        if let Err(error) = self.note("end", status, old_etag, new_etag) {
            tracing::error!(
                %error,
                request_id = self.request.request_id,
                status = status.map(|status| status.as_u16()),
                "the outcome of a write is missing from the audit log"
            );
        }
    }

    fn note(
        &self,
        event: &'static str,
        status: Option<StatusCode>,
        old_etag: Option<&str>,
        new_etag: Option<&str>,
    ) -> io::Result<()> {
        self.log.append(&Line {
            time: Timestamp::now(),
            event,
            request_id: &self.request.request_id,
            key_id: &self.key.id,
            key_name: &self.key.name,
            method: self.request.method.as_str(),
            path: &self.request.path,
            collection: &self.collection,
            feature_id: self.feature_id.as_deref(),
            client: self.request.client,
            status: status.map(|status| status.as_u16()),
            old_etag,
            new_etag,
        })
    }
}

impl Drop for PendingWrite {
    fn drop(&mut self) {
        if self.is_open {
            self.end(None, None, None);
        }
    }
}

#[derive(Debug)]
struct AuditLog {
    path: PathBuf,
    one_at_a_time: Mutex<()>,
}

impl AuditLog {
    /// Appends a line; it is on the disk when this returns.
    fn append(&self, line: &Line<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let _alone = self
            .one_at_a_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)?;
        // A crash may have left half a line, which must not swallow this one.
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0_u8];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                text.insert(0, b'\n');
            }
        }
        file.write_all(&text)?;
        file.sync_data()
    }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
