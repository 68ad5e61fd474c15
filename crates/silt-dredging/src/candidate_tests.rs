use super::*;
use crate::result::Behaviour;

fn score(result: &VesselResult, ship_type: Option<u8>, nav: &NavStatusStats) -> CandidateScore {
    candidate_score(result, ship_type, nav, &CandidateRules::default())
}

#[test]
fn one_sign_is_not_enough_and_behaviour_with_type_is() {
    let nothing = VesselResult::default();
    let nav = NavStatusStats::default();
    assert!(!score(&nothing, None, &nav).is_worth_review);
    assert!(!score(&nothing, Some(33), &nav).is_worth_review);

    let mut cycling = VesselResult::default();
    cycling.cycles.complete = vec![true, true];
    let found = score(&cycling, Some(33), &nav);
    assert!(found.is_worth_review);
    assert_eq!(
        found
            .reasons
            .iter()
            .map(|(reason, _)| *reason)
            .collect::<Vec<_>>(),
        [
            CandidateReason::ShipType33,
            CandidateReason::CyclesByBehaviour
        ]
    );
    // The type is not necessary: STUYVESANT sends 90.
    let other_type = score(&cycling, Some(90), &nav);
    assert!(other_type.score > score(&nothing, Some(33), &nav).score);
}

#[test]
fn status_three_says_more_while_moving() {
    let nothing = VesselResult::default();
    let mut nav = NavStatusStats::default();
    nav.positions[3] = 10;
    let at_rest = score(&nothing, None, &nav).score;
    nav.moving[3] = 4;
    let moving = score(&nothing, None, &nav).score;
    assert!(moving > at_rest);
    assert!(at_rest > score(&nothing, None, &NavStatusStats::default()).score);
}

#[test]
fn speeds_of_trawling_speak_against() {
    let mut slow = VesselResult {
        behaviour: Behaviour {
            work_hours: 40.0,
            slow_hours: 60.0,
            valley_hours: 1.0,
            ..Behaviour::default()
        },
        ..VesselResult::default()
    };
    let nav = NavStatusStats::default();
    let dredger = score(&slow, Some(33), &nav).score;
    slow.behaviour.valley_hours = 30.0;
    assert!(score(&slow, Some(33), &nav).score < dredger);
}
