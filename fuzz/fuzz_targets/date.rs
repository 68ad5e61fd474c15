//! No text makes the date parser panic, and every date that is read is read back from its ISO
//! form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use silt_fuzz::values::{
    CenturyRule, DateFormat, DateOrder, from_excel_serial, parse_date, parse_year,
};

fuzz_target!(|text: &str| {
    for order in [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::Auto] {
        for century in [
            CenturyRule::NotAfterReference,
            CenturyRule::Pivot(50),
            CenturyRule::Refuse,
        ] {
            let format = DateFormat {
                order,
                century,
                reference_year: 2025,
            };
            if let Ok(date) = parse_date(text, &format) {
                assert_eq!(parse_date(&date.to_string(), &format), Ok(date));
            }
        }
    }
    let _ = parse_year(text);
    if let Ok(serial) = text.parse::<f64>() {
        let _ = from_excel_serial(serial, false);
        let _ = from_excel_serial(serial, true);
    }
});
