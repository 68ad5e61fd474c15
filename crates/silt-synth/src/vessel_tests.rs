use std::collections::BTreeSet;

use super::*;
use crate::{Fleet, Mix};

fn fleet(config: FleetConfig) -> Fleet {
    Fleet::new(config).expect("a valid configuration")
}

#[test]
fn kinds_follow_the_mix_in_any_fleet() {
    for seed in 0..5 {
        let fleet = fleet(FleetConfig {
            vessels: 200,
            seed,
            ..FleetConfig::default()
        });
        let weights = Mix::default().weights();
        let total: f64 = weights.iter().sum();
        for (kind, weight) in VesselKind::ALL.into_iter().zip(weights) {
            let count = fleet
                .vessels()
                .iter()
                .filter(|vessel| vessel.kind == kind)
                .count() as f64;
            let expected = 200.0 * weight / total;
            assert!(
                (count - expected).abs() <= 4.0,
                "{kind:?}: {count} of {expected}"
            );
        }
    }
}

#[test]
fn every_mmsi_is_valid_unallocated_and_of_one_hull_unless_shared() {
    let mut config = FleetConfig {
        vessels: 4000,
        ..FleetConfig::default()
    };
    config.defects.shared_mmsi_share = 0.1;
    let fleet = fleet(config);
    let mut seen = BTreeSet::new();
    let mut repeated = 0;
    for vessel in fleet.vessels() {
        assert!(vessel.name.starts_with("Synthetic "));
        for identity in &vessel.identities {
            assert!((280_000_000..300_000_000).contains(&identity.mmsi));
            repeated += usize::from(!seen.insert(identity.mmsi));
        }
    }
    let sharing = fleet
        .vessels()
        .iter()
        .filter(|vessel| vessel.shares_mmsi)
        .count();
    assert_eq!(sharing, repeated * 2, "hulls come in pairs");
    let share = sharing as f64 / 4000.0;
    assert!(
        (share - 0.2).abs() < 0.03,
        "{share}: both hulls of a pair count as sharing"
    );
}

#[test]
fn types_are_sometimes_wrong_as_in_the_real_files() {
    let fleet = fleet(FleetConfig {
        vessels: 5000,
        ..FleetConfig::default()
    });
    let dredgers: Vec<_> = fleet
        .vessels()
        .iter()
        .filter(|vessel| vessel.kind.is_dredger())
        .collect();
    let other = dredgers
        .iter()
        .filter(|vessel| vessel.ship_type != 33)
        .count() as f64
        / dredgers.len() as f64;
    let fitted = Fitted::bundled().dredger.ship_type.other_than_33;
    assert!((other - fitted).abs() < 0.03, "{other} of {fitted}");
    assert!(
        fleet
            .vessels()
            .iter()
            .any(|vessel| !vessel.kind.is_dredger() && vessel.ship_type == 33)
    );
}

#[test]
fn imo_numbers_have_a_check_digit_and_belong_to_no_ship() {
    let number = imo_number(4321);
    let digits: Vec<u32> = number
        .to_string()
        .bytes()
        .map(|byte| u32::from(byte - b'0'))
        .collect();
    let sum: u32 = digits[..6]
        .iter()
        .zip((2..=7).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    assert_eq!((digits.len(), digits[0], sum % 10), (7, 2, digits[6]));
}

#[test]
fn an_mmsi_that_changes_holds_until_the_other_begins() {
    let mut config = FleetConfig {
        vessels: 50,
        ..FleetConfig::default()
    };
    config.defects.changed_mmsi_share = 1.0;
    config.defects.shared_mmsi_share = 0.0;
    let fleet = fleet(config);
    let vessel = &fleet.vessels()[7];
    let [first, second] = vessel.identities[..] else {
        panic!("two identities")
    };
    assert_eq!(first.valid_to_ms, Some(second.valid_from_ms));
    assert_eq!(vessel.mmsi_at(second.valid_from_ms - 1), first.mmsi);
    assert_eq!(vessel.mmsi_at(second.valid_from_ms), second.mmsi);
}

#[test]
fn only_hopper_dredgers_have_a_hopper() {
    let fleet = fleet(FleetConfig {
        vessels: 500,
        ..FleetConfig::default()
    });
    for vessel in fleet.vessels() {
        assert_eq!(vessel.hopper_m3.is_some(), vessel.kind == VesselKind::Tshd);
        assert_eq!(
            vessel.pipe_diameter_m.is_some(),
            vessel.kind == VesselKind::Cutter
        );
        if let Some(known) = vessel.register_hopper_m3 {
            assert_eq!(Some(known), vessel.hopper_m3);
        }
    }
    let missing = fleet
        .vessels()
        .iter()
        .filter(|vessel| vessel.hopper_m3.is_some() && vessel.register_hopper_m3.is_none());
    assert!(missing.count() > 5);
}
