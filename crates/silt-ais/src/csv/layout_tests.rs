use super::*;

fn dialect(header: &str) -> &'static str {
    match CsvLayout::detect(header.as_bytes(), None) {
        Ok(layout) => layout.dialect_name(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn each_dialect_is_known_by_its_header() {
    let cases = [
        (
            "mmsi,time,lon,lat,sog_kn,cog_deg,heading_deg,nav_status,draught_m,synthetic",
            "silt",
        ),
        (
            "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,\
             Length,Width,Draft,Cargo,TransceiverClass",
            "marinecadastre",
        ),
        (
            "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,\
             vessel_type,status,length,width,draft,cargo,transceiver",
            "marinecadastre-2025",
        ),
        (
            "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,\
             Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing \
             device,Draught,Destination,ETA,Data source type,A,B,C,D",
            "danish",
        ),
        (
            "\"MMSI\",\"Message_ID\",\"Time\",\"Millisecond\",\"Longitude\",\"Latitude\"",
            "exactearth",
        ),
        (
            "mmsi,timestamp,distance_from_shore,distance_from_port,speed,course,lat,lon,is_fishing,\
             source",
            "globalfishingwatch",
        ),
        (
            "mmsi,timestamp,distance_from_shore,distance_from_port,speed,course,lat,lon",
            "globalfishingwatch-tracks",
        ),
        (
            "id,timestamp,mmsi,name,longitude,latitude,sog,cog,heading,nav_stat,ship_type,\
             destination,eta,draught,pos_acc,created_at",
            "digitraffic",
        ),
        (
            "timestamp,mmsi,lat,lon,sog_kn,cog_deg,heading_deg,nav_status,gfw_label",
            "decoded",
        ),
        (
            "Time,MMSI,Latitude_degrees,Longitude_degrees,COG_degrees,SOG_knots",
            "degrees",
        ),
        ("MMSI,datetime,longitude,latitude,speed", "plain"),
        ("\u{feff}mmsi;time;lon;lat", "plain"),
    ];
    for (header, expected) in cases {
        assert_eq!(dialect(header), expected);
    }
    let named: Vec<&str> = cases.iter().map(|(_, name)| *name).collect();
    assert!(
        super::super::DIALECT_NAMES
            .iter()
            .all(|name| named.contains(name))
    );
}

#[test]
fn a_header_without_positions_says_what_is_missing() {
    let error = CsvLayout::detect(b"id,length,tonnage,mmsi", None).expect_err("no positions");
    assert_eq!(error.missing, ["time", "longitude", "latitude"]);
    assert!(error.to_string().contains("tonnage"));
    let error = CsvLayout::detect(b"<!DOCTYPE html>", None).expect_err("no header");
    assert_eq!(error.missing.len(), 4);
    let error = CsvLayout::detect(b"mmsi,time,lat,lon", Some("danish")).expect_err("not Danish");
    assert_eq!(error.missing, ["timestamp", "type_of_mobile"]);
    assert!(CsvLayout::detect(b"mmsi,time,lat,lon", Some("martian")).is_err());
}

#[test]
fn of_two_columns_with_one_meaning_the_first_is_read() {
    let layout = CsvLayout::detect(b"mmsi,time,timestamp,lat,lon,colour", None).expect("plain");
    assert_eq!(layout.column(Field::Time), Some(1));
    assert_eq!(layout.columns_ignored(), ["timestamp", "colour"]);
}
