//! OGC API Processes, Part 1: what can be computed, running it at once or as a job, jobs and their
//! results.

pub(crate) mod describe;
pub(crate) mod execute;
pub(crate) mod jobs;
pub(crate) mod openapi;
mod request;
pub(crate) mod results;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use silt_jobs::{Jobs, JobsError, Process, ProcessDescription, Settings};

use crate::config::JobLimits;
use crate::error::Problem;

/// Relation of the front page to the processes.
pub(crate) const REL_PROCESSES: &str = "http://www.opengis.net/def/rel/ogc/1.0/processes";
/// Relation to the list of jobs.
pub(crate) const REL_JOB_LIST: &str = "http://www.opengis.net/def/rel/ogc/1.0/job-list";
/// Relation of a process to where it is executed.
pub(crate) const REL_EXECUTE: &str = "http://www.opengis.net/def/rel/ogc/1.0/execute";
/// Relation of a job to its results.
pub(crate) const REL_RESULTS: &str = "http://www.opengis.net/def/rel/ogc/1.0/results";
/// Relation of a failed job to what went wrong.
pub(crate) const REL_EXCEPTIONS: &str = "http://www.opengis.net/def/rel/ogc/1.0/exceptions";

/// Conformance classes, but that of the list of jobs.
pub(crate) const CONFORMANCE: [&str; 6] = [
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss",
];
/// The conformance class of the list of jobs.
pub(crate) const CONFORMANCE_JOB_LIST: &str =
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/job-list";

/// The processes of the service and their jobs.
pub(crate) struct Processes {
    descriptions: BTreeMap<String, ProcessDescription>,
    /// Or why this program has no jobs.
    jobs: Result<Jobs, &'static str>,
}

impl Processes {
    /// Takes up the jobs of a data folder. Where that cannot be, everything else is served.
    pub(crate) fn open(data: &Path, all: Vec<Arc<dyn Process>>, limits: &JobLimits) -> Processes {
        let descriptions = all.iter().map(|process| {
            let description = process.description();
            (description.id.clone(), description)
        });
        let descriptions = descriptions.collect();
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let settings = Settings {
            workers: count(limits.workers),
            queue_length: count(limits.queue),
            kept_jobs: count(limits.kept),
            kept_bytes: limits.kept_bytes,
            input_bytes: count(limits.input_bytes),
            ..Settings::default()
        };
        let jobs = Jobs::open(&data.join("jobs"), all, settings).map_err(|error| {
            tracing::warn!(%error, "processes cannot be executed");
            match error {
                JobsError::InUse(_) => "another program runs the jobs of this data folder",
                JobsError::Io { .. } => "the folder of the jobs cannot be used",
            }
        });
        Processes { descriptions, jobs }
    }

    /// All processes, by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ProcessDescription> {
        self.descriptions.values()
    }

    /// One process.
    ///
    /// # Errors
    /// 404.
    pub(crate) fn one(&self, id: &str) -> Result<&ProcessDescription, Problem> {
        let found = self.descriptions.get(id);
        found.ok_or_else(|| Problem::no_such_process(id))
    }

    /// The jobs.
    ///
    /// # Errors
    /// 503 where this program has none.
    pub(crate) fn jobs(&self) -> Result<&Jobs, Problem> {
        self.jobs
            .as_ref()
            .map_err(|reason| Problem::unavailable(*reason))
    }

    /// Ends the workers; says whether they have ended in time. Blocks the thread.
    pub(crate) fn stop(&self, most: Duration) -> bool {
        self.jobs.as_ref().is_ok_and(|jobs| jobs.stop(most)) || self.jobs.is_err()
    }
}
