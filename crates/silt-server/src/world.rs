//! What the service knows at one moment: every collection as a snapshot, sources and regions.
//!
//! A [`World`] never changes. A newer state of the store becomes another world, built beside the
//! one that requests are reading and put in its place by exchanging a pointer. Collections that
//! did not change are shared by both.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use silt_index::regions::{RegionIndex, RegionSet};
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_store::{CollectionInfo, Selection, SourceInfo, Store, StoreError};

use crate::error::Problem;
use crate::layer::Layer;
use crate::state::{OpenStore, StoreRegions};

/// The state of the store at one data version.
pub(crate) struct World {
    pub(crate) version: u64,
    pub(crate) collections: BTreeMap<String, Arc<Layer>>,
    pub(crate) sources: Vec<SourceInfo>,
    pub(crate) regions: Arc<RegionSet>,
    /// Built when first asked for, and shared with later worlds of the same regions.
    region_index: Arc<OnceLock<RegionIndex>>,
}

/// A world is read again when the store changed meanwhile; imports are seconds apart at least.
const MOST_ATTEMPTS: usize = 5;

impl World {
    /// Reads the store, taking over from `before` what did not change.
    pub(crate) fn read(
        open: &OpenStore,
        regions: &StoreRegions,
        before: Option<&World>,
    ) -> Result<World, StoreError> {
        let mut attempt = 1;
        loop {
            let store = open()?;
            let version = store.data_version()?;
            let world = World::read_once(store.as_ref(), version, open, regions, before)?;
            if store.data_version()? == version || attempt == MOST_ATTEMPTS {
                return Ok(world);
            }
            attempt += 1;
        }
    }

    fn read_once(
        store: &dyn Store,
        version: u64,
        open: &OpenStore,
        regions: &StoreRegions,
        before: Option<&World>,
    ) -> Result<World, StoreError> {
        let layer_of = |info: CollectionInfo| -> Result<(String, Arc<Layer>), StoreError> {
            let id = info.schema.id.clone();
            let known = before.and_then(|world| world.collections.get(&id));
            match known {
                Some(layer) if layer.info == info => Ok((id, Arc::clone(layer))),
                _ => {
                    let data = match known {
                        Some(layer) => read_changes(open, &info, &layer.data)?,
                        None => None,
                    };
                    let data = match data {
                        Some(data) => data,
                        None => read_collection(open, &info)?,
                    };
                    Ok((id, Arc::new(Layer::new(data, info))))
                }
            }
        };
        let collections: Result<BTreeMap<String, Arc<Layer>>, StoreError> =
            store.collections()?.into_par_iter().map(layer_of).collect();
        let collections = collections?;
        // User regions are a collection of their own; the rest of the set is bundled.
        let user_regions = |world: &World| world.collections.get("regions").cloned();
        let unchanged = before.filter(|world| {
            let now = collections.get("regions").map(|layer| layer.info.version);
            user_regions(world).map(|layer| layer.info.version) == now
        });
        let (regions, region_index) = match unchanged {
            Some(world) => (Arc::clone(&world.regions), Arc::clone(&world.region_index)),
            None => (Arc::new(regions(store)?), Arc::default()),
        };
        Ok(World {
            version,
            collections,
            sources: store.sources()?,
            regions,
            region_index,
        })
    }

    /// A collection.
    ///
    /// # Errors
    /// 404 where there is none of this id.
    pub(crate) fn layer(&self, collection: &str) -> Result<Arc<Layer>, Problem> {
        match self.collections.get(collection) {
            Some(layer) => Ok(Arc::clone(layer)),
            None => Err(Problem::not_found(format!(
                "there is no collection `{}`; /collections lists them",
                collection.chars().take(80).collect::<String>()
            ))),
        }
    }

    /// The index that places features and cells in regions.
    pub(crate) fn region_index(&self) -> &RegionIndex {
        self.region_index
            .get_or_init(|| RegionIndex::new(&self.regions))
    }
}

/// The snapshot after the one before, from the features that changed; `None` where the store does
/// not list them.
fn read_changes(
    open: &OpenStore,
    info: &CollectionInfo,
    before: &CollectionSnapshot,
) -> Result<Option<CollectionSnapshot>, StoreError> {
    let started = std::time::Instant::now();
    let store = open()?;
    let Some(touched) = store.touched_since(&info.schema.id, before.version())? else {
        return Ok(None);
    };
    let selection = Selection {
        without_original: true,
        fids: Some(touched.clone()),
        ..Selection::default()
    };
    let mut features = Vec::new();
    store.scan(&info.schema.id, &selection, &mut |feature| {
        features.push(feature);
        ControlFlow::Continue(())
    })?;
    let snapshot = before.with_changes(info.schema.clone(), info.version, &touched, features);
    tracing::debug!(
        collection = info.schema.id,
        touched = touched.len(),
        milliseconds = started.elapsed().as_millis() as u64,
        "snapshot brought up to date"
    );
    Ok(snapshot)
}

fn read_collection(
    open: &OpenStore,
    info: &CollectionInfo,
) -> Result<CollectionSnapshot, StoreError> {
    let started = std::time::Instant::now();
    let mut builder = SnapshotBuilder::new(info.schema.clone(), info.version);
    let selection = Selection {
        without_original: true,
        ..Selection::default()
    };
    open()?.scan(&info.schema.id, &selection, &mut |feature| {
        builder.push(feature);
        ControlFlow::Continue(())
    })?;
    let snapshot = builder.finish();
    tracing::debug!(
        collection = info.schema.id,
        features = snapshot.len(),
        bytes = snapshot.bytes(),
        milliseconds = started.elapsed().as_millis() as u64,
        "snapshot read"
    );
    Ok(snapshot)
}
