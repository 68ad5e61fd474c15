//! `silt synth`: synthetic data with the truth beside it.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use silt_extraction::synthetic::ParquetPositions;
use silt_synth::write::{
    PositionsCsv, TruthCsv, TruthFile, areas_geojson, places_geojson, ports_geojson, readme,
    vessels_csv,
};
use silt_synth::{Counts, Fleet, FleetConfig, VesselTrack};

use super::Outcome;
use crate::cli::{Cli, SynthCommand, SynthFormat};
use crate::output;

/// Runs the command.
pub(crate) fn run(_cli: &Cli, command: &SynthCommand) -> Result<Outcome> {
    let SynthCommand::Ais(args) = command;
    let config = FleetConfig {
        vessels: args.vessels,
        days: args.days,
        seed: args.seed,
        positions_per_vessel: args.positions_per_vessel,
        ..FleetConfig::default()
    };
    let rows = write_fleet(config, &args.output, args.format)?;
    output::line(format!(
        "{} SYNTHETIC positions of {} vessels written to {}",
        output::grouped(rows),
        args.vessels,
        args.output.display()
    ));
    Ok(Outcome::Done)
}

/// Writes a fleet with its truth into a folder, and returns how many positions it has.
pub(crate) fn write_fleet(config: FleetConfig, folder: &Path, format: SynthFormat) -> Result<u64> {
    let fleet = Fleet::new(config)?;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let mut states = TruthCsv::new(create(folder, "truth_states.csv")?, TruthFile::States)?;
    let mut cycles = TruthCsv::new(create(folder, "truth_cycles.csv")?, TruthFile::Cycles)?;
    let mut work = TruthCsv::new(create(folder, "truth_work.csv")?, TruthFile::Work)?;
    let mut positions = match format {
        SynthFormat::Csv => {
            Positions::Csv(PositionsCsv::new(create(folder, "positions.csv")?, None)?)
        }
        SynthFormat::Parquet => {
            let file = create(folder, "positions.parquet")?;
            Positions::Parquet(Box::new(ParquetPositions::new(file)?))
        }
    };
    let bar = output::progress("vessels", fleet.vessels().len() as u64);
    let mut counts = Counts::default();
    let mut rows = 0_u64;
    for number in 0..fleet.vessels().len() as u32 {
        let track = fleet.track(number);
        rows += track.positions.mmsi.len() as u64;
        counts.add(&track.counts);
        positions.write(&track)?;
        let vessel = &fleet.vessels()[number as usize];
        states.write(vessel, &track)?;
        cycles.write(vessel, &track)?;
        work.write(vessel, &track)?;
        bar.inc(1);
    }
    positions.finish()?;
    states.finish()?;
    cycles.finish()?;
    work.finish()?;
    vessels_csv(&fleet, create(folder, "vessels.csv")?)?;
    places_geojson(create(folder, "places.geojson")?)?;
    areas_geojson(create(folder, "areas.geojson")?)?;
    ports_geojson(create(folder, "ports.geojson")?)?;
    readme(&fleet, &counts, create(folder, "README.txt")?)?;
    bar.finish_and_clear();
    Ok(rows)
}

fn create(folder: &Path, name: &str) -> Result<BufWriter<File>> {
    let path = folder.join(name);
    let file =
        File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

enum Positions {
    Csv(PositionsCsv<BufWriter<File>>),
    Parquet(Box<ParquetPositions<BufWriter<File>>>),
}

impl Positions {
    fn write(&mut self, track: &VesselTrack) -> Result<()> {
        match self {
            Positions::Csv(csv) => csv.write(&track.positions)?,
            Positions::Parquet(parquet) => parquet.write(track)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Positions::Csv(csv) => drop(csv.finish()?),
            Positions::Parquet(parquet) => parquet.finish()?,
        }
        Ok(())
    }
}
