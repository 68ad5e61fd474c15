//! Configuration of the service: what can be set, where it comes from, what it may be.
//!
//! Sources, each overriding the one before: defaults, a TOML file, environment variables
//! (`SILT_SERVER__LIMITS__BODY_BYTES`), settings of the command line. A key that no one knows and a
//! value out of range are errors that name the key and where it stands; nothing is ignored.
//!
//! The list of keys is one table (`table.rs`). Reading, printing and the reference in
//! `docs/configuration.md` are made from it, so that they cannot disagree.

mod load;
mod table;

use std::net::{Ipv4Addr, SocketAddr};

pub use load::{ConfigError, Sources};

/// Addresses, limits and habits of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Address and port to listen on; port 0 asks the system for a free one.
    pub listen: SocketAddr,
    /// Address under which clients reach the service, without a slash at the end; for links behind
    /// a proxy. Without it links are made from the request.
    pub base_url: Option<String>,
    /// Whether `/api.html` shows the interactive documentation.
    pub swagger: bool,
    /// Features in an answer when the request gives no `limit`.
    pub default_limit: u64,
    /// Most features in one answer; a larger `limit` is lowered to it.
    pub max_limit: u64,
    /// What one request and one client may take.
    pub limits: Limits,
    /// What totals of extraction may take.
    pub extraction: ExtractionLimits,
    /// How many jobs there may be, and what is kept of them.
    pub jobs: JobLimits,
    /// Which web pages may read and write from a browser.
    pub cors: Cors,
    /// What is logged, and how.
    pub log: Log,
}

/// What one request and one client may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest body of a request, bytes.
    pub body_bytes: u64,
    /// Longest address of a request with its query, bytes.
    pub uri_bytes: u64,
    /// Longest `filter` of a request, bytes.
    pub filter_bytes: u64,
    /// Most vertices of a geometry in a parameter or a filter.
    pub geometry_vertices: u64,
    /// Largest area of `bbox`, square degrees; 64800 is the whole Earth.
    pub bbox_square_degrees: u64,
    /// Time until an answer begins, seconds.
    pub request_seconds: u64,
    /// Time until a streamed answer ends, seconds.
    pub export_seconds: u64,
    /// Requests worked on at the same time.
    pub concurrency: u64,
    /// How long a request waits for its turn before it is turned away, milliseconds.
    pub queue_milliseconds: u64,
    /// Open connections; more wait until one closes.
    pub connections: u64,
    /// Time for the head of a request to arrive, and for an idle connection to stay open, seconds.
    pub header_read_seconds: u64,
    /// Time that a client may take nothing of an answer before it is cut off, seconds.
    pub write_stall_seconds: u64,
    /// Time that open requests have to end at shutdown, seconds.
    pub drain_seconds: u64,
    /// Largest vector tile before compression, bytes; a fuller one is thinned evenly.
    pub tile_bytes: u64,
    /// Memory for tiles kept, bytes; 0 keeps none.
    pub tile_cache_bytes: u64,
    /// Most cells of the study area of a hotspot question.
    pub hotspot_cells: u64,
    /// Most cells that an answer lists.
    pub hotspot_cells_listed: u64,
    /// Most permutations of a hotspot question.
    pub hotspot_permutations: u64,
    /// Memory for study areas, scores and answers kept, bytes.
    pub hotspot_cache_bytes: u64,
}

/// What totals of extraction may take. All are [inferred]: a laptop answers within seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractionLimits {
    /// Most draws of an answer of `/extraction`.
    pub draws: u64,
    /// Most groups of an answer of `/extraction`.
    pub groups: u64,
    /// Most draws of a job.
    pub job_draws: u64,
    /// Groups of answers kept in memory; 0 keeps none.
    pub cache_groups: u64,
}

/// How many jobs there may be, and what is kept of them. All are [inferred].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLimits {
    /// Jobs computed at the same time.
    pub workers: u64,
    /// Jobs that wait; more are turned away.
    pub queue: u64,
    /// Largest inputs of a job as JSON, bytes.
    pub input_bytes: u64,
    /// Time that a synchronous execution may take, seconds.
    pub sync_seconds: u64,
    /// Finished jobs kept; the oldest make room.
    pub kept: u64,
    /// Results kept, bytes; the oldest jobs make room.
    pub kept_bytes: u64,
    /// Whether `/jobs` lists the jobs of everybody; who sees a job can dismiss it.
    pub listed: bool,
}

/// Which web pages may read and write from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// Origins such as `https://example.org`; `*` is any.
    pub origins: Vec<String>,
    /// Whether these pages may also write, with a key in `Authorization`.
    pub writes: bool,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Lines for people or JSON for machines.
    pub format: LogFormat,
    /// Levels by target, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON document in a line.
    Json,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            base_url: None,
            swagger: true,
            default_limit: 10,
            max_limit: 10_000,
            limits: Limits::default(),
            extraction: ExtractionLimits::default(),
            jobs: JobLimits::default(),
            cors: Cors::default(),
            log: Log::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 16 << 20,
            uri_bytes: 32 << 10,
            filter_bytes: 16 << 10,
            geometry_vertices: 10_000,
            bbox_square_degrees: 64_800,
            request_seconds: 30,
            export_seconds: 600,
            concurrency: 256,
            queue_milliseconds: 1_000,
            connections: 512,
            header_read_seconds: 15,
            write_stall_seconds: 30,
            drain_seconds: 30,
            tile_bytes: 500_000,
            tile_cache_bytes: 64 << 20,
            hotspot_cells: 3_000_000,
            hotspot_cells_listed: 100_000,
            hotspot_permutations: 9_999,
            hotspot_cache_bytes: 768 << 20,
        }
    }
}

impl Default for ExtractionLimits {
    fn default() -> Self {
        ExtractionLimits {
            draws: 10_000,
            groups: 10_000,
            job_draws: 100_000,
            cache_groups: 100_000,
        }
    }
}

impl Default for JobLimits {
    fn default() -> Self {
        JobLimits {
            workers: 1,
            queue: 100,
            input_bytes: 1 << 20,
            sync_seconds: 20,
            kept: 500,
            kept_bytes: 1 << 30,
            listed: true,
        }
    }
}

impl Default for Cors {
    fn default() -> Self {
        Cors {
            origins: vec!["*".to_owned()],
            writes: false,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
