//! AIVDM sentences with tag blocks: messages 1 and 5 of class A, 18 and 24 of
//! class B (ITU-R M.1371-5; IEC 61162-1 and -450).

use std::io::{self, Write};

use crate::track::{Positions, VesselTrack};
use crate::vessel::{SynthVessel, Transponder};

// Six-bit characters that fit one sentence of 82 characters.
const CHARACTERS_PER_SENTENCE: usize = 56;
// Static data is sent every sixth minute.
const STATIC_EVERY_MS: i64 = 360_000;

/// Writes tracks as NMEA 0183. The tag block carries whole seconds, as IEC
/// 61162-450 defines it; a report's own milliseconds are lost.
#[derive(Debug)]
pub struct NmeaWriter<W: Write> {
    out: W,
    group: u32,
    sentences: u64,
}

impl<W: Write> NmeaWriter<W> {
    /// A writer of any number of tracks.
    pub fn new(out: W) -> NmeaWriter<W> {
        NmeaWriter {
            out,
            group: 0,
            sentences: 0,
        }
    }

    /// Position reports, and static data every six minutes of them.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, vessel: &SynthVessel, track: &VesselTrack) -> io::Result<()> {
        let positions = &track.positions;
        let mut static_at_ms = i64::MIN;
        for row in 0..positions.len() {
            let time_ms = positions.time_ms[row];
            let is_class_a = vessel.transponder == Transponder::A;
            if time_ms.saturating_sub(static_at_ms) >= STATIC_EVERY_MS {
                static_at_ms = time_ms;
                if is_class_a {
                    self.send(&static_a(vessel, positions, row), time_ms)?;
                } else {
                    self.send(&static_b_name(vessel, positions.mmsi[row]), time_ms)?;
                    self.send(&static_b_type(vessel, positions.mmsi[row]), time_ms)?;
                }
            }
            let bits = if is_class_a {
                position_a(positions, row)
            } else {
                position_b(positions, row)
            };
            self.send(&bits, time_ms)?;
        }
        Ok(())
    }

    /// Sentences written so far.
    pub fn sentences(&self) -> u64 {
        self.sentences
    }

    /// Flushes and returns the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn send(&mut self, bits: &Bits, time_ms: i64) -> io::Result<()> {
        let (payload, fill_bits) = bits.payload();
        let seconds = time_ms.div_euclid(1000);
        let parts: Vec<&[u8]> = payload.chunks(CHARACTERS_PER_SENTENCE).collect();
        let count = parts.len();
        let is_long = count > 1;
        if is_long {
            self.group = self.group % 9999 + 1;
        }
        for (number, part) in parts.iter().enumerate() {
            let tag = match (is_long, number) {
                (false, _) => format!("s:SYNTHETIC,c:{seconds}"),
                (true, 0) => format!("g:1-{count}-{},s:SYNTHETIC,c:{seconds}", self.group),
                (true, _) => format!("g:{}-{count}-{}", number + 1, self.group),
            };
            let sequence = if is_long {
                (self.group % 10).to_string()
            } else {
                String::new()
            };
            let fill = if number + 1 == count { fill_bits } else { 0 };
            let payload = String::from_utf8_lossy(part);
            let sentence = format!("AIVDM,{count},{},{sequence},A,{payload},{fill}", number + 1);
            writeln!(
                self.out,
                "\\{tag}*{:02X}\\!{sentence}*{:02X}\r",
                checksum(&tag),
                checksum(&sentence)
            )?;
            self.sentences += 1;
        }
        Ok(())
    }
}

fn checksum(text: &str) -> u8 {
    text.bytes().fold(0, |sum, byte| sum ^ byte)
}

/// A message, most significant bit first.
#[derive(Default)]
struct Bits {
    bits: Vec<bool>,
}

impl Bits {
    fn unsigned(&mut self, value: u64, width: u32) -> &mut Bits {
        self.bits
            .extend((0..width).rev().map(|place| value >> place & 1 == 1));
        self
    }

    fn signed(&mut self, value: i64, width: u32) -> &mut Bits {
        self.unsigned(value as u64, width)
    }

    /// Six-bit ASCII, padded with `@`.
    fn text(&mut self, text: &str, characters: usize) -> &mut Bits {
        let upper = text.to_ascii_uppercase();
        for index in 0..characters {
            let byte = upper.as_bytes().get(index).copied().unwrap_or(b'@');
            let code = if (0x20..0x60).contains(&byte) {
                byte & 0x3F
            } else {
                b'?'
            };
            self.unsigned(u64::from(code), 6);
        }
        self
    }

    /// Armoured characters and the bits that fill the last of them.
    fn payload(&self) -> (Vec<u8>, usize) {
        let mut payload = Vec::with_capacity(self.bits.len() / 6 + 1);
        for six in self.bits.chunks(6) {
            let mut value = six
                .iter()
                .fold(0_u8, |value, bit| value << 1 | u8::from(*bit));
            value <<= 6 - six.len();
            payload.push(if value < 40 { value + 48 } else { value + 56 });
        }
        (payload, (6 - self.bits.len() % 6) % 6)
    }
}

fn tenths_or(value: f32, missing: u64) -> u64 {
    if value.is_nan() {
        missing
    } else {
        (f64::from(value) * 10.0).round() as u64
    }
}

fn degrees_or(value: f32, missing: u64) -> u64 {
    if value.is_nan() {
        missing
    } else {
        value as u64
    }
}

fn ten_thousandths_of_a_minute(degrees: f64) -> i64 {
    (degrees * 600_000.0).round() as i64
}

fn second_of(time_ms: i64) -> u64 {
    (time_ms.div_euclid(1000).rem_euclid(60)) as u64
}

/// Message 1.
fn position_a(positions: &Positions, row: usize) -> Bits {
    let mut bits = Bits::default();
    bits.unsigned(1, 6)
        .unsigned(0, 2)
        .unsigned(u64::from(positions.mmsi[row]), 30)
        .unsigned(u64::from(positions.nav_status[row]), 4)
        .signed(-128, 8) // rate of turn: not available
        .unsigned(tenths_or(positions.sog_kn[row], 1023), 10)
        .unsigned(1, 1)
        .signed(ten_thousandths_of_a_minute(positions.lon_deg[row]), 28)
        .signed(ten_thousandths_of_a_minute(positions.lat_deg[row]), 27)
        .unsigned(tenths_or(positions.cog_deg[row], 3600), 12)
        .unsigned(degrees_or(positions.heading_deg[row], 511), 9)
        .unsigned(second_of(positions.time_ms[row]), 6)
        .unsigned(0, 2 + 3 + 1 + 19); // manoeuvre, spare, RAIM, radio
    bits
}

/// Message 18.
fn position_b(positions: &Positions, row: usize) -> Bits {
    let mut bits = Bits::default();
    bits.unsigned(18, 6)
        .unsigned(0, 2)
        .unsigned(u64::from(positions.mmsi[row]), 30)
        .unsigned(0, 8)
        .unsigned(tenths_or(positions.sog_kn[row], 1023), 10)
        .unsigned(1, 1)
        .signed(ten_thousandths_of_a_minute(positions.lon_deg[row]), 28)
        .signed(ten_thousandths_of_a_minute(positions.lat_deg[row]), 27)
        .unsigned(tenths_or(positions.cog_deg[row], 3600), 12)
        .unsigned(degrees_or(positions.heading_deg[row], 511), 9)
        .unsigned(second_of(positions.time_ms[row]), 6)
        .unsigned(0, 2 + 1 + 1 + 1 + 1 + 1 + 1 + 1)
        .unsigned(0, 20);
    bits
}

/// Length and beam as distances from the antenna to bow, stern, port and starboard.
fn dimensions(bits: &mut Bits, vessel: &SynthVessel) {
    let length = vessel.length_m.round() as u64;
    let beam = vessel.beam_m.round() as u64;
    let bow = (length / 2).min(511);
    let port = (beam / 2).min(63);
    bits.unsigned(bow, 9)
        .unsigned((length - length / 2).min(511), 9)
        .unsigned(port, 6)
        .unsigned((beam - beam / 2).min(63), 6);
}

/// Message 5.
fn static_a(vessel: &SynthVessel, positions: &Positions, row: usize) -> Bits {
    let mut bits = Bits::default();
    bits.unsigned(5, 6)
        .unsigned(0, 2)
        .unsigned(u64::from(positions.mmsi[row]), 30)
        .unsigned(0, 2)
        .unsigned(u64::from(vessel.imo), 30)
        .text("SYNTH", 7)
        .text(&vessel.name, 20)
        .unsigned(u64::from(vessel.ship_type), 8);
    dimensions(&mut bits, vessel);
    bits.unsigned(1, 4)
        // Estimated time of arrival: not available.
        .unsigned(0, 4)
        .unsigned(0, 5)
        .unsigned(24, 5)
        .unsigned(60, 6)
        .unsigned(tenths_or(positions.draught_m[row], 0).min(255), 8)
        .text("SYNTHETIC", 20)
        .unsigned(0, 2);
    bits
}

/// Message 24, part A.
fn static_b_name(vessel: &SynthVessel, mmsi: u32) -> Bits {
    let mut bits = Bits::default();
    bits.unsigned(24, 6)
        .unsigned(0, 2)
        .unsigned(u64::from(mmsi), 30)
        .unsigned(0, 2)
        .text(&vessel.name, 20);
    bits
}

/// Message 24, part B.
fn static_b_type(vessel: &SynthVessel, mmsi: u32) -> Bits {
    let mut bits = Bits::default();
    bits.unsigned(24, 6)
        .unsigned(0, 2)
        .unsigned(u64::from(mmsi), 30)
        .unsigned(1, 2)
        .unsigned(u64::from(vessel.ship_type), 8)
        .text("SYN", 7)
        .text("SYNTH", 7);
    dimensions(&mut bits, vessel);
    bits.unsigned(0, 6);
    bits
}

#[cfg(test)]
#[path = "nmea_tests.rs"]
mod tests;
