//! How far a running job is, and whether anyone still wants it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::process::RunError;

/// Given to a running process. Cheap to clone and to ask, from any thread.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    cancelled: AtomicBool,
    told: Mutex<Told>,
}

/// What a process last said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) percent: u8,
    pub(crate) message: Option<String>,
    pub(crate) at: Option<Timestamp>,
}

impl Progress {
    /// A progress that nobody reads, to run a process without a job.
    pub fn unread() -> Self {
        Progress::default()
    }

    /// Says how far the work is, 0 to 100, and what it does. It never goes back.
    pub fn set(&self, percent: u8, message: impl Into<String>) {
        let mut told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.percent = told.percent.max(percent.min(100));
        told.message = Some(message.into());
        told.at = Some(Timestamp::now());
    }

    /// Whether the work should stop: its job was dismissed, or the service ends.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// The same as an error, for `?` between steps.
    ///
    /// # Errors
    /// [`RunError::Cancelled`] where the work should stop.
    pub fn check(&self) -> Result<(), RunError> {
        match self.is_cancelled() {
            true => Err(RunError::Cancelled),
            false => Ok(()),
        }
    }

    /// Asks the work to stop.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn told(&self) -> Told {
        let told = self.0.told.lock();
        told.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
