//! Numbers and times as text, without the detours of a formatter: positions
//! come by the hundred million.

/// `2024-03-01T00:00:00.000Z`.
pub(super) fn iso_time(time_ms: i64) -> String {
    let mut bytes = Vec::with_capacity(24);
    push_iso_time(&mut bytes, time_ms);
    String::from_utf8(bytes).expect("digits are ASCII")
}

/// Appends a time of the years 0 to 9999 in ISO 8601 with milliseconds.
pub(super) fn push_iso_time(out: &mut Vec<u8>, time_ms: i64) {
    let day = time_ms.div_euclid(86_400_000);
    let of_day_ms = time_ms.rem_euclid(86_400_000) as u64;
    let (year, month, day_of_month) = civil_from_days(day);
    push_padded(out, year.clamp(0, 9999) as u64, 4);
    out.push(b'-');
    push_padded(out, month, 2);
    out.push(b'-');
    push_padded(out, day_of_month, 2);
    out.push(b'T');
    push_padded(out, of_day_ms / 3_600_000, 2);
    out.push(b':');
    push_padded(out, of_day_ms / 60_000 % 60, 2);
    out.push(b':');
    push_padded(out, of_day_ms / 1000 % 60, 2);
    out.push(b'.');
    push_padded(out, of_day_ms % 1000, 3);
    out.push(b'Z');
}

/// Year, month and day of the Gregorian calendar, counted in eras of 400
/// years that begin in March, so that the leap day is the last of a year.
fn civil_from_days(day: i64) -> (i64, u64, u64) {
    let since_march_0000 = day + 719_468;
    let era = since_march_0000.div_euclid(146_097);
    let day_of_era = since_march_0000.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month = if months_since_march < 10 {
        months_since_march + 3
    } else {
        months_since_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u64, day_of_month as u64)
}

fn push_padded(out: &mut Vec<u8>, value: u64, digits: usize) {
    let mut buffer = [b'0'; 20];
    let mut rest = value;
    for place in (0..digits).rev() {
        buffer[place] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&buffer[..digits]);
}

pub(super) fn push_integer(out: &mut Vec<u8>, value: u64) {
    let mut digits = 1;
    let mut rest = value / 10;
    while rest > 0 {
        digits += 1;
        rest /= 10;
    }
    push_padded(out, value, digits);
}

/// A finite number with a fixed number of decimals, at most nine.
pub(super) fn push_fixed(out: &mut Vec<u8>, value: f64, decimals: usize) {
    let scale = 10_u64.pow(decimals as u32);
    // Half away from zero, as `f64::round`, which is a call on many processors.
    let exact = value * scale as f64;
    let scaled = (exact + 0.5_f64.copysign(exact)) as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let magnitude = scaled.unsigned_abs();
    push_integer(out, magnitude / scale);
    if decimals > 0 {
        out.push(b'.');
        push_padded(out, magnitude % scale, decimals);
    }
}

/// One decimal, or nothing where the value is not available.
pub(super) fn push_tenths(out: &mut Vec<u8>, value: f32) {
    if !value.is_nan() {
        push_fixed(out, f64::from(value), 1);
    }
}

/// A field of a CSV file, quoted where it has to be.
pub(super) fn push_field(out: &mut Vec<u8>, text: &str) {
    if !text.contains([',', '"', '\n', '\r']) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}
