use std::collections::HashSet;
use std::sync::Arc;

use geo::Area;
use geo_types::{MultiPolygon, Polygon, polygon};

use super::super::{DISCLAIMER, RegionKind, RegionSet, UserRegion, UserRegionError, bundle};

fn ids(leaves: &[Arc<str>]) -> Vec<&str> {
    leaves.iter().map(|id| &**id).collect()
}

fn user_region(id: &str, polygon: Polygon<f64>) -> UserRegion {
    UserRegion {
        id: id.to_owned(),
        name: "Test".to_owned(),
        geometry: MultiPolygon::new(vec![polygon]),
    }
}

fn triangle() -> Polygon<f64> {
    polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 0.0, y: 1.0)]
}

#[test]
fn the_bundle_decodes_and_has_every_kind() {
    bundle::decode().expect("the bundle decodes");
    let set = RegionSet::bundled();
    let count = |kind| set.list(kind).count();
    // 241 of Natural Earth, with one of them as two and nine split off or added.
    assert_eq!(count(RegionKind::Country), 252);
    assert_eq!(count(RegionKind::UnGroup), 5);
    assert_eq!(count(RegionKind::M49), 30);
    assert_eq!(count(RegionKind::Admin1), 4507);
    assert_eq!(count(RegionKind::Sea), 111);
}

#[test]
fn every_leaf_has_an_area_and_lies_in_its_extent() {
    let set = RegionSet::bundled();
    for region in set.iter().filter(|region| !region.kind.is_group()) {
        let geometry = set.geometry(&region.id).expect("the id is from the set");
        assert!(geometry.unsigned_area() > 0.0, "{} has no area", region.id);
        let extent = region.extent;
        assert!(extent.south <= extent.north, "{}", region.id);
        let rings = || {
            geometry
                .iter()
                .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        };
        assert!(
            rings().all(|ring| ring.is_closed() && ring.0.len() >= 4),
            "{} has a broken ring",
            region.id
        );
        let steps = rings().flat_map(|ring| ring.lines());
        let whole_world = extent.west == -180.0 && extent.east == 180.0;
        let widest = steps
            .map(|step| (step.start.x - step.end.x).abs())
            .fold(0.0, f64::max);
        assert!(
            widest <= 180.0 || whole_world,
            "{} is not cut at the antimeridian",
            region.id
        );
    }
}

#[test]
fn the_disclaimer_is_the_one_kept_with_the_files() {
    let groups = include_str!("../../../../datasets/regions/groups.json");
    let file: serde_json::Value = serde_json::from_str(groups).expect("the file is JSON");
    assert_eq!(file["disclaimer"], DISCLAIMER);
}

#[test]
fn all_member_states_are_in_their_groups() {
    let set = RegionSet::bundled();
    let members = |id: &str| -> HashSet<String> {
        set.expand(id)
            .expect("the group exists")
            .iter()
            .map(|id| id.to_string())
            .collect()
    };
    let groups: Vec<HashSet<String>> = set
        .list(RegionKind::UnGroup)
        .map(|group| members(&group.id))
        .collect();
    // States; their separately drawn parts come with them.
    let parts = [
        "iso3:GLP", "iso3:GUF", "iso3:MTQ", "iso3:MYT", "iso3:REU", "iso3:SJM", "iso3:BES",
    ];
    let states: HashSet<&str> = groups
        .iter()
        .flatten()
        .map(String::as_str)
        .filter(|id| id.starts_with("iso3:") && !parts.contains(id))
        .collect();
    assert_eq!(states.len(), 193);
    assert_eq!(members("un:GRULAC").len(), 33);
    for group in ["un:APG", "un:WEOG"] {
        assert!(members(group).contains("iso3:TUR"), "{group}");
    }
    let nowhere = set
        .list(RegionKind::Country)
        .filter(|country| country.parents.is_empty());
    assert_eq!(
        nowhere.map(|country| &*country.id).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
}

#[test]
fn groups_and_wholes_expand_to_leaves() {
    let set = RegionSet::bundled();
    let expand = |id: &str| set.expand(id).expect("the region exists");
    assert_eq!(ids(&expand("iso3:BRA")), ["iso3:BRA"]);
    assert_eq!(
        ids(&expand("m49:076")),
        ["iso3:BRA"],
        "a country by its number"
    );
    assert_eq!(ids(&expand("admin1:BR-MG")), ["admin1:BR-MG"]);
    assert_eq!(
        ids(&expand("sea:baltic-sea")),
        [
            "sea:baltic-sea",
            "sea:gulf-of-bothnia",
            "sea:gulf-of-finland"
        ]
    );
    assert!(ids(&expand("iso3:FRA")).contains(&"iso3:GUF"));
    let south_america = expand("m49:005");
    assert!(
        ids(&south_america).contains(&"iso3:GUF") && !ids(&south_america).contains(&"iso3:FRA")
    );
    let americas = expand("m49:019");
    assert!(south_america.iter().all(|id| americas.contains(id)));
    let world: HashSet<Arc<str>> = expand("m49:001").into_iter().collect();
    assert!(
        set.list(RegionKind::Country)
            .all(|country| world.contains(&country.id))
    );
}

#[test]
fn a_region_knows_its_names_and_parents() {
    let set = RegionSet::bundled();
    let brazil = set.get("iso3:BRA").expect("Brazil is bundled");
    assert_eq!(brazil.name, "Brazil");
    assert_eq!(brazil.names["fr"], "Brésil");
    assert_eq!(
        ids(&brazil.parents),
        ["m49:001", "m49:005", "m49:019", "m49:419", "un:GRULAC"]
    );
    let minas = set.get("admin1:BR-MG").expect("Minas Gerais is bundled");
    assert!(
        ids(&minas.parents).contains(&"iso3:BRA") && ids(&minas.parents).contains(&"un:GRULAC")
    );
    let caribbean = set.get("m49:029").expect("the Caribbean is bundled");
    assert_eq!(ids(&caribbean.parents), ["m49:001", "m49:019", "m49:419"]);
    assert_eq!(
        set.country_by_iso2("br").map(|country| &*country.id),
        Some("iso3:BRA")
    );
    // The code says Ukraine; the map shows Russia's de facto control.
    let crimea = set.get("admin1:UA-43").expect("Crimea is bundled");
    assert!(
        ids(&crimea.parents).contains(&"iso3:UKR") && !ids(&crimea.parents).contains(&"iso3:RUS")
    );
}

#[test]
fn countries_that_natural_earth_gives_no_code_are_there() {
    let set = RegionSet::bundled();
    for id in [
        "iso3:FRA",
        "iso3:NOR",
        "iso3:XKX",
        "iso3:TWN",
        "iso3:TUV",
        "iso3:SSD",
        "iso3:PSE",
        "iso3:ESH",
        "iso3:CXR",
        "iso3:CCK",
        "ne:northern-cyprus",
        "ne:somaliland",
        "ne:siachen-glacier",
        "ne:ashmore-and-cartier-islands",
    ] {
        assert!(set.get(id).is_ok(), "{id}");
    }
}

#[test]
fn extents_cross_the_antimeridian() {
    let set = RegionSet::bundled();
    let extent = |id: &str| set.get(id).expect("the region exists").extent;
    for id in [
        "iso3:FJI",
        "iso3:RUS",
        "iso3:USA",
        "admin1:RU-CHU",
        "iso3:KIR",
    ] {
        assert!(extent(id).west > extent(id).east, "{id}: {:?}", extent(id));
    }
    assert_eq!(
        (extent("iso3:ATA").west, extent("iso3:ATA").east),
        (-180.0, 180.0)
    );
    assert!(extent("iso3:BRA").west < extent("iso3:BRA").east);
}

#[test]
fn user_regions_join_the_set() {
    let set = RegionSet::bundled();
    let before = set.iter().count();
    let with = set.with_user_regions(vec![
        user_region("aoi:delta", triangle()),
        user_region("eez:8400", triangle()),
    ]);
    let set = with.expect("the regions are valid");
    assert_eq!(set.iter().count(), before + 2);
    assert_eq!(
        set.get("aoi:delta").expect("it was added").kind,
        RegionKind::User
    );
    assert_eq!(
        ids(&set.expand("eez:8400").expect("it was added")),
        ["eez:8400"]
    );
    assert_eq!(
        set.geometry("aoi:delta").expect("it was added").0,
        [triangle()]
    );
    assert_eq!(
        set.get("iso3:ZWE").expect("the index follows").name,
        "Zimbabwe"
    );
}

#[test]
fn bad_user_regions_are_refused() {
    let add = |region: UserRegion| {
        RegionSet::bundled()
            .with_user_regions(vec![region])
            .map(|_| ())
    };
    for id in ["delta", "iso3:DEL", "ne:delta", ":delta", "aoi:", ""] {
        assert_eq!(
            add(user_region(id, triangle())),
            Err(UserRegionError::Prefix(id.to_owned()))
        );
    }
    let line = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0)];
    assert_eq!(
        add(user_region("aoi:line", line)),
        Err(UserRegionError::Empty("aoi:line".to_owned()))
    );
    for (x, y) in [(f64::NAN, 0.0), (0.0, 91.0), (f64::INFINITY, 0.0)] {
        let bad = polygon![(x: 0.0, y: 0.0), (x: x, y: y), (x: 0.0, y: 1.0)];
        assert!(
            matches!(
                add(user_region("aoi:bad", bad)),
                Err(UserRegionError::Position { .. })
            ),
            "{x} {y}"
        );
    }
    let twice = vec![
        user_region("aoi:a", triangle()),
        user_region("aoi:a", triangle()),
    ];
    let error = RegionSet::bundled()
        .with_user_regions(twice)
        .expect_err("the id is there twice");
    assert_eq!(error, UserRegionError::Duplicate("aoi:a".to_owned()));
}
