//! Every bundled recipe maps its whole file. The files are real registers that the project does
//! not hold: they are looked for in `SILT_MIRROR`, else in `shared/data` beside the project.

use std::collections::BTreeMap;
use std::path::PathBuf;

use geo::GeodesicArea;
use geo_types::Geometry;
use silt_model::{Feature, FieldType, FlagCode, PartialDate, Value};

use super::*;
use crate::map::Mapper;
use crate::read::Reader;
use crate::record::Row;

/// The mirror, or `None` with a message.
fn mirror() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("SILT_MIRROR").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: no mirror at {}; set SILT_MIRROR",
        folder.display()
    );
    None
}

/// One file, mapped to its end.
struct Whole {
    features: Vec<Feature>,
    stated: Vec<Vec<String>>,
}

impl Whole {
    fn flagged(&self, code: FlagCode) -> Vec<&Feature> {
        let has = |feature: &&Feature| feature.flags.iter().any(|flag| flag.code == code);
        self.features.iter().filter(has).collect()
    }

    fn with_geometry(&self) -> usize {
        self.features
            .iter()
            .filter(|feature| feature.geometry.is_some())
            .count()
    }

    fn count(&self, field: &str, value: impl Into<Value>) -> usize {
        let value = value.into();
        self.features
            .iter()
            .filter(|feature| *feature.property(field) == value)
            .count()
    }

    fn by_id(&self, id: &str) -> &Feature {
        self.features
            .iter()
            .find(|feature| feature.record_id == id)
            .expect("a known record")
    }

    /// Values that could not be read, by column: how many.
    fn unreadable(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        let flags = self.features.iter().flat_map(|feature| &feature.flags);
        for flag in flags.filter(|flag| flag.code == FlagCode::ValueUnreadable) {
            *counts
                .entry(flag.field.clone().unwrap_or_default())
                .or_default() += 1;
        }
        counts
    }
}

fn recipe(id: &str) -> Recipe {
    let recipes = Recipes::bundled().unwrap_or_else(|error| panic!("{error}"));
    recipes
        .get(id)
        .unwrap_or_else(|| panic!("no recipe {id}"))
        .clone()
}

fn map_file(recipe: &Recipe, file: &RecipeFile, mirror: &std::path::Path) -> Whole {
    let path = mirror.join(file.mirror.as_deref().expect("mirrored"));
    let fail =
        |error: &dyn std::fmt::Display| -> ! { panic!("{} {}: {error}", recipe.id, file.edition) };
    let mut reader = Reader::open(&path, &recipe.format).unwrap_or_else(|error| fail(&error));
    let mapper = Mapper::for_recipe(recipe, reader.info(), &file.edition)
        .unwrap_or_else(|error| fail(&error));
    let schema = recipe.schema();
    let mut whole = Whole {
        features: Vec::new(),
        stated: Vec::new(),
    };
    while let Some(batch) = reader.next_batch().unwrap_or_else(|error| fail(&error)) {
        for row in batch.decode() {
            let record = match row {
                Row::Record(record) => record,
                Row::Reject(reject) => panic!("{} {}: {reject:?}", recipe.id, file.edition),
            };
            let mapped = mapper
                .map(record)
                .unwrap_or_else(|reject| panic!("{reject:?}"));
            check_values(&mapped.feature, &schema);
            whole.features.push(mapped.feature);
            whole.stated.push(mapped.stated_regions);
        }
    }
    whole
}

/// Every value is of its field's type and one of the values that the field allows.
fn check_values(feature: &Feature, schema: &CollectionSchema) {
    assert!(!feature.record_id.is_empty(), "row {}", feature.row);
    for (name, value) in &feature.properties {
        let field = schema
            .field(name)
            .unwrap_or_else(|| panic!("the schema has no {name}"));
        let is_typed = match (field.field_type, value) {
            (FieldType::Date, Value::Text(text)) => text.parse::<PartialDate>().is_ok(),
            (field_type, value) => value.field_type() == Some(field_type),
        };
        assert!(is_typed, "{name}: {value:?} in row {}", feature.row);
        if let Value::Text(text) = value {
            let is_allowed = field.allowed.is_empty() || field.allowed.contains(text);
            assert!(is_allowed, "{name}: {text} in row {}", feature.row);
        }
    }
}

/// The newest file of a source, mapped.
fn newest(id: &str) -> Option<Whole> {
    let mirror = mirror()?;
    let recipe = recipe(id);
    let file = recipe.files.last().expect("a file");
    Some(map_file(&recipe, file, &mirror))
}

#[test]
fn bundled_recipes_are_whole() {
    let recipes = Recipes::bundled().unwrap_or_else(|error| panic!("{error}"));
    let mut ids = Vec::new();
    for recipe in recipes.iter() {
        ids.push(recipe.id.as_str());
        for file in &recipe.files {
            let is_pinned = file.mirror.is_none() || file.sha256.is_some();
            assert!(is_pinned, "{} {}", recipe.id, file.edition);
        }
        let without_address = recipe.files.iter().all(|file| file.url.is_none());
        assert!(
            !without_address || !recipe.notes.trim().is_empty(),
            "{} says how to get it",
            recipe.id
        );
    }
    assert!(ids.len() >= 18, "{ids:?}");
    for id in ["global-tailings-portal", "icold-registry"] {
        assert!(ids.contains(&id), "{id}");
    }
}

#[test]
fn every_mirrored_file_is_the_one_that_its_recipe_names() {
    let Some(mirror) = mirror() else { return };
    let recipes = Recipes::bundled().expect("valid");
    let mut files = 0;
    for recipe in recipes.iter() {
        for file in &recipe.files {
            let Some(path) = &file.mirror else { continue };
            let found = crate::hash::sha256_file(&mirror.join(path))
                .unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(Some(found), file.sha256, "{} {path}", recipe.id);
            files += 1;
        }
    }
    assert!(files >= 27, "{files}");
}

#[test]
fn no_column_of_a_mirrored_file_is_unknown_to_its_recipe() {
    let Some(mirror) = mirror() else { return };
    let recipes = Recipes::bundled().expect("valid");
    // Positions are read by another crate.
    let registers = recipes
        .iter()
        .filter(|recipe| recipe.collection != "positions");
    for recipe in registers {
        for file in recipe.files.iter().filter(|file| file.mirror.is_some()) {
            let path = mirror.join(file.mirror.as_deref().expect("mirrored"));
            let reader =
                Reader::open(&path, &recipe.format).unwrap_or_else(|error| panic!("{error}"));
            let mapper = Mapper::for_recipe(recipe, reader.info(), &file.edition).expect("fits");
            let notes = mapper.notes();
            let unknown = notes
                .iter()
                .find(|note| note.starts_with("columns that the recipe does not know"));
            assert_eq!(unknown, None, "{} {}", recipe.id, file.edition);
        }
    }
}

#[test]
fn chile() {
    let Some(chile) = newest("chile-sernageomin") else {
        return;
    };
    assert_eq!((chile.features.len(), chile.with_geometry()), (836, 836));
    assert_eq!(chile.unreadable(), BTreeMap::new());
    // All 836 agree: pyproj 3.7 finds no distance above 5 micrometres, also west of 72 degrees,
    // where the register stays in zone 19. The next test moves one to see the flag.
    assert_eq!(chile.flagged(FlagCode::CoordinatesDisagree).len(), 0);
    assert!(
        chile
            .stated
            .iter()
            .all(|stated| stated.contains(&"iso3:CHL".to_owned()))
    );
    let volumes = chile
        .features
        .iter()
        .filter(|feature| !feature.property("storage_m3").is_null());
    assert_eq!(volumes.count(), 836 - 687);
    let first = chile.by_id("0001-1N");
    assert!(
        first
            .original
            .as_deref()
            .is_some_and(|json| json.contains("\"HUSO\":\"19S\""))
    );
}

#[test]
fn a_deposit_whose_utm_is_moved_is_found() {
    let Some(mirror) = mirror() else { return };
    let recipe = recipe("chile-sernageomin");
    let path = mirror.join(recipe.files[0].mirror.as_deref().expect("mirrored"));
    let mut reader = Reader::open(&path, &recipe.format).expect("readable");
    let mapper = Mapper::for_recipe(&recipe, reader.info(), "2025-10").expect("fits");
    let batch = reader.next_batch().expect("readable").expect("rows");
    let mut checked = 0;
    for row in batch.decode() {
        let Row::Record(mut record) = row else {
            panic!("a reject")
        };
        let is_moved = record.row % 2 == 0;
        for (name, value) in &mut record.fields {
            if is_moved && name.as_ref() == "UTM_NORTE" {
                *value = Value::Real(value.as_f64().expect("a number") + 501.0);
            }
        }
        let feature = mapper.map(record).expect("a feature").feature;
        let is_flagged = feature
            .flags
            .iter()
            .any(|flag| flag.code == FlagCode::CoordinatesDisagree);
        assert_eq!(is_flagged, is_moved, "row {}", feature.row);
        checked += 1;
    }
    assert!(checked > 100);
}

#[test]
fn brazil_full_register() {
    let Some(brazil) = newest("brazil-anm-2022") else {
        return;
    };
    assert_eq!(brazil.features.len(), 909);
    // Five rows with 60 seconds or more, which no angle has.
    assert_eq!(brazil.flagged(FlagCode::CoordinatesInvalid).len(), 5);
    assert_eq!(brazil.with_geometry(), 904);
    assert_eq!(brazil.unreadable(), BTreeMap::new());
    assert_eq!(brazil.count("emergency_level", "3"), 4);
    assert_eq!(brazil.count("status", "active"), 637);
    assert_eq!(brazil.count("admin1", "BR-MG"), 350);
}

#[test]
fn brazil_monthly_editions_have_one_identity_and_one_vocabulary() {
    let Some(mirror) = mirror() else { return };
    let recipe = recipe("brazil-sigbm");
    let rows: Vec<usize> = vec![912, 913, 912, 923, 926, 929, 921, 924, 925, 930, 927, 933];
    assert_eq!(recipe.files.len(), rows.len());
    for (file, expected) in recipe.files.iter().zip(rows) {
        let name = file.file_name().expect("a name");
        assert!(name.contains(&file.edition), "{name} {}", file.edition);
        let whole = map_file(&recipe, file, &mirror);
        assert_eq!(whole.features.len(), expected, "{}", file.edition);
        assert_eq!(whole.unreadable(), BTreeMap::new(), "{}", file.edition);
        let levels = whole
            .features
            .iter()
            .filter(|feature| !feature.property("emergency_level").is_null());
        assert_eq!(
            levels.count(),
            expected,
            "every edition names the level, in either spelling"
        );
        let numeric = whole
            .features
            .iter()
            .all(|feature| feature.record_id.parse::<u32>().is_ok());
        assert!(numeric, "{}", file.edition);
        // The register never published two dams under one id.
        let mut ids: Vec<&str> = whole
            .features
            .iter()
            .map(|feature| feature.record_id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), expected, "{}", file.edition);
    }
}

#[test]
fn us_tailings() {
    let Some(us) = newest("us-nid-tailings") else {
        return;
    };
    assert_eq!(us.features.len(), 1362);
    assert_eq!(us.flagged(FlagCode::CoordinatesMissing).len(), 48);
    assert_eq!(us.with_geometry(), 1362 - 48);
    assert_eq!(us.unreadable(), BTreeMap::new());
    assert_eq!(us.count("hazard_rating", "H"), 348);
}

#[test]
fn us_dams() {
    let Some(us) = newest("us-nid") else { return };
    assert_eq!(us.features.len(), 91_457);
    let missing = us.flagged(FlagCode::CoordinatesMissing).len();
    assert_eq!(us.with_geometry() + missing, 91_457);
    assert_eq!(missing, 244, "234 without, 10 with a zero");
    let mut ids: Vec<&str> = us
        .features
        .iter()
        .map(|feature| feature.record_id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(91_457 - ids.len(), 806, "repeated ids");
}

#[test]
fn canada() {
    let Some(canada) = newest("canada-mincan") else {
        return;
    };
    assert_eq!((canada.features.len(), canada.with_geometry()), (947, 947));
    assert_eq!(canada.count("status", "closed"), 776);
    assert_eq!(canada.count("status", "active"), 171);
    let unnamed = canada
        .features
        .iter()
        .filter(|feature| feature.property("name").is_null());
    assert_eq!(unnamed.count(), 333);
}

#[test]
fn minmod_in_four_reference_systems() {
    let Some(sites) = newest("minmod") else {
        return;
    };
    assert_eq!(sites.features.len(), 146_608);
    let missing = sites.flagged(FlagCode::CoordinatesMissing).len();
    assert_eq!(146_608 - missing, 140_696, "rows that give a point");
    // One at 96 degrees north, one at NaN.
    assert_eq!(sites.with_geometry(), 140_694);
    assert_eq!(sites.flagged(FlagCode::CoordinatesInvalid).len(), 1);
    assert_eq!(sites.flagged(FlagCode::GeometryUnreadable).len(), 1);
    assert_eq!(sites.flagged(FlagCode::CrsAssumed).len(), 3_754);
    let mut by_crs: BTreeMap<&str, usize> = BTreeMap::new();
    for feature in &sites.features {
        *by_crs
            .entry(feature.source_crs.as_deref().unwrap_or("EPSG:4326"))
            .or_default() += 1;
    }
    assert_eq!(by_crs["EPSG:2994"], 23_316);
    assert_eq!(by_crs["EPSG:26912"], 7_792);
    assert_eq!(by_crs["EPSG:4267"], 7_720);
    // Each system puts its sites where their state is.
    let boxes = [
        ("EPSG:2994", [-125.0, 41.5, -116.0, 46.5]),
        ("EPSG:26912", [-114.2, 36.9, -108.9, 42.1]),
    ];
    for (crs, [west, south, east, north]) in boxes {
        for feature in sites
            .features
            .iter()
            .filter(|feature| feature.source_crs.as_deref() == Some(crs))
        {
            let Some(Geometry::Point(point)) = &feature.geometry else {
                panic!("a point")
            };
            let inside = (west..=east).contains(&point.x()) && (south..=north).contains(&point.y());
            assert!(inside, "{crs} {point:?}");
        }
    }
}

#[test]
fn coal_mines() {
    let Some(mines) = newest("gem-coal-mines") else {
        return;
    };
    assert_eq!(mines.features.len(), 3_672);
    // Two rows at the end of the file are empty.
    assert_eq!(mines.with_geometry(), 3_670);
}

#[test]
fn coal_boundaries_of_mixed_geometry() {
    let Some(features) = newest("gem-coal-boundaries") else {
        return;
    };
    assert_eq!(
        (features.features.len(), features.with_geometry()),
        (2_116, 2_116)
    );
    let invalid = features.flagged(FlagCode::GeometryInvalid).len();
    let repaired = features.flagged(FlagCode::GeometryRepaired).len();
    assert_eq!(invalid + repaired, 4, "{invalid} kept, {repaired} repaired");
    let of_kind = |wanted: fn(&Geometry<f64>) -> bool| {
        let geometries = features
            .features
            .iter()
            .filter_map(|feature| feature.geometry.as_ref());
        geometries.filter(|geometry| wanted(geometry)).count()
    };
    assert_eq!(
        of_kind(|geometry| matches!(geometry, Geometry::Point(_))),
        1_782
    );
    assert_eq!(
        of_kind(|geometry| matches!(geometry, Geometry::MultiLineString(_))),
        1
    );
    assert_eq!(
        of_kind(|geometry| matches!(geometry, Geometry::Polygon(_) | Geometry::MultiPolygon(_))),
        333
    );
}

#[test]
fn failures_without_coordinates() {
    let Some(failures) = newest("csp2-failures") else {
        return;
    };
    assert_eq!(failures.features.len(), 376);
    assert_eq!(failures.flagged(FlagCode::CoordinatesMissing).len(), 376);
    let deaths = failures
        .features
        .iter()
        .filter(|feature| !feature.property("deaths_published").is_null());
    assert_eq!(deaths.count(), 66);
}

#[test]
fn brumadinho_keeps_its_area() {
    let Some(extent) = newest("brumadinho-2019") else {
        return;
    };
    let [feature] = extent.features.as_slice() else {
        panic!("one feature")
    };
    assert_eq!(feature.source_crs.as_deref(), Some("EPSG:32723"));
    let area_ha = feature
        .geometry
        .as_ref()
        .expect("a polygon")
        .geodesic_area_unsigned()
        / 10_000.0;
    assert!((area_ha / 244.7 - 1.0).abs() < 0.005, "{area_ha} ha");
    assert_eq!(feature.flags, []);
}

#[test]
fn places() {
    let Some(places) = newest("geonames") else {
        return;
    };
    assert_eq!(
        (places.features.len(), places.with_geometry()),
        (171_075, 171_075)
    );
    let stated = places
        .stated
        .iter()
        .filter(|stated| !stated.is_empty())
        .count();
    assert_eq!(stated, 171_075, "every country code is known");
    // Two places are named `-` or the like in the source.
    assert!(places.unreadable().is_empty());
}

#[test]
fn ports() {
    let Some(ports) = newest("wpi-ports") else {
        return;
    };
    assert_eq!(
        (ports.features.len(), ports.with_geometry()),
        (3_768, 3_768)
    );
    assert_eq!(ports.unreadable(), BTreeMap::new());
}

#[test]
fn no_country_is_lost_to_minus_99() {
    let Some(countries) = newest("natural-earth-countries") else {
        return;
    };
    assert_eq!(
        (countries.features.len(), countries.with_geometry()),
        (241, 241)
    );
    let mut ids: Vec<&str> = countries
        .features
        .iter()
        .map(|feature| feature.record_id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 241);
    for (country, iso3) in [
        ("France", "FRA"),
        ("Norway", "NOR"),
        ("Kosovo", "XKX"),
        ("Brazil", "BRA"),
    ] {
        assert_eq!(
            countries.by_id(country).property("iso3"),
            &Value::from(iso3)
        );
    }
    assert_eq!(countries.count("iso3", "-99"), 0);
    let without = countries
        .features
        .iter()
        .filter(|feature| feature.property("iso3").is_null());
    assert_eq!(
        without.count(),
        5,
        "territories that have no code of their own"
    );
}

#[test]
fn divisions_and_seas() {
    if let Some(divisions) = newest("natural-earth-admin1") {
        assert_eq!(
            (divisions.features.len(), divisions.with_geometry()),
            (4_596, 4_596)
        );
    }
    if let Some(seas) = newest("natural-earth-seas") {
        assert_eq!((seas.features.len(), seas.with_geometry()), (119, 119));
    }
}

#[test]
fn downloads_that_are_error_pages_are_refused() {
    let Some(mirror) = mirror() else { return };
    let recipe = recipe("brazil-sigbm");
    let folder = tempfile::tempdir().expect("a folder");
    for edition in ["2024-04-09", "2024-05-28"] {
        let file = RecipeFile {
            edition: edition.to_owned(),
            url: None,
            mirror: Some(format!(
                "brazil-sigbm/broken-downloads/sigbm_download_{edition}.xlsx"
            )),
            sha256: None,
            url_sha256: None,
        };
        let options = crate::fetch::FetchOptions {
            cache_dir: folder.path().to_owned(),
            mirror: Some(mirror.clone()),
            network: false,
        };
        let error =
            crate::fetch::fetch(&recipe, &file, &options, &mut |_, _| {}).expect_err("a page");
        assert!(error.to_string().contains("HTML page"), "{error}");
    }
}
