//! Regions by the value of what lies in them, with the share of their cells that is hot.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use geo_types::{Geometry, Point};
use h3o::CellIndex;
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use silt_index::regions::{RegionKind, RegionRule};
use silt_model::FieldType;

use crate::answer::{Asked, column};
use crate::cover::centre_of;
use crate::error::AnalysisError;
use crate::hotspots::{Hotspots, Scores, Subject, selected};
use crate::question::{CellValue, View};
use crate::table::{Table, TableRow, number};
use crate::values::{Gathered, number_of, placed_rows};
use crate::within::Regions;

/// Levels by which regions are ranked.
pub const LEVELS: [(&str, RegionKind); 5] = [
    ("iso3", RegionKind::Country),
    ("admin1", RegionKind::Admin1),
    ("m49", RegionKind::M49),
    ("un", RegionKind::UnGroup),
    ("sea", RegionKind::Sea),
];

/// Cells of a study area in a region.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RegionCells {
    pub(crate) cells: u64,
    pub(crate) km2: f64,
}

/// For each leaf region the regions of a level that it belongs to.
#[derive(Default)]
struct Groups {
    ids: Vec<Arc<str>>,
    of_leaf: HashMap<Arc<str>, Vec<u32>>,
}

impl Groups {
    fn new(level: RegionKind, regions: Regions<'_>) -> Groups {
        let ids: Vec<Arc<str>> = regions
            .set
            .list(level)
            .map(|region| Arc::clone(&region.id))
            .collect();
        let mut of_leaf: HashMap<Arc<str>, Vec<u32>> = HashMap::new();
        for (group, id) in (0_u32..).zip(&ids) {
            for leaf in regions.set.expand(id).unwrap_or_default() {
                of_leaf.entry(leaf).or_default().push(group);
            }
        }
        Groups { ids, of_leaf }
    }

    /// The regions of some leaves, each once, ascending.
    fn of<'l>(&self, leaves: impl Iterator<Item = &'l Arc<str>>) -> Vec<u32> {
        let mut groups: Vec<u32> = leaves
            .filter_map(|leaf| self.of_leaf.get(leaf))
            .flatten()
            .copied()
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// The regions in which the centre of a cell lies.
    fn of_cell(&self, cell: CellIndex, rule: RegionRule, regions: Regions<'_>) -> Vec<u32> {
        let centre = Geometry::Point(Point(centre_of(cell)));
        self.of(regions.index.regions_of(&centre, rule).regions.iter())
    }
}

/// What is known of a region.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    features: u64,
    observed: u64,
    sum: f64,
    cells: RegionCells,
    hot: u64,
    strongest: Option<(f64, CellIndex)>,
}

/// The regions of a level in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// The rows; their geometry is the middle of the strongest cell, and no region's outline.
    pub table: Table,
    /// Regions with a feature or a hot cell.
    pub matched: u64,
    /// Features in no region of the level.
    pub without_region: u64,
}

/// Ranks the regions of a level by the value of the question.
///
/// # Errors
/// A method other than Gi*, and [`AnalysisError::Cancelled`].
pub fn rank_regions(
    subject: Subject<'_>,
    found: &Hotspots,
    level: RegionKind,
    view: &View,
) -> Result<Ranking, AnalysisError> {
    let Subject { data, regions, .. } = subject;
    let Scores::Gi(result) = &found.scores else {
        return Err(AnalysisError::parameter(
            "method",
            "regions are ranked with gi-star only",
        ));
    };
    let groups = Groups::new(level, regions);
    let mut entries: Vec<Entry> = vec![Entry::default(); groups.ids.len()];

    let rows = selected(subject, subject.within)?;
    let column_of_value = found
        .question
        .value
        .field()
        .and_then(|name| data.column(name));
    let groups_of_place: Vec<Vec<u32>> = data
        .region_ids()
        .iter()
        .map(|leaf| groups.of(std::iter::once(leaf)))
        .collect();
    let mut without_region = 0;
    let mut ignored = Gathered::default();
    let cells = data.cells(found.resolution);
    for (_, row) in placed_rows(data, &rows, subject.within, cells, &mut ignored) {
        let places = data.region_places(row).iter();
        let mut own: Vec<u32> = places
            .flat_map(|&place| groups_of_place[place as usize].iter().copied())
            .collect();
        own.sort_unstable();
        own.dedup();
        without_region += u64::from(own.is_empty());
        let value = column_of_value.map(|column| number_of(column, row));
        for group in own {
            let entry = &mut entries[group as usize];
            entry.features += 1;
            if let Some(value) = value.unwrap_or(Some(1.0)) {
                entry.observed += 1;
                entry.sum += value;
            }
        }
    }

    let tolerance_km = subject.areas.options().coast_tolerance_km;
    let rule = RegionRule::for_domain(data.schema().domain, tolerance_km);
    if let Some(study) = &found.study {
        let key = format!("{level}");
        let of_regions = subject.areas.cells_of_regions(study, &key, regions, || {
            count_cells(&groups, study.area.cells().collect(), rule, regions)
        });
        for (entry, id) in entries.iter_mut().zip(&groups.ids) {
            entry.cells = of_regions.get(id).copied().unwrap_or_default();
        }
    }
    let alpha = found.question.alpha;
    let hot = result.cells.iter().filter_map(|cell| {
        let score = cell.score?;
        (score.z > 0.0 && found.is_listed(cell.cell)).then_some((cell.cell, score))
    });
    let hot: Vec<_> = hot.collect();
    let groups_of_hot: Vec<Vec<u32>> = hot
        .par_iter()
        .map(|(cell, _)| groups.of_cell(*cell, rule, regions))
        .collect();
    for ((cell, score), own) in hot.iter().zip(&groups_of_hot) {
        for &group in own {
            let entry = &mut entries[group as usize];
            entry.hot += u64::from(score.q <= alpha);
            if entry.strongest.is_none_or(|(z, _)| score.z > z) {
                entry.strongest = Some((score.z, *cell));
            }
        }
    }
    Ok(ranking(
        &groups,
        entries,
        found,
        view,
        regions,
        without_region,
    ))
}

/// Cells and their surface by region.
fn count_cells(
    groups: &Groups,
    cells: Vec<CellIndex>,
    rule: RegionRule,
    regions: Regions<'_>,
) -> BTreeMap<Arc<str>, RegionCells> {
    let found: Vec<(Vec<u32>, f64)> = cells
        .par_iter()
        .map(|&cell| (groups.of_cell(cell, rule, regions), cell.area_km2()))
        .collect();
    let mut counts: BTreeMap<Arc<str>, RegionCells> = BTreeMap::new();
    for (own, km2) in found {
        for group in own {
            let id = Arc::clone(&groups.ids[group as usize]);
            let entry = counts.entry(id).or_default();
            entry.cells += 1;
            entry.km2 += km2;
        }
    }
    counts
}

fn ranking(
    groups: &Groups,
    entries: Vec<Entry>,
    found: &Hotspots,
    view: &View,
    regions: Regions<'_>,
    without_region: u64,
) -> Ranking {
    let value_of = |entry: &Entry| match &found.question.value {
        CellValue::Count => Some(entry.features as f64),
        CellValue::Density => {
            (entry.cells.km2 > 0.0).then(|| entry.features as f64 * 1_000.0 / entry.cells.km2)
        }
        CellValue::Sum(_) => Some(entry.sum),
        CellValue::Mean(_) => (entry.observed > 0).then(|| entry.sum / entry.observed as f64),
    };
    let mut ranked: Vec<(&Arc<str>, Entry, Option<f64>)> = groups
        .ids
        .iter()
        .zip(entries)
        .filter(|(_, entry)| entry.features > 0 || entry.hot > 0)
        .map(|(id, entry)| (id, entry, value_of(&entry)))
        .collect();
    ranked.sort_by(|(a_id, a, a_value), (b_id, b, b_value)| {
        let order = |value: &Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
        order(b_value)
            .total_cmp(&order(a_value))
            .then(b.features.cmp(&a.features))
            .then(a_id.cmp(b_id))
    });
    let matched = ranked.len() as u64;
    let limit = usize::try_from(view.limit).unwrap_or(usize::MAX);
    ranked.truncate(limit);
    let columns = vec![
        column("rank", FieldType::Integer, "Place in the order"),
        column("region", FieldType::Text, "Region id"),
        column("name", FieldType::Text, "Name of the region"),
        column("value", FieldType::Real, "Value of the region"),
        column("n", FieldType::Integer, "Features in the region"),
        column("observed", FieldType::Integer, "Features with a value"),
        column(
            "cells",
            FieldType::Integer,
            "Cells of the study area in the region",
        ),
        column(
            "cells_hot",
            FieldType::Integer,
            "Of these, hot ones with q of at most alpha",
        ),
        column(
            "share_hot",
            FieldType::Real,
            "Share of the cells that is hot",
        ),
        column("strongest_z", FieldType::Real, "Largest Gi* of a cell"),
        column(
            "strongest_h3",
            FieldType::Text,
            "The cell of the largest Gi*",
        ),
    ];
    let rows = ranked
        .into_iter()
        .enumerate()
        .map(|(at, (id, entry, value))| {
            let name = regions
                .set
                .get(id)
                .map_or("", |region| region.name.as_str());
            let cells = entry.cells.cells;
            let strongest = entry.strongest;
            let place = strongest.map_or_else(Default::default, |(_, cell)| centre_of(cell));
            TableRow {
                id: id.to_string(),
                geometry: Geometry::Point(Point(place)),
                values: vec![
                    (at as u64 + 1).into(),
                    id.as_ref().into(),
                    name.into(),
                    value.map_or(Json::Null, number),
                    entry.features.into(),
                    entry.observed.into(),
                    cells.into(),
                    entry.hot.into(),
                    if cells > 0 {
                        number(entry.hot as f64 / cells as f64)
                    } else {
                        Json::Null
                    },
                    strongest.map_or(Json::Null, |(z, _)| number(z)),
                    strongest.map_or(Json::Null, |(_, cell)| {
                        format!("{:x}", u64::from(cell)).into()
                    }),
                ],
            }
        })
        .collect();
    Ranking {
        table: Table { columns, rows },
        matched,
        without_region,
    }
}

impl Ranking {
    /// The document: the question and its study area as [`Hotspots::head`] tells them, the regions.
    pub fn document(
        &self,
        subject: Subject<'_>,
        found: &Hotspots,
        view: &View,
        asked: &Asked<'_>,
        level: &str,
    ) -> Map<String, Json> {
        let returned = self.table.rows.len() as u64;
        let mut head = found.head(subject, view, asked, self.matched, returned);
        if let Some(parameters) = head.get_mut("parameters") {
            parameters["level"] = level.into();
        }
        head.insert(
            "ranking".to_owned(),
            json!({
                "statement": "regions by value, then by number of features; share_hot is the share of the region's \
                    cells of the study area whose Gi* is above 0 with q of at most alpha; cells belong to the region \
                    in which their centre lies, features to all in which they lie",
                "features_without_region": self.without_region,
            }),
        );
        head.insert("regions".to_owned(), self.table.objects());
        head
    }
}
