//! The kernel run over the archive, vessel by vessel.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use silt_ais::PositionBatch;
use silt_dredging::{
    CandidateScore, Config, Places, PositionSlices, Positions as KernelPositions, Quality, State,
    Vessel, VesselKind, VesselResult, candidate_score, process_vessel,
};

use crate::archive::{Archive, ArchiveError};
use crate::register::{Register, RegisteredVessel};

/// One hull and what its positions say.
#[derive(Debug, Clone)]
pub struct VesselDredging {
    /// The register's entry.
    pub registered: RegisteredVessel,
    /// States, cycles, cells and tracks.
    pub result: VesselResult,
    /// The register's entry or any of the positions is synthetic.
    pub synthetic: bool,
}

/// A vessel that no register knows as a dredger and that a person should look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its MMSI.
    pub mmsi: u32,
    /// AIS ship type that it sends, where it sends one.
    pub ship_type: Option<u8>,
    /// Name that it sends.
    pub name: Option<String>,
    /// The score with its reasons. It promotes nothing.
    pub score: CandidateScore,
}

/// What a detection says as a whole.
#[derive(Debug, Clone, Default)]
pub struct Detection {
    /// Vessels to be looked at, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// Vessels heard.
    pub vessels_heard: u64,
    /// Vessels of the register that were heard.
    pub vessels_registered: u64,
    /// Positions read.
    pub positions: u64,
    /// Complete cycles of all vessels.
    pub complete_cycles: u64,
    /// Hours in the state `dredge`.
    pub dredge_hours: f64,
    /// Counts of all vessels together.
    pub quality: QualityTotals,
    /// Any vessel is synthetic.
    pub synthetic: bool,
}

/// Sums of [`Quality`] over all vessels.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QualityTotals {
    /// Rows with the time and place of another.
    pub duplicates: u64,
    /// Rows whose coordinates are missing or outside the globe.
    pub bad_coordinates: u64,
    /// Rows whose time is not believed.
    pub bad_times: u64,
    /// Rows outside the dates for which the MMSI belongs to the vessel.
    pub outside_validity: u64,
    /// Speeds replaced by the rolling median.
    pub speed_spikes: u64,
    /// Positions that could not follow from any open segment.
    pub jumps: u64,
    /// Gaps within segments.
    pub gaps: u64,
    /// Vessels whose MMSI several transmitters send.
    pub shared_mmsi: u64,
    /// Chains of dredging, transit and discharge that the evidence does not support.
    pub cycles_refused: u64,
}

impl QualityTotals {
    fn add(&mut self, quality: &Quality) {
        self.duplicates += quality.duplicates;
        self.bad_coordinates += quality.bad_coordinates;
        self.bad_times += quality.bad_times;
        self.outside_validity += quality.outside_validity;
        self.speed_spikes += quality.speed_spikes;
        self.jumps += quality.jumps;
        self.gaps += quality.gaps;
        self.shared_mmsi += u64::from(quality.shared_mmsi);
        self.cycles_refused += quality.cycles_refused;
    }

    fn merge(&mut self, other: &QualityTotals) {
        self.duplicates += other.duplicates;
        self.bad_coordinates += other.bad_coordinates;
        self.bad_times += other.bad_times;
        self.outside_validity += other.outside_validity;
        self.speed_spikes += other.speed_spikes;
        self.jumps += other.jumps;
        self.gaps += other.gaps;
        self.shared_mmsi += other.shared_mmsi;
        self.cycles_refused += other.cycles_refused;
    }
}

/// What vessels say of themselves, by MMSI: the newest ship type and name.
type Identities = std::collections::HashMap<u32, (Option<u8>, Option<String>)>;

/// What one bucket gives.
#[derive(Default)]
struct Part {
    vessels: Vec<VesselDredging>,
    candidates: Vec<Candidate>,
    vessels_heard: u64,
    positions: u64,
    quality: QualityTotals,
}

/// Runs the kernel over every vessel of the archive. Only vessels of the register give cycles; they
/// are passed to `take` one by one, always in the same order, and are not kept. The others are
/// scored for review. The result depends neither on threads nor on buckets. `progress` is told how
/// many buckets are done.
///
/// # Errors
/// A file of the archive cannot be read or is damaged, or `take` fails.
pub fn detect(
    archive: &Archive,
    register: &Register,
    places: &Places,
    config: &Config,
    progress: &(dyn Fn(u64) + Sync),
    take: &mut dyn FnMut(VesselDredging) -> Result<(), ArchiveError>,
) -> Result<Detection, ArchiveError> {
    let mut identities = Identities::new();
    for report in archive.statics()? {
        let known = identities.entry(report.mmsi).or_default();
        // Reports are in the order of their first time: the last word counts.
        known.0 = report.ship_type.or(known.0);
        known.1 = report.name.or(known.1.take());
    }
    let mut whole = Detection::default();
    let buckets: Vec<u32> = (0..archive.buckets()).collect();
    // Some buckets per thread, so that a large one does not keep the others waiting.
    for at_once in buckets.chunks(4 * rayon::current_num_threads()) {
        let parts: Result<Vec<Part>, ArchiveError> = at_once
            .par_iter()
            .map(|&bucket| {
                let part = detect_bucket(archive, bucket, register, places, config, &identities)?;
                progress(1);
                Ok(part)
            })
            .collect();
        for part in parts? {
            whole.candidates.extend(part.candidates);
            whole.vessels_heard += part.vessels_heard;
            whole.positions += part.positions;
            whole.quality.merge(&part.quality);
            for vessel in part.vessels {
                whole.vessels_registered += 1;
                whole.complete_cycles += vessel.result.cycles.complete_count() as u64;
                whole.dredge_hours += dredge_hours(&vessel.result);
                whole.synthetic |= vessel.synthetic;
                take(vessel)?;
            }
        }
    }
    whole.candidates.sort_by(|a, b| {
        let score = b.score.score.total_cmp(&a.score.score);
        score.then(a.mmsi.cmp(&b.mmsi))
    });
    Ok(whole)
}

fn dredge_hours(result: &VesselResult) -> f64 {
    let states = result.states.state.iter().zip(&result.states.hours);
    states
        .filter(|(state, _)| **state == State::Dredge)
        .map(|(_, hours)| hours)
        // Nothing sums to -0.
        .fold(0.0, |sum, hours| sum + hours)
}

fn detect_bucket(
    archive: &Archive,
    bucket: u32,
    register: &Register,
    places: &Places,
    config: &Config,
    identities: &Identities,
) -> Result<Part, ArchiveError> {
    let mut part = Part::default();
    archive.each_vessel(bucket, |mmsi, positions| {
        part.vessels_heard += 1;
        part.positions += positions.len() as u64;
        let any_synthetic = positions.synthetic.contains(&true);
        let positions = kernel_positions(&positions);
        let hulls = register.hulls(mmsi);
        for registered in hulls {
            let result = process_vessel(positions, &registered.hull, places, config);
            part.quality.add(&result.quality);
            if registered.kind != VesselKind::Other {
                part.vessels.push(VesselDredging {
                    synthetic: any_synthetic || registered.synthetic,
                    registered: registered.clone(),
                    result,
                });
            }
        }
        if hulls.is_empty() {
            let unknown = Vessel::new(mmsi, VesselKind::Unknown);
            let result = process_vessel(positions, &unknown, places, config);
            part.quality.add(&result.quality);
            let (ship_type, name) = identities.get(&mmsi).cloned().unwrap_or_default();
            let rules = &config.candidates;
            let score = candidate_score(&result, ship_type, &result.nav_status, rules);
            if score.is_worth_review {
                part.candidates.push(Candidate {
                    mmsi,
                    ship_type,
                    name,
                    score,
                });
            }
        }
    })?;
    Ok(part)
}

/// The columns as the kernel takes them.
pub fn kernel_positions(positions: &PositionBatch) -> KernelPositions<'_> {
    KernelPositions::new(PositionSlices {
        time_ms: &positions.time_ms,
        lon_deg: &positions.lon_deg,
        lat_deg: &positions.lat_deg,
        sog_kn: &positions.sog_kn,
        cog_deg: &positions.cog_deg,
        heading_deg: &positions.heading_deg,
        draught_m: &positions.draught_m,
        nav_status: &positions.nav_status,
    })
    .expect("the columns of positions have one length")
}
