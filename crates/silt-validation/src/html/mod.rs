//! The report as one page: HTML with drawings inside, no script, no other file.

mod plots;
mod real;
mod svg;

use silt_estimate::score::Agreement;

use crate::findings::{percent, percent_or_none, signed_percent};
use crate::report::Report;
use crate::synthetic::{Synthetic, TonnesScore};
use crate::tonnes::Part;
use svg::escape;

const STYLE: &str = include_str!("style.css");

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The page.
pub(crate) fn page(report: &Report) -> String {
    let mut page = Page::default();
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"silt-synthetic\" content=\"true\">\n");
    page.raw("<title>Validation of marine sand: Silt</title>\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n");
    head(&mut page, report);
    summary(&mut page, report);
    tonnes(&mut page, report);
    states(&mut page, &report.synthetic_fleets);
    cycles(&mut page, &report.synthetic_fleets);
    real::section(&mut page, report);
    how(&mut page, report);
    page.raw("</body>\n</html>\n");
    page.text
}

/// Text of the page so far. Whatever is not `raw` is escaped.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn raw(&mut self, html: &str) {
        self.text.push_str(html);
    }

    fn heading(&mut self, id: &str, text: &str) {
        self.raw(&format!("<h2 id=\"{id}\">{}</h2>\n", escape(text)));
    }

    fn subheading(&mut self, text: &str) {
        self.raw(&format!("<h3>{}</h3>\n", escape(text)));
    }

    fn paragraph(&mut self, text: &str) {
        self.raw(&format!("<p>{}</p>\n", escape(text)));
    }

    fn figure(&mut self, drawing: &str, caption: &str) {
        let caption = escape(caption);
        self.raw(&format!(
            "<figure>\n{drawing}<figcaption>{caption}</figcaption>\n</figure>\n"
        ));
    }

    /// Columns whose name begins with `#` hold numbers.
    fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        self.raw("<div class=\"scroll\"><table>\n<thead><tr>");
        let is_number = |column: usize| {
            columns
                .get(column)
                .is_some_and(|name| name.starts_with('#'))
        };
        for (number, column) in columns.iter().enumerate() {
            let class = if is_number(number) {
                " class=\"number\""
            } else {
                ""
            };
            let name = escape(column.trim_start_matches('#'));
            self.raw(&format!("<th scope=\"col\"{class}>{name}</th>"));
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.raw("<tr>");
            for (number, cell) in row.iter().enumerate() {
                let class = match cell.as_str() {
                    "yes" => " class=\"yes\"",
                    "no" => " class=\"no\"",
                    _ if is_number(number) => " class=\"number\"",
                    _ => "",
                };
                self.raw(&format!("<td{class}>{}</td>", escape(cell)));
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table></div>\n");
    }

    fn folded(&mut self, title: &str, fill: impl FnOnce(&mut Page)) {
        let title = escape(title);
        self.raw(&format!("<details>\n<summary>{title}</summary>\n"));
        fill(self);
        self.raw("</details>\n");
    }
}

fn head(page: &mut Page, report: &Report) {
    page.raw("<header>\n<p class=\"mark\">Rests on SYNTHETIC vessels where it says so</p>\n");
    page.raw("<h1>Validation of marine sand</h1>\n");
    let config = &report.config;
    let versions = &report.versions;
    page.raw(&format!(
        "<p class=\"soft\">Silt {}, detection method {}, estimate method {}, priors {}. {} synthetic fleets of {} \
         vessels and {} days, {} more for the correction, seed {}, {} draws.</p>\n</header>\n",
        escape(versions.silt),
        escape(versions.dredging_method),
        escape(versions.estimate_method),
        escape(&versions.priors),
        config.fleets,
        config.vessels,
        config.days,
        config.calibration_fleets,
        config.seed,
        config.draws
    ));
}

fn summary(page: &mut Page, report: &Report) {
    page.heading("summary", "What was tested, and what came of it");
    page.paragraph(
        "Silt reads the positions of ships, finds the cycles of dredgers in them, and estimates the tonnes that those \
         cycles moved, with a 90 % interval. This page tests each step where the truth is known: on synthetic fleets, \
         on real ships that certainly do not dredge, and on published figures. What it cannot test stands below the \
         table, and weighs as much.",
    );
    let rows: Vec<Vec<String>> = report
        .findings
        .iter()
        .map(|finding| {
            let holds = match finding.holds {
                Some(true) => "yes",
                Some(false) => "no",
                None => "",
            };
            vec![
                finding.tested.clone(),
                finding.result.clone(),
                finding.wanted.clone().unwrap_or_default(),
                holds.to_owned(),
            ]
        })
        .collect();
    page.table(&["Tested", "Result", "Wanted", "Holds"], &rows);
    page.heading("not-shown", "What this does not show");
    page.raw("<ul>\n");
    for item in &report.not_shown {
        page.raw(&format!("<li>{}</li>\n", escape(item)));
    }
    page.raw("</ul>\n");
}

fn tonnes(page: &mut Page, report: &Report) {
    let synthetic = &report.synthetic_fleets;
    page.heading("tonnes", "Do the intervals hold the truth? (synthetic)");
    page.paragraph(
        "Four experiments build on each other, so that what fails can be placed. The first draws truths from the \
         stated priors: should its share be off, the arithmetic would be wrong. The second takes the loads of \
         synthetic fleets, some of which are half full or dredged in minutes, but gives the estimate every cycle. The \
         third lets the detection find the cycles in reports with gaps, noise and shared numbers, as the service does, and \
         asks for what was dredged while the vessels were heard: an observed figure is of no more. The fourth multiplies \
         detected cycles by a ratio that was fitted on other fleets, and asks for everything that was dredged, heard or \
         not.",
    );
    let mut rows: Vec<(String, &TonnesScore)> = vec![
        ("1  arithmetic alone".to_owned(), &report.arithmetic),
        (
            "2  hoppers, cycles known".to_owned(),
            &synthetic.known_cycles,
        ),
    ];
    for (part, name) in [
        (Part::Fleet, "3  detected, whole fleets"),
        (Part::Hoppers, "3  detected, hoppers"),
        (Part::Cutters, "3  detected, cutters"),
    ] {
        rows.extend(
            synthetic
                .detected
                .get(&part)
                .map(|score| (name.to_owned(), score)),
        );
    }
    rows.extend(
        synthetic
            .detected_of_all
            .get(&Part::Fleet)
            .map(|score| ("(3)  against all, heard or not".to_owned(), score)),
    );
    for (part, name) in [
        (Part::Fleet, "4  corrected, whole fleets"),
        (Part::Hoppers, "4  corrected, hoppers"),
    ] {
        rows.extend(
            synthetic
                .corrected
                .get(&part)
                .map(|score| (name.to_owned(), score)),
        );
    }
    let wanted = report.config.coverage_wanted;
    page.figure(
        &plots::coverages(&rows, wanted),
        "Points: share of intervals that hold the truth. Lines: 95 % binomial (Clopper-Pearson) interval of that share. In \
         brackets what the intervals do not claim.",
    );
    let table: Vec<Vec<String>> = rows
        .iter()
        .map(|(name, score)| {
            let coverage = &score.coverage;
            vec![
                name.clone(),
                coverage.n.to_string(),
                percent_or_none(coverage.share),
                coverage.truth_below.to_string(),
                coverage.truth_above.to_string(),
                signed_percent(score.total_error),
                signed_percent(score.errors.p50),
                percent_or_none(score.errors.mean_absolute),
                percent_or_none(score.mean_relative_width),
            ]
        })
        .collect();
    page.table(
        &[
            "Experiment",
            "#intervals",
            "#hold the truth",
            "#truth below",
            "#truth above",
            "#error of the total",
            "#median error",
            "#mean absolute error",
            "#mean width / median",
        ],
        &table,
    );
    reasons(page, synthetic);
    page.figure(
        &plots::caterpillar(
            "caterpillar-known",
            "Experiment 2: intervals over truth, cycles known",
            &synthetic.known_cycles,
        ),
        "Experiment 2, hopper dredgers, cycles known. Each line is the 90 % interval of one fleet over its truth; \
         blue holds it, red does not.",
    );
    for (id, scores, caption) in [
        (
            "caterpillar-detected",
            &synthetic.detected,
            "Experiment 3, whole fleets, cycles detected, priors as the service has them; truth: dredged within hearing.",
        ),
        (
            "caterpillar-corrected",
            &synthetic.corrected,
            "Experiment 4, whole fleets, cycles detected and corrected; truth: all that was dredged.",
        ),
    ] {
        if let Some(score) = scores.get(&Part::Fleet) {
            page.figure(&plots::caterpillar(id, caption, score), caption);
        }
    }
    page.raw("<div class=\"pair\">\n");
    for (id, scores, caption) in [
        (
            "errors-detected",
            &synthetic.detected,
            "Experiment 3: relative error of the median, whole fleets.",
        ),
        (
            "errors-corrected",
            &synthetic.corrected,
            "Experiment 4: the same after the correction.",
        ),
    ] {
        if let Some(score) = scores.get(&Part::Fleet) {
            page.figure(&plots::errors(id, caption, score), caption);
        }
    }
    page.raw("</div>\n");
}

fn reasons(page: &mut Page, synthetic: &Synthetic) {
    let calibration = &synthetic.calibration;
    page.subheading("How to read the differences");
    page.raw("<ul>\n");
    let mut item = |text: String| page.raw(&format!("<li>{}</li>\n", escape(&text)));
    item(format!(
        "From 1 to 2 the loads change: of the synthetic cycles some are half full, reduced, or dredged in under 20 \
         minutes, which the prior of a full hopper does not describe, and vessels without a stated hopper volume get \
         one from their length by a relation that is not the one they were made with. Error of the total: {}.",
        signed_percent(synthetic.known_cycles.total_error)
    ));
    if let Some(score) = synthetic.detected.get(&Part::Hoppers) {
        item(format!(
            "From 2 to 3 cycles are missed where rules are broken, and {} of the tonnes were dredged while the vessel \
             was not heard: in gaps, and by vessels that only satellites hear. The truth of experiment 3 leaves these \
             out. Dredging seen outside of complete cycles is counted by its hours. Error of the total of hopper \
             dredgers: {}.",
            percent_or_none(synthetic.unheard_share),
            signed_percent(score.total_error)
        ));
    }
    item(format!(
        "The ratio of experiment 4 is {:.3}, fitted on {} other fleets: true loads, less those that dredging hours \
         outside of complete cycles stand for, over detected cycles, both weighed by hopper volume. Nine of ten \
         of those fleets lie within {:.3} of it, and the prior is the triangle that says so. It corrects what \
         detection misses, not what the load prior does not describe.",
        calibration.pooled, calibration.fleets_with_cycles, calibration.p90_deviation
    ));
    if let Some(score) = synthetic.detected.get(&Part::Cutters) {
        item(format!(
            "Cutters: error of the total {}. Synthetic cutters pump soil in 68 % of the time in which they run, after \
             the log of METHODS 1.4. Whether the concentrations of METHODS 1.5 are means over the running time of \
             that log or over its time with soil is not stated, and the two readings differ by a factor of 1.47. The \
             prior of the estimate holds both, the synthetic truth is the lower one: so the median is too high and the \
             interval wide.",
            signed_percent(score.total_error)
        ));
        item(
            "Whole fleets join both, and errors of one part can cancel those of the other in the sum. Read the parts \
             before the whole."
                .to_owned(),
        );
    }
    item(format!(
        "Backhoes moved {} of the true tonnes of these fleets; no estimate contains them, and they are left out of the \
         truths above.",
        percent_or_none(synthetic.backhoe_share)
    ));
    page.raw("</ul>\n");
}

fn states(page: &mut Page, synthetic: &Synthetic) {
    page.heading("states", "States by minute (synthetic)");
    page.paragraph(
        "A minute belongs to the state at its middle. Minutes in which a vessel was not heard count as missed; \
         vessels that share an MMSI with another are left out.",
    );
    page.figure(
        &plots::confusion(
            "confusion-hoppers",
            "Hopper dredgers: true against found states",
            &synthetic.hopper_states,
        ),
        "Hopper dredgers. A stop at a berth is found as discharge from its begin to its end: AIS does not show when the \
         hopper is empty, so a rest at the same quay is found as discharge too.",
    );
    page.figure(
        &plots::confusion(
            "confusion-stationary",
            "Cutters and backhoes: true against found states",
            &synthetic.stationary_states,
        ),
        "Cutters and backhoes. What is found as dredging is the working pattern on site; AIS cannot tell pumping from \
         standing by, and the utilisation prior stands for the share that pumps.",
    );
    let rows: Vec<(String, Agreement)> = synthetic
        .hopper_states
        .states
        .iter()
        .zip(&synthetic.hopper_states.agreement)
        .filter(|(_, agreement)| agreement.hits + agreement.misses > 0)
        .map(|(state, agreement)| (format!("hopper dredgers, {state}"), *agreement))
        .collect();
    page.figure(
        &plots::f1_by_state("f1-states", "F1 by state of hopper dredgers", &rows),
        "F1 by state of hopper dredgers, with precision and recall.",
    );
    let kinds: Vec<Vec<String>> = synthetic
        .states_by_kind
        .iter()
        .map(|(kind, score)| {
            let cell = |state: usize| {
                score.agreement[state]
                    .f1
                    .map_or("".to_owned(), |f1| format!("{f1:.2}"))
            };
            let mut row = vec![
                kind.clone(),
                synthetic
                    .vessels
                    .get(kind)
                    .map_or(String::new(), |count| grouped(*count)),
            ];
            row.extend((0..score.states.len()).map(cell));
            row.push(percent_or_none(score.accuracy));
            row
        })
        .collect();
    page.subheading("F1 by kind of vessel");
    page.table(
        &[
            "Kind",
            "#vessels",
            "#idle",
            "#manoeuvre",
            "#transit",
            "#dredge",
            "#discharge",
            "#other",
            "#minutes right",
        ],
        &kinds,
    );
    page.paragraph(
        "Vessels other than tshd (hopper dredgers), cutter and backhoe are read without their type. \"Other\" is what \
         trawlers, tugs with a tow and survey ships do, and on the side of the detection slow work of a vessel that it \
         does not take for a dredger. 0.00 is a state that was found and never true; an empty cell is one that is \
         neither.",
    );
}

fn cycles(page: &mut Page, synthetic: &Synthetic) {
    page.heading("cycles", "Cycles (synthetic)");
    let scores = [
        ("known dredger, half overlap", &synthetic.cycles),
        ("known dredger, any overlap", &synthetic.cycles_touching),
        (
            "unknown vessel, half overlap",
            &synthetic.cycles_by_behaviour,
        ),
    ];
    page.paragraph(
        "A complete cycle that was found belongs to a true one when their dredging phases overlap by half of their \
         union. Where a vessel waits or creeps in fog beside its ground, the phase found is too long: the cycle is \
         there and its extent is wrong, which overlap at all shows. The last rows read the same vessels as if no \
         register knew them.",
    );
    let rows: Vec<(String, Agreement)> = scores
        .iter()
        .map(|(name, score)| ((*name).to_owned(), score.heard))
        .collect();
    page.figure(
        &plots::f1_by_state("f1-cycles", "F1 of cycles", &rows),
        "Cycles that were heard without a silence above an hour.",
    );
    let mut table = Vec::new();
    for (name, score) in scores {
        for (of, agreement) in [("heard throughout", score.heard), ("all", score.all)] {
            let two =
                |share: Option<f64>| share.map_or(String::new(), |share| format!("{share:.3}"));
            table.push(vec![
                name.to_owned(),
                of.to_owned(),
                grouped(agreement.hits),
                grouped(agreement.false_positives),
                grouped(agreement.misses),
                two(agreement.precision),
                two(agreement.recall),
                two(agreement.f1),
            ]);
        }
    }
    page.table(
        &[
            "Read as",
            "True cycles",
            "#found",
            "#false",
            "#missed",
            "#precision",
            "#recall",
            "#F1",
        ],
        &table,
    );
    page.subheading("Cycles that break the rules");
    page.paragraph(
        "The synthetic dredgers do on purpose what the method does not foresee. Share of cycles found, of those heard \
         throughout, at half overlap.",
    );
    let cases: Vec<Vec<String>> = synthetic
        .cases
        .iter()
        .map(|(case, found)| {
            let share = (found.heard > 0).then(|| found.found as f64 / found.heard as f64);
            vec![
                case_title(case).to_owned(),
                grouped(found.heard),
                grouped(found.found),
                percent_or_none(share),
            ]
        })
        .collect();
    page.table(&["Cycles with", "#heard", "#found", "#share"], &cases);
    page.subheading("Vessels that are no dredgers, read without their type");
    let others: Vec<Vec<String>> = synthetic
        .others
        .iter()
        .map(|(kind, others)| {
            let share =
                (others.minutes > 0).then(|| others.false_minutes as f64 / others.minutes as f64);
            vec![
                kind.clone(),
                grouped(others.vessels),
                grouped(others.vessels_with_false_cycles),
                grouped(others.false_cycles),
                share.map_or(String::new(), percent),
            ]
        })
        .collect();
    page.table(
        &[
            "Kind",
            "#vessels",
            "#taken for dredgers",
            "#false cycles",
            "#minutes taken for dredging or discharge",
        ],
        &others,
    );
    page.paragraph(
        "Behaviour alone does not tell these vessels from dredgers, the synthetic tugs least of all: they run out to a \
         dredging ground, come back at 2 to 3 kn with a tow, and lie at a quay. That is why identity comes first \
         (METHODS 1.3): a vessel that no register knows becomes a candidate for review, and no tonne is ever counted \
         for it.",
    );
}

fn case_title(case: &str) -> &str {
    match case {
        "none" => "no rule broken",
        "fast_dredge" => "dredging at 4 to 4.8 kn",
        "fast_discharge" => "dumping at 3 to 5 kn",
        "short_dredge" => "12 to 18 minutes of dredging",
        "near_discharge" => "dumping within 1 nm of the ground",
        "waiting_adrift" => "drifting before dredging",
        "half_full" => "30 to 60 % of a load",
        "reduced_load" => "75 to 92 % of a load",
        "fog" => "a stretch at 2.5 to 3.5 kn on passage",
        other => other,
    }
}

fn how(page: &mut Page, report: &Report) {
    let config = &report.config;
    page.heading("how", "How to make this page again");
    page.paragraph(
        "The same seed, numbers and files give the same bytes on any machine and any number of threads. All numbers, \
         thresholds, priors and intervals stand in validation.json beside this page.",
    );
    page.raw(&format!(
        "<p><code>silt dredging validate --fleets {} --calibration-fleets {} --vessels {} --days {} --seed {} --draws {}{} \
         -o DIR</code></p>\n",
        config.fleets,
        config.calibration_fleets,
        config.vessels,
        config.days,
        config.seed,
        config.draws,
        if report.real.is_some() {
            " --real FOLDER"
        } else {
            ""
        }
    ));
    page.paragraph(&format!(
        "Fleets that are scored have the seeds {} to {}, those that the correction was fitted on {} and above.",
        config.test_fleet(0).seed,
        config.test_fleet(config.fleets.saturating_sub(1)).seed,
        config.calibration_fleet(0).seed
    ));
}
