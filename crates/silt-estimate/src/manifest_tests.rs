use super::*;
use proptest::prelude::*;

fn manifest() -> Manifest {
    let file = |path: &str| InputFile {
        path: path.to_owned(),
        sha256: "00ff".to_owned(),
        rows: 3,
    };
    Manifest {
        method_version: "m".to_owned(),
        prior_version: "p".to_owned(),
        seed: u64::MAX,
        draws: 1000,
        parameters: BTreeMap::from([
            ("tenth".to_owned(), Value::from(0.1)),
            ("One".to_owned(), Value::from(1.0)),
        ]),
        inputs: vec![file("b"), file("a")],
        data_version: "d".to_owned(),
        outputs: vec![OutputFile {
            path: "out.csv".to_owned(),
            sha256: "aa".to_owned(),
        }],
        synthetic: true,
    }
}

#[test]
fn canonical_json_is_the_same_bytes_whatever_the_order() {
    let expected = r#"{
  "data_version": "d",
  "draws": 1000,
  "inputs": [
    {
      "path": "a",
      "rows": 3,
      "sha256": "00ff"
    },
    {
      "path": "b",
      "rows": 3,
      "sha256": "00ff"
    }
  ],
  "method_version": "m",
  "outputs": [
    {
      "path": "out.csv",
      "sha256": "aa"
    }
  ],
  "parameters": {
    "One": 1.0,
    "tenth": 0.1
  },
  "prior_version": "p",
  "seed": 18446744073709551615,
  "synthetic": true
}
"#;
    let mut reversed = manifest();
    reversed.inputs.reverse();
    for manifest in [manifest(), reversed] {
        let text = manifest.to_canonical_json().expect("the paths differ");
        assert_eq!(text, expected);
        let back = Manifest::from_json(&text).expect("our own JSON is read back");
        assert_eq!(
            back.to_canonical_json().expect("the paths differ"),
            expected
        );
    }
}

#[test]
fn a_changed_byte_is_named() {
    let mut recomputed = manifest();
    recomputed.outputs[0].sha256 = "ab".to_owned();
    recomputed.parameters.remove("One");
    let differences = manifest()
        .differences(&recomputed)
        .expect("the paths differ");
    let fields: Vec<&str> = differences
        .iter()
        .map(|difference| difference.field.as_str())
        .collect();
    assert_eq!(fields, ["outputs[out.csv].sha256", "parameters.One"]);
    assert_eq!(differences[1].recomputed, None);
    assert!(
        manifest()
            .differences(&manifest())
            .expect("the paths differ")
            .is_empty()
    );
}

#[test]
fn a_manifest_with_unknown_fields_or_a_path_twice_is_refused() {
    let text = manifest().to_canonical_json().expect("the paths differ");
    assert!(Manifest::from_json(&text.replace("\"seed\"", "\"sead\"")).is_err());
    assert!(Manifest::from_json("{").is_err());
    let mut twice = manifest();
    twice.inputs[0].path = "a".to_owned();
    assert!(matches!(
        twice.to_canonical_json(),
        Err(ManifestError::DuplicatePath(_))
    ));
}

proptest! {
    #[test]
    fn writing_what_was_read_gives_the_same_bytes(
        number in any::<f64>().prop_filter("JSON has no such numbers", |x| x.is_finite()),
        integer in any::<i64>(),
        text in any::<String>(),
    ) {
        let value = serde_json::json!({ text.clone(): [number, integer, text], "": {}, "b": [] });
        let written = canonical_json(&value);
        let back: Value = serde_json::from_str(&written).expect("our own JSON is read back");
        prop_assert_eq!(canonical_json(&back), written);
    }
}
