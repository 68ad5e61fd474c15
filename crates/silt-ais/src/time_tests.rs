use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

const ALL: [TimeFormat; 4] = [
    TimeFormat::Iso,
    TimeFormat::DayFirst,
    TimeFormat::Compact,
    TimeFormat::Epoch,
];

fn ms(text: &str) -> Option<i64> {
    parse_time_ms(text.as_bytes(), &ALL)
}

fn utc(datetime: DateTime) -> i64 {
    datetime
        .to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp().as_millisecond())
        .expect("every civil time exists in UTC")
}

#[test]
fn the_same_moment_in_every_dialect() {
    let expected = Some(1_384_257_600_000);
    for text in [
        "2013-11-12T12:00:00",
        "2013-11-12 12:00:00",
        "2013-11-12T12:00:00Z",
        "2013-11-12 12:00:00 UTC",
        "2013-11-12T12:00:00.000000+00:00",
        "2013-11-12T13:00:00+01:00",
        "2013-11-12T05:00:00-0700",
        "12/11/2013 12:00:00",
        "20131112_120000",
        "1384257600",
        "1384257600.0",
        "1.3842576e9",
        "1384257600000",
    ] {
        assert_eq!(ms(text), expected, "{text}");
    }
    assert_eq!(ms("2016-01-12 13:02:11.218"), Some(1_452_603_731_218));
    assert_eq!(
        ms("2025-12-11T20:44:50.102999+00:00"),
        Some(1_765_485_890_102)
    );
    assert_eq!(ms("1969-12-31T23:59:59.999Z"), Some(-1));
}

#[test]
fn what_is_no_time() {
    for text in [
        "",
        "2013-11-12",
        "2013-02-29T00:00:00",
        "2013-11-12T24:00:00",
        "2013-11-12T12:60:00",
        "2013-11-12T12:00:60",
        "2013-13-01T00:00:00",
        "11/12/13 12:00:00",
        "31/11/2013 12:00:00",
        "12/31/2013 12:00:00",
        "2013-11-12T12:00:00.",
        "2013-11-12T12:00:00 CET",
        "2013-11-12T12:00:00+1",
        "20131112-120000",
        "soon",
        "1e300",
    ] {
        assert_eq!(ms(text), None, "{text}");
    }
    assert_eq!(parse_time_ms(b"1384257600", &[TimeFormat::Iso]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn iso_is_what_jiff_prints(at in 0_i64..253_402_300_799_999) {
        let stamp = Timestamp::from_millisecond(at).expect("within jiff's range");
        prop_assert_eq!(ms(&stamp.to_string()), Some(at));
        let civil = stamp.to_zoned(TimeZone::UTC).datetime();
        prop_assert_eq!(ms(&civil.to_string()), Some(at));
        let whole_s = at - at.rem_euclid(1000);
        let compact = civil.strftime("%Y%m%d_%H%M%S").to_string();
        prop_assert_eq!(ms(&compact), Some(whole_s));
        let day_first = civil.strftime("%d/%m/%Y %H:%M:%S").to_string();
        prop_assert_eq!(ms(&day_first), Some(whole_s));
    }

    #[test]
    fn what_both_read_is_the_same(
        text in r"(19[789]|20[0-9])[0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])?"
    ) {
        let zoned = text.ends_with('Z') || text[19..].contains(['+', '-']);
        let expected = if zoned {
            text.parse::<Timestamp>().ok().map(|stamp| stamp.as_millisecond())
        } else {
            text.parse::<DateTime>().ok().map(utc)
        };
        prop_assert_eq!(ms(&text), expected);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = parse_time_ms(&bytes, &ALL);
    }
}
