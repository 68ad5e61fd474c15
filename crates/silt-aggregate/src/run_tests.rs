use proptest::prelude::*;
use serde_json::json;
use silt_index::snapshot::SnapshotBuilder;
use silt_model::{CollectionSchema, Feature, Field, FieldType, StoredFeature};

use super::*;

type Row = (Option<&'static str>, Option<f64>, Vec<&'static str>);

fn snapshot(rows: &[Row]) -> CollectionSnapshot {
    let mut schema = CollectionSchema::new("dams");
    schema.fields = vec![
        Field::new("status", FieldType::Text),
        Field::new("height_m", FieldType::Real),
    ];
    let mut builder = SnapshotBuilder::new(schema, 1);
    for (place, (status, height, regions)) in rows.iter().enumerate() {
        let mut properties: Vec<(Arc<str>, Value)> = Vec::new();
        properties.extend(status.map(|status| ("status".into(), status.into())));
        properties.extend(height.map(|height| ("height_m".into(), height.into())));
        builder.push(StoredFeature {
            fid: place as i64 + 1,
            source: "demo".into(),
            edition: "2024".into(),
            synthetic: false,
            feature: Feature {
                row: 0,
                record_id: place.to_string(),
                geometry: None,
                properties,
                original: None,
                source_crs: None,
                location_accuracy: None,
                flags: Vec::new(),
                regions: regions.iter().map(|&id| id.into()).collect(),
            },
        });
    }
    builder.finish()
}

fn run(data: &CollectionSnapshot, by: &str, metrics: &str, rows: Option<&[u32]>) -> Table {
    let plan = Plan::parse(Some(by), Some(metrics), data.schema()).expect("a good question");
    plan.run(data, rows, &RegionSet::bundled())
        .expect("an answer")
}

fn demo() -> CollectionSnapshot {
    snapshot(&[
        (Some("active"), Some(10.0), vec!["admin1:BR-MG", "iso3:BRA"]),
        (Some("closed"), Some(30.0), vec!["iso3:BRA"]),
        (Some("active"), None, vec!["iso3:CHL"]),
        (None, Some(5.0), vec![]),
        (Some("active"), Some(20.0), vec!["iso3:ARG", "iso3:CHL"]),
    ])
}

#[test]
fn by_country_a_border_feature_counts_in_both() {
    let table = run(
        &demo(),
        "region:iso3",
        "count,sum(height_m),max(height_m)",
        None,
    );
    assert_eq!(
        table.columns,
        ["region:iso3", "count", "sum(height_m)", "max(height_m)"]
    );
    assert_eq!(
        json!(table.rows),
        json!([
            ["iso3:ARG", 1, 20.0, 20.0],
            ["iso3:BRA", 2, 40.0, 30.0],
            ["iso3:CHL", 2, 20.0, 20.0],
            [null, 1, 5.0, 5.0],
        ])
    );
}

#[test]
fn by_a_group_of_countries_it_counts_once() {
    let table = run(&demo(), "region:un,status", "count", None);
    assert_eq!(
        json!(table.rows),
        json!([
            ["un:GRULAC", "active", 3],
            ["un:GRULAC", "closed", 1],
            [null, null, 1],
        ])
    );
}

#[test]
fn without_groups_and_with_a_selection() {
    let table = run(
        &demo(),
        "",
        "count,count(height_m),mean(height_m),median(height_m),std(height_m),min(height_m)",
        Some(&[0, 1, 2]),
    );
    let std = 200.0_f64.sqrt();
    assert_eq!(json!(table.rows), json!([[3, 2, 20.0, 20.0, std, 10.0]]));
    let nothing = run(&demo(), "", "count,sum(height_m),mean(height_m)", Some(&[]));
    assert_eq!(json!(nothing.rows), json!([[0, null, null]]));
    let unknown = run(&demo(), "status", "sum(height_m)", Some(&[2]));
    assert_eq!(
        json!(unknown.rows),
        json!([["active", null]]),
        "nothing known is not zero"
    );
}

proptest! {
    #[test]
    fn sums_are_those_of_a_loop(
        rows in prop::collection::vec((0..4_usize, prop::option::of(-1000..1000_i32)), 0..200)
    ) {
        let names = ["a", "b", "c"];
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(name, number)| (names.get(name).copied(), number.map(f64::from), vec![]))
            .collect();
        let data = snapshot(&rows);
        let table = run(&data, "status", "count,sum(height_m),median(height_m)", None);
        let mut groups: Vec<Option<&str>> = rows.iter().map(|row| row.0).collect();
        groups.sort_by_key(|name| (name.is_none(), *name));
        groups.dedup();
        let expected: Vec<Vec<Json>> = groups
            .iter()
            .map(|name| {
                let own = rows.iter().filter(|row| row.0 == *name);
                let count = own.clone().count();
                let mut numbers: Vec<f64> = own.filter_map(|row| row.1).collect();
                numbers.sort_by(f64::total_cmp);
                let sum = (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>());
                let middle = numbers.len() / 2;
                let median = match numbers.len() {
                    0 => None,
                    n if n % 2 == 1 => Some(numbers[middle]),
                    _ => Some((numbers[middle - 1] + numbers[middle]) / 2.0),
                };
                vec![json!(name), json!(count), json!(sum), json!(median)]
            })
            .collect();
        prop_assert_eq!(table.rows, expected);
    }
}
