//! Cells that are hot in several collections at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::CellIndex;
use serde_json::{Map, Value as Json, json};
use silt_model::FieldType;

use crate::answer::column;
use crate::error::AnalysisError;
use crate::hotspots::{Hotspots, Scores};
use crate::outline::outline;
use crate::table::{Table, TableRow, number};

/// The hotspots of one collection, for [`joint`].
#[derive(Clone, Debug)]
pub struct Part {
    /// Collection id.
    pub collection: String,
    /// Its hotspots by Gi*.
    pub found: Arc<Hotspots>,
}

/// Cells that are hot (z above 0, q of at most alpha) in at least `minimum` of the collections: those
/// hot in most first, among them those whose weakest z is strongest. Gives the rows up to `limit` and
/// how many cells there are.
///
/// # Errors
/// Parts of different resolutions or of another method than Gi*.
pub fn joint(parts: &[Part], minimum: usize, limit: u64) -> Result<(Table, u64), AnalysisError> {
    let mut hot_in: BTreeMap<CellIndex, Vec<(usize, f64)>> = BTreeMap::new();
    for (at, part) in parts.iter().enumerate() {
        let Scores::Gi(result) = &part.found.scores else {
            return Err(AnalysisError::parameter(
                "method",
                "collections are joined by gi-star only",
            ));
        };
        if part.found.resolution != parts[0].found.resolution {
            return Err(AnalysisError::parameter(
                "resolution",
                "differs between the collections",
            ));
        }
        for cell in result.cells.iter() {
            let hot = cell
                .score
                .filter(|score| score.z > 0.0 && score.q <= part.found.question.alpha);
            if let Some(score) = hot {
                hot_in.entry(cell.cell).or_default().push((at, score.z));
            }
        }
    }
    let weakest = |hot: &[(usize, f64)]| hot.iter().map(|(_, z)| *z).fold(f64::INFINITY, f64::min);
    let mut cells: Vec<(CellIndex, Vec<(usize, f64)>)> = hot_in
        .into_iter()
        .filter(|(_, hot)| hot.len() >= minimum.max(1))
        .collect();
    cells.sort_by(|(a, a_hot), (b, b_hot)| {
        let by_count = b_hot.len().cmp(&a_hot.len());
        let by_weakest = weakest(b_hot).total_cmp(&weakest(a_hot));
        by_count.then(by_weakest).then(a.cmp(b))
    });
    let matched = cells.len() as u64;
    cells.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let columns = vec![
        column("rank", FieldType::Integer, "Place in the order"),
        column("h3", FieldType::Text, "H3 index of the cell"),
        column(
            "hot_in",
            FieldType::Integer,
            "Collections in which the cell is hot",
        ),
        column("weakest_z", FieldType::Real, "Smallest Gi* among these"),
        column("collections", FieldType::Json, "These collections"),
        column(
            "scores",
            FieldType::Json,
            "z, p, q, value and features of the cell in every collection",
        ),
    ];
    let rows = cells
        .into_iter()
        .enumerate()
        .map(|(at, (cell, hot))| {
            let name = format!("{:x}", u64::from(cell));
            let ids: Vec<&str> = hot
                .iter()
                .map(|(at, _)| parts[*at].collection.as_str())
                .collect();
            TableRow {
                geometry: outline(cell),
                values: vec![
                    (at as u64 + 1).into(),
                    name.as_str().into(),
                    hot.len().into(),
                    number(weakest(&hot)),
                    ids.into(),
                    scores_of(parts, cell),
                ],
                id: name,
            }
        })
        .collect();
    Ok((Table { columns, rows }, matched))
}

/// The scores of a cell in every collection; null where it has none.
fn scores_of(parts: &[Part], cell: CellIndex) -> Json {
    let mut scores = Map::new();
    for part in parts {
        let Scores::Gi(result) = &part.found.scores else {
            continue;
        };
        let own = result.cells.of_cell(cell);
        let score = own.and_then(|own| own.score).map(|score| {
            json!({
                "z": number(score.z),
                "p": number(score.p()),
                "q": number(score.q),
                "bin": score.bin(),
                "value": number(own.map_or(0.0, |own| own.value)),
                "n": part.found.gathered.of_cell(cell).map_or(0, |facts| facts.features),
            })
        });
        scores.insert(part.collection.clone(), score.unwrap_or(Json::Null));
    }
    Json::Object(scores)
}

#[cfg(test)]
#[path = "joint_tests.rs"]
mod tests;
