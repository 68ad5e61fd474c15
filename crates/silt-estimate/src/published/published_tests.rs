use super::*;

fn figure(id: &str, numbers: (Option<f64>, Option<f64>, Option<f64>), unit: &str) -> Figure {
    Figure {
        id: id.to_owned(),
        area: String::new(),
        year: String::new(),
        quantity: "extraction".to_owned(),
        value: numbers.0,
        low: numbers.1,
        high: numbers.2,
        unit: unit.to_owned(),
    }
}

#[test]
fn units_become_base_units() {
    let wharf = figure("x", (Some(1.7), None, None), "M cu yd");
    let normalised = normalise(&wharf).expect("the unit is known");
    // 1.7 million x 0.9144^3 m3.
    assert!((normalised.value.expect("a value") - 1_299_743.258_572_8).abs() < 1e-6);
    assert_eq!(normalised.unit, "m3");
    let odd = figure("x", (Some(1.0), None, None), "bushels");
    let found = checks(&[odd]);
    assert_eq!(
        found[0].outcome,
        Outcome::NotCheckable {
            reason: "the unit \"bushels\" is not known".to_owned()
        }
    );
}

#[test]
fn a_figure_whose_partner_is_missing_is_listed_not_guessed() {
    let alone = figure("msw-global-v2", (None, Some(6.4), Some(16.0)), "Gt/yr");
    assert!(matches!(
        checks(&[alone])[0].outcome,
        Outcome::NotCheckable { .. }
    ));
}

#[test]
fn a_wrong_published_number_is_found() {
    let wrong = figure("uk-aclass", (Some(6_500.0), None, None), "t");
    let Outcome::Checked(comparison) = &checks(&[wrong])[0].outcome else {
        panic!("the cargo can be checked");
    };
    assert!(!comparison.agrees);
}

/// The 71 figures of the mirror: which agree, and which do not.
#[test]
fn every_published_figure_is_checked_or_explained() {
    let Some(mirror) = std::env::var_os("SILT_MIRROR") else {
        eprintln!("skipped: SILT_MIRROR is not set");
        return;
    };
    let path = std::path::Path::new(&mirror).join("sand-statistics/published_figures.csv");
    let mut reader = csv::Reader::from_path(path).expect("the figures of the mirror open");
    let figures: Vec<Figure> = reader
        .deserialize()
        .map(|row| row.expect("each row is a figure"))
        .collect();
    assert_eq!(figures.len(), 71);

    let found = checks(&figures);
    for figure in &figures {
        assert!(
            found.iter().any(|check| check.id == figure.id),
            "{} is missing",
            figure.id
        );
    }
    assert!(found.iter().all(|check| check.normalised.is_some()));
    let mut agreeing = Vec::new();
    let mut disagreeing = Vec::new();
    for check in &found {
        match &check.outcome {
            Outcome::Checked(comparison) if comparison.agrees => agreeing.push(check.id.as_str()),
            Outcome::Checked(comparison) => {
                eprintln!("{}: {comparison:?}", check.id);
                disagreeing.push(check.id.as_str());
            }
            Outcome::NotCheckable { reason } => {
                assert!(
                    !reason.starts_with("there is no rule"),
                    "{}: {reason}",
                    check.id
                );
            }
        }
    }
    let expected = [
        "msw-global",
        "msw-global-v2",
        "msw-global-v2",
        "msw-trucks",
        "uk-2011h",
        "uk-2011k",
        "uk-aclass",
        "ospar-1215",
        "be-2013",
        "be-cap",
        "kh-trend",
    ];
    assert_eq!(agreeing, expected);
    // The UK's "16.0 Mm3" is the 16.0 Mt that follow from the tonnes of 2014; Belgium's 2014 lies
    // outside of the range given for its decade.
    assert_eq!(disagreeing, ["uk-2013v", "be-2014"]);
}
