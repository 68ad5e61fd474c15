//! The plots of the page.

use std::collections::BTreeMap;

use silt_estimate::score::{Agreement, StateScore};

use super::grouped;
use super::svg::{Anchor, Scale, Svg};
use crate::findings::{percent, signed_percent};
use crate::real::ObservedSpeeds;
use crate::synthetic::{SpeedCounts, TonnesScore};
use crate::tonnes::Interval;

/// Shares of intervals that hold the truth, with the band that is wanted.
pub(super) fn coverages(rows: &[(String, &TonnesScore)], wanted: [f64; 2]) -> String {
    const ROW: f64 = 34.0;
    let (left, right, top) = (330.0, 880.0, 30.0);
    let height = top + ROW * rows.len() as f64 + 44.0;
    let lowest = rows
        .iter()
        .map(|(_, score)| score.coverage.share_low)
        .fold(0.8, f64::min);
    let x = Scale::new((lowest * 10.0).floor() / 10.0, 1.0, left, right);
    let description = rows
        .iter()
        .map(|(name, score)| {
            let share = score.coverage.share.map_or(0.0, |share| share);
            format!("{name}: {}", percent(share))
        })
        .collect::<Vec<String>>()
        .join("; ");
    let mut svg = Svg::new(
        "coverage",
        "Share of 90 % intervals that hold the truth",
        &format!(
            "Points are shares, lines their 95 % binomial intervals, the band is what is wanted. {description}."
        ),
        900.0,
        height,
    );
    let bottom = top + ROW * rows.len() as f64;
    svg.rect(
        "band",
        (x.at(wanted[0]), top - 6.0),
        (x.at(wanted[1]) - x.at(wanted[0]), bottom - top + 6.0),
    );
    svg.text(
        "tick",
        (x.at(0.5 * (wanted[0] + wanted[1])), top - 12.0),
        Anchor::Middle,
        "wanted",
    );
    for tick in x.ticks(7) {
        svg.line("grid", (x.at(tick), top - 6.0), (x.at(tick), bottom));
        let label = format!("{:.0} %", 100.0 * tick);
        svg.text("tick", (x.at(tick), bottom + 18.0), Anchor::Middle, &label);
    }
    for (number, (name, score)) in rows.iter().enumerate() {
        let y = top + ROW * (number as f64 + 0.5);
        let coverage = &score.coverage;
        let share = coverage.share.unwrap_or(0.0);
        let holds = (wanted[0]..=wanted[1]).contains(&share);
        let class = if holds { "held" } else { "missed" };
        svg.text("label", (left - 14.0, y + 4.5), Anchor::End, name);
        svg.line(
            class,
            (x.at(coverage.share_low), y),
            (x.at(coverage.share_high), y),
        );
        svg.circle(&format!("{class}-dot"), (x.at(share), y), 5.0);
    }
    svg.text(
        "label",
        (0.5 * (left + right), height - 6.0),
        Anchor::Middle,
        "share of intervals that hold the truth",
    );
    svg.finish()
}

/// Every interval over its truth, ordered by the median.
pub(super) fn caterpillar(id: &str, title: &str, score: &TonnesScore) -> String {
    let (left, right, top, bottom) = (56.0, 890.0, 16.0, 236.0);
    let mut intervals: Vec<&Interval> = score
        .intervals
        .iter()
        .filter(|interval| interval.truth_t > 0.0)
        .collect();
    intervals.sort_by(|a, b| {
        let ratio = |interval: &Interval| interval.p50_t / interval.truth_t;
        ratio(a).total_cmp(&ratio(b)).then(a.fleet.cmp(&b.fleet))
    });
    let y = Scale::new(0.0, 2.0, bottom, top);
    let slot = (right - left) / intervals.len().max(1) as f64;
    let description = format!(
        "{} intervals, each divided by its truth and ordered by its median; {} hold the truth, which is the line at \
         1. The truth is below {} and above {}.",
        intervals.len(),
        score.coverage.covered,
        score.coverage.truth_below,
        score.coverage.truth_above
    );
    let mut svg = Svg::new(id, title, &description, 900.0, 276.0);
    for tick in y.ticks(4) {
        svg.line("grid", (left, y.at(tick)), (right, y.at(tick)));
        let label = format!("{tick:.1}");
        svg.text("tick", (left - 8.0, y.at(tick) + 4.0), Anchor::End, &label);
    }
    for (number, interval) in intervals.iter().enumerate() {
        let x = left + slot * (number as f64 + 0.5);
        let holds = interval.p05_t <= interval.truth_t && interval.truth_t <= interval.p95_t;
        let class = if holds { "held" } else { "missed" };
        let at = |tonnes: f64| y.at(tonnes / interval.truth_t);
        svg.line(class, (x, at(interval.p05_t)), (x, at(interval.p95_t)));
        let radius = (0.45 * slot).clamp(0.8, 3.0);
        svg.circle(&format!("{class}-dot"), (x, at(interval.p50_t)), radius);
    }
    svg.line("truth", (left, y.at(1.0)), (right, y.at(1.0)));
    svg.text_upwards((14.0, 0.5 * (top + bottom)), "estimate / truth");
    svg.text(
        "label",
        (0.5 * (left + right), 262.0),
        Anchor::Middle,
        "fleets, ordered by the median of their interval (ratios above 2 are drawn at 2)",
    );
    svg.finish()
}

const ERROR_CLASS: f64 = 0.05;
const ERROR_CLASSES: usize = 24;

/// Histogram of the relative errors of medians.
pub(super) fn errors(id: &str, title: &str, score: &TonnesScore) -> String {
    let (left, right, top, bottom) = (56.0, 436.0, 16.0, 196.0);
    let mut counts = [0_u32; ERROR_CLASSES];
    let lowest = -ERROR_CLASS * ERROR_CLASSES as f64 / 2.0;
    for interval in score.intervals.iter().filter(|one| one.truth_t > 0.0) {
        let error = interval.p50_t / interval.truth_t - 1.0;
        let class = ((error - lowest) / ERROR_CLASS).floor().max(0.0) as usize;
        counts[class.min(ERROR_CLASSES - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let x = Scale::new(lowest, -lowest, left, right);
    let y = Scale::new(0.0, f64::from(most), bottom, top);
    let description = format!(
        "Histogram of {} relative errors in classes of 5 %. Median {}, nine of ten between {} and {}.",
        score.errors.n,
        signed_percent(score.errors.p50),
        signed_percent(score.errors.p05),
        signed_percent(score.errors.p95)
    );
    let mut svg = Svg::new(id, title, &description, 450.0, 240.0);
    for tick in y.ticks(4) {
        svg.line("grid", (left, y.at(tick)), (right, y.at(tick)));
        let label = format!("{tick:.0}");
        svg.text("tick", (left - 8.0, y.at(tick) + 4.0), Anchor::End, &label);
    }
    for (class, &count) in counts.iter().enumerate() {
        let from = x.at(lowest + ERROR_CLASS * class as f64);
        let to = x.at(lowest + ERROR_CLASS * (class as f64 + 1.0));
        let height = bottom - y.at(f64::from(count));
        svg.rect(
            "bar",
            (from + 0.5, bottom - height),
            (to - from - 1.0, height),
        );
    }
    svg.line("truth", (x.at(0.0), top), (x.at(0.0), bottom));
    for tick in x.ticks(5) {
        let label = format!("{:+.0} %", 100.0 * tick);
        svg.text("tick", (x.at(tick), bottom + 18.0), Anchor::Middle, &label);
    }
    svg.text_upwards((14.0, 0.5 * (top + bottom)), "fleets");
    svg.text(
        "label",
        (0.5 * (left + right), 234.0),
        Anchor::Middle,
        "median / truth - 1",
    );
    svg.finish()
}

/// Where minutes of each true state end up; the last column is "no state".
pub(super) fn confusion(id: &str, title: &str, score: &StateScore) -> String {
    const CELL: (f64, f64) = (84.0, 34.0);
    let (left, top) = (150.0, 48.0);
    let rows: Vec<usize> = (0..score.states.len())
        .filter(|&state| score.minutes[state].iter().sum::<u64>() > 0)
        .collect();
    // A state that is found nowhere needs no column.
    let columns: Vec<usize> = (0..=score.states.len())
        .filter(|&column| rows.iter().any(|&state| score.minutes[state][column] > 0))
        .collect();
    let width = left + CELL.0 * columns.len() as f64 + 110.0;
    let height = top + CELL.1 * rows.len() as f64 + 12.0;
    let diagonal: Vec<String> = rows
        .iter()
        .map(|&state| {
            let total: u64 = score.minutes[state].iter().sum();
            let share = score.minutes[state][state] as f64 / total as f64;
            format!("{} {}", score.states[state], percent(share))
        })
        .collect();
    let mut svg = Svg::new(
        id,
        title,
        &format!(
            "Each row is a true state, each column a found one, shares are of the minutes of the row. Found as they \
             are: {}.",
            diagonal.join(", ")
        ),
        width,
        height,
    );
    svg.text("label", (left - 12.0, top - 26.0), Anchor::End, "true");
    svg.text("label", (left, top - 26.0), Anchor::Start, "found as");
    for (at, &column) in columns.iter().enumerate() {
        let name = score.states.get(column).map_or("not heard", String::as_str);
        let x = left + CELL.0 * (at as f64 + 0.5);
        svg.text("tick", (x, top - 8.0), Anchor::Middle, name);
    }
    let right = left + CELL.0 * columns.len() as f64;
    svg.text("tick", (right + 100.0, top - 8.0), Anchor::End, "hours");
    for (place, &state) in rows.iter().enumerate() {
        let y = top + CELL.1 * place as f64;
        let total: u64 = score.minutes[state].iter().sum();
        let name = &score.states[state];
        svg.text("label", (left - 12.0, y + 22.0), Anchor::End, name);
        for (at, &column) in columns.iter().enumerate() {
            let share = score.minutes[state][column] as f64 / total as f64;
            let x = left + CELL.0 * at as f64;
            let class = if column == state { "right" } else { "wrong" };
            svg.rect("cell", (x, y), (CELL.0 - 2.0, CELL.1 - 2.0));
            if share > 0.0 {
                let size = (CELL.0 - 2.0, CELL.1 - 2.0);
                svg.shaded(class, (x, y), size, 0.06 + 0.64 * share);
            }
            let label = if share == 0.0 {
                String::new()
            } else if share < 0.001 {
                "<0.1 %".to_owned()
            } else {
                percent(share)
            };
            let middle = (x + 0.5 * CELL.0 - 1.0, y + 21.5);
            svg.text("value", middle, Anchor::Middle, &label);
        }
        let hours = grouped(total / 60);
        svg.text("tick", (right + 100.0, y + 22.0), Anchor::End, &hours);
    }
    svg.finish()
}

/// F1 as bars, precision and recall as marks.
pub(super) fn f1_by_state(id: &str, title: &str, rows: &[(String, Agreement)]) -> String {
    const ROW: f64 = 32.0;
    let (left, right, top) = (330.0, 760.0, 34.0);
    let bottom = top + ROW * rows.len() as f64;
    let x = Scale::new(0.0, 1.0, left, right);
    let two = |share: Option<f64>| share.map_or("none".to_owned(), |share| format!("{share:.2}"));
    let description: Vec<String> = rows
        .iter()
        .map(|(name, agreement)| {
            let (precision, recall) = (two(agreement.precision), two(agreement.recall));
            let f1 = two(agreement.f1);
            format!("{name}: precision {precision}, recall {recall}, F1 {f1}")
        })
        .collect();
    let mut svg = Svg::new(
        id,
        title,
        &format!("{}.", description.join("; ")),
        900.0,
        bottom + 30.0,
    );
    svg.rect("bar", (left, 6.0), (22.0, 12.0));
    svg.text("tick", (left + 28.0, 16.0), Anchor::Start, "F1");
    svg.circle("precision", (left + 76.0, 12.0), 5.0);
    svg.text("tick", (left + 86.0, 16.0), Anchor::Start, "precision");
    svg.circle("recall", (left + 166.0, 12.0), 5.0);
    svg.text("tick", (left + 176.0, 16.0), Anchor::Start, "recall");
    for tick in x.ticks(5) {
        svg.line("grid", (x.at(tick), top - 4.0), (x.at(tick), bottom));
        let label = format!("{tick:.1}");
        svg.text("tick", (x.at(tick), bottom + 18.0), Anchor::Middle, &label);
    }
    for (number, (name, agreement)) in rows.iter().enumerate() {
        let y = top + ROW * (number as f64 + 0.5);
        svg.text("label", (left - 14.0, y + 4.5), Anchor::End, name);
        if let Some(f1) = agreement.f1 {
            svg.rect("bar", (left, y - 8.0), (x.at(f1) - left, 16.0));
            let label = format!("F1 {f1:.2}");
            svg.text("label", (right + 16.0, y + 4.5), Anchor::Start, &label);
        }
        for (class, share) in [
            ("precision", agreement.precision),
            ("recall", agreement.recall),
        ] {
            if let Some(share) = share {
                svg.circle(class, (x.at(share), y), 5.0);
            }
        }
    }
    svg.finish()
}

/// States in the order in which they are stacked.
pub(super) const STACK: [&str; 6] = [
    "idle",
    "waiting",
    "discharge",
    "manoeuvre",
    "dredge",
    "transit",
];

/// Speeds of real dredgers above those of synthetic ones, on one axis.
pub(super) fn speeds(real: Option<&ObservedSpeeds>, synthetic: &SpeedCounts) -> String {
    let (left, right) = (56.0, 890.0);
    let classes = synthetic
        .by_state
        .values()
        .map(Vec::len)
        .chain(real.map(|real| real.classes.len()))
        .max()
        .unwrap_or(0);
    let fastest = synthetic.class_kn * classes as f64;
    let x = Scale::new(0.0, fastest, left, right);
    let total: u64 = synthetic.by_state.values().flatten().sum();
    let description = format!(
        "Above, {}. Below, {total} hourly snapshots of synthetic hopper dredgers, stacked by what they were doing. \
         Shares per class of {} kn.",
        real.map_or_else(
            || "no real speeds were given".to_owned(),
            |real| format!(
                "{} snapshots of {} real dredgers: {} below 0.5 kn, {} from 0.5 to 4 kn, {} from 4 to 6 kn, {} at 6 kn \
                 or more",
                real.snapshots, real.vessels, real.idle, real.slow, real.between, real.fast
            )
        ),
        synthetic.class_kn
    );
    let mut svg = Svg::new(
        "speeds",
        "Speeds of real and synthetic dredgers",
        &description,
        900.0,
        468.0,
    );
    let mut panel = Panel {
        svg: &mut svg,
        x,
        class_kn: synthetic.class_kn,
        top: 30.0,
        bottom: 190.0,
    };
    match real {
        Some(real) => {
            let layers = BTreeMap::from([("real".to_owned(), real.classes.clone())]);
            panel.draw(
                &layers,
                &["real"],
                &format!("real dredgers, {} snapshots", real.snapshots),
            );
        }
        None => panel.empty("no table of real speeds was given"),
    }
    panel.top = 240.0;
    panel.bottom = 400.0;
    panel.draw(
        &synthetic.by_state,
        &STACK,
        &format!(
            "synthetic hopper dredgers, {} hourly snapshots",
            grouped(total)
        ),
    );
    for tick in x.ticks(8) {
        let label = format!("{tick:.0}");
        svg.text("tick", (x.at(tick), 418.0), Anchor::Middle, &label);
    }
    svg.text(
        "label",
        (0.5 * (left + right), 436.0),
        Anchor::Middle,
        "speed over ground, kn (the last class holds all that is faster)",
    );
    let mut place = left;
    for state in STACK {
        svg.rect(&format!("s-{state}"), (place, 448.0), (14.0, 12.0));
        svg.text("tick", (place + 20.0, 458.5), Anchor::Start, state);
        place += 112.0;
    }
    svg.finish()
}

struct Panel<'a> {
    svg: &'a mut Svg,
    x: Scale,
    class_kn: f64,
    top: f64,
    bottom: f64,
}

impl Panel<'_> {
    fn empty(&mut self, why: &str) {
        let middle = (self.x.at(f64::MAX) * 0.5, 0.5 * (self.top + self.bottom));
        self.svg.text("label", middle, Anchor::Middle, why);
    }

    fn draw(&mut self, layers: &BTreeMap<String, Vec<u64>>, order: &[&str], title: &str) {
        let classes = layers.values().map(Vec::len).max().unwrap_or(0);
        let total = layers.values().flatten().sum::<u64>().max(1) as f64;
        let count = |state: &str, class: usize| {
            let counts = layers.get(state);
            counts
                .and_then(|counts| counts.get(class))
                .copied()
                .unwrap_or(0) as f64
        };
        let sum = |class: usize| order.iter().map(|state| count(state, class)).sum::<f64>();
        let most = (0..classes).map(sum).fold(0.0, f64::max) / total;
        // Vessels at rest would leave nothing of the others: the axis ends at the second class.
        let second = (1..classes).map(sum).fold(0.0, f64::max) / total;
        let high = most.min((1.25 * second).max(0.01));
        let y = Scale::new(0.0, high, self.bottom, self.top);
        for tick in y.ticks(4) {
            let (from, to) = (self.x.at(0.0), self.x.at(f64::MAX));
            self.svg.line("grid", (from, y.at(tick)), (to, y.at(tick)));
            let label = format!("{:.0} %", 100.0 * tick);
            let place = (from - 8.0, y.at(tick) + 4.0);
            self.svg.text("tick", place, Anchor::End, &label);
        }
        for class in 0..classes {
            let from = self.x.at(self.class_kn * class as f64);
            let to = self.x.at(self.class_kn * (class as f64 + 1.0));
            let mut below = 0.0;
            for state in order {
                let above = below + count(state, class) / total;
                let (low, top) = (y.at(below), y.at(above));
                if low > top {
                    let place = (from + 0.5, top);
                    let class_name = format!("s-{state}");
                    self.svg
                        .rect(&class_name, place, (to - from - 1.0, low - top));
                }
                below = above;
            }
            if below > high {
                let label = format!("cut: {}", percent(below));
                let place = (to + 6.0, self.top + 12.0);
                self.svg.text("tick", place, Anchor::Start, &label);
            }
        }
        let place = (self.x.at(0.0), self.top - 12.0);
        self.svg.text("label", place, Anchor::Start, title);
    }
}
