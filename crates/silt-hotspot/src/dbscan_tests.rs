use crate::testing::random;
use crate::{ClusterError, ClusterPoint, Clustering, DbscanOptions, Limits, dbscan};

fn run(points: &[(f64, f64)], radius_km: f64, min_points: u32) -> Clustering {
    let options = DbscanOptions {
        radius_km,
        min_points,
    };
    dbscan(points, &options, &Limits::default()).expect("clusters")
}

fn labels(found: &Clustering) -> Vec<Option<u32>> {
    found.points.iter().map(|point| point.cluster).collect()
}

#[test]
fn the_antimeridian_and_the_poles_are_places_like_others() {
    let found = run(
        &[(179.99, 0.0), (-179.99, 0.0), (180.0, 0.01), (178.0, 0.0)],
        3.0,
        3,
    );
    assert_eq!(labels(&found), [Some(0), Some(0), Some(0), None]);
    let found = run(
        &[
            (0.0, 89.99),
            (90.0, 89.99),
            (180.0, 89.99),
            (-90.0, 89.99),
            (0.0, 89.5),
        ],
        3.0,
        4,
    );
    assert_eq!(labels(&found), [Some(0), Some(0), Some(0), Some(0), None]);
    // A degree of longitude is short near a pole and long at the equator.
    let found = run(
        &[(0.0, 60.0), (0.03, 60.0), (10.0, 0.0), (10.03, 0.0)],
        2.0,
        2,
    );
    assert_eq!(labels(&found), [Some(0), Some(0), None, None]);
}

#[test]
fn a_core_point_counts_itself_and_its_likes() {
    let found = run(&[(5.0, 5.0), (5.0, 5.0), (5.0, 5.0), (6.0, 5.0)], 1.0, 3);
    assert_eq!(labels(&found), [Some(0), Some(0), Some(0), None]);
    assert!(found.points[0].core && !found.points[3].core);
    let alone = run(&[(5.0, 5.0)], 1.0, 1);
    assert_eq!(
        alone.points,
        [ClusterPoint {
            cluster: Some(0),
            core: true
        }]
    );
    assert_eq!(alone.sizes, [1]);
    assert_eq!(
        run(&[], 1.0, 3),
        Clustering {
            points: Vec::new(),
            sizes: Vec::new()
        }
    );
}

#[test]
fn a_border_point_belongs_to_the_nearest_core() {
    // Two rows of points with one between them, nearer to the eastern one.
    let step = 0.009;
    let mut points: Vec<(f64, f64)> = (0..4).map(|at| (f64::from(at) * step, 0.0)).collect();
    points.extend((0..5).map(|at| (0.0432 + f64::from(at) * step, 0.0)));
    points.push((0.0355, 0.0));
    let found = run(&points, 1.01, 3);
    assert_eq!(
        found.points[9],
        ClusterPoint {
            cluster: Some(0),
            core: true
        }
    );
    let found = run(&points, 1.01, 4);
    assert_eq!(found.points.iter().filter(|point| point.core).count(), 0);
}

#[test]
fn the_order_of_the_points_changes_nothing() {
    let mut next = random(8);
    let points: Vec<(f64, f64)> = (0..600)
        .map(|at| {
            let centre = f64::from(at % 6) * 0.4;
            (centre + (next() - 0.5) * 0.3, 50.0 + (next() - 0.5) * 0.3)
        })
        .collect();
    let found = run(&points, 2.5, 5);
    assert!(found.sizes.len() > 3 && found.sizes.windows(2).all(|pair| pair[0] >= pair[1]));
    assert!(found.points.iter().any(|point| point.cluster.is_none()));
    let mut order: Vec<usize> = (0..points.len()).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, (next() * (at + 1) as f64) as usize);
    }
    let shuffled: Vec<_> = order.iter().map(|&at| points[at]).collect();
    let again = run(&shuffled, 2.5, 5);
    assert_eq!(again.sizes, found.sizes);
    for (new, &old) in order.iter().enumerate() {
        assert_eq!(again.points[new], found.points[old]);
    }
    let sizes: u64 = found.sizes.iter().sum();
    assert_eq!(
        sizes as usize,
        found
            .points
            .iter()
            .filter(|point| point.cluster.is_some())
            .count()
    );
}

#[test]
fn points_in_one_spot_are_one_place_and_dense_ones_have_a_limit() {
    let spot = vec![(5.0, 5.0); 100_000];
    assert_eq!(run(&spot, 1.0, 5).sizes, [100_000]);

    let dense: Vec<(f64, f64)> = (0..1000).map(|at| (f64::from(at) * 1e-5, 0.0)).collect();
    let limits = Limits {
        max_pairs: 1_000_000,
        ..Limits::default()
    };
    let options = DbscanOptions {
        radius_km: 10.0,
        min_points: 5,
    };
    assert_eq!(
        dbscan(&dense, &options, &limits).map(|found| found.sizes),
        Ok(vec![1000])
    );
    let limits = Limits {
        max_pairs: 999_999,
        ..limits
    };
    let refused = dbscan(&dense, &options, &limits);
    assert_eq!(
        refused,
        Err(ClusterError::TooManyPairs {
            radius_km: 10.0,
            limit: 999_999
        })
    );
}

#[test]
fn what_cannot_be_clustered_is_refused() {
    let limits = Limits {
        max_points: 2,
        ..Limits::default()
    };
    let attempt = |points: &[(f64, f64)], radius_km, min_points| {
        dbscan(
            points,
            &DbscanOptions {
                radius_km,
                min_points,
            },
            &limits,
        )
        .expect_err("refused")
    };
    for radius_km in [0.0, -1.0, f64::NAN, 30_000.0] {
        assert!(matches!(
            attempt(&[], radius_km, 2),
            ClusterError::Radius { .. }
        ));
    }
    assert_eq!(attempt(&[], 1.0, 0), ClusterError::MinPoints);
    let three = [(0.0, 0.0); 3];
    assert_eq!(
        attempt(&three, 1.0, 1),
        ClusterError::TooManyPoints {
            points: 3,
            limit: 2
        }
    );
    for point in [(0.0, 91.0), (f64::NAN, 0.0), (0.0, f64::NAN), (361.0, 0.0)] {
        assert!(matches!(
            attempt(&[(1.0, 1.0), point], 1.0, 1),
            ClusterError::Coordinate { index: 1, .. }
        ));
    }
}
