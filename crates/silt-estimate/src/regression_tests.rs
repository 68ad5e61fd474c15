use super::*;

#[test]
fn an_exact_power_law_is_found() {
    let points = [(1.0, 3.0), (2.0, 24.0), (4.0, 192.0), (8.0, 1536.0)];
    let fit = LogLogFit::through(&points).expect("four different points");
    assert!((fit.slope - 3.0).abs() < 1e-12);
    assert!((fit.intercept - 3.0_f64.ln()).abs() < 1e-12);
    assert!(fit.residual_sd < 1e-12);
    assert!((fit.predict(16.0).median - 12_288.0).abs() < 1e-8);
}

/// Figures of an independent least-squares run (Python) over the same table.
#[test]
fn the_documented_coefficients_are_those_of_the_table() {
    let by_length = LogLogFit::hopper_by_length();
    assert_eq!(by_length.n, 20);
    assert!((by_length.intercept - -5.170_655_421_051).abs() < 1e-9);
    assert!((by_length.slope - 2.937_902_087_765).abs() < 1e-9);
    assert!((by_length.residual_sd - 0.302_461_644_745).abs() < 1e-9);

    let by_tonnage = LogLogFit::hopper_by_gross_tonnage();
    assert_eq!(by_tonnage.n, 3);
    assert!((by_tonnage.slope - 0.917_472_223_862).abs() < 1e-9);
    assert_eq!(by_tonnage.residual_sd, by_length.residual_sd);
}

#[test]
fn a_prediction_far_from_the_data_is_less_certain() {
    let fit = LogLogFit::hopper_by_length();
    assert!(fit.predict(20.0).sigma > fit.predict(110.0).sigma);
}

/// Nineteen or more of twenty leave-one-out predictions within their 95 % interval would be
/// luck; fewer than sixteen would mean that the spread is a fiction.
#[test]
fn left_out_dredgers_lie_within_their_prediction_intervals() {
    let points: Vec<(f64, f64)> = REFERENCE_DREDGERS
        .iter()
        .map(|d| (d.length_m, d.hopper_m3))
        .collect();
    let covered = (0..points.len())
        .filter(|&left_out| {
            let mut others = points.clone();
            let (length_m, hopper_m3) = others.remove(left_out);
            let fit = LogLogFit::through(&others).expect("nineteen different lengths");
            let prediction = fit.predict(length_m);
            let deviation = (hopper_m3 / prediction.median).ln().abs();
            deviation <= 1.96 * prediction.sigma
        })
        .count();
    assert!(covered >= 16, "{covered} of 20");
}

#[test]
fn too_little_to_fit_gives_nothing() {
    assert_eq!(LogLogFit::through(&[(1.0, 1.0), (2.0, 2.0)]), None);
    assert_eq!(
        LogLogFit::through(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]),
        None
    );
    assert_eq!(
        LogLogFit::through(&[(1.0, 1.0), (-2.0, 2.0), (3.0, 3.0)]),
        None
    );
}

/// Of the register's own lengths and volumes none is contradicted by the table above.
#[test]
fn the_register_agrees_with_the_reference_table() {
    let Some(mirror) = std::env::var_os("SILT_MIRROR") else {
        eprintln!("skipped: SILT_MIRROR is not set");
        return;
    };
    let path = std::path::Path::new(&mirror).join("dredger-registry/dredgers.csv");
    let mut reader = csv::Reader::from_path(path).expect("the register of the mirror opens");
    let headers = reader.headers().expect("the register has a header").clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|header| header == name)
            .expect("the register has the column")
    };
    let (name, hopper) = (column("name"), column("hopper_m3"));
    let mut compared = 0;
    for record in reader.records() {
        let record = record.expect("the register is valid CSV");
        let Ok(hopper_m3) = record[hopper].parse::<f64>() else {
            continue;
        };
        for reference in &REFERENCE_DREDGERS {
            if reference.name.eq_ignore_ascii_case(&record[name]) {
                let ratio = reference.hopper_m3 / hopper_m3;
                assert!(
                    (0.99..=1.01).contains(&ratio),
                    "{}: {ratio}",
                    reference.name
                );
                compared += 1;
            }
        }
    }
    assert!(
        compared >= 5,
        "only {compared} vessels of the register were compared"
    );
}
