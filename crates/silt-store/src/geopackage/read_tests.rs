use super::*;

#[test]
fn regions_match_as_whole_ids() {
    let meets = |text: &str, region: &str| {
        regions_meet(ValueRef::Text(text.as_bytes()), &[region.to_owned()]).expect("an answer")
    };
    assert!(meets(r#"["iso3:BRA","un:GRULAC"]"#, "un:GRULAC"));
    assert!(!meets(r#"["iso3:BRA"]"#, "iso3:BR"));
    assert!(!meets(r#"["a","b"]"#, ","));
    assert!(meets(r#"["a\"b"]"#, "a\"b"));
    assert!(!meets(r#"["a\"b\""]"#, "b"));
    assert!(!regions_meet(ValueRef::Null, &["a".to_owned()]).expect("an answer"));
}

#[test]
fn a_box_over_the_antimeridian_has_two_parts() {
    assert_eq!(parts_of([1.0, 2.0, 3.0, 4.0]).len(), 1);
    let parts = parts_of([170.0, -20.0, -170.0, 20.0]);
    assert_eq!(
        parts,
        [[170.0, -20.0, 180.0, 20.0], [-180.0, -20.0, -170.0, 20.0]]
    );
}
