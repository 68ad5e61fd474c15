use proptest::prelude::*;

use super::DateOrder::{Auto, DayFirst, MonthFirst};
use super::*;

fn format(order: DateOrder) -> DateFormat {
    DateFormat {
        order,
        ..DateFormat::of_edition(2022)
    }
}

fn read(text: &str, order: DateOrder) -> Result<String, DateError> {
    parse_date(text, &format(order)).map(|date| date.to_string())
}

#[test]
fn dates_as_registers_write_them() {
    for (text, expected) in [
        ("2019", "2019"),
        ("1866", "1866"),
        ("1959.0", "1959"),
        ("1959,00", "1959"),
        ("\u{a0}2006 ", "2006"),
        ("2019-01", "2019-01"),
        ("2019/1", "2019-01"),
        ("01/2019", "2019-01"),
        ("2019-01-25", "2019-01-25"),
        ("2019/1/5", "2019-01-05"),
        ("2019.01.05", "2019-01-05"),
        ("20190125", "2019-01-25"),
        ("2019-00-00", "2019"),
        ("2019-05-00", "2019-05"),
        ("2019-01-25T10:20:30Z", "2019-01-25"),
        ("2019-01-25T10:20:30.123-03:00", "2019-01-25"),
        ("2019-01-25 10:20", "2019-01-25"),
        ("28/09/2017 08:12:16", "2017-09-28"),
        ("28/09/2017, 8:12 PM", "2017-09-28"),
        ("05/05/2022", "2022-05-05"),
        ("31-12-2022", "2022-12-31"),
        ("12-31-2022", "2022-12-31"),
        ("05-AUG-18", "2018-08-05"),
        ("7/Nov/22", "2022-11-07"),
        ("30-SEP-15", "2015-09-30"),
        ("27/Mar/22", "2022-03-27"),
        ("May/98", "1998-05"),
        ("May/00", "2000-05"),
        ("OCTUBRE-2025", "2025-10"),
        ("octubre de 2025", "2025-10"),
        ("Jan 2019", "2019-01"),
        ("2019 Jan.", "2019-01"),
        ("2019-Aug-05", "2019-08-05"),
        ("7 November 2022", "2022-11-07"),
        ("November 7, 2022", "2022-11-07"),
        ("1st May 2020", "2020-05-01"),
        ("1º de março de 2020", "2020-03-01"),
        ("1er août 2020", "2020-08-01"),
        ("15 de setembro de 2021", "2021-09-15"),
        ("3 décembre 1999", "1999-12-03"),
        ("3 de\u{301}cembre 1999", "1999-12-03"),
        ("29/02/2020", "2020-02-29"),
    ] {
        assert_eq!(read(text, Auto).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn the_order_of_day_and_month() {
    assert_eq!(read("05/06/2022", DayFirst).as_deref(), Ok("2022-06-05"));
    assert_eq!(read("05/06/2022", MonthFirst).as_deref(), Ok("2022-05-06"));
    let error = read("05/06/2022", Auto).expect_err("two readings");
    assert_eq!(
        error.to_string(),
        "may be 2022-06-05 or 2022-05-06; state the order of day and month"
    );
    // A stated order is not turned round to make a date fit.
    let not_in_calendar = DateError::NotInCalendar {
        year: 2022,
        month: 25,
        day: 5,
    };
    assert_eq!(read("05/25/2022", DayFirst), Err(not_in_calendar));
    assert_eq!(read("05/25/2022", Auto).as_deref(), Ok("2022-05-25"));
    // ISO dates have one order whatever the column says.
    assert_eq!(read("2022-05-06", MonthFirst).as_deref(), Ok("2022-05-06"));
}

#[test]
fn the_century_of_two_digit_years() {
    let read = |text, century, reference_year| {
        let format = DateFormat {
            order: DayFirst,
            century,
            reference_year,
        };
        parse_date(text, &format).map(|date| date.year())
    };
    let past = CenturyRule::NotAfterReference;
    assert_eq!(read("7/Nov/22", past, 2022), Ok(2022));
    assert_eq!(read("7/Nov/23", past, 2022), Ok(1923));
    assert_eq!(read("7/Nov/99", past, 2022), Ok(1999));
    assert_eq!(read("7/11/00", past, 2022), Ok(2000));
    assert_eq!(read("7/11/98", past, 1999), Ok(1998));
    assert_eq!(read("7/11/30", CenturyRule::Pivot(70), 2022), Ok(2030));
    assert_eq!(read("7/11/70", CenturyRule::Pivot(70), 2022), Ok(1970));
    let no_century = DateError::NoCentury { text: "22".into() };
    assert_eq!(read("7/Nov/22", CenturyRule::Refuse, 2022), Err(no_century));
}

#[test]
fn refused_with_the_reason() {
    let out_of_range = |year| DateError::YearOutOfRange { year };
    let no_century = |text: &str| DateError::NoCentury { text: text.into() };
    let unknown_word = |word: &str| DateError::UnknownWord { word: word.into() };
    let not_in_calendar = |year, month, day| DateError::NotInCalendar { year, month, day };
    for (text, expected) in [
        ("", DateError::Empty),
        ("-", DateError::NoDigits),
        ("May", DateError::NoDigits),
        ("0", DateError::NoYear),
        ("0.0", DateError::NoYear),
        ("0000", DateError::NoYear),
        ("0000-00-00", DateError::NoYear),
        ("00/00/0000", DateError::NoYear),
        ("01/01/0000", DateError::NoYear),
        ("9999", out_of_range(9999)),
        ("9999-12-31", out_of_range(9999)),
        ("0999", out_of_range(999)),
        ("98", no_century("98")),
        ("201", no_century("201")),
        ("5/5/201", no_century("201")),
        ("44900", DateError::SpreadsheetSerial { serial: 44_900 }),
        ("44900.0", DateError::SpreadsheetSerial { serial: 44_900 }),
        ("201901", DateError::UnknownForm),
        ("17-May", DateError::WithoutYear),
        ("Jun/05", DateError::DayOrYear { text: "05".into() }),
        ("May/17", DateError::DayOrYear { text: "17".into() }),
        ("1960s", DateError::Decade),
        ("2005-2010", DateError::Range),
        ("2005 – 2010", DateError::Range),
        ("1959.5", DateError::FractionalYear),
        ("2019.10", DateError::FractionalYear),
        ("19th c", unknown_word("c")),
        ("circa 1960", unknown_word("circa")),
        ("TBD", unknown_word("TBD")),
        ("open", unknown_word("open")),
        ("Q3 2020", unknown_word("Q")),
        (
            "1970 (see note)",
            DateError::UnexpectedCharacter { character: '(' },
        ),
        ("~1960", DateError::UnexpectedCharacter { character: '~' }),
        ("2019-02-29", not_in_calendar(2019, 2, 29)),
        ("31/04/2020", not_in_calendar(2020, 4, 31)),
        ("2019-13", not_in_calendar(2019, 13, 0)),
        ("2019-00-05", not_in_calendar(2019, 0, 5)),
        ("20191301", not_in_calendar(2019, 13, 1)),
        ("2019-01-25 25:00", DateError::Time),
        ("2019-01-25 10:75", DateError::Time),
        ("10:20", DateError::Time),
        ("2019-01/25", DateError::UnknownForm),
        ("-2019", DateError::UnknownForm),
        ("1/2/3/2019", DateError::UnknownForm),
        ("Não se aplica a esse tipo de barragem", unknown_word("Não")),
    ] {
        assert_eq!(read(text, Auto), Err(expected), "{text:?}");
    }
}

#[test]
fn years_alone() {
    assert_eq!(parse_year("1866"), Ok(1866));
    assert_eq!(parse_year("1993.0"), Ok(1993));
    assert_eq!(parse_year("0.0"), Err(DateError::NoYear));
    assert_eq!(parse_year("2019-05"), Err(DateError::UnknownForm));
    assert!(parse_year("98").is_err());
}

fn any_day() -> impl Strategy<Value = (i32, u8, u8)> {
    (1000..=2999_i32, 1..=12_u8, 1..=31_u8).prop_filter("a day of the calendar", |&(y, m, d)| {
        PartialDate::new(y, Some(m), Some(d)).is_some()
    })
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>(), year in any::<i32>(), pivot in any::<u8>()) {
        for century in
            [CenturyRule::NotAfterReference, CenturyRule::Pivot(pivot), CenturyRule::Refuse]
        {
            for order in [DayFirst, MonthFirst, Auto] {
                let _ = parse_date(&text, &DateFormat { order, century, reference_year: year });
            }
        }
    }

    #[test]
    fn date_like_texts_never_panic(
        text in "[0-9]{0,5}[-/. ]?([0-9]{0,3}|Jan|de|agosto)[-/., :T]{0,2}[0-9]{0,5}[:0-9sZ]{0,4}",
        year in any::<i32>(),
    ) {
        for order in [DayFirst, MonthFirst, Auto] {
            let format = DateFormat { order, ..DateFormat::of_edition(year) };
            let _ = parse_date(&text, &format);
        }
    }

    #[test]
    fn days_are_read_back((year, month, day) in any_day()) {
        let expected = PartialDate::new(year, Some(month), Some(day));
        let english = ["Jan", "February", "mar", "APR", "May", "june", "Jul.", "Aug", "Sept",
            "October", "nov", "DECEMBER"][usize::from(month) - 1];
        let spanish = ["enero", "FEBRERO", "marzo", "abril", "mayo", "junio", "julio", "agosto",
            "septiembre", "octubre", "noviembre", "diciembre"][usize::from(month) - 1];
        let texts = [
            (format!("{year}-{month:02}-{day:02}"), Auto),
            (format!("{year}{month:02}{day:02}"), Auto),
            (format!("{year}/{month}/{day}"), Auto),
            (format!("{year}-{month:02}-{day:02}T23:59:60Z"), Auto),
            (format!("{day:02}/{month:02}/{year}"), DayFirst),
            (format!("{day}.{month}.{year}"), DayFirst),
            (format!("{month}/{day}/{year} 12:00 AM"), MonthFirst),
            (format!("{day}-{english}-{year}"), Auto),
            (format!("{english} {day}, {year}"), Auto),
            (format!("{day} de {spanish} de {year}"), Auto),
        ];
        for (text, order) in texts {
            prop_assert_eq!(parse_date(&text, &format(order)).ok(), expected, "{}", text);
        }
    }

    #[test]
    fn coarse_dates_stay_coarse(year in 1000..=2999_i32, month in 1..=12_u8) {
        let month_only = PartialDate::new(year, Some(month), None);
        prop_assert_eq!(parse_date(&format!("{year}-{month:02}"), &format(Auto)).ok(), month_only);
        prop_assert_eq!(parse_date(&format!("{month}/{year}"), &format(Auto)).ok(), month_only);
        let year_only = PartialDate::new(year, None, None);
        prop_assert_eq!(parse_date(&year.to_string(), &format(Auto)).ok(), year_only);
    }

    #[test]
    fn two_digit_years_lie_in_the_century_before_the_reference(
        (year, month, day) in any_day(),
        reference_year in 1100..=2999_i32,
    ) {
        let text = format!("{day}/{month}/{:02}", year % 100);
        let format = DateFormat { order: DayFirst, ..DateFormat::of_edition(reference_year) };
        if let Ok(date) = parse_date(&text, &format) {
            prop_assert!((reference_year - 99..=reference_year).contains(&date.year()));
            prop_assert_eq!(date.year() % 100, year % 100);
        }
    }
}
