//! What a complete cycle of a vessel carries: the estimate that stands beside each cycle.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use silt_estimate::{EstimateError, Group, Priors, Settings, WorkRow, estimate};

use crate::hulls::hull_facts;
use crate::register::Register;

/// Tonnes of one complete cycle, as AIS shows it (not divided by coverage).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Mean. Means add up: their sum is the mean of the sum.
    pub mean_t: f64,
    /// 5th percentile.
    pub p05_t: f64,
    /// Median.
    pub p50_t: f64,
    /// 95th percentile.
    pub p95_t: f64,
}

/// The load of each hull of a register by its name; a hull without a hopper volume to estimate it
/// from has none. The prior of a load knows the vessel and nothing of the single trip, so that all
/// cycles of a vessel have the same.
///
/// # Errors
/// The priors cannot be.
pub fn loads(
    register: &Register,
    priors: &Priors,
    settings: &Settings,
) -> Result<BTreeMap<String, Load>, EstimateError> {
    let (facts, _) = hull_facts(register.iter(), priors);
    let groups = vec![Group::default(); facts.hulls.len()];
    let work: Vec<WorkRow> = (0..facts.hulls.len() as u32)
        .map(|vessel| WorkRow {
            group: vessel,
            vessel,
            complete_cycles: 1,
            ..WorkRow::default()
        })
        .collect();
    let estimates = estimate(&groups, &facts.hulls, &work, priors, settings)?;
    let load_of = |hull: u32| {
        let tonnes = estimates[hull as usize].trips.as_ref()?.observed.tonnes;
        Some(Load {
            mean_t: tonnes.mean.0,
            p05_t: tonnes.p05.0,
            p50_t: tonnes.p50.0,
            p95_t: tonnes.p95.0,
        })
    };
    let vessels = register.iter().zip(&facts.hull_of);
    Ok(vessels
        .filter_map(|(vessel, &hull)| Some((vessel.vessel.clone(), load_of(hull)?)))
        .collect())
}
