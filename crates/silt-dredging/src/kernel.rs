//! The whole way from positions to cycles, for one vessel.

use crate::bouts::{PaceLimits, bouts_of, port_tracker};
use crate::cells::{CellFinder, CellSums};
use crate::clean::clean;
use crate::config::Config;
use crate::cycles::{Cycle, VesselFacts, Voyage, measure};
use crate::hours::count_intervals;
use crate::input::{Positions, Vessel, VesselKind};
use crate::labels::{label_anchored, label_bouts, push_states, stretches_of, works_at_anchor};
use crate::mixture::fit;
use crate::places::Places;
use crate::result::{
    Behaviour, CycleColumns, IncompleteReason, NavStatusStats, SegmentColumns, VesselResult,
    cycle_flags,
};
use crate::roles::chains_of;
use crate::segments::{Segments, segment};
use crate::speeds::repair_speeds;
use crate::tokens::tokens_of;
use crate::tracks::push_tracks;

/// Largest hopper of any ship, rounded up, in m3: the largest built holds 46,000.
const HOPPER_MAX_M3: f64 = 60_000.0;
const HOUR_MS: f64 = 3_600_000.0;

/// Reads one vessel's positions: segments, states, cycles, dredging per cell, lines and what was
/// counted on the way.
///
/// The result depends on nothing but the arguments, not on the order of the rows nor on duplicates.
/// Vessels that no register calls dredgers go the same way; they get cycles only where their behaviour
/// is that of a dredger again and again, and else neither cycles nor hours of dredging.
#[must_use]
pub fn process_vessel(
    positions: Positions<'_>,
    vessel: &Vessel,
    places: &Places,
    config: &Config,
) -> VesselResult {
    let mut result = VesselResult {
        mmsi: vessel.mmsi,
        ..VesselResult::default()
    };
    result.quality.hopper_implausible = vessel
        .hopper_m3
        .is_some_and(|hopper_m3| !(hopper_m3 > 0.0 && hopper_m3 <= HOPPER_MAX_M3));
    let track = clean(&positions, vessel, &config.cleaning, &mut result.quality);
    let mut segments = segment(track, &config.cleaning, &mut result.quality);
    repair_speeds(&mut segments, &config.cleaning, &mut result.quality);
    let intervals_ms = count_intervals(&segments, &config.cleaning, &mut result.quality);
    result.segments = segment_columns(&segments, &intervals_ms);

    let limits = pace_limits(&mut result, &segments, &intervals_ms, config);
    count_behaviour(&mut result, &segments, &intervals_ms, &limits, config);
    let voyages = read_voyages(
        &mut result,
        &segments,
        &intervals_ms,
        &limits,
        vessel,
        places,
        config,
    );
    let cycles = find_cycles(
        &mut result,
        &segments,
        &voyages,
        &limits,
        vessel,
        places,
        config,
    );
    result.cycles = cycle_columns(&cycles, vessel.mmsi, places, config);

    let mut cells = CellSums::new(&config.cells);
    for (number, voyage) in voyages.iter().enumerate() {
        let labels = if works_at_anchor(vessel.kind) {
            label_anchored(
                &segments,
                &intervals_ms,
                &voyage.bouts,
                places,
                &config.states,
            )
        } else {
            let row_of_chain = rows_of_chains(&cycles, number as u32, voyage.chains.len());
            label_bouts(voyage, &row_of_chain, &cycles)
        };
        let stretches = stretches_of(&voyage.bouts, &labels);
        let first_state_row = result.states.state.len();
        push_states(
            &mut result.states,
            number as u32,
            &stretches,
            &segments,
            &intervals_ms,
            places,
            &result.cycles.cycle_id,
        );
        if config.tracks.enabled {
            push_tracks(
                &mut result.tracks,
                first_state_row,
                &stretches,
                &segments,
                &config.tracks,
            );
        }
        cells.add(&stretches, &segments, &intervals_ms);
    }
    result.cells = cells.finish();
    result
}

fn segment_columns(segments: &Segments, intervals_ms: &[i32]) -> SegmentColumns {
    let mut columns = SegmentColumns::default();
    for number in 0..segments.count() {
        let range = segments.range(number);
        let (mut counted_ms, mut way_m) = (0_i64, 0.0);
        for row in range.clone() {
            if intervals_ms[row] > 0 {
                counted_ms += i64::from(intervals_ms[row]);
                way_m += f64::from(segments.step_m[row]);
            }
        }
        columns.start_ms.push(segments.track.time_ms[range.start]);
        columns.end_ms.push(segments.track.time_ms[range.end - 1]);
        columns.positions.push(range.len() as u64);
        columns.hours.push(counted_ms as f64 / HOUR_MS);
        columns.way_m.push(way_m);
        columns.lon_deg.push(segments.track.lon_deg[range.start]);
        columns.lat_deg.push(segments.track.lat_deg[range.start]);
    }
    columns
}

fn pace_limits(
    result: &mut VesselResult,
    segments: &Segments,
    intervals_ms: &[i32],
    config: &Config,
) -> PaceLimits {
    let states = &config.states;
    if config.mixture.enabled {
        result.mixture = fit(
            &segments.track.sog_kn,
            intervals_ms,
            &config.mixture,
            states,
        );
    }
    let (idle_max_kn, dredge_max_kn) = match &result.mixture {
        Some(mixture) => (mixture.idle_max_kn, mixture.dredge_max_kn),
        None => (states.idle_max_kn, states.dredge_max_kn),
    };
    PaceLimits {
        idle_max_kn,
        dredge_max_kn,
        transit_min_kn: states.transit_min_kn.max(dredge_max_kn),
    }
}

fn count_behaviour(
    result: &mut VesselResult,
    segments: &Segments,
    intervals_ms: &[i32],
    limits: &PaceLimits,
    config: &Config,
) {
    let [valley_min_kn, valley_max_kn] = config.evidence.valley_kn;
    let (mut idle_ms, mut slow_ms, mut valley_ms, mut transit_ms) = (0_i64, 0_i64, 0_i64, 0_i64);
    let mut nav_status = NavStatusStats::default();
    for (row, &interval_ms) in intervals_ms.iter().enumerate() {
        let speed_kn = segments.track.sog_kn[row];
        let status = usize::from(segments.track.nav_status[row].min(15));
        nav_status.positions[status] += 1;
        nav_status.moving[status] += u64::from(speed_kn >= limits.idle_max_kn);
        let counted_ms = i64::from(interval_ms.max(0));
        if speed_kn < limits.idle_max_kn {
            idle_ms += counted_ms;
        } else if speed_kn < valley_min_kn {
            slow_ms += counted_ms;
        } else if speed_kn < valley_max_kn {
            valley_ms += counted_ms;
        } else if speed_kn >= valley_max_kn {
            transit_ms += counted_ms;
        }
    }
    result.nav_status = nav_status;
    result.behaviour = Behaviour {
        idle_hours: idle_ms as f64 / HOUR_MS,
        slow_hours: slow_ms as f64 / HOUR_MS,
        valley_hours: valley_ms as f64 / HOUR_MS,
        transit_hours: transit_ms as f64 / HOUR_MS,
        best_evidence: f64::NAN,
        ..Behaviour::default()
    };
}

fn read_voyages(
    result: &mut VesselResult,
    segments: &Segments,
    intervals_ms: &[i32],
    limits: &PaceLimits,
    vessel: &Vessel,
    places: &Places,
    config: &Config,
) -> Vec<Voyage> {
    let mut ports = port_tracker(places, &config.states);
    let newest_ms = segments.track.time_ms.iter().copied().max();
    let mut slow_in_port_ms = 0;
    let mut voyages = Vec::with_capacity(segments.count());
    for number in 0..segments.count() {
        let range = segments.range(number);
        let ends_record = newest_ms == Some(segments.track.time_ms[range.end - 1]);
        let bouts = bouts_of(
            segments,
            range,
            intervals_ms,
            limits,
            &config.states,
            &config.cycles,
            &mut ports,
        );
        slow_in_port_ms += bouts
            .iter()
            .filter(|bout| bout.pace == crate::bouts::Pace::Slow && bout.port.is_some())
            .map(|bout| bout.observed_ms)
            .sum::<i64>();
        if works_at_anchor(vessel.kind) {
            voyages.push(Voyage {
                bouts,
                ..Voyage::default()
            });
            continue;
        }
        let found = tokens_of(segments, intervals_ms, &bouts, places, config);
        let end_reason = if ends_record {
            IncompleteReason::RecordEnd
        } else {
            IncompleteReason::SegmentEnd
        };
        let chains = chains_of(segments, &bouts, &found.tokens, end_reason, config);
        let works = found.tokens.iter().filter(|token| token.can_work);
        result.behaviour.work_bouts += works.clone().count() as u64;
        result.behaviour.work_hours +=
            works.map(|token| token.observed_ms).sum::<i64>() as f64 / HOUR_MS;
        result.behaviour.chains += chains.len() as u64;
        result.quality.drift_bouts += found.drifting_bouts.len() as u64;
        voyages.push(Voyage {
            bouts,
            tokens: found.tokens,
            drifting_bouts: found.drifting_bouts,
            chains,
        });
    }
    result.quality.slow_hours_in_port = slow_in_port_ms as f64 / HOUR_MS;
    voyages
}

/// The cycles to report, by dredge start. Of a vessel that no register calls a hopper dredger only
/// what the evidence supports is reported, and only when it does so more than once.
fn find_cycles(
    result: &mut VesselResult,
    segments: &Segments,
    voyages: &[Voyage],
    limits: &PaceLimits,
    vessel: &Vessel,
    places: &Places,
    config: &Config,
) -> Vec<Cycle> {
    let behaviour = &result.behaviour;
    let slow_and_valley_h = behaviour.slow_hours + behaviour.valley_hours;
    let is_tshd = vessel.kind == VesselKind::Tshd;
    let mut common_flags = 0;
    if !is_tshd {
        common_flags |= cycle_flags::BY_BEHAVIOUR;
    }
    if result.quality.shared_mmsi {
        common_flags |= cycle_flags::SHARED_MMSI;
    }
    if result.quality.speeds_derived * 2 > result.quality.positions_used {
        common_flags |= cycle_flags::SPEED_DERIVED;
    }
    let facts = VesselFacts {
        kind: vessel.kind,
        valley_share: behaviour.valley_hours / slow_and_valley_h,
        transit_min_kn: limits.transit_min_kn,
        common_flags,
    };
    let mut cycles: Vec<Cycle> = Vec::new();
    for (number, voyage) in voyages.iter().enumerate() {
        if !voyage.chains.is_empty() {
            cycles.extend(measure(
                segments,
                number as u32,
                voyage,
                &facts,
                places,
                config,
            ));
        }
    }
    for cycle in &cycles {
        // The maximum of NaN and a number is the number.
        result.behaviour.best_evidence = result.behaviour.best_evidence.max(cycle.evidence);
    }
    let measured = cycles.len();
    if !is_tshd {
        cycles.retain(|cycle| cycle.evidence >= 0.5);
        let complete = cycles.iter().filter(|cycle| cycle.reason.is_none()).count();
        if complete < config.cycles.unknown_cycles_min.max(1) {
            cycles.clear();
        }
    }
    let weak = cycles
        .iter()
        .filter(|cycle| cycle.reason == Some(IncompleteReason::WeakEvidence))
        .count();
    result.quality.cycles_refused = (measured - cycles.len() + weak) as u64;
    cycles.sort_by_key(|cycle| (cycle.dredge.0, cycle.segment));
    cycles
}

fn rows_of_chains(cycles: &[Cycle], segment: u32, chains: usize) -> Vec<Option<usize>> {
    let mut rows = vec![None; chains];
    for (row, cycle) in cycles.iter().enumerate() {
        if cycle.segment == segment {
            rows[cycle.chain] = Some(row);
        }
    }
    rows
}

fn cycle_columns(cycles: &[Cycle], mmsi: u32, places: &Places, config: &Config) -> CycleColumns {
    let mut columns = CycleColumns::default();
    let mut finder = CellFinder::new(&config.cells);
    let mut same_start = 0;
    for (row, cycle) in cycles.iter().enumerate() {
        let is_repeated = row > 0 && cycles[row - 1].dredge.0 == cycle.dredge.0;
        same_start = if is_repeated { same_start + 1 } else { 0 };
        let mut cycle_id = format!("{mmsi}-{}", cycle.dredge.0);
        if same_start > 0 {
            // Two transmitters of a shared MMSI began at the same instant.
            cycle_id = format!("{cycle_id}-{}", same_start + 1);
        }
        let (lon_deg, lat_deg) = cycle.dredge_centre;
        columns.cycle_id.push(cycle_id);
        columns.segment.push(cycle.segment);
        columns.dredge_start_ms.push(cycle.dredge.0);
        columns.dredge_end_ms.push(cycle.dredge.1);
        columns
            .loaded_start_ms
            .push(cycle.loaded.map(|span| span.0));
        columns.loaded_end_ms.push(cycle.loaded.map(|span| span.1));
        columns
            .discharge_start_ms
            .push(cycle.discharge.map(|span| span.0));
        columns
            .discharge_end_ms
            .push(cycle.discharge.map(|span| span.1));
        columns.empty_start_ms.push(cycle.empty.map(|span| span.0));
        columns.empty_end_ms.push(cycle.empty.map(|span| span.1));
        columns.dredge_hours.push(cycle.dredge_hours);
        columns.loaded_hours.push(cycle.loaded_hours);
        columns.discharge_hours.push(cycle.discharge_hours);
        columns.empty_hours.push(cycle.empty_hours);
        columns.dredge_lon_deg.push(lon_deg);
        columns.dredge_lat_deg.push(lat_deg);
        columns.dredge_cell.push(finder.cell(lon_deg, lat_deg));
        columns.dredge_way_m.push(cycle.dredge_way_m);
        columns.dredge_speed_kn.push(cycle.dredge_speed_kn);
        columns.discharge_lon_deg.push(cycle.discharge_centre.0);
        columns.discharge_lat_deg.push(cycle.discharge_centre.1);
        columns.discharge_kind.push(cycle.discharge_kind);
        columns.port_id.push(
            cycle
                .port
                .and_then(|port| places.port(port))
                .map(|port| port.id.clone()),
        );
        columns.distance_nm.push(cycle.distance_nm);
        columns.loaded_speed_kn.push(cycle.loaded_speed_kn);
        columns.empty_speed_kn.push(cycle.empty_speed_kn);
        columns.draught_rise_m.push(cycle.draught_rise_m);
        columns.purpose.push(cycle.purpose);
        columns.licence_area_id.push(cycle.licence_area_id.clone());
        columns.complete.push(cycle.reason.is_none());
        columns.incomplete_reason.push(cycle.reason);
        columns.flags.push(cycle.flags);
        columns.evidence.push(cycle.evidence);
    }
    columns
}
