//! The dialects of CSV feeds: a new one is a row of the table below.

use crate::time::TimeFormat::{self, Compact, DayFirst, Epoch, Iso};

/// What a column can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Mmsi,
    Time,
    /// Milliseconds to add to the time.
    Millisecond,
    Lon,
    Lat,
    Sog,
    Cog,
    Heading,
    NavStatus,
    Draught,
    /// AIS message type: tells static rows and rows of other stations apart.
    MessageType,
    /// Kind of station in words, e.g. `Class A`, `Base Station`.
    MobileType,
    Synthetic,
    Imo,
    Name,
    Callsign,
    ShipType,
    Length,
    Beam,
    ToBow,
    ToStern,
    ToPort,
    ToStarboard,
    Destination,
}

pub(super) const FIELDS: usize = Field::Destination as usize + 1;

/// One way of writing positions as CSV.
pub(super) struct Dialect {
    pub(super) name: &'static str,
    /// Columns that together tell it from the others, normalised.
    pub(super) signature: &'static [&'static str],
    /// Names of columns that mean something else here than in [`ALIASES`].
    pub(super) aliases: &'static [(&'static str, Field)],
    /// Ways of writing time, tried in this order.
    pub(super) times: &'static [TimeFormat],
    /// Metres of one unit of draught.
    pub(super) draught_unit_m: f64,
}

/// The first whose signature a header has is taken.
pub(super) const DIALECTS: &[Dialect] = &[
    // Silt's own synthetic fleets.
    Dialect {
        name: "silt",
        signature: &["mmsi", "time", "lon", "lat", "sog_kn", "synthetic"],
        aliases: &[],
        times: &[Iso, Epoch],
        draught_unit_m: 1.0,
    },
    // NOAA and BOEM, to 2024.
    Dialect {
        name: "marinecadastre",
        signature: &["mmsi", "basedatetime", "lat", "lon"],
        aliases: &[],
        times: &[Iso],
        draught_unit_m: 1.0,
    },
    // NOAA and BOEM, from 2025.
    Dialect {
        name: "marinecadastre-2025",
        signature: &["mmsi", "base_date_time"],
        aliases: &[],
        times: &[Iso],
        draught_unit_m: 1.0,
    },
    // Danish Maritime Authority.
    Dialect {
        name: "danish",
        signature: &["timestamp", "type_of_mobile", "mmsi"],
        aliases: &[("type_of_mobile", Field::MobileType)],
        times: &[DayFirst, Iso],
        draught_unit_m: 1.0,
    },
    // exactEarth. Its draught is taken as metres [inferred].
    Dialect {
        name: "exactearth",
        signature: &[
            "mmsi",
            "message_id",
            "time",
            "millisecond",
            "longitude",
            "latitude",
        ],
        aliases: &[],
        times: &[Compact, Iso],
        draught_unit_m: 1.0,
    },
    // Global Fishing Watch, labelled tracks.
    Dialect {
        name: "globalfishingwatch",
        signature: &["mmsi", "timestamp", "lat", "lon", "is_fishing"],
        aliases: &[],
        times: &[Epoch, Iso],
        draught_unit_m: 1.0,
    },
    // Global Fishing Watch, tracks without labels.
    Dialect {
        name: "globalfishingwatch-tracks",
        signature: &["mmsi", "timestamp", "lat", "lon", "distance_from_shore"],
        aliases: &[],
        times: &[Epoch, Iso],
        draught_unit_m: 1.0,
    },
    // Histories kept of Digitraffic (Fintraffic), whose draught counts tenths of a metre.
    Dialect {
        name: "digitraffic",
        signature: &["timestamp", "mmsi", "nav_stat", "pos_acc"],
        aliases: &[],
        times: &[Iso],
        draught_unit_m: 0.1,
    },
    // Positions decoded from a log.
    Dialect {
        name: "decoded",
        signature: &["timestamp", "mmsi", "lat", "lon", "sog_kn", "cog_deg"],
        aliases: &[],
        times: &[Iso],
        draught_unit_m: 1.0,
    },
    // Units in the names of the columns.
    Dialect {
        name: "degrees",
        signature: &["time", "mmsi", "latitude_degrees", "longitude_degrees"],
        aliases: &[],
        times: &[Iso],
        draught_unit_m: 1.0,
    },
    // Anything with vessel, time, longitude and latitude under a usual name.
    Dialect {
        name: "plain",
        signature: &[],
        aliases: &[],
        times: &[Iso, Compact, Epoch],
        draught_unit_m: 1.0,
    },
];

/// The names of the dialects, for `FeedOptions::csv_dialect`.
pub const DIALECT_NAMES: [&str; DIALECTS.len()] = {
    let mut names = [""; DIALECTS.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = DIALECTS[index].name;
        index += 1;
    }
    names
};

/// Usual names of columns, normalised: lower case, `_` for spaces, no `#`.
pub(super) const ALIASES: &[(&str, Field)] = &[
    ("mmsi", Field::Mmsi),
    ("time", Field::Time),
    ("timestamp", Field::Time),
    ("datetime", Field::Time),
    ("date_time", Field::Time),
    ("basedatetime", Field::Time),
    ("base_date_time", Field::Time),
    ("millisecond", Field::Millisecond),
    ("lon", Field::Lon),
    ("long", Field::Lon),
    ("longitude", Field::Lon),
    ("longitude_degrees", Field::Lon),
    ("lat", Field::Lat),
    ("latitude", Field::Lat),
    ("latitude_degrees", Field::Lat),
    ("sog", Field::Sog),
    ("sog_kn", Field::Sog),
    ("sog_knots", Field::Sog),
    ("speed", Field::Sog),
    ("speed_knots", Field::Sog),
    ("cog", Field::Cog),
    ("cog_deg", Field::Cog),
    ("cog_degrees", Field::Cog),
    ("course", Field::Cog),
    ("heading", Field::Heading),
    ("heading_deg", Field::Heading),
    ("true_heading", Field::Heading),
    ("status", Field::NavStatus),
    ("nav_stat", Field::NavStatus),
    ("nav_status", Field::NavStatus),
    ("navigational_status", Field::NavStatus),
    ("draught_m", Field::Draught),
    ("draught", Field::Draught),
    ("draft", Field::Draught),
    ("message_id", Field::MessageType),
    ("synthetic", Field::Synthetic),
    ("imo", Field::Imo),
    ("name", Field::Name),
    ("vesselname", Field::Name),
    ("vessel_name", Field::Name),
    ("shipname", Field::Name),
    ("callsign", Field::Callsign),
    ("call_sign", Field::Callsign),
    ("vesseltype", Field::ShipType),
    ("vessel_type", Field::ShipType),
    ("ship_type", Field::ShipType),
    ("length", Field::Length),
    ("length_m", Field::Length),
    ("width", Field::Beam),
    ("beam_m", Field::Beam),
    ("dimension_to_bow", Field::ToBow),
    ("dimension_to_stern", Field::ToStern),
    ("dimension_to_port", Field::ToPort),
    ("dimension_to_starboard", Field::ToStarboard),
    ("destination", Field::Destination),
];

impl Dialect {
    pub(super) fn field_of(&self, normalised: &str) -> Option<Field> {
        let own = self.aliases.iter().chain(ALIASES);
        own.into_iter()
            .find(|(alias, _)| *alias == normalised)
            .map(|(_, field)| *field)
    }
}

/// A column's name without case, quotes, spaces, `#` and byte order mark.
pub(super) fn normalise(column: &str) -> String {
    column
        .trim_matches(|character: char| {
            character.is_whitespace() || matches!(character, '"' | '#' | '\u{feff}')
        })
        .chars()
        .map(|character| {
            if character.is_whitespace() {
                '_'
            } else {
                character
            }
        })
        .flat_map(char::to_lowercase)
        .collect()
}
