//! One server on one store for the whole suite, and what its answers are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::Value;
use ureq::http;

use super::sample;
use crate::support::{Silt, mirror};

/// Collection that the tests of Part 4 change; no other test looks at its features.
pub(super) const EDITED: &str = "edited";

/// The server under test, started by the first test that asks.
pub(super) fn service() -> &'static Service {
    // A lazy lock is poisoned by a panic: when the store cannot be filled every test fails at once.
    static SERVICE: LazyLock<Service> = LazyLock::new(Service::start);
    &SERVICE
}

/// The server under test, or `None` with a message where it does not declare the class.
///
/// A class that is silently missing makes `every_declared_class_is_tested` fail.
pub(super) fn service_of(class: &str) -> Option<&'static Service> {
    let service = service();
    if service.declared.contains(class) {
        return Some(service);
    }
    eprintln!("skipped: {class} is not declared");
    None
}

/// A running server and what it says of itself.
pub(super) struct Service {
    address: String,
    agent: ureq::Agent,
    key: Result<String, String>,
    /// URIs of the declared conformance classes.
    pub(super) declared: BTreeSet<String>,
    /// Features by collection, fetched page by page once.
    features: Mutex<BTreeMap<String, Arc<Vec<Value>>>>,
    // Its standard input is the life line of the server.
    _keeper: Child,
}

/// Keeps the server until standard input ends, that is until this process is gone, however it went;
/// statics are never dropped, so neither a destructor nor the folder's could do that.
const KEEPER: &str = r#"
folder=$1; shift
"$@" </dev/null & server=$!
while read -r line; do :; done
kill "$server" 2>/dev/null; wait "$server" 2>/dev/null
rm -rf "$folder"
"#;

impl Service {
    fn start() -> Self {
        let silt = Silt::new();
        fill(&silt);
        Service::of(silt)
    }

    /// Serves a data folder, and removes it with the end of this process.
    pub(super) fn of(silt: Silt) -> Self {
        let key = create_key(&silt);

        let serve = silt.command(&["serve", "--listen", "127.0.0.1:0"]);
        let folder = silt.path("");
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(&folder)
            .arg(serve.get_program())
            .args(serve.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        for (name, value) in serve.get_envs() {
            match value {
                Some(value) => keeper.env(name, value),
                None => keeper.env_remove(name),
            };
        }
        let mut keeper = keeper.spawn().expect("the server starts");
        let stdout = keeper.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the server says where it listens");
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .trim_end_matches('/')
            .to_owned();
        // The keeper removes the folder.
        std::mem::forget(silt);

        let mut service = Service {
            address,
            agent: ureq::Agent::config_builder()
                .http_status_as_error(false)
                .build()
                .into(),
            key,
            declared: BTreeSet::new(),
            features: Mutex::default(),
            _keeper: keeper,
        };
        service.declared = service.json("/conformance")["conformsTo"]
            .as_array()
            .expect("conformsTo is an array")
            .iter()
            .map(|class| class.as_str().expect("a class is a URI").to_owned())
            .collect();
        service
    }

    /// Address without a slash at the end.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a request; `path` is a path or an address of this server.
    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Reply {
        let address = if path.starts_with("http://") {
            assert!(
                path.starts_with(&self.address),
                "a link leads away from the server: {path}"
            );
            path.to_owned()
        } else {
            format!("{}{path}", self.address)
        };
        let mut request = http::Request::builder().method(method).uri(&address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut answer = answer.unwrap_or_else(|error| panic!("{method} {address}: {error}"));
        let content = answer
            .body_mut()
            .with_config()
            .limit(256 << 20)
            .read_to_vec()
            .unwrap_or_else(|error| panic!("{method} {address}: {error}"));
        Reply {
            request: format!("{method} {address}"),
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            content,
        }
    }

    /// GET without an `Accept` header of our own.
    pub(super) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    /// GET of one media type.
    pub(super) fn get_as(&self, path: &str, media_type: &str) -> Reply {
        self.send("GET", path, &[("accept", media_type)], None)
    }

    /// The JSON of a successful GET.
    pub(super) fn json(&self, path: &str) -> Value {
        self.get_as(path, "application/json").expect(200).json()
    }

    /// A request with the key that may edit.
    pub(super) fn edit(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Reply {
        let key = match &self.key {
            Ok(key) => format!("Bearer {key}"),
            Err(reason) => panic!("no key to edit with: {reason}"),
        };
        let mut all = vec![("authorization", key.as_str())];
        all.extend_from_slice(headers);
        self.send(method, path, &all, body.map(str::as_bytes))
    }

    /// Collections that no test changes, as `/collections` describes them.
    pub(super) fn collections(&self) -> Vec<Value> {
        let document = self.json("/collections");
        let collections: Vec<Value> = array(&document, "collections")
            .iter()
            .filter(|collection| collection["id"] != EDITED)
            .cloned()
            .collect();
        assert!(!collections.is_empty(), "{document}");
        collections
    }

    /// Ids of the collections that no test changes.
    pub(super) fn collection_ids(&self) -> Vec<String> {
        self.collections()
            .iter()
            .map(|collection| text(collection, "id").to_owned())
            .collect()
    }

    /// All features of a collection, by following `next` links.
    pub(super) fn features(&self, collection: &str) -> Arc<Vec<Value>> {
        let mut known = self.features.lock().expect("no test panics here");
        if let Some(features) = known.get(collection) {
            return Arc::clone(features);
        }
        let features = Arc::new(self.all(&format!("/collections/{collection}/items?limit=1000")));
        known.insert(collection.to_owned(), Arc::clone(&features));
        features
    }

    /// Features of all pages, from the first one on.
    pub(super) fn all(&self, first: &str) -> Vec<Value> {
        let mut features = Vec::new();
        let mut path = first.to_owned();
        for _ in 0..10_000 {
            let page = self
                .get_as(&path, "application/geo+json")
                .expect(200)
                .json();
            features.extend_from_slice(array(&page, "features"));
            match link(&page, "next") {
                Some(next) => path = text(next, "href").to_owned(),
                None => return features,
            }
        }
        panic!("{first}: the pages never end");
    }

    /// Ids of the features that a query of items selects, from all pages.
    pub(super) fn ids(&self, collection: &str, query: &str) -> BTreeSet<String> {
        let features = self.all(&format!(
            "/collections/{collection}/items?limit=1000&{query}"
        ));
        let count = features.len();
        let ids: BTreeSet<String> = features.iter().map(id).collect();
        assert_eq!(ids.len(), count, "{collection} {query}: a feature twice");
        ids
    }

    /// Ids of the features that a CQL2 text filter selects.
    pub(super) fn filtered(&self, collection: &str, filter: &str) -> BTreeSet<String> {
        self.ids(
            collection,
            &format!("filter-lang=cql2-text&filter={}", encode(filter)),
        )
    }

    /// Status of the first page of a CQL2 text filter.
    pub(super) fn filter_status(&self, collection: &str, filter: &str) -> u16 {
        self.get(&format!(
            "/collections/{collection}/items?limit=1&filter-lang=cql2-text&filter={}",
            encode(filter)
        ))
        .status
    }
}

/// An answer of the server, read to its end.
#[derive(Debug)]
pub(super) struct Reply {
    /// Method and address, for messages.
    pub(super) request: String,
    pub(super) status: u16,
    headers: http::HeaderMap,
    pub(super) content: Vec<u8>,
}

impl Reply {
    /// Requires a status.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        self.expect_one_of(&[status])
    }

    /// Requires one of several statuses.
    #[track_caller]
    pub(super) fn expect_one_of(self, statuses: &[u16]) -> Self {
        assert!(
            statuses.contains(&self.status),
            "{}: status {} instead of {statuses:?}: {}",
            self.request,
            self.status,
            self.start()
        );
        self
    }

    /// Requires a problem document (RFC 9457) with this status, without internals.
    #[track_caller]
    pub(super) fn expect_problem(self, status: u16) -> Self {
        let reply = self.expect(status);
        assert_eq!(
            reply.media_type(),
            "application/problem+json",
            "{}",
            reply.request
        );
        let problem = reply.json();
        assert_eq!(problem["status"], status, "{}: {problem}", reply.request);
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{}: {problem}",
            reply.request
        );
        for internal in [".rs:", "panicked", "SQLITE", "/crates/"] {
            assert!(
                !reply.start().contains(internal),
                "{}: {problem}",
                reply.request
            );
        }
        reply
    }

    /// Requires a media type, parameters aside.
    #[track_caller]
    pub(super) fn expect_media_type(self, media_type: &str) -> Self {
        assert_eq!(self.media_type(), media_type, "{}", self.request);
        self
    }

    /// A header, where there is one.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// All values of a header, joined with commas as HTTP allows.
    pub(super) fn header_values(&self, name: &str) -> String {
        let values: Vec<&str> = self
            .headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        values.join(", ")
    }

    /// Media type without parameters.
    pub(super) fn media_type(&self) -> String {
        let header = self.header("content-type").unwrap_or_default();
        header
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }

    /// The content as JSON.
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.content)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.request, self.start()))
    }

    /// The content as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }

    fn start(&self) -> String {
        self.text().chars().take(600).collect()
    }
}

/// Fills the store: registers of the mirror where there is one, else the synthetic sample; in both
/// cases the sample features of this suite.
fn fill(silt: &Silt) {
    silt.ok(&["init"]);
    match mirror("conformance: registers") {
        Some(folder) => {
            for source in [
                "chile-sernageomin",
                "csp2-failures",
                "canada-mincan",
                "natural-earth-countries",
            ] {
                silt.import_source(&folder, source, &[]);
            }
        }
        None => {
            silt.ok(&["demo", "--no-serve"]);
        }
    }
    sample::import(silt);
}

/// A key that may edit. The tests of Part 4 fail with the reason when there is none.
fn create_key(silt: &Silt) -> Result<String, String> {
    let arguments = ["--json", "key", "create", "--name", "t", "--scope", "edit"];
    let finished = silt.run(&arguments);
    if finished.code != 0 {
        return Err(finished.stderr);
    }
    let report: Value =
        serde_json::from_str(&finished.stdout).map_err(|error| error.to_string())?;
    report["key"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("no member `key` in {report}"))
}

/// Percent-encodes a value of a query parameter or a path segment.
pub(super) fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A member that must be an array.
#[track_caller]
pub(super) fn array<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name]
        .as_array()
        .unwrap_or_else(|| panic!("no array `{name}` in {}", shortened(document)))
}

/// A member that must be text.
#[track_caller]
pub(super) fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name]
        .as_str()
        .unwrap_or_else(|| panic!("no text `{name}` in {}", shortened(document)))
}

/// A document, cut for messages.
pub(super) fn shortened(document: &Value) -> String {
    document.to_string().chars().take(400).collect()
}

/// The id of a feature as text.
#[track_caller]
pub(super) fn id(feature: &Value) -> String {
    match &feature["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        other => panic!("a feature with the id {other}"),
    }
}

/// The first link with a relation.
pub(super) fn link<'a>(document: &'a Value, rel: &str) -> Option<&'a Value> {
    links(document, rel).into_iter().next()
}

/// All links with a relation.
pub(super) fn links<'a>(document: &'a Value, rel: &str) -> Vec<&'a Value> {
    document["links"]
        .as_array()
        .map(|links| links.iter().filter(|link| link["rel"] == rel).collect())
        .unwrap_or_default()
}

/// The link with a relation and a media type; both must be there.
#[track_caller]
pub(super) fn link_of_type<'a>(document: &'a Value, rel: &str, media_type: &str) -> &'a Value {
    links(document, rel)
        .into_iter()
        .find(|link| {
            link["type"]
                .as_str()
                .is_some_and(|found| found.split(';').next() == Some(media_type))
        })
        .unwrap_or_else(|| {
            panic!(
                "no link `{rel}` of type {media_type} in {}",
                document["links"]
            )
        })
}

/// Requires that every link has an address, a relation and a media type.
#[track_caller]
pub(super) fn check_links(document: &Value) {
    for link in array(document, "links") {
        for member in ["href", "rel", "type"] {
            assert!(
                link[member].as_str().is_some_and(|value| !value.is_empty()),
                "a link without `{member}`: {link}"
            );
        }
    }
}
