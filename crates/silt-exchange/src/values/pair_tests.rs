use proptest::prelude::*;

use super::super::coordinate::Hemisphere;
use super::*;

fn read(text: &str) -> Result<(f64, f64), CoordinateError> {
    parse_pair(text, &PairFormat::default()).map(|pair| (pair.latitude_deg, pair.longitude_deg))
}

fn dms(degrees: f64, minutes: f64, seconds: f64) -> f64 {
    (degrees * 3600.0 + minutes * 60.0 + seconds) / 3600.0
}

fn assert_close((latitude, longitude): (f64, f64), expected: (f64, f64), text: &str) {
    let is_close = (latitude - expected.0).abs() < 1e-12 && (longitude - expected.1).abs() < 1e-12;
    assert!(
        is_close,
        "{text:?}: {latitude} {longitude}, expected {expected:?}"
    );
}

/// The malformed coordinates of one company's disclosure, verbatim.
#[test]
fn coordinates_of_a_real_disclosure() {
    for (text, expected, label) in [
        (
            "11°25'3.28''N,\n3°32'31.40''W",
            (dms(11.0, 25.0, 3.28), -dms(3.0, 32.0, 31.4)),
            None,
        ),
        (
            "TSF 1- 6°52'36\"N, 8°07'33\"W",
            (dms(6.0, 52.0, 36.0), -dms(8.0, 7.0, 33.0)),
            Some("TSF 1"),
        ),
        (
            "11°57'20'' N, 3°24'46'' W",
            (dms(11.0, 57.0, 20.0), -dms(3.0, 24.0, 46.0)),
            None,
        ),
        (
            "TSF 1 13o 12’ 42 N 12o11’ 53 W",
            (dms(13.0, 12.0, 42.0), -dms(12.0, 11.0, 53.0)),
            Some("TSF 1"),
        ),
        (
            "   8°16'23.22\"N \n\n 4°39'28.39\"W",
            (dms(8.0, 16.0, 23.22), -dms(4.0, 39.0, 28.39)),
            None,
        ),
    ] {
        let pair = parse_pair(text, &PairFormat::default()).expect(text);
        assert_close((pair.latitude_deg, pair.longitude_deg), expected, text);
        assert_eq!(pair.label, label, "{text:?}");
    }
    for (text, expected) in [
        ("TSF 2-8°07'33\"W", CoordinateError::MissingLatitude),
        (
            "TSF 1B - 13o 12’ 54 N 12o7’ 61 W",
            CoordinateError::SecondsOutOfRange { seconds: 61.0 },
        ),
        (
            "8°16'23.22\"N 8°11.5'50.91\"W",
            CoordinateError::FractionalMinutesWithSeconds { minutes: 11.5 },
        ),
    ] {
        assert_eq!(read(text), Err(expected), "{text:?}");
    }
}

#[test]
fn pairs_in_other_styles() {
    for text in [
        "-20.5, -68.25",
        "-20.5,-68.25",
        "-20.5 -68.25",
        "-20.5;-68.25",
        "-20.5 / -68.25",
        "-20.5\t-68.25",
        "(-20.5, -68.25)",
        "[-20.5, -68.25]",
        "-20,5, -68,25",
        "-20,5,-68,25",
        "-20,5 -68,25",
        "-20,5; -68,25",
        "20.5 S 68.25 W",
        "20.5S, 68.25W",
        "S20.5 W68.25",
        "68.25 W, 20.5 S",
        "W68.25 S20.5",
        "20,5 Sur, 68,25 Oeste",
        "Lat: -20.5, Long: -68.25",
        "lat=-20.5 lon=-68.25",
        "Longitude -68.25 Latitude -20.5",
        "20°30'S 68°15'W",
        "20º30'00\"S - 68º15'00\"O",
        "S 20°30' O 68°15'",
        "S 20°30' - O 68°15'",
        "20.5S-68.25W",
        "-20.5-68.25",
        "-20.5, - 68.25",
        "-20 30 -68 15",
        "-20°30' -68°15'",
        "20 30 00 S 68 15 00 W",
        "-20 30 00 -68 15 00",
        "20:30:00 S, 68:15:00 W",
        "Tranque El Cobre -20°30' -68°15'",
        "Dam B1: 20°30'S 68°15'W",
    ] {
        assert_eq!(read(text), Ok((-20.5, -68.25)), "{text:?}");
    }
    assert_eq!(read("20°30'N - 68°15'E"), Ok((20.5, 68.25)));
    assert_eq!(read("+20.5-068.25/"), Ok((20.5, -68.25)));
    assert_eq!(read("11.25 12.5"), Ok((11.25, 12.5)));
    assert_eq!(read("11 12"), Ok((11.0, 12.0)));
    assert_eq!(read("11 30 12 15"), Ok((11.5, 12.25)));
    assert_eq!(read("11 30 00 12 15 00"), Ok((11.5, 12.25)));
    assert_eq!(read("-11.25 12.5"), Ok((-11.25, 12.5)));
}

#[test]
fn the_order_of_the_column() {
    let longitude_first = PairFormat {
        order: PairOrder::LongitudeFirst,
        decimal: NumberFormat::Auto,
    };
    let read = |text| {
        parse_pair(text, &longitude_first).map(|pair| (pair.latitude_deg, pair.longitude_deg))
    };
    assert_eq!(read("-68.25, -20.5"), Ok((-20.5, -68.25)));
    // Letters say more than the order of the column.
    assert_eq!(read("20.5 S, 68.25 W"), Ok((-20.5, -68.25)));
    assert_eq!(read("20.5, 68.25 W"), Ok((20.5, -68.25)));
}

#[test]
fn refused_with_the_reason() {
    use CoordinateError::*;
    for (text, expected) in [
        ("", Empty),
        ("()", NoNumber),
        ("12.5", MissingAngle),
        ("12.5 N", MissingLongitude),
        (", 12.5 W", MissingLatitude),
        ("Long: 12.5", MissingLatitude),
        (
            "12 N, 13 N",
            SameAxisTwice {
                axis: Axis::Latitude,
            },
        ),
        (
            "1, 2, 3",
            TooManyAngles {
                count: 3,
                expected: 2,
            },
        ),
        ("91.5, 12.5", LatitudeOutOfRange { degrees: 91.5 }),
        ("-68.6, -190.9", LongitudeOutOfRange { degrees: -190.9 }),
        ("20.5 - 68.25", AmbiguousDash),
        ("20.5-68.25", AmbiguousDash),
        ("20.5S - 68.25", AmbiguousDash),
        ("-20.5 - 68.25", AmbiguousDash),
        ("45,7", AmbiguousComma),
        ("-45,7", AmbiguousComma),
        ("45,7,12", AmbiguousComma),
        (
            "12 N W",
            MisplacedHemisphere {
                hemisphere: Hemisphere::West,
            },
        ),
        (
            "POINT(-68.6 -20.9)",
            UnexpectedWord {
                word: "POINT".into(),
            },
        ),
        ("TSF 1 12.5 13.5", UnexpectedWord { word: "TSF".into() }),
        ("see annex", UnexpectedWord { word: "see".into() }),
        ("12.5 & 13.5", UnexpectedCharacter { character: '&' }),
        ("11 12 13 14 15", MissingAngle),
    ] {
        assert_eq!(read(text), Err(expected), "{text:?}");
    }
}

#[test]
fn a_stated_decimal_mark_settles_the_comma() {
    let read = |text, decimal| {
        let format = PairFormat {
            decimal,
            ..PairFormat::default()
        };
        parse_pair(text, &format).map(|pair| (pair.latitude_deg, pair.longitude_deg))
    };
    assert_eq!(read("45,7", NumberFormat::Point), Ok((45.0, 7.0)));
    assert_eq!(
        read("45,7", NumberFormat::Comma),
        Err(CoordinateError::MissingAngle)
    );
    assert_eq!(read("45,7,12", NumberFormat::Comma), Ok((45.7, 12.0)));
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        for decimal in [NumberFormat::Point, NumberFormat::Comma, NumberFormat::Auto] {
            let _ = parse_pair(&text, &PairFormat { decimal, ..PairFormat::default() });
        }
    }

    #[test]
    fn pair_like_texts_stay_in_range(
        text in "(TSF 1 ?-? ?)?[-+]?[0-9]{1,3}[.,°o '\"]{0,2}[0-9]{0,2}['\"’ ]{0,2}[NS]?[,;/ \n-]{0,2}[0-9]{1,3}[.,°o '\"]{0,2}[0-9]{0,2}['\"’ ]{0,2}[EWOL]?"
    ) {
        if let Ok(pair) = parse_pair(&text, &PairFormat::default()) {
            prop_assert!(pair.latitude_deg.abs() <= 90.0);
            prop_assert!(pair.longitude_deg.abs() <= 180.0);
        }
    }

    #[test]
    fn decimal_pairs_are_exact(latitude in -90.0_f64..=90.0, longitude in -180.0_f64..=180.0) {
        for text in [
            format!("{latitude:?}, {longitude:?}"),
            format!("{latitude:?},{longitude:?}"),
            format!("{latitude:?} {longitude:?}"),
            format!("({latitude:?}; {longitude:?})"),
            format!("lon: {longitude:?} lat: {latitude:?}"),
        ] {
            prop_assert_eq!(read(&text), Ok((latitude, longitude)), "{}", text);
        }
    }
}
