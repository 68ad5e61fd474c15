use super::*;

fn read(asked: Asked) -> Result<Question, String> {
    let regions = RegionSet::bundled();
    let question = asked.question(&regions, 5_000);
    question.map_err(|error| error.input)
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn nothing_asked_is_everything() {
    assert_eq!(read(Asked::default()), Ok(Question::default()));
}

#[test]
fn a_datetime_is_a_half_open_period() {
    let period = |datetime: &str| {
        let asked = Asked {
            datetime: text(datetime),
            ..Asked::default()
        };
        read(asked).map(|question| (question.from_ms, question.until_ms))
    };
    const DAY_MS: i64 = 86_400_000;
    assert_eq!(period("1970-01-02"), Ok((Some(DAY_MS), Some(2 * DAY_MS))));
    assert_eq!(
        period("1970-01-01/1970-01-31"),
        Ok((Some(0), Some(31 * DAY_MS)))
    );
    assert_eq!(period("../1970-01-01"), Ok((None, Some(DAY_MS))));
    assert_eq!(period("1970-01-02/.."), Ok((Some(DAY_MS), None)));
    assert_eq!(
        period("1970-01-01T00:00:00Z/1970-01-01T00:00:01Z"),
        Ok((Some(0), Some(1_001)))
    );
    let months = Asked {
        from: text("1970-01"),
        to: text("1970-02"),
        ..Asked::default()
    };
    let question = read(months).expect("a question");
    assert_eq!(
        (question.from_ms, question.until_ms),
        (Some(0), Some(31 * DAY_MS))
    );
}

#[test]
fn what_cannot_be_is_named() {
    let nothing = Asked::default;
    let wrong = [
        (
            "by",
            Asked {
                by: text("colour"),
                ..nothing()
            },
        ),
        (
            "by",
            Asked {
                by: text("year,year"),
                ..nothing()
            },
        ),
        (
            "region",
            Asked {
                region: text("iso3:XXX"),
                ..nothing()
            },
        ),
        (
            "purpose",
            Asked {
                purpose: text("fun"),
                ..nothing()
            },
        ),
        (
            "from",
            Asked {
                from: text("soon"),
                ..nothing()
            },
        ),
        (
            "to",
            Asked {
                to: text(""),
                ..nothing()
            },
        ),
        (
            "to",
            Asked {
                from: text("2024"),
                to: text("2024"),
                ..nothing()
            },
        ),
        (
            "datetime",
            Asked {
                datetime: text("2024"),
                ..nothing()
            },
        ),
        (
            "datetime",
            Asked {
                datetime: text("2024-01-01"),
                to: text("2024"),
                ..nothing()
            },
        ),
        (
            "draws",
            Asked {
                draws: Some(999),
                ..nothing()
            },
        ),
        (
            "draws",
            Asked {
                draws: Some(5_001),
                ..nothing()
            },
        ),
    ];
    for (input, asked) in wrong {
        assert_eq!(read(asked.clone()), Err(input.to_owned()), "{asked:?}");
    }
    let priors = Priors {
        trip_sd: -1.0,
        ..Priors::default()
    };
    let asked = Asked {
        priors: Some(priors),
        ..nothing()
    };
    assert_eq!(read(asked), Err("priors".to_owned()));
}
