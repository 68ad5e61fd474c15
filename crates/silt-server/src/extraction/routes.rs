//! `/extraction`: totals of what was dredged, and the manifest that lets anyone make them again.
//!
//! The body is the file that `silt extraction aggregate` writes, byte for byte, so that it can be
//! verified; links stand in the header `Link`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use serde_json::Value;
use sha2::{Digest, Sha256};
use silt_extraction::aggregate::{Bounds, Totals};
use silt_extraction::answer;
use silt_extraction::question::Question;

use super::question::Asked;
use super::{Held, NoTotals, page, short_hex};
use crate::error::Problem;
use crate::item::{is_known, set_header};
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;

const FORMATS: [Format; 4] = [Format::Json, Format::Html, Format::Csv, Format::Parquet];
const KNOWN: [&str; 9] = [
    "by", "region", "from", "to", "datetime", "purpose", "draws", "seed", "f",
];

/// An answer, and all that it was made from.
struct Answered {
    held: Arc<Held>,
    question: Question,
    totals: Arc<Totals>,
}

/// `GET /extraction`.
pub(crate) async fn extraction(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let parameters = Parameters::read(uri.query(), &KNOWN)?;
    let format = choose(&headers, parameters.get("f"), &FORMATS)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let file = file_format(format);
    let mut all_links = links.self_and_alternates(format, &FORMATS);
    all_links.push(manifest_link(&links, file));
    let linked = link_header(&all_links);
    let make = move |answered: &Answered| -> Result<Vec<u8>, Problem> {
        if format == Format::Html {
            let html = page::page(
                &answered.held.detected,
                &answered.question,
                &answered.totals,
                &links,
                &all_links,
            );
            return Ok(html.into_bytes());
        }
        bytes_of(answered, file)
    };
    let bytes = answer(&state, &parameters, make).await?;
    let tag = short_hex(&Sha256::digest(&bytes));
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = [(header::CONTENT_TYPE, format.media_type())];
        (content_type, bytes).into_response()
    };
    set_header(&mut response, header::ETAG, &format!("\"{tag}\""));
    set_header(&mut response, header::VARY, "Accept");
    // What was detected may change at any time; the tag tells whether it did.
    set_header(&mut response, header::CACHE_CONTROL, "no-cache");
    set_header(&mut response, header::LINK, &linked);
    if format != Format::Html {
        let named = format!("inline; filename=\"{}\"", file_name(file));
        set_header(&mut response, header::CONTENT_DISPOSITION, &named);
    }
    Ok(response)
}

/// `GET /extraction/manifest`: with the same parameters, what the bytes of that answer are made
/// from. `f` is the format of the totals.
pub(crate) async fn manifest(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let parameters = Parameters::read(uri.query(), &KNOWN)?;
    let files = [Format::Json, Format::Csv, Format::Parquet];
    let format = choose(
        &HeaderMap::new(),
        parameters.get("f").or(Some("json")),
        &files,
    )?;
    let file = file_format(format);
    let make = move |answered: &Answered| -> Result<Vec<u8>, Problem> {
        let bytes = bytes_of(answered, file)?;
        manifest_text(answered, &bytes, file).map(String::into_bytes)
    };
    let text = answer(&state, &parameters, make).await?;
    let tag = short_hex(&Sha256::digest(&text));
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = [(header::CONTENT_TYPE, Format::Json.media_type())];
        (content_type, text).into_response()
    };
    set_header(&mut response, header::ETAG, &format!("\"{tag}\""));
    set_header(&mut response, header::CACHE_CONTROL, "no-cache");
    let named = format!("inline; filename=\"{}.manifest.json\"", file_name(file));
    set_header(&mut response, header::CONTENT_DISPOSITION, &named);
    Ok(response)
}

/// Answers the question of the parameters from one state of the data.
async fn answer(
    state: &AppState,
    parameters: &Parameters,
    make: impl FnOnce(&Answered) -> Result<Vec<u8>, Problem> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let asked = asked(parameters)?;
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let config = Arc::clone(&state.config);
    let extraction = Arc::clone(&state.extraction);
    let work = move || {
        let question = asked.question(&world.regions, config.extraction.draws);
        let question =
            question.map_err(|error| Problem::invalid_parameter(&error.input, error.reason))?;
        let held = extraction.current()?;
        let bounds = Bounds {
            groups: usize::try_from(config.extraction.groups).unwrap_or(usize::MAX),
            watch: &|_, _| !deadline.is_over(),
        };
        let totals = extraction.totals(&held, &world.regions, world.version, &question, &bounds);
        let totals = totals.map_err(|why| match why {
            NoTotals::Input(error) => Problem::invalid_parameter(&error.input, error.reason),
            NoTotals::Stopped => Problem::timeout(config.limits.request_seconds),
            NoTotals::Defect => Problem::internal(),
        })?;
        make(&Answered {
            held,
            question,
            totals,
        })
    };
    state.blocking(work).await
}

fn asked(parameters: &Parameters) -> Result<Asked, Problem> {
    let text = |name: &str| parameters.get(name).map(str::to_owned);
    let number = |name: &str| -> Result<Option<u64>, Problem> {
        let Some(text) = parameters.get(name) else {
            return Ok(None);
        };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = text.parse().ok().filter(|_| digits);
        let wrong = || Problem::invalid_parameter(name, "is not a whole number from 0 on");
        parsed.ok_or_else(wrong).map(Some)
    };
    Ok(Asked {
        by: text("by"),
        region: text("region"),
        from: text("from"),
        to: text("to"),
        datetime: text("datetime"),
        purpose: text("purpose"),
        draws: number("draws")?,
        seed: number("seed")?,
        priors: None,
    })
}

/// The file that a representation is, or for a page, that its manifest tells of.
fn file_format(format: Format) -> answer::Format {
    match format {
        Format::Csv => answer::Format::Csv,
        Format::Parquet => answer::Format::Parquet,
        _ => answer::Format::Json,
    }
}

fn file_name(format: answer::Format) -> String {
    format!("extraction.{}", format.name())
}

fn bytes_of(answered: &Answered, file: answer::Format) -> Result<Vec<u8>, Problem> {
    let detected = &answered.held.detected;
    let bytes = answer::bytes(detected, &answered.question, &answered.totals, file);
    bytes.map_err(|error| {
        tracing::error!(%error, "totals cannot be written");
        Problem::internal()
    })
}

fn manifest_text(
    answered: &Answered,
    bytes: &[u8],
    file: answer::Format,
) -> Result<String, Problem> {
    let (detected, question) = (&answered.held.detected, &answered.question);
    let manifest = answer::manifest(detected, question, &file_name(file), bytes, file);
    let text = manifest.and_then(|manifest| Ok(manifest.to_canonical_json()?));
    text.map_err(|error| {
        tracing::error!(%error, "a manifest cannot be written");
        Problem::internal()
    })
}

fn manifest_link(links: &Links, file: answer::Format) -> Value {
    let own = links.with_parameter("f", Some(file.name()));
    let query = own.split_once('?').map_or("", |(_, query)| query);
    links.link(
        "describedby",
        &format!("/extraction/manifest?{query}"),
        Format::Json.media_type(),
        "Manifest: what the same totals are made from",
    )
}

/// Links as RFC 8288 writes them.
pub(crate) fn link_header(links: &[Value]) -> String {
    let quoted = |text: &str| -> String {
        let kept = text
            .chars()
            .filter(|own| !matches!(own, '"' | '\\') && own.is_ascii());
        kept.collect()
    };
    let target = |text: &str| {
        text.replace('<', "%3C")
            .replace('>', "%3E")
            .replace('"', "%22")
    };
    let written: Vec<String> = links
        .iter()
        .map(|link| {
            let member = |name: &str| link[name].as_str().unwrap_or_default();
            format!(
                "<{}>; rel=\"{}\"; type=\"{}\"; title=\"{}\"",
                target(member("href")),
                quoted(member("rel")),
                quoted(member("type")),
                quoted(member("title")),
            )
        })
        .collect();
    written.join(", ")
}
