use proptest::prelude::*;
use serde_json::{Value as Json, json};
use silt_model::Value;

use super::*;
use crate::cql::{Language, parse};
use crate::never_stop;
use crate::test_data::{Row, point, schema, six, snapshot};
use crate::time::Granule;

fn filter(text: &str) -> Filter {
    match parse(text, Language::Text, &schema(), &Limits::default(), None) {
        Ok(filter) => filter,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn selected(text: &str) -> Vec<u32> {
    let snapshot = snapshot(&six());
    let rows = filter(text)
        .select(&snapshot, None, &never_stop)
        .expect("not stopped");
    let all: Vec<u32> = (0..6).collect();
    let again = filter(text).select(&snapshot, Some(&all), &never_stop);
    assert_eq!(
        again.as_ref(),
        Ok(&rows),
        "{text}: with and without an index"
    );
    rows.into_iter().map(|row| row + 1).collect()
}

/// Each filter and the rows of `six` that it selects, by fid.
#[test]
fn every_operator_selects_what_it_says() {
    let cases: &[(&str, &[u32])] = &[
        ("height_m = 0", &[2]),
        ("height_m <> 0", &[1, 4, 5, 6]),
        ("height_m < 0", &[4]),
        ("height_m <= 0", &[2, 4]),
        ("12.5 < height_m", &[1, 6]),
        ("height_m >= 1.25e1", &[1, 5, 6]),
        ("height_m = -3.5", &[4]),
        ("NOT height_m = 0", &[1, 4, 5, 6]),
        ("year = 9007199254740993", &[2]),
        ("year = 9007199254740992", &[]),
        ("year > 9007199254740992.0", &[2]),
        ("year = 1976.0", &[1]),
        ("height_m > year", &[6]),
        ("name = 'O''Brien'", &[5]),
        ("name = ''", &[6]),
        ("name <> ''", &[1, 2, 3, 5]),
        ("'P' > name", &[1, 5, 6]),
        ("name LIKE 'C%Feijão'", &[1]),
        ("name LIKE 'C_rrego%'", &[1]),
        ("name LIKE '%100\\%\\_a'", &[2]),
        ("name LIKE '%100_\\%a'", &[]),
        ("name NOT LIKE '%e%'", &[2, 3, 6]),
        ("CASEI(name) LIKE CASEI('strasse%')", &[2]),
        ("CASEI(name) LIKE CASEI('straße%')", &[2]),
        ("CASEI(name) IN (CASEI('ΟΔΟΣ'), casei('straße'))", &[3]),
        ("ACCENTI(name) = ACCENTI('Corrego do Feijao')", &[1]),
        ("accenti(casei(name)) LIKE 'corrego%'", &[1]),
        ("height_m BETWEEN 0 AND 86", &[1, 2, 5]),
        ("height_m NOT BETWEEN 0 AND 86", &[4, 6]),
        ("name BETWEEN 'A' AND 'D'", &[1]),
        ("year IN (1976, 2000.0, 7)", &[1, 4]),
        ("year NOT IN (1976, 2000)", &[2, 5, 6]),
        ("name IN ('Οδος', 'O''Brien')", &[3, 5]),
        ("year IN (height_m, 1976)", &[1]),
        ("height_m IS NULL", &[3]),
        ("height_m IS NOT NULL", &[1, 2, 4, 5, 6]),
        ("name IS NULL OR date IS NULL", &[4]),
        ("geometry IS NULL", &[3]),
        ("height_m / 0 IS NULL", &[1, 2, 3, 4, 5, 6]),
        ("(height_m > 1) IS NULL", &[3]),
        ("active", &[2, 4, 6]),
        ("NOT active", &[1, 5]),
        ("active = FALSE", &[1, 5]),
        ("active <> (height_m > 50)", &[1, 2, 4]),
        ("TRUE = active AND height_m > 50", &[6]),
        ("height_m > 50 OR active", &[1, 2, 4, 6]),
        ("height_m > 50 AND NOT (active OR year < 0)", &[1]),
        ("height_m + 1 = 1", &[2]),
        ("height_m * 2 - 1 > 170", &[1, 6]),
        ("-height_m > 0", &[4]),
        ("height_m - -1 = 1", &[2]),
        ("year % 2 = 0 AND year div 2 = 1000", &[4]),
        ("2 ^ 3 ^ 2 = 64", &[1, 2, 3, 4, 5, 6]),
        ("-2 ^ 2 = 4", &[1, 2, 3, 4, 5, 6]),
        ("1 + 2 * 3 = 7 AND (1 + 2) * 3 = 9", &[1, 2, 3, 4, 5, 6]),
        ("date = DATE('2019-01-25')", &[1]),
        ("date = '2019'", &[1, 2]),
        ("date >= DATE('2019-01-01')", &[1, 2, 5]),
        ("DATE('2019-01-01') <= date", &[1, 2, 5]),
        ("date < DATE('2019-01-01')", &[3, 6]),
        ("date <= '2019-06-01'", &[1, 3, 6]),
        ("date BETWEEN '2018-12-01' AND '2019-12-31'", &[1, 2, 3]),
        ("date IN ('2018-12', DATE('1998-04-25'))", &[3, 6]),
        ("date LIKE '2019%'", &[1, 2]),
        ("date > TIMESTAMP('2019-01-25T00:00:00Z')", &[5]),
        ("T_AFTER(date, DATE('2019-01-25'))", &[5]),
        ("T_BEFORE(date, '2019')", &[3, 6]),
        (
            "T_INTERSECTS(date, TIMESTAMP('2019-01-25T12:00:00Z'))",
            &[1, 2],
        ),
        (
            "T_INTERSECTS(date, INTERVAL('2018-12-31', '2019-01-01'))",
            &[2, 3],
        ),
        ("T_DURING(date, INTERVAL('2018-12-01', '2020'))", &[1, 2, 5]),
        ("T_DISJOINT(date, INTERVAL('..', '2018'))", &[1, 2, 5]),
        ("T_EQUALS(date, DATE('2019'))", &[2]),
        ("T_CONTAINS(date, DATE('2019-06'))", &[2]),
        (
            "T_MEETS(INTERVAL('2000', date), INTERVAL('2019', '..'))",
            &[2],
        ),
        ("T_INTERSECTS(silt_edition, '2024-03')", &[1, 2, 3, 4, 5, 6]),
        ("S_INTERSECTS(geometry, POINT(0 0))", &[5]),
        ("S_INTERSECTS(geom, BBOX(-50,-30,-40,-10))", &[1]),
        ("S_INTERSECTS(geometry, BBOX(170,-20,-170,-10))", &[2, 4]),
        (
            "S_INTERSECTS(geometry, POLYGON((170 -20, 190 -20, 190 -10, 170 -10, 170 -20)))",
            &[2, 4],
        ),
        ("S_INTERSECTS(geometry, LINESTRING(-1 -1, 11 11))", &[5, 6]),
        ("S_DISJOINT(geometry, BBOX(-180,-90,5,90))", &[2, 6]),
        ("S_WITHIN(geometry, BBOX(0,0,20,20))", &[6]),
        ("S_CONTAINS(BBOX(0,0,20,20), geometry)", &[6]),
        ("S_TOUCHES(geometry, BBOX(0,0,20,20))", &[5]),
        ("S_EQUALS(geometry, POINT Z (10 10 5))", &[6]),
        ("S_CROSSES(geometry, LINESTRING(-1 -1, 11 11))", &[]),
        ("S_OVERLAPS(geometry, MULTIPOINT((0 0), 1 1))", &[]),
        ("S_WITHIN(geometry, MULTIPOINT(0 0, 10 10))", &[5, 6]),
        (
            "NOT S_INTERSECTS(geometry, BBOX(-50,-30,-40,-10))",
            &[2, 4, 5, 6],
        ),
        ("S_INTERSECTS(geometry, geometry)", &[1, 2, 4, 5, 6]),
        ("S_WITHIN(POINT(1 1), BBOX(0,0,2,2))", &[1, 2, 3, 4, 5, 6]),
        (
            "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(0 0), POLYGON((9 9, 11 9, 11 11, 9 9))))",
            &[5, 6],
        ),
        ("S_INTERSECTS(geometry, POLYGON EMPTY)", &[]),
        ("A_CONTAINS(tags, ('Fe'))", &[1, 5]),
        ("A_CONTAINS(tags, ('Fe', 1))", &[1]),
        ("A_CONTAINEDBY(tags, ('Fe', 'Au'))", &[2, 4, 5]),
        ("A_EQUALS(('Mn', 1.0, 'Fe'), tags)", &[1]),
        ("A_OVERLAPS(tags, ('Au', 'Mn'))", &[1, 2]),
        ("A_CONTAINS(silt_regions, ('iso3:BRA'))", &[1]),
        (
            "A_OVERLAPS(silt_regions, ('iso3:FJI', 'iso3:XXX'))",
            &[2, 4],
        ),
        ("A_CONTAINS(silt_regions, ('iso3:FJI', 'iso3:XXX'))", &[]),
        ("A_EQUALS(silt_regions, ('iso3:BRA', 'admin1:BR-MG'))", &[1]),
        ("A_CONTAINS(silt_flags, ('coordinates_swapped'))", &[2, 6]),
        (
            "NOT A_CONTAINS(silt_flags, ('coordinates_swapped'))",
            &[1, 3, 4, 5],
        ),
        ("silt_flags LIKE '%swapped%'", &[2, 6]),
        ("silt_flags IS NULL", &[1, 3, 4, 5]),
        ("silt_regions IS NULL", &[3]),
        ("silt_synthetic", &[1, 3, 5]),
        ("silt_id = 'b:3'", &[3]),
        ("silt_id IN ('b:3', 'a:2')", &[2, 3]),
        ("silt_source = 'a' AND silt_record > '3'", &[4, 6]),
        (
            "silt_crs = 'EPSG:32719' AND silt_accuracy = 'exact'",
            &[1, 3, 5],
        ),
        ("silt_edition >= '2024-01-01'", &[1, 2, 3, 4, 5, 6]),
        ("\"Größe\" IS NULL AND Größe IS NULL", &[1, 2, 3, 4, 5, 6]),
        ("tags = '[]'", &[4]),
        ("TRUE", &[1, 2, 3, 4, 5, 6]),
        ("FALSE OR year = -5", &[6]),
    ];
    for (text, expected) in cases {
        assert_eq!(&selected(text), expected, "{text}");
    }
}

#[test]
fn mixed_values_compare_within_their_type() {
    let mut builder = silt_index::snapshot::SnapshotBuilder::new(schema(), 1);
    for (fid, value) in [
        (1, Value::Real(5.0)),
        (2, Value::Text("5".to_owned())),
        (3, Value::Null),
    ] {
        builder.push(silt_model::StoredFeature {
            fid,
            source: "a".into(),
            edition: "2024".into(),
            synthetic: false,
            feature: silt_model::Feature {
                row: 1,
                record_id: fid.to_string(),
                geometry: None,
                properties: vec![("height_m".into(), value)],
                original: None,
                source_crs: None,
                location_accuracy: None,
                flags: vec![],
                regions: vec![],
            },
        });
    }
    let snapshot = builder.finish();
    let rows = |text: &str| {
        filter(text)
            .select(&snapshot, None, &never_stop)
            .expect("rows")
    };
    assert_eq!(rows("height_m = 5"), [0]);
    assert_eq!(rows("NOT height_m = 5"), Vec::<u32>::new());
    assert_eq!(rows("height_m IS NULL"), [2]);
}

#[test]
fn hints_bound_what_is_selected() {
    assert_eq!(
        filter("year > 1 AND S_WITHIN(geometry, BBOX(1,2,3,4))").bbox_hint(),
        Some([1.0, 2.0, 3.0, 4.0])
    );
    let across =
        "S_INTERSECTS(geometry, BBOX(170,0,-170,1)) AND S_WITHIN(geometry, BBOX(0,0,50,50))";
    assert_eq!(filter(across).bbox_hint(), Some([170.0, 0.0, -170.0, 1.0]));
    for text in [
        "S_DISJOINT(geometry, BBOX(1,2,3,4))",
        "NOT S_WITHIN(geometry, BBOX(1,2,3,4))",
        "year > 1 OR S_WITHIN(geometry, BBOX(1,2,3,4))",
    ] {
        assert_eq!(filter(text).bbox_hint(), None, "{text}");
    }
    let regions = filter("A_CONTAINS(silt_regions, ('iso3:BRA')) AND year > 1").region_hint();
    assert_eq!(regions, Some(vec!["iso3:BRA".to_owned()]));
}

#[test]
fn a_filter_stops_when_it_is_told() {
    let snapshot = snapshot(&six());
    let stopped = filter("year > 1").select(&snapshot, None, &|| true);
    assert_eq!(stopped, Err(Cancelled));
}

#[test]
fn a_filter_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Filter>();
}

// What follows evaluates random filters row by row, in the plainest way.

#[derive(Debug, Clone)]
enum Plain {
    Number(&'static str, &'static str, f64),
    Name(&'static str, String),
    NameIn(Vec<String>),
    NameLike(String),
    Date(&'static str, &'static str),
    Between(f64, f64),
    IsNull(&'static str),
    Active,
    Inside([f64; 4]),
    Sum(f64, f64),
    Not(Box<Plain>),
    And(Vec<Plain>),
    Or(Vec<Plain>),
}

const SYMBOLS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];
const DATES: [&str; 5] = ["2018", "2019", "2019-01", "2019-01-25", "2020"];

fn ordered<T: PartialOrd>(symbol: &str, a: T, b: T) -> bool {
    match symbol {
        "=" => a == b,
        "<>" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        _ => a >= b,
    }
}

impl Plain {
    fn text(&self) -> String {
        let quoted = |text: &String| format!("'{}'", text.replace('\'', "''"));
        let joined = |parts: &[Plain], word: &str| {
            let parts: Vec<String> = parts.iter().map(Plain::text).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Plain::Number(field, symbol, number) => format!("{field} {symbol} {number}"),
            Plain::Name(symbol, name) => format!("name {symbol} {}", quoted(name)),
            Plain::NameIn(names) => {
                let names: Vec<String> = names.iter().map(quoted).collect();
                format!("name IN ({})", names.join(", "))
            }
            Plain::NameLike(part) => format!("name LIKE {}", quoted(&format!("%{part}%"))),
            Plain::Date(symbol, date) => format!("date {symbol} DATE('{date}')"),
            Plain::Between(low, high) => format!("height_m BETWEEN {low} AND {high}"),
            Plain::IsNull(field) => format!("{field} IS NULL"),
            Plain::Active => "active".to_owned(),
            Plain::Inside([w, s, e, n]) => format!("S_INTERSECTS(geometry, BBOX({w},{s},{e},{n}))"),
            Plain::Sum(add, limit) => format!("height_m + {add} * year < {limit}"),
            Plain::Not(inner) => format!("NOT {}", inner.text()),
            Plain::And(parts) => joined(parts, " AND "),
            Plain::Or(parts) => joined(parts, " or "),
        }
    }

    fn json(&self) -> Json {
        let property = |name: &str| json!({ "property": name });
        let op = |op: &str, args: Vec<Json>| json!({ "op": op, "args": args });
        let all = |parts: &[Plain]| parts.iter().map(Plain::json).collect::<Vec<Json>>();
        match self {
            Plain::Number(field, symbol, number) => {
                op(symbol, vec![property(field), json!(number)])
            }
            Plain::Name(symbol, name) => op(symbol, vec![property("name"), json!(name)]),
            Plain::NameIn(names) => op("in", vec![property("name"), json!(names)]),
            Plain::NameLike(part) => op("like", vec![property("name"), json!(format!("%{part}%"))]),
            Plain::Date(symbol, date) => {
                op(symbol, vec![property("date"), json!({ "date": date })])
            }
            Plain::Between(low, high) => op(
                "between",
                vec![property("height_m"), json!(low), json!(high)],
            ),
            Plain::IsNull(field) => op("isNull", vec![property(field)]),
            Plain::Active => property("active"),
            Plain::Inside(bbox) => op(
                "s_intersects",
                vec![property("geometry"), json!({ "bbox": bbox })],
            ),
            Plain::Sum(add, limit) => {
                let product = op("*", vec![json!(add), property("year")]);
                op(
                    "<",
                    vec![op("+", vec![property("height_m"), product]), json!(limit)],
                )
            }
            Plain::Not(inner) => op("not", vec![inner.json()]),
            Plain::And(parts) => op("and", all(parts)),
            Plain::Or(parts) => op("or", all(parts)),
        }
    }

    fn holds(&self, row: &Row) -> Option<bool> {
        match self {
            Plain::Number(field, symbol, number) => {
                let own = match *field {
                    "year" => row.year.map(|year| year as f64),
                    _ => row.height_m,
                };
                own.map(|own| ordered(symbol, own, *number))
            }
            Plain::Name(symbol, name) => row
                .name
                .as_ref()
                .map(|own| ordered(symbol, own.as_str(), name)),
            Plain::NameIn(names) => row.name.as_ref().map(|own| names.contains(own)),
            Plain::NameLike(part) => row.name.as_ref().map(|own| own.contains(part.as_str())),
            Plain::Date(symbol, date) => {
                let other = Granule::parse(date).expect("a date");
                let own = Granule::parse(row.date.as_ref()?).expect("a date");
                let within = own.start_us >= other.start_us && own.end_us <= other.end_us;
                Some(match *symbol {
                    "=" => within,
                    "<>" => !within,
                    "<" => own.end_us < other.start_us,
                    "<=" => own.end_us <= other.end_us,
                    ">" => own.start_us > other.end_us,
                    _ => own.start_us >= other.start_us,
                })
            }
            Plain::Between(low, high) => row.height_m.map(|own| own >= *low && own <= *high),
            Plain::IsNull(field) => Some(match *field {
                "name" => row.name.is_none(),
                "height_m" => row.height_m.is_none(),
                "date" => row.date.is_none(),
                _ => row.active.is_none(),
            }),
            Plain::Active => row.active,
            Plain::Inside([w, s, e, n]) => match row.geometry {
                Some(geo_types::Geometry::Point(at)) => {
                    Some(at.x() >= *w && at.x() <= *e && at.y() >= *s && at.y() <= *n)
                }
                _ => None,
            },
            Plain::Sum(add, limit) => {
                Some(row.height_m? + add * row.year? as f64 >= *limit).map(|not_less| !not_less)
            }
            Plain::Not(inner) => inner.holds(row).map(|holds| !holds),
            Plain::And(parts) => {
                let all: Vec<Option<bool>> = parts.iter().map(|part| part.holds(row)).collect();
                if all.contains(&Some(false)) {
                    return Some(false);
                }
                if all.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Plain::Or(parts) => {
                let all: Vec<Option<bool>> = parts.iter().map(|part| part.holds(row)).collect();
                if all.contains(&Some(true)) {
                    return Some(true);
                }
                if all.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
        }
    }
}

fn plain() -> impl Strategy<Value = Plain> {
    let symbol = || prop::sample::select(SYMBOLS.to_vec());
    let number = || (-4_i32..5).prop_map(|half| f64::from(half) / 2.0);
    let name = || "[ab'é]{0,2}";
    let leaf = prop_oneof![
        (
            prop::sample::select(vec!["height_m", "year"]),
            symbol(),
            number()
        )
            .prop_map(|(field, symbol, number)| Plain::Number(field, symbol, number)),
        (symbol(), name()).prop_map(|(symbol, name)| Plain::Name(symbol, name)),
        prop::collection::vec(name(), 1..4).prop_map(Plain::NameIn),
        name().prop_map(Plain::NameLike),
        (symbol(), prop::sample::select(DATES.to_vec()))
            .prop_map(|(symbol, date)| Plain::Date(symbol, date)),
        (number(), number()).prop_map(|(low, high)| Plain::Between(low, high)),
        prop::sample::select(vec!["name", "height_m", "date", "active"]).prop_map(Plain::IsNull),
        Just(Plain::Active),
        (number(), number(), 0_u8..3).prop_map(|(w, s, size)| Plain::Inside([
            w,
            s,
            w + f64::from(size),
            s + f64::from(size)
        ])),
        (number(), number()).prop_map(|(add, limit)| Plain::Sum(add, limit)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Plain::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Plain::And),
            prop::collection::vec(inner, 1..4).prop_map(Plain::Or),
        ]
    })
}

fn row() -> impl Strategy<Value = Row> {
    let half = || (-4_i32..5).prop_map(|half| f64::from(half) / 2.0);
    (
        prop::option::of("[ab'é]{0,2}"),
        prop::option::of(half()),
        prop::option::of(-2_i64..3),
        prop::option::of(prop::sample::select(DATES.to_vec())),
        prop::option::of(any::<bool>()),
        prop::option::of((half(), half())),
    )
        .prop_map(|(name, height_m, year, date, active, at)| Row {
            name,
            height_m,
            year,
            date: date.map(str::to_owned),
            active,
            geometry: at.and_then(|(x, y)| point(x, y)),
            ..Row::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn rows_are_those_that_the_plainest_evaluation_selects(
        expr in plain(),
        mut rows in prop::collection::vec(row(), 0..30),
    ) {
        for (place, row) in rows.iter_mut().enumerate() {
            row.fid = place as i64 + 1;
        }
        let snapshot = snapshot(&rows);
        let holds = |row: &u32| expr.holds(&rows[*row as usize]) == Some(true);
        let expected: Vec<u32> = (0..rows.len() as u32).filter(holds).collect();
        let limits = Limits::default();
        for (language, written) in [
            (Language::Text, expr.text()),
            (Language::Json, expr.json().to_string()),
        ] {
            let filter = parse(&written, language, &schema(), &limits, None);
            let filter = filter.map_err(|error| TestCaseError::fail(format!("{written}: {error}")))?;
            let selected = filter.select(&snapshot, None, &never_stop);
            prop_assert_eq!(selected.as_ref(), Ok(&expected), "{}", written);
            let every_third: Vec<u32> = (0..rows.len() as u32).step_by(3).collect();
            let thirds: Vec<u32> = expected.iter().copied().filter(|row| row % 3 == 0).collect();
            let selected = filter.select(&snapshot, Some(&every_third), &never_stop);
            prop_assert_eq!(selected, Ok(thirds), "{}", written);
        }
    }
}
