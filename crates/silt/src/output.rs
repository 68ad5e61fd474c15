//! What a person sees: tables, reports, progress, errors.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use silt_model::{ImportReport, Severity};

/// Writes a line to standard output. A reader that went away (`| head`) ends the program quietly.
pub(crate) fn line(text: impl AsRef<str>) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{}", text.as_ref()).is_err() {
        std::process::exit(0);
    }
}

/// Writes a line to standard error, for progress and hints.
pub(crate) fn hint(text: impl AsRef<str>) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "{}", text.as_ref());
}

/// Writes an error with its causes to standard error.
pub(crate) fn error(error: &anyhow::Error) {
    let mut shown = error.to_string();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // Many errors repeat their cause in their own text.
        if !shown.contains(&text) {
            shown.push_str(": ");
            shown.push_str(&text);
        }
    }
    hint(format!("error: {shown}"));
}

/// Writes rows as columns padded to equal width.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let show = |cells: Vec<&str>| {
        let mut text = String::new();
        for (position, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            text.push_str(cell);
            if position + 1 < cells.len() {
                let padding = width.saturating_sub(cell.chars().count()) + 2;
                text.extend(std::iter::repeat_n(' ', padding));
            }
        }
        line(text.trim_end());
    };
    show(header.to_vec());
    for row in rows {
        show(row.iter().map(String::as_str).collect());
    }
}

/// A number with thin groups: 146608 → 146,608.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes an import report for a person: counts, flags, notes and the first remarks.
pub(crate) fn report(report: &ImportReport) {
    counts(report);
    if !report.already_present {
        entries(report);
    }
}

/// Writes the counts, flags and notes of an import report for a person.
pub(crate) fn counts(report: &ImportReport) {
    let rehearsal = if report.dry_run {
        " (rehearsal, nothing was changed)"
    } else {
        ""
    };
    let synthetic = if report.synthetic { " [SYNTHETIC]" } else { "" };
    line(format!(
        "{} edition {} -> {}{synthetic}{rehearsal}",
        report.source, report.edition, report.collection
    ));
    if report.already_present {
        line("  this edition is in the store already; nothing was changed");
        return;
    }
    let counts = [
        ("rows read", report.rows_read),
        ("created", report.created),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("removed", report.removed),
        ("rejected", report.rejected),
        ("flagged", report.flagged),
        ("without geometry", report.without_geometry),
    ];
    let shown: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{} {name}", grouped(*count)))
        .collect();
    line(format!("  {}", shown.join(", ")));
    for (code, count) in &report.flags {
        line(format!("  flag {}: {}", code.code(), grouped(*count)));
    }
    for note in &report.notes {
        line(format!("  note: {note}"));
    }
}

/// Remarks shown with a report; the rest are in the store.
const SHOWN_ENTRIES: usize = 10;

fn entries(report: &ImportReport) {
    for entry in report.entries.iter().take(SHOWN_ENTRIES) {
        line(format!("  {}", entry_text(entry)));
    }
    let shown = report.entries.len().min(SHOWN_ENTRIES) as u64;
    if report.entries_total > shown && !report.dry_run {
        line(format!(
            "  … {} more remarks: silt report {} {}",
            grouped(report.entries_total - shown),
            report.source,
            report.edition
        ));
    }
}

/// One remark in a line: `row 12 (id 8179) rejected: Latitude = "x": not an angle`.
pub(crate) fn entry_text(entry: &silt_model::ReportEntry) -> String {
    let mut text = format!("row {}", entry.row);
    if let Some(id) = &entry.record_id {
        text.push_str(&format!(" (id {id})"));
    }
    let severity = match entry.severity {
        Severity::Flagged => "flagged",
        Severity::Rejected => "rejected",
    };
    text.push_str(&format!(" {severity} {}", entry.code));
    if let Some(field) = &entry.field {
        text.push_str(&format!(", {field}"));
        if let Some(value) = &entry.value {
            text.push_str(&format!(" = {value:?}"));
        }
    }
    format!("{text}: {}", entry.reason)
}

/// A progress bar on a terminal, nothing elsewhere.
pub(crate) fn progress(label: &str, total_bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total_bytes);
    let style = ProgressStyle::with_template(
        "{msg:32} {bar:30} {bytes:>10}/{total_bytes:10} {elapsed} {prefix}",
    );
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_message(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
