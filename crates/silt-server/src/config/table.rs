//! The table of keys, and what is made from it: reading a value, printing, the reference.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::ops::RangeInclusive;

use super::{LogFormat, ServerConfig};

/// Prefix of the environment variables. Two underscores, because container platforms set names
/// such as `SILT_SERVER_PORT` by themselves.
pub(super) const ENVIRONMENT_PREFIX: &str = "SILT_SERVER__";

/// One thing that can be set.
pub(super) struct Key {
    /// Name with its section: `limits.body_bytes`.
    pub(super) name: &'static str,
    /// What it does, a sentence.
    meaning: &'static str,
    field: Field,
}

/// Where a key's value lives in the configuration, and which values it takes.
enum Field {
    Count(fn(&mut ServerConfig) -> &mut u64, RangeInclusive<u64>),
    Flag(fn(&mut ServerConfig) -> &mut bool),
    Address(fn(&mut ServerConfig) -> &mut SocketAddr),
    Url(fn(&mut ServerConfig) -> &mut Option<String>),
    Origins(fn(&mut ServerConfig) -> &mut Vec<String>),
    Format(fn(&mut ServerConfig) -> &mut LogFormat),
    Text(fn(&mut ServerConfig) -> &mut String),
}

/// A value as a source gives it.
#[derive(Debug)]
pub(super) enum Given {
    /// Text of a variable or the command line, which may stand for any type.
    Loose(String),
    Text(String),
    Number(i128),
    Flag(bool),
    List(Vec<String>),
    /// A type that no key takes, as it is written.
    Other(String),
}

const MEBIBYTE: u64 = 1 << 20;
const GIBIBYTE: u64 = 1 << 30;
const HOUR_SECONDS: u64 = 3_600;

const KEYS: [Key; 39] = [
    Key {
        name: "listen",
        meaning: "Address and port to listen on; port 0 asks the system for a free one.",
        field: Field::Address(|config| &mut config.listen),
    },
    Key {
        name: "base_url",
        meaning: "Address under which clients reach the service, for links behind a proxy; empty: from the request.",
        field: Field::Url(|config| &mut config.base_url),
    },
    Key {
        name: "swagger",
        meaning: "Whether `/api.html` shows the interactive documentation.",
        field: Field::Flag(|config| &mut config.swagger),
    },
    Key {
        name: "limits.default_limit",
        meaning: "Features in an answer when the request gives no `limit`.",
        field: Field::Count(|config| &mut config.default_limit, 1..=1_000_000),
    },
    Key {
        name: "limits.max_limit",
        meaning: "Most features in one answer; a larger `limit` is lowered to it.",
        field: Field::Count(|config| &mut config.max_limit, 1..=1_000_000),
    },
    Key {
        name: "limits.body_bytes",
        meaning: "Largest body of a request, bytes.",
        field: Field::Count(|config| &mut config.limits.body_bytes, 1_024..=GIBIBYTE),
    },
    Key {
        name: "limits.uri_bytes",
        meaning: "Longest address of a request with its query, bytes.",
        field: Field::Count(|config| &mut config.limits.uri_bytes, 256..=65_000),
    },
    Key {
        name: "limits.filter_bytes",
        meaning: "Longest `filter` of a request, bytes.",
        field: Field::Count(|config| &mut config.limits.filter_bytes, 64..=MEBIBYTE),
    },
    Key {
        name: "limits.geometry_vertices",
        meaning: "Most vertices of a geometry in a parameter or a filter.",
        field: Field::Count(
            |config| &mut config.limits.geometry_vertices,
            3..=10_000_000,
        ),
    },
    Key {
        name: "limits.bbox_square_degrees",
        meaning: "Largest area of `bbox`, square degrees; 64800 is the whole Earth.",
        field: Field::Count(|config| &mut config.limits.bbox_square_degrees, 1..=64_800),
    },
    Key {
        name: "limits.request_seconds",
        meaning: "Time until an answer begins, seconds.",
        field: Field::Count(
            |config| &mut config.limits.request_seconds,
            1..=HOUR_SECONDS,
        ),
    },
    Key {
        name: "limits.export_seconds",
        meaning: "Time until a streamed answer ends, seconds.",
        field: Field::Count(
            |config| &mut config.limits.export_seconds,
            1..=24 * HOUR_SECONDS,
        ),
    },
    Key {
        name: "limits.concurrency",
        meaning: "Requests worked on at the same time.",
        field: Field::Count(|config| &mut config.limits.concurrency, 1..=100_000),
    },
    Key {
        name: "limits.queue_milliseconds",
        meaning: "How long a request waits for its turn before it is turned away, milliseconds.",
        field: Field::Count(|config| &mut config.limits.queue_milliseconds, 0..=60_000),
    },
    Key {
        name: "limits.connections",
        meaning: "Open connections; more wait until one closes.",
        field: Field::Count(|config| &mut config.limits.connections, 1..=100_000),
    },
    Key {
        name: "limits.header_read_seconds",
        meaning: "Time for the head of a request to arrive, and for an idle connection to stay open, seconds.",
        field: Field::Count(
            |config| &mut config.limits.header_read_seconds,
            1..=HOUR_SECONDS,
        ),
    },
    Key {
        name: "limits.write_stall_seconds",
        meaning: "Time that a client may take nothing of an answer before it is cut off, seconds.",
        field: Field::Count(
            |config| &mut config.limits.write_stall_seconds,
            1..=HOUR_SECONDS,
        ),
    },
    Key {
        name: "limits.drain_seconds",
        meaning: "Time that open requests have to end at shutdown, seconds.",
        field: Field::Count(|config| &mut config.limits.drain_seconds, 0..=HOUR_SECONDS),
    },
    Key {
        name: "limits.tile_bytes",
        meaning: "Largest vector tile before compression, bytes; a fuller one is thinned evenly.",
        field: Field::Count(
            |config| &mut config.limits.tile_bytes,
            1_024..=100 * MEBIBYTE,
        ),
    },
    Key {
        name: "limits.tile_cache_bytes",
        meaning: "Memory for tiles kept, bytes; 0 keeps none.",
        field: Field::Count(
            |config| &mut config.limits.tile_cache_bytes,
            0..=64 * GIBIBYTE,
        ),
    },
    Key {
        name: "limits.hotspot_cells",
        meaning: "Most cells of the study area of a hotspot question; the whole world at resolution 5 has 2,016,842.",
        field: Field::Count(|config| &mut config.limits.hotspot_cells, 100..=20_000_000),
    },
    Key {
        name: "limits.hotspot_cells_listed",
        meaning: "Most cells that an answer of hotspots lists; a larger `limit` is lowered to it.",
        field: Field::Count(
            |config| &mut config.limits.hotspot_cells_listed,
            1..=1_000_000,
        ),
    },
    Key {
        name: "limits.hotspot_permutations",
        meaning: "Most permutations of a hotspot question.",
        field: Field::Count(|config| &mut config.limits.hotspot_permutations, 1..=99_999),
    },
    Key {
        name: "limits.hotspot_cache_bytes",
        meaning: "Memory for study areas, scores and answers of hotspots kept, bytes.",
        field: Field::Count(
            |config| &mut config.limits.hotspot_cache_bytes,
            MEBIBYTE..=64 * GIBIBYTE,
        ),
    },
    Key {
        name: "extraction.draws",
        meaning: "Most draws of an answer of `/extraction`; jobs may have more.",
        field: Field::Count(|config| &mut config.extraction.draws, 1_000..=1_000_000),
    },
    Key {
        name: "extraction.groups",
        meaning: "Most groups of an answer of `/extraction`; jobs may have more.",
        field: Field::Count(|config| &mut config.extraction.groups, 1..=100_000),
    },
    Key {
        name: "extraction.job_draws",
        meaning: "Most draws of a job `aggregate-extraction`.",
        field: Field::Count(|config| &mut config.extraction.job_draws, 1_000..=1_000_000),
    },
    Key {
        name: "extraction.cache_groups",
        meaning: "Groups of answers kept in memory; 0 keeps none.",
        field: Field::Count(|config| &mut config.extraction.cache_groups, 0..=10_000_000),
    },
    Key {
        name: "jobs.workers",
        meaning: "Jobs computed at the same time; each uses all cores where it can.",
        field: Field::Count(|config| &mut config.jobs.workers, 1..=64),
    },
    Key {
        name: "jobs.queue",
        meaning: "Jobs that wait; more are turned away.",
        field: Field::Count(|config| &mut config.jobs.queue, 1..=100_000),
    },
    Key {
        name: "jobs.input_bytes",
        meaning: "Largest inputs of a job as JSON, bytes.",
        field: Field::Count(|config| &mut config.jobs.input_bytes, 256..=64 * MEBIBYTE),
    },
    Key {
        name: "jobs.sync_seconds",
        meaning: "Time that a synchronous execution may take, seconds; to be less than `limits.request_seconds`.",
        field: Field::Count(|config| &mut config.jobs.sync_seconds, 1..=HOUR_SECONDS),
    },
    Key {
        name: "jobs.kept",
        meaning: "Finished jobs kept; of more the oldest are removed.",
        field: Field::Count(|config| &mut config.jobs.kept, 1..=1_000_000),
    },
    Key {
        name: "jobs.kept_bytes",
        meaning: "Results of jobs kept, bytes; of more the oldest jobs are removed.",
        field: Field::Count(
            |config| &mut config.jobs.kept_bytes,
            MEBIBYTE..=1_024 * GIBIBYTE,
        ),
    },
    Key {
        name: "jobs.listed",
        meaning: "Whether `/jobs` lists the jobs of everybody; who knows the id of a job can dismiss it.",
        field: Field::Flag(|config| &mut config.jobs.listed),
    },
    Key {
        name: "cors.origins",
        meaning: "Origins of web pages that may read from a browser, such as `https://example.org`; `*` is any.",
        field: Field::Origins(|config| &mut config.cors.origins),
    },
    Key {
        name: "cors.writes",
        meaning: "Whether these pages may also write, with a key in `Authorization`.",
        field: Field::Flag(|config| &mut config.cors.writes),
    },
    Key {
        name: "log.format",
        meaning: "Form of a log line: `text` for people, `json` for machines.",
        field: Field::Format(|config| &mut config.log.format),
    },
    Key {
        name: "log.filter",
        meaning: "Levels by target, such as `info,silt::access=off`.",
        field: Field::Text(|config| &mut config.log.filter),
    },
];

/// The key of this name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether this is the name of a section.
pub(super) fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| {
        key.name
            .split_once('.')
            .is_some_and(|(section, _)| section == name)
    })
}

/// The known key nearest to a misspelt one, where one is near.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    // Far longer than any key: comparing would only cost time.
    if name.len() > 100 {
        return None;
    }
    let last = |full: &str| full.rsplit('.').next().unwrap_or(full).to_owned();
    KEYS.iter()
        .map(|key| {
            // A key in the wrong section is near, too.
            let distance = edit_distance(name, key.name)
                .min(edit_distance(&last(name), &last(key.name)).saturating_add(1));
            (distance, key.name)
        })
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .map(|(_, known)| known)
}

/// Insertions, deletions and replacements of characters between two words (Levenshtein).
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (position, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = position + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

impl Key {
    /// The environment variable that sets this key.
    #[cfg(test)]
    pub(super) fn environment(&self) -> String {
        let name = self.name.replace('.', "__").to_uppercase();
        format!("{ENVIRONMENT_PREFIX}{name}")
    }

    /// Which values the key takes, in words.
    pub(super) fn wanted(&self) -> String {
        match &self.field {
            Field::Count(_, range) => {
                format!("a whole number from {} to {}", range.start(), range.end())
            }
            Field::Flag(_) => "true or false".to_owned(),
            Field::Address(_) => "an IP address with a port, such as 127.0.0.1:8080".to_owned(),
            Field::Url(_) => {
                "an address that begins with http:// or https://, without query".into()
            }
            Field::Origins(_) => {
                "a list of origins such as https://example.org, or \"*\" alone".to_owned()
            }
            Field::Format(_) => "text or json".to_owned(),
            Field::Text(_) => "text".to_owned(),
        }
    }

    /// Sets the value; `false` when it is not one that the key takes.
    pub(super) fn set(&self, config: &mut ServerConfig, given: &Given) -> bool {
        match &self.field {
            Field::Count(field, range) => match number(given) {
                Some(value) if range.contains(&value) => {
                    *field(config) = value;
                    true
                }
                _ => false,
            },
            Field::Flag(field) => match given {
                Given::Flag(value) => {
                    *field(config) = *value;
                    true
                }
                Given::Loose(text) => match text.parse() {
                    Ok(value) => {
                        *field(config) = value;
                        true
                    }
                    Err(_) => false,
                },
                _ => false,
            },
            Field::Address(field) => match text(given).and_then(|text| text.parse().ok()) {
                Some(address) => {
                    *field(config) = address;
                    true
                }
                None => false,
            },
            Field::Url(field) => match text(given).map(base_url) {
                Some(Some(url)) => {
                    *field(config) = url;
                    true
                }
                _ => false,
            },
            Field::Origins(field) => match origins(given) {
                Some(list) => {
                    *field(config) = list;
                    true
                }
                None => false,
            },
            Field::Format(field) => {
                let format = match text(given) {
                    Some("text") => LogFormat::Text,
                    Some("json") => LogFormat::Json,
                    _ => return false,
                };
                *field(config) = format;
                true
            }
            Field::Text(field) => match text(given) {
                Some(text) => {
                    *field(config) = text.to_owned();
                    true
                }
                None => false,
            },
        }
    }

    /// The value in force, as TOML.
    fn shown(&self, config: &ServerConfig) -> String {
        // The accessors hand out places to write to; a copy serves for reading.
        let config = &mut config.clone();
        match &self.field {
            Field::Count(field, _) => field(config).to_string(),
            Field::Flag(field) => field(config).to_string(),
            Field::Address(field) => quoted(&field(config).to_string()),
            Field::Url(field) => quoted(field(config).as_deref().unwrap_or("")),
            Field::Origins(field) => {
                let list: Vec<String> = field(config).iter().map(|one| quoted(one)).collect();
                format!("[{}]", list.join(", "))
            }
            Field::Format(field) => match field(config) {
                LogFormat::Text => quoted("text"),
                LogFormat::Json => quoted("json"),
            },
            Field::Text(field) => quoted(field(config)),
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn number(given: &Given) -> Option<u64> {
    match given {
        Given::Number(number) => u64::try_from(*number).ok(),
        Given::Loose(text) => text.parse().ok(),
        _ => None,
    }
}

fn text(given: &Given) -> Option<&str> {
    match given {
        Given::Text(text) | Given::Loose(text) => Some(text),
        _ => None,
    }
}

/// An address for links; `Some(None)` for none, `None` for one that cannot be used.
fn base_url(text: &str) -> Option<Option<String>> {
    if text.is_empty() {
        return Some(None);
    }
    let url = text.trim_end_matches('/');
    let uri: axum::http::Uri = url.parse().ok()?;
    let usable = matches!(uri.scheme_str(), Some("http" | "https"))
        && uri
            .authority()
            .is_some_and(|authority| !authority.as_str().contains('@'))
        && uri.query().is_none()
        && !url.contains('#');
    usable.then(|| Some(url.to_owned()))
}

fn origins(given: &Given) -> Option<Vec<String>> {
    let list: Vec<String> = match given {
        Given::List(list) => list.clone(),
        Given::Loose(text) if text.is_empty() => Vec::new(),
        Given::Loose(text) => text.split(',').map(|one| one.trim().to_owned()).collect(),
        _ => return None,
    };
    let any = list.iter().any(|origin| origin == "*");
    if any {
        return (list.len() == 1).then_some(list);
    }
    list.iter().all(|origin| is_origin(origin)).then_some(list)
}

/// Scheme, host and port, without a path: what a browser sends in `Origin`.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    matches!(scheme, "http" | "https")
        && host.parse::<axum::http::uri::Authority>().is_ok()
        && !host.contains('@')
}

impl ServerConfig {
    /// The configuration as a TOML file with every key, its meaning and its range.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let mut current_section = "";
        for key in &KEYS {
            let (section, name) = key.name.split_once('.').unwrap_or(("", key.name));
            if section != current_section {
                let _ = writeln!(text, "\n[{section}]");
                current_section = section;
            }
            let _ = writeln!(text, "# {} {}.", key.meaning, capitalised(&key.wanted()));
            let _ = writeln!(text, "{name} = {}", key.shown(self));
        }
        text
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The reference of all keys as Markdown: `docs/configuration.md`.
#[cfg(test)]
pub(super) fn reference() -> String {
    let defaults = ServerConfig::default();
    let mut text = String::from(
        "# Configuration of the service\n\n\
         `silt serve` takes its settings from, each overriding the one before:\n\n\
         1. defaults;\n\
         2. a TOML file: `--config FILE`, else the one that `SILT_CONFIG` names, else `silt.toml` in the data folder;\n\
         3. environment variables, `SILT_SERVER__` and the key with `__` for the dot;\n\
         4. the command line: `--listen ADDRESS`, and `--set KEY=VALUE` for every key.\n\n\
         `silt serve --print-config` prints the settings in force as a TOML file and ends. A key or variable that is not known\n\
         here, and a value outside its range, stops the program with a message that names it. `SILT_LISTEN` and `SILT_LOG` are\n\
         short names for `listen` and `log.filter`. Lists are written with commas in variables and in `--set`.\n\n\
         | key | variable | default | takes | meaning |\n|---|---|---|---|---|\n",
    );
    for key in &KEYS {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | `{}` | {} | {} |",
            key.name,
            key.environment(),
            key.shown(&defaults),
            key.wanted(),
            key.meaning
        );
    }
    text.push_str(
        "\n## Example\n\n```toml\nlisten = \"0.0.0.0:8080\"\nbase_url = \"https://tailings.example.org\"\n\n\
         [limits]\nmax_limit = 5000\nbody_bytes = 4194304\n\n[log]\nformat = \"json\"\n```\n",
    );
    text
}
