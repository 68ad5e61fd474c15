//! `silt regions`: bundled regions and the user's own.

use std::path::Path;

use anyhow::{Context, Result};
use geo_types::{Geometry, MultiPolygon};
use serde_json::json;
use silt_exchange::map::PlainOptions;
use silt_exchange::read::ReadOptions;
use silt_index::regions::{
    DEFAULT_COAST_TOLERANCE_KM, DISCLAIMER, Region, RegionRule, UserRegion, place_feature,
};
use silt_ingest::{ImportJob, Mapping};
use silt_model::{CollectionSchema, Field, FieldType};
use silt_store::{Selection, SourceInfo, Store};
use std::ops::ControlFlow;

use super::import::Importer;
use super::{Outcome, open_to_read, region_set, store_path};
use crate::cli::{Cli, RegionsCommand};
use crate::output;

/// Collection in which the user's regions are kept.
const COLLECTION: &str = "regions";

/// Runs the command.
pub(crate) fn run(cli: &Cli, command: &RegionsCommand) -> Result<Outcome> {
    match command {
        RegionsCommand::List { kind } => list(cli, kind.as_deref()),
        RegionsCommand::Show { id } => show(cli, id),
        RegionsCommand::Add {
            file,
            kind,
            name_field,
            crs,
        } => add(cli, file, kind, name_field, crs.as_deref()),
    }
}

fn set_of(cli: &Cli) -> Result<silt_index::regions::RegionSet> {
    if store_path(&cli.data).exists() {
        region_set(Some(&open_to_read(cli)?))
    } else {
        region_set(None)
    }
}

fn list(cli: &Cli, kind: Option<&str>) -> Result<Outcome> {
    let set = set_of(cli)?;
    let regions: Vec<&Region> = set
        .iter()
        .filter(|region| kind.is_none_or(|kind| region.id.split(':').next() == Some(kind)))
        .collect();
    anyhow::ensure!(
        !regions.is_empty(),
        "there is no region of kind `{}`",
        kind.unwrap_or_default()
    );
    if cli.json {
        let rows: Vec<_> = regions
            .iter()
            .map(|region| json!({"id": region.id.as_ref(), "name": region.name}))
            .collect();
        output::line(serde_json::to_string_pretty(&rows)?);
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = regions
        .iter()
        .map(|region| vec![region.id.to_string(), region.name.to_string()])
        .collect();
    output::table(&["region", "name"], &rows);
    output::hint(DISCLAIMER);
    Ok(Outcome::Done)
}

fn show(cli: &Cli, id: &str) -> Result<Outcome> {
    let set = set_of(cli)?;
    let leaves = set.expand(id)?;
    let region = set.get(id)?;
    if cli.json {
        let members: Vec<&str> = leaves.iter().map(AsRef::as_ref).collect();
        let document = json!({"region": region, "members": members, "disclaimer": DISCLAIMER});
        output::line(serde_json::to_string_pretty(&document)?);
        return Ok(Outcome::Done);
    }
    output::line(format!("{} {}", region.id, region.name));
    let members: Vec<&str> = leaves.iter().map(AsRef::as_ref).collect();
    output::line(format!("  members: {}", members.join(" ")));
    output::hint(DISCLAIMER);
    Ok(Outcome::Done)
}

/// Imports polygons as regions and places every feature of the store anew.
fn add(cli: &Cli, file: &Path, kind: &str, name_field: &str, crs: Option<&str>) -> Result<Outcome> {
    let plain = kind
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && !kind.is_empty();
    let bundled = ["iso3", "un", "m49", "admin1", "sea", "ne"].contains(&kind);
    anyhow::ensure!(
        plain && !bundled,
        "`{kind}` cannot be the kind of your own regions; use lower-case letters, for example aoi"
    );

    let mut importer = Importer::open(cli)?;
    let job = ImportJob {
        path: file.to_owned(),
        mapping: Mapping::Plain {
            schema: schema(name_field),
            source: SourceInfo {
                id: kind.to_owned(),
                title: format!("regions of kind {kind}, added by hand"),
                ..SourceInfo::default()
            },
            read: ReadOptions::default(),
            columns: PlainOptions {
                id_field: Some(name_field.to_owned()),
                crs: crs.map(str::to_owned),
                slug_id: true,
                ..PlainOptions::default()
            },
        },
        edition: jiff::Zoned::now().date().to_string(),
        dry_run: false,
        partial: true,
        again: true,
        coast_tolerance_km: 0.0,
    };
    let report = importer.import(&job)?;
    output::report(&report);
    let placed = place_all(cli)?;
    output::line(format!("{} features placed anew", output::grouped(placed)));
    Ok(Outcome::Done)
}

fn schema(name_field: &str) -> CollectionSchema {
    let mut schema = CollectionSchema::new(COLLECTION);
    "Regions added by hand".clone_into(&mut schema.title);
    schema.domain = silt_model::Domain::Any;
    schema.fields = vec![Field::new(name_field, FieldType::Text)];
    schema
}

/// Computes the regions of every feature of every collection anew.
fn place_all(cli: &Cli) -> Result<u64> {
    let mut importer = Importer::open(cli)?;
    let regions = super::region_index(importer.store())?;
    let collections = importer.store().collections()?;
    let mut placed = 0;
    for info in collections
        .iter()
        .filter(|info| info.schema.id != COLLECTION)
    {
        let rule = RegionRule::for_domain(info.schema.domain, DEFAULT_COAST_TOLERANCE_KM);
        placed += importer
            .store()
            .reassign_regions(&info.schema.id, &mut |feature| {
                place_feature(feature, &regions, rule);
            })?;
    }
    Ok(placed)
}

/// The regions that the user added to the store.
pub(crate) fn user_regions(store: &dyn Store) -> Result<Vec<UserRegion>> {
    let known = store
        .collections()?
        .iter()
        .any(|info| info.schema.id == COLLECTION);
    let mut regions = Vec::new();
    if !known {
        return Ok(regions);
    }
    store
        .scan(COLLECTION, &Selection::default(), &mut |stored| {
            let geometry = match &stored.feature.geometry {
                Some(Geometry::Polygon(polygon)) => MultiPolygon::new(vec![polygon.clone()]),
                Some(Geometry::MultiPolygon(polygons)) => polygons.clone(),
                _ => return ControlFlow::Continue(()),
            };
            let name = stored
                .feature
                .property("name")
                .as_str()
                .unwrap_or(&stored.feature.record_id)
                .to_owned();
            regions.push(UserRegion {
                id: stored.id().to_string(),
                name,
                geometry,
            });
            ControlFlow::Continue(())
        })
        .context("the regions in the store cannot be read")?;
    Ok(regions)
}
