//! The answer to a question: what was found as a table, and all that is needed to make it again.

use geo_types::{Geometry, Point};
use h3o::CellIndex;
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use silt_hotspot::{Caveat, StudySummary};
use silt_index::regions::DISCLAIMER;
use silt_index::snapshot::CollectionSnapshot;
use silt_model::FieldType;

use crate::best::{Best, Listed};
use crate::clusters::Clusters;
use crate::error::AnalysisError;
use crate::hotspots::{Hotspots, Scores, Subject, caveat_text, selected};
use crate::outline::outline;
use crate::question::{Reference, View};
use crate::steps::TimeSteps;
use crate::table::{Table, TableColumn, TableRow, number};
use crate::values::{Gathered, placed_rows};
use crate::within::Within;

/// Version of the methods: changes when the same question may get other numbers.
pub const METHOD_VERSION: &str = "hotspots/1.0";

pub(crate) const fn column(
    name: &'static str,
    kind: FieldType,
    meaning: &'static str,
) -> TableColumn {
    TableColumn {
        name,
        kind,
        meaning,
    }
}

const RANK: TableColumn = column("rank", FieldType::Integer, "Place in the order");
const H3: TableColumn = column("h3", FieldType::Text, "H3 index of the cell");
const MEMBERS: TableColumn = column("members", FieldType::Json, "Ids of the features");

impl Hotspots {
    /// The cells or clusters of a view, in order, and how many there are without its limit.
    ///
    /// # Errors
    /// [`AnalysisError::Cancelled`] while members are looked up.
    pub fn table(&self, subject: Subject<'_>, view: &View) -> Result<(Table, u64), AnalysisError> {
        if let Scores::Clusters(clusters) = &self.scores {
            let matched = clusters.clusters.len() as u64;
            return Ok((cluster_table(clusters, subject.data, view), matched));
        }
        let mut columns = self.columns();
        let Best { listed, matched } = self.listed_cells(view);

        columns.insert(0, RANK);
        columns.insert(1, H3);
        let has_interval = self.gathered.interval.is_some();
        if has_interval {
            columns.push(column(
                "value_p05",
                FieldType::Real,
                "Sum of the 5th percentiles",
            ));
            columns.push(column(
                "value_p95",
                FieldType::Real,
                "Sum of the 95th percentiles",
            ));
        }
        // Only where it is true, so that the columns of real data stay the same.
        let is_synthetic = self.gathered.synthetic;
        if is_synthetic {
            columns.push(column(
                "synthetic",
                FieldType::Boolean,
                "The answer rests on synthetic features",
            ));
        }
        let cell_of = |listed: &Listed| self.cell(listed.at).expect("a place among the scores");
        let cells: Vec<CellIndex> = listed.iter().map(cell_of).collect();
        let members = match view.members {
            Some(most) => {
                columns.push(MEMBERS);
                Some(self.members(subject, &cells, most)?)
            }
            None => None,
        };
        let rows = listed
            .into_par_iter()
            .zip(cells)
            .enumerate()
            .map(|(at, (listed, cell))| {
                let name = format!("{:x}", u64::from(cell));
                let mut values = vec![Json::from(at as u64 + 1), Json::from(name.as_str())];
                values.extend(self.values(listed.at));
                if has_interval {
                    let bounds = self.gathered.bounds_of_cell(cell);
                    let (low, high) = bounds.unwrap_or((0.0, 0.0));
                    values.extend([number(low), number(high)]);
                }
                values.extend(is_synthetic.then_some(Json::Bool(true)));
                values.extend(members.as_ref().map(|members| members[at].clone().into()));
                TableRow {
                    id: name,
                    geometry: outline(cell),
                    values,
                }
            })
            .collect();
        Ok((Table { columns, rows }, matched))
    }

    /// For each listed cell the ids of its features in order, at most so many.
    fn members(
        &self,
        subject: Subject<'_>,
        listed: &[CellIndex],
        most: usize,
    ) -> Result<Vec<Vec<Json>>, AnalysisError> {
        let everywhere = Within::default();
        let within = match self.question.reference {
            Reference::Region => subject.within,
            Reference::Global => &everywhere,
        };
        let rows = selected(subject, within)?;
        let cells = subject.data.cells(self.resolution);
        let mut places: Vec<(CellIndex, usize)> = listed
            .iter()
            .enumerate()
            .map(|(at, &cell)| (cell, at))
            .collect();
        places.sort_unstable();
        let mut members: Vec<Vec<Json>> = vec![Vec::new(); listed.len()];
        let mut ignored = Gathered::default();
        for (number, row) in placed_rows(subject.data, &rows, within, cells, &mut ignored) {
            let cell = cells.cells()[number as usize];
            let Ok(place) = places.binary_search_by_key(&cell, |(own, _)| *own) else {
                continue;
            };
            let own = &mut members[places[place].1];
            if own.len() < most {
                own.push(subject.data.id(row).to_string().into());
            }
        }
        Ok(members)
    }

    /// All that stands before the features: the question with the values in force, the study area,
    /// the versions, what to know.
    pub fn head(
        &self,
        subject: Subject<'_>,
        view: &View,
        asked: &Asked<'_>,
        matched: u64,
        returned: u64,
    ) -> Map<String, Json> {
        let data = subject.data;
        let mut head = Map::new();
        let mut put = |name: &str, value: Json| {
            head.insert(name.to_owned(), value);
        };
        put(
            "title",
            format!("Hotspots of {}", data.schema().title).into(),
        );
        put("collection", data.schema().id.as_str().into());
        let mut parameters = self.question.to_json(data, self.resolution);
        for (name, value) in asked.selecting {
            parameters[name.as_str()] = value.as_str().into();
        }
        if let Some(sha256) = subject.within.polygon_sha256() {
            parameters["geometry_sha256"] = sha256.into();
        }
        parameters["limit"] = view.limit.into();
        parameters["cold"] = view.cold.into();
        parameters["significant"] = view.significant.into();
        parameters["members"] = view.members.is_some().into();
        if let Some(most) = view.members {
            parameters["members_per_cell"] = most.into();
        }
        put("parameters", parameters);
        put("method", self.method_json());
        put("study_area", self.study_json(subject.within));
        put("selected", self.selected_json());
        put("numberMatched", matched.into());
        put("numberReturned", returned.into());
        put("caveats", self.caveats_json());
        put("dataVersion", data.version().into());
        put("regionsVersion", subject.regions.version.into());
        put("methodVersion", METHOD_VERSION.into());
        if self.gathered.synthetic {
            put("synthetic", true.into());
        }
        put("attribution", asked.attribution.into());
        head
    }

    fn method_json(&self) -> Json {
        let (name, statement) = match &self.scores {
            Scores::Gi(_) => (
                "Getis-Ord Gi*",
                "z is Gi* with the cell itself among its neighbours; cells of the study area without any feature count \
                 as zeros in n, mean and s; p is two-sided by the normal distribution; z and p are not adjusted for the \
                 number of cells; q is the false discovery rate of Benjamini and Hochberg over all cells of the study \
                 area, and bins come from q",
            ),
            Scores::Moran(_) => (
                "Local Moran's I",
                "neighbours without the cell itself, row-standardised; p by conditional permutations, not adjusted; q \
                 by Benjamini and Hochberg over all cells that have a score",
            ),
            Scores::Emerging(..) => (
                "Emerging hot spot analysis",
                "Gi* over the cell, its neighbours and the steps before; bins by the false discovery rate over all \
                 cells in all steps; the trend is that of Mann and Kendall over z; classes as ArcGIS documents them",
            ),
            Scores::Clusters(_) => (
                "DBSCAN",
                "great-circle distance; a core point has at least min_points features within radius_km, itself \
                 included; features in no cluster are noise",
            ),
        };
        let mut method = json!({"name": name, "statement": statement});
        if let Scores::Emerging(_, steps) = &self.scores {
            method["time"] = time_json(steps);
        }
        method
    }

    fn study_json(&self, within: &Within) -> Json {
        let mut study = match &self.scores {
            Scores::Gi(result) => {
                let mut study = summary_json(&result.study);
                study["hot"] = result.hot.into();
                study["cold"] = result.cold.into();
                study["cells_not_listed"] = json!(result.empty);
                study
            }
            Scores::Moran(result) => {
                let mut study = summary_json(&result.study);
                study["cells_not_listed"] = json!(result.empty);
                study
            }
            Scores::Emerging(result, _) => json!({
                "resolution": result.study.resolution,
                "n": result.study.cells * result.study.steps,
                "cells": result.study.cells,
                "steps": result.study.steps,
                "mean": number(result.study.mean),
                "s": number(result.study.standard_deviation),
            }),
            Scores::Clusters(clusters) => json!({
                "clusters": clusters.clusters.len(),
                "noise": clusters.noise,
            }),
        };
        if let Some(own) = &self.study {
            study["cells_by_features"] = own.cells_of_features.into();
        }
        let compared_with = match self.question.reference {
            Reference::Global => "all cells of the world, whatever place is listed",
            Reference::Region if within.is_world() => "all cells of the world",
            Reference::Region => {
                "the cells of the place asked for; nothing that lies outside of it changes the result"
            }
        };
        if self.study.is_some() {
            study["compared_with"] = compared_with.into();
        }
        study
    }

    fn selected_json(&self) -> Json {
        let mut selected = json!({
            "features": self.gathered.features,
            "without_position": self.gathered.without_position,
            "outside_study_area": self.gathered.outside,
        });
        if self.question.value.field().is_some() {
            selected["not_observed"] = self.gathered.not_observed.into();
        }
        if let Scores::Emerging(_, steps) = &self.scores {
            selected["not_dated"] = steps.not_dated.into();
        }
        selected
    }

    fn caveats_json(&self) -> Json {
        let none: &[Caveat] = &[];
        let of_scores = match &self.scores {
            Scores::Gi(result) => &result.caveats,
            Scores::Moran(result) => &result.caveats,
            Scores::Emerging(result, _) => &result.caveats,
            Scores::Clusters(_) => none,
        };
        let texts = of_scores.iter().map(|&caveat| caveat_text(caveat));
        let notes = self.notes.iter().map(|note| note.text());
        texts
            .chain(notes)
            .map(|(code, meaning)| json!({"code": code, "meaning": meaning}))
            .collect()
    }
}

/// What an answer says of its question beside the parameters of hotspots.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Parameters that select features, as they were given: name and value.
    pub selecting: &'a [(String, String)],
    /// Who published the data.
    pub attribution: &'a str,
}

/// Who published the data, and what must be said with it: titles with licences, and the disclaimer
/// of the regions.
pub fn attribution<'s>(sources: impl Iterator<Item = (&'s str, &'s str)>) -> String {
    let mut parts: Vec<String> = sources
        .map(|(title, licence)| match licence {
            "" => title.to_owned(),
            licence => format!("{title} ({licence})"),
        })
        .collect();
    parts.push(DISCLAIMER.to_owned());
    parts.join("; ")
}

fn summary_json(study: &StudySummary) -> Json {
    json!({
        "resolution": study.resolution,
        "n": study.cells,
        "cells_with_value": study.cells_with_value,
        "cells_empty": study.cells - study.cells_with_value,
        "total": number(study.total),
        "mean": number(study.mean),
        "s": number(study.standard_deviation),
    })
}

fn time_json(steps: &TimeSteps) -> Json {
    json!({
        "field": steps.field,
        "steps": steps.names,
    })
}

fn cluster_table(clusters: &Clusters, data: &CollectionSnapshot, view: &View) -> Table {
    let mut columns = vec![
        RANK,
        column("n", FieldType::Integer, "Features of the cluster"),
        column("core", FieldType::Integer, "Features that are core points"),
        column(
            "radius_km",
            FieldType::Real,
            "Distance from the middle to the furthest feature, km",
        ),
    ];
    if view.members.is_some() {
        columns.push(MEMBERS);
    }
    let limit = usize::try_from(view.limit).unwrap_or(usize::MAX);
    let rows = clusters
        .clusters
        .iter()
        .take(limit)
        .enumerate()
        .map(|(at, cluster)| {
            let mut values = vec![
                Json::from(at as u64 + 1),
                cluster.rows.len().into(),
                cluster.core.into(),
                number(cluster.radius_km),
            ];
            values.extend(view.members.map(|most| {
                let ids = cluster.rows.iter().take(most);
                ids.map(|&row| Json::from(data.id(row).to_string()))
                    .collect()
            }));
            TableRow {
                id: format!("cluster-{}", at + 1),
                geometry: Geometry::Point(Point::new(cluster.lon_deg, cluster.lat_deg)),
                values,
            }
        })
        .collect();
    Table { columns, rows }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
