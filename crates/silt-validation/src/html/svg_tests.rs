use super::*;

#[test]
fn ticks_are_round_and_within() {
    let scale = Scale::new(0.0, 16.0, 0.0, 100.0);
    assert_eq!(
        scale.ticks(8),
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0]
    );
    let shares = Scale::new(0.37, 1.0, 0.0, 1.0).ticks(4);
    assert_eq!(shares.len(), 4);
    assert!(Scale::new(1.0, 1.0, 0.0, 1.0).ticks(4).len() == 1);
    assert!(Scale::new(f64::NAN, 1.0, 0.0, 1.0).ticks(4).len() == 1);
}

#[test]
fn what_is_outside_ends_at_the_edge() {
    let scale = Scale::new(0.0, 2.0, 10.0, 20.0);
    assert_eq!(scale.at(1.0), 15.0);
    assert_eq!(scale.at(9.0), 20.0);
    assert_eq!(scale.at(f64::NAN), 10.0);
}

#[test]
fn names_from_feeds_cannot_leave_their_text() {
    let mut svg = Svg::new("x", "A & B", "<script>", 10.0, 10.0);
    svg.text(
        "label",
        (0.0, 0.0),
        Anchor::Start,
        "</text><script>alert(1)</script>",
    );
    let text = svg.finish();
    assert!(!text.contains("<script>"));
    assert!(text.contains("A &amp; B"));
}
