use silt_model::Field;

use super::*;

#[test]
fn instants_and_intervals_are_read() {
    let edges = |text: &str| {
        let period = parse(text).expect(text);
        (period.start_us(), period.end_us())
    };
    let moment = |text: &str| Granule::parse(text).expect(text);
    let (first, last) = (moment("2019-01-25"), moment("2019-02-01T10:00:00Z"));
    assert_eq!(edges("2019-01-25"), (first.start_us, first.end_us));
    assert_eq!(
        edges("2019-01-25/2019-02-01T10:00:00Z"),
        (first.start_us, last.end_us)
    );
    for open in ["../2019-01-25", "/2019-01-25"] {
        assert_eq!(edges(open), (i64::MIN, first.end_us));
    }
    for open in ["2019-01-25/..", "2019-01-25/"] {
        assert_eq!(edges(open), (first.start_us, i64::MAX));
    }
}

#[test]
fn nonsense_is_refused() {
    for text in [
        "",
        "now",
        "2019",
        "2019-01",
        "2019-02-30",
        "2019-01-25/2019-01-26/2019-01-27",
        "2019-01-25T10:00:00",
        " 2019-01-25",
        "2019-01-25/P1D",
        "2019-01-25/nope",
        "é/..",
    ] {
        let refused = matches!(parse(text), Err(DatetimeError::Unreadable(_)));
        assert!(refused, "{text:?}");
    }
    assert!(matches!(
        parse("2019-02-01/2019-01-01"),
        Err(DatetimeError::Reversed(_))
    ));
    for text in ["../..", "/", "../", "/.."] {
        assert!(matches!(parse(text), Err(DatetimeError::Open(_))), "{text}");
    }
}

#[test]
fn the_field_of_time_is_found_by_name_and_type() {
    let with = |fields: &[(&str, FieldType)]| {
        let mut schema = CollectionSchema::new("c");
        schema.fields = fields
            .iter()
            .map(|(name, kind)| Field::new(*name, *kind))
            .collect();
        temporal_field(&schema)
    };
    let instant = |name: &str| Some(TemporalField::Instant(name.to_owned()));
    assert_eq!(
        with(&[
            ("report_date", FieldType::Date),
            ("incident_date", FieldType::Date)
        ]),
        instant("incident_date")
    );
    assert_eq!(
        with(&[("opened", FieldType::Date), ("closed", FieldType::Date)]),
        Some(TemporalField::Span(
            "opened".to_owned(),
            "closed".to_owned()
        ))
    );
    assert_eq!(with(&[("date", FieldType::Text)]), None);
    assert_eq!(with(&[("approval_date", FieldType::Date)]), None);
}
