//! Navigational status and ship type, where a feed spells them in words.

use crate::number::parse_decimal;

/// "Not defined" of ITU-R M.1371.
pub(crate) const NAV_STATUS_NOT_DEFINED: u8 = 15;

/// Words of the Danish authority and of MarineCadastre before 2018, without case and spaces.
const NAV_STATUS: &[(&str, u8)] = &[
    ("underwayusingengine", 0),
    ("atanchor", 1),
    ("notundercommand", 2),
    ("restrictedmaneuverability", 3),
    ("restrictedmanoeuvrability", 3),
    ("constrainedbyherdraught", 4),
    ("constrainedbyherdraft", 4),
    ("constrainedbydraught", 4),
    ("moored", 5),
    ("aground", 6),
    ("engagedinfishing", 7),
    ("underwaysailing", 8),
    ("reservedforfutureamendment[hsc]", 9),
    ("reservedforfutureamendment[wig]", 10),
    ("powerdrivenvesseltowingastern", 11),
    ("power-drivenvesseltowingastern", 11),
    ("powerdrivenvesselpushingaheadortowingalongside", 12),
    ("power-drivenvesselpushingaheadortowingalongside", 12),
    ("reservedforfutureuse(11)", 11),
    ("reservedforfutureuse(12)", 12),
    ("reservedforfutureuse(13)", 13),
    ("reservedforfutureuse", 13),
    ("ais-sart", 14),
    ("ais-sartactive", 14),
    ("undefined", 15),
    ("notdefined", 15),
    ("notdefined(default)", 15),
    ("unknownvalue", 15),
];

/// Words of the Danish authority; a group gets the code of its first subtype.
const SHIP_TYPE: &[(&str, u8)] = &[
    ("wig", 20),
    ("fishing", 30),
    ("towing", 31),
    ("towinglong/wide", 32),
    ("dredging", 33),
    ("diving", 34),
    ("military", 35),
    ("sailing", 36),
    ("pleasure", 37),
    ("hsc", 40),
    ("pilot", 50),
    ("sar", 51),
    ("tug", 52),
    ("porttender", 53),
    ("anti-pollution", 54),
    ("lawenforcement", 55),
    ("medical", 58),
    ("nottopartytoconflict", 59),
    ("notpartytoconflict", 59),
    ("passenger", 60),
    ("cargo", 70),
    ("tanker", 80),
    ("other", 90),
];

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coded {
    Code(u8),
    /// The cell says that there is none.
    None,
    /// The cell says something that is no code.
    Unreadable,
}

/// A navigational status: a number or words.
pub(crate) fn nav_status(text: &[u8]) -> Coded {
    if let [digit @ b'0'..=b'9'] = text {
        return Coded::Code(digit - b'0');
    }
    match coded(text, NAV_STATUS) {
        Coded::Code(code) if code > NAV_STATUS_NOT_DEFINED => Coded::Unreadable,
        other => other,
    }
}

/// A ship type: a number or words. 0 is "not available".
pub(crate) fn ship_type(text: &[u8]) -> Coded {
    match coded(text, SHIP_TYPE) {
        Coded::Code(0) => Coded::None,
        other => other,
    }
}

fn coded(text: &[u8], words: &[(&str, u8)]) -> Coded {
    let text = text.trim_ascii();
    if let Some(number) = parse_decimal(text) {
        let whole = number.fract() == 0.0 && (0.0..=255.0).contains(&number);
        return if whole {
            Coded::Code(number as u8)
        } else {
            Coded::Unreadable
        };
    }
    let spelled: String = String::from_utf8_lossy(text)
        .chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    if let Some((_, code)) = words.iter().find(|(word, _)| *word == spelled) {
        return Coded::Code(*code);
    }
    let says_nothing = matches!(
        spelled.as_str(),
        "undefined" | "reserved" | "spare1" | "spare2"
    );
    if says_nothing || crate::number::is_blank(text) {
        Coded::None
    } else {
        Coded::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words() {
        assert_eq!(nav_status(b"Under way using engine"), Coded::Code(0));
        assert_eq!(nav_status(b"restricted maneuverability"), Coded::Code(3));
        assert_eq!(nav_status(b"Unknown value"), Coded::Code(15));
        assert_eq!(nav_status(b"5.0"), Coded::Code(5));
        assert_eq!(nav_status(b"7"), Coded::Code(7));
        assert_eq!(nav_status(b""), Coded::None);
        assert_eq!(nav_status(b"16"), Coded::Unreadable);
        assert_eq!(nav_status(b"dancing"), Coded::Unreadable);
        assert_eq!(ship_type(b"Dredging"), Coded::Code(33));
        assert_eq!(ship_type(b"0"), Coded::None);
        assert_eq!(ship_type(b"Undefined"), Coded::None);
        assert_eq!(ship_type(b"1025"), Coded::Unreadable);
        assert_eq!(ship_type(b"157"), Coded::Code(157));
    }
}
