use super::*;

#[test]
fn dimensions_are_read_as_they_are_written() {
    let list = "region:sea,year,month,vessel";
    let dimensions = Dimension::parse_list(list).expect("a list");
    let names: Vec<String> = dimensions.into_iter().map(Dimension::name).collect();
    assert_eq!(names.join(","), list);
    assert_eq!(Dimension::parse_list(" "), Ok(Vec::new()));
    assert_eq!(
        Dimension::parse_list("region"),
        Ok(vec![Dimension::Region(RegionKind::Country)])
    );
    for wrong in [
        "colour",
        "region:",
        "h3:9",
        "h3:x",
        "year,year",
        "year,month,vessel,type,purpose",
    ] {
        assert!(Dimension::parse_list(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn moments_have_any_precision() {
    let day_ms = 86_400_000;
    assert_eq!(moment_ms("1970"), Ok(0));
    assert_eq!(moment_ms("1970-02"), Ok(31 * day_ms));
    assert_eq!(moment_ms("1970-01-02"), Ok(day_ms));
    assert_eq!(moment_ms("1970-01-01T01:00:00+01:00"), Ok(0));
    for wrong in ["", "soon", "1970-13", "70", "197\u{e9}"] {
        assert!(moment_ms(wrong).is_err(), "{wrong}");
    }
}
