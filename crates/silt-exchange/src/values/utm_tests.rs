use proptest::prelude::*;

use super::*;

fn epsg(text: &str) -> Result<u32, UtmError> {
    parse_utm_zone(text, ZoneLetter::Hemisphere, None).map(UtmZone::epsg_wgs84)
}

#[test]
fn zones_as_registers_write_them() {
    for (text, code) in [
        ("19S", 32719),
        ("19 S", 32719),
        ("19s", 32719),
        ("18S", 32718),
        ("19 K", 32719),
        ("22L", 32722),
        ("23K", 32723),
        ("30T", 32630),
        ("30N", 32630),
        ("UTM zone 19 South", 32719),
        ("Huso 19 Sur", 32719),
        ("Fuso 22S", 32722),
        ("WGS 84 / UTM zone 19S", 32719),
        ("WGS84 19S", 32719),
        ("01N", 32601),
        ("60S", 32760),
    ] {
        assert_eq!(epsg(text), Ok(code), "{text:?}");
    }
}

#[test]
fn the_letter_s_is_south_or_a_northern_band() {
    let band = parse_utm_zone("19S", ZoneLetter::LatitudeBand, None).map(UtmZone::epsg_wgs84);
    assert_eq!(band, Ok(32619));
    let south = parse_utm_zone("19S", ZoneLetter::Hemisphere, None).map(UtmZone::epsg_wgs84);
    assert_eq!(south, Ok(32719));
}

#[test]
fn hemisphere_by_default() {
    let chile = parse_utm_zone("Zone 19", ZoneLetter::Hemisphere, Some(true));
    assert_eq!(chile.map(UtmZone::epsg_wgs84), Ok(32719));
    let stated = parse_utm_zone("19N", ZoneLetter::Hemisphere, Some(true));
    assert_eq!(stated.map(UtmZone::epsg_wgs84), Ok(32619));
    assert_eq!(epsg("Zone 19"), Err(UtmError::NoHemisphere));
}

#[test]
fn what_is_no_zone() {
    assert_eq!(epsg(" "), Err(UtmError::Empty));
    assert_eq!(epsg("0S"), Err(UtmError::ZoneOutOfRange { zone: 0 }));
    assert_eq!(epsg("61S"), Err(UtmError::ZoneOutOfRange { zone: 61 }));
    assert_eq!(epsg("275S"), Err(UtmError::ZoneOutOfRange { zone: 275 }));
    assert_eq!(epsg("19O"), Err(UtmError::NotABand { letter: 'O' }));
    assert_eq!(epsg("19A"), Err(UtmError::NotABand { letter: 'A' }));
    assert_eq!(epsg("South"), Err(UtmError::NoNumber));
    assert_eq!(
        epsg("19KK"),
        Err(UtmError::Unexpected { text: "kk".into() })
    );
    assert_eq!(
        epsg("SIRGAS 2000 / UTM zone 22S"),
        Err(UtmError::OtherDatum { datum: "SIRGAS" })
    );
    assert_eq!(
        epsg("PSAD-56 19S"),
        Err(UtmError::OtherDatum { datum: "PSAD56" })
    );
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>(), south in any::<Option<bool>>()) {
        let _ = parse_utm_zone(&text, ZoneLetter::Hemisphere, south);
        let _ = parse_utm_zone(&text, ZoneLetter::LatitudeBand, south);
    }

    #[test]
    fn every_zone_is_read_back(number in 1_u8..=60, is_south in any::<bool>()) {
        let zone = UtmZone::new(number, is_south).expect("1 to 60");
        let text = format!("{number}{}", if is_south { 'S' } else { 'N' });
        prop_assert_eq!(parse_utm_zone(&text, ZoneLetter::Hemisphere, None), Ok(zone));
    }
}
