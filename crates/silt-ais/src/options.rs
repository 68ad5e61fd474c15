//! What a reader may be told, with the defaults and where they come from.

/// What a number in the vessel column may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VesselIds {
    /// An MMSI of a vessel: nine digits, the first 2-7 (ITU-R M.585). Others are refused.
    Mmsi,
    /// Any number: files whose publisher replaced the MMSI by pseudonyms, e.g. the labelled
    /// tracks of Global Fishing Watch. Numbers above `u32::MAX` are folded into 32 bits.
    Pseudonyms,
}

/// Limits and rules of a reader.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedOptions {
    /// Unix time in ms after which nothing can have been observed: the present, or when the file
    /// was written. `None`: positions of the future are not looked for.
    pub now_ms: Option<i64>,
    /// How far a clock may be ahead of `now_ms`, in ms. Ten minutes [inferred].
    pub clock_tolerance_ms: i64,
    /// Unix time in ms before which no position is believed: 1990-01-01, before AIS [inferred].
    pub earliest_ms: i64,
    /// What may stand in the vessel column.
    pub ids: VesselIds,
    /// MMSI ranges that look like vessels and are stations, ends included: 2579999xx, Norwegian
    /// base stations and aids to navigation.
    pub station_ranges: Vec<(u32, u32)>,
    /// Speeds that mean "not available", in kn: 102.3 (ITU-R M.1371) and 51.2, which several
    /// feeds send instead.
    pub sog_not_available_kn: Vec<f64>,
    /// The greatest speed a message can carry, in kn; above it a value is absurd (ITU-R M.1371).
    pub sog_max_kn: f64,
    /// The greatest draught a message can carry, in m (ITU-R M.1371).
    pub draught_max_m: f64,
    /// Examples kept in a report, of refused rows and of noted values each.
    pub max_examples: usize,
    /// The longest record of a CSV file, in bytes; longer ones are refused [inferred].
    pub csv_max_record_bytes: usize,
    /// The longest line of an NMEA log, in bytes; longer ones are refused. A sentence has 82
    /// characters; tag blocks and trailing fields of receivers add some hundred [inferred].
    pub nmea_max_line_bytes: usize,
    /// AIS sentences after which a message whose parts are still missing is given up [inferred].
    pub nmea_part_window: u64,
    /// The largest element of a JSON feed, in bytes [inferred].
    pub json_max_element_bytes: usize,
    /// The name of the CSV dialect, where it must not be detected (see `DIALECT_NAMES`).
    pub csv_dialect: Option<String>,
}

impl Default for FeedOptions {
    fn default() -> Self {
        Self {
            now_ms: None,
            clock_tolerance_ms: 600_000,
            earliest_ms: 631_152_000_000,
            ids: VesselIds::Mmsi,
            station_ranges: vec![(257_999_900, 257_999_999)],
            sog_not_available_kn: vec![102.3, 51.2],
            sog_max_kn: 102.2,
            draught_max_m: 25.5,
            max_examples: 100,
            csv_max_record_bytes: 64 * 1024,
            nmea_max_line_bytes: 1024,
            nmea_part_window: 1000,
            json_max_element_bytes: 1024 * 1024,
            csv_dialect: None,
        }
    }
}
