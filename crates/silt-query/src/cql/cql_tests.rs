use proptest::prelude::*;

use super::*;
use crate::never_stop;
use crate::test_data::{schema, six, snapshot};

fn read(text: &str) -> Result<Filter, CqlError> {
    parse(text, Language::Text, &schema(), &Limits::default(), None)
}

fn read_json(text: &str) -> Result<Filter, CqlError> {
    parse(text, Language::Json, &schema(), &Limits::default(), None)
}

fn select(filter: &Filter) -> Vec<u32> {
    let snapshot = snapshot(&six());
    filter
        .select(&snapshot, None, &never_stop)
        .expect("not stopped")
}

fn expression(text: &str) -> Result<ast::Expr, CqlError> {
    let limits = Limits::default();
    text::parse(
        text,
        &limits,
        literal::Literals::new(limits.max_vertices, None),
    )
}

fn expression_of_json(json: &str) -> Result<ast::Expr, CqlError> {
    let limits = Limits::default();
    json::parse(
        json,
        &limits,
        literal::Literals::new(limits.max_vertices, None),
    )
}

#[test]
fn languages_have_their_names() {
    assert_eq!(Language::from_name("cql2-text"), Some(Language::Text));
    assert_eq!(Language::from_name("cql-text"), Some(Language::Text));
    assert_eq!(Language::from_name("cql2-json"), Some(Language::Json));
    assert_eq!(Language::from_name("CQL"), None);
}

#[test]
fn errors_say_where() {
    for (text, position, part) in [
        ("", 1, "empty"),
        ("   ", 4, "empty"),
        ("year >", 7, "a property or a value, met the end"),
        ("year > 1 year", 10, "met year"),
        ("é = 'a' ; 1", 9, "unexpected ';'"),
        ("name = 'abc", 8, "closing"),
        ("(year > 1", 10, ", or )"),
        ("year > 1)", 9, "met )"),
        ("name NOT 1", 10, "LIKE, BETWEEN or IN"),
        ("name IS 1", 9, "NULL"),
        ("year BETWEEN 1 OR 2", 16, "AND"),
        ("year = and", 8, "a property"),
        ("S_INTERSECTS(geometry, POINT(1))", 31, "two numbers"),
        ("S_INTERSECTS(geometry, POINT(1 a))", 32, "a number"),
        ("year > 1e999", 8, "cannot be read"),
        ("DATE(1) = date", 1, "one text"),
        ("year = 1 = 2", 10, "met ="),
    ] {
        match read(text).expect_err(text) {
            CqlError::Syntax {
                message,
                position: at,
            } => {
                assert!(message.contains(part), "{text}: {message}");
                assert_eq!(at, position, "{text}: {message}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn types_must_fit() {
    for text in [
        "name > 5",
        "year = 'a'",
        "year",
        "'a'",
        "5",
        "name LIKE year",
        "year LIKE '1%'",
        "name LIKE name",
        "year + name > 1",
        "active = 1",
        "geometry = POINT(1 1)",
        "S_INTERSECTS(name, POINT(1 1))",
        "T_AFTER(year, DATE('2019'))",
        "T_AFTER(date)",
        "A_CONTAINS(name, ('a'))",
        "silt_regions = 'iso3:BRA'",
        "name = NULL",
        "NOT NULL",
        "year IN ()",
        "date = name",
        "CASEI(name)",
        "CASEI(year) = 'a'",
        "(active AND TRUE) IN (TRUE, FALSE)",
        "year BETWEEN 'a' AND 'b'",
        "INTERVAL('2019','2020') = 1",
        "date",
    ] {
        assert!(
            matches!(read(text), Err(CqlError::Type(_))),
            "{text}: {:?}",
            read(text)
        );
    }
    for text in [
        "date > 'soon'",
        "date = DATE('2019-02-30')",
        "date = TIMESTAMP('2019')",
        "T_DURING(date, INTERVAL('2020','2019'))",
    ] {
        assert!(matches!(read(text), Err(CqlError::Time(_))), "{text}");
    }
    for text in [
        "S_INTERSECTS(geometry, LINESTRING(1 1))",
        "S_INTERSECTS(geometry, POINT(999 0))",
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 0)))",
        "S_INTERSECTS(geometry, BBOX(1,2,3))",
        "S_INTERSECTS(geometry, BBOX(0,5,1,4))",
    ] {
        assert!(
            matches!(read(text), Err(CqlError::Geometry(_))),
            "{text}: {:?}",
            read(text)
        );
    }
    assert!(matches!(
        read("BUFFER(geometry, 5) = 1"),
        Err(CqlError::UnknownFunction(_))
    ));
    let unknown = read("hight_m > 5").expect_err("unknown").to_string();
    assert_eq!(
        unknown,
        "there is no property \"hight_m\"; did you mean height_m?"
    );
}

#[test]
fn bad_json_is_refused() {
    for text in [
        "",
        "{",
        "[]x",
        "{}",
        r#"{"op":1}"#,
        r#"{"op":"=","args":[1]}"#,
        r#"{"op":"and","args":[]}"#,
        r#"{"op":"=","args":{"a":1}}"#,
        r#"{"property":1}"#,
        r#"{"op":"in","args":[{"property":"name"},"a"]}"#,
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":["a",1]}]}"#,
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Cube","coordinates":[1,1]}]}"#,
        r#"{"interval":["2019"]}"#,
        r#"{"bbox":[1,2,null,4]}"#,
    ] {
        assert!(
            matches!(read_json(text), Err(CqlError::Json(_))),
            "{text}: {:?}",
            read_json(text)
        );
    }
}

#[test]
fn bombs_are_refused() {
    let wide = Limits {
        max_bytes: 64 << 20,
        ..Limits::default()
    };
    let wide_read = |text: &str, language| parse(text, language, &schema(), &wide, None);
    let nested = |open: &str, close: &str, count: usize| {
        format!("{}year > 1{}", open.repeat(count), close.repeat(count))
    };
    for (open, close) in [
        ("(", ")"),
        ("NOT ", ""),
        ("NOT(", ")"),
        ("f(", ")"),
        ("(1,", ")"),
        ("((1,2),", ")"),
        ("year IN (", ")"),
    ] {
        let bomb = nested(open, close, 10_000);
        assert!(
            matches!(
                wide_read(&bomb, Language::Text),
                Err(CqlError::TooDeep { .. })
            ),
            "{open}"
        );
        // Unbalanced and wrong inside: the time must not double with each level.
        let wrong = nested(open, "", 45) + " ?";
        assert!(wide_read(&wrong, Language::Text).is_err(), "{open}");
    }
    for (open, inside) in [
        ("-", "1"),
        ("GEOMETRYCOLLECTION(", "POINT(1 1)"),
        ("CASEI(", "name"),
    ] {
        let bomb = format!("name = {}{inside}", open.repeat(10_000));
        assert!(
            matches!(
                wide_read(&bomb, Language::Text),
                Err(CqlError::TooDeep { .. })
            ),
            "{open}"
        );
    }
    for (open, close) in [
        (r#"{"op":"not","args":["#, "]}"),
        ("[", "]"),
        (r#"{"type":"GeometryCollection","geometries":["#, "]}"),
    ] {
        for count in [60, 10_000] {
            let bomb = format!("{}true{}", open.repeat(count), close.repeat(count));
            assert!(
                matches!(
                    wide_read(&bomb, Language::Json),
                    Err(CqlError::TooDeep { .. })
                ),
                "{open} {count}"
            );
        }
    }
    assert!(matches!(
        read(&"a".repeat(100_000)),
        Err(CqlError::TooLong { bytes: 100_000, .. })
    ));
    let pattern = format!("name LIKE '{}'", "%a".repeat(5_000));
    assert!(matches!(
        read(&pattern),
        Err(CqlError::PatternTooLong { .. })
    ));
    let ring = "0 0,".repeat(100_000);
    let polygon = format!("S_WITHIN(geometry, POLYGON(({ring}1 1)))");
    assert!(matches!(
        wide_read(&polygon, Language::Text),
        Err(CqlError::TooManyVertices { .. })
    ));
    let ring = "[0,0],".repeat(100_000);
    let polygon = format!(
        r#"{{"op":"s_within","args":[{{"property":"geometry"}},{{"type":"Polygon","coordinates":[[{ring}[1,1]]]}}]}}"#
    );
    assert!(matches!(
        wide_read(&polygon, Language::Json),
        Err(CqlError::TooManyVertices { .. })
    ));
}

#[test]
fn long_chains_are_no_bombs() {
    let wide = Limits {
        max_bytes: 64 << 20,
        ..Limits::default()
    };
    let chain = |part: &str, joint: &str| vec![part; 20_000].join(joint);
    for (text, expected) in [
        (chain("year = 2000", " OR "), vec![3]),
        (chain("year = 2000", " AND "), vec![3]),
        (
            format!("{} = 20000", chain("1", " + ")),
            vec![0, 1, 2, 3, 4, 5],
        ),
        (format!("year IN ({})", chain("2000", ",")), vec![3]),
        (format!("name IN ({})", chain("'Οδος'", ",")), vec![2]),
        (format!("NOT ({})", chain("active", " AND ")), vec![0, 4]),
    ] {
        let filter = parse(&text, Language::Text, &schema(), &wide, None).expect("a filter");
        assert_eq!(select(&filter), expected);
    }
}

#[test]
fn depth_up_to_the_limit_fits_a_small_stack() {
    let nested = |count: usize| {
        format!(
            "{}year = 2000{}",
            "NOT (NOT (".repeat(count),
            "))".repeat(count)
        )
    };
    let deep = format!("{}year = 2000{}", "(".repeat(49), ")".repeat(49));
    for text in [deep, nested(12)] {
        let on_small_stack = std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(move || select(&read(&text).expect("a filter")));
        assert_eq!(
            on_small_stack
                .expect("a thread")
                .join()
                .expect("no overflow"),
            [3]
        );
    }
}

#[test]
fn a_reference_system_is_transformed() {
    let swapped = |at: Coord<f64>| (at.y.abs() <= 180.0).then_some(Coord { x: at.y, y: at.x });
    let read = |text: &str| {
        parse(
            text,
            Language::Text,
            &schema(),
            &Limits::default(),
            Some(&swapped),
        )
    };
    for text in [
        "S_INTERSECTS(geometry, POINT(-20.12 -44.12))",
        "S_INTERSECTS(geometry, BBOX(-30,-50,-10,-40))",
    ] {
        assert_eq!(select(&read(text).expect(text)), [0], "{text}");
    }
    let across = read("S_INTERSECTS(geometry, BBOX(-20,170,-10,-170))").expect("a filter");
    assert_eq!(select(&across), [1, 3]);
    let nowhere = read("S_INTERSECTS(geometry, POINT(0 5000))");
    assert!(matches!(nowhere, Err(CqlError::Geometry(_))));
}

/// Texts whose meaning both readers must agree on.
const SHARED: [&str; 26] = [
    "name LIKE 'Smith%'",
    "height_m BETWEEN 100.0 and 150.0",
    "name IN ('Toronto','Frankfurt')",
    "year NOT IN (1,2,3,4)",
    "CASEI(name) IN (CASEI('Οδος'),CASEI('Straße'))",
    "ACCENTI(name) = ACCENTI('débárquér')",
    "S_INTERSECTS(geometry,POINT(36.319836 32.288087))",
    "T_INTERSECTS(date, INTERVAL('1969-07-16T05:32:00Z', '1969-07-24T16:50:35Z'))",
    "A_CONTAINS(tags, ('layers-ca','layers-us'))",
    "height_m > (year-1)",
    "height_m < 0.1 AND year=28 AND year=203",
    "height_m=0.1 OR height_m=0.2",
    "active=true AND (height_m>5 OR name LIKE 'brick%' OR name LIKE '%brick')",
    "NOT (height_m<5) OR active=true",
    "name NOT LIKE 'foo%' AND height_m > 10",
    "height_m IS NULL OR height_m BETWEEN 10 AND 20",
    "height_m IS NOT NULL",
    "S_WITHIN(geometry,BBOX(-118,33.8,-117.9,34))",
    "S_EQUALS(MULTIPOINT ((180.0 -0.5), (179.0 -47.121701)), geometry)",
    "S_INTERSECTS(geometry,POLYGON((-10.0 -10.0,10.0 -10.0,10.0 10.0,-10.0 -10.0)))",
    "T_AFTER(date,DATE('2012-06-05'))",
    "T_BEFORE(date, TIMESTAMP('2012-08-10T05:30:00Z'))",
    "height_m = 2 * 3 + year / 6.5 - year ^ 2",
    "1 = (year div 2)",
    "\"name\" = 'O''Brien'",
    "NOT height_m BETWEEN 10 AND 20",
];

/// Our reading of a text is our reading of the JSON that the crate `cql2` makes of it.
#[test]
fn the_other_reader_understands_the_same() {
    // Made by tests/oracles/cql2_json.py: the crate itself would double the build of the tests.
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("oracle_cql2.json")).expect("the oracle's file");
    let filters = oracle["filters"].as_array().expect("a list");
    let texts: Vec<&str> = filters
        .iter()
        .filter_map(|filter| filter["text"].as_str())
        .collect();
    assert_eq!(texts, SHARED, "run tests/oracles/cql2_json.py again");
    for (text, filter) in SHARED.into_iter().zip(filters) {
        let json = filter["json"].to_string();
        let ours = read(text).expect(text);
        let theirs = read_json(&json).unwrap_or_else(|error| panic!("{text}: {json}: {error}"));
        // Chains of arithmetic are a list for us and pairs within pairs in JSON.
        if !text.contains('^') {
            assert_eq!(
                expression(text),
                expression_of_json(&json),
                "{text}: {json}"
            );
        }
        assert_eq!(select(&ours), select(&theirs), "{text}");
    }
}

#[test]
fn our_text_and_our_json_are_the_same_expression() {
    for (text, json) in [
        ("a = -1", r#"{"op":"=","args":[{"property":"a"},-1]}"#),
        (
            "a AND b AND c",
            r#"{"op":"and","args":[{"property":"a"},{"property":"b"},{"property":"c"}]}"#,
        ),
        (
            "a IS NOT NULL",
            r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"a"}]}]}"#,
        ),
        (
            "-a > 1",
            r#"{"op":">","args":[{"op":"-","args":[{"property":"a"}]},1]}"#,
        ),
        (
            "t_after(a, date('2019-01-01'))",
            r#"{"op":"t_after","args":[{"property":"a"},{"date":"2019-01-01"}]}"#,
        ),
        (
            "INTERVAL(a, '..') = b",
            r#"{"op":"=","args":[{"interval":[{"property":"a"},".."]},{"property":"b"}]}"#,
        ),
        (
            "s_within(a, GEOMETRYCOLLECTION(POINT(1 2), MULTILINESTRING((1 2, 3 4))))",
            r#"{"op":"s_within","args":[{"property":"a"},{"type":"GeometryCollection","geometries":[
                {"type":"Point","coordinates":[1,2]},{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}]}]}"#,
        ),
        (
            "s_within(a, MULTIPOLYGON Z (((0 0 9, 1 0 9, 1 1 9, 0 0 9))))",
            r#"{"op":"s_within","args":[{"property":"a"},{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}]}"#,
        ),
    ] {
        assert_eq!(expression(text), expression_of_json(json), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,80}") {
        let _ = read(&text);
        let _ = read_json(&text);
    }

    #[test]
    fn no_words_of_the_language_panic(words in prop::collection::vec(prop::sample::select(vec![
        "(", ")", ",", "year", "name", "date", "geometry", "active", "tags", "silt_regions", "=", "<", ">=",
        "AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "'a%'", "'2019'", "1", "2.5", "-", "+",
        "*", "/", "div", "^", "POINT", "POLYGON", "EMPTY", "((0 0,1 0,1 1,0 0))", "S_WITHIN(", "T_DURING(",
        "A_CONTAINS(", "INTERVAL(", "DATE(", "BBOX(", "CASEI(", "TRUE", "\"name\"",
    ]), 0..14)) {
        if let Ok(filter) = read(&words.join(" ")) {
            select(&filter);
        }
    }
}
