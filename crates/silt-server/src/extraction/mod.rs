//! Totals of dredged material: the last detection in memory, the questions that it answers.

pub(crate) mod page;
pub(crate) mod process;
mod question;
pub(crate) mod routes;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use sha2::{Digest, Sha256};
use silt_estimate::EstimateError;
use silt_extraction::aggregate::{AggregateError, Bounds, Totals, bounded_totals};
use silt_extraction::question::Question;
use silt_extraction::tables::{self, Detected, INFO_FILE};
use silt_index::regions::RegionSet;
use silt_jobs::InputError;

pub(crate) use self::question::PURPOSES;
use crate::error::Problem;
use crate::hex::hex;

/// The detection that another program writes into the data folder, as this one last read it.
pub(crate) struct Extraction {
    folder: PathBuf,
    held: RwLock<Option<Arc<Held>>>,
    /// Held while files are read, so that two requests do not read the same.
    reading: Mutex<()>,
    /// By detection, data version of the regions, and question.
    answers: moka::sync::Cache<(String, u64, String), Arc<Totals>>,
}

/// A detection in memory. A request takes it once and answers from it alone.
pub(crate) struct Held {
    stamp: Stamp,
    /// Differs where anything differs that an answer is made of.
    tag: String,
    pub(crate) detected: Detected,
}

/// What differs when the file that is written last was exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified_ns: (i64, i64),
}

/// There is nothing to answer from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoData {
    /// Nothing was detected yet.
    Nothing,
    /// The files cannot be read at the moment; the log has the cause.
    Unreadable,
}

/// A question has no answer.
#[derive(Debug, PartialEq)]
pub(crate) enum NoTotals {
    /// An input cannot be what it is.
    Input(InputError),
    /// Nobody wants the answer any more.
    Stopped,
    /// A fault of the service; the log has the cause.
    Defect,
}

impl Extraction {
    /// Of a data folder; nothing is read yet.
    pub(crate) fn new(data: &Path, cache_groups: u64) -> Extraction {
        let weight = |_: &(String, u64, String), totals: &Arc<Totals>| {
            u32::try_from(totals.rows.len() + 1).unwrap_or(u32::MAX)
        };
        Extraction {
            folder: data.join("dredging"),
            held: RwLock::default(),
            reading: Mutex::default(),
            answers: moka::sync::Cache::builder()
                .max_capacity(cache_groups)
                .weigher(weight)
                .build(),
        }
    }

    /// The newest detection that can be read whole. Reads files where it changed.
    ///
    /// # Errors
    /// There is none, or none that can be read.
    pub(crate) fn current(&self) -> Result<Arc<Held>, NoData> {
        if let Some(held) = self.held_as(&self.stamp()?) {
            return Ok(held);
        }
        let _alone = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken before the files are read: a change while they are is seen by the next request.
        let stamp = self.stamp()?;
        if let Some(held) = self.held_as(&stamp) {
            return Ok(held);
        }
        match tables::read_once(&self.folder) {
            Ok(Some(detected)) => {
                let tag = tag_of(&detected);
                let held = Arc::new(Held {
                    stamp,
                    tag,
                    detected,
                });
                let mut place = self.held.write().unwrap_or_else(PoisonError::into_inner);
                *place = Some(Arc::clone(&held));
                Ok(held)
            }
            Ok(None) => Err(NoData::Nothing),
            // Another program may be writing: what was read before is a state that was whole.
            Err(error) => match self.held() {
                Some(held) => {
                    tracing::warn!(%error, "a new detection cannot be read yet; the last one is served");
                    Ok(held)
                }
                None => {
                    tracing::error!(%error, "the detection cannot be read");
                    Err(NoData::Unreadable)
                }
            },
        }
    }

    /// Whether anything was detected. Costs one look at a file.
    pub(crate) fn is_there(&self) -> bool {
        self.stamp().is_ok()
    }

    fn held(&self) -> Option<Arc<Held>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    fn held_as(&self, stamp: &Stamp) -> Option<Arc<Held>> {
        self.held().filter(|held| held.stamp == *stamp)
    }

    fn stamp(&self) -> Result<Stamp, NoData> {
        let found = std::fs::metadata(self.folder.join(INFO_FILE));
        let found = found.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => NoData::Nothing,
            _ => {
                tracing::error!(%error, "the detection cannot be looked at");
                NoData::Unreadable
            }
        })?;
        Ok(Stamp {
            inode: found.ino(),
            bytes: found.len(),
            modified_ns: (found.mtime(), found.mtime_nsec()),
        })
    }

    /// Totals of a question, from memory where it was asked before. Regions are part of it: the
    /// user's may change while the detection does not, and `regions_version` with them.
    pub(crate) fn totals(
        &self,
        held: &Held,
        regions: &RegionSet,
        regions_version: u64,
        question: &Question,
        bounds: &Bounds,
    ) -> Result<Arc<Totals>, NoTotals> {
        let asked = serde_json::to_string(question).map_err(|error| {
            tracing::error!(%error, "a question cannot be written");
            NoTotals::Defect
        })?;
        let key = (held.tag.clone(), regions_version, asked);
        if let Some(totals) = self.answers.get(&key) {
            return Ok(totals);
        }
        let totals = compute(held, regions, question, bounds)?;
        let totals = Arc::new(totals);
        self.answers.insert(key, Arc::clone(&totals));
        Ok(totals)
    }
}

/// Totals of a question, computed.
pub(crate) fn compute(
    held: &Held,
    regions: &RegionSet,
    question: &Question,
    bounds: &Bounds,
) -> Result<Totals, NoTotals> {
    let of = |input: &str, error: &AggregateError| {
        NoTotals::Input(InputError::new(input, error.to_string()))
    };
    bounded_totals(&held.detected, regions, question, bounds).map_err(|error| match &error {
        AggregateError::Region(_) => of("region", &error),
        AggregateError::TooManyGroups { .. } => of("by", &error),
        AggregateError::Estimate(EstimateError::Stopped) => NoTotals::Stopped,
        AggregateError::Estimate(EstimateError::Draws(_)) => of("draws", &error),
        AggregateError::Estimate(EstimateError::Priors(_)) => of("priors", &error),
        other => {
            tracing::error!(error = %other, "totals failed");
            NoTotals::Defect
        }
    })
}

fn tag_of(detected: &Detected) -> String {
    let mut digest = Sha256::new();
    // Floats of thresholds are written with all their digits.
    digest.update(serde_json::to_vec(&detected.info).unwrap_or_default());
    detected.sha256.iter().for_each(|own| digest.update(own));
    short_hex(&digest.finalize())
}

/// The first 128 bits of a digest: enough for tags.
fn short_hex(digest: &[u8]) -> String {
    hex(digest.get(..16).unwrap_or(digest))
}

impl From<NoData> for Problem {
    fn from(no_data: NoData) -> Problem {
        match no_data {
            NoData::Nothing => Problem::nothing_detected(),
            NoData::Unreadable => {
                Problem::unavailable("the detection cannot be read at the moment")
            }
        }
    }
}

#[cfg(test)]
#[path = "extraction_tests.rs"]
mod tests;
