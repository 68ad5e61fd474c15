//! Our answers beside those of other programs (`tests/oracles` writes them).

use std::collections::HashMap;
use std::sync::Arc;

use h3o::{CellIndex, LatLng, Resolution};
use serde_json::Value;

use crate::testing::{assert_near, rings};
use crate::{
    CellValues, DbscanOptions, GiOptions, GiResult, Limits, LocalMoranOptions, Permutations,
    Quadrant, StudyArea, Weights, dbscan, gi_star, local_moran, mann_kendall, two_sided_p,
};

const FIELDS: &str = include_str!("oracle/fields.json");
const ESDA: &str = include_str!("oracle/esda.json");
const SPDEP: &str = include_str!("oracle/spdep.json");
const TREND: &str = include_str!("oracle/trend.json");
const CLUSTERS: &str = include_str!("oracle/clusters.json");

/// The parity that is asked for.
const PARITY: f64 = 1e-9;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a file of an oracle")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn numbers(value: &Value, key: &str) -> Vec<f64> {
    list(value, key)
        .iter()
        .map(|number| number.as_f64().expect("a number"))
        .collect()
}

/// Cells written without the digits f at their end.
fn cells(value: &Value, key: &str) -> Vec<CellIndex> {
    let text = value[key].as_str().expect("cells");
    let cell = |short: &str| {
        let bits = u64::from_str_radix(&format!("{short:f<15}"), 16).expect("a hexadecimal number");
        CellIndex::try_from(bits).expect("a cell")
    };
    text.split(' ').map(cell).collect()
}

struct Field {
    area: Arc<StudyArea>,
    values: CellValues,
}

fn fields() -> HashMap<String, Field> {
    let document = parse(FIELDS);
    let field = |one: &Value| {
        let resolution = one["resolution"]
            .as_u64()
            .and_then(|level| Resolution::try_from(level as u8).ok());
        let area = StudyArea::from_cells(resolution.expect("a resolution"), cells(one, "area"));
        let area = Arc::new(area.expect("an area"));
        let rows = cells(one, "cells").into_iter().zip(numbers(one, "values"));
        let values = CellValues::sum(&area, rows).expect("values");
        (
            one["name"].as_str().expect("a name").to_owned(),
            Field { area, values },
        )
    };
    list(&document, "fields").iter().map(field).collect()
}

fn gi(field: &Field, k: &Value, options: &GiOptions) -> GiResult {
    let k = k.as_u64().expect("a number of steps") as u32;
    gi_star(
        &rings(&field.area, k),
        &field.values,
        options,
        &Limits::default(),
    )
    .expect("a result")
}

/// z of a cell, listed or not.
fn z_of(result: &GiResult, field: &Field, cell: CellIndex, k: u32) -> f64 {
    if let Some(listed) = result.cells.iter().find(|listed| listed.cell == cell) {
        return listed.score.expect("a score").z;
    }
    let size = cell
        .grid_disk_safe(k)
        .filter(|&near| field.area.contains(near))
        .count() as u32;
    let group = result
        .empty
        .iter()
        .find(|group| group.neighbourhood == size)
        .expect("a group");
    group.score.expect("a score").z
}

#[test]
fn z_and_discoveries_are_those_of_esda() {
    let fields = fields();
    let document = parse(ESDA);
    for name in [
        "disk",
        "chile_4",
        "chile_6",
        "brazil_6",
        "united_states_6",
        "chile_volume_5",
    ] {
        assert!(
            list(&document, "gi").iter().any(|one| one["field"] == name),
            "{name} is missing"
        );
    }
    for one in list(&document, "gi") {
        let name = one["field"].as_str().expect("a name");
        let (field, k) = (&fields[name], one["k"].as_u64().expect("k") as u32);
        let result = gi(field, &one["k"], &GiOptions::default());
        let number = |key: &str| one[key].as_f64().expect("a number");
        assert_eq!(Some(result.study.cells), one["n"].as_u64(), "{name}");
        assert_near(result.study.mean, number("mean"), 1e-12, name);
        assert_near(result.study.standard_deviation, number("s"), 1e-12, name);
        for (cell, z) in cells(one, "cells").into_iter().zip(numbers(one, "z")) {
            assert_near(z_of(&result, field, cell, k), z, PARITY, name);
        }

        // Every cell of the study area, each of those not listed as often as it stands for.
        let listed = result
            .cells
            .iter()
            .map(|cell| (cell.score.expect("a score"), 1));
        let empty = result
            .empty
            .iter()
            .map(|group| (group.score.expect("a score"), group.cells));
        let scores: Vec<_> = listed.chain(empty).collect();
        let sum = |of: fn(f64) -> f64| -> f64 {
            scores
                .iter()
                .map(|&(score, times)| of(score.z) * times as f64)
                .sum()
        };
        let magnitude = sum(f64::abs);
        assert!(
            (sum(|z| z) - number("sum")).abs() <= PARITY * magnitude,
            "{name}"
        );
        assert_near(sum(|z| z * z), number("squares"), PARITY, name);
        let each = || scores.iter().map(|(score, _)| score.z);
        assert_near(
            each().fold(f64::INFINITY, f64::min),
            number("least"),
            PARITY,
            name,
        );
        assert_near(
            each().fold(f64::NEG_INFINITY, f64::max),
            number("greatest"),
            PARITY,
            name,
        );
        for (alpha, expected) in one["discoveries"].as_object().expect("discoveries") {
            let alpha: f64 = alpha.parse().expect("a level");
            let found: u64 = scores
                .iter()
                .filter(|(score, _)| score.q <= alpha)
                .map(|&(_, times)| times)
                .sum();
            assert_eq!(Some(found), expected.as_u64(), "{name} at {alpha}");
        }
    }
}

#[test]
fn p_by_permutation_is_near_that_of_esda() {
    let fields = fields();
    for one in list(&parse(ESDA), "permuted") {
        let name = one["field"].as_str().expect("a name");
        let field = &fields[name];
        let count = one["permutations"].as_u64().expect("a count") as u32;
        let permutations = Permutations { count, seed: 20 };
        // Two independent samples of the same share.
        let assert_similar = |ours: f64, theirs: f64| {
            let error = (2.0 * theirs * (1.0 - theirs) / f64::from(count)).sqrt();
            assert!(
                (ours - theirs).abs() <= 5.0 * error + 1e-4,
                "{name}: {ours} and {theirs}"
            );
        };
        let options = GiOptions {
            permutations: Some(permutations),
            ..GiOptions::default()
        };
        let hot = gi(field, &Value::from(1), &options);
        let options = LocalMoranOptions {
            permutations,
            ..LocalMoranOptions::default()
        };
        let moran = local_moran(
            &rings(&field.area, 1),
            &field.values,
            &options,
            &Limits::default(),
        );
        let moran = moran.expect("a result");
        let mut compared = 0;
        for (at, cell) in cells(one, "cells").into_iter().enumerate() {
            let Some(listed) = hot.cells.iter().find(|listed| listed.cell == cell) else {
                continue;
            };
            let p = listed
                .score
                .and_then(|score| score.p_permutation)
                .expect("asked for");
            assert_similar(p, numbers(one, "gi_p")[at]);
            let listed = moran
                .cells
                .iter()
                .find(|listed| listed.cell == cell)
                .expect("listed");
            let score = listed.score.expect("a score");
            assert_near(score.i, numbers(one, "i")[at], PARITY, "I");
            assert_similar(score.p, numbers(one, "moran_p")[at]);
            let quadrant = match score.quadrant {
                Quadrant::HighHigh => 1,
                Quadrant::LowHigh => 2,
                Quadrant::LowLow => 3,
                Quadrant::HighLow => 4,
            };
            assert_eq!(list(one, "quadrant")[at], quadrant);
            compared += 1;
        }
        assert!(compared > 30, "{name}: {compared}");
        let listed: f64 = moran
            .cells
            .iter()
            .filter_map(|cell| cell.score)
            .map(|score| score.i)
            .sum();
        let empty = moran
            .empty
            .iter()
            .filter_map(|group| Some(group.score?.i * group.cells as f64));
        let expected = one["sum_of_i"].as_f64().expect("a number");
        assert_near(listed + empty.sum::<f64>(), expected, PARITY, "sum of I");
    }
}

#[test]
fn z_is_that_of_spdep() {
    let fields = fields();
    let document = parse(SPDEP);
    assert!(list(&document, "gi").len() >= 6);
    for one in list(&document, "gi") {
        let name = one["field"].as_str().expect("a name");
        let (field, k) = (&fields[name], one["k"].as_u64().expect("k") as u32);
        for (weights, key) in [
            (Weights::Binary, "binary"),
            (Weights::RowStandardised, "row_standardised"),
        ] {
            let result = gi(
                field,
                &one["k"],
                &GiOptions {
                    weights,
                    ..GiOptions::default()
                },
            );
            for (cell, z) in cells(one, "cells").into_iter().zip(numbers(one, key)) {
                assert_near(z_of(&result, field, cell, k), z, PARITY, name);
            }
        }
    }
}

#[test]
fn trends_are_those_of_pymannkendall() {
    let document = parse(TREND);
    assert!(list(&document, "tests").len() >= 30);
    for one in list(&document, "tests") {
        let found = mann_kendall(&numbers(one, "series")).expect("a series");
        assert_eq!(Some(found.s), one["s"].as_i64());
        for (ours, key) in [
            (found.variance, "variance"),
            (found.z, "z"),
            (found.p, "p"),
            (found.tau, "tau"),
        ] {
            assert_near(ours, one[key].as_f64().expect("a number"), 1e-11, key);
        }
    }
}

#[test]
fn p_of_z_is_that_of_scipy() {
    let normal = &parse(TREND)["normal"];
    for (z, p) in numbers(normal, "z").into_iter().zip(numbers(normal, "p")) {
        // Relative, however small p is: an error of z in its last bit grows by z squared.
        let tolerance = 4.0 * f64::EPSILON * (1.0 + z * z);
        let ours = two_sided_p(z);
        assert!(
            (ours / p - 1.0).abs() <= tolerance,
            "p of {z}: {ours:e} is not {p:e}"
        );
        assert_eq!(two_sided_p(z), two_sided_p(-z));
    }
}

#[test]
fn clusters_are_those_of_postgis_and_scikit_learn() {
    let document = parse(CLUSTERS);
    let mut tools = Vec::new();
    for one in list(&document, "sets") {
        let name = one["name"].as_str().expect("a name");
        let points: Vec<(f64, f64)> = cells(one, "points")
            .into_iter()
            .map(LatLng::from)
            .map(|place| (place.lng(), place.lat()))
            .collect();
        let options = DbscanOptions {
            radius_km: one["radius_km"].as_f64().expect("a radius"),
            min_points: one["min_points"].as_u64().expect("a number") as u32,
        };
        let found = dbscan(&points, &options, &Limits::default()).expect("clusters");
        tools.push(one["by"].as_str().expect("a tool"));
        let theirs = list(one, "labels");
        assert_eq!(theirs.len(), points.len());

        // A border point may belong to any cluster with a core point near it; all else has to
        // agree.
        let (mut to_theirs, mut to_ours) = (HashMap::new(), HashMap::new());
        for (point, label) in found.points.iter().zip(theirs) {
            let label = label.as_i64().filter(|&label| label >= 0);
            assert_eq!(point.cluster.is_some(), label.is_some(), "{name}: noise");
            if let (Some(ours), Some(label), true) = (point.cluster, label, point.core) {
                assert_eq!(
                    *to_theirs.entry(ours).or_insert(label),
                    label,
                    "{name}: split"
                );
                assert_eq!(
                    *to_ours.entry(label).or_insert(ours),
                    ours,
                    "{name}: joined"
                );
            }
        }
        assert_eq!(to_theirs.len(), found.sizes.len());
        assert!(found.sizes.len() > 2, "{name}");
        let elsewhere = found.points.iter().zip(theirs).filter(|(point, label)| {
            point
                .cluster
                .is_some_and(|ours| to_theirs[&ours] != label.as_i64().unwrap_or(-1))
        });
        assert!(
            elsewhere.count() * 20 < points.len(),
            "{name}: border points"
        );
    }
    assert!(tools.contains(&"postgis") && tools.contains(&"scikit-learn"));
}
