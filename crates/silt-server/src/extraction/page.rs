//! The page of an answer: what was asked, the totals as a table, links.

use serde_json::Value;
use silt_extraction::aggregate::Totals;
use silt_extraction::answer::{context, json_rows};
use silt_extraction::question::{Dimension, Question};
use silt_extraction::tables::Detected;

use crate::links::Links;
use crate::pages;

/// Rows of a page; files have all of them.
const SHOWN_ROWS: usize = 1_000;

/// The columns of a page: name in files, name for people, digits after the point.
const COLUMNS: [(&str, &str, usize); 10] = [
    ("vessels", "Vessels", 0),
    ("complete_cycles", "Cycles", 0),
    ("dredge_hours", "Hours of dredging", 1),
    ("cutter_hours", "Hours of cutters", 1),
    ("observed_tonnes_p05", "Tonnes seen, p05", 0),
    ("observed_tonnes_p50", "p50", 0),
    ("observed_tonnes_p95", "p95", 0),
    ("corrected_tonnes_p05", "Tonnes, coverage-corrected, p05", 0),
    ("corrected_tonnes_p50", "p50", 0),
    ("corrected_tonnes_p95", "p95", 0),
];

/// The whole page as HTML.
pub(crate) fn page(
    detected: &Detected,
    question: &Question,
    totals: &Totals,
    links: &Links,
    all_links: &[Value],
) -> String {
    let context = context(detected, question, totals);
    let mut body = String::new();
    if detected.info.synthetic {
        body.push_str("<p><strong class=\"synthetic\">synthetic</strong></p>");
    }
    let mut table = String::from("<div class=\"wide\"><table><thead><tr>");
    for dimension in &question.by {
        table.push_str(&format!("<th>{}</th>", pages::escape(&dimension.name())));
    }
    for (_, title, _) in COLUMNS {
        table.push_str(&format!("<th class=\"n\">{title}</th>"));
    }
    table.push_str("</tr></thead><tbody>\n");
    // The objects of files hold the columns by name; only those shown are made.
    let shown = Totals {
        rows: totals.rows.iter().take(SHOWN_ROWS).cloned().collect(),
        refused_facts: Vec::new(),
    };
    for row in json_rows(question, &shown) {
        table.push_str("<tr>");
        for name in question.by.iter().copied().map(Dimension::name) {
            let key = row[&name].as_str().unwrap_or("none");
            table.push_str(&format!("<td>{}</td>", pages::escape(key)));
        }
        for (name, _, digits) in COLUMNS {
            let number = row[name].as_f64();
            let shown = number.map_or(String::new(), |number| format!("{number:.digits$}"));
            table.push_str(&format!("<td class=\"n\">{shown}</td>"));
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody></table></div>");
    if totals.rows.len() > SHOWN_ROWS {
        table.push_str(&format!(
            "<p>The first {SHOWN_ROWS} of {} groups; the files have all.</p>",
            totals.rows.len()
        ));
    }
    body.push_str(&table);
    body.push_str("<h2>What it is made from</h2>");
    pages::write_value(&mut body, &context);
    body.push_str("<h2>Links</h2>");
    pages::write_value(&mut body, &all_links.into());
    let crumbs = [(links.href("/"), "Silt".to_owned())];
    pages::page_text("Extraction of marine sand", &crumbs, &body)
}
