use h3o::{CellIndex, Resolution};

use crate::testing::{area_of, assert_near, disk, random, rings, scattered, sum};
use crate::{
    Caveat, CellValues, EmergingClass, EmergingOptions, EmergingResult, Limits, OptionError,
    StudyArea, emerging_hotspots,
};

fn run(
    area: &std::sync::Arc<StudyArea>,
    steps: &[CellValues],
    options: &EmergingOptions,
) -> EmergingResult {
    emerging_hotspots(&rings(area, 1), steps, options, &Limits::default()).expect("a result")
}

#[test]
fn z_is_that_of_the_formula_over_space_and_time() {
    let cells = disk(Resolution::Six, 5);
    let area = area_of(&cells);
    let mut next = random(6);
    let rows: Vec<Vec<(CellIndex, f64)>> = (0..6)
        .map(|_| scattered(&cells, &mut next, 0.05, |value| value * 7.0))
        .collect();
    let steps: Vec<CellValues> = rows.iter().map(|rows| sum(&area, rows)).collect();
    let value = |step: usize, cell: CellIndex| {
        rows[step]
            .iter()
            .filter(|row| row.0 == cell)
            .map(|row| row.1)
            .sum::<f64>()
    };
    let n = (cells.len() * 6) as f64;
    let each = || (0..6).flat_map(|step| cells.iter().map(move |&cell| value(step, cell)));
    let mean = each().sum::<f64>() / n;
    let s = (each().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();

    for steps_back in [0, 1, 4] {
        let result = run(
            &area,
            &steps,
            &EmergingOptions {
                steps_back,
                ..EmergingOptions::default()
            },
        );
        assert_near(result.study.standard_deviation, s, 1e-12, "s");
        let expected = |cell: CellIndex, step: usize| {
            let near: Vec<_> = cells
                .iter()
                .filter(|&&other| cell.grid_distance(other).expect("near") <= 1)
                .collect();
            let first = step.saturating_sub(steps_back as usize);
            let w = (near.len() * (step - first + 1)) as f64;
            let total: f64 = (first..=step)
                .flat_map(|step| near.iter().map(move |&&other| value(step, other)))
                .sum();
            (total - mean * w) / (s * ((n * w - w * w) / (n - 1.0)).sqrt())
        };
        for cell in &result.cells {
            for (step, &z) in cell.z.iter().enumerate() {
                assert_near(z, expected(cell.cell, step), 1e-9, "z");
            }
            let trend = crate::mann_kendall(&cell.z);
            assert_eq!(cell.trend, trend);
        }
        let listed: Vec<CellIndex> = result.cells.iter().map(|cell| cell.cell).collect();
        let others: Vec<_> = cells.iter().filter(|cell| !listed.contains(cell)).collect();
        assert!(!others.is_empty());
        assert_eq!(
            result.empty.iter().map(|group| group.cells).sum::<u64>(),
            others.len() as u64
        );
        for &&cell in &others {
            let size = cell
                .grid_disk_safe(1)
                .filter(|near| cells.contains(near))
                .count() as u32;
            let group = result
                .empty
                .iter()
                .find(|group| group.neighbourhood == size)
                .expect("a group");
            for (step, &z) in group.z.iter().enumerate() {
                assert_near(z, expected(cell, step), 1e-9, "z of empty cells");
            }
        }
        assert_eq!(result.caveats, [Caveat::FewTimeSteps]);
    }
}

#[test]
fn planted_histories_get_their_classes() {
    let cells = disk(Resolution::Six, 40);
    let area = area_of(&cells);
    let far_apart: Vec<CellIndex> = cells
        .iter()
        .copied()
        .step_by(cells.len() / 7)
        .take(6)
        .collect();
    let history = |place: usize, step: usize| -> f64 {
        match place {
            0 => f64::from(u8::from(step == 11)) * 50.0,
            1 => f64::from(u8::from(step >= 9)) * 50.0,
            2 => 40.0 + 5.0 * step as f64,
            3 => 100.0 - 5.0 * step as f64,
            4 => f64::from(u8::from(step % 4 == 3)) * 50.0,
            _ => f64::from(u8::from(step < 11)) * 50.0,
        }
    };
    let steps: Vec<CellValues> = (0..12)
        .map(|step| {
            let rows: Vec<_> = far_apart
                .iter()
                .enumerate()
                .map(|(place, &cell)| (cell, history(place, step)))
                .collect();
            sum(&area, &rows)
        })
        .collect();
    let options = EmergingOptions {
        steps_back: 0,
        ..EmergingOptions::default()
    };
    let result = run(&area, &steps, &options);
    let class = |at: usize| {
        result
            .cells
            .iter()
            .find(|cell| cell.cell == far_apart[at])
            .map(|cell| cell.class)
            .expect("listed")
    };
    assert_eq!(
        [class(0), class(1), class(2), class(3), class(4), class(5)],
        [
            EmergingClass::NewHot,
            EmergingClass::ConsecutiveHot,
            EmergingClass::IntensifyingHot,
            EmergingClass::DiminishingHot,
            EmergingClass::SporadicHot,
            EmergingClass::HistoricalHot,
        ]
    );
    assert!(
        result
            .empty
            .iter()
            .all(|group| group.class == EmergingClass::None)
    );
    assert!(result.caveats.is_empty());
}

#[test]
fn degenerate_cubes_have_caveats_or_errors() {
    let cells = disk(Resolution::Six, 4);
    let area = area_of(&cells);
    let flat = vec![sum(&area, &[]); 12];
    let result = run(&area, &flat, &EmergingOptions::default());
    assert_eq!(result.caveats, [Caveat::AllValuesEqual]);
    assert!(
        result
            .empty
            .iter()
            .all(|group| group.z.is_empty() && group.class == EmergingClass::None)
    );

    let attempt = |steps: &[CellValues], options: EmergingOptions, limits: &Limits| {
        emerging_hotspots(&rings(&area, 1), steps, &options, limits).expect_err("refused")
    };
    let limits = Limits {
        max_space_time_bins: 10,
        ..Limits::default()
    };
    let defaults = EmergingOptions::default();
    assert_eq!(attempt(&[], defaults, &limits), OptionError::NoTimeStep);
    let steps = vec![sum(&area, &[(cells[30], 1.0)]); 3];
    let error = attempt(&steps, defaults, &limits);
    assert!(matches!(
        error,
        OptionError::TooManyBins {
            steps: 3,
            limit: 10,
            ..
        }
    ));
    let error = attempt(
        &steps,
        EmergingOptions {
            trend_alpha: 2.0,
            ..defaults
        },
        &limits,
    );
    assert!(matches!(
        error,
        OptionError::Level {
            name: "trend_alpha",
            ..
        }
    ));
}
