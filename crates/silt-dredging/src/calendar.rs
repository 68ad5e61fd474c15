//! Months of times.

const DAY_MS: i64 = 86_400_000;

/// The month (YYYYMM, UTC) of a time, remembered with its bounds: positions come in order, so nearly
/// every one lies in the month of the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthClock {
    start_ms: i64,
    end_ms: i64,
    month: i32,
}

impl MonthClock {
    pub(crate) fn new() -> Self {
        Self {
            start_ms: 0,
            end_ms: 0,
            month: 0,
        }
    }

    pub(crate) fn month(&mut self, time_ms: i64) -> i32 {
        if time_ms < self.start_ms || time_ms >= self.end_ms {
            let (year, month) = civil_month(time_ms.div_euclid(DAY_MS));
            self.month = (year * 100 + month) as i32;
            self.start_ms = days_from_civil(year, month) * DAY_MS;
            let (next_year, next_month) = if month == 12 {
                (year + 1, 1)
            } else {
                (year, month + 1)
            };
            self.end_ms = days_from_civil(next_year, next_month) * DAY_MS;
        }
        self.month
    }
}

/// Year and month of a day counted from 1 January 1970, in the proleptic Gregorian calendar. Years
/// begin in March here, so that the leap day is their last.
fn civil_month(day: i64) -> (i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month)
}

/// The first day of a month, counted from 1 January 1970.
fn days_from_civil(year: i64, month: i64) -> i64 {
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_and_end_where_the_calendar_says() {
        let mut clock = MonthClock::new();
        assert_eq!(clock.month(0), 197_001);
        assert_eq!(clock.month(-1), 196_912);
        assert_eq!(clock.month(1_384_257_600_000), 201_311);
        // 2024-02-29 23:59:59.999 and the millisecond after it; 2100 has no leap day.
        assert_eq!(clock.month(1_709_251_199_999), 202_402);
        assert_eq!(clock.month(1_709_251_200_000), 202_403);
        assert_eq!(clock.month(4_107_542_400_000 - 1), 210_002);
        assert_eq!(clock.month(4_107_542_400_000), 210_003);
    }
}
