//! Hotspots of a collection: from a question to scores of cells.

use std::sync::Arc;

use h3o::{CellIndex, Resolution};
use silt_hotspot::{
    Caveat, DbscanOptions, Effort, EmergingOptions, EmergingResult, GiOptions, GiResult, Limits,
    LocalMoranOptions, LocalMoranResult, emerging_hotspots, gi_star, local_moran,
};
use silt_index::snapshot::CollectionSnapshot;
use silt_query::query::Rows;
use silt_query::{Cancelled, Stop};

use crate::area::{Areas, Study};
use crate::clusters::{Clusters, clusters};
use crate::error::AnalysisError;
use crate::question::{CellValue, Method, Question, Reference};
use crate::steps::{TimeSteps, by_step};
use crate::values::{Gathered, gather};
use crate::within::{Regions, Within};

/// Selects rows: of these leaf regions, where some are given, of this box, and of whatever else the
/// caller was asked for (time, filter, source).
pub type Select<'a> =
    &'a (dyn Fn(Option<Vec<String>>, Option<[f64; 4]>) -> Result<Rows, Cancelled> + Sync);

/// What a question is asked of.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The collection.
    pub data: &'a CollectionSnapshot,
    /// Where.
    pub within: &'a Within,
    /// Which of its features.
    pub select: Select<'a>,
    /// The regions.
    pub regions: Regions<'a>,
    /// Study areas made before.
    pub areas: &'a Areas,
    /// What a computation may cost.
    pub limits: &'a Limits,
    /// Whether to give up.
    pub stop: Stop<'a>,
}

/// Scores of cells, or clusters.
#[derive(Clone, Debug)]
pub enum Scores {
    /// Getis-Ord Gi*.
    Gi(GiResult),
    /// Local Moran's I.
    Moran(LocalMoranResult),
    /// Gi* in space and time, with the names of the steps.
    Emerging(EmergingResult, TimeSteps),
    /// Clusters of points.
    Clusters(Clusters),
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Hotspots {
    /// What was asked.
    pub question: Question,
    /// Resolution of the cells.
    pub resolution: Resolution,
    /// The cells that were compared.
    pub study: Option<Arc<Study>>,
    /// The cells that are listed where these are fewer: those of the place, when it is compared
    /// with the world.
    pub listed: Option<Arc<Study>>,
    /// The features by cell.
    pub gathered: Gathered,
    /// The scores.
    pub scores: Scores,
    /// What to know before relying on them, beside what the scores say themselves.
    pub notes: Vec<Note>,
}

/// A circumstance of the data or the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Cells in which nothing was observed count as zero beside means.
    EmptyCellsOfMean,
    /// The interval of a sum is too wide.
    SumsOfBounds,
    /// A sea collection was asked for a country, which ends at its coast.
    CountryAtSea,
    /// Lines and polygons count in one cell each.
    OnePlacePerFeature,
    /// Some features have no position.
    WithoutPosition,
    /// Some features lie in no cell of the study area.
    Outside,
    /// Some features have no value in the field.
    NotObserved,
    /// Some features have no date, or one too coarse for the steps.
    NotDated,
}

impl Note {
    /// Code and meaning.
    pub fn text(self) -> (&'static str, &'static str) {
        match self {
            Note::EmptyCellsOfMean => (
                "empty_cells_of_mean",
                "cells in which nothing was observed count as zero in n, mean and s, so that a mean shows where \
                 observations are as well as how large they are",
            ),
            Note::SumsOfBounds => (
                "sums_of_bounds",
                "value_p05 and value_p95 are sums of the bounds of single features, which is wider than the interval \
                 of the sum",
            ),
            Note::CountryAtSea => (
                "country_at_sea",
                "features of this collection are given to seas and zones, and to a country only on its generalised \
                 land; the study area is the water within the coast tolerance; ask for a sea or a zone instead",
            ),
            Note::OnePlacePerFeature => (
                "one_place_per_feature",
                "a line counts in the cell of its middle vertex, a polygon in that of a point inside it",
            ),
            Note::WithoutPosition => (
                "without_position",
                "some of the features selected have no position and lie in no cell",
            ),
            Note::Outside => (
                "outside_study_area",
                "some of the features selected lie in no cell of the study area, such as facilities on land whose \
                 position is at sea",
            ),
            Note::NotObserved => (
                "not_observed",
                "some of the features selected have no value in the field; they were left out, and are no zeros",
            ),
            Note::NotDated => (
                "not_dated",
                "some of the features selected have no date, or one known only to the year where steps are months; \
                 they were left out",
            ),
        }
    }
}

/// Code and meaning of a circumstance of the scores.
pub fn caveat_text(caveat: Caveat) -> (&'static str, &'static str) {
    match caveat {
        Caveat::SingleCell => (
            "single_cell",
            "the study area is a single cell: there is nothing to compare it with, and no score",
        ),
        Caveat::AllValuesEqual => (
            "all_values_equal",
            "all cells have the same value: no cell differs from the others, and there is no score",
        ),
        Caveat::FewCells => (
            "few_cells",
            "the study area has fewer than 30 cells, too few for z to be near a normal distribution",
        ),
        Caveat::NeighbourhoodIsWholeArea => (
            "neighbourhood_is_whole_area",
            "some neighbourhoods are the whole study area, and have no score",
        ),
        Caveat::CellsWithoutNeighbour => (
            "cells_without_neighbour",
            "some cells have no neighbour in the study area",
        ),
        Caveat::FewTimeSteps => (
            "few_time_steps",
            "there are fewer than 10 time steps, too few for a trend to show",
        ),
        _ => ("other", "see the documentation of the method"),
    }
}

/// Answers a question.
///
/// # Errors
/// A question that cannot be answered, by its parameter; and [`AnalysisError::Cancelled`].
pub fn hotspots(subject: Subject<'_>, question: &Question) -> Result<Hotspots, AnalysisError> {
    let Subject {
        data,
        within,
        regions,
        areas,
        stop,
        ..
    } = subject;
    if question.method == Method::Dbscan {
        return of_clusters(subject, question);
    }
    let everywhere = Within::default();
    let compared = match question.reference {
        Reference::Region => within,
        Reference::Global => &everywhere,
    };
    let domain = data.schema().domain;
    let resolution = areas.resolution(compared, domain, question.resolution, regions, stop)?;
    let study = areas.study(data, compared, resolution, regions, stop)?;
    let listed = match question.reference {
        Reference::Global if !within.is_world() => {
            Some(areas.study(data, within, resolution, regions, stop)?)
        }
        _ => None,
    };
    let rows = selected(subject, compared)?;
    let cells = data.cells(resolution);
    let gathered = gather(data, &rows, compared, cells, &question.value, &study.area);
    let effort = Effort {
        limits: subject.limits,
        stop,
    };
    let neighbourhood = areas.neighbourhood(&study, question.neighbours, effort)?;
    if stop() {
        return Err(Cancelled.into());
    }
    let mut notes = notes_of(subject, question, &gathered);
    let scores = match question.method {
        Method::GiStar => {
            let values = gathered.values(&study.area)?;
            let options = GiOptions {
                weights: question.weights,
                alpha: question.alpha,
                permutations: question.permutations,
            };
            Scores::Gi(gi_star(&neighbourhood, &values, &options, effort)?)
        }
        Method::LocalMoran => {
            let values = gathered.values(&study.area)?;
            let options = LocalMoranOptions {
                alpha: question.alpha,
                permutations: question.permutations.unwrap_or_default(),
            };
            Scores::Moran(local_moran(&neighbourhood, &values, &options, effort)?)
        }
        Method::Emerging | Method::Dbscan => {
            let (steps, values) = by_step(subject, question, compared, &rows, cells, &study.area)?;
            let options = EmergingOptions {
                steps_back: question.steps_back,
                alpha: question.alpha,
                trend_alpha: question.alpha,
            };
            if steps.not_dated > 0 {
                notes.push(Note::NotDated);
            }
            let result = emerging_hotspots(&neighbourhood, &values, &options, effort)?;
            Scores::Emerging(result, steps)
        }
    };
    if gathered.outside > 0 {
        notes.push(Note::Outside);
    }
    Ok(Hotspots {
        question: question.clone(),
        resolution,
        study: Some(study),
        listed,
        gathered,
        scores,
        notes,
    })
}

fn of_clusters(subject: Subject<'_>, question: &Question) -> Result<Hotspots, AnalysisError> {
    if question.value != CellValue::Count {
        return Err(AnalysisError::parameter(
            "value",
            "dbscan clusters features by their distance alone; leave value out",
        ));
    }
    let rows = selected(subject, subject.within)?;
    let options = DbscanOptions {
        radius_km: question.radius_km,
        min_points: question.min_points,
    };
    let (clusters, gathered) = clusters(subject, &rows, &options)?;
    Ok(Hotspots {
        question: question.clone(),
        resolution: Resolution::Zero,
        study: None,
        listed: None,
        notes: notes_of(subject, question, &gathered),
        gathered,
        scores: Scores::Clusters(clusters),
    })
}

/// The rows of a place that the caller selects.
pub(crate) fn selected(subject: Subject<'_>, within: &Within) -> Result<Rows, AnalysisError> {
    let leaves = match &within.region {
        Some(id) => {
            let leaves = subject.regions.set.expand(id)?;
            Some(leaves.iter().map(|leaf| leaf.to_string()).collect())
        }
        None => None,
    };
    Ok((subject.select)(leaves, within.bbox)?)
}

fn notes_of(subject: Subject<'_>, question: &Question, gathered: &Gathered) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut add = |is_so: bool, note: Note| {
        if is_so {
            notes.push(note);
        }
    };
    let is_mean = matches!(question.value, CellValue::Mean(_));
    add(is_mean, Note::EmptyCellsOfMean);
    add(gathered.interval.is_some(), Note::SumsOfBounds);
    let is_land_id = |id: &String| {
        ["iso3:", "ne:", "admin1:", "un:", "m49:"]
            .iter()
            .any(|prefix| id.starts_with(prefix))
    };
    let at_sea = subject.data.schema().domain == silt_model::Domain::Sea;
    add(
        at_sea && subject.within.region.as_ref().is_some_and(is_land_id),
        Note::CountryAtSea,
    );
    add(!subject.data.is_all_points(), Note::OnePlacePerFeature);
    add(gathered.without_position > 0, Note::WithoutPosition);
    add(gathered.not_observed > 0, Note::NotObserved);
    notes
}

impl Hotspots {
    /// Whether a cell is listed: all are, but for a place that is compared with the world.
    pub fn is_listed(&self, cell: CellIndex) -> bool {
        self.listed
            .as_ref()
            .is_none_or(|study| study.area.contains(cell))
    }
}

#[cfg(test)]
#[path = "hotspots_tests.rs"]
mod tests;
