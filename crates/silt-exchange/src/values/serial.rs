//! Days as spreadsheets number them.

use silt_model::PartialDate;

use super::date::DateError;

/// The day that a spreadsheet stores as a number; the time of day is left out.
///
/// `is_1904` selects the date system of old Macintosh workbooks. In the 1900 system day 60 is
/// 29 February 1900, which never was, and is refused.
///
/// # Errors
///
/// [`DateError::NoYear`] for 0, [`DateError::InvalidSerial`] for anything that is no day.
pub fn from_excel_serial(serial: f64, is_1904: bool) -> Result<PartialDate, DateError> {
    const DAYS_1899_12_30_TO_1970: i64 = 25_569;
    const DAYS_1904_01_01_TO_1970: i64 = 24_107;
    const LAST_DAY_OF_9999: f64 = 2_958_466.0;

    let invalid = || DateError::InvalidSerial {
        serial: serial.to_string(),
    };
    if !(0.0..LAST_DAY_OF_9999).contains(&serial) {
        return Err(invalid());
    }
    if serial == 0.0 && !is_1904 {
        return Err(DateError::NoYear);
    }
    let whole_days = serial.floor() as i64;
    let days_since_1970 = match (is_1904, whole_days) {
        (true, _) => whole_days - DAYS_1904_01_01_TO_1970,
        (false, 0 | 60) => return Err(invalid()),
        // Before the day that never was, the numbers run one ahead.
        (false, 1..60) => whole_days + 1 - DAYS_1899_12_30_TO_1970,
        (false, _) => whole_days - DAYS_1899_12_30_TO_1970,
    };
    let (year, month, day) = civil_from_days(days_since_1970);
    PartialDate::new(year, Some(month), Some(day)).ok_or_else(invalid)
}

/// Gregorian date of a day counted from 1970-01-01.
///
/// Days are counted from 1 March, so that the leap day is the last of its year and the months
/// follow a pattern of 153 days in five.
fn civil_from_days(days_since_1970: i64) -> (i32, u8, u8) {
    const DAYS_0000_03_01_TO_1970: i64 = 719_468;
    const DAYS_IN_400_YEARS: i64 = 146_097;

    let days = days_since_1970 + DAYS_0000_03_01_TO_1970;
    let era = days.div_euclid(DAYS_IN_400_YEARS);
    let day_of_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let leap_corrected =
        day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096;
    let year_of_era = leap_corrected / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

#[cfg(test)]
#[path = "serial_tests.rs"]
mod tests;
