//! Writes the report without the rest of Silt: `cargo run -p silt-validation --example report -- OUT
//! [FLEETS] [REAL ...]`.

use std::path::PathBuf;
use std::time::Instant;

use silt_validation::{ValidationConfig, validate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = PathBuf::from(args.next().ok_or("name a folder to write to")?);
    let mut config = ValidationConfig::default();
    if let Some(fleets) = args.next() {
        config.fleets = fleets.parse()?;
        config.calibration_fleets = (config.fleets / 2).max(2);
    }
    let real: Vec<PathBuf> = args.map(PathBuf::from).collect();
    let began = Instant::now();
    let report = validate(&config, &real, &|| {})?;
    std::fs::create_dir_all(&out)?;
    std::fs::write(out.join("validation.json"), report.to_json()?)?;
    std::fs::write(out.join("validation.html"), report.to_html())?;
    for finding in &report.findings {
        let holds = match finding.holds {
            Some(true) => "holds",
            Some(false) => "DOES NOT HOLD",
            None => "",
        };
        eprintln!("{}: {} {holds}", finding.tested, finding.result);
    }
    eprintln!("{:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}
