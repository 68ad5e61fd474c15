use super::*;

#[test]
fn a_cell_is_a_number_only_when_it_comes_back_as_it_was() {
    let cases = [
        ("0", FieldType::Integer),
        ("-12", FieldType::Integer),
        ("1.5", FieldType::Real),
        ("-0.25e-3", FieldType::Real),
        ("true", FieldType::Boolean),
        ("007", FieldType::Text),
        ("+5", FieldType::Text),
        ("1.", FieldType::Text),
        (" 1", FieldType::Text),
        ("1,5", FieldType::Text),
        ("-0", FieldType::Text),
        ("18446744073709551616", FieldType::Text),
        ("1e999", FieldType::Text),
        ("NaN", FieldType::Text),
        ("null", FieldType::Text),
    ];
    for (text, expected) in cases {
        assert_eq!(text_type(text), expected, "{text}");
    }
}

#[test]
fn types_of_a_file_cover_all_its_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "id;code;height;flag;mixed;big;none\n1;01;1.5;true;1;9007199254740993;\n2;02;2;false;x;0.5;\n").expect("written");
    let columns = infer_columns(&path, &ReadOptions::default()).expect("readable");
    let types: Vec<(&str, FieldType)> = columns
        .iter()
        .map(|(name, field_type)| (name.as_ref(), *field_type))
        .collect();
    let expected = [
        ("id", FieldType::Integer),
        ("code", FieldType::Text),
        ("height", FieldType::Real),
        ("flag", FieldType::Boolean),
        ("mixed", FieldType::Text),
        ("big", FieldType::Text),
        ("none", FieldType::Text),
    ];
    assert_eq!(types, expected);
}
