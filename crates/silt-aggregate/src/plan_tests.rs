use silt_model::{CollectionSchema, Field, FieldType};

use super::*;

fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("dams");
    schema.fields = vec![
        Field::new("status", FieldType::Text),
        Field::new("height_m", FieldType::Real),
        Field::new("built", FieldType::Date),
        Field::new("operators", FieldType::Json),
    ];
    schema
}

#[test]
fn a_question_is_read() {
    let plan = Plan::parse(
        Some("region:iso3, status,year:built"),
        Some("count,sum(height_m),count(status)"),
        &schema(),
    )
    .expect("a good question");
    let dimensions: Vec<String> = plan.by.iter().map(Dimension::name).collect();
    assert_eq!(dimensions, ["region:iso3", "status", "year:built"]);
    let metrics: Vec<String> = plan.metrics.iter().map(Metric::name).collect();
    assert_eq!(metrics, ["count", "sum(height_m)", "count(status)"]);
    assert_eq!(
        Plan::parse(None, None, &schema()).map(|plan| plan.metrics.len()),
        Ok(1)
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let by = |text: &str| Plan::parse(Some(text), None, &schema()).expect_err(text);
    assert!(matches!(
        by("region:planet"),
        PlanError::UnknownDimension(_)
    ));
    assert!(matches!(by("colour"), PlanError::UnknownDimension(_)));
    assert!(matches!(by("operators"), PlanError::NotGroupable(_)));
    assert!(matches!(by("year:status"), PlanError::NotADate(_)));
    assert!(matches!(by("status,status"), PlanError::Twice(_)));
    assert!(matches!(by("status,,"), PlanError::UnknownDimension(_)));
    assert!(by("colour").is_of_by());
    let metrics = |text: &str| Plan::parse(None, Some(text), &schema()).expect_err(text);
    assert!(matches!(metrics("sum(status)"), PlanError::NotANumber(_)));
    assert!(matches!(metrics("sum(colour)"), PlanError::UnknownField(_)));
    for text in [
        "sum",
        "sum(height_m",
        "total(height_m)",
        "count()x",
        "(",
        ",",
    ] {
        assert!(
            matches!(metrics(text), PlanError::UnknownMetric(_)),
            "{text}"
        );
    }
}
