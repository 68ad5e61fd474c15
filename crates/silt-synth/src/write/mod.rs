//! Files of a fleet, over any [`std::io::Write`]. Each says that it is synthetic.
//!
//! | file | by | rows |
//! |---|---|---|
//! | `positions.csv` | [`PositionsCsv`] | reports, as received |
//! | `truth_states.csv` | [`TruthCsv`] | what each vessel did, when |
//! | `truth_cycles.csv` | [`TruthCsv`] | cycles and loads of hopper dredgers |
//! | `truth_work.csv` | [`TruthCsv`] | work of cutters and backhoes |
//! | `truth_positions.csv` | [`TruthCsv`] | true position of each report |
//! | `vessels.csv` | [`vessels_csv`] | register, one row per MMSI and validity |
//! | `places.geojson` | [`places_geojson`] | ports, pits, dumping grounds, beaches |
//! | `areas.geojson` | [`areas_geojson`] | pits as licence areas, for `dredging_areas` |
//! | `ports.geojson` | [`ports_geojson`] | ports, for `ports` |
//! | `positions.nmea` | [`NmeaWriter`] | reports and static data as AIVDM |
//! | `README.txt` | [`readme`] | what this is, and what it is not |
//!
//! Numbers in CSV are those in memory: reading them back gives the same bits.

mod csv;
mod nmea;
mod places;
mod text;

pub use csv::{POSITIONS_HEADER, PositionsCsv, TruthCsv, TruthFile, vessels_csv};
pub use nmea::NmeaWriter;
pub use places::{areas_geojson, places_geojson, ports_geojson};

use std::io::{self, Write};

use crate::fleet::Fleet;
use crate::truth::Counts;

/// Says what the files are, and what was put into them.
///
/// # Errors
/// Those of the writer.
pub fn readme<W: Write>(fleet: &Fleet, counts: &Counts, mut out: W) -> io::Result<()> {
    let config = fleet.config();
    writeln!(
        out,
        "SYNTHETIC DATA. No vessel, report, cycle or tonne in these files is real.\n"
    )?;
    writeln!(
        out,
        "Made by silt-synth: {} vessels, {} days from {}, seed {}.",
        config.vessels,
        config.days,
        text::iso_time(config.start_ms),
        config.seed
    )?;
    writeln!(
        out,
        "Ports, pits and coasts are approximate positions of real places; nobody is said to have dredged there.\n\
         Speeds, report intervals, gaps and noise are drawn from distributions fitted to real files;\n\
         durations of loading and unloading and all rates below are assumptions of the configuration.\n\
         MMSI lie in 280-299, which ITU has allocated to nobody; IMO numbers begin with 2.\n"
    )?;
    writeln!(
        out,
        "Mean fill of the fleet: {:.4}; mean density: {:.4} t/m3.\n",
        fleet.true_fill(),
        fleet.true_density_t_m3()
    )?;
    writeln!(out, "What was put in:")?;
    for (name, count) in [
        ("reports", counts.reports),
        ("gaps", counts.gaps),
        ("duplicates", counts.duplicates),
        ("spikes", counts.spikes),
        ("of them in a wrong hemisphere", counts.wrong_hemisphere),
        ("clock too early", counts.clock_backwards),
        ("clock in the future", counts.clock_future),
        ("speed, course and heading missing", counts.missing),
        ("changes of MMSI", counts.mmsi_changes),
        (
            "vessels that share an MMSI",
            fleet
                .vessels()
                .iter()
                .filter(|vessel| vessel.shares_mmsi)
                .count() as u64,
        ),
    ] {
        writeln!(out, "  {name}: {count}")?;
    }
    for (case, count) in &counts.cases {
        writeln!(out, "  {}: {count}", case.as_str())?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
