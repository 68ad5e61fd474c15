//! Who the vessels are.

use serde::Serialize;

use crate::config::FleetConfig;
use crate::draw::{Draw, Purpose};
use crate::fitted::{Fitted, FittedStatus};
use crate::sites::{Site, sites};
use crate::truth::Case;

/// What a vessel does for a living.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VesselKind {
    /// Trailing suction hopper dredger.
    Tshd,
    /// Cutter suction dredger.
    Cutter,
    /// Backhoe dredger.
    Backhoe,
    /// Coaster.
    Transit,
    /// Trawler.
    Fishing,
    /// Tanker that waits at anchor or adrift.
    Anchored,
    /// Tug.
    Tug,
    /// Survey ship.
    Survey,
}

impl VesselKind {
    /// Every kind, in the order of the weights of `Mix`.
    pub const ALL: [VesselKind; 8] = [
        VesselKind::Tshd,
        VesselKind::Cutter,
        VesselKind::Backhoe,
        VesselKind::Transit,
        VesselKind::Fishing,
        VesselKind::Anchored,
        VesselKind::Tug,
        VesselKind::Survey,
    ];

    /// As written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            VesselKind::Tshd => "tshd",
            VesselKind::Cutter => "cutter",
            VesselKind::Backhoe => "backhoe",
            VesselKind::Transit => "transit",
            VesselKind::Fishing => "fishing",
            VesselKind::Anchored => "anchored",
            VesselKind::Tug => "tug",
            VesselKind::Survey => "survey",
        }
    }

    /// Whether it dredges.
    pub fn is_dredger(self) -> bool {
        matches!(
            self,
            VesselKind::Tshd | VesselKind::Cutter | VesselKind::Backhoe
        )
    }

    fn title(self) -> &'static str {
        match self {
            VesselKind::Tshd => "hopper",
            VesselKind::Cutter => "cutter",
            VesselKind::Backhoe => "backhoe",
            VesselKind::Transit => "coaster",
            VesselKind::Fishing => "trawler",
            VesselKind::Anchored => "tanker",
            VesselKind::Tug => "tug",
            VesselKind::Survey => "survey",
        }
    }
}

/// Class of the AIS transponder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Transponder {
    /// Messages 1-3 and 5.
    A,
    /// Messages 18 and 24; it sends no navigational status.
    B,
}

/// An MMSI and when it holds: an MMSI is not a hull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Nine digits, 280-299 in front.
    pub mmsi: u32,
    /// First instant, ms since 1970-01-01 UTC.
    pub valid_from_ms: i64,
    /// First instant after, ms; none: still valid.
    pub valid_to_ms: Option<i64>,
}

/// A synthetic vessel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SynthVessel {
    /// Number in the fleet, from 0.
    pub index: u32,
    /// The MMSI at the begin of the window.
    pub mmsi: u32,
    /// Every MMSI, in order of time; more than one where it changes.
    pub identities: Vec<Identity>,
    /// Whether another hull of the fleet sends the same MMSI.
    pub shares_mmsi: bool,
    /// Begins with "Synthetic".
    pub name: String,
    /// Seven digits with a valid check digit, 2 in front, which no ship has; 0 where it sends none.
    pub imo: u32,
    /// What it is.
    pub kind: VesselKind,
    /// Type of ship that it sends (ITU-R M.1371), which may be wrong.
    pub ship_type: u8,
    /// Class of its transponder.
    pub transponder: Transponder,
    /// Overall length, m.
    pub length_m: f64,
    /// Beam, m.
    pub beam_m: f64,
    /// True hopper volume, m3; none but for hopper dredgers.
    pub hopper_m3: Option<f64>,
    /// Hopper volume that the register knows, m3.
    pub register_hopper_m3: Option<f64>,
    /// Inner diameter of the pipe, m; of cutters.
    pub pipe_diameter_m: Option<f64>,
    /// Empty draught, m.
    pub draught_empty_m: f64,
    /// Loaded draught, m.
    pub draught_loaded_m: f64,
    /// Whether its reports carry a draught, and whether that follows the load.
    pub draught_reported: DraughtReported,
    /// Name of the site that it works at.
    pub site: &'static str,
    /// Whether only satellites hear it.
    pub satellite_only: bool,
    /// Status that it sends when moving.
    pub status_moving: u8,
    /// Status that it sends when still.
    pub status_still: u8,
    /// What is odd about the vessel itself.
    pub cases: Vec<Case>,
    #[serde(skip)]
    pub(crate) site_index: usize,
    #[serde(skip)]
    pub(crate) sends_heading: bool,
}

/// What reports say of the draught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DraughtReported {
    /// Not available.
    Never,
    /// One value whatever the load.
    Constant,
    /// It follows the load.
    Updated,
}

// ITU has allocated no maritime identification digits between 280 and 300.
const FREE_MID: u32 = 280;
const FREE_MIDS: u64 = 20;

/// Low-discrepancy sequences spread kinds and sites evenly in any fleet, and
/// each vessel knows its own without the others.
fn spread(index: u32, ratio: f64, offset: f64) -> f64 {
    let value = f64::from(index) * ratio + offset;
    value - value.floor()
}

fn offset_of(seed: u64, key: u64) -> f64 {
    Draw::new(seed, key, Purpose::Fleet).unit()
}

/// Vessels differ in the last six digits, whatever the digits in front.
fn base_mmsi(seed: u64, index: u32, second: bool) -> u32 {
    let number = u64::from(index) * 2 + u64::from(second);
    // 7919 shares no factor with 10^6: a permutation of the numbers.
    let last_six = (number * 7919 + seed % 1_000_000) % 1_000_000;
    let mid = FREE_MID + ((number.wrapping_mul(2_654_435_761) >> 7) % FREE_MIDS) as u32;
    mid * 1_000_000 + last_six as u32
}

/// An IMO number beginning with 2, which no ship has, with its check digit.
fn imo_number(index: u32) -> u32 {
    let first_six = 200_000 + index % 100_000;
    let mut rest = first_six;
    let mut sum = 0;
    for weight in 2..=7 {
        sum += rest % 10 * weight;
        rest /= 10;
    }
    first_six * 10 + sum % 10
}

pub(crate) fn kind_of(config: &FleetConfig, index: u32) -> VesselKind {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let weights = config.mix.weights();
    let mut left = spread(index, GOLDEN, offset_of(config.seed, 1)) * weights.iter().sum::<f64>();
    let mut last = VesselKind::Tshd;
    for (kind, weight) in VesselKind::ALL.into_iter().zip(weights) {
        if weight <= 0.0 {
            continue;
        }
        last = kind;
        if left < weight {
            return kind;
        }
        left -= weight;
    }
    last
}

fn site_of(config: &FleetConfig, index: u32) -> usize {
    const ROOT_OF_TWO: f64 = 0.414_213_562_373_095_1;
    let place = spread(index, ROOT_OF_TWO, offset_of(config.seed, 2));
    ((place * sites().len() as f64) as usize).min(sites().len() - 1)
}

fn rounded(value: f64, step: f64) -> f64 {
    (value / step).round() * step
}

impl SynthVessel {
    pub(crate) fn new(config: &FleetConfig, index: u32) -> SynthVessel {
        let fitted = Fitted::bundled();
        let mut draw = Draw::new(config.seed, u64::from(index), Purpose::Vessel);
        let kind = kind_of(config, index);
        let site_index = site_of(config, index);
        let length_m = length_of(kind, &mut draw, fitted);
        let hopper_m3 = (kind == VesselKind::Tshd).then(|| hopper_of(length_m, &mut draw));
        let knows_hopper = !draw.chance(config.register.hopper_missing_share);
        let small = kind == VesselKind::Fishing && length_m < 15.0;
        let transponder = if small {
            Transponder::B
        } else {
            Transponder::A
        };
        let ship_type = ship_type_of(kind, config, &mut draw, fitted);
        let (status_moving, status_still, wrong_status) =
            statuses(kind, transponder, config, &mut draw, fitted);
        let draught_empty_m = rounded((0.04 * length_m).clamp(1.0, 12.0), 0.1);
        let draught_reported = match draw.weighted(&[0.3, 0.35, 0.35]) {
            0 => DraughtReported::Never,
            1 => DraughtReported::Constant,
            _ => DraughtReported::Updated,
        };
        let satellite_only = draw.chance(config.defects.satellite_share);
        let pipe_diameter_m =
            (kind == VesselKind::Cutter).then(|| rounded(draw.between(0.5, 0.95), 0.05));
        let sends_heading =
            transponder == Transponder::A && !draw.chance(fitted.noise.heading_missing.share);
        let imo = if draw.chance(0.1) || small {
            0
        } else {
            imo_number(index)
        };
        let (identities, shares_mmsi) = identities(config, index, &mut draw);
        SynthVessel {
            index,
            mmsi: identities[0].mmsi,
            identities,
            shares_mmsi,
            name: format!("Synthetic {} {}", kind.title(), index + 1),
            imo,
            kind,
            ship_type,
            transponder,
            length_m,
            beam_m: rounded((length_m * 0.18).max(3.0), 0.5),
            hopper_m3,
            register_hopper_m3: hopper_m3.filter(|_| knows_hopper),
            pipe_diameter_m,
            draught_empty_m,
            draught_loaded_m: rounded(draught_empty_m * 1.75, 0.1),
            draught_reported,
            site: sites()[site_index].name,
            satellite_only,
            status_moving,
            status_still,
            cases: if wrong_status {
                vec![Case::WrongStatus]
            } else {
                Vec::new()
            },
            site_index,
            sends_heading,
        }
    }

    pub(crate) fn place(&self) -> &'static Site {
        &sites()[self.site_index]
    }

    /// The MMSI sent at a time.
    pub fn mmsi_at(&self, time_ms: i64) -> u32 {
        let held = self
            .identities
            .iter()
            .rfind(|identity| identity.valid_from_ms <= time_ms);
        held.map_or(self.mmsi, |identity| identity.mmsi)
    }
}

fn length_of(kind: VesselKind, draw: &mut Draw, fitted: &Fitted) -> f64 {
    let fit = match kind {
        VesselKind::Tshd | VesselKind::Cutter => &fitted.dredger.length_m,
        VesselKind::Fishing => &fitted.length_m.fishing,
        VesselKind::Tug | VesselKind::Backhoe | VesselKind::Survey => &fitted.length_m.tug,
        VesselKind::Transit | VesselKind::Anchored => &fitted.length_m.traffic,
    };
    let low = if kind == VesselKind::Fishing {
        9.0
    } else {
        20.0
    };
    rounded(
        draw.log_normal_within(fit.median, fit.sigma_ln, low, 320.0),
        1.0,
    )
}

/// 80 m carry 3000 m3 and 230 m carry 35,000 m3, the two ends of the register
/// of dredgers; a power between them, with a scatter of 15 %. [inferred]
fn hopper_of(length_m: f64, draw: &mut Draw) -> f64 {
    let expected = 3000.0 * libm::pow(length_m / 80.0, 2.33);
    rounded(draw.log_normal(expected, 0.15).clamp(200.0, 46_000.0), 10.0)
}

fn ship_type_of(kind: VesselKind, config: &FleetConfig, draw: &mut Draw, fitted: &Fitted) -> u8 {
    if kind.is_dredger() {
        if !draw.chance(fitted.dredger.ship_type.other_than_33) {
            return 33;
        }
        return [90, 90, 70, 99][draw.pick(4)];
    }
    if kind == VesselKind::Survey || draw.chance(config.register.wrong_33_share) {
        return 33;
    }
    match kind {
        VesselKind::Fishing => 30,
        VesselKind::Tug => [31, 52][draw.pick(2)],
        VesselKind::Anchored => 80 + draw.pick(5) as u8,
        _ => 70 + draw.pick(3) as u8,
    }
}

/// Status when moving, when still, and whether it is wrong by design.
fn statuses(
    kind: VesselKind,
    transponder: Transponder,
    config: &FleetConfig,
    draw: &mut Draw,
    fitted: &Fitted,
) -> (u8, u8, bool) {
    let still = FittedStatus::CODES[draw.weighted(&fitted.status.still.shares())];
    let moving = if kind.is_dredger() {
        let fit = &fitted.dredger.status_moving;
        let shares = [
            1.0 - fit.restricted_3 - fit.other,
            fit.restricted_3,
            fit.other,
        ];
        [0, 3, 15][draw.weighted(&shares)]
    } else {
        FittedStatus::CODES[draw.weighted(&fitted.status.moving.shares())]
    };
    let wrong = draw.chance(config.rule_breakers.wrong_status);
    let wrong_code = [1, 5, 7, 8][draw.pick(4)];
    match (transponder, wrong) {
        (Transponder::B, _) => (15, 15, false),
        (Transponder::A, true) => (wrong_code, wrong_code, true),
        (Transponder::A, false) => (moving, still, false),
    }
}

fn identities(config: &FleetConfig, index: u32, draw: &mut Draw) -> (Vec<Identity>, bool) {
    let own = base_mmsi(config.seed, index, false);
    let year_before = config.start_ms - 365 * 86_400_000;
    // Only odd vessels take the MMSI of the even one before them, so that a
    // pair knows of itself without the fleet: hence twice the share.
    let even = index - index % 2;
    let pair_shares = Draw::new(config.seed, u64::from(even), Purpose::Pair)
        .chance((config.defects.shared_mmsi_share * 2.0).min(1.0));
    let has_partner = index % 2 == 1 || index + 1 < config.vessels;
    let changes = draw.chance(config.defects.changed_mmsi_share);
    let change_at = config.start_ms + (config.length_ms() as f64 * draw.between(0.3, 0.7)) as i64;
    if pair_shares && has_partner {
        let mmsi = base_mmsi(config.seed, even, false);
        let identity = Identity {
            mmsi,
            valid_from_ms: year_before,
            valid_to_ms: None,
        };
        return (vec![identity], true);
    }
    if !changes {
        let identity = Identity {
            mmsi: own,
            valid_from_ms: year_before,
            valid_to_ms: None,
        };
        return (vec![identity], false);
    }
    let first = Identity {
        mmsi: own,
        valid_from_ms: year_before,
        valid_to_ms: Some(change_at),
    };
    let second = Identity {
        mmsi: base_mmsi(config.seed, index, true),
        valid_from_ms: change_at,
        valid_to_ms: None,
    };
    (vec![first, second], false)
}

#[cfg(test)]
#[path = "vessel_tests.rs"]
mod tests;
