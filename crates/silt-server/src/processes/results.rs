//! Results: bare, as a document that holds them, as parts of one message, or as links.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use silt_jobs::{Job, ResultError, ResultFile, Status};

use super::describe::crumbs;
use super::jobs::{find, path_of};
use super::request::{Form, ResponseKind, WantedOutput};
use crate::core::respond;
use crate::error::Problem;
use crate::extraction::routes::link_header;
use crate::item::{is_known, set_header};
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::state::AppState;

/// `GET /jobs/{id}/results`: in the form that the execution asked for; `f=json` is the document
/// that holds them, `f=html` a page with links.
pub(crate) async fn results(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let parameters = Parameters::read(uri.query(), &["f"])?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let formats = [Format::Json, Format::Html];
    let named = parameters.get("f");
    let format = match named {
        Some(_) => choose(&headers, named, &formats)?,
        // What a raw result is cannot be negotiated; a browser gets the page.
        None => choose(&headers, None, &formats).unwrap_or(Format::Json),
    };
    let job = find(&state, id).await?;
    let form = form_of(&job);
    match (format, named) {
        (Format::Html, _) => {
            check(&job)?;
            Ok(page(&job, &links))
        }
        (_, Some(_)) => document(&state, &job, &form.outputs, &links).await,
        _ => answer(&state, &job, &links).await,
    }
}

/// `GET /jobs/{id}/results/{output}`: one result as the file that it is.
pub(crate) async fn result(
    State(state): State<AppState>,
    Path((id, output)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    Parameters::read(uri.query(), &[])?;
    let job = find(&state, id).await?;
    check(&job)?;
    // A result never changes under its address.
    let tag = format!("{}.{output}", job.id);
    let is_there = job.results.iter().any(|file| file.id == output);
    let mut response = if is_there && is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (file, bytes) = read(&state, &job, &output).await?;
        as_file(file, bytes)
    };
    set_header(&mut response, header::ETAG, &format!("\"{tag}\""));
    Ok(response)
}

/// The answer to an execution that has ended, in the form that it asked for.
pub(super) async fn answer(
    state: &AppState,
    job: &Job,
    links: &Links,
) -> Result<Response<Body>, Problem> {
    check(job)?;
    let form = form_of(job);
    let mut response = match form.response {
        ResponseKind::Document => document(state, job, &form.outputs, links).await?,
        ResponseKind::Raw => raw(state, job, &form.outputs, links).await?,
    };
    let monitor = links.link("monitor", &path_of(job), "application/json", "The job");
    let monitor = link_header(&[monitor]);
    if let Ok(value) = monitor.parse() {
        response.headers_mut().append(header::LINK, value);
    }
    Ok(response)
}

/// Only a successful job has results.
fn check(job: &Job) -> Result<(), Problem> {
    let message = || job.message.clone().unwrap_or_default();
    match job.status {
        Status::Successful => Ok(()),
        Status::Accepted | Status::Running => Err(Problem::result_not_ready(format!(
            "the job is {}; ask {} for its state",
            job.status.name(),
            path_of(job)
        ))),
        Status::Dismissed => Err(Problem::dismissed()),
        Status::Failed if job.is_defect => Err(Problem::internal()),
        Status::Failed => Err(match &job.refused_input {
            Some(input) => Problem::invalid_input(input, message()),
            None => Problem::job_failed(message()),
        }),
    }
}

/// The form that was asked for; an older job may have none.
fn form_of(job: &Job) -> Form {
    let mut form: Form = serde_json::from_value(job.note.clone()).unwrap_or_default();
    if form.outputs.is_empty() {
        let all = job.results.iter().map(|file| WantedOutput {
            id: file.id.clone(),
            by_reference: false,
        });
        form.outputs = all.collect();
    }
    form
}

async fn read(state: &AppState, job: &Job, output: &str) -> Result<(ResultFile, Vec<u8>), Problem> {
    let processes = Arc::clone(&state.processes);
    let (id, output) = (job.id.clone(), output.to_owned());
    let read = state.blocking(move || {
        let result = processes.jobs()?.result(&id, &output);
        result.map_err(|error| match error {
            ResultError::NoSuchJob => Problem::no_such_job(),
            ResultError::NoResults(_) => Problem::dismissed(),
            ResultError::NoSuchResult => Problem::not_found("the job has no such result"),
            ResultError::Io(error) => {
                tracing::error!(job = id, %error, "a result cannot be read");
                Problem::internal()
            }
        })
    });
    read.await
}

fn as_file(file: ResultFile, bytes: Vec<u8>) -> Response<Body> {
    let mut response = bytes.into_response();
    set_header(&mut response, header::CONTENT_TYPE, &file.media_type);
    let named = format!("inline; filename=\"{}\"", file.file_name);
    set_header(&mut response, header::CONTENT_DISPOSITION, &named);
    response
}

fn link_to(job: &Job, output: &str, links: &Links) -> Value {
    let file = job.results.iter().find(|file| file.id == output);
    let media_type = file.map_or("", |file| &file.media_type);
    let path = format!("{}/results/{output}", path_of(job));
    links.link("item", &path, media_type, output)
}

/// One result is the answer itself; several are parts of it; references are links.
async fn raw(
    state: &AppState,
    job: &Job,
    wanted: &[WantedOutput],
    links: &Links,
) -> Result<Response<Body>, Problem> {
    if wanted.iter().all(|output| output.by_reference) {
        let all: Vec<Value> = wanted
            .iter()
            .map(|output| link_to(job, &output.id, links))
            .collect();
        let mut response = StatusCode::NO_CONTENT.into_response();
        set_header(&mut response, header::LINK, &link_header(&all));
        return Ok(response);
    }
    if let [only] = wanted {
        let (file, bytes) = read(state, job, &only.id).await?;
        return Ok(as_file(file, bytes));
    }
    // 128 random bits: no result contains them.
    let boundary = format!("silt-{}", job.id);
    let mut body: Vec<u8> = Vec::new();
    for output in wanted {
        let mut head = format!("--{boundary}\r\nContent-ID: <{}>\r\n", output.id);
        let mut content = Vec::new();
        if output.by_reference {
            let path = format!("{}/results/{}", path_of(job), output.id);
            head.push_str(&format!("Content-Location: {}\r\n", links.href(&path)));
        } else {
            let (file, bytes) = read(state, job, &output.id).await?;
            let named = format!("attachment; filename=\"{}\"", file.file_name);
            head.push_str(&format!("Content-Type: {}\r\n", file.media_type));
            head.push_str(&format!("Content-Disposition: {named}\r\n"));
            content = bytes;
        }
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(&content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let mut response = body.into_response();
    let media_type = format!("multipart/related; boundary=\"{boundary}\"");
    set_header(&mut response, header::CONTENT_TYPE, &media_type);
    Ok(response)
}

/// A JSON document with a member for each output.
async fn document(
    state: &AppState,
    job: &Job,
    wanted: &[WantedOutput],
    links: &Links,
) -> Result<Response<Body>, Problem> {
    check(job)?;
    let mut members = Map::new();
    for output in wanted {
        let member = if output.by_reference {
            link_to(job, &output.id, links)
        } else {
            let (file, bytes) = read(state, job, &output.id).await?;
            value_of(&file, bytes)
        };
        members.insert(output.id.clone(), member);
    }
    let content_type = [(header::CONTENT_TYPE, Format::Json.media_type())];
    Ok((content_type, Value::Object(members).to_string()).into_response())
}

/// A result within a JSON document: JSON as it is, text as text, all else in base64.
fn value_of(file: &ResultFile, bytes: Vec<u8>) -> Value {
    let media_type = file.media_type.as_str();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    if is_json && let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
        return json!({"value": value, "mediaType": media_type});
    }
    match String::from_utf8(bytes) {
        Ok(text) if media_type.starts_with("text/") => {
            json!({"value": text, "mediaType": media_type})
        }
        other => {
            let bytes = match other {
                Ok(text) => text.into_bytes(),
                Err(error) => error.into_bytes(),
            };
            json!({"value": base64(&bytes), "mediaType": media_type, "encoding": "base64"})
        }
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= group.len() {
                let digit = bits >> (18 - 6 * place) & 63;
                text.push(char::from(DIGITS[digit as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

fn page(job: &Job, links: &Links) -> Response<Body> {
    let files: Vec<Value> = job
        .results
        .iter()
        .map(|file| {
            let path = format!("{}/results/{}", path_of(job), file.id);
            links.link("item", &path, &file.media_type, &file.file_name)
        })
        .collect();
    let document = json!({
        "process": job.process,
        "processVersion": job.process_version,
        "inputs": job.inputs,
        "files": files,
    });
    let mut way = crumbs(links);
    way.push((links.href(&path_of(job)), format!("Job {}", job.id)));
    respond(Format::Html, "Results", &way, &document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in vectors {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfb]), "//77");
    }

    #[test]
    fn results_stand_in_a_document_as_what_they_are() {
        let value = |media_type: &str, bytes: &[u8]| {
            let file = ResultFile {
                id: "a".to_owned(),
                file_name: "a".to_owned(),
                media_type: media_type.to_owned(),
                size_bytes: bytes.len() as u64,
            };
            value_of(&file, bytes.to_vec())
        };
        assert_eq!(
            value("application/json", b"{\"a\":1}")["value"],
            json!({"a": 1})
        );
        assert_eq!(value("text/csv; charset=utf-8", b"a,b")["value"], "a,b");
        assert_eq!(value("application/x", b"foo")["value"], "Zm9v");
        assert_eq!(
            value("application/x", b"\xff\xfe\xfb")["encoding"],
            "base64"
        );
    }
}
