//! What the handlers share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use silt_index::regions::RegionSet;
use silt_store::{Store, StoreError};

use crate::aggregate::{TableCache, table_cache};
use crate::audit::Writes;
use crate::config::ServerConfig;
use crate::error::Problem;
use crate::extraction::Extraction;
use crate::extraction::process::AggregateExtraction;
use crate::hotspots::HotspotState;
use crate::hotspots::process::HotspotProcess;
use crate::processes::Processes;
use crate::tile_routes::{SelectionCache, TileCache, selection_cache, tile_cache};
use crate::world::World;

/// Most idle readers kept open; more are opened under load and closed afterwards.
const IDLE_READERS: usize = 8;

/// How often the store is asked whether it changed. The question costs one row.
const POLL: Duration = Duration::from_millis(500);

/// Opens the store.
pub type OpenStore = dyn Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync;
/// Reads the regions of a store: the bundled ones and the user's.
pub type StoreRegions = dyn Fn(&dyn Store) -> Result<RegionSet, StoreError> + Send + Sync;

/// The ways to the store that the service is given.
pub struct StoreAccess {
    /// Opens a reader.
    pub reader: Box<OpenStore>,
    /// Opens a writer, for edits over HTTP; `None` serves the store read-only.
    pub writer: Option<Box<OpenStore>>,
    /// Folder of API keys, of the audit log, of detections and of jobs.
    pub data: PathBuf,
    /// Reads the regions of a store: the bundled ones and the user's.
    pub regions: Box<StoreRegions>,
}

/// What the handlers share: the newest snapshots, readers of the store, limits. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    inner: Arc<Inner>,
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) writes: Writes,
    pub(crate) tiles: TileCache,
    pub(crate) selections: SelectionCache,
    pub(crate) tables: TableCache,
    pub(crate) hotspots: HotspotState,
    pub(crate) extraction: Arc<Extraction>,
    pub(crate) processes: Arc<Processes>,
}

/// The newest state for those that are no handlers: processes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Worlds(Arc<Inner>);

impl Worlds {
    /// The newest state. A job takes it once and computes from it alone.
    pub(crate) fn newest(&self) -> Arc<World> {
        self.0.newest()
    }
}

struct Inner {
    open: Box<OpenStore>,
    open_writer: Option<Box<OpenStore>>,
    regions: Box<StoreRegions>,
    idle: Mutex<Vec<Box<dyn Store>>>,
    world: RwLock<Arc<World>>,
    /// Held while a newer world is read, so that two requests do not read the same.
    refreshing: Mutex<()>,
    /// Held while a feature is compared with its `If-Match` and written.
    pub(crate) writing: Mutex<()>,
}

impl AppState {
    /// Reads the store into memory.
    ///
    /// # Errors
    /// The store cannot be opened or read.
    pub fn new(access: StoreAccess, config: ServerConfig) -> Result<Self, StoreError> {
        let StoreAccess {
            reader,
            writer,
            data,
            regions,
        } = access;
        let world = World::read(&reader, &regions, None)?;
        let inner = Arc::new(Inner {
            open: reader,
            open_writer: writer,
            regions,
            idle: Mutex::new(Vec::new()),
            world: RwLock::new(Arc::new(world)),
            refreshing: Mutex::new(()),
            writing: Mutex::new(()),
        });
        let extraction = Arc::new(Extraction::new(&data, config.extraction.cache_groups));
        let aggregate = AggregateExtraction {
            extraction: Arc::clone(&extraction),
            worlds: Worlds(Arc::clone(&inner)),
            most_draws: config.extraction.job_draws,
        };
        let hotspots = HotspotState::new(&config.limits);
        let of_hotspots =
            HotspotProcess::new(hotspots.clone(), Worlds(Arc::clone(&inner)), &config);
        let all: Vec<Arc<dyn silt_jobs::Process>> =
            vec![Arc::new(aggregate), Arc::new(of_hotspots)];
        let processes = Arc::new(Processes::open(&data, all, &config.jobs));
        Ok(AppState {
            inner,
            writes: Writes::new(&data),
            tiles: tile_cache(config.limits.tile_cache_bytes),
            selections: selection_cache(),
            tables: table_cache(),
            hotspots,
            extraction,
            processes,
            config: Arc::new(config),
        })
    }

    /// The newest state. A handler takes it once and answers from it alone.
    pub(crate) fn world(&self) -> Arc<World> {
        self.inner.newest()
    }

    /// Runs `work` off the async threads.
    pub(crate) async fn blocking<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Problem> + Send + 'static,
    {
        tokio::task::spawn_blocking(work).await?
    }

    /// Runs `read` on a reader of the store, off the async threads.
    pub(crate) async fn read<T, F>(&self, read: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Store) -> Result<T, Problem> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        self.blocking(move || inner.with_reader(read)).await
    }

    /// Runs `write` on a writer of the store, one at a time, and returns when the snapshots show
    /// what it did.
    pub(crate) async fn write<T, F>(&self, write: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Store) -> Result<T, Problem> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let state = self.clone();
        self.blocking(move || {
            let Some(open) = &inner.open_writer else {
                return Err(Problem::forbidden("this service does not take edits"));
            };
            let answer = {
                let _one_at_a_time = inner.writing.lock().unwrap_or_else(PoisonError::into_inner);
                write(open()?.as_mut())?
            };
            // The write is done: an answer of failure would make the client repeat it. The state
            // is read again within the next second.
            if let Err(error) = state.refresh() {
                tracing::error!(%error, "the store cannot be read after a write");
            }
            Ok(answer)
        })
        .await
    }

    /// Reads what changed in the store, if anything did.
    ///
    /// # Errors
    /// The store cannot be read; the state stays as it is.
    pub fn refresh(&self) -> Result<bool, StoreError> {
        let _alone = self
            .inner
            .refreshing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = self.world();
        let version = self.inner.with_reader(|store| store.data_version())?;
        if version == before.version {
            return Ok(false);
        }
        let world = World::read(&self.inner.open, &self.inner.regions, Some(&before))?;
        let mut place = self
            .inner
            .world
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *place = Arc::new(world);
        Ok(true)
    }

    /// Follows the store until the service ends: what another process imports is served within
    /// two seconds and the time it takes to read it.
    pub async fn follow(self) {
        self.prepare_tiles().await;
        loop {
            tokio::time::sleep(POLL).await;
            let state = self.clone();
            match tokio::task::spawn_blocking(move || state.refresh()).await {
                Ok(Ok(true)) => self.prepare_tiles().await,
                Ok(Ok(false)) => {}
                Ok(Err(error)) => tracing::error!(%error, "the store cannot be read"),
                Err(error) => tracing::error!(%error, "reading the store stopped"),
            }
        }
    }

    /// Makes what the first tiles of new collections need, one collection at a time, while requests
    /// are answered already.
    async fn prepare_tiles(&self) {
        let world = self.world();
        metrics::gauge!("silt_data_version").set(world.version as f64);
        let prepared = tokio::task::spawn_blocking(move || {
            for layer in world.collections.values() {
                layer.tiles.prepare(&layer.data);
                let id = layer.id().to_owned();
                let bytes = layer.data.bytes() + layer.tiles.bytes();
                metrics::gauge!("silt_snapshot_bytes", "collection" => id.clone())
                    .set(bytes as f64);
                metrics::gauge!("silt_features", "collection" => id).set(layer.data.len() as f64);
            }
            // The first question of hotspots, or the first edit, would have to wait for it.
            world.region_index();
        });
        if let Err(error) = prepared.await {
            tracing::error!(%error, "tiles could not be prepared");
        }
    }
}

impl Inner {
    fn newest(&self) -> Arc<World> {
        let newest = self.world.read();
        Arc::clone(&newest.unwrap_or_else(PoisonError::into_inner))
    }

    fn with_reader<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&dyn Store) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let store = match idle {
            Some(store) => store,
            None => (self.open)()?,
        };
        let answer = read(store.as_ref());
        let mut readers = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(store);
        }
        answer
    }
}
