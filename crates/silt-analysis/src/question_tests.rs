use silt_model::Domain;

use super::*;
use crate::testing::{at, read, snapshot};

#[test]
fn defaults_are_those_that_the_documentation_names() {
    let data = snapshot(Domain::Land, &[at(0.0, 0.0)]);
    let (question, view) = read(&data, "").expect("nothing asked is a question");
    assert_eq!(question.value, CellValue::Count);
    assert_eq!(question.method, Method::GiStar);
    assert_eq!(question.neighbours, Neighbours::Ring { k: 1 });
    assert_eq!((question.alpha, question.permutations), (0.05, None));
    assert_eq!((view.limit, view.cold, view.members), (1_000, false, None));
    let (moran, _) = read(&data, "method=local-moran").expect("local Moran");
    assert_eq!(moran.permutations.map(|own| own.count), Some(999));
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let data = snapshot(Domain::Land, &[at(0.0, 0.0)]);
    for (asked, name) in [
        ("value=sum:name", "value"),
        ("value=sum:nothing", "value"),
        ("value=volume_m3", "value"),
        ("value=", "value"),
        ("resolution=16", "resolution"),
        ("resolution=-1", "resolution"),
        ("resolution=5.5", "resolution"),
        ("alpha=0", "alpha"),
        ("alpha=1", "alpha"),
        ("alpha=2", "alpha"),
        ("alpha=NaN", "alpha"),
        ("permutations=0", "permutations"),
        ("permutations=1000000000", "permutations"),
        ("permutations=99&method=emerging", "permutations"),
        ("neighbours=82", "neighbours"),
        ("neighbours=-1", "neighbours"),
        ("distance_km=0", "distance_km"),
        ("distance_km=inf", "distance_km"),
        ("distance_km=10&neighbours=1", "distance_km"),
        ("method=kriging", "method"),
        ("weights=queen", "weights"),
        ("reference=moon", "reference"),
        ("limit=0", "limit"),
        ("limit=-5", "limit"),
        ("cold=yes", "cold"),
        ("step=day&method=emerging", "step"),
        ("step=month", "step"),
        ("radius_km=5", "radius_km"),
        ("radius_km=NaN&method=dbscan", "radius_km"),
        ("min_points=0&method=dbscan", "min_points"),
        ("seed=-1", "seed"),
        ("method=dbscan&resolution=5", "resolution"),
        ("method=local-moran&weights=row", "weights"),
    ] {
        match read(&data, asked) {
            Err(AnalysisError::Parameter { name: found, .. }) => assert_eq!(found, name, "{asked}"),
            other => panic!("{asked}: {other:?}"),
        }
    }
    let error = read(&data, "value=sum:name").expect_err("a text field");
    assert!(error.to_string().contains("volume_m3"), "{error}");
}

#[test]
fn a_limit_is_lowered_and_a_large_number_of_permutations_is_not() {
    let data = snapshot(Domain::Land, &[at(0.0, 0.0)]);
    let (_, view) = read(&data, "limit=5000000").expect("a limit");
    assert_eq!(view.limit, 100_000);
    assert!(read(&data, "permutations=9999").is_ok());
    assert!(read(&data, "permutations=10000").is_err());
}
