//! `silt tiles export`: collections as one PMTiles archive, for maps without a server.

use std::fs::File;
use std::io::BufWriter;

use anyhow::{Context, Result};
use silt_index::regions::DISCLAIMER;
use silt_index::snapshot::CollectionSnapshot;
use silt_server::tiles::{Clustering, LayerTiles, layer_info};
use silt_store::{CollectionInfo, Store};
use silt_tiles::{ArchiveInfo, ArchiveWriter, TileOptions, walk_tiles};

use super::{Outcome, open_to_read, snapshot_of};
use crate::cli::{Cli, TilesCommand, TilesExportArgs};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, command: &TilesCommand) -> Result<Outcome> {
    match command {
        TilesCommand::Export(args) => export(cli, args),
    }
}

fn export(cli: &Cli, args: &TilesExportArgs) -> Result<Outcome> {
    let clustering = Clustering::from_name(&args.cluster)
        .with_context(|| format!("`{}` is none of auto, grid, h3, none", args.cluster))?;
    anyhow::ensure!(
        args.min_zoom <= args.max_zoom,
        "--min-zoom is larger than --max-zoom"
    );
    let store = open_to_read(cli)?;
    let infos = store.collections()?;
    let mut layers: Vec<(CollectionInfo, CollectionSnapshot, LayerTiles)> = Vec::new();
    for id in &args.collections {
        let Some(info) = infos.iter().find(|info| info.schema.id == *id) else {
            anyhow::bail!("there is no collection `{id}`; `silt collections` lists them");
        };
        layers.push((
            info.clone(),
            snapshot_of(&store, info)?,
            LayerTiles::default(),
        ));
    }

    // Built beside its target, which is either the whole new file or what it was before.
    let beside = args.output.with_extension("pmtiles.part");
    let outcome = write(args, &store, &layers, clustering, &beside);
    let written = outcome.and_then(|written| {
        std::fs::rename(&beside, &args.output)?;
        Ok(written)
    });
    let (tiles, thinned) = match written {
        Ok(written) => written,
        Err(error) => {
            let _ = std::fs::remove_file(&beside);
            return Err(error)
                .with_context(|| format!("{} was not written", args.output.display()));
        }
    };
    if cli.json {
        let report =
            serde_json::json!({"file": args.output, "tiles": tiles, "thinned_tiles": thinned});
        output::line(report.to_string());
    } else {
        output::line(format!(
            "{}: {} tiles",
            args.output.display(),
            output::grouped(tiles)
        ));
        if thinned > 0 {
            let thinned = output::grouped(thinned);
            output::line(format!(
                "  note: {thinned} tiles were thinned evenly to stay within the size limit"
            ));
        }
    }
    Ok(Outcome::Done)
}

/// Writes the archive; returns the number of tiles, and of those that had to be thinned.
fn write(
    args: &TilesExportArgs,
    store: &dyn Store,
    layers: &[(CollectionInfo, CollectionSnapshot, LayerTiles)],
    clustering: Clustering,
    path: &std::path::Path,
) -> Result<(u64, u64)> {
    let synthetic = layers.iter().any(|(info, ..)| info.synthetic);
    let titles: Vec<&str> = layers
        .iter()
        .map(|(info, ..)| info.schema.title.as_str())
        .collect();
    let mark = if synthetic {
        "SYNTHETIC DATA, not observations. "
    } else {
        ""
    };
    let licences: Vec<String> = store
        .sources()?
        .into_iter()
        .map(|source| format!("{} ({})", source.title, source.licence))
        .collect();
    let info = ArchiveInfo {
        name: titles.join(", "),
        description: format!("{mark}{}", titles.join(", ")),
        attribution: format!("{mark}{}; {DISCLAIMER}", licences.join("; ")),
        version: store.data_version()?.to_string(),
        bounds: bounds_of(layers),
        min_zoom: args.min_zoom,
        max_zoom: args.max_zoom,
        layers: layers
            .iter()
            .map(|(_, data, _)| layer_info(data, args.max_zoom))
            .collect(),
    };
    let options = TileOptions::default();
    let file = BufWriter::new(File::create(path)?);
    let mut archive = ArchiveWriter::new(file, &info)?;
    let mut thinned = 0;
    walk_tiles(
        args.min_zoom..=args.max_zoom,
        |tile| {
            layers
                .iter()
                .any(|(_, data, tiles)| tiles.may_hold(data, tile, options))
        },
        |tile| -> Result<bool> {
            let mut bytes = Vec::new();
            let mut is_thinned = false;
            for (_, data, tiles) in layers {
                let layer = tiles.encode(data, tile, None, clustering, options)?;
                is_thinned |= layer.stats.thinned > 0;
                bytes.extend_from_slice(&layer.bytes);
            }
            thinned += u64::from(is_thinned);
            archive.add(tile, &bytes)?;
            Ok(!bytes.is_empty())
        },
    )?;
    let summary = archive.finish()?;
    Ok((summary.tiles, thinned))
}

fn bounds_of(
    layers: &[(CollectionInfo, CollectionSnapshot, LayerTiles)],
) -> Option<geo_types::Rect<f64>> {
    let all = layers.iter().filter_map(|(_, data, _)| data.bounds());
    let around = all.reduce(|a, b| {
        [
            a[0].min(b[0]),
            a[1].min(b[1]),
            a[2].max(b[2]),
            a[3].max(b[3]),
        ]
    });
    around.map(|[west, south, east, north]| geo_types::Rect::new((west, south), (east, north)))
}
