use super::*;

const DREDGER: Features = Features {
    dredge_speed_kn: 1.6,
    valley_share: 0.03,
    steady_share: 0.9,
    to_and_fro: 5.0,
    loading_h: 2.0,
    has_several_grounds: false,
    draught_rise_m: f64::NAN,
    slower_loaded: 0.1,
    berth_h: 3.0,
    returns: true,
};

const TRAWLER: Features = Features {
    dredge_speed_kn: 3.6,
    valley_share: 0.25,
    steady_share: 0.4,
    to_and_fro: 2.2,
    loading_h: 14.0,
    has_several_grounds: true,
    draught_rise_m: f64::NAN,
    slower_loaded: 0.0,
    berth_h: 10.0,
    returns: true,
};

fn of(features: &Features, kind: VesselKind) -> f64 {
    evidence(
        features,
        kind,
        &EvidenceRules::default(),
        &CycleRules::default(),
    )
}

#[test]
fn a_dredger_is_believed_and_a_trawler_is_not() {
    assert!(of(&DREDGER, VesselKind::Unknown) > 0.9);
    assert!(of(&TRAWLER, VesselKind::Unknown) < 0.05);
    assert!(of(&TRAWLER, VesselKind::Tshd) < 0.5);
    // A known dredger is believed with nothing more than its speed.
    let bare = Features {
        dredge_speed_kn: 3.0,
        valley_share: f64::NAN,
        steady_share: f64::NAN,
        to_and_fro: f64::NAN,
        draught_rise_m: f64::NAN,
        slower_loaded: f64::NAN,
        berth_h: f64::NAN,
        returns: false,
        ..DREDGER
    };
    assert!(of(&bare, VesselKind::Tshd) > 0.5);
    assert!(of(&bare, VesselKind::Unknown) < 0.5);
}

#[test]
fn each_piece_of_evidence_moves_the_sum_its_way() {
    let base = of(&DREDGER, VesselKind::Unknown);
    let worse = [
        Features {
            dredge_speed_kn: 3.2,
            ..DREDGER
        },
        Features {
            valley_share: 0.15,
            ..DREDGER
        },
        Features {
            steady_share: 0.6,
            ..DREDGER
        },
        Features {
            to_and_fro: 2.5,
            ..DREDGER
        },
        Features {
            loading_h: 9.0,
            ..DREDGER
        },
        Features {
            has_several_grounds: true,
            ..DREDGER
        },
        Features {
            draught_rise_m: 0.0,
            ..DREDGER
        },
        Features {
            slower_loaded: -0.1,
            ..DREDGER
        },
        Features {
            berth_h: 40.0,
            ..DREDGER
        },
        Features {
            returns: false,
            ..DREDGER
        },
    ];
    for features in worse {
        assert!(of(&features, VesselKind::Unknown) < base, "{features:?}");
    }
    let risen = Features {
        draught_rise_m: 2.0,
        ..DREDGER
    };
    assert!(of(&risen, VesselKind::Unknown) > base);
}
