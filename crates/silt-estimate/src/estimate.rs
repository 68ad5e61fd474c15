//! Estimates with intervals: methods A (trips), B (time), C (cutters) and their combination.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::draws::{BLOCK, GroupSums, SharedDraw, hours_outside_cycles, shared_draws, sum_block};
use crate::facts::{CapacityBasis, VesselFacts};
use crate::priors::Priors;
use crate::quantity::{HopperM3, Hours, InSituM3, Tonnes};
use crate::summary::Summary;
use crate::work::{EstimateError, Group, MAX_DRAWS, MIN_DRAWS, Settings, WorkRow, sorted_rows};

/// The three quantities of one estimate. A cutter has no hopper, so `hopper_m3` leaves cutters out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Volumes {
    /// Volume in hoppers; with the combined load prior, hopper capacity moved.
    pub hopper_m3: Summary<HopperM3>,
    /// Volume in the bed.
    pub in_situ_m3: Summary<InSituM3>,
    /// Mass with pore water.
    pub tonnes: Summary<Tonnes>,
}

/// What was observed, beside what it means for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// From the positions at hand only.
    pub observed: Volumes,
    /// Divided by coverage.
    pub corrected: Volumes,
}

/// What an estimate stands on, and what it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Vessels with any work in the group.
    pub vessels: u32,
    /// Of them, with a stated hopper volume or, cutters, a stated pipe.
    pub vessels_with_stated_capacity: u32,
    /// Of them, with a hopper volume predicted from length or gross tonnage.
    pub vessels_with_predicted_capacity: u32,
    /// Of them, with nothing to estimate from: they add no tonne.
    pub vessels_without_capacity: u32,
    /// Complete cycles of all vessels.
    pub complete_cycles: u64,
    /// Incomplete cycles of all vessels.
    pub incomplete_cycles: u64,
    /// Dredging hours of all vessels.
    pub dredge_hours: Hours,
    /// Cutter hours of all vessels.
    pub cutter_hours: Hours,
    /// Complete cycles that no figure contains, since their vessel has no hopper volume.
    pub complete_cycles_without_estimate: u64,
    /// Dredging hours that no figure contains, for the same reason.
    pub dredge_hours_without_estimate: Hours,
    /// Cutter hours that no figure contains, since their vessel is no cutter or has no pipe diameter.
    pub cutter_hours_without_estimate: Hours,
}

/// Estimates of one group. A method without any input is absent, not zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupEstimate {
    /// Index of the group.
    pub group: u32,
    /// Method A over complete cycles.
    pub trips: Option<Estimate>,
    /// Method B over all dredging hours.
    pub time: Option<Estimate>,
    /// Method C.
    pub cutters: Option<Estimate>,
    /// The recommended figure: A, B outside of complete cycles, C.
    pub combined: Option<Estimate>,
    /// Median of B over median of A, both over complete cycles.
    pub time_over_trips: Option<f64>,
    /// Whether that ratio is beyond the factor of the settings either way.
    pub trips_and_time_disagree: bool,
    /// What it stands on.
    pub counts: Counts,
}

/// Group-draws held in memory at once: 32 bytes each, so about 128 MB.
const GROUP_DRAWS_PER_CHUNK: usize = 4_000_000;

/// Estimates each group.
///
/// Per draw (METHODS 1.5, 1.6), all vessels share fill `f`, density in the hopper `rho`, density of the
/// bed `rho_i`, true cycles per detected one `d` and coverage `c`; each vessel has one hopper volume
/// `H`, load time `t_load`, utilisation `u`, velocity `v` and concentration `Cv`; `e_trips` is the sum
/// of one error per trip, `e_phases` of one error of duration per dredging phase:
///
/// - A, trips: `f rho d sum H (N + e_trips)` over complete cycles;
/// - B, time: `f rho sum (H / t_load) (t + e_phases)` over all dredging hours;
/// - C, cutters: `rho_i sum t u (pi/4) D^2 v Cv`;
/// - combined: A, plus B over the dredging hours **outside** complete cycles, plus C. Each hour of
///   dredging is counted once: by the load it led to where that was seen, by its duration where not.
///   A vessel is either a cutter or has a hopper, so C meets neither.
///
/// B is an independent look at A, not an addition to it: the flag compares both over the same
/// hours, those in complete cycles. B outside of cycles takes each hour at the mean rate; that an
/// unseen trip may have been abandoned is not modelled.
///
/// Corrected figures are observed ones divided by `c`, draw by draw.
///
/// The result depends on the work of a group, the facts of its vessels,
/// priors, draws and seed only: not on the order of rows or vessels, on the other groups, or on threads.
///
/// # Errors
/// See [`EstimateError`]; nothing is computed then.
pub fn estimate(
    groups: &[Group],
    facts: &[VesselFacts],
    work: &[WorkRow],
    priors: &Priors,
    settings: &Settings,
) -> Result<Vec<GroupEstimate>, EstimateError> {
    estimate_watched(groups, facts, work, priors, settings, &|_, _| true)
}

/// [`fn@estimate`] with a watcher, which is told how many of how many steps are done, from any
/// thread, and says whether to go on. The result does not depend on it.
///
/// # Errors
/// See [`EstimateError`]; [`EstimateError::Stopped`] where the watcher did not want more.
pub fn estimate_watched(
    groups: &[Group],
    facts: &[VesselFacts],
    work: &[WorkRow],
    priors: &Priors,
    settings: &Settings,
    watch: &(dyn Fn(u64, u64) -> bool + Sync),
) -> Result<Vec<GroupEstimate>, EstimateError> {
    check_query(groups, priors, settings)?;
    let mut rows = sorted_rows(groups.len(), facts, work)?;
    let draws = settings.draws as usize;
    let shared = shared_draws(draws, settings.seed, priors);
    let groups_per_chunk = (GROUP_DRAWS_PER_CHUNK / draws).max(1);
    let block_count = draws.div_ceil(BLOCK);
    let steps = Steps {
        all: (groups.len().div_ceil(groups_per_chunk) * block_count + groups.len()) as u64,
        done: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
        watch,
    };
    // Stable: within a chunk the order by vessel and group stays.
    rows.sort_by_key(|row| row.group as usize / groups_per_chunk);

    let mut estimates = Vec::with_capacity(groups.len());
    let mut rest = rows.as_slice();
    for (chunk_index, chunk) in groups.chunks(groups_per_chunk).enumerate() {
        let first_group = chunk_index * groups_per_chunk;
        let end = rest.partition_point(|row| (row.group as usize) < first_group + chunk.len());
        let (chunk_rows, later) = rest.split_at(end);
        rest = later;

        let blocks: Result<Vec<Vec<GroupSums>>, EstimateError> = (0..block_count)
            .into_par_iter()
            .map(|block| {
                steps.next()?;
                let first_draw = block * BLOCK;
                let first = first_group as u32;
                Ok(sum_block(
                    first_draw,
                    first,
                    chunk.len(),
                    chunk_rows,
                    facts,
                    priors,
                    settings.seed,
                ))
            })
            .collect();
        let blocks = blocks?;
        let evidence = gather_evidence(first_group, chunk.len(), chunk_rows, facts);
        let of_chunk: Result<Vec<GroupEstimate>, EstimateError> = (0..chunk.len())
            .into_par_iter()
            .map(|place| {
                steps.next()?;
                let sums: Vec<&GroupSums> = blocks.iter().map(|block| &block[place]).collect();
                let coverage = chunk[place].coverage.unwrap_or(priors.coverage);
                let draws_of_group = GroupDraws {
                    sums: &sums,
                    shared: &shared,
                    priors,
                    coverage,
                };
                let group = (first_group + place) as u32;
                Ok(draws_of_group.summarise(group, evidence[place], settings))
            })
            .collect();
        estimates.extend(of_chunk?);
    }
    Ok(estimates)
}

/// Blocks of draws and groups, as far as they are begun.
struct Steps<'a> {
    all: u64,
    done: AtomicU64,
    stopped: AtomicBool,
    watch: &'a (dyn Fn(u64, u64) -> bool + Sync),
}

impl Steps<'_> {
    fn next(&self) -> Result<(), EstimateError> {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        if !self.stopped.load(Ordering::Relaxed) && (self.watch)(done, self.all) {
            return Ok(());
        }
        // The watcher is not asked again: it may change its mind.
        self.stopped.store(true, Ordering::Relaxed);
        Err(EstimateError::Stopped)
    }
}

fn check_query(
    groups: &[Group],
    priors: &Priors,
    settings: &Settings,
) -> Result<(), EstimateError> {
    if !(MIN_DRAWS..=MAX_DRAWS).contains(&settings.draws) {
        return Err(EstimateError::Draws(settings.draws));
    }
    let factor = settings.disagreement_factor;
    if !(factor > 1.0 && factor.is_finite()) {
        return Err(EstimateError::DisagreementFactor(factor));
    }
    priors.validate()?;
    for (group, item) in groups.iter().enumerate() {
        if let Some(coverage) = item.coverage {
            priors
                .validate_coverage(coverage)
                .map_err(|source| EstimateError::GroupCoverage { group, source })?;
        }
    }
    Ok(())
}

/// Counts of a group, and which methods have input.
#[derive(Debug, Clone, Copy, Default)]
struct Evidence {
    counts: Counts,
    has_trips: bool,
    has_time: bool,
    has_time_in_cycles: bool,
    has_cutters: bool,
}

fn gather_evidence(
    first_group: usize,
    group_count: usize,
    rows: &[WorkRow],
    facts: &[VesselFacts],
) -> Vec<Evidence> {
    let mut evidence = vec![Evidence::default(); group_count];
    for row in rows {
        let vessel = &facts[row.vessel as usize];
        let of_group = &mut evidence[row.group as usize - first_group];
        let counts = &mut of_group.counts;
        counts.vessels += 1;
        counts.complete_cycles += u64::from(row.complete_cycles);
        counts.incomplete_cycles += u64::from(row.incomplete_cycles);
        counts.dredge_hours += Hours(row.dredge_hours);
        counts.cutter_hours += Hours(row.cutter_hours);

        let has_pipe = vessel.cutter_pipe_m().is_some();
        let basis = vessel.capacity_basis();
        match basis {
            Some(CapacityBasis::Stated) => counts.vessels_with_stated_capacity += 1,
            Some(_) => counts.vessels_with_predicted_capacity += 1,
            None if has_pipe => counts.vessels_with_stated_capacity += 1,
            None => counts.vessels_without_capacity += 1,
        }
        if basis.is_none() {
            counts.complete_cycles_without_estimate += u64::from(row.complete_cycles);
            counts.dredge_hours_without_estimate += Hours(row.dredge_hours);
        } else {
            of_group.has_trips |= row.complete_cycles > 0;
            of_group.has_time_in_cycles |= row.dredge_hours_in_complete_cycles > 0.0;
            of_group.has_time |= row.dredge_hours_in_complete_cycles > 0.0;
            of_group.has_time |= hours_outside_cycles(row) > 0.0;
        }
        if has_pipe {
            of_group.has_cutters |= row.cutter_hours > 0.0;
        } else {
            counts.cutter_hours_without_estimate += Hours(row.cutter_hours);
        }
    }
    evidence
}

/// The draws of one group and all that turns them into quantities.
struct GroupDraws<'a> {
    sums: &'a [&'a GroupSums],
    shared: &'a [SharedDraw],
    priors: &'a Priors,
    coverage: crate::distribution::Distribution,
}

/// The quantities of one draw.
#[derive(Debug, Clone, Copy, Default)]
struct Drawn {
    hopper: HopperM3,
    in_situ: InSituM3,
    tonnes: Tonnes,
}

impl GroupDraws<'_> {
    fn summarise(&self, group: u32, evidence: Evidence, settings: &Settings) -> GroupEstimate {
        let has_hoppers = evidence.has_trips || evidence.has_time;
        let trips = evidence
            .has_trips
            .then(|| self.estimate(|i| self.hoppers(i, self.trips_m3(i))));
        let time = evidence
            .has_time
            .then(|| self.estimate(|i| self.hoppers(i, self.time_m3(i))));
        let cutters = evidence
            .has_cutters
            .then(|| self.estimate(|i| self.cutters(i)));
        let combined = (has_hoppers || evidence.has_cutters).then(|| {
            self.estimate(|i| {
                let loads = self.hoppers(i, self.trips_m3(i) + self.time_outside_m3(i));
                let pumped = self.cutters(i);
                Drawn {
                    hopper: loads.hopper + pumped.hopper,
                    in_situ: loads.in_situ + pumped.in_situ,
                    tonnes: loads.tonnes + pumped.tonnes,
                }
            })
        });
        let comparable = evidence.has_trips && evidence.has_time_in_cycles;
        let time_over_trips = comparable
            .then(|| self.median(|i| self.time_in_cycles_m3(i)) / self.median(|i| self.trips_m3(i)))
            .filter(|ratio| ratio.is_finite());
        let factor = settings.disagreement_factor;
        let trips_and_time_disagree =
            time_over_trips.is_some_and(|ratio| !(1.0 / factor..=factor).contains(&ratio));
        GroupEstimate {
            group,
            trips,
            time,
            cutters,
            combined,
            time_over_trips,
            trips_and_time_disagree,
            counts: evidence.counts,
        }
    }

    /// Hopper volume of complete cycles, m3. Errors are symmetric, volumes are not negative.
    fn trips_m3(&self, draw: usize) -> f64 {
        let hopper_m3 = self.sums[draw / BLOCK].trips[draw % BLOCK].max(0.0);
        hopper_m3 * self.shared[draw].true_cycles_per_detected
    }

    fn time_in_cycles_m3(&self, draw: usize) -> f64 {
        self.sums[draw / BLOCK].time_in_cycles[draw % BLOCK].max(0.0)
    }

    fn time_outside_m3(&self, draw: usize) -> f64 {
        self.sums[draw / BLOCK].time_outside[draw % BLOCK].max(0.0)
    }

    fn time_m3(&self, draw: usize) -> f64 {
        self.time_in_cycles_m3(draw) + self.time_outside_m3(draw)
    }

    /// Quantities of hoppers whose volumes add up to `hopper_m3`.
    fn hoppers(&self, draw: usize, hopper_m3: f64) -> Drawn {
        let shared = &self.shared[draw];
        let loaded = HopperM3(hopper_m3 * shared.fill);
        Drawn {
            hopper: loaded,
            in_situ: loaded.to_in_situ(
                shared.density_t_m3,
                shared.in_situ_density_t_m3,
                self.priors.water_density_t_m3,
            ),
            tonnes: loaded.to_tonnes(shared.density_t_m3),
        }
    }

    fn cutters(&self, draw: usize) -> Drawn {
        let in_situ = InSituM3(self.sums[draw / BLOCK].cutters[draw % BLOCK]);
        let tonnes = in_situ.to_tonnes(self.shared[draw].in_situ_density_t_m3);
        Drawn {
            hopper: HopperM3(0.0),
            in_situ,
            tonnes,
        }
    }

    fn estimate(&self, quantities: impl Fn(usize) -> Drawn) -> Estimate {
        let drawn: Vec<Drawn> = (0..self.shared.len()).map(quantities).collect();
        let whole = |draw: usize| self.coverage.quantile(self.shared[draw].coverage_uniform);
        Estimate {
            observed: volumes(&drawn, |_| 1.0),
            corrected: volumes(&drawn, whole),
        }
    }

    fn median(&self, quantity: impl Fn(usize) -> f64) -> f64 {
        let mut draws: Vec<f64> = (0..self.shared.len()).map(quantity).collect();
        draws.sort_unstable_by(f64::total_cmp);
        crate::summary::percentile(&draws, 0.5)
    }
}

fn volumes(drawn: &[Drawn], divisor: impl Fn(usize) -> f64) -> Volumes {
    let divisors: Vec<f64> = (0..drawn.len()).map(divisor).collect();
    let divided = |quantity: fn(&Drawn) -> f64| -> Vec<f64> {
        drawn
            .iter()
            .zip(&divisors)
            .map(|(draw, divisor)| quantity(draw) / divisor)
            .collect()
    };
    const SOME: &str = "there are at least a thousand draws";
    Volumes {
        hopper_m3: Summary::of(&mut divided(|draw| draw.hopper.0)).expect(SOME),
        in_situ_m3: Summary::of(&mut divided(|draw| draw.in_situ.0)).expect(SOME),
        tonnes: Summary::of(&mut divided(|draw| draw.tonnes.0)).expect(SOME),
    }
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "estimate_analytic_tests.rs"]
mod analytic_tests;
