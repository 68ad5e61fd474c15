use super::*;

fn check(stated: StatedVessel) -> (VesselFacts, Vec<FactRefusal>) {
    VesselFacts::check(stated, &FactLimits::default(), &Priors::default())
}

fn tshd() -> StatedVessel {
    StatedVessel::unknown(vessel_key("imo:9429572"), VesselKind::Tshd)
}

#[test]
fn a_negative_or_absurd_capacity_is_refused_and_gives_no_hopper() {
    for (value, reason) in [
        (-3000.0, "-3000 m3 is not above zero"),
        (0.0, "0 m3 is not above zero"),
        (f64::NAN, "not a number"),
        (
            f64::INFINITY,
            "inf m3 is outside the plausible 20 to 60000 m3",
        ),
        (
            3.0e9,
            "3000000000 m3 is outside the plausible 20 to 60000 m3",
        ),
    ] {
        let (facts, refusals) = check(StatedVessel {
            hopper_m3: Some(value),
            hopper_source: Some("a register".to_owned()),
            ..tshd()
        });
        assert_eq!(facts.hopper(&Priors::default()), None);
        assert_eq!(facts.stated().hopper_source, None);
        assert_eq!(refusals.len(), 1);
        assert_eq!(
            (refusals[0].field.as_str(), refusals[0].reason.as_str()),
            ("hopper_m3", reason)
        );
    }
}

#[test]
fn a_capacity_that_contradicts_the_length_is_refused() {
    let (facts, refusals) = check(StatedVessel {
        hopper_m3: Some(46_000.0),
        length_m: Some(62.75),
        ..tshd()
    });
    assert_eq!(facts.capacity_basis(), Some(CapacityBasis::Length));
    assert_eq!(
        refusals[0].reason,
        "dredgers of 62.75 m have about 1085 m3; one of the two values is wrong"
    );
    let (facts, refusals) = check(StatedVessel {
        hopper_m3: Some(46_000.0),
        length_m: Some(223.0),
        ..tshd()
    });
    assert_eq!(facts.capacity_basis(), Some(CapacityBasis::Stated));
    assert!(refusals.is_empty());
}

#[test]
fn capacity_comes_from_the_best_that_is_known() {
    let basis = |stated| check(stated).0.capacity_basis();
    assert_eq!(basis(tshd()), None);
    assert_eq!(
        basis(StatedVessel {
            gross_tonnage: Some(3000.0),
            ..tshd()
        }),
        Some(CapacityBasis::GrossTonnage)
    );
    assert_eq!(
        basis(StatedVessel {
            gross_tonnage: Some(3000.0),
            length_m: Some(90.0),
            ..tshd()
        }),
        Some(CapacityBasis::Length)
    );
    // A cutter and a grab of 90 m say nothing of a hopper.
    for kind in [VesselKind::Cutter, VesselKind::Backhoe, VesselKind::Other] {
        assert_eq!(
            basis(StatedVessel {
                kind,
                length_m: Some(90.0),
                ..tshd()
            }),
            None
        );
    }
    let grab = StatedVessel {
        kind: VesselKind::Other,
        hopper_m3: Some(500.0),
        ..tshd()
    };
    assert_eq!(basis(grab), Some(CapacityBasis::Stated));
}

#[test]
fn keys_are_stable() {
    // A changed key would change every published draw.
    assert_eq!(vessel_key("imo:9429572"), vessel_key("imo:9429572"));
    assert_ne!(vessel_key("imo:9429572"), vessel_key("imo:9429584"));
    assert_eq!(vessel_key(""), 0x2d06_8005_38d3_94c2);
}
