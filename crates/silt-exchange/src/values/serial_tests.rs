use proptest::prelude::*;

use super::*;

fn day(serial: f64, is_1904: bool) -> String {
    from_excel_serial(serial, is_1904)
        .expect("a day")
        .to_string()
}

#[test]
fn known_days() {
    assert_eq!(day(1.0, false), "1900-01-01");
    assert_eq!(day(59.0, false), "1900-02-28");
    assert_eq!(day(61.0, false), "1900-03-01");
    assert_eq!(day(25_569.0, false), "1970-01-01");
    assert_eq!(day(44_900.0, false), "2022-12-05");
    assert_eq!(day(44_900.999, false), "2022-12-05");
    assert_eq!(day(42_159.0, false), "2015-06-04");
    assert_eq!(day(2_958_465.0, false), "9999-12-31");
    assert_eq!(day(0.0, true), "1904-01-01");
    assert_eq!(day(43_438.0, true), "2022-12-05");
}

#[test]
fn numbers_that_are_no_day() {
    assert_eq!(from_excel_serial(0.0, false), Err(DateError::NoYear));
    for serial in [
        60.0,
        60.5,
        0.5,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        2_958_466.0,
        1e300,
    ] {
        let error = from_excel_serial(serial, false).expect_err("no day");
        assert!(
            matches!(error, DateError::InvalidSerial { .. }),
            "{serial}: {error}"
        );
    }
}

proptest! {
    #[test]
    fn never_panics(serial in any::<f64>(), is_1904 in any::<bool>()) {
        let _ = from_excel_serial(serial, is_1904);
    }

    #[test]
    fn both_systems_are_1462_days_apart(serial in 1463_u32..2_957_003) {
        let in_1900 = from_excel_serial(f64::from(serial), false);
        let in_1904 = from_excel_serial(f64::from(serial - 1462), true);
        prop_assert_eq!(in_1900, in_1904);
    }

    #[test]
    fn days_follow_each_other(serial in 61_u32..2_958_465) {
        let today = from_excel_serial(f64::from(serial), false).expect("a day");
        let tomorrow = from_excel_serial(f64::from(serial + 1), false).expect("a day");
        prop_assert!(today < tomorrow);
        let is_next_day = tomorrow.day() == today.day().map(|day| day + 1);
        prop_assert!(is_next_day || tomorrow.day() == Some(1));
    }
}
