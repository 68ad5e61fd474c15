//! Totals: events grouped by polars, tonnes and cubic metres by the estimates of `silt-estimate`.

use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::{CellIndex, LatLng};
use polars::prelude::{
    Column, DataFrame, Engine, IntoColumn, IntoLazy, NamedFrom, NewChunkedArray, PolarsError,
    Series, col,
};
use rayon::prelude::*;
use serde::Serialize;
use silt_estimate::{EstimateError, FactRefusal, Group, GroupEstimate, WorkRow, estimate_watched};
use silt_index::regions::{RegionKind, RegionSet};

use crate::archive::month_of;
use crate::hulls::hull_facts;
use crate::question::{Dimension, Question};
use crate::tables::Detected;

/// Most groups of one answer: 1,000 draws of each are made.
pub const MOST_GROUPS: usize = 100_000;

/// How much one answer may take, and who follows it.
pub struct Bounds<'a> {
    /// Most groups, [`MOST_GROUPS`] at most.
    pub groups: usize,
    /// Told how many of how many steps are done, from any thread; says whether to go on.
    pub watch: &'a (dyn Fn(u64, u64) -> bool + Sync),
}

impl Default for Bounds<'_> {
    fn default() -> Self {
        Bounds {
            groups: MOST_GROUPS,
            watch: &|_, _| true,
        }
    }
}

/// One row of an answer: the keys of the group in the order of the dimensions, and the estimates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Keys; `None` where an event has none, e.g. far from any coast.
    pub keys: Vec<Option<String>>,
    /// What is estimated, and what it stands on.
    pub estimate: GroupEstimate,
    /// Any vessel or position of the group is synthetic.
    pub synthetic: bool,
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// Rows, ordered by their keys, those without a key last.
    pub rows: Vec<Row>,
    /// Facts of vessels that were not believed.
    pub refused_facts: Vec<(String, FactRefusal)>,
}

/// A question cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum AggregateError {
    /// A region of the question is not known.
    #[error("{0}")]
    Region(String),
    /// More groups than one answer holds.
    #[error("there are {groups} groups; an answer has at most {most}: group by less, or filter")]
    TooManyGroups {
        /// Groups that the question has.
        groups: usize,
        /// The bound.
        most: usize,
    },
    /// The settings or priors cannot be.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
    /// polars refused, which is a defect.
    #[error(transparent)]
    Polars(#[from] PolarsError),
}

/// The key of an event that lies in no group of a dimension.
const NO_KEY: u32 = u32::MAX;

/// One column of keys with their names.
struct Keys {
    codes: Vec<u32>,
    names: Vec<String>,
}

/// Answers a question.
///
/// # Errors
/// [`AggregateError`].
pub fn totals(
    detected: &Detected,
    regions: &RegionSet,
    question: &Question,
) -> Result<Totals, AggregateError> {
    bounded_totals(detected, regions, question, &Bounds::default())
}

/// [`totals`] within bounds of the caller. They do not change an answer that lies within them.
///
/// # Errors
/// [`AggregateError`].
pub fn bounded_totals(
    detected: &Detected,
    regions: &RegionSet,
    question: &Question,
    bounds: &Bounds,
) -> Result<Totals, AggregateError> {
    let events = &detected.events;
    let mut rows = selected_rows(events, regions, question)?;
    let mut columns: Vec<Keys> = Vec::new();
    for dimension in &question.by {
        let repeated = match dimension {
            Dimension::Region(kind) => {
                let (places, keys) = region_keys(events, &rows, *kind, regions)?;
                let again = |before: &mut Keys| {
                    before.codes = places.iter().map(|&place| before.codes[place]).collect();
                };
                columns.iter_mut().for_each(again);
                rows = places.iter().map(|&place| rows[place]).collect();
                keys
            }
            other => keys_of(detected, &rows, *other)?,
        };
        columns.push(repeated);
    }
    let (facts, refused_facts) = hull_facts(&detected.vessels, &question.priors);
    let work = grouped(events, &rows, &columns, &facts.hull_of)?;
    let key_count = columns.len();
    let mut groups: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
    let ranks: Vec<Vec<u32>> = columns.iter().map(|keys| ranks(&keys.names)).collect();
    let key_columns: Result<Vec<Vec<u32>>, PolarsError> = (0..key_count)
        .map(|place| codes_of(&work, &key_name(place)))
        .collect();
    let key_columns = key_columns?;
    let ranked = |row: usize| -> Vec<u32> {
        let keys = key_columns.iter().zip(&ranks);
        keys.map(|(codes, ranks)| match codes[row] {
            NO_KEY => NO_KEY,
            code => ranks[code as usize],
        })
        .collect()
    };
    for row in 0..work.height() {
        groups.entry(ranked(row)).or_default();
    }
    if groups.is_empty() && key_count == 0 {
        groups.insert(Vec::new(), 0);
    }
    let most = bounds.groups.min(MOST_GROUPS);
    if groups.len() > most {
        let groups = groups.len();
        return Err(AggregateError::TooManyGroups { groups, most });
    }
    groups
        .values_mut()
        .zip(0..)
        .for_each(|(group, number)| *group = number);
    let work_rows = work_rows(&work, |row| groups[&ranked(row)])?;
    let mut synthetic = vec![false; groups.len()];
    for (row, mark) in work.column(SYNTHETIC)?.bool()?.iter().enumerate() {
        synthetic[groups[&ranked(row)] as usize] |= mark.unwrap_or(true);
    }
    let groups_list = vec![Group::default(); groups.len()];
    let estimates = estimate_watched(
        &groups_list,
        &facts.hulls,
        &work_rows,
        &question.priors,
        &question.settings,
        bounds.watch,
    )?;
    let mut names_by_rank: Vec<Vec<&str>> = Vec::new();
    for (keys, ranks) in columns.iter().zip(&ranks) {
        let mut names = vec![""; keys.names.len()];
        for (name, &rank) in keys.names.iter().zip(ranks) {
            names[rank as usize] = name;
        }
        names_by_rank.push(names);
    }
    let rows = groups
        .into_keys()
        .zip(estimates)
        .zip(synthetic)
        .map(|((keys, estimate), synthetic)| Row {
            keys: keys
                .iter()
                .zip(&names_by_rank)
                .map(|(&rank, names)| (rank != NO_KEY).then(|| names[rank as usize].to_owned()))
                .collect(),
            estimate,
            synthetic,
        })
        .collect();
    Ok(Totals {
        rows,
        refused_facts,
    })
}

/// For each name its place in the order of names.
fn ranks(names: &[String]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..names.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| names[a as usize].cmp(&names[b as usize]));
    let mut ranks = vec![0; names.len()];
    order
        .iter()
        .zip(0..)
        .for_each(|(&code, rank)| ranks[code as usize] = rank);
    ranks
}

fn key_name(place: usize) -> String {
    format!("key {place}")
}

fn codes_of(frame: &DataFrame, name: &str) -> Result<Vec<u32>, PolarsError> {
    Ok(frame
        .column(name)?
        .u32()?
        .iter()
        .map(|code| code.unwrap_or(NO_KEY))
        .collect())
}

/// Rows of the events that the question asks for.
fn selected_rows(
    events: &DataFrame,
    regions: &RegionSet,
    question: &Question,
) -> Result<Vec<u32>, AggregateError> {
    let times = events.column("time_ms")?.i64()?;
    let purposes = events.column("purpose")?.str()?;
    let of_region = events.column("regions")?.str()?;
    let leaves: Option<Vec<Arc<str>>> = match &question.region {
        None => None,
        Some(region) => {
            let leaves = regions
                .expand(region)
                .map_err(|error| AggregateError::Region(error.to_string()))?;
            Some(leaves.into_iter().collect())
        }
    };
    let in_region = |text: Option<&str>| match &leaves {
        None => true,
        Some(leaves) => text
            .unwrap_or_default()
            .split(';')
            .any(|own| leaves.iter().any(|leaf| &**leaf == own)),
    };
    let rows = times
        .iter()
        .zip(purposes.iter())
        .zip(of_region.iter())
        .zip(0..);
    Ok(rows
        .filter(|&(((time_ms, purpose), regions), _)| {
            let time_ms = time_ms.unwrap_or_default();
            question.from_ms.is_none_or(|from| time_ms >= from)
                && question.until_ms.is_none_or(|until| time_ms < until)
                && question
                    .purpose
                    .as_deref()
                    .is_none_or(|wanted| purpose == Some(wanted))
                && in_region(regions)
        })
        .map(|(_, row)| row)
        .collect())
}

/// Numbers for texts, in the order in which they come.
#[derive(Default)]
struct Numbering {
    codes: BTreeMap<String, u32>,
    names: Vec<String>,
}

impl Numbering {
    fn code(&mut self, name: &str) -> u32 {
        if let Some(&code) = self.codes.get(name) {
            return code;
        }
        let code = self.names.len() as u32;
        self.codes.insert(name.to_owned(), code);
        self.names.push(name.to_owned());
        code
    }
}

fn keys_of(
    detected: &Detected,
    rows: &[u32],
    dimension: Dimension,
) -> Result<Keys, AggregateError> {
    let events = &detected.events;
    let mut numbering = Numbering::default();
    let codes = match dimension {
        Dimension::Year | Dimension::Month => {
            let times: Vec<i64> = events.column("time_ms")?.i64()?.iter().flatten().collect();
            let name = |row: u32| {
                let month = month_of(times[row as usize]);
                match dimension {
                    Dimension::Year => format!("{:04}", month.year),
                    _ => month.to_string(),
                }
            };
            rows.iter().map(|&row| numbering.code(&name(row))).collect()
        }
        Dimension::Purpose => {
            let purposes: Vec<Option<&str>> = events.column("purpose")?.str()?.iter().collect();
            let name = |row: u32| purposes[row as usize].unwrap_or("unknown");
            rows.iter().map(|&row| numbering.code(name(row))).collect()
        }
        Dimension::Cell(resolution) => {
            let lons: Vec<f64> = events.column("lon_deg")?.f64()?.iter().flatten().collect();
            let lats: Vec<f64> = events.column("lat_deg")?.f64()?.iter().flatten().collect();
            let cells: Vec<Option<CellIndex>> = rows
                .par_iter()
                .map(|&row| {
                    let place = LatLng::new(lats[row as usize], lons[row as usize]).ok()?;
                    Some(place.to_cell(resolution))
                })
                .collect();
            cells
                .iter()
                .map(|cell| cell.map_or(NO_KEY, |cell| numbering.code(&cell.to_string())))
                .collect()
        }
        Dimension::Vessel | Dimension::Operator | Dimension::Type => {
            let vessels = codes_of(events, "vessel")?;
            let mut name = |row: u32| {
                let vessel = &detected.vessels[vessels[row as usize] as usize];
                match dimension {
                    Dimension::Vessel => numbering.code(&vessel.vessel),
                    Dimension::Operator => match &vessel.operator {
                        Some(operator) => numbering.code(operator),
                        None => NO_KEY,
                    },
                    _ => numbering.code(kind_name(vessel.kind)),
                }
            };
            rows.iter().map(|&row| name(row)).collect()
        }
        Dimension::Region(_) => unreachable!("regions repeat rows and are keyed apart"),
    };
    Ok(Keys {
        codes,
        names: numbering.names,
    })
}

/// How a vessel dredges, as registers write it.
pub fn kind_name(kind: silt_dredging::VesselKind) -> &'static str {
    match kind {
        silt_dredging::VesselKind::Tshd => "tshd",
        silt_dredging::VesselKind::Cutter => "cutter",
        silt_dredging::VesselKind::Backhoe => "backhoe",
        silt_dredging::VesselKind::Other => "other",
        silt_dredging::VesselKind::Unknown => "unknown",
    }
}

/// Regions of a kind for each row; a row in several regions of it stands there several times. The
/// first list holds places in `rows`.
fn region_keys(
    events: &DataFrame,
    rows: &[u32],
    kind: RegionKind,
    regions: &RegionSet,
) -> Result<(Vec<usize>, Keys), AggregateError> {
    let of_region = events.column("regions")?.str()?;
    let lists: Vec<Option<&str>> = of_region.iter().collect();
    let mut numbering = Numbering::default();
    let mut known: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let (mut places, mut codes) = (Vec::new(), Vec::new());
    for (place, &row) in rows.iter().enumerate() {
        let text = lists[row as usize].unwrap_or_default();
        let own = known.entry(text).or_insert_with(|| {
            let mut own: Vec<u32> = text
                .split(';')
                .flat_map(|leaf| regions_of_kind(leaf, kind, regions))
                .map(|id| numbering.code(&id))
                .collect();
            own.sort_unstable();
            own.dedup();
            if own.is_empty() {
                own.push(NO_KEY);
            }
            own
        });
        for &code in own.iter() {
            places.push(place);
            codes.push(code);
        }
    }
    let names = numbering.names;
    Ok((places, Keys { codes, names }))
}

fn regions_of_kind(leaf: &str, kind: RegionKind, regions: &RegionSet) -> Vec<String> {
    let Ok(region) = regions.get(leaf) else {
        return Vec::new();
    };
    if region.kind == kind {
        return vec![region.id.to_string()];
    }
    let is_of_kind = |id: &&Arc<str>| regions.get(id).is_ok_and(|parent| parent.kind == kind);
    region
        .parents
        .iter()
        .filter(is_of_kind)
        .map(|id| id.to_string())
        .collect()
}

/// The columns that are added up.
const SUMS: [&str; 5] = [
    "complete_cycles",
    "incomplete_cycles",
    "dredge_hours",
    "dredge_hours_in_complete_cycles",
    "cutter_hours",
];

/// The column that marks synthetic events.
const SYNTHETIC: &str = "synthetic";

/// One row per group and vessel, by polars.
fn grouped(
    events: &DataFrame,
    rows: &[u32],
    keys: &[Keys],
    hull_of: &[u32],
) -> Result<DataFrame, PolarsError> {
    let mut columns: Vec<Column> = Vec::new();
    for (place, keys) in keys.iter().enumerate() {
        columns.push(Series::new(key_name(place).into(), &keys.codes).into_column());
    }
    let pick = |name: &str| -> Result<Column, PolarsError> {
        let column = events.column(name)?;
        let indices = polars::prelude::IdxCa::from_slice("row".into(), rows);
        column.take(&indices)
    };
    let vessels = codes_of(events, "vessel")?;
    let hulls: Vec<u32> = rows
        .iter()
        .map(|&row| hull_of[vessels[row as usize] as usize])
        .collect();
    columns.push(Series::new("vessel".into(), hulls).into_column());
    for name in SUMS {
        columns.push(pick(name)?);
    }
    columns.push(pick(SYNTHETIC)?);
    let frame = DataFrame::new(rows.len(), columns)?;
    let by: Vec<_> = (0..keys.len())
        .map(|place| col(key_name(place)))
        .chain([col("vessel")])
        .collect();
    // Within a group polars adds in the order of the rows: `maintain_order` keeps it, so that
    // equal questions have equal bytes on any number of threads.
    frame
        .lazy()
        .group_by_stable(by)
        .agg(
            SUMS.map(|name| col(name).sum())
                .into_iter()
                .chain([col(SYNTHETIC).any(true)])
                .collect::<Vec<_>>(),
        )
        .collect_with_engine(Engine::InMemory)
        .map(|answer| answer.unwrap_single())
}

fn work_rows(
    work: &DataFrame,
    group_of: impl Fn(usize) -> u32,
) -> Result<Vec<WorkRow>, PolarsError> {
    let vessels = codes_of(work, "vessel")?;
    let counts = |name: &str| codes_of(work, name);
    let hours = |name: &str| -> Result<Vec<f64>, PolarsError> {
        Ok(work
            .column(name)?
            .f64()?
            .iter()
            .map(Option::unwrap_or_default)
            .collect())
    };
    let (complete, incomplete) = (counts("complete_cycles")?, counts("incomplete_cycles")?);
    let dredge = hours("dredge_hours")?;
    let in_cycles = hours("dredge_hours_in_complete_cycles")?;
    let cutter = hours("cutter_hours")?;
    let mut rows: Vec<WorkRow> = (0..work.height())
        .map(|row| WorkRow {
            group: group_of(row),
            vessel: vessels[row],
            complete_cycles: complete[row],
            incomplete_cycles: incomplete[row],
            dredge_hours: dredge[row],
            dredge_hours_in_complete_cycles: in_cycles[row].min(dredge[row]),
            cutter_hours: cutter[row],
        })
        .collect();
    rows.sort_unstable_by_key(|row| (row.group, row.vessel));
    Ok(rows)
}
