//! Features by month or year.

use std::collections::BTreeMap;

use silt_hotspot::{CellValues, StudyArea};
use silt_index::snapshot::{CollectionSnapshot, Column, NULL_CODE, RowCells};
use silt_query::datetime::{TemporalField, temporal_field};
use silt_query::query::Rows;

use crate::error::AnalysisError;
use crate::hotspots::Subject;
use crate::question::{Question, Step};
use crate::values::gather;
use crate::within::Within;

/// The steps of an emerging hotspot analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSteps {
    /// The field that dates a feature.
    pub field: String,
    /// Names of the steps in order: `2019` or `2019-03`. None is left out.
    pub names: Vec<String>,
    /// Features selected without a date, or with one too coarse for the steps.
    pub not_dated: u64,
}

/// Most steps: 100 years of months.
const MAX_STEPS: i64 = 1_200;

/// The number of the step in which a date lies; `None` where it is not known as precisely.
fn step_of(date: &str, step: Step) -> Option<i64> {
    let year: i64 = date.get(..4)?.parse().ok()?;
    match step {
        Step::Year => Some(year),
        Step::Month => {
            let month: i64 = date.get(4..7)?.strip_prefix('-')?.parse().ok()?;
            (1..=12).contains(&month).then_some(year * 12 + month - 1)
        }
    }
}

fn name_of(number: i64, step: Step) -> String {
    match step {
        Step::Year => format!("{number:04}"),
        Step::Month => format!(
            "{:04}-{:02}",
            number.div_euclid(12),
            number.rem_euclid(12) + 1
        ),
    }
}

/// The values of the cells in each step, from the first with a feature to the last.
pub(crate) fn by_step(
    subject: Subject<'_>,
    question: &Question,
    within: &Within,
    rows: &Rows,
    cells: &RowCells,
    area: &StudyArea,
) -> Result<(TimeSteps, Vec<CellValues>), AnalysisError> {
    let data = subject.data;
    let field = match temporal_field(data.schema()) {
        Some(TemporalField::Instant(name) | TemporalField::Span(name, _)) => name,
        None => {
            return Err(AnalysisError::parameter(
                "method",
                "emerging needs dates, and the collection has no field of dates that says when",
            ));
        }
    };
    let steps_of_rows = row_steps(data, &field, question.step);
    let mut by_number: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    let mut not_dated = 0;
    for row in rows.iter() {
        match steps_of_rows(row) {
            Some(number) => by_number.entry(number).or_default().push(row),
            None => not_dated += 1,
        }
    }
    let (Some(&first), Some(&last)) = (by_number.keys().next(), by_number.keys().next_back())
    else {
        return Err(AnalysisError::parameter(
            "datetime",
            format!(
                "none of the {not_dated} features selected has a date in `{field}` that is precise enough"
            ),
        ));
    };
    if last - first >= MAX_STEPS {
        let detail = format!(
            "makes {} steps from {} to {}, more than {MAX_STEPS}; limit the time with datetime or take longer steps",
            last - first + 1,
            name_of(first, question.step),
            name_of(last, question.step),
        );
        return Err(AnalysisError::parameter("step", detail));
    }
    let mut values = Vec::new();
    let mut names = Vec::new();
    for number in first..=last {
        let rows = Rows::Some(by_number.remove(&number).unwrap_or_default());
        let gathered = gather(data, &rows, within, cells, &question.value, area);
        values.push(gathered.values(area)?);
        names.push(name_of(number, question.step));
    }
    let steps = TimeSteps {
        field,
        names,
        not_dated,
    };
    Ok((steps, values))
}

/// The step of each row: each distinct date is read once.
fn row_steps<'d>(
    data: &'d CollectionSnapshot,
    field: &str,
    step: Step,
) -> impl Fn(u32) -> Option<i64> + 'd {
    let texts = match data.column(field) {
        Some(Column::Date(texts) | Column::Text(texts)) => Some(texts),
        _ => None,
    };
    let of_code: Vec<Option<i64>> = texts.map_or(Vec::new(), |texts| {
        texts.texts.iter().map(|date| step_of(date, step)).collect()
    });
    move |row| match texts?.codes[row as usize] {
        NULL_CODE => None,
        code => of_code[code as usize],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_the_steps_that_it_is_precise_enough_for() {
        assert_eq!(step_of("2019-03-01", Step::Year), Some(2019));
        assert_eq!(step_of("2019", Step::Month), None);
        let march = step_of("2019-03", Step::Month);
        assert_eq!(
            march.map(|number| name_of(number, Step::Month)),
            Some("2019-03".to_owned())
        );
        let january = step_of("2020-01-31", Step::Month);
        assert_eq!(
            january.zip(march).map(|(later, earlier)| later - earlier),
            Some(10)
        );
        for bad in ["", "19", "2019-13", "2019x03"] {
            assert_eq!(step_of(bad, Step::Month), None, "{bad}");
        }
    }
}
