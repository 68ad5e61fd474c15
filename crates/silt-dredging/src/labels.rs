//! The state of every bout, and the rows that follow from them.

use crate::bouts::{Bout, Pace};
use crate::config::StateRules;
use crate::cycles::{Cycle, Voyage};
use crate::input::VesselKind;
use crate::places::Places;
use crate::result::{DischargeKind, State, StateColumns};
use crate::segments::Segments;
use crate::tokens::{median, shape_of};

/// What a bout is, and which cycle (a row of the cycles) it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Label {
    pub(crate) state: State,
    pub(crate) kind: Option<DischargeKind>,
    pub(crate) cycle: Option<usize>,
}

impl Label {
    fn of(state: State) -> Self {
        Self {
            state,
            kind: None,
            cycle: None,
        }
    }
}

/// Rows and label of a stretch of one state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) label: Label,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) observed_ms: i64,
    pub(crate) port: Option<u32>,
    /// The stretch starts at the position before its first.
    pub(crate) is_joined: bool,
}

fn label_of_pace(pace: Pace) -> Label {
    Label::of(match pace {
        Pace::Unknown => State::Unknown,
        Pace::Idle => State::Idle,
        Pace::Slow | Pace::Valley => State::Manoeuvre,
        Pace::Transit => State::Transit,
    })
}

/// Labels of a segment's bouts. `row_of_chain` gives the row of each chain's cycle, `None` for a chain
/// that the evidence does not support: its slow work is of unknown kind.
pub(crate) fn label_bouts(
    voyage: &Voyage,
    row_of_chain: &[Option<usize>],
    cycles: &[Cycle],
) -> Vec<Label> {
    let mut labels: Vec<Label> = voyage
        .bouts
        .iter()
        .map(|bout| label_of_pace(bout.pace))
        .collect();
    for &drifting in &voyage.drifting_bouts {
        labels[drifting] = Label::of(State::Idle);
    }
    for (chain, &row) in voyage.chains.iter().zip(row_of_chain) {
        let work = match row {
            Some(_) => Label {
                state: State::Dredge,
                kind: None,
                cycle: row,
            },
            None => Label::of(State::Unknown),
        };
        for &token in &chain.works {
            let token = &voyage.tokens[token];
            labels[token.first_bout..=token.last_bout].fill(work);
        }
        let (Some(row), Some(token)) = (row, chain.discharge) else {
            continue;
        };
        if cycles[row].reason.is_none() {
            let token = &voyage.tokens[token];
            labels[token.first_bout..=token.last_bout].fill(Label {
                state: State::Discharge,
                kind: cycles[row].discharge_kind,
                cycle: Some(row),
            });
        }
    }
    labels
}

/// Labels of a cutter's or backhoe's bouts: hours at one place outside ports, below 0.5 kn, are its
/// working pattern.
pub(crate) fn label_anchored(
    segments: &Segments,
    intervals_ms: &[i32],
    bouts: &[Bout],
    places: &Places,
    rules: &StateRules,
) -> Vec<Label> {
    let mut labels: Vec<Label> = bouts.iter().map(|bout| label_of_pace(bout.pace)).collect();
    let mut first = 0;
    while first < bouts.len() {
        let can_work =
            |bout: &Bout| matches!(bout.pace, Pace::Idle | Pace::Slow) && bout.port.is_none();
        if !can_work(&bouts[first]) {
            first += 1;
            continue;
        }
        let mut last = first;
        while last + 1 < bouts.len()
            && can_work(&bouts[last + 1])
            && bouts[last + 1].gap_before_ms as f64 <= rules.merge_gap_s * 1000.0
        {
            last += 1;
        }
        let episode = &bouts[first..=last];
        if is_anchored_work(segments, intervals_ms, episode, places, rules) {
            labels[first..=last].fill(Label::of(State::Dredge));
        } else {
            for (number, bout) in episode.iter().enumerate() {
                let alone = std::slice::from_ref(bout);
                if is_anchored_work(segments, intervals_ms, alone, places, rules) {
                    labels[first + number] = Label::of(State::Dredge);
                }
            }
        }
        first = last + 1;
    }
    labels
}

fn is_anchored_work(
    segments: &Segments,
    intervals_ms: &[i32],
    episode: &[Bout],
    places: &Places,
    rules: &StateRules,
) -> bool {
    let (Some(first), Some(last)) = (episode.first(), episode.last()) else {
        return false;
    };
    let observed_ms: i64 = episode.iter().map(|bout| bout.observed_ms).sum();
    if (observed_ms as f64) < rules.anchored_min_min * 60_000.0 {
        return false;
    }
    let window_ms = (rules.anchored_window_h * 3_600_000.0) as i64;
    let mut row = first.first;
    while row <= last.last {
        let window_end_ms = segments.track.time_ms[row].saturating_add(window_ms.max(1));
        let mut end = row;
        while end < last.last && segments.track.time_ms[end + 1] < window_end_ms {
            end += 1;
        }
        let shape = shape_of(segments, intervals_ms, row, end);
        let is_still = shape.median_kn < rules.idle_max_kn;
        let is_confined = shape.radius_m < rules.anchored_radius_m;
        if !is_still || !is_confined || !places.is_at_sea(shape.centre, rules.coast_tolerance_km) {
            return false;
        }
        row = end + 1;
    }
    true
}

/// Whether a register says that the vessel works at anchor.
pub(crate) fn works_at_anchor(kind: VesselKind) -> bool {
    matches!(kind, VesselKind::Cutter | VesselKind::Backhoe)
}

/// Joins bouts of one label that follow without a gap.
pub(crate) fn stretches_of(bouts: &[Bout], labels: &[Label]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (bout, &label) in bouts.iter().zip(labels) {
        let is_joined = !bout.begins_segment && bout.gap_before_ms == 0;
        if let Some(stretch) = stretches.last_mut()
            && is_joined
            && stretch.label == label
        {
            stretch.last = bout.last;
            stretch.end_ms = bout.end_ms;
            stretch.observed_ms += bout.observed_ms;
            continue;
        }
        stretches.push(Stretch {
            label,
            first: bout.first,
            last: bout.last,
            start_ms: bout.start_ms,
            end_ms: bout.end_ms,
            observed_ms: bout.observed_ms,
            port: bout.port,
            is_joined,
        });
    }
    stretches
}

/// Appends the rows of a segment's stretches.
pub(crate) fn push_states(
    columns: &mut StateColumns,
    segment: u32,
    stretches: &[Stretch],
    segments: &Segments,
    intervals_ms: &[i32],
    places: &Places,
    cycle_ids: &[String],
) {
    let track = &segments.track;
    for stretch in stretches {
        let rows = stretch.first..=stretch.last;
        let middle = usize::midpoint(stretch.first, stretch.last);
        let way_m: f64 = rows
            .clone()
            .filter(|&row| intervals_ms[row] > 0)
            .map(|row| f64::from(segments.step_m[row]))
            .sum();
        columns.segment.push(segment);
        columns.state.push(stretch.label.state);
        columns.discharge_kind.push(stretch.label.kind);
        columns.start_ms.push(stretch.start_ms);
        columns.end_ms.push(stretch.end_ms);
        columns.hours.push(stretch.observed_ms as f64 / 3_600_000.0);
        columns
            .positions
            .push((stretch.last - stretch.first + 1) as u64);
        columns
            .sog_median_kn
            .push(median(track.sog_kn[rows].iter().copied()));
        columns.way_m.push(way_m);
        columns.lon_deg.push(track.lon_deg[middle]);
        columns.lat_deg.push(track.lat_deg[middle]);
        columns.port_id.push(
            stretch
                .port
                .and_then(|port| places.port(port))
                .map(|port| port.id.clone()),
        );
        columns.cycle_id.push(
            stretch
                .label
                .cycle
                .and_then(|row| cycle_ids.get(row))
                .cloned(),
        );
    }
}
