//! Comparison with the countries that public registers state. The files are
//! not part of the project: set `SILT_MIRROR` to the folder that holds them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use geo_types::Point;

use super::{RegionIndex, RegionKind, RegionRule, RegionSet};

/// Where to say something that is no failure: the test harness captures it
/// and shows it with `--nocapture`.
#[expect(
    clippy::print_stdout,
    reason = "a skipped or reporting test must say so"
)]
fn report(text: &str) {
    println!("{text}");
}

fn mirrored(path: &str) -> Option<File> {
    let file = std::env::var_os("SILT_MIRROR").map(|folder| PathBuf::from(folder).join(path));
    let open = file.and_then(|file| File::open(file).ok());
    if open.is_none() {
        report(&format!("skipped: SILT_MIRROR has no {path}"));
    }
    open
}

fn country_at(lon: f64, lat: f64) -> Option<String> {
    let assigned =
        RegionIndex::bundled().regions_of(&Point::new(lon, lat).into(), RegionRule::EXACT);
    let mut countries = assigned
        .regions
        .iter()
        .filter(|id| id.starts_with("iso3:") || id.starts_with("ne:"));
    let country = countries.next().map(|id| id.to_string());
    assert_eq!(countries.next(), None, "{lon} {lat} lies in two countries");
    country
}

/// Whether sixteen positions 10 km around are in a country, too.
fn is_far_from_the_coast(lon: f64, lat: f64) -> bool {
    const KM_PER_DEGREE: f64 = 111.195;
    let reach = 10.0 / KM_PER_DEGREE;
    (0..16).all(|i| {
        let angle = std::f64::consts::TAU * f64::from(i) / 16.0;
        let east = reach * angle.cos() / lat.to_radians().cos();
        country_at(lon + east, lat + reach * angle.sin()).is_some()
    })
}

#[test]
fn geonames_places_lie_in_the_country_they_state() {
    let Some(file) = mirrored("places-geonames/geonames_cities.csv.gz") else {
        return;
    };
    let set = RegionSet::bundled();
    let by_code: BTreeMap<&str, &str> = set
        .list(RegionKind::Country)
        .filter_map(|c| Some((c.iso2.as_deref()?, &*c.id)))
        .collect();

    let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
    let (mut places, mut off_land, mut inland, mut right) = (0, 0, 0, 0);
    let mut wrong: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in reader.records() {
        let row = row.expect("the file is CSV");
        let number = |column: usize| {
            row[column]
                .parse::<f64>()
                .expect("a coordinate is a number")
        };
        let (lat, lon, stated) = (number(1), number(2), &row[3]);
        places += 1;
        let Some(found) = country_at(lon, lat) else {
            off_land += 1;
            continue;
        };
        let agrees = by_code.get(stated).is_some_and(|id| *id == found);
        if !is_far_from_the_coast(lon, lat) {
            continue;
        }
        inland += 1;
        if agrees {
            right += 1;
        } else {
            *wrong.entry((stated.to_owned(), found)).or_default() += 1;
        }
    }

    let share = f64::from(right) / f64::from(inland);
    report(&format!(
        "{places} places, {off_land} in no country; of {inland} inland {right} right ({:.3} %)",
        100.0 * share
    ));
    let mut pairs: Vec<_> = wrong.into_iter().collect();
    pairs.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ((stated, found), count) in pairs {
        report(&format!("{count:5} stated {stated}, on the map {found}"));
    }
    assert_eq!(places, 171_075);
    assert!(share >= 0.99, "{share}");
}

#[test]
fn us_tailings_dams_lie_in_the_united_states() {
    let Some(file) = mirrored("us-nid/nid_2019_tailings.csv") else {
        return;
    };
    let index = RegionIndex::bundled();
    let american = [
        "iso3:USA", "iso3:PRI", "iso3:GUM", "iso3:VIR", "iso3:ASM", "iso3:MNP",
    ];
    let mut reader = csv::Reader::from_reader(file);
    let (mut dams, mut by_tolerance) = (0, 0);
    for row in reader.records() {
        let row = row.expect("the file is CSV");
        let (Ok(lon), Ok(lat)) = (row[3].parse::<f64>(), row[4].parse::<f64>()) else {
            continue;
        };
        let assigned = index.regions_of(&Point::new(lon, lat).into(), RegionRule::default());
        dams += 1;
        by_tolerance += usize::from(assigned.by_tolerance_km.is_some());
        let found = assigned.regions.iter().any(|id| american.contains(&&**id));
        assert!(found, "{} at {lon} {lat}: {:?}", &row[2], assigned.regions);
    }
    assert_eq!((dams, by_tolerance), (1314, 3));
}

#[test]
fn brazilian_dams_lie_in_the_state_they_name() {
    let Some(mut file) = mirrored("brazil-sigbm/anm_barragens_2022-03_94cols_latin1.csv") else {
        return;
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).expect("the file can be read");
    // Latin-1 is the first 256 code points of Unicode.
    let text: String = bytes.into_iter().map(char::from).collect();

    let index = RegionIndex::bundled();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.as_bytes());
    let (mut dams, mut elsewhere) = (0, Vec::new());
    for row in reader.records() {
        let row = row.expect("the file is CSV");
        let position = Point::new(degrees(&row[7]), degrees(&row[6]));
        let assigned = index.regions_of(&position.into(), RegionRule::default());
        dams += 1;
        assert!(
            assigned.regions.iter().any(|id| &**id == "iso3:BRA"),
            "{}: {:?}",
            &row[0],
            assigned.regions
        );
        let state = format!("admin1:BR-{}", &row[4]);
        if !assigned.regions.iter().any(|id| **id == *state) {
            elsewhere.push((row[0].to_owned(), state, assigned.regions));
        }
    }
    // One stands in the river Teles Pires that is the border; the position of
    // the other is in another state than the register says.
    assert_eq!(dams, 909);
    assert_eq!(elsewhere.len(), 2, "{elsewhere:?}");
}

/// Degrees of `-10°39'12.400''`.
fn degrees(text: &str) -> f64 {
    let numbers: Vec<f64> = text
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().expect("a part of an angle is a number"))
        .collect();
    let [degrees, minutes, seconds] = numbers[..] else {
        panic!("{text} is no angle")
    };
    let size = degrees + minutes / 60.0 + seconds / 3600.0;
    if text.starts_with('-') { -size } else { size }
}
