//! What the handlers share.

use std::sync::{Arc, Mutex, PoisonError};

use silt_index::regions::RegionSet;
use silt_store::{Store, StoreError};

use crate::error::Problem;

/// Limits and addresses of the service.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Features in an answer when the request gives no `limit`.
    pub default_limit: u64,
    /// Most features in one answer; a larger `limit` is lowered to it.
    pub max_limit: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            default_limit: 10,
            max_limit: 10_000,
        }
    }
}

type OpenStore = dyn Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync;

/// Most idle readers kept open; more are opened under load and closed afterwards.
const IDLE_READERS: usize = 8;

/// What the handlers share: readers of the store, regions and limits. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    open: Arc<OpenStore>,
    idle: Arc<Mutex<Vec<Box<dyn Store>>>>,
    pub(crate) regions: Arc<RegionSet>,
    pub(crate) config: Arc<ServerConfig>,
}

impl AppState {
    /// A state that opens its readers with `open`. One reader is opened at once, so that a store
    /// that cannot be read is known before the service starts.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub fn new(
        open: impl Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync + 'static,
        regions: RegionSet,
        config: ServerConfig,
    ) -> Result<Self, StoreError> {
        let first = open()?;
        Ok(AppState {
            open: Arc::new(open),
            idle: Arc::new(Mutex::new(vec![first])),
            regions: Arc::new(regions),
            config: Arc::new(config),
        })
    }

    /// Runs `read` on a reader of the store, off the async threads.
    pub(crate) async fn read<T, F>(&self, read: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Store) -> Result<T, Problem> + Send + 'static,
    {
        let state = self.clone();
        tokio::task::spawn_blocking(move || {
            let idle = state
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            let store = match idle {
                Some(store) => store,
                None => (state.open)()?,
            };
            let answer = read(store.as_ref());
            let mut readers = state.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < IDLE_READERS {
                readers.push(store);
            }
            answer
        })
        .await?
    }
}
