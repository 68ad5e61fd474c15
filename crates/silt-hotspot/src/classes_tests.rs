use super::EmergingClass as Class;
use super::classify;

const N: i8 = 0;
const H: i8 = 1;
const C: i8 = -1;

#[test]
fn each_class_and_its_mirror() {
    let cases: [(&[i8], i8, Class, Class); 8] = [
        (
            &[N, N, N, N, N, N, N, N, N, H],
            0,
            Class::NewHot,
            Class::NewCold,
        ),
        (
            &[N, N, N, N, N, N, N, N, H, H],
            1,
            Class::ConsecutiveHot,
            Class::ConsecutiveCold,
        ),
        (
            &[N, H, H, H, H, H, H, H, H, H],
            1,
            Class::IntensifyingHot,
            Class::IntensifyingCold,
        ),
        (
            &[H, H, H, H, N, H, H, H, H, H],
            0,
            Class::PersistentHot,
            Class::PersistentCold,
        ),
        (
            &[H, H, H, H, H, H, H, H, H, H],
            -1,
            Class::DiminishingHot,
            Class::DiminishingCold,
        ),
        (
            &[N, H, N, N, H, H, N, N, H, H],
            1,
            Class::SporadicHot,
            Class::SporadicCold,
        ),
        (
            &[N, H, N, C, H, H, N, N, H, H],
            1,
            Class::OscillatingHot,
            Class::OscillatingCold,
        ),
        (
            &[H, H, H, H, H, H, H, H, H, N],
            -1,
            Class::HistoricalHot,
            Class::HistoricalCold,
        ),
    ];
    for (steps, trend, hot, cold) in cases {
        assert_eq!(classify(steps, trend), hot, "{steps:?}");
        let mirrored: Vec<i8> = steps.iter().map(|step| -step).collect();
        assert_eq!(classify(&mirrored, -trend), cold, "{mirrored:?}");
    }
}

#[test]
fn ninety_percent_is_the_gate() {
    let mut steps = vec![H; 20];
    steps[3] = N;
    steps[7] = C;
    assert_eq!(classify(&steps, 0), Class::PersistentHot);
    steps[9] = N;
    assert_eq!(classify(&steps, 0), Class::OscillatingHot);
    *steps.last_mut().expect("steps") = N;
    assert_eq!(classify(&steps, 0), Class::None);
    // Nine of ten in an unbroken run are not consecutive any more.
    assert_eq!(
        classify(&[N, H, H, H, H, H, H, H, H, H], 0),
        Class::PersistentHot
    );
}

#[test]
fn nothing_significant_at_the_end_is_no_pattern() {
    assert_eq!(classify(&[], 0), Class::None);
    assert_eq!(classify(&[N, N, N], 1), Class::None);
    assert_eq!(classify(&[H, H, N], 1), Class::None);
    assert_eq!(classify(&[H], 0), Class::NewHot);
    assert_eq!(classify(&[C, C, C, H], 0), Class::NewHot);
}
