use std::sync::atomic::AtomicBool;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, header};
use axum::routing::put;
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::config::ServerConfig;
use crate::keys::KeyFile;
use crate::layers::assemble;

/// A handler that writes, as those of the features do.
async fn change(
    State(writes): State<Writes>,
    request: WriteRequest,
) -> Result<StatusCode, Problem> {
    let write = writes
        .begin(request, Scope::Edit, "sites", Some("sites:cl"))
        .await?;
    assert_eq!(write.key().name, "an editor");
    let (old, new) = (Some("\"1\"".to_owned()), Some("\"2\"".to_owned()));
    write.finish(StatusCode::NO_CONTENT, None, old, new).await;
    Ok(StatusCode::NO_CONTENT)
}

/// A handler that begins to write and is stopped.
async fn stopped(State(writes): State<Writes>, request: WriteRequest) -> Result<(), Problem> {
    let _write = writes.begin(request, Scope::Edit, "sites", None).await?;
    panic!("stopped on purpose");
}

fn service(folder: &Path) -> Router {
    let routes = Router::new()
        .route("/sites", put(change))
        .route("/stopped", put(stopped))
        .with_state(Writes::new(folder));
    let ready = Arc::new(AtomicBool::new(true));
    assemble(routes, &ServerConfig::default(), ready)
}

fn key(folder: &Path, scope: Scope) -> String {
    let (_, key) = KeyFile::new(folder)
        .create("an editor", &[scope], None)
        .expect("a key can be made");
    key
}

async fn put_with(folder: &Path, path: &str, key: Option<&str>) -> (StatusCode, Value) {
    let mut request = Request::put(path).header("x-request-id", "test-1");
    if let Some(key) = key {
        request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = service(folder).oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(FILE_NAME)).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| Value::from(line)))
        .collect()
}

#[tokio::test]
async fn a_write_is_noted_before_and_after_without_the_secret() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = key(folder.path(), Scope::Edit);
    let (status, _) = put_with(folder.path(), "/sites", Some(&key)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let lines = lines(folder.path());
    assert_eq!(lines.len(), 2);
    let [begin, end] = [&lines[0], &lines[1]];
    assert_eq!(begin["event"], "begin");
    assert_eq!(begin["status"], Value::Null);
    assert_eq!(end["event"], "end");
    assert_eq!(end["status"], 204);
    assert_eq!(end["old_etag"], "\"1\"");
    assert_eq!(end["new_etag"], "\"2\"");
    for line in [begin, end] {
        assert_eq!(line["request_id"], "test-1");
        assert_eq!(line["key_name"], "an editor");
        assert_eq!(line["method"], "PUT");
        assert_eq!(line["path"], "/sites");
        assert_eq!(line["collection"], "sites");
        assert_eq!(line["feature_id"], "sites:cl");
        let time = line["time"].as_str().expect("a time");
        time.parse::<Timestamp>().expect("RFC 3339");
    }
    let secret = key.rsplit('_').next().expect("a secret");
    let text = std::fs::read_to_string(folder.path().join(FILE_NAME)).expect("the log");
    assert!(!text.contains(secret));
}

#[tokio::test]
async fn refused_writes_change_and_note_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let importer = key(folder.path(), Scope::Import);
    for (key, expected, kind) in [
        (None, 401, "/problems/unauthorized"),
        (Some("silt_wrong_wrong"), 401, "/problems/unauthorized"),
        (Some(importer.as_str()), 403, "/problems/forbidden"),
    ] {
        let (status, problem) = put_with(folder.path(), "/sites", key).await;
        assert_eq!(status.as_u16(), expected);
        assert_eq!(problem["type"], kind);
        assert_eq!(problem["status"], expected);
    }
    assert_eq!(lines(folder.path()), Vec::<Value>::new());
}

#[tokio::test]
async fn a_write_that_cannot_be_noted_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = key(folder.path(), Scope::Edit);
    // A folder in its place: the file cannot be opened, whoever runs the test.
    std::fs::create_dir(folder.path().join(FILE_NAME)).expect("a folder");
    let (status, problem) = put_with(folder.path(), "/sites", Some(&key)).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem["type"], "/problems/unavailable");
    let text = problem.to_string();
    let internals = folder.path().to_str().expect("UTF-8");
    assert!(!text.contains(internals), "{text}");
}

#[tokio::test]
async fn a_write_that_is_stopped_ends_without_a_status() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = key(folder.path(), Scope::Edit);
    let (status, problem) = put_with(folder.path(), "/stopped", Some(&key)).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!problem.to_string().contains("on purpose"), "{problem}");
    let lines = lines(folder.path());
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["event"], "end");
    assert_eq!(lines[1]["status"], Value::Null);
}

#[tokio::test]
async fn half_a_line_of_a_crash_does_not_swallow_the_next() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = key(folder.path(), Scope::Edit);
    std::fs::write(folder.path().join(FILE_NAME), "{\"time\": \"20").expect("a torn line");
    put_with(folder.path(), "/sites", Some(&key)).await;
    let lines = lines(folder.path());
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1]["event"], "begin");
    assert_eq!(lines[2]["event"], "end");
}
