//! Which token is dredging and which its discharge: chains of one segment.

use crate::bouts::{Bout, Pace};
use crate::config::{Config, CycleRules};
use crate::result::IncompleteReason;
use crate::segments::Segments;
use crate::sphere::{METRES_PER_NM, distance_m};
use crate::tokens::{Berth, Token};

/// A dredging phase and what became of its load. Numbers are those of tokens.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Chain {
    pub(crate) works: Vec<usize>,
    pub(crate) discharge: Option<usize>,
    pub(crate) is_ambiguous: bool,
    /// Why there is no discharge.
    pub(crate) reason: Option<IncompleteReason>,
    /// The next dredging followed without a break.
    pub(crate) is_followed: bool,
}

impl Chain {
    fn of(work: usize) -> Self {
        Self {
            works: vec![work],
            ..Self::default()
        }
    }
}

/// Chains in order. `end_reason` is why the segment ends.
pub(crate) fn chains_of(
    segments: &Segments,
    bouts: &[Bout],
    tokens: &[Token],
    end_reason: IncompleteReason,
    config: &Config,
) -> Vec<Chain> {
    let rules = &config.cycles;
    let is_work = find_work(segments, bouts, tokens, rules);
    let mut chains: Vec<Chain> = Vec::new();
    let mut current: Option<Chain> = None;
    let mut candidates: Vec<usize> = Vec::new();
    for number in 0..tokens.len() {
        if !is_work[number] {
            if current.is_some() {
                candidates.push(number);
            }
            continue;
        }
        let Some(mut chain) = current.take() else {
            current = Some(Chain::of(number));
            continue;
        };
        let last_work = chain.works[chain.works.len() - 1];
        let is_gap = breaks(bouts, &tokens[last_work], &tokens[number], rules);
        choose_discharge(&mut chain, &candidates, bouts, tokens, rules);
        candidates.clear();
        if chain.discharge.is_none() && chain.reason.is_none() {
            let is_near = tokens[last_work].distance_nm(&tokens[number]) <= rules.same_ground_nm;
            if is_gap {
                chain.reason = Some(IncompleteReason::Gap);
            } else if is_near && went_away(segments, bouts, tokens, last_work, number, rules) {
                chain.reason = Some(IncompleteReason::NoDischarge);
            } else {
                chain.works.push(number);
                current = Some(chain);
                continue;
            }
        }
        chain.is_followed = chain
            .discharge
            .is_some_and(|discharge| !breaks(bouts, &tokens[discharge], &tokens[number], rules));
        chains.push(chain);
        current = Some(Chain::of(number));
    }
    if let Some(mut chain) = current {
        choose_discharge(&mut chain, &candidates, bouts, tokens, rules);
        if chain.discharge.is_none() && chain.reason.is_none() {
            let last_work = &tokens[chain.works[chain.works.len() - 1]];
            let is_gap =
                longest_gap_ms(bouts, last_work.last_bout + 1, bouts.len()) > gap_limit_ms(rules);
            chain.reason = Some(if is_gap {
                IncompleteReason::Gap
            } else {
                end_reason
            });
        }
        chains.push(chain);
    }
    chains
}

/// Which tokens are work. A short slow stretch away from the ground to which the vessel comes back is
/// dumping rather than dredging when it is the shorter one, or when the vessel leaves it faster than
/// it came: loaded ships are slower.
fn find_work(
    segments: &Segments,
    bouts: &[Bout],
    tokens: &[Token],
    rules: &CycleRules,
) -> Vec<bool> {
    let mut is_work: Vec<bool> = tokens.iter().map(|token| token.can_work).collect();
    for number in 0..tokens.len() {
        let token = &tokens[number];
        if !(token.can_work && token.can_dump) {
            continue;
        }
        let before = (0..number)
            .rev()
            .take_while(|&other| tokens[other].berth.is_none())
            .find(|&other| is_work[other]);
        let after = (number + 1..tokens.len())
            .take_while(|&other| tokens[other].berth.is_none())
            .find(|&other| tokens[other].can_work);
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        let (earlier, later) = (&tokens[before], &tokens[after]);
        let is_away = earlier.distance_nm(token) > rules.distance_min_nm
            && later.distance_nm(token) > rules.distance_min_nm
            && earlier.distance_nm(later) <= rules.same_ground_nm;
        let is_between_transits = has_transit(bouts, earlier, token)
            && has_transit(bouts, token, later)
            && !breaks(bouts, earlier, token, rules);
        if !is_away || !is_between_transits {
            continue;
        }
        let shortest_ms = earlier.elapsed_ms().min(later.elapsed_ms());
        let is_shorter = token.elapsed_ms() * 5 < shortest_ms * 4;
        let is_longer = token.elapsed_ms() * 4 > shortest_ms * 5;
        let in_kn = transit_speed_kn(segments, bouts, earlier.last_bout + 1, token.first_bout);
        let out_kn = transit_speed_kn(segments, bouts, token.last_bout + 1, later.first_bout);
        let leaves_faster = out_kn > in_kn * (1.0 + rules.speed_difference_min as f32);
        if is_shorter || (!is_longer && leaves_faster) {
            is_work[number] = false;
        }
    }
    is_work
}

/// Picks the likeliest discharge: quay, then pumping ashore, then dumping; the longest of a kind, the
/// first of equals.
fn choose_discharge(
    chain: &mut Chain,
    candidates: &[usize],
    bouts: &[Bout],
    tokens: &[Token],
    rules: &CycleRules,
) {
    let last_work = &tokens[chain.works[chain.works.len() - 1]];
    let mut best: Option<(u8, i64, usize)> = None;
    let mut count = 0;
    let mut is_broken = false;
    for &number in candidates {
        let token = &tokens[number];
        let rank = match token.berth {
            Some(Berth::Quay(_)) => 3,
            Some(Berth::PumpAshore) => 2,
            None => 1,
        };
        let is_dump_here = token.berth.is_none()
            && (last_work.distance_nm(token) <= rules.distance_min_nm
                || !has_transit(bouts, last_work, token));
        if is_dump_here {
            continue;
        }
        if breaks(bouts, last_work, token, rules) {
            is_broken = true;
            continue;
        }
        count += 1;
        let candidate = (rank, token.elapsed_ms(), number);
        if best.is_none_or(|(rank, elapsed_ms, _)| (candidate.0, candidate.1) > (rank, elapsed_ms))
        {
            best = Some(candidate);
        }
    }
    chain.discharge = best.map(|(_, _, number)| number);
    chain.is_ambiguous = count > 1;
    if chain.discharge.is_none() && is_broken {
        chain.reason = Some(IncompleteReason::Gap);
    }
}

fn gap_limit_ms(rules: &CycleRules) -> i64 {
    (rules.gap_max_h * 3_600_000.0) as i64
}

/// A gap between the two that is too long for a cycle.
fn breaks(bouts: &[Bout], earlier: &Token, later: &Token, rules: &CycleRules) -> bool {
    longest_gap_ms(bouts, earlier.last_bout + 1, later.first_bout + 1) > gap_limit_ms(rules)
}

fn longest_gap_ms(bouts: &[Bout], from: usize, to: usize) -> i64 {
    bouts
        .get(from..to)
        .unwrap_or(&[])
        .iter()
        .map(|bout| bout.gap_before_ms)
        .max()
        .unwrap_or(0)
}

fn has_transit(bouts: &[Bout], earlier: &Token, later: &Token) -> bool {
    bouts
        .get(earlier.last_bout + 1..later.first_bout)
        .unwrap_or(&[])
        .iter()
        .any(|bout| bout.pace == Pace::Transit)
}

fn transit_speed_kn(segments: &Segments, bouts: &[Bout], from: usize, to: usize) -> f32 {
    let speeds = bouts
        .get(from..to)
        .unwrap_or(&[])
        .iter()
        .filter(|bout| bout.pace == Pace::Transit)
        .flat_map(|bout| {
            segments.track.sog_kn[bout.first..=bout.last]
                .iter()
                .copied()
        });
    crate::tokens::median(speeds)
}

/// Between two dredgings on one ground the vessel was farther away than the ground reaches.
fn went_away(
    segments: &Segments,
    bouts: &[Bout],
    tokens: &[Token],
    earlier: usize,
    later: usize,
    rules: &CycleRules,
) -> bool {
    let centre = tokens[earlier].shape.centre;
    let reach_m = rules.same_ground_nm * METRES_PER_NM + tokens[earlier].shape.radius_m;
    let first_row = bouts[tokens[earlier].last_bout].last;
    let last_row = bouts[tokens[later].first_bout].first;
    (first_row..=last_row).any(|row| {
        let (lon_deg, lat_deg) = segments.track.position(row);
        distance_m(centre.0, centre.1, lon_deg, lat_deg) > reach_m
    })
}
