//! The cells of a result in their order, and the values of each: two steps, since of many cells only
//! some are listed.

use h3o::CellIndex;
use serde_json::Value as Json;
use silt_hotspot::{
    EmergingCell, EmergingClass, GiCell, GiScore, LocalMoranCell, MannKendall, Quadrant,
};
use silt_model::FieldType;

use crate::answer::column;
use crate::best::{Best, Listed, best};
use crate::hotspots::{Hotspots, Scores};
use crate::question::View;
use crate::table::{TableColumn, number};

const VALUE: TableColumn = column("value", FieldType::Real, "Value of the cell");
const FEATURES: TableColumn = column("n", FieldType::Integer, "Features in the cell");
const P: TableColumn = column(
    "p",
    FieldType::Real,
    "Probability, not adjusted for the number of cells",
);
const Q: TableColumn = column(
    "q",
    FieldType::Real,
    "False discovery rate (Benjamini-Hochberg)",
);

impl Hotspots {
    /// The columns of the method, without rank and cell.
    pub(crate) fn columns(&self) -> Vec<TableColumn> {
        match &self.scores {
            Scores::Gi(_) => gi_columns(self.question.permutations.is_some()),
            Scores::Moran(_) => moran_columns(),
            Scores::Emerging(..) => emerging_columns(),
            Scores::Clusters(_) => Vec::new(),
        }
    }

    /// The cells that a view shows, the first in rank, and how many there are without its limit.
    pub(crate) fn listed_cells(&self, view: &View) -> Best {
        match &self.scores {
            Scores::Gi(result) => best(result.cells.len(), view.limit, |at| {
                let z = result.cells.z(at);
                let is_shown = is_shown(z, || result.cells.q(at), self.question.alpha, view);
                self.listed(is_shown, order(z, view), result.cells.value(at), at)
            }),
            Scores::Moran(result) => best(result.cells.len(), view.limit, |at| {
                let own = result.cells.get(at)?;
                let side = own.score.map(|score| match score.quadrant {
                    Quadrant::HighHigh | Quadrant::HighLow => 1.0,
                    Quadrant::LowLow | Quadrant::LowHigh => -1.0,
                });
                // Clusters first, then cells alone among others.
                let order = own.score.map_or(f64::INFINITY, |score| -score.i);
                let q = || own.score.map(|score| score.q);
                let is_shown = is_shown(side, q, self.question.alpha, view);
                self.listed(is_shown, order, own.value, at)
            }),
            Scores::Emerging(result, _) => best(result.cells.len(), view.limit, |at| {
                let own = result.cells.get(at)?;
                let order = order(own.z.last().copied(), view);
                let is_shown = is_emerging_shown(own, view);
                self.listed(is_shown, order, own.total, at)
            }),
            Scores::Clusters(_) => Best::default(),
        }
    }

    fn listed(&self, is_shown: bool, order: f64, value: f64, at: usize) -> Option<Listed> {
        let is_listed = is_shown && (self.listed.is_none() || self.is_listed(self.cell(at)?));
        is_listed.then_some(Listed { order, value, at })
    }

    /// The cell at a place among the scores.
    pub(crate) fn cell(&self, at: usize) -> Option<CellIndex> {
        match &self.scores {
            Scores::Gi(result) => result.cells.get(at).map(|own| own.cell),
            Scores::Moran(result) => result.cells.get(at).map(|own| own.cell),
            Scores::Emerging(result, _) => result.cells.get(at).map(|own| own.cell),
            Scores::Clusters(_) => None,
        }
    }

    /// The values of a cell, as [`Hotspots::columns`] names them.
    pub(crate) fn values(&self, at: usize) -> Vec<Json> {
        match &self.scores {
            Scores::Gi(result) => {
                let own = result.cells.get(at);
                own.map_or(Vec::new(), |own| self.gi_values(&own))
            }
            Scores::Moran(result) => self.moran_values(&result.cells[at]),
            Scores::Emerging(result, _) => self.emerging_values(&result.cells[at]),
            Scores::Clusters(_) => Vec::new(),
        }
    }

    fn features_of(&self, cell: CellIndex) -> u64 {
        self.gathered
            .of_cell(cell)
            .map_or(0, |facts| facts.features.into())
    }

    fn gi_values(&self, own: &GiCell) -> Vec<Json> {
        let of = |get: fn(GiScore) -> f64| own.score.map_or(Json::Null, |score| number(get(score)));
        let mut values = vec![
            number(own.value),
            self.features_of(own.cell).into(),
            number(own.sum),
            own.neighbourhood.into(),
            of(|score| score.z),
            of(|score| score.p()),
            of(|score| score.q),
            own.score.map_or(Json::Null, |score| score.bin().into()),
        ];
        if self.question.permutations.is_some() {
            let p = own.score.and_then(|score| score.p_permutation);
            values.push(p.map_or(Json::Null, number));
        }
        values
    }

    fn moran_values(&self, own: &LocalMoranCell) -> Vec<Json> {
        let quadrant = own.score.map(|score| match score.quadrant {
            Quadrant::HighHigh => "high_high",
            Quadrant::HighLow => "high_low",
            Quadrant::LowLow => "low_low",
            Quadrant::LowHigh => "low_high",
        });
        vec![
            number(own.value),
            self.features_of(own.cell).into(),
            own.neighbours.into(),
            own.score.map_or(Json::Null, |score| number(score.i)),
            quadrant.map_or(Json::Null, Json::from),
            own.score.map_or(Json::Null, |score| number(score.p)),
            own.score.map_or(Json::Null, |score| number(score.q)),
            own.score
                .map_or(Json::Null, |score| score.significant.into()),
        ]
    }

    fn emerging_values(&self, own: &EmergingCell) -> Vec<Json> {
        let of =
            |get: fn(MannKendall) -> f64| own.trend.map_or(Json::Null, |trend| number(get(trend)));
        let z: Vec<Json> = own.z.iter().map(|&z| number(z)).collect();
        vec![
            number(own.total),
            self.features_of(own.cell).into(),
            class_name(own.class).into(),
            z.into(),
            own.bins.clone().into(),
            of(|trend| trend.z),
            of(|trend| trend.p),
            of(|trend| trend.tau),
        ]
    }
}

/// Whether a score is on the side that a view shows.
fn is_shown(z: Option<f64>, q: impl FnOnce() -> Option<f64>, alpha: f64, view: &View) -> bool {
    let on_side = z.is_none_or(|z| if view.cold { z < 0.0 } else { z > 0.0 });
    on_side && (!view.significant || q().is_some_and(|q| q <= alpha))
}

fn is_emerging_shown(own: &EmergingCell, view: &View) -> bool {
    let class = class_name(own.class);
    let (is_hot, is_cold) = (class.ends_with("_hot"), class.ends_with("_cold"));
    let last = own.z.last().copied();
    let on_side = if view.cold {
        is_cold || (!is_hot && last.is_some_and(|z| z < 0.0))
    } else {
        is_hot || (!is_cold && last.is_none_or(|z| z > 0.0))
    };
    on_side && (is_hot || is_cold || !view.significant)
}

fn order(z: Option<f64>, view: &View) -> f64 {
    match z {
        Some(z) if view.cold => z,
        Some(z) => -z,
        None => f64::INFINITY,
    }
}

fn class_name(class: EmergingClass) -> String {
    match serde_json::to_value(class) {
        Ok(Json::String(name)) => name,
        _ => String::new(),
    }
}

fn gi_columns(is_permuted: bool) -> Vec<TableColumn> {
    let mut columns = vec![
        VALUE,
        FEATURES,
        column(
            "sum",
            FieldType::Real,
            "Sum over the cell and its neighbours",
        ),
        column(
            "neighbourhood",
            FieldType::Integer,
            "Cells of that sum in the study area",
        ),
        column(
            "z",
            FieldType::Real,
            "Getis-Ord Gi*: standard deviations above (hot) or below (cold) chance",
        ),
        P,
        Q,
        column(
            "bin",
            FieldType::Integer,
            "3, 2, 1 for q of at most 0.01, 0.05, 0.10; negative when cold",
        ),
    ];
    if is_permuted {
        columns.push(column(
            "p_permutation",
            FieldType::Real,
            "(M + 1) / (R + 1) by conditional permutations, one-sided, not adjusted",
        ));
    }
    columns
}

fn moran_columns() -> Vec<TableColumn> {
    vec![
        VALUE,
        FEATURES,
        column(
            "neighbours",
            FieldType::Integer,
            "Neighbours in the study area",
        ),
        column("i", FieldType::Real, "Local Moran's I"),
        column(
            "quadrant",
            FieldType::Text,
            "Cell and neighbours against the mean",
        ),
        column(
            "p",
            FieldType::Real,
            "(M + 1) / (R + 1) by conditional permutations, not adjusted",
        ),
        Q,
        column(
            "significant",
            FieldType::Boolean,
            "Whether q is at most alpha",
        ),
    ]
}

fn emerging_columns() -> Vec<TableColumn> {
    vec![
        column("value", FieldType::Real, "Sum of the cell over all steps"),
        FEATURES,
        column("class", FieldType::Text, "What became of the cell"),
        column("z", FieldType::Json, "Gi* in each step"),
        column(
            "bins",
            FieldType::Json,
            "3 to -3 in each step, by the false discovery rate",
        ),
        column(
            "trend_z",
            FieldType::Real,
            "Mann-Kendall z of the series of z",
        ),
        column("trend_p", FieldType::Real, "Two-sided p of the trend"),
        column(
            "trend_tau",
            FieldType::Real,
            "Kendall's tau of the series of z",
        ),
    ]
}
