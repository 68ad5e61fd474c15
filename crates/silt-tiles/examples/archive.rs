//! Writes a small PMTiles archive of made-up clusters and polygons:
//! `cargo run -p silt-tiles --example archive -- OUT.pmtiles`.

use std::error::Error;
use std::fs::File;

use geo_types::{Coord, Geometry, Rect};
use silt_tiles::{
    ArchiveInfo, ArchiveWriter, ClusterGrid, FeatureSource, Field, FieldType, LayerInfo,
    PointPyramid, Properties, PropertyValue, ShapePyramid, TileContent, TileOptions, walk_tiles,
};

struct Names;

impl FeatureSource for Names {
    fn id(&self, row: u32) -> Option<u64> {
        Some(u64::from(row))
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        let names: Vec<String> = rows.iter().map(|row| format!("site {row}")).collect();
        let names = names.iter().map(|name| Some(PropertyValue::Text(name)));
        out.column("name", names);
        let flags = rows.iter().map(|_| Some(PropertyValue::Bool(true)));
        out.column("synthetic", flags);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give the file to write")?;
    let positions = |row: u32| {
        let turn = f64::from(row) * 2.399_963;
        (turn.to_degrees() % 180.0, (turn * 0.37).sin() * 70.0)
    };
    let points = PointPyramid::build((0..2000).map(|row| {
        let (longitude, latitude) = positions(row);
        (row, longitude, latitude)
    }));
    let shapes = ShapePyramid::build((2000..2200).map(|row| {
        let (longitude, latitude) = positions(row);
        let corner = Coord {
            x: longitude,
            y: latitude,
        };
        let opposite = Coord {
            x: longitude + 1.5,
            y: latitude + 1.0,
        };
        (
            row,
            Geometry::Polygon(Rect::new(corner, opposite).to_polygon()),
        )
    }));

    let layer = |id: &str, fields: &[(&str, FieldType)]| LayerInfo {
        id: id.into(),
        description: String::new(),
        min_zoom: 0,
        max_zoom: 5,
        fields: fields
            .iter()
            .map(|&(name, kind)| Field {
                name: name.into(),
                kind,
            })
            .collect(),
    };
    let own = [
        ("name", FieldType::String),
        ("synthetic", FieldType::Boolean),
    ];
    let info = ArchiveInfo {
        name: "example".into(),
        description: "Made-up sites".into(),
        attribution: "synthetic".into(),
        version: "1".into(),
        bounds: None,
        min_zoom: 0,
        max_zoom: 5,
        layers: vec![layer("sites", &own), layer("areas", &own)],
    };
    let options = TileOptions::default();
    let mut archive = ArchiveWriter::new(File::create(path)?, &info)?;
    walk_tiles(
        0..=5,
        |tile| {
            points.holds(tile, options.buffer_units) || shapes.may_hold(tile, options.buffer_units)
        },
        |tile| {
            let mut sites = TileContent::new(tile, options);
            points.collect_clusters(&mut sites, ClusterGrid::default(), None);
            let mut areas = TileContent::new(tile, options);
            shapes.collect(&mut areas, None, None);
            let mut bytes = sites.encode("sites", &Names)?.bytes;
            bytes.extend(areas.encode("areas", &Names)?.bytes);
            archive.add(tile, &bytes)?;
            Ok::<bool, Box<dyn Error>>(!bytes.is_empty())
        },
    )?;
    archive.finish()?;
    Ok(())
}
