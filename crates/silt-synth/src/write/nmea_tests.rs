use super::*;

/// Undoes the armour: the bits of a payload.
fn bits_of(payload: &str) -> Vec<u8> {
    let mut bits = Vec::new();
    for byte in payload.bytes() {
        let value = byte - 48;
        let value = if value > 40 { value - 8 } else { value };
        bits.extend((0..6).rev().map(|place| value >> place & 1));
    }
    bits
}

fn number(bits: &[u8], from: usize, width: usize) -> u64 {
    bits[from..from + width]
        .iter()
        .fold(0, |value, bit| value << 1 | u64::from(*bit))
}

fn signed(bits: &[u8], from: usize, width: usize) -> i64 {
    let value = number(bits, from, width) as i64;
    if bits[from] == 1 {
        value - (1 << width)
    } else {
        value
    }
}

fn fleet() -> crate::Fleet {
    let config = crate::FleetConfig {
        vessels: 30,
        days: 1,
        min_interval_s: 600.0,
        ..crate::FleetConfig::default()
    };
    crate::Fleet::new(config).expect("a valid configuration")
}

fn sentences(vessel: &SynthVessel, track: &VesselTrack) -> String {
    let mut writer = NmeaWriter::new(Vec::new());
    writer.write(vessel, track).expect("memory takes all");
    assert!(writer.sentences() > 0);
    String::from_utf8(writer.finish().expect("memory takes all")).expect("ASCII")
}

#[test]
fn positions_survive_the_round_trip() {
    let fleet = fleet();
    let vessel = fleet
        .vessels()
        .iter()
        .find(|v| v.transponder == Transponder::A)
        .expect("class A");
    let track = fleet.track(vessel.index);
    let text = sentences(vessel, &track);
    let payloads: Vec<Vec<u8>> = text
        .lines()
        .filter_map(|line| line.split('!').nth(1))
        .map(|sentence| sentence.split(',').nth(5).expect("a payload"))
        .filter(|payload| payload.starts_with('1'))
        .map(bits_of)
        .collect();
    // The second part of a long message may begin with a 1 as well.
    let messages: Vec<&Vec<u8>> = payloads.iter().filter(|bits| bits.len() == 168).collect();
    assert_eq!(messages.len(), track.positions.len());
    for (row, bits) in messages.into_iter().enumerate() {
        assert_eq!(number(bits, 8, 30), u64::from(track.positions.mmsi[row]));
        assert_eq!(
            number(bits, 38, 4),
            u64::from(track.positions.nav_status[row])
        );
        let lon = signed(bits, 61, 28) as f64 / 600_000.0;
        let lat = signed(bits, 89, 27) as f64 / 600_000.0;
        assert!((lon - track.positions.lon_deg[row]).abs() < 6e-7);
        assert!((lat - track.positions.lat_deg[row]).abs() < 6e-7);
        let sog = number(bits, 50, 10);
        if track.positions.sog_kn[row].is_nan() {
            assert_eq!(sog, 1023);
        } else {
            assert_eq!(sog as f32 / 10.0, track.positions.sog_kn[row]);
        }
    }
}

#[test]
fn checksums_hold_and_long_messages_come_in_two_parts() {
    let fleet = fleet();
    let vessel = fleet
        .vessels()
        .iter()
        .find(|v| v.transponder == Transponder::A)
        .expect("class A");
    let text = sentences(vessel, &fleet.track(vessel.index));
    for line in text.lines() {
        for part in line.split(['\\', '!']).filter(|part| !part.is_empty()) {
            let (body, sum) = part.trim_end().split_once('*').expect("a checksum");
            assert_eq!(format!("{:02X}", checksum(body)), sum);
        }
        let sentence = line.split('!').nth(1).expect("a sentence");
        assert!(sentence.trim_end().len() < 82, "{sentence}");
    }
    let static_bits: String = text
        .lines()
        .filter_map(|line| line.split('!').nth(1))
        .filter(|sentence| sentence.starts_with("AIVDM,2,"))
        .take(2)
        .map(|sentence| sentence.split(',').nth(5).expect("a payload"))
        .collect();
    let bits = bits_of(&static_bits);
    assert_eq!(bits.len(), 426, "424 and two to fill");
    assert_eq!(number(&bits, 0, 6), 5);
    assert_eq!(number(&bits, 232, 8), u64::from(vessel.ship_type));
    let name: String = (0..9)
        .map(|index| number(&bits, 112 + 6 * index, 6) as u8)
        .map(|code| char::from(if code < 32 { code + 64 } else { code }))
        .collect();
    assert_eq!(name, "SYNTHETIC");
}

#[test]
fn class_b_sends_18_and_24() {
    let fleet = crate::Fleet::new(crate::FleetConfig {
        vessels: 400,
        days: 1,
        ..crate::FleetConfig::default()
    })
    .expect("valid");
    let vessel = fleet
        .vessels()
        .iter()
        .find(|v| v.transponder == Transponder::B)
        .expect("class B");
    let text = sentences(vessel, &fleet.track(vessel.index));
    let kinds: std::collections::BTreeSet<u64> = text
        .lines()
        .filter_map(|line| line.split('!').nth(1)?.split(',').nth(5))
        .map(|payload| number(&bits_of(payload), 0, 6))
        .collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [18, 24]);
}
