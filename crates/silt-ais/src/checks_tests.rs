use super::*;
use crate::reason::Reason;

fn reading() -> Reading {
    Reading {
        mmsi: 219_000_751,
        lon_deg: 15.1,
        lat_deg: 55.3,
        ..Reading::default()
    }
}

fn accepted(reading: &Reading) -> (PositionBatch, FeedReport) {
    let mut batch = PositionBatch::default();
    let mut report = FeedReport::new("test".to_owned(), 10);
    let checks = Checks::new(FeedOptions::default());
    assert!(checks.accept(reading, 7, &mut batch, &mut report).is_ok());
    (batch, report)
}

#[test]
fn values_that_mean_not_available_become_nan() {
    let sentinels = Reading {
        sog_kn: 102.3,
        cog_deg: 360.0,
        heading_deg: 511.0,
        draught_m: 0.0,
        ..reading()
    };
    let (batch, report) = accepted(&sentinels);
    assert!(batch.sog_kn[0].is_nan() && batch.cog_deg[0].is_nan());
    assert!(batch.heading_deg[0].is_nan() && batch.draught_m[0].is_nan());
    assert_eq!(report.notes.total(), 3);
    assert!(report.noted_examples.is_empty());
    let (batch, _) = accepted(&Reading {
        sog_kn: 51.2,
        ..reading()
    });
    assert!(batch.sog_kn[0].is_nan());
}

#[test]
fn message_27_has_codes_of_its_own() {
    let far = Reading {
        sog_kn: 63.0,
        cog_deg: 511.0,
        long_range: true,
        ..reading()
    };
    let (batch, report) = accepted(&far);
    assert!(batch.sog_kn[0].is_nan() && batch.cog_deg[0].is_nan());
    assert_eq!(report.notes.of(Note::SogNotAvailable), 1);
    assert_eq!(report.notes.of(Note::CogNotAvailable), 1);
    let (batch, _) = accepted(&Reading {
        sog_kn: 63.0,
        ..reading()
    });
    assert_eq!(batch.sog_kn, [63.0]);
}

#[test]
fn absurd_values_become_nan_and_are_shown() {
    let absurd = Reading {
        sog_kn: -0.1,
        cog_deg: 409.6,
        heading_deg: 360.0,
        draught_m: 26.0,
        nav_status: 16,
        ..reading()
    };
    let (batch, report) = accepted(&absurd);
    assert!(batch.sog_kn[0].is_nan() && batch.draught_m[0].is_nan());
    assert_eq!(batch.nav_status, [15]);
    let codes: Vec<&str> = report
        .noted_examples
        .iter()
        .map(|example| example.reason.as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "sog_invalid",
            "cog_invalid",
            "heading_invalid",
            "draught_invalid",
            "nav_status_invalid"
        ]
    );
    assert_eq!(report.noted_examples[0].line, 7);
    assert_eq!(report.noted_examples[0].value, "-0.1");
}

#[test]
fn a_position_lies_on_earth() {
    let cases = [
        (15.0, 91.0, Refusal::PositionNotAvailable),
        (181.0, 55.0, Refusal::PositionNotAvailable),
        (15.0, 90.1, Refusal::PositionOutOfRange),
        (-180.1, 55.0, Refusal::PositionOutOfRange),
        (f64::NAN, 55.0, Refusal::PositionOutOfRange),
    ];
    for (lon_deg, lat_deg, reason) in cases {
        let refused = place(lon_deg, lat_deg).err().map(|refused| refused.reason);
        assert_eq!(refused, Some(reason), "{lon_deg} {lat_deg}");
    }
    assert!(place(180.0, -90.0).is_ok());
    let (_, report) = accepted(&Reading {
        lon_deg: 0.0,
        lat_deg: 0.0,
        ..reading()
    });
    assert_eq!(report.notes.of(Note::PositionNullIsland), 1);
}

#[test]
fn vessels_and_times() {
    let checks = Checks::new(FeedOptions {
        now_ms: Some(1_700_000_000_000),
        ..FeedOptions::default()
    });
    let refused = |number| {
        checks
            .vessel(number)
            .err()
            .map(|refused| refused.reason.code())
    };
    assert_eq!(refused(219_000_751), None);
    assert_eq!(
        refused(257_999_950).as_deref(),
        Some("mmsi_station_as_vessel")
    );
    assert_eq!(refused(2_190_045).as_deref(), Some("mmsi_coast_station"));
    assert!(checks.time(1_700_000_600_000).is_ok());
    let late = checks
        .time(1_700_000_600_001)
        .err()
        .map(|refused| refused.reason);
    assert_eq!(late, Some(Refusal::TimeInFuture));
    let early = checks.time(0).err().map(|refused| refused.reason);
    assert_eq!(early, Some(Refusal::TimeTooEarly));
    let pseudonyms = FeedOptions {
        ids: VesselIds::Pseudonyms,
        ..FeedOptions::default()
    };
    assert_eq!(Checks::new(pseudonyms).vessel(1).ok(), Some(1));
}
