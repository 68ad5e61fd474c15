//! Why a row was refused, what was noted of one that was kept, and what else a feed carries.

use crate::mmsi::MmsiKind;

/// A reason with an index for counting and a stable code for reports.
pub trait Reason: Copy + 'static {
    /// How many reasons there are.
    const COUNT: usize;
    /// The position of this reason, below `COUNT`.
    fn index(self) -> usize;
    /// The stable code of the reason at `index`, e.g. `checksum_wrong`.
    fn code_at(index: usize) -> String;
    /// The stable code of this reason.
    fn code(self) -> String {
        Self::code_at(self.index())
    }
}

macro_rules! reasons {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            const CODES: &'static [&'static str] = &[$($code,)+];
        }

        impl Reason for $name {
            const COUNT: usize = Self::CODES.len();
            fn index(self) -> usize {
                self as usize
            }
            fn code_at(index: usize) -> String {
                Self::CODES[index].to_owned()
            }
        }
    };
}

reasons! {
    /// Why a line or row gave neither a position nor a static report.
    Refusal {
        /// Longer than the limit of its format.
        LineTooLong = "line_too_long",
        /// Not a sentence of NMEA 0183.
        NotASentence = "not_a_sentence",
        /// A sentence without a checksum: it was cut off.
        ChecksumMissing = "checksum_missing",
        /// The checksum does not fit the sentence.
        ChecksumWrong = "checksum_wrong",
        /// A sentence whose fields are not those of its type.
        SentenceMalformed = "sentence_malformed",
        /// A payload with characters outside the six-bit alphabet, or none at all.
        PayloadInvalid = "payload_invalid",
        /// Fewer bits than the message type has.
        PayloadShort = "payload_short",
        /// A part of a message whose other parts are missing or out of order.
        PartsMissing = "parts_missing",
        /// A message type that does not exist (0, or above 27).
        MessageTypeUnknown = "message_type_unknown",
        /// Not as many columns as the header.
        ColumnCount = "column_count",
        /// A quote that is opened and not closed.
        QuoteUnclosed = "quote_unclosed",
        /// An element of a JSON list that is not an object.
        ElementMalformed = "element_malformed",
        /// No vessel number.
        MmsiMissing = "mmsi_missing",
        /// A vessel number that is not a number.
        MmsiUnreadable = "mmsi_unreadable",
        /// 00MIDxxxx, a base station.
        MmsiCoastStation = "mmsi_coast_station",
        /// 0MIDxxxxx, a group of ships or a lost digit.
        MmsiGroupOfShips = "mmsi_group_of_ships",
        /// 111MIDxxx, an aircraft in search and rescue.
        MmsiSarAircraft = "mmsi_sar_aircraft",
        /// 8MIDxxxxx, a handheld radio.
        MmsiHandheld = "mmsi_handheld",
        /// 970, 972, 974: an emergency transmitter.
        MmsiEmergencyDevice = "mmsi_emergency_device",
        /// 98MIDxxxx, a craft that belongs to a ship.
        MmsiCraftOfShip = "mmsi_craft_of_ship",
        /// 99MIDxxxx, an aid to navigation.
        MmsiAidToNavigation = "mmsi_aid_to_navigation",
        /// A number of the vessels' range that a station uses (`FeedOptions::station_ranges`).
        MmsiStationAsVessel = "mmsi_station_as_vessel",
        /// Nine digits that are not allocated.
        MmsiUnallocated = "mmsi_unallocated",
        /// Too few digits.
        MmsiTooShort = "mmsi_too_short",
        /// More than nine digits.
        MmsiTooLong = "mmsi_too_long",
        /// No time.
        TimeMissing = "time_missing",
        /// A time that cannot be read.
        TimeUnreadable = "time_unreadable",
        /// Before `FeedOptions::earliest_ms`.
        TimeTooEarly = "time_too_early",
        /// After `FeedOptions::now_ms`.
        TimeInFuture = "time_in_future",
        /// Latitude or longitude is empty.
        PositionMissing = "position_missing",
        /// Latitude or longitude cannot be read.
        PositionUnreadable = "position_unreadable",
        /// Latitude 91 or longitude 181.
        PositionNotAvailable = "position_not_available",
        /// Outside the Earth's coordinates.
        PositionOutOfRange = "position_out_of_range",
    }
}

reasons! {
    /// What was not taken over from a row that was kept, or is worth a look.
    Note {
        /// Speed marked "not available".
        SogNotAvailable = "sog_not_available",
        /// Speed negative, above the greatest, or unreadable: taken as not available.
        SogInvalid = "sog_invalid",
        /// Course marked "not available".
        CogNotAvailable = "cog_not_available",
        /// Course outside 0-360 or unreadable: taken as not available.
        CogInvalid = "cog_invalid",
        /// Heading marked "not available".
        HeadingNotAvailable = "heading_not_available",
        /// Heading outside 0-359 or unreadable: taken as not available.
        HeadingInvalid = "heading_invalid",
        /// Draught negative, above the greatest, or unreadable: taken as not available.
        DraughtInvalid = "draught_invalid",
        /// Navigational status that is none: taken as 15, not defined.
        NavStatusInvalid = "nav_status_invalid",
        /// Latitude 0 and longitude 0.
        PositionNullIsland = "position_null_island",
        /// An IMO number whose check digit is wrong.
        ImoCheckFailed = "imo_check_failed",
        /// A ship type that is neither a code nor a known word.
        ShipTypeInvalid = "ship_type_invalid",
        /// A tag block whose checksum is wrong: its time was not used.
        TagBlockInvalid = "tag_block_invalid",
    }
}

/// A line or row that is neither a position, a static report nor a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// A blank line.
    Blank,
    /// A comment of the program that wrote the log (`#`).
    Comment,
    /// A `$PGHP` sentence: the time of the sentence after it.
    TimeStamp,
    /// A tag block without a sentence.
    TagBlock,
    /// A part of a message that other lines complete.
    Part,
    /// A proprietary sentence (`$P`).
    Proprietary,
    /// Another sentence of NMEA 0183, e.g. `$GPGGA`.
    OtherSentence,
    /// A row that says itself that its sender is no vessel, e.g. `Base Station`.
    NotAVessel,
    /// An AIS message of a type that carries no position of a vessel.
    Message(u8),
}

const MESSAGE_TYPES: usize = 64;
const OTHER_CODES: [&str; 8] = [
    "blank",
    "comment",
    "time_stamp",
    "tag_block",
    "part_of_message",
    "proprietary_sentence",
    "other_sentence",
    "not_a_vessel",
];

impl Reason for Other {
    const COUNT: usize = OTHER_CODES.len() + MESSAGE_TYPES;

    fn index(self) -> usize {
        match self {
            Self::Blank => 0,
            Self::Comment => 1,
            Self::TimeStamp => 2,
            Self::TagBlock => 3,
            Self::Part => 4,
            Self::Proprietary => 5,
            Self::OtherSentence => 6,
            Self::NotAVessel => 7,
            Self::Message(kind) => OTHER_CODES.len() + usize::from(kind).min(MESSAGE_TYPES - 1),
        }
    }

    fn code_at(index: usize) -> String {
        match OTHER_CODES.get(index) {
            Some(code) => (*code).to_owned(),
            None => format!("message_type_{:02}", index - OTHER_CODES.len()),
        }
    }
}

impl Refusal {
    /// Why a sender of this kind is not a vessel; `None` for vessels.
    pub(crate) fn of_mmsi(kind: MmsiKind) -> Option<Self> {
        Some(match kind {
            MmsiKind::Vessel => return None,
            MmsiKind::CoastStation => Self::MmsiCoastStation,
            MmsiKind::GroupOfShips => Self::MmsiGroupOfShips,
            MmsiKind::SarAircraft => Self::MmsiSarAircraft,
            MmsiKind::Handheld => Self::MmsiHandheld,
            MmsiKind::EmergencyDevice => Self::MmsiEmergencyDevice,
            MmsiKind::CraftOfShip => Self::MmsiCraftOfShip,
            MmsiKind::AidToNavigation => Self::MmsiAidToNavigation,
            MmsiKind::Unallocated => Self::MmsiUnallocated,
            MmsiKind::TooShort => Self::MmsiTooShort,
            MmsiKind::TooLong => Self::MmsiTooLong,
        })
    }
}
