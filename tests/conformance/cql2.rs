//! CQL2: comparisons, logic, LIKE, BETWEEN, IN.

use super::filter::{Kind, queryables, quoted};
use super::sample::{Row, SAMPLE, where_row};
use super::service::{Service, encode, service_of};

const BASIC: &str = "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2";
const ADVANCED: &str = "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators";

/// A filter and the condition on a sample row that it stands for.
pub(super) type Case = (&'static str, fn(&Row) -> bool);

pub(super) fn check(service: &Service, cases: &[Case]) {
    for (filter, condition) in cases {
        assert_eq!(
            service.filtered(SAMPLE, filter),
            where_row(condition),
            "{filter}"
        );
    }
}

/// Queryables that can be compared with a literal, by collection.
pub(super) fn comparable(service: &Service) -> Vec<(String, String, Kind)> {
    let mut all = Vec::new();
    for collection in service.collection_ids() {
        for (name, kind) in queryables(service, &collection) {
            if kind.literal().is_some() {
                all.push((collection.clone(), name, kind));
            }
        }
    }
    all
}

pub(super) fn matched(service: &Service, collection: &str, filter: &str) -> u64 {
    service
        .get(&format!(
            "/collections/{collection}/items?limit=1&filter={}",
            encode(filter)
        ))
        .expect(200)
        .json()["numberMatched"]
        .as_u64()
        .expect("numberMatched")
}

/// Properties are named by their queryables; every collection has one to compare with a literal.
#[test]
fn req_basic_cql2_property() {
    let Some(service) = service_of(BASIC) else {
        return;
    };
    let found = comparable(service);
    for collection in service.collection_ids() {
        assert!(
            found.iter().any(|(of, _, _)| *of == collection),
            "{collection}"
        );
    }
}

/// `=`, `<>`, `<`, `>`, `<=` and `>=` compare a property with a literal of its type; contrary
/// comparisons share no feature and leave out only what is null.
#[test]
fn req_basic_cql2_binary_comparison_predicate() {
    let Some(service) = service_of(BASIC) else {
        return;
    };
    for (collection, name, kind) in comparable(service) {
        let literal = kind.literal().expect("a literal");
        let count = |operator: &str| {
            let filter = format!("{} {operator} {literal}", quoted(&name));
            matched(service, &collection, &filter)
        };
        let known = matched(
            service,
            &collection,
            &format!("{} IS NOT NULL", quoted(&name)),
        );
        for (one, other) in [("=", "<>"), (">", "<="), ("<", ">=")] {
            let decided = count(one) + count(other);
            // A date known to the year is neither before nor after a day of that year.
            let is_complete = if kind.is_date() {
                decided <= known
            } else {
                decided == known
            };
            assert!(
                is_complete,
                "{collection}: {name} {one} {literal} and its contrary: {decided} of {known}"
            );
        }
    }
    check(
        service,
        &[
            ("name = 'København'", |row| row.name == Some("København")),
            ("name <> 'København'", |row| {
                row.name.is_some_and(|name| name != "København")
            }),
            ("name > 'Berlin'", |row| row.name > Some("Berlin")),
            ("name <= 'Berlin'", |row| {
                row.name.is_some_and(|name| name <= "Berlin")
            }),
            ("name = 'O''Brien \\ Søn'", |row| row.id == "placeless"),
            ("count > 7", |row| row.count > Some(7)),
            ("count >= 7.0", |row| row.count >= Some(7)),
            ("count < 0.5", |row| {
                row.count.is_some_and(|count| count < 1)
            }),
            ("count = -3", |row| row.count == Some(-3)),
            ("ratio < 2.5", |row| {
                row.ratio.is_some_and(|ratio| ratio < 2.5)
            }),
            ("ratio = 25e-1", |row| row.ratio == Some(2.5)),
            ("ratio <= 0", |row| {
                row.ratio.is_some_and(|ratio| ratio <= 0.0)
            }),
            ("flag = true", |row| row.flag == Some(true)),
            ("flag <> TRUE", |row| row.flag == Some(false)),
            ("day = DATE('2022-04-16')", |row| {
                row.day == Some("2022-04-16")
            }),
            ("day >= DATE('2022-04-16')", |row| {
                row.day >= Some("2022-04-16")
            }),
            ("day < DATE('2022-04-16')", |row| {
                row.day.is_some_and(|day| day < "2022-04-16")
            }),
        ],
    );
}

/// IS NULL and IS NOT NULL part the features, for every queryable, geometry included.
#[test]
fn req_basic_cql2_null_predicate() {
    let Some(service) = service_of(BASIC) else {
        return;
    };
    for collection in service.collection_ids() {
        let total = service.features(&collection).len() as u64;
        for name in queryables(service, &collection).keys() {
            let name = quoted(name);
            let absent = matched(service, &collection, &format!("{name} IS NULL"));
            let present = matched(service, &collection, &format!("{name} is not null"));
            assert_eq!(absent + present, total, "{collection}: {name}");
        }
    }
    check(
        service,
        &[
            ("name IS NULL", |row| row.name.is_none()),
            ("ratio IS NOT NULL", |row| row.ratio.is_some()),
            ("NOT day IS NULL", |row| row.day.is_some()),
        ],
    );
}

/// AND, OR and NOT in any letter case, with parentheses, in the order of SQL and its logic of three
/// values; a truth value alone is a filter.
#[test]
fn req_basic_cql2_cql2_filter() {
    let Some(service) = service_of(BASIC) else {
        return;
    };
    for collection in service.collection_ids() {
        let total = service.features(&collection).len() as u64;
        assert_eq!(matched(service, &collection, "true"), total);
        assert_eq!(matched(service, &collection, "FALSE"), 0);
        assert_eq!(matched(service, &collection, "NOT false"), total);
    }
    check(
        service,
        &[
            ("count = 7 and flag = false", |row| {
                row.count == Some(7) && row.flag == Some(false)
            }),
            ("count = 7 OR count = 10 AND flag = false", |row| {
                row.count == Some(7)
            }),
            ("(count = 7 OR count = 10) AND flag = true", |row| {
                row.id == "copenhagen"
            }),
            ("NOT count = 7 AND flag = true", |row| {
                row.count.is_some_and(|count| count != 7) && row.flag == Some(true)
            }),
            ("NOT (count = 7 OR flag = true)", |row| {
                // False where the count is not 7 and the flag is false; unknown flags stay unknown.
                row.count.is_some_and(|count| count != 7) && row.flag == Some(false)
            }),
            ("NOT (count = 7 AND flag = true)", |row| {
                row.count.is_some_and(|count| count != 7) || row.flag == Some(false)
            }),
            ("((((count = 7))))", |row| row.count == Some(7)),
            (
                "(NOT (name > 'Berlin') AND count <> 7) OR (name IS NULL and true) or not (count <> 7 OR flag = true)",
                |row| {
                    row.id == "nothing"
                        || row.id == "berlin"
                        || row.id == "fiji-east"
                        || row.id == "ascii"
                        || row.id == "fiji-west"
                },
            ),
        ],
    );
}

/// LIKE with `%` for any text and `_` for one character, escaped with `\`, letter case kept.
#[test]
fn req_advanced_comparison_operators_like_predicate() {
    let Some(service) = service_of(ADVANCED) else {
        return;
    };
    check(
        service,
        &[
            ("name LIKE 'B%'", |row| {
                row.name.is_some_and(|name| name.starts_with('B'))
            }),
            ("name LIKE 'B_r%'", |row| {
                matches!(row.id, "berlin" | "fiji-west")
            }),
            ("name NOT LIKE 'B_r%'", |row| {
                row.name.is_some() && !matches!(row.id, "berlin" | "fiji-west")
            }),
            ("name LIKE 'b%'", |_| false),
            ("name LIKE 'K_benhavn'", |row| row.id == "copenhagen"),
            ("name LIKE '%'", |row| row.name.is_some()),
            ("name like '%%'", |row| row.name.is_some()),
            ("name LIKE ''", |_| false),
            ("name LIKE '_%'", |row| row.name.is_some()),
            ("name LIKE 'Bar'", |row| row.id == "fiji-west"),
            ("name LIKE 'Ba'", |_| false),
            ("name LIKE '%\\%%'", |row| row.id == "fiji-east"),
            ("name LIKE '%\\_salt'", |row| row.id == "fiji-east"),
            ("name LIKE '%n'", |row| {
                row.name.is_some_and(|name| name.ends_with('n'))
            }),
            ("name LIKE 'O''B%'", |row| row.id == "placeless"),
            ("name LIKE '.*'", |_| false),
        ],
    );
    for (collection, name, kind) in comparable(service) {
        if kind != Kind::Text {
            continue;
        }
        let name = quoted(&name);
        let count =
            |pattern: &str| matched(service, &collection, &format!("{name} LIKE '{pattern}'"));
        let known = matched(service, &collection, &format!("{name} IS NOT NULL"));
        assert_eq!(count("%"), known, "{collection} {name}");
        assert_eq!(count("%%"), known, "{collection} {name}");
        assert_eq!(count("_%") + count(""), known, "{collection} {name}");
        count("\\%\\_");
    }
}

/// BETWEEN includes both bounds; bounds in the wrong order hold nothing.
#[test]
fn req_advanced_comparison_operators_between_predicate() {
    let Some(service) = service_of(ADVANCED) else {
        return;
    };
    check(
        service,
        &[
            ("count BETWEEN 2 AND 7", |row| {
                row.count.is_some_and(|count| (2..=7).contains(&count))
            }),
            ("count NOT BETWEEN 2 AND 7", |row| {
                row.count.is_some_and(|count| !(2..=7).contains(&count))
            }),
            ("count between 7 and 2", |_| false),
            ("ratio BETWEEN -33.5 AND 2.5", |row| {
                row.ratio.is_some_and(|ratio| ratio <= 2.5)
            }),
            ("count BETWEEN 1 AND 4 AND name LIKE 'I%'", |row| {
                row.id == "inner"
            }),
        ],
    );
    for (collection, name, kind) in comparable(service) {
        if matches!(kind, Kind::Number | Kind::Integer) {
            let name = quoted(&name);
            matched(service, &collection, &format!("{name} BETWEEN 0 AND 100"));
            let none = matched(
                service,
                &collection,
                &format!("{name} between 100.0 and 1.0"),
            );
            assert_eq!(none, 0, "{collection} {name}");
        }
    }
}

/// IN selects by a list of values of the property's type.
#[test]
fn req_advanced_comparison_operators_in_predicate() {
    let Some(service) = service_of(ADVANCED) else {
        return;
    };
    check(
        service,
        &[
            ("count IN (7, 42, 999)", |row| {
                matches!(row.count, Some(7 | 42))
            }),
            ("count NOT IN (7, 42)", |row| {
                row.count.is_some_and(|count| count != 7 && count != 42)
            }),
            ("name IN ('Berlin','kobenhavn','foo')", |row| {
                matches!(row.id, "berlin" | "ascii")
            }),
            ("name not in ('Berlin')", |row| {
                row.name.is_some_and(|name| name != "Berlin")
            }),
            ("flag IN (true)", |row| row.flag == Some(true)),
            ("flag NOT IN (false)", |row| row.flag == Some(true)),
            (
                "day IN (DATE('2021-04-16'),DATE('2022-04-18'),DATE('2022-12-31'))",
                |row| matches!(row.day, Some("2021-04-16" | "2022-12-31")),
            ),
            ("ratio IN (2.5)", |row| row.ratio == Some(2.5)),
        ],
    );
    for (collection, name, kind) in comparable(service) {
        let list = match kind {
            Kind::Text => "'foo', 'bar'",
            Kind::Integer | Kind::Number => "1, 2, 3",
            Kind::Boolean => "true",
            Kind::Date => "DATE('2022-04-14'), DATE('2022-04-15')",
            _ => continue,
        };
        let filter = format!("{} IN ({list})", quoted(&name));
        matched(service, &collection, &filter);
    }
}
