//! From entries of a register to hulls.

use std::collections::BTreeMap;

use silt_estimate::{FactLimits, FactRefusal, Priors, VesselFacts};

use crate::register::RegisteredVessel;

/// Hulls, and which of them each vessel of a list is: a hull that changed its MMSI stands in the
/// register once for each.
pub(crate) struct HullFacts {
    pub(crate) hulls: Vec<VesselFacts>,
    pub(crate) hull_of: Vec<u32>,
}

/// What is known of vessels, and what was not believed. Of a hull that stands there several times
/// the first entry counts.
pub(crate) fn hull_facts<'a>(
    vessels: impl IntoIterator<Item = &'a RegisteredVessel>,
    priors: &Priors,
) -> (HullFacts, Vec<(String, FactRefusal)>) {
    let limits = FactLimits::default();
    let mut refused = Vec::new();
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut facts = HullFacts {
        hulls: Vec::new(),
        hull_of: Vec::new(),
    };
    for vessel in vessels {
        let next = facts.hulls.len() as u32;
        let hull = *known.entry(&vessel.vessel).or_insert(next);
        facts.hull_of.push(hull);
        if hull == next {
            let (own, refusals) = VesselFacts::check(vessel.stated.clone(), &limits, priors);
            refused.extend(refusals.into_iter().map(|why| (vessel.vessel.clone(), why)));
            facts.hulls.push(own);
        }
    }
    (facts, refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Entry, Register};

    #[test]
    fn a_hull_under_two_mmsi_is_one() {
        let entry = |mmsi, imo, hopper_m3| Entry {
            mmsi,
            imo,
            kind: Some("tshd".to_owned()),
            hopper_m3,
            ..Entry::default()
        };
        let register = Register::new([
            entry(244_000_001, Some(9_429_572), Some(4_500.0)),
            entry(244_000_002, None, Some(-3.0)),
            entry(636_000_003, Some(9_429_572), Some(4_500.0)),
        ]);
        let (facts, refused) = hull_facts(register.iter(), &Priors::default());
        assert_eq!(facts.hull_of, [0, 1, 0]);
        assert_eq!(facts.hulls.len(), 2);
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(refused[0].0, "mmsi:244000002");
    }
}
