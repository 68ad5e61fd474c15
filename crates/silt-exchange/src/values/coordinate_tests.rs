use proptest::prelude::*;

use super::Axis::{Latitude, Longitude};
use super::NumberFormat::{Auto, Comma, Point};
use super::*;

#[test]
fn angles_as_registers_write_them() {
    for (text, axis, expected) in [
        // Brazil, both quote styles, and the mark of a new record.
        ("-10°39'12.400''", Latitude, -38_352_400.0 / 3_600_000.0),
        ("-15°55'09.590\"", Latitude, -57_309_590.0 / 3_600_000.0),
        ("00°22'46.200\"", Latitude, 1_366_200.0 / 3_600_000.0),
        ("00°00'00.000\"", Latitude, 0.0),
        ("-00°00'00.000\"", Latitude, 0.0),
        ("-00°30'", Latitude, -0.5),
        // Chile, Canada and United States: decimal degrees.
        ("-20.943234304140518", Latitude, -20.943234304140518),
        ("45.263786", Latitude, 45.263786),
        ("-162.8624", Longitude, -162.8624),
        ("49", Latitude, 49.0),
        ("1.5E-05", Latitude, 1.5e-5),
        // Decimal comma; an angle has no thousands.
        ("-15,931", Latitude, -15.931),
        ("15°55'09,59\" S", Latitude, -57_309_590.0 / 3_600_000.0),
        // Letters and words, before and after.
        ("12.5 N", Latitude, 12.5),
        ("12.5S", Latitude, -12.5),
        ("S12.5", Latitude, -12.5),
        ("W 70° 30'", Longitude, -70.5),
        ("70° 30' O", Longitude, -70.5),
        ("70,5° Oeste", Longitude, -70.5),
        ("70°30' Ouest", Longitude, -70.5),
        ("35.5 L", Longitude, 35.5),
        ("35.5 Este", Longitude, 35.5),
        ("35.5 leste", Longitude, 35.5),
        ("22° 30' Sul", Latitude, -22.5),
        ("22° 30' sur", Latitude, -22.5),
        ("22° 30' Norte", Latitude, 22.5),
        ("Lat: -12.5", Latitude, -12.5),
        ("Longitude = 12.5 W", Longitude, -12.5),
        ("-12.5 S", Latitude, -12.5),
        ("+12.5 N", Latitude, 12.5),
        ("\u{2212}12.5", Latitude, -12.5),
        // Marks and separators.
        ("11:30:00", Latitude, 11.5),
        ("11 30 36", Latitude, 11.51),
        ("11 30.6", Latitude, 11.51),
        ("11º30′36″N", Latitude, 11.51),
        ("11˚30’36”N", Latitude, 11.51),
        ("11°30‘36“N", Latitude, 11.51),
        ("11° 30` 36``N", Latitude, 11.51),
        ("11d30'36\"", Latitude, 11.51),
        ("11d 30m 36s N", Latitude, 11.51),
        ("11 deg 30 min 36 sec S", Latitude, -11.51),
        ("11o30'36\"N", Latitude, 11.51),
        ("(11°30'36\"N)", Latitude, 11.51),
        ("11°30'36\"N,\n", Latitude, 11.51),
        ("11° 30' 36\u{a0}\"\u{200b}N.", Latitude, 11.51),
        ("12.", Latitude, 12.0),
        ("90", Latitude, 90.0),
        ("90°00'00\"S", Latitude, -90.0),
        ("180 W", Longitude, -180.0),
    ] {
        assert_eq!(parse_angle(text, axis, Auto), Ok(expected), "{text:?}");
    }
}

#[test]
fn refused_with_the_reason() {
    use CoordinateError::*;
    for (text, axis, expected) in [
        ("", Latitude, Empty),
        (" , ", Latitude, NoNumber),
        (
            "N",
            Latitude,
            MisplacedHemisphere {
                hemisphere: Hemisphere::North,
            },
        ),
        ("-", Latitude, MisplacedSign),
        ("lat", Latitude, NoNumber),
        ("91", Latitude, LatitudeOutOfRange { degrees: 91.0 }),
        (
            "-90.000001",
            Latitude,
            LatitudeOutOfRange {
                degrees: -90.000001,
            },
        ),
        (
            "90°00'36\"S",
            Latitude,
            LatitudeOutOfRange { degrees: -90.01 },
        ),
        ("181", Longitude, LongitudeOutOfRange { degrees: 181.0 }),
        ("289.5", Longitude, LongitudeOutOfRange { degrees: 289.5 }),
        ("1e+300", Longitude, LongitudeOutOfRange { degrees: 1e300 }),
        ("12°60'00\"", Latitude, MinutesOutOfRange { minutes: 60.0 }),
        ("12 75.5", Latitude, MinutesOutOfRange { minutes: 75.5 }),
        ("12o7’ 61 W", Longitude, SecondsOutOfRange { seconds: 61.0 }),
        (
            "12°30'60.00\"",
            Latitude,
            SecondsOutOfRange { seconds: 60.0 },
        ),
        (
            "8°11.5'50.91\"W",
            Longitude,
            FractionalMinutesWithSeconds { minutes: 11.5 },
        ),
        (
            "8.5°11'",
            Latitude,
            FractionalDegreesWithMinutes { degrees: 8.5 },
        ),
        ("-20.943.234", Latitude, SeveralDecimalMarks { mark: '.' }),
        ("1 2 3 4", Latitude, TooManyNumbers { count: 4 }),
        ("11°25\"", Latitude, MisplacedMark { mark: "seconds" }),
        ("11'", Latitude, MisplacedMark { mark: "minutes" }),
        ("°11", Latitude, MisplacedMark { mark: "degrees" }),
        ("11°°", Latitude, MisplacedMark { mark: "degrees" }),
        ("--11", Latitude, MisplacedSign),
        ("-00°-30'", Latitude, MisplacedSign),
        ("12-30-00", Latitude, MisplacedSign),
        (
            "-12 N",
            Latitude,
            SignContradictsHemisphere {
                hemisphere: Hemisphere::North,
            },
        ),
        (
            "+12 S",
            Latitude,
            SignContradictsHemisphere {
                hemisphere: Hemisphere::South,
            },
        ),
        (
            "12 W",
            Latitude,
            WrongAxis {
                found: Longitude,
                expected: Latitude,
            },
        ),
        (
            "Lat 12",
            Longitude,
            WrongAxis {
                found: Latitude,
                expected: Longitude,
            },
        ),
        ("70o", Longitude, DegreeOrWest),
        (
            "N 12 S",
            Latitude,
            MisplacedHemisphere {
                hemisphere: Hemisphere::South,
            },
        ),
        (
            "12 N N",
            Latitude,
            MisplacedHemisphere {
                hemisphere: Hemisphere::North,
            },
        ),
        ("NaN", Latitude, UnexpectedWord { word: "NaN".into() }),
        ("TSF 1 12", Latitude, UnexpectedWord { word: "TSF".into() }),
        ("12 ?", Latitude, UnexpectedCharacter { character: '?' }),
        ("12; 13", Latitude, UnexpectedCharacter { character: ';' }),
        ("5. 0435", Latitude, UnexpectedCharacter { character: '.' }),
        (":12", Latitude, UnexpectedCharacter { character: ':' }),
        (
            "12° 13°",
            Latitude,
            TooManyAngles {
                count: 2,
                expected: 1,
            },
        ),
    ] {
        assert_eq!(parse_angle(text, axis, Auto), Err(expected), "{text:?}");
    }
    let long = "1".repeat(301);
    assert_eq!(
        parse_angle(&long, Latitude, Auto),
        Err(TooLong { bytes: 301 })
    );
}

#[test]
fn a_stated_decimal_mark_is_kept_to() {
    assert_eq!(parse_angle("12,5", Latitude, Comma), Ok(12.5));
    assert_eq!(parse_angle("12.5", Latitude, Point), Ok(12.5));
    let comma = CoordinateError::UnexpectedCharacter { character: ',' };
    assert_eq!(parse_angle("12,5", Latitude, Point), Err(comma));
    let point = CoordinateError::UnexpectedCharacter { character: '.' };
    assert_eq!(parse_angle("12.5", Latitude, Comma), Err(point));
}

#[test]
fn reasons_read_well() {
    let reason = |text, axis| parse_angle(text, axis, Auto).expect_err(text).to_string();
    assert_eq!(
        reason("12°7'61\"", Longitude),
        "61 seconds; a minute has only 60, so less than 60 must stand here"
    );
    assert_eq!(
        reason("8°11.5'50.91\"", Longitude),
        "minutes with a fraction (11.5) and seconds as well: two readings are possible"
    );
    assert_eq!(
        reason("12 W", Latitude),
        "a longitude where a latitude is expected; are the columns swapped?"
    );
}

const DEGREE_SIGNS: &[&str] = &["°", "º", "˚", "° ", "o ", "d", " ", ":", " deg "];
const MINUTE_QUOTES: &[&str] = &["'", "′", "’", "‘", "`", "´", "' ", " ", ":", " min "];
const SECOND_QUOTES: &[&str] = &["\"", "''", "″", "”", "“", "’’", "′′", "´´", "", " sec"];

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        for format in [Point, Comma, Auto] {
            for axis in [Latitude, Longitude] {
                if let Ok(degrees) = parse_angle(&text, axis, format) {
                    prop_assert!(degrees.abs() <= axis.limit_deg());
                }
            }
        }
    }

    #[test]
    fn angle_like_texts_never_panic(text in "[NSEWOLo]?[-+ ]{0,2}([0-9]{1,3}[.,:°ºod'’\" ]{0,2}){0,5}[NSEWOLnsew., ]{0,2}") {
        for format in [Point, Comma, Auto] {
            for axis in [Latitude, Longitude] {
                if let Ok(degrees) = parse_angle(&text, axis, format) {
                    prop_assert!(degrees.abs() <= axis.limit_deg());
                }
            }
        }
    }

    #[test]
    fn sexagesimal_angles_in_every_style(
        degrees in 0_u64..90,
        minutes in 0_u64..60,
        milliseconds in 0_u64..60_000,
        is_negative in any::<bool>(),
        style in (0..DEGREE_SIGNS.len(), 0..MINUTE_QUOTES.len(), 0..SECOND_QUOTES.len()),
        mark in prop::sample::select(vec!['.', ',']),
    ) {
        let (degree, minute, second) =
            (DEGREE_SIGNS[style.0], MINUTE_QUOTES[style.1], SECOND_QUOTES[style.2]);
        let seconds = format!("{:02}{mark}{:03}", milliseconds / 1000, milliseconds % 1000);
        let unsigned = format!("{degrees:02}{degree}{minutes:02}{minute}{seconds}{second}");
        // One division of whole numbers: the nearest f64.
        let all_milliseconds = (degrees * 60 + minutes) * 60_000 + milliseconds;
        let magnitude = all_milliseconds as f64 / 3_600_000.0;
        let expected = if is_negative && magnitude > 0.0 { -magnitude } else { magnitude };
        let (sign, latitude, longitude, west) =
            if is_negative { ("-", "S", " W", "O ") } else { ("", "N", " E", "L ") };
        for (text, axis) in [
            (format!("{sign}{unsigned}"), Latitude),
            (format!("{sign}{unsigned}"), Longitude),
            (format!("{unsigned} {latitude}"), Latitude),
            (format!("{latitude}{unsigned}"), Latitude),
            (format!("{unsigned}{longitude}"), Longitude),
            (format!("{west}{unsigned}"), Longitude),
        ] {
            prop_assert_eq!(parse_angle(&text, axis, Auto), Ok(expected), "{}", text);
        }
    }

    #[test]
    fn decimal_degrees_are_exact(degrees in -180.0_f64..=180.0) {
        let text = degrees.to_string();
        prop_assert_eq!(parse_angle(&text, Longitude, Auto), Ok(degrees));
        prop_assert_eq!(parse_angle(&text.replace('.', ","), Longitude, Comma), Ok(degrees));
        if degrees.abs() > 90.0 {
            let error = CoordinateError::LatitudeOutOfRange { degrees };
            prop_assert_eq!(parse_angle(&text, Latitude, Auto), Err(error));
        }
    }
}
