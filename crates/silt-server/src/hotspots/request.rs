//! A question as it comes over HTTP, and its way to an answer.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::Response;
use h3o::Resolution;
use sha2::{Digest, Sha256};
use silt_analysis::{
    AreaOptions, Asked, Hotspots, PARAMETERS, Question, QuestionLimits, Regions, Scores, Subject,
    View, Within, hotspots,
};
use silt_index::regions::RegionSet;
use silt_jobs::Progress;
use silt_store::SourceInfo;

use super::file::{HotspotFile, polygons_of, render};
use super::{FORMATS, HotspotState, page, problem};
use crate::config::{Limits, ServerConfig};
use crate::describe::{attribution_of, sources_of};
use crate::error::Problem;
use crate::hex::hex;
use crate::layer::Layer;
use crate::links::Links;
use crate::query::Parameters;
use crate::selection::{Deadline, Selection};
use crate::state::AppState;
use crate::world::World;

/// Parameters that select features: those of items.
pub(super) const SELECTING: [&str; 8] = [
    "bbox",
    "bbox-crs",
    "datetime",
    "region",
    "source",
    "filter",
    "filter-lang",
    "filter-crs",
];

/// All parameters of a question.
pub(super) fn known() -> Vec<&'static str> {
    let selecting = SELECTING.into_iter();
    selecting.chain(PARAMETERS).chain(["f"]).collect()
}

/// Parameters that choose what is shown of what was computed.
const SHOWING: [&str; 5] = ["limit", "cold", "significant", "members", "f"];

pub(super) fn area_options(limits: &Limits, cache_bytes: u64) -> AreaOptions {
    AreaOptions {
        max_cells: limits.hotspot_cells,
        cache_bytes,
        ..AreaOptions::default()
    }
}

pub(super) fn question_limits(limits: &Limits) -> QuestionLimits {
    QuestionLimits {
        max_limit: limits.hotspot_cells_listed,
        max_permutations: limits.hotspot_permutations,
        ..QuestionLimits::default()
    }
}

/// What one computation may cost.
pub(super) fn cost_limits(limits: &Limits) -> silt_analysis::Limits {
    silt_analysis::Limits {
        max_scanned_cells: limits.hotspot_cells.saturating_mul(2),
        max_permutations: u32::try_from(limits.hotspot_permutations).unwrap_or(u32::MAX),
        ..silt_analysis::Limits::default()
    }
}

/// Version of the user's regions, the only ones that change.
pub(super) fn regions_version(world: &World) -> u64 {
    world
        .collections
        .get("regions")
        .map_or(0, |layer| layer.info.version)
}

/// Bytes that a result takes in memory, roughly.
pub(super) fn bytes_of(found: &Hotspots) -> usize {
    let cells = match &found.scores {
        Scores::Gi(result) => result.cells.bytes(),
        Scores::Moran(result) => result.cells.len() * 72,
        Scores::Emerging(result, steps) => result.cells.len() * (120 + steps.names.len() * 9),
        Scores::Clusters(clusters) => {
            let rows = clusters.clusters.iter().map(|cluster| cluster.rows.len());
            rows.sum::<usize>() * 4 + clusters.clusters.len() * 80
        }
    };
    cells + found.gathered.bytes() + 1_000
}

/// Versions of all that an answer depends on beside its parameters.
pub(super) fn versions_key(world: &World, layer: &Layer) -> String {
    format!(
        "{} {} {} {} ",
        silt_analysis::METHOD_VERSION,
        layer.id(),
        layer.info.version,
        regions_version(world)
    )
}

/// A body as a part of a key.
pub(super) fn body_key(body: &[u8]) -> String {
    format!(" body {}", hex(&Sha256::digest(body)))
}

/// Changes whenever the bytes of the answer may.
pub(super) fn tag(key: &str) -> String {
    let text = format!("{} {key}", env!("CARGO_PKG_VERSION"));
    hex(&Sha256::digest(text.as_bytes())[..12])
}

/// How long the work on a question goes on.
pub(super) enum Until {
    /// Until the time of the request is over.
    Deadline(Deadline),
    /// Until nobody wants the result any more.
    Cancelled(Progress),
}

impl Until {
    fn is_over(&self) -> bool {
        match self {
            Until::Deadline(deadline) => deadline.is_over(),
            Until::Cancelled(progress) => progress.is_cancelled(),
        }
    }
}

/// A question, read and checked.
pub(super) struct Request {
    world: Arc<World>,
    layer: Arc<Layer>,
    config: Arc<ServerConfig>,
    pub(super) question: Question,
    pub(super) view: View,
    pub(super) within: Within,
    selection: Selection,
    selecting: Vec<(String, String)>,
    until: Until,
    /// What the computation depends on.
    key: String,
}

impl Request {
    /// A question that has no body.
    pub(super) fn by_get(
        state: &AppState,
        world: Arc<World>,
        layer: Arc<Layer>,
        parameters: &Parameters,
        deadline: Deadline,
    ) -> Result<Request, Problem> {
        let config = Arc::clone(&state.config);
        let until = Until::Deadline(deadline);
        Request::read(config, world, layer, parameters, None, until)
    }

    pub(super) fn read(
        config: Arc<ServerConfig>,
        world: Arc<World>,
        layer: Arc<Layer>,
        parameters: &Parameters,
        body: Option<Bytes>,
        until: Until,
    ) -> Result<Request, Problem> {
        let seconds = config.limits.request_seconds;
        let refuse = |error| problem(error, seconds);
        let get = |name: &str| parameters.get(name).map(str::to_owned);
        let schema = layer.data.schema();
        let limits = question_limits(&config.limits);
        let (question, view) = Question::read(&get, schema, &limits).map_err(refuse)?;
        let mut selection = Selection::read(parameters, &layer, &world.regions, &config)?;
        selection.needs_geometry = true;
        let region = parameters.get("region").map(str::to_owned);
        let mut within = Within::new(region, selection.bbox()?);
        if let Some(body) = &body {
            let polygons = polygons_of(body).map_err(Problem::invalid_body)?;
            within = within
                .with_polygon(polygons, config.limits.geometry_vertices)
                .map_err(refuse)?;
        }
        let selecting = SELECTING
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), parameters.get(name)?.to_owned())))
            .collect();
        let mut key = versions_key(&world, &layer);
        let deciding = parameters
            .iter()
            .filter(|(name, _)| !SHOWING.contains(name));
        for (name, value) in deciding {
            key.push_str(&format!("{}:{name}{}:{value}", name.len(), value.len()));
        }
        key.push_str(within.polygon_sha256().unwrap_or(""));
        Ok(Request {
            world,
            layer,
            config,
            question,
            view,
            within,
            selection,
            selecting,
            until,
            key,
        })
    }

    /// Asks for a resolution, whatever the parameters say.
    pub(super) fn at_resolution(&mut self, resolution: Resolution) {
        self.question.resolution = Some(resolution);
        self.key.push_str(&format!(" at {resolution}"));
    }

    /// The collection.
    pub(super) fn layer(&self) -> &Layer {
        &self.layer
    }

    /// The regions, bundled and the users'.
    pub(super) fn regions(&self) -> &RegionSet {
        &self.world.regions
    }

    /// Parameters that select features, as they were given.
    pub(super) fn selecting(&self) -> &[(String, String)] {
        &self.selecting
    }

    /// Who published the data that takes part.
    pub(super) fn attribution(&self, found: &Hotspots) -> String {
        attribution_of(self.sources(found))
    }

    /// The sources whose features take part.
    pub(super) fn sources(&self, found: &Hotspots) -> impl Iterator<Item = &SourceInfo> {
        let data = &self.layer.data;
        sources_of(&self.world, &self.layer)
            .filter(|source| found.gathered.is_of_source(data, &source.id))
    }

    /// What the computation depends on.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Calls `work` with the subject of the question.
    pub(super) fn with_subject<T>(
        &self,
        own: &HotspotState,
        work: impl FnOnce(Subject<'_>) -> Result<T, silt_analysis::AnalysisError>,
    ) -> Result<T, Problem> {
        let stop = || self.until.is_over();
        let select = |regions: Option<Vec<String>>, bbox: Option<[f64; 4]>| {
            self.selection.rows_in(&self.layer, regions, bbox, &stop)
        };
        let limits = cost_limits(&self.config.limits);
        let subject = Subject {
            data: &self.layer.data,
            within: &self.within,
            select: &select,
            regions: Regions {
                set: &self.world.regions,
                index: self.world.region_index(),
                version: regions_version(&self.world),
            },
            areas: &own.areas,
            limits: &limits,
            stop: &stop,
        };
        work(subject).map_err(|error| problem(error, self.config.limits.request_seconds))
    }

    /// What the question asks for, computed or from memory.
    pub(super) fn compute(&self, own: &HotspotState) -> Result<Arc<Hotspots>, Problem> {
        if let Some(found) = own.computed.get(&self.key) {
            return Ok(found);
        }
        let found = self.with_subject(own, |subject| hotspots(subject, &self.question))?;
        let found = Arc::new(found);
        own.computed.insert(self.key.clone(), Arc::clone(&found));
        Ok(found)
    }

    pub(super) fn render(
        &self,
        own: &HotspotState,
        found: &Hotspots,
        format: HotspotFile,
    ) -> Result<Vec<u8>, Problem> {
        let attribution = self.attribution(found);
        let asked = Asked {
            selecting: &self.selecting,
            attribution: &attribution,
        };
        let rendered = self.with_subject(own, |subject| {
            render(subject, found, &self.view, &asked, format)
        });
        rendered?.map_err(|error| {
            tracing::error!(%error, collection = self.layer.id(), "hotspots cannot be written");
            Problem::internal()
        })
    }

    /// The answer for people.
    pub(super) fn page(
        &self,
        own: &HotspotState,
        found: &Hotspots,
        links: &Links,
    ) -> Result<Response<Body>, Problem> {
        let attribution = self.attribution(found);
        let asked = Asked {
            selecting: &self.selecting,
            attribution: &attribution,
        };
        self.with_subject(own, |subject| {
            let (table, matched) = found.table(subject, &self.view)?;
            let returned = table.rows.len() as u64;
            let head = found.head(subject, &self.view, &asked, matched, returned);
            Ok(page::page(Some(&self.layer), links, &FORMATS, &table, head))
        })
    }
}
