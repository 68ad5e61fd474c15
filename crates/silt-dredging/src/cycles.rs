//! From chains to cycles: measured, weighed, and named (METHODS 1.4).

use crate::bouts::{Bout, Pace};
use crate::config::Config;
use crate::evidence::{Features, evidence};
use crate::input::VesselKind;
use crate::places::{AreaKind, Places};
use crate::result::{DischargeKind, IncompleteReason, Purpose, cycle_flags};
use crate::roles::Chain;
use crate::segments::Segments;
use crate::sphere::{Centre, METRES_PER_NM, distance_m};
use crate::tokens::{Berth, Token, median};

const HOUR_MS: f64 = 3_600_000.0;
/// How many chains before and after are looked at for a return to the same ground.
const RETURN_CHAINS: usize = 10;

/// One segment read into bouts, tokens and chains.
#[derive(Debug, Default)]
pub(crate) struct Voyage {
    pub(crate) bouts: Vec<Bout>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) drifting_bouts: Vec<usize>,
    pub(crate) chains: Vec<Chain>,
}

/// What of the whole vessel matters to each of its chains.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VesselFacts {
    pub(crate) kind: VesselKind,
    pub(crate) valley_share: f64,
    pub(crate) transit_min_kn: f32,
    pub(crate) common_flags: u32,
}

/// A chain measured: a row of the cycles, should the vessel have any.
#[derive(Debug, Clone)]
pub(crate) struct Cycle {
    pub(crate) segment: u32,
    pub(crate) chain: usize,
    pub(crate) dredge: (i64, i64),
    pub(crate) loaded: Option<(i64, i64)>,
    pub(crate) discharge: Option<(i64, i64)>,
    pub(crate) empty: Option<(i64, i64)>,
    pub(crate) dredge_hours: f64,
    pub(crate) loaded_hours: f64,
    pub(crate) discharge_hours: f64,
    pub(crate) empty_hours: f64,
    pub(crate) dredge_centre: (f64, f64),
    pub(crate) dredge_way_m: f64,
    pub(crate) dredge_speed_kn: f32,
    pub(crate) discharge_centre: (f64, f64),
    pub(crate) discharge_kind: Option<DischargeKind>,
    pub(crate) port: Option<u32>,
    pub(crate) distance_nm: f64,
    pub(crate) loaded_speed_kn: f32,
    pub(crate) empty_speed_kn: f32,
    pub(crate) draught_rise_m: f32,
    pub(crate) purpose: Purpose,
    pub(crate) licence_area_id: Option<String>,
    pub(crate) reason: Option<IncompleteReason>,
    pub(crate) flags: u32,
    pub(crate) evidence: f64,
}

/// Rows of the positions of a phase; empty when `first > last`.
type Rows = std::ops::Range<usize>;

/// Measures every chain of a segment.
pub(crate) fn measure(
    segments: &Segments,
    segment: u32,
    voyage: &Voyage,
    facts: &VesselFacts,
    places: &Places,
    config: &Config,
) -> Vec<Cycle> {
    let centres: Vec<(f64, f64)> = voyage
        .chains
        .iter()
        .map(|chain| centre_of(voyage, chain))
        .collect();
    (0..voyage.chains.len())
        .map(|number| {
            let measured = Measured {
                segments,
                voyage,
                facts,
                places,
                config,
            };
            measured.cycle(segment, number, &centres)
        })
        .collect()
}

fn centre_of(voyage: &Voyage, chain: &Chain) -> (f64, f64) {
    let first = &voyage.tokens[chain.works[0]];
    if chain.works.len() == 1 {
        return first.shape.centre;
    }
    let mut centre = Centre::default();
    for &work in &chain.works {
        let token = &voyage.tokens[work];
        let (lon_deg, lat_deg) = token.shape.centre;
        centre.add(lon_deg, lat_deg, token.observed_ms as f64);
    }
    centre.position().unwrap_or(first.shape.centre)
}

struct Measured<'a> {
    segments: &'a Segments,
    voyage: &'a Voyage,
    facts: &'a VesselFacts,
    places: &'a Places,
    config: &'a Config,
}

impl Measured<'_> {
    fn cycle(&self, segment: u32, number: usize, centres: &[(f64, f64)]) -> Cycle {
        let Voyage {
            bouts,
            tokens,
            chains,
            ..
        } = self.voyage;
        let chain = &chains[number];
        let rules = &self.config.cycles;
        let works: Vec<&Token> = chain.works.iter().map(|&work| &tokens[work]).collect();
        let (first_work, last_work) = (works[0], works[works.len() - 1]);
        let discharge = chain.discharge.map(|token| &tokens[token]);
        let next_work = chain
            .is_followed
            .then(|| chains.get(number + 1))
            .flatten()
            .map(|next| &tokens[next.works[0]]);
        let dredge_centre = centres[number];

        let loaded_rows = discharge.map_or(0..0, |stop| self.rows_between(last_work, stop));
        let empty_rows = match (discharge, next_work) {
            (Some(stop), Some(next)) => self.rows_between(stop, next),
            _ => 0..0,
        };
        let before_rows = self.rows_before(number);
        let draught_rise_m = self.draught_rise_m(&loaded_rows, &before_rows, &empty_rows);
        let loaded_speed_kn = self.transit_speed_kn(&loaded_rows);
        let own_empty_kn = self.transit_speed_kn(&empty_rows);
        let empty_speed_kn = if own_empty_kn.is_nan() {
            self.transit_speed_kn(&before_rows)
        } else {
            own_empty_kn
        };
        let slower_loaded = f64::from((empty_speed_kn - loaded_speed_kn) / empty_speed_kn);

        let distance_nm = discharge.map_or(f64::NAN, |stop| {
            let (lon_deg, lat_deg) = stop.shape.centre;
            distance_m(dredge_centre.0, dredge_centre.1, lon_deg, lat_deg) / METRES_PER_NM
        });
        let is_far = distance_nm > rules.distance_min_nm;
        let has_risen = f64::from(draught_rise_m) >= rules.draught_rise_min_m;
        let differs = slower_loaded.abs() >= rules.speed_difference_min;
        let several_grounds = works
            .iter()
            .any(|work| first_work.distance_nm(work) > rules.same_ground_nm);
        let dredge_hours = hours(works.iter().map(|work| work.observed_ms).sum());
        let dredge_speed_kn = self.dredge_speed_kn(&works);
        let berth_h = discharge
            .filter(|stop| stop.berth.is_some())
            .map_or(f64::NAN, |stop| hours(stop.elapsed_ms()));
        let longest = works
            .iter()
            .copied()
            .reduce(|best, work| {
                if work.observed_ms > best.observed_ms {
                    work
                } else {
                    best
                }
            })
            .unwrap_or(first_work);
        let features = Features {
            dredge_speed_kn: f64::from(dredge_speed_kn),
            valley_share: self.facts.valley_share,
            steady_share: longest.shape.steady_share,
            to_and_fro: longest.shape.way_m / longest.shape.radius_m,
            loading_h: hours(last_work.end_ms - first_work.start_ms),
            has_several_grounds: several_grounds,
            draught_rise_m: f64::from(draught_rise_m),
            slower_loaded,
            berth_h,
            returns: returns_to(centres, number, rules.same_ground_nm),
        };
        let evidence = evidence(&features, self.facts.kind, &self.config.evidence, rules);
        let reason = if chain.reason.is_some() {
            chain.reason
        } else if !(is_far || has_risen || differs) {
            Some(IncompleteReason::NotALoad)
        } else if evidence < 0.5 {
            Some(IncompleteReason::WeakEvidence)
        } else {
            None
        };

        let mut flags = self.facts.common_flags;
        let first_bout = &bouts[first_work.first_bout];
        let last_ms = discharge.map_or(last_work.end_ms, |stop| stop.end_ms);
        let last_bout = discharge.map_or(last_work.last_bout, |stop| stop.last_bout);
        let observed_ms: i64 = bouts[first_work.first_bout..=last_bout]
            .iter()
            .map(|bout| bout.observed_ms)
            .sum();
        let conditions = [
            (
                first_bout.begins_segment || first_bout.gap_before_ms > 0,
                cycle_flags::DREDGE_START_UNOBSERVED,
            ),
            (
                discharge.is_some() && next_work.is_none(),
                cycle_flags::NO_RETURN_OBSERVED,
            ),
            (
                berth_h > rules.long_discharge_h,
                cycle_flags::LONG_DISCHARGE,
            ),
            (chain.is_ambiguous, cycle_flags::DISCHARGE_AMBIGUOUS),
            (several_grounds, cycle_flags::SEVERAL_GROUNDS),
            (
                last_ms - first_work.start_ms > observed_ms,
                cycle_flags::GAP_WITHIN,
            ),
            (discharge.is_some() && !is_far, cycle_flags::NEAR_DISCHARGE),
            (has_risen, cycle_flags::DRAUGHT_ROSE),
            (differs, cycle_flags::SPEEDS_DIFFER),
        ];
        for (holds, flag) in conditions {
            if holds {
                flags |= flag;
            }
        }

        let discharge_kind = discharge.map(|stop| self.kind_of(stop));
        let licence = self.places.area_at(AreaKind::Licence, dredge_centre);
        let purpose = self.purpose(dredge_centre, licence.is_some(), discharge, discharge_kind);
        Cycle {
            segment,
            chain: number,
            dredge: (first_work.start_ms, last_work.end_ms),
            loaded: discharge.map(|stop| (last_work.end_ms, stop.start_ms)),
            discharge: discharge.map(|stop| (stop.start_ms, stop.end_ms)),
            empty: discharge
                .zip(next_work)
                .map(|(stop, next)| (stop.end_ms, next.start_ms)),
            dredge_hours,
            loaded_hours: discharge.map_or(f64::NAN, |stop| self.hours_under_way(last_work, stop)),
            discharge_hours: discharge.map_or(f64::NAN, |stop| hours(stop.observed_ms)),
            empty_hours: discharge
                .zip(next_work)
                .map_or(f64::NAN, |(stop, next)| self.hours_under_way(stop, next)),
            dredge_centre,
            dredge_way_m: works.iter().map(|work| work.shape.way_m).sum(),
            dredge_speed_kn,
            discharge_centre: discharge.map_or((f64::NAN, f64::NAN), |stop| stop.shape.centre),
            discharge_kind,
            port: discharge.and_then(|stop| match stop.berth {
                Some(Berth::Quay(port)) => Some(port),
                _ => None,
            }),
            distance_nm,
            loaded_speed_kn,
            empty_speed_kn: own_empty_kn,
            draught_rise_m,
            purpose,
            licence_area_id: licence.map(|area| area.id.clone()),
            reason,
            flags,
            evidence,
        }
    }

    fn rows_between(&self, earlier: &Token, later: &Token) -> Rows {
        let bouts = &self.voyage.bouts;
        bouts[earlier.last_bout].last + 1..bouts[later.first_bout].first
    }

    /// The empty transit before a chain's dredging, when the discharge before it was seen.
    fn rows_before(&self, number: usize) -> Rows {
        let chains = &self.voyage.chains;
        let previous = number.checked_sub(1).map(|before| &chains[before]);
        let Some(previous) = previous.filter(|chain| chain.is_followed) else {
            return 0..0;
        };
        let Some(discharge) = previous.discharge else {
            return 0..0;
        };
        let tokens = &self.voyage.tokens;
        self.rows_between(&tokens[discharge], &tokens[chains[number].works[0]])
    }

    fn draught_rise_m(&self, loaded: &Rows, before: &Rows, after: &Rows) -> f32 {
        let draughts = |rows: &Rows| {
            let column = self.segments.track.draught_m.get(rows.clone());
            median(column.unwrap_or(&[]).iter().copied())
        };
        let empty_before_m = draughts(before);
        let empty_m = if empty_before_m.is_nan() {
            draughts(after)
        } else {
            empty_before_m
        };
        draughts(loaded) - empty_m
    }

    fn transit_speed_kn(&self, rows: &Rows) -> f32 {
        let column = self.segments.track.sog_kn.get(rows.clone()).unwrap_or(&[]);
        let limit_kn = self.facts.transit_min_kn;
        median(column.iter().copied().filter(|&speed| speed >= limit_kn))
    }

    fn dredge_speed_kn(&self, works: &[&Token]) -> f32 {
        if let [only] = works {
            return only.shape.median_kn;
        }
        let bouts = &self.voyage.bouts;
        median(works.iter().flat_map(|work| {
            let rows = bouts[work.first_bout].first..=bouts[work.last_bout].last;
            self.segments.track.sog_kn[rows].iter().copied()
        }))
    }

    fn hours_under_way(&self, earlier: &Token, later: &Token) -> f64 {
        let between = self
            .voyage
            .bouts
            .get(earlier.last_bout + 1..later.first_bout)
            .unwrap_or(&[]);
        hours(
            between
                .iter()
                .filter(|bout| matches!(bout.pace, Pace::Slow | Pace::Valley | Pace::Transit))
                .map(|bout| bout.observed_ms)
                .sum(),
        )
    }

    fn kind_of(&self, stop: &Token) -> DischargeKind {
        match stop.berth {
            Some(Berth::Quay(_)) => DischargeKind::Quay,
            Some(Berth::PumpAshore) => DischargeKind::PumpAshore,
            None => {
                let place = stop.shape.centre;
                let reach_km = self.config.states.coast_discharge_km;
                if self.places.area_at(AreaKind::DisposalSite, place).is_some() {
                    DischargeKind::OffshoreDump
                } else if !self.places.knows_coast() {
                    DischargeKind::OffshoreDumpOrRainbow
                } else if self.places.is_near_coast(place, reach_km) {
                    DischargeKind::Rainbow
                } else {
                    DischargeKind::OffshoreDump
                }
            }
        }
    }

    fn purpose(
        &self,
        dredge_centre: (f64, f64),
        is_licensed: bool,
        discharge: Option<&Token>,
        kind: Option<DischargeKind>,
    ) -> Purpose {
        if is_licensed {
            return Purpose::Extraction;
        }
        let (Some(stop), Some(kind)) = (discharge, kind) else {
            return Purpose::Unknown;
        };
        let is_dredged_in =
            |area_kind: AreaKind| self.places.area_at(area_kind, dredge_centre).is_some();
        match kind {
            DischargeKind::OffshoreDump | DischargeKind::OffshoreDumpOrRainbow => {
                if is_dredged_in(AreaKind::Channel) || is_dredged_in(AreaKind::PortLimits) {
                    Purpose::Maintenance
                } else {
                    Purpose::Unknown
                }
            }
            DischargeKind::Rainbow | DischargeKind::PumpAshore => Purpose::ReclamationOrNourishment,
            DischargeKind::Quay => {
                let wharf = self.places.area_at(AreaKind::Wharf, stop.shape.centre);
                if wharf.is_some() {
                    Purpose::Aggregates
                } else {
                    Purpose::Unknown
                }
            }
        }
    }
}

fn hours(milliseconds: i64) -> f64 {
    milliseconds as f64 / HOUR_MS
}

/// Whether another chain near in order works on the same ground.
fn returns_to(centres: &[(f64, f64)], number: usize, same_ground_nm: f64) -> bool {
    let (lon_deg, lat_deg) = centres[number];
    let first = number.saturating_sub(RETURN_CHAINS);
    let last = (number + RETURN_CHAINS).min(centres.len() - 1);
    (first..=last).any(|other| {
        let (other_lon, other_lat) = centres[other];
        other != number
            && distance_m(lon_deg, lat_deg, other_lon, other_lat) <= same_ground_nm * METRES_PER_NM
    })
}
