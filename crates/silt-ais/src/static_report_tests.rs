use super::*;

#[test]
fn check_digits_of_real_vessels() {
    for imo in [9_083_249, 9_390_305, 9_297_137, 9_074_729] {
        assert!(imo_check_digit_is_right(imo), "{imo}");
    }
    for imo in [0, 9_083_248, 908_324, 90_832_490, 1_073_741_823] {
        assert!(!imo_check_digit_is_right(imo), "{imo}");
    }
}

fn report(mmsi: u32, name: &str, time_ms: i64) -> StaticReport {
    StaticReport {
        mmsi,
        name: Some(name.to_owned()),
        time_ms: Some(time_ms),
        last_time_ms: Some(time_ms),
        messages: 1,
        ..StaticReport::default()
    }
}

#[test]
fn merging_forgets_order_and_division() {
    let reports = vec![
        report(2, "B", 5),
        report(1, "A", 9),
        report(1, "A", 3),
        report(1, "OLD", 1),
        report(1, "A", 4),
    ];
    let mut reversed = reports.clone();
    reversed.reverse();
    let merged = merge_static(reports.clone());
    assert_eq!(merged, merge_static(reversed));
    let mut in_two_steps = merge_static(reports[..2].to_vec());
    in_two_steps.extend(merge_static(reports[2..].to_vec()));
    assert_eq!(merged, merge_static(in_two_steps));
    let seen: Vec<_> = merged
        .iter()
        .map(|said| (said.mmsi, said.time_ms, said.last_time_ms, said.messages))
        .collect();
    assert_eq!(
        seen,
        [
            (1, Some(1), Some(1), 1),
            (1, Some(3), Some(9), 3),
            (2, Some(5), Some(5), 1)
        ]
    );
}

#[test]
fn padding_is_no_text() {
    assert_eq!(clean_text("PINTA@@@ X"), Some("PINTA".to_owned()));
    assert_eq!(clean_text("  "), None);
    assert_eq!(clean_text("@@@@"), None);
    assert_eq!(clean_text("None"), None);
}
