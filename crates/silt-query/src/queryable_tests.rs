use super::*;
use crate::test_data::schema;

#[test]
fn fields_and_built_in_names_resolve() {
    let schema = schema();
    assert_eq!(
        resolve(&schema, "year"),
        Ok(Queryable::Field("year".to_owned(), FieldType::Integer))
    );
    assert_eq!(resolve(&schema, "geom"), Ok(Queryable::Geometry));
    for (name, queryable) in BUILT_IN {
        assert_eq!(resolve(&schema, name), Ok(queryable));
    }
}

#[test]
fn an_unknown_name_comes_with_near_ones() {
    let schema = schema();
    let near = |name: &str| resolve(&schema, name).expect_err(name).near;
    assert_eq!(near("heigth_m"), ["height_m"]);
    assert_eq!(near("NAME"), ["name"]);
    assert_eq!(near("silt_flag"), ["silt_flags"]);
    assert_eq!(near("größe"), ["Größe"]);
    assert!(near("qqqqqqqq").is_empty());
    assert!(near(&"x".repeat(100_000)).is_empty());
}
