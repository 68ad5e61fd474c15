//! What real files show: vessels that do not dredge, known dredgers, senders of type 33.

pub(crate) mod files;
mod vessels;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use geo_types::Polygon;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use silt_ais::Received;
use silt_dredging::{
    Config as KernelConfig, Places, Port, State, Vessel, VesselKind, VesselResult, candidate_score,
    process_vessel,
};
use silt_estimate::published::{Check, Figure, checks};

use crate::config::ValidationConfig;
use crate::scores::{SPEED_CLASS_KN, SPEED_CLASSES, speed_class};
use files::{FIGURES, FILES, Found, find};
pub use files::{Input, RealError, Role};
use vessels::{Columns, Identities, by_vessel, identities};

/// What real files show.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Real {
    /// Files used.
    pub inputs: Vec<Input>,
    /// Files that the report could use and that were not there.
    pub missing: Vec<&'static str>,
    /// Vessels that do not dredge, each read as one of which nothing is known.
    pub negatives: Vec<Negative>,
    /// Feeds, all vessels.
    pub feeds: Vec<FeedSeen>,
    /// Known dredgers in the feeds.
    pub dredgers: Vec<DredgerSeen>,
    /// Observed speeds of known dredgers; none without their table.
    pub speeds: Option<ObservedSpeeds>,
    /// Senders of ship type 33 that are no dredgers, by the register or by nobody's knowledge.
    pub type_33: Vec<Type33>,
    /// Known dredgers that send another type.
    pub other_type: Vec<OtherType>,
    /// Published figures against our arithmetic.
    pub published: Vec<Check>,
}

/// A vessel that does not dredge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Negative {
    /// File.
    pub file: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Number in the file.
    pub vessel: u32,
    /// Ports that the kernel knew.
    pub ports: &'static str,
    /// Positions.
    pub positions: u64,
    /// Hours counted.
    pub hours: f64,
    /// Hours of slow work that could be dredging by speed, length and place.
    pub work_hours: f64,
    /// Chains of work and stop before evidence was weighed.
    pub chains: u64,
    /// Best evidence of a chain, 0 to 1.
    pub best_evidence: Option<f64>,
    /// Cycles, complete or not. None is right.
    pub cycles: u64,
    /// Hours taken for dredging.
    pub dredge_hours: f64,
}

/// All vessels of a feed, each read as one of which nothing is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedSeen {
    /// File.
    pub file: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Positions.
    pub positions: u64,
    /// Vessels.
    pub vessels: u64,
    /// Vessels with a cycle by behaviour.
    pub vessels_with_cycles: u64,
    /// Known dredgers among them.
    pub known_dredgers: u64,
    /// Senders of type 33 among them.
    pub type_33: u64,
    /// Of these, known dredgers.
    pub type_33_known_dredgers: u64,
}

/// A known dredger in a feed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DredgerSeen {
    /// File.
    pub file: &'static str,
    /// MMSI.
    pub mmsi: u32,
    /// Name by the register or the feed.
    pub name: Option<String>,
    /// Positions.
    pub positions: u64,
    /// First to last position, min.
    pub minutes: f64,
    /// Median speed of its reports, kn.
    pub speed_kn: Option<f64>,
    /// The state with most hours, else that of its first stretch.
    pub state: &'static str,
    /// Whether that state can be at that speed (METHODS 1.4).
    pub plausible: bool,
}

/// Observed speeds of known dredgers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObservedSpeeds {
    /// Snapshots.
    pub snapshots: u64,
    /// Vessels.
    pub vessels: u64,
    /// Below 0.5 kn.
    pub idle: u64,
    /// 0.5 to 4 kn, both included.
    pub slow: u64,
    /// Above 4 and below 6 kn.
    pub between: u64,
    /// 6 kn or more.
    pub fast: u64,
    /// Width of a class, kn.
    pub class_kn: f64,
    /// Counts by class; the last holds all that is faster.
    pub classes: Vec<u64>,
}

/// A sender of type 33 of which nothing else says that it is a dredger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Type33 {
    /// MMSI.
    pub mmsi: u32,
    /// Name.
    pub name: Option<String>,
    /// Feeds in which it was heard.
    pub files: Vec<&'static str>,
    /// What the register says that it is instead; `None`: nothing but its own type says what it does.
    pub is_instead: Option<String>,
    /// Whether its candidate score asks a person to look at it.
    pub is_candidate: bool,
}

/// A known dredger that sends another type than 33.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OtherType {
    /// MMSI.
    pub mmsi: u32,
    /// Name.
    pub name: Option<String>,
    /// The type.
    pub ship_type: u8,
    /// File.
    pub file: &'static str,
}

#[derive(Debug, Deserialize)]
struct RegisterRow {
    mmsi: u32,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    hopper_m3: Option<f64>,
    ais_ship_type: Option<u8>,
    gfw_label: Option<String>,
    not_dredger_note: Option<String>,
}

impl RegisterRow {
    /// Whether anything but its own ship type says that it is a dredger.
    fn is_known_dredger(&self) -> bool {
        let is_labelled = self
            .gfw_label
            .as_deref()
            .is_some_and(|label| label.starts_with("dredge"));
        let has_facts = self.kind.is_some() || self.hopper_m3.is_some();
        let is_by_type_only = self.ais_ship_type == Some(33) && !is_labelled && !has_facts;
        self.not_dredger_note.is_none() && !is_by_type_only
    }
}

/// What is known of vessels, whatever feed they are heard in.
#[derive(Default)]
struct Knowledge {
    register: BTreeMap<u32, RegisterRow>,
    /// Dredgers of the tables of labels and of observed speeds, which the register lacks in part.
    labelled: BTreeSet<u32>,
}

impl Knowledge {
    /// The kind as which a known dredger is read; `None` where nothing but its type speaks for one.
    fn kind_of_dredger(&self, mmsi: u32) -> Option<VesselKind> {
        let row = self.register.get(&mmsi);
        let is_other = row.is_some_and(|row| row.not_dredger_note.is_some());
        let is_known =
            row.is_some_and(RegisterRow::is_known_dredger) || self.labelled.contains(&mmsi);
        // Of most dredgers nobody states the type; as a hopper dredger it is read most willingly.
        (is_known && !is_other).then_some(VesselKind::Tshd)
    }

    fn name(&self, mmsi: u32) -> Option<String> {
        self.register.get(&mmsi).and_then(|row| row.name.clone())
    }
}

#[derive(Debug, Deserialize)]
struct LabelRow {
    mmsi: u32,
    gfw_dredger: u8,
}

#[derive(Debug, Deserialize)]
struct SpeedRow {
    mmsi: u32,
    sog_median_kn: f64,
}

#[derive(Debug, Deserialize)]
struct PortRow {
    #[serde(rename = "World Port Index Number")]
    id: String,
    #[serde(rename = "Latitude")]
    lat: String,
    #[serde(rename = "Longitude")]
    lon: String,
}

/// Home ports of the Adriatic vessels as their own stops show them. The port index may lack small
/// harbours, and a port that is missing could only hide a false cycle.
const HARBOURS: [(&str, f64, f64); 5] = [
    ("ancona", 13.50, 43.615),
    ("mola-di-bari", 16.59, 41.21),
    ("ravenna", 12.28, 44.49),
    ("ravenna-north", 12.30, 44.50),
    ("ravenna-south", 12.34, 44.39),
];

/// Reads what is there.
pub(crate) fn run(
    config: &ValidationConfig,
    paths: &[PathBuf],
    land: &[Polygon<f64>],
) -> Result<Real, RealError> {
    let found = find(paths)?;
    let mut real = Real {
        inputs: found.iter().map(Found::input).collect(),
        missing: FILES
            .iter()
            .chain([&FIGURES])
            .filter(|known| !found.iter().any(|file| file.known.name == known.name))
            .map(|known| known.name)
            .collect(),
        ..Real::default()
    };
    let of_role = |role: Role| found.iter().filter(move |file| file.known.role == role);
    let mut ports: Vec<Port> = Vec::new();
    for file in of_role(Role::Ports) {
        ports.extend(file.rows::<PortRow>()?.iter().filter_map(port));
    }
    let world = Places::new(ports.clone(), land, Vec::new());
    ports.extend(HARBOURS.map(|(id, lon_deg, lat_deg)| Port {
        id: id.to_owned(),
        lon_deg,
        lat_deg,
    }));
    let with_harbours = Places::new(ports, land, Vec::new());
    let nowhere = Places::default();
    for file in of_role(Role::Negatives) {
        let received = file.feed()?;
        for (name, places) in [("with ports", &with_harbours), ("none", &nowhere)] {
            real.negatives
                .extend(negatives(file, &received, name, places, &config.kernel));
        }
    }
    let mut known = Knowledge::default();
    for file in of_role(Role::Register) {
        let rows = file.rows::<RegisterRow>()?;
        known
            .register
            .extend(rows.into_iter().map(|row| (row.mmsi, row)));
    }
    for file in of_role(Role::Labels) {
        let rows = file.rows::<LabelRow>()?;
        let labelled = rows.iter().filter(|row| row.gfw_dredger == 1);
        known.labelled.extend(labelled.map(|row| row.mmsi));
    }
    for file in of_role(Role::Speeds) {
        let rows = file.rows::<SpeedRow>()?;
        known.labelled.extend(rows.iter().map(|row| row.mmsi));
        real.speeds = Some(observed_speeds(&rows));
    }
    let mut senders: BTreeMap<u32, Type33> = BTreeMap::new();
    for file in of_role(Role::Feed) {
        let received = file.feed()?;
        read_feed(
            &mut real,
            &mut senders,
            file,
            &received,
            &known,
            &world,
            config,
        );
    }
    // Those that the register names are listed although no feed at hand has them.
    for row in known.register.values() {
        if let Some(note) = &row.not_dredger_note {
            let sender = senders.entry(row.mmsi).or_insert_with(|| Type33 {
                mmsi: row.mmsi,
                name: row.name.clone(),
                files: Vec::new(),
                is_instead: None,
                is_candidate: false,
            });
            sender.is_instead = Some(note.clone());
        }
    }
    real.type_33 = senders.into_values().collect();
    for file in of_role(Role::Figures) {
        real.published = checks(&file.rows::<Figure>()?);
    }
    Ok(real)
}

fn port(row: &PortRow) -> Option<Port> {
    Some(Port {
        id: row.id.clone(),
        lon_deg: row.lon.trim().parse().ok()?,
        lat_deg: row.lat.trim().parse().ok()?,
    })
}

fn negatives(
    file: &Found,
    received: &Received,
    ports: &'static str,
    places: &Places,
    config: &KernelConfig,
) -> Vec<Negative> {
    let vessels = by_vessel(received);
    let vessels: Vec<(&u32, &Columns)> = vessels.iter().collect();
    vessels
        .into_par_iter()
        .map(|(&vessel, columns)| {
            // The type is what must not be used.
            let unknown = Vessel::new(vessel, VesselKind::Unknown);
            let result = process_vessel(columns.positions(), &unknown, places, config);
            let hours = result.hours_by_state();
            let best = result.behaviour.best_evidence;
            Negative {
                file: file.known.name,
                title: file.known.title,
                vessel,
                ports,
                positions: result.quality.positions_in,
                hours: result.quality.observed_hours,
                work_hours: result.behaviour.work_hours,
                chains: result.behaviour.chains,
                best_evidence: (!best.is_nan()).then_some(best),
                cycles: result.cycles.len() as u64,
                dredge_hours: hours.get(&State::Dredge).copied().unwrap_or(0.0),
            }
        })
        .collect()
}

fn read_feed(
    real: &mut Real,
    senders: &mut BTreeMap<u32, Type33>,
    file: &Found,
    received: &Received,
    known: &Knowledge,
    places: &Places,
    config: &ValidationConfig,
) {
    let vessels = by_vessel(received);
    let said: Identities = identities(received);
    let heard: Vec<(&u32, &Columns)> = vessels.iter().collect();
    let kernel = &config.kernel;
    let unknown: Vec<(bool, bool)> = heard
        .par_iter()
        .map(|(mmsi, columns)| {
            let vessel = Vessel::new(**mmsi, VesselKind::Unknown);
            let result = process_vessel(columns.positions(), &vessel, places, kernel);
            let ship_type = said.get(mmsi).and_then(|identity| identity.ship_type);
            let rules = &kernel.candidates;
            let score = candidate_score(&result, ship_type, &result.nav_status, rules);
            (!result.cycles.is_empty(), score.is_worth_review)
        })
        .collect();
    let mut seen = FeedSeen {
        file: file.known.name,
        title: file.known.title,
        positions: received.positions.len() as u64,
        vessels: heard.len() as u64,
        vessels_with_cycles: unknown.iter().filter(|(has_cycles, _)| *has_cycles).count() as u64,
        known_dredgers: 0,
        type_33: 0,
        type_33_known_dredgers: 0,
    };
    for ((mmsi, columns), (_, is_candidate)) in heard.iter().zip(&unknown) {
        let identity = said.get(mmsi);
        let said_name = identity.and_then(|identity| identity.name.clone());
        let ship_type = identity.and_then(|identity| identity.ship_type);
        let name = known.name(**mmsi).or(said_name);
        let dredger = known.kind_of_dredger(**mmsi);
        if let Some(kind) = dredger {
            seen.known_dredgers += 1;
            let vessel = Vessel::new(**mmsi, kind);
            let result = process_vessel(columns.positions(), &vessel, places, kernel);
            real.dredgers.push(dredger_seen(
                file,
                columns,
                &result,
                name.clone(),
                &config.kernel,
            ));
            if let Some(ship_type) = ship_type.filter(|&kind| kind != 33 && kind != 0) {
                real.other_type.push(OtherType {
                    mmsi: **mmsi,
                    name: name.clone(),
                    ship_type,
                    file: file.known.name,
                });
            }
        }
        if ship_type != Some(33) {
            continue;
        }
        seen.type_33 += 1;
        seen.type_33_known_dredgers += u64::from(dredger.is_some());
        if dredger.is_none() {
            let sender = senders.entry(**mmsi).or_insert_with(|| Type33 {
                mmsi: **mmsi,
                name,
                files: Vec::new(),
                is_instead: None,
                is_candidate: false,
            });
            sender.files.push(file.known.name);
            sender.is_candidate |= is_candidate;
        }
    }
    real.feeds.push(seen);
}

fn dredger_seen(
    file: &Found,
    columns: &Columns,
    result: &VesselResult,
    name: Option<String>,
    config: &KernelConfig,
) -> DredgerSeen {
    let mut most: Option<(State, f64)> = None;
    for (state, hours) in result.hours_by_state() {
        if most.is_none_or(|(_, so_far)| hours > so_far) {
            most = Some((state, hours));
        }
    }
    let state = match most {
        Some((state, hours)) if hours > 0.0 => state,
        // One position has no hours.
        _ => result
            .states
            .state
            .first()
            .copied()
            .unwrap_or(State::Unknown),
    };
    let speed_kn = columns.median_speed_kn();
    DredgerSeen {
        file: file.known.name,
        mmsi: result.mmsi,
        name,
        positions: result.quality.positions_in,
        minutes: columns.minutes(),
        speed_kn,
        state: state.name(),
        plausible: is_plausible(state, speed_kn, columns.minutes(), config),
    }
}

/// Whether a state can be at a median speed, and after that time.
fn is_plausible(state: State, speed_kn: Option<f64>, minutes: f64, config: &KernelConfig) -> bool {
    let rules = &config.states;
    let Some(speed_kn) = speed_kn else {
        return state == State::Unknown;
    };
    let (idle_kn, dredge_kn) = (f64::from(rules.idle_max_kn), f64::from(rules.dredge_max_kn));
    match state {
        State::Unknown => false,
        // Adrift, a vessel is idle at any slow speed.
        State::Idle => speed_kn < dredge_kn,
        State::Manoeuvre => speed_kn < f64::from(rules.transit_min_kn),
        State::Transit => speed_kn >= f64::from(rules.transit_min_kn),
        State::Dredge => {
            (idle_kn..=dredge_kn).contains(&speed_kn) && minutes >= rules.dredge_min_min
        }
        State::Discharge => speed_kn <= f64::from(rules.dump_max_kn),
    }
}

fn observed_speeds(rows: &[SpeedRow]) -> ObservedSpeeds {
    let mut vessels: Vec<u32> = rows.iter().map(|row| row.mmsi).collect();
    vessels.sort_unstable();
    vessels.dedup();
    let mut classes = vec![0; SPEED_CLASSES];
    for row in rows.iter().filter(|row| row.sog_median_kn >= 0.0) {
        classes[speed_class(row.sog_median_kn)] += 1;
    }
    let count = |holds: fn(f64) -> bool| {
        let speeds = rows.iter().map(|row| row.sog_median_kn);
        speeds.filter(|&speed_kn| holds(speed_kn)).count() as u64
    };
    ObservedSpeeds {
        snapshots: rows.len() as u64,
        vessels: vessels.len() as u64,
        idle: count(|kn| kn < 0.5),
        slow: count(|kn| (0.5..=4.0).contains(&kn)),
        between: count(|kn| kn > 4.0 && kn < 6.0),
        fast: count(|kn| kn >= 6.0),
        class_kn: SPEED_CLASS_KN,
        classes,
    }
}

#[cfg(test)]
#[path = "real_tests.rs"]
mod tests;
