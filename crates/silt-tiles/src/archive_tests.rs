use std::io::Cursor;

use super::*;
use crate::testing::{Rows, encode, scattered, tile};
use crate::{PointPyramid, TileOptions, walk_tiles};

fn info() -> ArchiveInfo {
    ArchiveInfo {
        name: "sample".into(),
        description: String::new(),
        attribution: String::new(),
        version: "1".into(),
        bounds: None,
        min_zoom: 0,
        max_zoom: 3,
        layers: Vec::new(),
    }
}

#[test]
fn the_header_tells_zooms_and_counts() {
    let points = PointPyramid::build(scattered(500, 21));
    let mut file = Cursor::new(Vec::new());
    let mut archive = ArchiveWriter::new(&mut file, &info()).expect("a writer");
    walk_tiles(
        0..=3,
        |tile| points.holds(tile, 64),
        |tile| {
            let encoded = encode(tile, TileOptions::default(), &Rows, |content| {
                points.collect_points(content, None);
            });
            archive.add(tile, &encoded.bytes)?;
            Ok::<bool, ArchiveError>(!encoded.bytes.is_empty())
        },
    )
    .expect("an archive");
    let summary = archive.finish().expect("an archive");
    let bytes = file.into_inner();
    assert_eq!(&bytes[..7], b"PMTiles");
    let addressed = u64::from_le_bytes(bytes[72..80].try_into().expect("eight bytes"));
    assert_eq!(addressed, summary.tiles);
    // Clustered (tiles in order), gzip inside and for tiles, vector tiles, zooms 0 to 3.
    assert_eq!(&bytes[96..102], &[1, 2, 2, 1, 0, 3]);
    assert!(summary.tiles > 20 && summary.tile_bytes > 0);
}

#[test]
fn equal_tiles_are_stored_once_and_empty_ones_not_at_all() {
    let write = |count: u32| {
        let mut file = Cursor::new(Vec::new());
        let mut archive = ArchiveWriter::new(&mut file, &info()).expect("a writer");
        let bytes: Vec<u8> = (0..20_000_u32)
            .map(|i| (i.wrapping_mul(i) >> 7) as u8)
            .collect();
        for x in 0..count {
            archive.add(tile(3, x, 5), &bytes).expect("added");
        }
        archive.add(tile(3, 7, 7), &[]).expect("skipped");
        let summary = archive.finish().expect("an archive");
        assert_eq!(summary.tiles, u64::from(count));
        file.into_inner().len()
    };
    assert!(write(7) < write(1) + 200);
}
