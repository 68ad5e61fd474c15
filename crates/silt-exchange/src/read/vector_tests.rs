use super::*;

#[test]
fn dates_of_gdal_become_iso_8601() {
    let cases = [
        ("2019/01/25", "2019-01-25"),
        ("2019/01/25 10:11:12", "2019-01-25T10:11:12"),
        ("2019/01/25 10:11:12.345+00", "2019-01-25T10:11:12.345Z"),
        ("2019/01/25 10:11:12-03", "2019-01-25T10:11:12-03:00"),
        ("2019/01/25 10:11:12+0530", "2019-01-25T10:11:12+05:30"),
    ];
    for (text, expected) in cases {
        assert_eq!(iso_date(text), expected);
    }
}

#[test]
fn no_driver_that_follows_references_is_allowed() {
    for unsafe_driver in [
        "OGR_VRT",
        "VRT",
        "WFS",
        "OAPIF",
        "GMLAS",
        "CSV",
        "PostgreSQL",
        "MySQL",
        "HTTP",
        "SQLite",
    ] {
        assert!(!SAFE_DRIVERS.contains(&unsafe_driver));
    }
}
