use proptest::prelude::*;

use super::*;

fn position(payload: &str, fill_bits: u8) -> (Reading, Option<Box<StaticReport>>) {
    match decode(payload.as_bytes(), fill_bits) {
        Ok(Message::Position(reading, said)) => (reading, said),
        other => panic!("{payload} is a position, not {other:?}"),
    }
}

fn said(payload: &str, fill_bits: u8) -> StaticReport {
    match decode(payload.as_bytes(), fill_bits) {
        Ok(Message::Static(said)) => *said,
        other => panic!("{payload} is static, not {other:?}"),
    }
}

/// Writes a message from (value, bits) pairs.
fn encode(fields: &[(i64, usize)]) -> (String, u8) {
    let mut bits = String::new();
    for (value, count) in fields {
        let kept = value & ((1_i64 << count) - 1);
        bits.push_str(&format!("{kept:0count$b}"));
    }
    let fill_bits = (6 - bits.len() % 6) % 6;
    bits.push_str(&"0".repeat(fill_bits));
    let payload = bits
        .as_bytes()
        .chunks(6)
        .map(|chunk| {
            let digits = std::str::from_utf8(chunk).expect("binary digits");
            let value = u8::from_str_radix(digits, 2).expect("binary digits");
            char::from(if value < 40 { value + 48 } else { value + 56 })
        })
        .collect();
    (payload, fill_bits as u8)
}

#[test]
fn class_a_position_of_the_danish_log() {
    let (reading, _) = position("13@:`L001N0ded0O6Fp8wW<00<0t", 0);
    assert_eq!(reading.mmsi, 218_278_000);
    assert!((reading.lat_deg - 54.350_027).abs() < 5e-7);
    assert!((reading.lon_deg - 9.767_893).abs() < 5e-7);
    assert_eq!(
        (reading.sog_kn, reading.cog_deg, reading.heading_deg),
        (9.4, 230.2, 230.0)
    );
    assert_eq!(reading.nav_status, 0);
}

/// A published example with its values.
#[test]
fn extended_class_b_position_with_static_data() {
    let payload = "C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220";
    let (reading, said) = position(payload, 0);
    assert_eq!(reading.mmsi, 367_059_850);
    assert_eq!((reading.sog_kn, reading.cog_deg), (8.7, 335.9));
    assert!((reading.lon_deg + 88.810_392).abs() < 5e-7);
    assert!((reading.lat_deg - 29.543_695).abs() < 5e-7);
    let said = said.expect("message 19 has static data");
    assert_eq!(said.name.as_deref(), Some("CAPT.J.RIMES"));
    assert_eq!(
        (said.ship_type, said.length_m, said.beam_m),
        (Some(70), Some(26.0), Some(8.0))
    );
}

/// A published example with its values.
#[test]
fn long_range_position() {
    let (reading, _) = position("KC5E2b@U19PFdLbMuc5=ROv62<7m", 0);
    assert_eq!(reading.mmsi, 206_914_217);
    assert!((reading.lon_deg - 137.023_333).abs() < 5e-7);
    assert!((reading.lat_deg - 4.84).abs() < 5e-7);
    assert_eq!(
        (reading.sog_kn, reading.cog_deg, reading.nav_status),
        (57.0, 167.0, 2)
    );
    assert!(reading.long_range);
}

#[test]
fn static_and_voyage_data() {
    let part_1 = "53uRcl02<VQA<A5B22098U=@tj2222222222220N3`?5540Ht@4jhAiC";
    let said = said(&format!("{part_1}`88888888888880"), 2);
    assert_eq!(said.mmsi, 265_858_000);
    assert!(said.imo_valid, "{said:?}");
    assert!(said.length_m.is_some() && said.draught_m.is_some() && said.name.is_some());
}

#[test]
fn static_data_of_class_b_comes_in_two_parts() {
    let letters = |text: &str| -> Vec<(i64, usize)> {
        text.bytes().map(|byte| (i64::from(byte & 63), 6)).collect()
    };
    let mut part_a = vec![(24, 6), (0, 2), (219_000_751, 30), (0, 2)];
    part_a.extend(letters("SAND PUMP@@@@@@@@@@@"));
    let (payload, fill) = encode(&part_a);
    assert_eq!(said(&payload, fill).name.as_deref(), Some("SAND PUMP"));
    let mut part_b = vec![(24, 6), (0, 2), (219_000_751, 30), (1, 2), (33, 8), (0, 42)];
    part_b.extend(letters("OWAB2@@"));
    part_b.extend([(30, 9), (5, 9), (4, 6), (3, 6), (0, 6)]);
    let (payload, fill) = encode(&part_b);
    let said = said(&payload, fill);
    assert_eq!(said.callsign.as_deref(), Some("OWAB2"));
    assert_eq!(
        (said.ship_type, said.length_m, said.beam_m),
        (Some(33), Some(35.0), Some(7.0))
    );
}

#[test]
fn other_messages_are_named_and_damage_is_refused() {
    let base_station = decode(b"402R3a1unn<000r;7FP4fqi005P0", 0);
    assert!(matches!(
        base_station,
        Ok(Message::NoVesselData { kind: 4 })
    ));
    let short = decode(b"13@:`L001N0ded0O6F", 0).err();
    assert_eq!(short, Some(Refusal::PayloadShort));
    assert_eq!(decode(b"", 0).err(), Some(Refusal::PayloadInvalid));
    assert_eq!(decode(b"13@:~", 0).err(), Some(Refusal::PayloadInvalid));
    assert_eq!(
        decode(b"03@:`L001N0ded0O6Fp8wW<00<0t", 0).err(),
        Some(Refusal::MessageTypeUnknown)
    );
    assert_eq!(
        decode(b"w3@:`L001N0ded0O6Fp8wW<00<0t", 0).err(),
        Some(Refusal::MessageTypeUnknown)
    );
}

proptest! {
    #[test]
    fn class_a_positions_are_read_back(
        mmsi in 0_i64..1 << 30, status in 0_i64..16, sog in 0_i64..1024,
        lon in -1_i64 << 27..1 << 27, lat in -1_i64 << 26..1 << 26,
        cog in 0_i64..4096, heading in 0_i64..512, kind in 1_i64..4
    ) {
        let (payload, fill) = encode(&[
            (kind, 6), (0, 2), (mmsi, 30), (status, 4), (0, 8), (sog, 10), (1, 1), (lon, 28),
            (lat, 27), (cog, 12), (heading, 9), (7, 6), (0, 25),
        ]);
        let (reading, _) = position(&payload, fill);
        prop_assert_eq!(i64::from(reading.mmsi), mmsi);
        prop_assert_eq!(i64::from(reading.nav_status), status);
        prop_assert_eq!((reading.sog_kn * 10.0).round() as i64, sog);
        prop_assert_eq!((reading.lon_deg * UNITS_PER_DEGREE).round() as i64, lon);
        prop_assert_eq!((reading.lat_deg * UNITS_PER_DEGREE).round() as i64, lat);
        prop_assert_eq!((reading.cog_deg * 10.0).round() as i64, cog);
        prop_assert_eq!(reading.heading_deg as i64, heading);
    }

    #[test]
    fn class_b_positions_are_read_back(
        mmsi in 0_i64..1 << 30, sog in 0_i64..1024, lon in -1_i64 << 27..1 << 27,
        lat in -1_i64 << 26..1 << 26, cog in 0_i64..4096, heading in 0_i64..512
    ) {
        let (payload, fill) = encode(&[
            (18, 6), (0, 2), (mmsi, 30), (0, 8), (sog, 10), (1, 1), (lon, 28), (lat, 27),
            (cog, 12), (heading, 9), (7, 6), (0, 29),
        ]);
        let (reading, _) = position(&payload, fill);
        prop_assert_eq!(i64::from(reading.mmsi), mmsi);
        prop_assert_eq!((reading.sog_kn * 10.0).round() as i64, sog);
        prop_assert_eq!((reading.lon_deg * UNITS_PER_DEGREE).round() as i64, lon);
        prop_assert_eq!((reading.lat_deg * UNITS_PER_DEGREE).round() as i64, lat);
        prop_assert_eq!((reading.cog_deg * 10.0).round() as i64, cog);
        prop_assert_eq!(reading.heading_deg as i64, heading);
        prop_assert_eq!(reading.nav_status, 15);
    }

    #[test]
    fn no_payload_panics(payload in "[ -~]{0,200}", fill in 0_u8..8) {
        let _ = decode(payload.as_bytes(), fill);
    }
}
