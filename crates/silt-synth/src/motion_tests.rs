use super::*;
use crate::draw::Purpose;

fn place(lon: f64, lat: f64) -> LonLat {
    LonLat { lon, lat }
}

#[test]
fn a_minute_of_latitude_is_a_mile() {
    let path = Path::through(&[place(3.0, 51.0), place(3.0, 52.0)]);
    assert!((path.length_nm - 60.0).abs() < 1e-9);
    let (half_way, course) = path.at(30.0, &mut 0);
    assert!((half_way.lat - 51.5).abs() < 1e-9);
    assert_eq!(course, 0.0);
}

#[test]
fn a_path_goes_the_short_way_over_the_antimeridian() {
    let path = Path::through(&[place(179.9, -17.0), place(-179.9, -17.0)]);
    assert!(path.length_nm < 12.0, "{}", path.length_nm);
    let (end, course) = path.at(path.length_nm, &mut 0);
    assert!((end.lon - 180.1).abs() < 1e-9);
    assert!((course - 90.0).abs() < 1e-9);
}

#[test]
fn a_passage_ends_where_its_path_ends_whatever_its_swings() {
    let path = Arc::new(Path::through(&[
        place(3.0, 51.0),
        place(3.5, 51.2),
        place(4.0, 51.0),
    ]));
    let mut draw = Draw::new(5, 0, Purpose::Voyages);
    let seconds = path.length_nm / 10.0 * 3600.0;
    let sail = Sail::new(
        Arc::clone(&path),
        0.0,
        path.length_nm,
        seconds,
        0.2,
        &mut draw,
    );
    let start = sail.at(0.0, &mut 0);
    let end = sail.at(seconds, &mut 0);
    assert!(distance_nm(start.place, place(3.0, 51.0)) < 1e-6);
    assert!(distance_nm(end.place, place(4.0, 51.0)) < 1e-6);
}

#[test]
fn the_speed_said_is_the_speed_made() {
    let path = Arc::new(Path::through(&[place(3.0, 51.0), place(5.0, 51.0)]));
    let mut draw = Draw::new(6, 0, Purpose::Voyages);
    let seconds = path.length_nm / 10.0 * 3600.0;
    let sail = Motion::Sail(Sail::new(path, 0.0, 60.0, seconds, 0.2, &mut draw));
    let anchor = Motion::Anchor {
        anchor: place(3.0, 51.0),
        radius_m: 200.0,
        angle: 1.0,
        radians_per_s: 2e-4,
    };
    let swing = Motion::Swing {
        place: place(3.0, 51.0),
        heading_deg: 30.0,
        half_width_m: 40.0,
        period_s: 1200.0,
        ahead_m_per_s: 0.0,
    };
    for (motion, slack_kn) in [(sail, 0.01), (anchor, 0.01), (swing, 0.01)] {
        for minute in 1..60 {
            let at_s = f64::from(minute) * 60.0;
            let (before, after) = (motion.at(at_s - 0.5, &mut 0), motion.at(at_s + 0.5, &mut 0));
            let made_kn = distance_nm(before.place, after.place) * 3600.0;
            let said_kn = motion.at(at_s, &mut 0).sog_kn;
            assert!(
                (made_kn - said_kn).abs() < slack_kn + 0.01 * said_kn,
                "{motion:?}: {made_kn} {said_kn}"
            );
        }
    }
}
