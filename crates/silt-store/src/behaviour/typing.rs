//! Values and geometries come back as they went in; fields grow and widen.

use geo_types::{
    Geometry, GeometryCollection, Line, LineString, MultiLineString, MultiPolygon, Point, Polygon,
    polygon,
};
use silt_model::{
    CollectionSchema, Feature, Field, FieldType, Flag, FlagCode, LocationAccuracy, Value,
};

use super::{Behaviour, MakeStore, counts, id, import, import_file, point, scan, spec};
use crate::Store;
use crate::types::Selection;

pub(super) fn all() -> Vec<Behaviour> {
    vec![
        ("values come back exactly", values),
        ("geometries come back exactly", geometries),
        ("provenance comes back", provenance),
        ("a field widens when a value does not fit", widening),
        ("a field of nulls takes the first type", settling),
        (
            "an unchanged edition stays unchanged after widening",
            widened_history,
        ),
        ("field names may be anything", field_names),
        ("there may be thousands of fields", many_fields),
        ("a schema is kept and grows", schema),
    ]
}

fn only(store: &dyn Store) -> Feature {
    scan(store, &Selection::default()).remove(0).feature
}

fn field_type(store: &dyn Store, name: &str) -> FieldType {
    let collections = store.collections().expect("collections");
    let field = collections[0].schema.field(name).expect("the field");
    field.field_type
}

fn values(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let properties = [
        ("bool", true.into()),
        ("int", i64::MIN.into()),
        ("big", i64::MAX.into()),
        ("real", Value::Real(0.1 + 0.2)),
        ("whole_real", Value::Real(3.0)),
        ("tiny", Value::Real(5e-324)),
        (
            "text",
            "007 'quoted' \"twice\" \u{0} zero, \u{1F30D}\n".into(),
        ),
        ("empty", "".into()),
        (
            "json",
            Value::Json(r#"{ "b":1.50,"a":[1e2,null] }"#.to_owned()),
        ),
        ("not_json", Value::Json("{broken".to_owned())),
    ];
    import(
        store.as_mut(),
        &spec("2024"),
        &[point("1", 1.0, 1.0, &properties)],
    );
    let found = only(store.as_ref());
    for (name, value) in &properties {
        let expected = match value {
            Value::Json(text) if text == "{broken" => &Value::Text(text.clone()),
            value => value,
        };
        assert_eq!(found.property(name), expected, "{name}");
    }
    // The same through the history.
    import(
        store.as_mut(),
        &spec("2023"),
        &[point("1", 2.0, 1.0, &properties)],
    );
    import(
        store.as_mut(),
        &spec("2022"),
        &[point("1", 1.0, 1.0, &properties)],
    );
    let again = import_file(
        store.as_mut(),
        &spec("2023"),
        &[point("1", 2.0, 1.0, &properties)],
        "n",
    );
    assert_eq!(counts(&again), (0, 1, 0, 0));
    assert_eq!(
        store.history("sites", &id("1")).expect("a history").len(),
        3
    );
}

fn geometries(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let hole = polygon!(
        exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0)],
        interiors: [[(x: 3.0, y: 1.0), (x: 4.0, y: 1.0), (x: 4.0, y: 2.0)]],
    );
    let line = LineString::from(vec![(0.1, 0.2), (0.3, f64::MIN_POSITIVE)]);
    let collection = GeometryCollection(vec![
        Point::new(-0.0, 1.0).into(),
        Geometry::GeometryCollection(GeometryCollection(vec![hole.clone().into()])),
        line.clone().into(),
    ]);
    let all: Vec<Geometry<f64>> = vec![
        Point::new(-70.123_456_789_012_3, -33.0).into(),
        line.clone().into(),
        hole.clone().into(),
        vec![Point::new(1.0, 2.0), Point::new(3.0, 4.0)]
            .into_iter()
            .collect::<geo_types::MultiPoint<f64>>()
            .into(),
        MultiLineString(vec![line.clone(), LineString(Vec::new())]).into(),
        MultiPolygon(vec![hole.clone(), hole]).into(),
        Geometry::GeometryCollection(collection),
        Polygon::new(LineString(Vec::new()), Vec::new()).into(),
        Geometry::GeometryCollection(GeometryCollection(Vec::new())),
    ];
    let features: Vec<Feature> = all
        .iter()
        .enumerate()
        .map(|(number, geometry)| Feature {
            geometry: Some(geometry.clone()),
            ..point(&number.to_string(), 0.0, 0.0, &[])
        })
        .collect();
    import(store.as_mut(), &spec("2024"), &features);
    for (stored, expected) in scan(store.as_ref(), &Selection::default()).iter().zip(&all) {
        assert_eq!(stored.feature.geometry.as_ref(), Some(expected));
    }
    let segment = Line::new((0.0, 0.0), (1.0, 1.0));
    let feature = Feature {
        geometry: Some(Geometry::Line(segment)),
        ..point("line", 0.0, 0.0, &[])
    };
    store
        .edit("sites", &id("line"), Some(&feature), "2024-02-01T00:00:00Z")
        .expect("an edit");
    let found = store
        .feature("sites", &id("line"))
        .expect("a feature")
        .expect("it is there");
    assert_eq!(
        found.feature.geometry,
        Some(LineString::from(segment).into())
    );
}

fn provenance(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let mut feature = point("a:b/c d", 1.0, 1.0, &[]);
    feature.original = Some(r#"{"Altura":"12,5 m"}"#.to_owned());
    feature.source_crs = Some("EPSG:32719".into());
    feature.location_accuracy = Some(LocationAccuracy::Approximate);
    feature.flags = vec![Flag::on_field(FlagCode::NullIsland, "lat", "0", "at 0, 0")];
    feature.regions = vec!["admin1:BR-MG".into(), "iso3:BRA".into()];
    let mut synthetic = spec("2024");
    synthetic.source.synthetic = true;
    let report = import(store.as_mut(), &synthetic, std::slice::from_ref(&feature));
    assert!(report.synthetic);
    let found = store
        .feature("sites", &id("a:b/c d"))
        .expect("a feature")
        .expect("it is there");
    assert!(found.synthetic);
    assert!(store.collections().expect("collections")[0].synthetic);
    feature.row = 0;
    assert_eq!(found.feature, feature);
}

fn widening(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let feature =
        |number: usize, value: Value| point(&number.to_string(), 1.0, 1.0, &[("v", value)]);
    let given = [
        Value::Int(7),
        Value::Int(-1),
        Value::Null,
        Value::Real(2.5),
        Value::Int(8),
        Value::Real(3.0),
        Value::Text("007".to_owned()),
        Value::Bool(true),
        Value::Int(9),
        Value::Json("[1, 2]".to_owned()),
    ];
    let features: Vec<Feature> = given
        .iter()
        .enumerate()
        .map(|(number, value)| feature(number, value.clone()))
        .collect();
    import(store.as_mut(), &spec("2024-01"), &features[..5]);
    assert_eq!(field_type(store.as_ref(), "v"), FieldType::Real);
    let found = scan(store.as_ref(), &Selection::default());
    assert_eq!(found[0].feature.property("v"), &Value::Real(7.0));
    assert_eq!(found[4].feature.property("v"), &Value::Real(8.0));
    import(store.as_mut(), &spec("2024-02"), &features);
    assert_eq!(field_type(store.as_ref(), "v"), FieldType::Text);
    let texts: Vec<String> = scan(store.as_ref(), &Selection::default())
        .iter()
        .map(|stored| match stored.feature.property("v") {
            Value::Text(text) => text.clone(),
            Value::Null => "null".to_owned(),
            other => panic!("{other:?} is not text"),
        })
        .collect();
    let expected = [
        "7", "-1", "null", "2.5", "8", "3", "007", "true", "9", "[1, 2]",
    ];
    assert_eq!(texts, expected);
}

fn settling(make_store: MakeStore<'_>) {
    let mut store = make_store();
    import(
        store.as_mut(),
        &spec("2024-01"),
        &[point("1", 1.0, 1.0, &[("v", Value::Null)])],
    );
    assert_eq!(field_type(store.as_ref(), "v"), FieldType::Text);
    import(
        store.as_mut(),
        &spec("2024-02"),
        &[point("1", 1.0, 1.0, &[("v", 5_i64.into())])],
    );
    assert_eq!(field_type(store.as_ref(), "v"), FieldType::Integer);
    assert_eq!(only(store.as_ref()).property("v"), &Value::Int(5));
}

fn widened_history(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let old = [point("1", 1.0, 1.0, &[("v", 5_i64.into())])];
    let new = [point("1", 1.0, 1.0, &[("v", "five".into())])];
    import(store, &spec("2024-01"), &old);
    import(store, &spec("2024-02"), &new);
    import(store, &spec("2024-03"), &new);
    // The old value is kept as a number in the history but compares as the text it is now.
    let report = import(store, &spec("2024-01-15"), &old);
    assert_eq!(counts(&report), (0, 0, 1, 0));
    let history = store.history("sites", &id("1")).expect("a history");
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].state["properties"]["v"], "5");
}

fn field_names(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let names = [
        "Name",
        "name",
        "NAME",
        "fid",
        "FID",
        "geom",
        "silt_source",
        "silt_original",
        "rowid",
        "",
        " ",
        "with \"quotes\"",
        "with \"quotes_",
        "line\nbreak",
        "select",
        "a'b",
        "ç",
        "Ç",
        "unnamed",
        "silt_more",
        "; DROP TABLE silt_meta; --",
        "geometry",
        "%s",
        "?1",
    ];
    let properties: Vec<(&str, Value)> = names.iter().map(|name| (*name, (*name).into())).collect();
    import(
        store.as_mut(),
        &spec("2024"),
        &[point("1", 1.0, 1.0, &properties)],
    );
    let found = only(store.as_ref());
    for name in names {
        assert_eq!(
            found.property(name),
            &Value::Text(name.to_owned()),
            "{name:?}"
        );
    }
    assert_eq!(found.properties.len(), names.len());
}

fn many_fields(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let names: Vec<String> = (0..2_300).map(|number| format!("field_{number}")).collect();
    let properties = |offset: i64| -> Vec<(&str, Value)> {
        let numbered = names.iter().zip(offset..);
        numbered
            .map(|(name, number)| (name.as_str(), number.into()))
            .collect()
    };
    import(
        store.as_mut(),
        &spec("2024"),
        &[point("1", 1.0, 1.0, &properties(0))],
    );
    let found = only(store.as_ref());
    assert_eq!(found.properties.len(), 2_300);
    for (number, (name, value)) in found.properties.iter().enumerate() {
        assert_eq!(name.as_ref(), names[number]);
        assert_eq!(value, &Value::Int(i64::try_from(number).expect("small")));
    }
    // One beyond the columns widens as well.
    let mut changed = properties(0);
    changed[2_299].1 = "text".into();
    import(
        store.as_mut(),
        &spec("2025"),
        &[point("1", 1.0, 1.0, &changed)],
    );
    assert_eq!(
        only(store.as_ref()).property("field_2299"),
        &Value::Text("text".to_owned())
    );
    assert_eq!(field_type(store.as_ref(), "field_2299"), FieldType::Text);
}

fn schema(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let mut declared = CollectionSchema::new("sites");
    declared.title = "Sites".to_owned();
    declared.description = "Where things are".to_owned();
    declared.domain = silt_model::Domain::Any;
    let mut height = Field::new("height_m", FieldType::Real);
    height.unit = Some("m".to_owned());
    height.title = Some("Height".to_owned());
    let mut status = Field::new("status", FieldType::Text);
    status.allowed = vec!["active".to_owned(), "closed".to_owned()];
    declared.fields = vec![height, status, Field::new("built", FieldType::Date)];
    store.ensure_collection(&declared).expect("a collection");
    let version = store.data_version().expect("a version");
    store.ensure_collection(&declared).expect("the same again");
    assert_eq!(store.data_version().expect("a version"), version);
    let found = &store.collections().expect("collections")[0];
    assert_eq!(found.schema, declared);
    assert_eq!(found.features, 0);
    assert_eq!(found.bbox, None);

    let mut spec = spec("2024");
    spec.schema = declared.clone();
    spec.schema
        .fields
        .push(Field::new("owner", FieldType::Text));
    let properties = [
        ("height_m", 12_i64.into()),
        ("built", "2019-02".into()),
        ("extra", 1_i64.into()),
    ];
    import(store.as_mut(), &spec, &[point("1", 1.0, 1.0, &properties)]);
    let found = only(store.as_ref());
    assert_eq!(found.property("height_m"), &Value::Real(12.0));
    assert_eq!(found.property("built"), &Value::Text("2019-02".to_owned()));
    let names: Vec<String> = store.collections().expect("collections")[0]
        .schema
        .fields
        .iter()
        .map(|field| field.name.clone())
        .collect();
    assert_eq!(names, ["height_m", "status", "built", "owner", "extra"]);
    assert_eq!(field_type(store.as_ref(), "built"), FieldType::Date);
    spec.edition = "2025".to_owned();
    import(
        store.as_mut(),
        &spec,
        &[point("1", 1.0, 1.0, &[("built", "about 2019".into())])],
    );
    assert_eq!(field_type(store.as_ref(), "built"), FieldType::Text);
}
