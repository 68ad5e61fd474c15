//! The part of the page on real files.

use std::collections::BTreeMap;

use silt_estimate::published::Outcome;

use super::{Page, grouped, plots};
use crate::real::{DredgerSeen, Real};
use crate::report::Report;

pub(super) fn section(page: &mut Page, report: &Report) {
    page.heading("real", "Real files");
    let Some(real) = &report.real else {
        page.paragraph(
            "Not tested: no folder with real files was given. `silt dredging validate --real DIR` reads the files that \
             it knows by name from DIR and the folders below it.",
        );
        speeds(page, report);
        return;
    };
    if !real.missing.is_empty() {
        page.paragraph(&format!(
            "Not there, and therefore not tested: {}.",
            real.missing.join(", ")
        ));
    }
    negatives(page, real);
    feeds(page, real);
    dredgers(page, real);
    speeds(page, report);
    type_33(page, real);
    published(page, real);
    page.folded("Files used, with their SHA-256", |page| {
        let rows: Vec<Vec<String>> = real
            .inputs
            .iter()
            .map(|input| {
                vec![
                    input.file.to_owned(),
                    input.title.to_owned(),
                    grouped(input.bytes),
                    input.sha256.clone(),
                ]
            })
            .collect();
        page.table(&["File", "What", "#bytes", "SHA-256"], &rows);
    });
}

fn negatives(page: &mut Page, real: &Real) {
    if real.negatives.is_empty() {
        return;
    }
    page.subheading("Vessels that do not dredge");
    page.paragraph(
        "Read as vessels of which nothing is known; the type that they send is not used. With ports every return to \
         harbour could be a discharge; without ports and coast nothing holds work at sea back. The detector's weights were \
         set while looking at the fishing vessels: no independent test.",
    );
    let rows: Vec<Vec<String>> = real
        .negatives
        .iter()
        .map(|negative| {
            vec![
                format!("{}, {}", negative.title, negative.vessel),
                negative.ports.to_owned(),
                grouped(negative.positions),
                format!("{:.1}", negative.hours),
                format!("{:.1}", negative.work_hours),
                negative.chains.to_string(),
                negative
                    .best_evidence
                    .map_or(String::new(), |best| format!("{best:.2}")),
                negative.cycles.to_string(),
                format!("{:.1}", negative.dredge_hours),
            ]
        })
        .collect();
    page.table(
        &[
            "Vessel",
            "Places known",
            "#positions",
            "#hours",
            "#hours of slow work",
            "#chains",
            "#best evidence (0.5 is a cycle)",
            "#cycles",
            "#hours of dredging",
        ],
        &rows,
    );
}

fn feeds(page: &mut Page, real: &Real) {
    if real.feeds.is_empty() {
        return;
    }
    page.subheading("Feeds");
    let rows: Vec<Vec<String>> = real
        .feeds
        .iter()
        .map(|feed| {
            vec![
                feed.title.to_owned(),
                grouped(feed.positions),
                grouped(feed.vessels),
                feed.vessels_with_cycles.to_string(),
                feed.known_dredgers.to_string(),
                feed.type_33.to_string(),
                feed.type_33_known_dredgers.to_string(),
            ]
        })
        .collect();
    page.table(
        &[
            "Feed",
            "#positions",
            "#vessels",
            "#with a cycle",
            "#known dredgers",
            "#senders of type 33",
            "#known dredgers of them",
        ],
        &rows,
    );
}

fn dredgers(page: &mut Page, real: &Real) {
    if real.dredgers.is_empty() {
        return;
    }
    page.subheading("Known dredgers in the feeds");
    page.paragraph(
        "Each is read as a hopper dredger. None is heard as long as a cycle takes, and dredging needs 20 minutes to be \
         called so, so slow ones are found as manoeuvring: this shows that states follow speeds, not that dredging is found.",
    );
    let mut by_state: BTreeMap<&str, Vec<&DredgerSeen>> = BTreeMap::new();
    for dredger in &real.dredgers {
        by_state.entry(dredger.state).or_default().push(dredger);
    }
    let total = real.dredgers.len() as f64;
    let rows: Vec<Vec<String>> = by_state
        .iter()
        .map(|(state, seen)| {
            let mut speeds: Vec<f64> = seen.iter().filter_map(|one| one.speed_kn).collect();
            speeds.sort_unstable_by(f64::total_cmp);
            let speed =
                |place: Option<&f64>| place.map_or(String::new(), |speed| format!("{speed:.1}"));
            let middle = speeds.get(speeds.len().saturating_sub(1) / 2);
            let plausible = seen.iter().filter(|one| one.plausible).count();
            vec![
                (*state).to_owned(),
                seen.len().to_string(),
                format!("{:.0} %", 100.0 * seen.len() as f64 / total),
                speed(speeds.first()),
                speed(middle),
                speed(speeds.last()),
                plausible.to_string(),
            ]
        })
        .collect();
    page.table(
        &[
            "State",
            "#vessels",
            "#share",
            "#slowest, kn",
            "#median, kn",
            "#fastest, kn",
            "#speed allows it",
        ],
        &rows,
    );
    page.folded("Every known dredger", |page| {
        let rows: Vec<Vec<String>> = real
            .dredgers
            .iter()
            .map(|one| {
                vec![
                    one.file.to_owned(),
                    one.mmsi.to_string(),
                    one.name.clone().unwrap_or_default(),
                    grouped(one.positions),
                    format!("{:.1}", one.minutes),
                    one.speed_kn
                        .map_or(String::new(), |speed| format!("{speed:.1}")),
                    one.state.to_owned(),
                ]
            })
            .collect();
        page.table(
            &[
                "File",
                "MMSI",
                "Name",
                "#positions",
                "#minutes",
                "#speed, kn",
                "State",
            ],
            &rows,
        );
    });
}

fn speeds(page: &mut Page, report: &Report) {
    page.subheading("Speeds of real and synthetic dredgers");
    let real = report.real.as_ref().and_then(|real| real.speeds.as_ref());
    page.figure(
        &plots::speeds(real, &report.synthetic_fleets.speeds),
        "Real above, synthetic below. The synthetic speeds of dredging and passage are fitted to the real ones, so \
         their likeness is no evidence; that hardly a real dredger is seen between 4 and 6 kn is. A class holds its lower end.",
    );
}

fn type_33(page: &mut Page, real: &Real) {
    if real.type_33.is_empty() && real.other_type.is_empty() {
        return;
    }
    page.subheading("Ship type 33, \"dredging or underwater operations\"");
    page.paragraph(
        "The type is neither necessary nor sufficient (METHODS 1.3). First those that the register knows as something \
         else, then senders of which nothing but the type says what they do: some of them may be dredgers.",
    );
    let noted: Vec<Vec<String>> = real
        .type_33
        .iter()
        .filter(|one| one.is_instead.is_some())
        .map(|one| {
            vec![
                one.mmsi.to_string(),
                one.name.clone().unwrap_or_default(),
                one.is_instead.clone().unwrap_or_default(),
                one.files.join(", "),
                candidate_text(one.is_candidate),
            ]
        })
        .collect();
    page.table(
        &[
            "MMSI",
            "Name",
            "Is instead",
            "Heard in",
            "Candidate for review",
        ],
        &noted,
    );
    let unknown: Vec<Vec<String>> = real
        .type_33
        .iter()
        .filter(|one| one.is_instead.is_none())
        .map(|one| {
            vec![
                one.mmsi.to_string(),
                one.name.clone().unwrap_or_default(),
                one.files.join(", "),
                candidate_text(one.is_candidate),
            ]
        })
        .collect();
    let title = format!(
        "{} senders of type 33 of which nothing else is known",
        unknown.len()
    );
    page.folded(&title, |page| {
        page.table(
            &["MMSI", "Name", "Heard in", "Candidate for review"],
            &unknown,
        );
    });
    let other: Vec<Vec<String>> = real
        .other_type
        .iter()
        .map(|one| {
            vec![
                one.mmsi.to_string(),
                one.name.clone().unwrap_or_default(),
                one.ship_type.to_string(),
                one.file.to_owned(),
            ]
        })
        .collect();
    let title = format!("{} known dredgers that send another type", other.len());
    page.folded(&title, |page| {
        page.table(&["MMSI", "Name", "#type", "File"], &other);
    });
}

fn published(page: &mut Page, real: &Real) {
    if real.published.is_empty() {
        return;
    }
    page.subheading("Published figures against our arithmetic");
    page.paragraph(
        "A figure that another can be computed from is compared with it, within what rounding explains. One that does not \
         agree is a finding about the figures, or about how they are read. Detection has no part in this.",
    );
    let mut rows = Vec::new();
    let mut unchecked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for check in &real.published {
        match &check.outcome {
            Outcome::Checked(comparison) => rows.push(vec![
                check.id.clone(),
                comparison.what.clone(),
                significant(comparison.ours),
                significant(comparison.theirs),
                comparison.unit.clone(),
                format!("{:+.1} %", 100.0 * comparison.relative_difference),
                format!("{:.1} %", 100.0 * comparison.tolerance),
                if comparison.agrees { "yes" } else { "no" }.to_owned(),
            ]),
            Outcome::NotCheckable { reason } => {
                unchecked.entry(reason).or_default().push(&check.id);
            }
        }
    }
    page.table(
        &[
            "Figure",
            "Comparison",
            "#ours",
            "#published",
            "Unit",
            "#difference",
            "#rounding allows",
            "Agrees",
        ],
        &rows,
    );
    page.folded(
        "Figures that nothing can be compared with, and why",
        |page| {
            let rows: Vec<Vec<String>> = unchecked
                .iter()
                .map(|(reason, ids)| {
                    vec![(*reason).to_owned(), ids.len().to_string(), ids.join(", ")]
                })
                .collect();
            page.table(&["Why", "#figures", "Which"], &rows);
        },
    );
}

fn candidate_text(is_candidate: bool) -> String {
    let text = if is_candidate {
        "proposed"
    } else {
        "not proposed"
    };
    text.to_owned()
}

/// Four significant digits.
fn significant(value: f64) -> String {
    let size = value.abs();
    if size >= 1000.0 {
        format!("{value:.0}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.3}")
    }
}
