use super::*;

fn part(west: f64, east: f64) -> Extent {
    Extent {
        west,
        south: -1.0,
        east,
        north: 1.0,
    }
}

fn west_and_east(parts: &[Extent]) -> (f64, f64) {
    let extent = union(parts).expect("there are parts");
    (extent.west, extent.east)
}

#[test]
fn the_widest_empty_span_is_left_out() {
    assert_eq!(
        west_and_east(&[part(10.0, 20.0), part(30.0, 40.0)]),
        (10.0, 40.0)
    );
    assert_eq!(
        west_and_east(&[part(177.0, 180.0), part(-180.0, -178.0)]),
        (177.0, -178.0)
    );
    assert_eq!(
        west_and_east(&[part(170.0, -170.0), part(-160.0, -150.0)]),
        (170.0, -150.0)
    );
    assert_eq!(
        west_and_east(&[part(-180.0, 180.0), part(0.0, 1.0)]),
        (-180.0, 180.0)
    );
    assert_eq!(
        west_and_east(&[part(0.0, 100.0), part(10.0, 20.0), part(-90.0, -80.0)]),
        (-90.0, 100.0)
    );
}

#[test]
fn nothing_has_no_extent() {
    assert_eq!(union(&[]), None);
}

#[test]
fn edges_beyond_180_are_wrapped() {
    assert_eq!(part(178.0, 182.0).wrapped(), part(178.0, -178.0));
    assert_eq!(part(-190.0, 180.0).wrapped(), part(-180.0, 180.0));
}
