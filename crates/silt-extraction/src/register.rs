//! The vessels that a register knows: which hull sent an MMSI when, and what it can carry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use silt_dredging::{Vessel, VesselKind};
use silt_estimate::{StatedVessel, vessel_key};

/// One hull under one MMSI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredVessel {
    /// Stable name: `imo:9429572` where an IMO number is known, else `mmsi:253373000`.
    pub vessel: String,
    /// Name.
    pub name: Option<String>,
    /// Operator or owner.
    pub operator: Option<String>,
    /// How it dredges.
    pub kind: VesselKind,
    /// What the kernel needs.
    pub hull: Vessel,
    /// Hopper volume with its source, length and so on.
    pub stated: StatedVessel,
    /// The entry is synthetic.
    pub synthetic: bool,
}

/// What an entry of a register says, before it is put together.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Maritime Mobile Service Identity.
    pub mmsi: u32,
    /// IMO number.
    pub imo: Option<u32>,
    /// Name.
    pub name: Option<String>,
    /// Operator or owner.
    pub operator: Option<String>,
    /// `tshd`, `cutter`, `backhoe`; none where it is not known; any other is no dredger.
    pub kind: Option<String>,
    /// Hopper volume, m3.
    pub hopper_m3: Option<f64>,
    /// Who states it.
    pub hopper_source: Option<String>,
    /// Length over all, m.
    pub length_m: Option<f64>,
    /// Gross tonnage.
    pub gross_tonnage: Option<f64>,
    /// Inner diameter of a cutter's discharge pipe, m.
    pub pipe_diameter_m: Option<f64>,
    /// First moment at which the MMSI is this hull's, Unix milliseconds.
    pub valid_from_ms: Option<i64>,
    /// First moment at which it no longer is.
    pub valid_until_ms: Option<i64>,
    /// The entry is synthetic.
    pub synthetic: bool,
}

/// The vessels of a register, by MMSI and then by validity.
#[derive(Debug, Clone, Default)]
pub struct Register {
    by_mmsi: BTreeMap<u32, Vec<RegisteredVessel>>,
}

impl Register {
    /// Puts entries in order. The order in which they are given does not matter.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Register {
        let mut by_mmsi: BTreeMap<u32, Vec<RegisteredVessel>> = BTreeMap::new();
        for entry in entries {
            by_mmsi.entry(entry.mmsi).or_default().push(entry.into());
        }
        for hulls in by_mmsi.values_mut() {
            hulls.sort_by(|a, b| {
                let key = |one: &RegisteredVessel| (one.hull.valid_from_ms, one.vessel.clone());
                key(a).cmp(&key(b))
            });
            name_apart(hulls);
        }
        Register { by_mmsi }
    }

    /// The hulls that a register knows under an MMSI.
    pub fn hulls(&self, mmsi: u32) -> &[RegisteredVessel] {
        self.by_mmsi.get(&mmsi).map_or(&[], Vec::as_slice)
    }

    /// All hulls.
    pub fn iter(&self) -> impl Iterator<Item = &RegisteredVessel> {
        self.by_mmsi.values().flatten()
    }
}

/// Hulls without an IMO number that sent one MMSI after each other are named by it and by the day
/// from which it was theirs.
fn name_apart(hulls: &mut [RegisteredVessel]) {
    let named_by_mmsi = |hull: &&mut RegisteredVessel| hull.vessel.starts_with("mmsi:");
    for hull in hulls.iter_mut().filter(named_by_mmsi).skip(1) {
        let from = hull.hull.valid_from_ms.unwrap_or_default();
        let from = jiff::Timestamp::from_millisecond(from).unwrap_or_default();
        hull.vessel = format!("{}@{}", hull.vessel, from.strftime("%Y-%m-%d"));
        hull.stated.key = vessel_key(&hull.vessel);
    }
}

impl From<Entry> for RegisteredVessel {
    fn from(entry: Entry) -> RegisteredVessel {
        let kind = match entry
            .kind
            .as_deref()
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            Some("tshd") => VesselKind::Tshd,
            Some("cutter" | "csd") => VesselKind::Cutter,
            Some("backhoe" | "grab") => VesselKind::Backhoe,
            None | Some("" | "unknown") => VesselKind::Unknown,
            // A register that says `fishing` says that it is no dredger.
            Some(_) => VesselKind::Other,
        };
        let vessel = match entry.imo {
            Some(imo) => format!("imo:{imo}"),
            None => format!("mmsi:{}", entry.mmsi),
        };
        let of_estimate = match kind {
            // A dredger of unknown type that stated a hopper volume makes trips.
            VesselKind::Tshd | VesselKind::Unknown => silt_estimate::VesselKind::Tshd,
            VesselKind::Cutter => silt_estimate::VesselKind::Cutter,
            VesselKind::Backhoe => silt_estimate::VesselKind::Backhoe,
            VesselKind::Other => silt_estimate::VesselKind::Other,
        };
        RegisteredVessel {
            stated: StatedVessel {
                hopper_m3: entry.hopper_m3,
                hopper_source: entry.hopper_source,
                length_m: entry.length_m,
                gross_tonnage: entry.gross_tonnage,
                pipe_diameter_m: entry.pipe_diameter_m,
                ..StatedVessel::unknown(vessel_key(&vessel), of_estimate)
            },
            hull: Vessel {
                hopper_m3: entry.hopper_m3,
                valid_from_ms: entry.valid_from_ms,
                valid_until_ms: entry.valid_until_ms,
                ..Vessel::new(entry.mmsi, kind)
            },
            vessel,
            name: entry.name,
            operator: entry.operator,
            kind,
            synthetic: entry.synthetic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hulls_that_shared_an_mmsi_are_two_vessels() {
        let entry = |kind: &str, valid_from_ms| Entry {
            mmsi: 219_000_001,
            kind: Some(kind.to_owned()),
            valid_from_ms,
            ..Entry::default()
        };
        let register = Register::new([
            entry("fishing", Some(1_577_836_800_000)),
            entry("TSHD", None),
        ]);
        let hulls = register.hulls(219_000_001);
        let names: Vec<&str> = hulls.iter().map(|hull| hull.vessel.as_str()).collect();
        assert_eq!(names, ["mmsi:219000001", "mmsi:219000001@2020-01-01"]);
        assert_ne!(hulls[0].stated.key, hulls[1].stated.key);
        assert_eq!(hulls[0].kind, VesselKind::Tshd);
        assert_eq!(hulls[1].kind, VesselKind::Other);
    }
}
