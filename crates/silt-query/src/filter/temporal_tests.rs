use super::*;
use crate::time::Granule;

fn period(text: &str) -> Period {
    match text.split_once('/') {
        None => Granule::parse(text).expect(text).into(),
        Some((first, last)) => {
            let end = |end: &str, open| match end {
                ".." => open,
                other => Granule::parse(other).expect(other),
            };
            let first = end(first, Granule::OPEN_START);
            Period::new(first, end(last, Granule::OPEN_END)).expect(text)
        }
    }
}

#[test]
fn comparisons_ask_for_what_is_certain() {
    let holds = |a: &str, symbol: &str, b: &str| {
        let comparison = Comparison::from_symbol(symbol).expect(symbol);
        compare(comparison, &period(a), &period(b))
    };
    assert!(holds("2019", ">=", "2019-01-01"));
    assert!(holds("2019-05-05", "=", "2019"));
    assert!(!holds("2019", "=", "2019-05-05"));
    assert!(holds("2019", "<>", "2019-05-05"));
    assert!(!holds("2019", "<=", "2019-06-01"));
    assert!(holds("2019-12-31", "<=", "2019"));
    assert!(!holds("2019-12-31", ">", "2019"));
    assert!(holds("2020-01-01", ">", "2019"));
    assert!(holds("2018", "<", "2019-01-01T00:00:00Z"));
    assert!(!holds("2019", "<", "2019"));
}

#[test]
fn every_operator_holds_where_the_standard_says() {
    let cases = [
        ("t_after", "2020", "2019", "2018"),
        ("t_before", "2018", "2019", "2020"),
        (
            "t_contains",
            "2018-01-01/2020-01-01",
            "2019",
            "2018-01-01/2018-05-01",
        ),
        ("t_disjoint", "2018", "2019", "2019-05"),
        ("t_during", "2019-02-01/2019-03-01", "2019", "2019-01"),
        ("t_equals", "2019-01-01/2019-12-31", "2019", "2019-01-01"),
        ("t_finishedby", "2018/2019", "2019-06-01/2019-12-31", "2018"),
        ("t_finishes", "2019-06/2019-12", "2019", "2019-06"),
        (
            "t_intersects",
            "2019-12-31/2020-03-01",
            "2019",
            "2020-06-01",
        ),
        ("t_meets", "2018/2019", "2019/2020", "2018/2018"),
        ("t_metby", "2019/2020", "2018/2019", "2020/2021"),
        (
            "t_overlappedby",
            "2019-06-01/2020-06-01",
            "2019",
            "2018-01-01/2019-03-01",
        ),
        (
            "t_overlaps",
            "2018-06-01/2019-06-01",
            "2019",
            "2019-03-01/2020-01-01",
        ),
        ("t_startedby", "2019/2020", "2019", "2018/2020"),
        ("t_starts", "2019-01-01/2019-02-01", "2019", "2019-02-01"),
    ];
    for (name, a, b, c) in cases {
        let operator = TemporalOperator::from_name(name).expect(name);
        assert!(operator.holds(&period(a), &period(b)), "{name} {a} {b}");
        assert!(!operator.holds(&period(c), &period(b)), "{name} {c} {b}");
        let inverse = operator.holds(&period(b), &period(a));
        let is_symmetric = matches!(name, "t_disjoint" | "t_equals" | "t_intersects");
        assert_eq!(inverse, is_symmetric, "{name} {b} {a}");
    }
}

#[test]
fn what_meets_does_not_overlap() {
    let (a, b) = (period("2018-06-01/2019-06-01"), period("2019-06-01/2020"));
    assert!(TemporalOperator::Meets.holds(&a, &b));
    assert!(!TemporalOperator::Overlaps.holds(&a, &b));
}

#[test]
fn open_ends_reach_everywhere() {
    let after = period("2019/..");
    assert!(TemporalOperator::Intersects.holds(&after, &period("9999")));
    assert!(TemporalOperator::Contains.holds(&period("../2020"), &period("0001")));
    assert!(!TemporalOperator::Before.holds(&after, &period("9999")));
}
