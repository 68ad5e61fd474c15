//! AIS messages that carry positions and static data of vessels (ITU-R M.1371-5, Annex 8).

use crate::checks::Reading;
use crate::reason::Refusal;
use crate::static_report::{StaticReport, clean_text};

use super::bits::Bits;

/// What a message says.
#[derive(Debug)]
pub(super) enum Message {
    Position(Reading, Option<Box<StaticReport>>),
    Static(Box<StaticReport>),
    /// A message of another type.
    NoVesselData {
        kind: u8,
    },
}

impl Message {
    pub(super) fn sender(&self) -> u32 {
        match self {
            Self::Position(reading, _) => reading.mmsi,
            Self::Static(said) => said.mmsi,
            Self::NoVesselData { .. } => 0,
        }
    }
}

/// Degrees are sent in 1/10,000 minutes, by message 27 in 1/10 minutes.
const UNITS_PER_DEGREE: f64 = 600_000.0;
const LONG_RANGE_UNITS_PER_DEGREE: f64 = 600.0;

/// Decodes the payload of a whole message.
pub(super) fn decode(payload: &[u8], fill_bits: u8) -> Result<Message, Refusal> {
    let bits = Bits::of(payload, fill_bits).ok_or(Refusal::PayloadInvalid)?;
    let kind = bits.unsigned(0, 6) as u8;
    if !(1..=27).contains(&kind) {
        return Err(Refusal::MessageTypeUnknown);
    }
    if bits.len() < least_bits(kind, &bits) {
        return Err(Refusal::PayloadShort);
    }
    Ok(match kind {
        1..=3 => Message::Position(class_a(&bits), None),
        5 => Message::Static(Box::new(voyage(&bits))),
        18 => Message::Position(class_b(&bits), None),
        19 => Message::Position(class_b(&bits), Some(Box::new(extended_class_b(&bits)))),
        24 => static_part(&bits)?,
        27 => Message::Position(long_range(&bits), None),
        _ => Message::NoVesselData { kind },
    })
}

/// Bits up to the last one read. Some transmitters leave out what follows.
fn least_bits(kind: u8, bits: &Bits<'_>) -> usize {
    match kind {
        1..=3 => 137,
        5 => 422,
        18 => 133,
        19 => 301,
        24 if bits.unsigned(38, 2) == 0 => 160,
        24 => 162,
        27 => 94,
        _ => 38,
    }
}

fn class_a(bits: &Bits<'_>) -> Reading {
    Reading {
        mmsi: bits.unsigned(8, 30),
        nav_status: bits.unsigned(38, 4) as u8,
        sog_kn: f64::from(bits.unsigned(50, 10)) / 10.0,
        lon_deg: f64::from(bits.signed(61, 28)) / UNITS_PER_DEGREE,
        lat_deg: f64::from(bits.signed(89, 27)) / UNITS_PER_DEGREE,
        cog_deg: f64::from(bits.unsigned(116, 12)) / 10.0,
        heading_deg: f64::from(bits.unsigned(128, 9)),
        ..Reading::default()
    }
}

fn class_b(bits: &Bits<'_>) -> Reading {
    Reading {
        mmsi: bits.unsigned(8, 30),
        sog_kn: f64::from(bits.unsigned(46, 10)) / 10.0,
        lon_deg: f64::from(bits.signed(57, 28)) / UNITS_PER_DEGREE,
        lat_deg: f64::from(bits.signed(85, 27)) / UNITS_PER_DEGREE,
        cog_deg: f64::from(bits.unsigned(112, 12)) / 10.0,
        heading_deg: f64::from(bits.unsigned(124, 9)),
        ..Reading::default()
    }
}

fn long_range(bits: &Bits<'_>) -> Reading {
    Reading {
        mmsi: bits.unsigned(8, 30),
        nav_status: bits.unsigned(40, 4) as u8,
        lon_deg: f64::from(bits.signed(44, 18)) / LONG_RANGE_UNITS_PER_DEGREE,
        lat_deg: f64::from(bits.signed(62, 17)) / LONG_RANGE_UNITS_PER_DEGREE,
        sog_kn: f64::from(bits.unsigned(79, 6)),
        cog_deg: f64::from(bits.unsigned(85, 9)),
        long_range: true,
        ..Reading::default()
    }
}

fn voyage(bits: &Bits<'_>) -> StaticReport {
    let mut said = StaticReport {
        mmsi: bits.unsigned(8, 30),
        callsign: clean_text(&bits.text(70, 7)),
        name: clean_text(&bits.text(112, 20)),
        ship_type: ship_type(bits, 232),
        draught_m: positive(bits.unsigned(294, 8)).map(|decimetres| decimetres / 10.0),
        destination: clean_text(&bits.text(302, 20)),
        ..StaticReport::default()
    };
    said.set_imo(bits.unsigned(40, 30));
    set_size(&mut said, bits, 240);
    said
}

fn extended_class_b(bits: &Bits<'_>) -> StaticReport {
    let mut said = StaticReport {
        mmsi: bits.unsigned(8, 30),
        name: clean_text(&bits.text(143, 20)),
        ship_type: ship_type(bits, 263),
        ..StaticReport::default()
    };
    set_size(&mut said, bits, 271);
    said
}

/// Message 24: part A has the name, part B the rest.
fn static_part(bits: &Bits<'_>) -> Result<Message, Refusal> {
    let mmsi = bits.unsigned(8, 30);
    let mut said = StaticReport {
        mmsi,
        ..StaticReport::default()
    };
    match bits.unsigned(38, 2) {
        0 => said.name = clean_text(&bits.text(40, 20)),
        1 => {
            said.ship_type = ship_type(bits, 40);
            said.callsign = clean_text(&bits.text(90, 7));
            set_size(&mut said, bits, 132);
        }
        _ => return Err(Refusal::PayloadInvalid),
    }
    Ok(Message::Static(Box::new(said)))
}

fn ship_type(bits: &Bits<'_>, start: usize) -> Option<u8> {
    let code = bits.unsigned(start, 8) as u8;
    (code != 0).then_some(code)
}

/// Distances from the antenna to bow, stern, port and starboard.
fn set_size(said: &mut StaticReport, bits: &Bits<'_>, start: usize) {
    let to_bow_m = bits.unsigned(start, 9);
    let to_stern_m = bits.unsigned(start + 9, 9);
    let to_port_m = bits.unsigned(start + 18, 6);
    let to_starboard_m = bits.unsigned(start + 24, 6);
    said.length_m = positive(to_bow_m + to_stern_m);
    said.beam_m = positive(to_port_m + to_starboard_m);
}

fn positive(value: u32) -> Option<f32> {
    (value > 0).then_some(value as f32)
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
