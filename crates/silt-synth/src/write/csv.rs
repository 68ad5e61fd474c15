//! CSV: positions, truth, register.

use std::io::{self, Write};

use super::text::{push_field, push_fixed, push_integer, push_iso_time, push_tenths};
use crate::fleet::Fleet;
use crate::track::{Positions, VesselTrack};
use crate::truth::{StationaryWork, TruthCycle};
use crate::vessel::SynthVessel;

/// Header of the positions; an empty field is not available.
pub const POSITIONS_HEADER: &str =
    "mmsi,time,lon,lat,sog_kn,cog_deg,heading_deg,nav_status,draught_m,synthetic";

const STATES_HEADER: &str = "vessel,mmsi,start,end,state,synthetic";
const CYCLES_HEADER: &str = "vessel,mmsi,dredge_start,dredge_end,discharge_start,discharge_end,dredge_lon,dredge_lat,\
discharge_lon,discharge_lat,dredge_speed_kn,discharge_kind,hopper_m3,fill,load_hopper_m3,density_t_m3,tonnes,\
longest_gap_s,complete_in_ais,cases,synthetic";
const WORK_HEADER: &str = "vessel,mmsi,start,end,lon,lat,pipe_diameter_m,velocity_m_s,concentration,in_situ_m3,tonnes,synthetic";
const TRUE_POSITIONS_HEADER: &str = "vessel,mmsi,row,time,lon,lat,sog_kn,defect,synthetic";
const VESSELS_HEADER: &str = "vessel,mmsi,valid_from,valid_to,shares_mmsi,name,imo,kind,ship_type,transponder,length_m,beam_m,\
hopper_m3,pipe_diameter_m,site,source,synthetic";
const FLUSH_BYTES: usize = 1 << 16;

/// MMSI that no vessel may have: seven digits, an aid to navigation, a base
/// station, a stuck receiver, none.
const INVALID_MMSI: [u32; 5] = [2_800_001, 992_801_234, 2_811_111, 999_999_999, 0];

/// Writes positions of any number of tracks.
#[derive(Debug)]
pub struct PositionsCsv<W: Write> {
    out: W,
    buffer: Vec<u8>,
    invalid_every: Option<u64>,
    rows: u64,
    invalid_rows: u64,
}

impl<W: Write> PositionsCsv<W> {
    /// Writes the header. With `invalid_every`, after each so many rows one
    /// follows whose MMSI is not a vessel's: a reader has to refuse it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(mut out: W, invalid_every: Option<u64>) -> io::Result<PositionsCsv<W>> {
        writeln!(out, "{POSITIONS_HEADER}")?;
        let invalid_every = invalid_every.filter(|every| *every > 0);
        Ok(PositionsCsv {
            out,
            buffer: Vec::new(),
            invalid_every,
            rows: 0,
            invalid_rows: 0,
        })
    }

    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, positions: &Positions) -> io::Result<()> {
        for index in 0..positions.len() {
            self.push(positions, index, positions.mmsi[index]);
            self.rows += 1;
            if self
                .invalid_every
                .is_some_and(|every| self.rows.is_multiple_of(every))
            {
                let number = (self.invalid_rows % INVALID_MMSI.len() as u64) as usize;
                self.push(positions, index, INVALID_MMSI[number]);
                self.invalid_rows += 1;
            }
            if self.buffer.len() > FLUSH_BYTES {
                self.out.write_all(&self.buffer)?;
                self.buffer.clear();
            }
        }
        Ok(())
    }

    fn push(&mut self, positions: &Positions, index: usize, mmsi: u32) {
        let out = &mut self.buffer;
        push_integer(out, u64::from(mmsi));
        out.push(b',');
        push_iso_time(out, positions.time_ms[index]);
        out.push(b',');
        push_fixed(out, positions.lon_deg[index], 6);
        out.push(b',');
        push_fixed(out, positions.lat_deg[index], 6);
        out.push(b',');
        push_tenths(out, positions.sog_kn[index]);
        out.push(b',');
        push_tenths(out, positions.cog_deg[index]);
        out.push(b',');
        let heading_deg = positions.heading_deg[index];
        if !heading_deg.is_nan() {
            push_integer(out, heading_deg as u64);
        }
        out.push(b',');
        push_integer(out, u64::from(positions.nav_status[index]));
        out.push(b',');
        push_tenths(out, positions.draught_m[index]);
        out.extend_from_slice(b",true\n");
    }

    /// Rows with a valid MMSI, and rows with an invalid one, written so far.
    pub fn rows(&self) -> (u64, u64) {
        (self.rows, self.invalid_rows)
    }

    /// Writes what is left and returns the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&self.buffer)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A file of truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TruthFile {
    /// `truth_states.csv`.
    States,
    /// `truth_cycles.csv`.
    Cycles,
    /// `truth_work.csv`.
    Work,
    /// `truth_positions.csv`: only of tracks made with true positions.
    Positions,
}

/// Writes one file of truth of any number of tracks.
#[derive(Debug)]
pub struct TruthCsv<W: Write> {
    out: W,
    file: TruthFile,
    buffer: Vec<u8>,
}

impl<W: Write> TruthCsv<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(mut out: W, file: TruthFile) -> io::Result<TruthCsv<W>> {
        let header = match file {
            TruthFile::States => STATES_HEADER,
            TruthFile::Cycles => CYCLES_HEADER,
            TruthFile::Work => WORK_HEADER,
            TruthFile::Positions => TRUE_POSITIONS_HEADER,
        };
        writeln!(out, "{header}")?;
        Ok(TruthCsv {
            out,
            file,
            buffer: Vec::new(),
        })
    }

    /// Rows of one track; `vessel` is the vessel of that track.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, vessel: &SynthVessel, track: &VesselTrack) -> io::Result<()> {
        match self.file {
            TruthFile::States => {
                for state in &track.truth_states {
                    self.begin(vessel, vessel.mmsi_at(state.start_ms));
                    self.time(state.start_ms);
                    self.time(state.end_ms);
                    self.end(state.state.as_str())?;
                }
            }
            TruthFile::Cycles => {
                for cycle in &track.truth_cycles {
                    self.cycle(vessel, cycle)?;
                }
            }
            TruthFile::Work => {
                for work in &track.truth_work {
                    self.work(vessel, work)?;
                }
            }
            TruthFile::Positions => {
                let Some(truth) = &track.truth_positions else {
                    return Ok(());
                };
                for row in 0..truth.time_ms.len() {
                    self.begin(vessel, track.positions.mmsi[row]);
                    push_integer(&mut self.buffer, row as u64);
                    self.buffer.push(b',');
                    self.time(truth.time_ms[row]);
                    self.number(truth.lon_deg[row], 7);
                    self.number(truth.lat_deg[row], 7);
                    self.number(f64::from(truth.sog_kn[row]), 3);
                    self.end(truth.defect[row].as_str())?;
                }
            }
        }
        Ok(())
    }

    fn cycle(&mut self, vessel: &SynthVessel, cycle: &TruthCycle) -> io::Result<()> {
        self.begin(vessel, cycle.mmsi);
        for time in [
            cycle.dredge_start_ms,
            cycle.dredge_end_ms,
            cycle.discharge_start_ms,
            cycle.discharge_end_ms,
        ] {
            self.time(time);
        }
        for degrees in [
            cycle.dredge_lon_deg,
            cycle.dredge_lat_deg,
            cycle.discharge_lon_deg,
            cycle.discharge_lat_deg,
        ] {
            self.number(degrees, 6);
        }
        self.number(cycle.dredge_speed_kn, 3);
        self.text(cycle.kind.as_str());
        self.number(cycle.hopper_m3, 1);
        self.number(cycle.fill, 4);
        self.number(cycle.load_hopper_m3, 3);
        self.number(cycle.density_t_m3, 4);
        self.number(cycle.tonnes, 3);
        self.number(cycle.longest_gap_s, 3);
        self.text(if cycle.complete_in_ais {
            "true"
        } else {
            "false"
        });
        self.end(&cycle.cases.to_text())
    }

    fn work(&mut self, vessel: &SynthVessel, work: &StationaryWork) -> io::Result<()> {
        self.begin(vessel, work.mmsi);
        self.time(work.start_ms);
        self.time(work.end_ms);
        self.number(work.lon_deg, 6);
        self.number(work.lat_deg, 6);
        self.number(work.pipe_diameter_m, 2);
        self.number(work.velocity_m_s, 3);
        self.number(work.concentration, 4);
        self.number(work.in_situ_m3, 3);
        push_fixed(&mut self.buffer, work.tonnes, 3);
        self.end("")
    }

    fn begin(&mut self, vessel: &SynthVessel, mmsi: u32) {
        push_integer(&mut self.buffer, u64::from(vessel.index));
        self.buffer.push(b',');
        push_integer(&mut self.buffer, u64::from(mmsi));
        self.buffer.push(b',');
    }

    fn time(&mut self, time_ms: i64) {
        push_iso_time(&mut self.buffer, time_ms);
        self.buffer.push(b',');
    }

    fn number(&mut self, value: f64, decimals: usize) {
        push_fixed(&mut self.buffer, value, decimals);
        self.buffer.push(b',');
    }

    fn text(&mut self, text: &str) {
        push_field(&mut self.buffer, text);
        self.buffer.push(b',');
    }

    fn end(&mut self, last: &str) -> io::Result<()> {
        push_field(&mut self.buffer, last);
        self.buffer.extend_from_slice(b",true\n");
        if self.buffer.len() > FLUSH_BYTES {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Writes what is left and returns the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&self.buffer)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The register: one row per vessel and MMSI. `hopper_m3` is empty where the
/// register does not know it; the truth has it.
///
/// # Errors
/// Those of the writer.
pub fn vessels_csv<W: Write>(fleet: &Fleet, mut out: W) -> io::Result<()> {
    let mut buffer = Vec::new();
    for vessel in fleet.vessels() {
        for identity in &vessel.identities {
            push_vessel(&mut buffer, vessel, identity);
        }
    }
    writeln!(out, "{VESSELS_HEADER}")?;
    out.write_all(&buffer)?;
    out.flush()
}

fn push_vessel(out: &mut Vec<u8>, vessel: &SynthVessel, identity: &crate::vessel::Identity) {
    push_integer(out, u64::from(vessel.index));
    out.push(b',');
    push_integer(out, u64::from(identity.mmsi));
    out.push(b',');
    push_iso_time(out, identity.valid_from_ms);
    out.push(b',');
    if let Some(to_ms) = identity.valid_to_ms {
        push_iso_time(out, to_ms);
    }
    let imo = if vessel.imo == 0 {
        String::new()
    } else {
        vessel.imo.to_string()
    };
    let optional = |value: Option<f64>, decimals: usize| {
        value
            .map(|value| format!("{value:.decimals$}"))
            .unwrap_or_default()
    };
    for field in [
        vessel.shares_mmsi.to_string(),
        vessel.name.clone(),
        imo,
        vessel.kind.as_str().to_owned(),
        vessel.ship_type.to_string(),
        format!("{:?}", vessel.transponder),
        format!("{:.0}", vessel.length_m),
        format!("{:.1}", vessel.beam_m),
        optional(vessel.register_hopper_m3, 0),
        optional(vessel.pipe_diameter_m, 2),
        vessel.site.to_owned(),
        "synthetic".to_owned(),
        "true".to_owned(),
    ] {
        out.push(b',');
        push_field(out, &field);
    }
    out.push(b'\n');
}
