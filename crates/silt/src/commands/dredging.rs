//! `silt dredging`: states and cycles of the vessels of the register.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use anyhow::{Context, Result};
use geo_types::{Geometry, MultiPolygon, Polygon};
use silt_dredging::{Area, AreaKind, Config, Places, Port};
use silt_estimate::{Priors, Settings};
use silt_extraction::archive::Archive;
use silt_extraction::collections::{self, Marked};
use silt_extraction::detect::{Candidate, detect};
use silt_extraction::loads::loads;
use silt_extraction::register::{Entry, Register};
use silt_extraction::tables::{DetectionInfo, TableWriter};
use silt_index::regions::{RegionIndex, RegionKind, RegionRule, RegionSet, place_feature};
use silt_model::{CollectionSchema, Feature, StoredFeature};
use silt_store::{FileSummary, ImportSpec, Selection, SourceInfo, Store};

use super::{Outcome, dredging_path, open_to_write, positions_path, region_set};
use crate::cli::{Cli, DetectArgs, DredgingCommand};
use crate::output::{self, grouped};

/// Runs the command.
pub(crate) fn run(cli: &Cli, command: &DredgingCommand) -> Result<Outcome> {
    match command {
        DredgingCommand::Detect(args) => {
            let info = run_detect(cli, args)?;
            if cli.json {
                output::line(serde_json::to_string_pretty(&info)?);
            } else {
                show(&info);
            }
            Ok(Outcome::Done)
        }
        DredgingCommand::Candidates => candidates(cli),
        DredgingCommand::Validate(args) => super::validate::run(cli, args),
    }
}

/// Finds dredging, writes the files that totals are made from, and fills the collections.
pub(crate) fn run_detect(cli: &Cli, args: &DetectArgs) -> Result<DetectionInfo> {
    let config: Config = match &args.config {
        None => Config::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?
        }
    };
    let archive = Archive::open(&positions_path(&cli.data), None)?;
    anyhow::ensure!(
        archive.imports().next().is_some(),
        "there are no positions in {}; `silt ais import FILE` reads them",
        cli.data.display()
    );
    let mut store = open_to_write(cli)?;
    let register = register(&store)?;
    if register.iter().next().is_none() {
        output::hint(
            "the collection `vessels` is empty: no vessel is known as a dredger, so there will be candidates only",
        );
    }
    let set = region_set(Some(&store))?;
    let index = RegionIndex::new(&set);
    let places = places(&store, &set)?;
    let rule = RegionRule {
        coast_tolerance_km: args.coast_km,
    };
    let loads = match args.no_collections {
        true => BTreeMap::new(),
        false => loads(&register, &Priors::default(), &Settings::default())?,
    };
    let folder = dredging_path(&cli.data);
    let mut tables = TableWriter::new(&folder, &index, rule)?;
    let mut found = Found::default();
    let bar = output::progress("buckets", u64::from(archive.buckets()));
    let detection = detect(
        &archive,
        &register,
        &places,
        &config,
        &|done| bar.inc(done),
        &mut |vessel| {
            if !args.no_collections {
                let load = loads.get(&vessel.registered.vessel).copied();
                found.cycles.extend(collections::cycles(&vessel, load));
                found.tracks.extend(collections::tracks(&vessel));
            }
            tables.add(vessel)
        },
    )?;
    bar.finish_and_clear();
    let info = tables.finish(&archive, &detection, &config)?;
    if !args.no_collections {
        publish(&mut store, &archive, found, &index, rule, &info)?;
    }
    Ok(info)
}

/// Features for the collections. They are in memory until the store has them.
#[derive(Default)]
struct Found {
    cycles: Vec<Marked>,
    tracks: Vec<Marked>,
}

/// Tells what was detected.
pub(crate) fn show(info: &DetectionInfo) {
    let synthetic = if info.synthetic { " [SYNTHETIC]" } else { "" };
    output::line(format!(
        "{} positions of {} vessels, {} of them in the register{synthetic}",
        grouped(info.positions),
        grouped(info.vessels_heard),
        grouped(info.vessels_registered)
    ));
    output::line(format!(
        "  {} complete cycles, {:.0} hours of dredging; method {}, data version {}",
        grouped(info.complete_cycles),
        info.dredge_hours,
        info.method_version,
        info.data_version
    ));
    let quality = &info.quality;
    for (count, what) in [
        (quality.duplicates, "duplicates"),
        (quality.bad_coordinates, "positions off the globe"),
        (quality.bad_times, "times not believed"),
        (
            quality.outside_validity,
            "positions outside the validity of their MMSI",
        ),
        (quality.speed_spikes, "speeds replaced"),
        (quality.jumps, "jumps that began a segment"),
        (quality.gaps, "gaps, across which no hour is counted"),
        (
            quality.shared_mmsi,
            "vessels whose MMSI several transmitters send",
        ),
        (
            quality.cycles_refused,
            "chains of work and stops refused as dredging cycles",
        ),
    ] {
        if count > 0 {
            output::line(format!("  {} {what}", grouped(count)));
        }
    }
}

fn candidates(cli: &Cli) -> Result<Outcome> {
    let path = dredging_path(&cli.data).join("candidates.json");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{}; `silt dredging detect` writes it", path.display()))?;
    if cli.json {
        output::line(text);
        return Ok(Outcome::Done);
    }
    let candidates: Vec<Candidate> = serde_json::from_str(&text)?;
    let rows: Vec<Vec<String>> = candidates
        .iter()
        .map(|candidate| {
            let reasons = candidate.score.reasons.iter();
            let reasons: Vec<String> = reasons.map(|(reason, _)| format!("{reason:?}")).collect();
            vec![
                candidate.mmsi.to_string(),
                candidate.name.clone().unwrap_or_default(),
                candidate
                    .ship_type
                    .map_or(String::new(), |kind| kind.to_string()),
                format!("{:.2}", candidate.score.score),
                reasons.join(" "),
            ]
        })
        .collect();
    output::table(&["mmsi", "name", "type", "score", "reasons"], &rows);
    Ok(Outcome::Done)
}

/// Passes the features of a collection to `visit`; none where there is no such collection.
fn each(store: &dyn Store, collection: &str, mut visit: impl FnMut(StoredFeature)) -> Result<()> {
    let infos = store.collections()?;
    if !infos.iter().any(|info| info.schema.id == collection) {
        return Ok(());
    }
    let selection = Selection {
        without_original: true,
        ..Selection::default()
    };
    store.scan(collection, &selection, &mut |feature| {
        visit(feature);
        ControlFlow::Continue(())
    })?;
    Ok(())
}

/// The vessels of the collection `vessels`.
fn register(store: &dyn Store) -> Result<Register> {
    let mut entries = Vec::new();
    each(store, "vessels", |stored| {
        let feature = &stored.feature;
        let number = |name: &str| feature.property(name).as_f64();
        let text = |name: &str| {
            let value = feature.property(name).as_str();
            value.map(str::to_owned)
        };
        let moment = |name: &str| {
            let text = text(name)?;
            silt_extraction::question::moment_ms(&text).ok()
        };
        let Some(mmsi) = number("mmsi") else {
            return;
        };
        entries.push(Entry {
            mmsi: mmsi as u32,
            imo: number("imo").map(|imo| imo as u32).filter(|&imo| imo > 0),
            name: text("name"),
            operator: text("operator"),
            kind: text("kind"),
            hopper_m3: number("hopper_m3"),
            hopper_source: text("hopper_source"),
            length_m: number("length_m"),
            gross_tonnage: number("gross_tonnage"),
            pipe_diameter_m: number("pipe_diameter_m"),
            valid_from_ms: moment("valid_from"),
            valid_until_ms: moment("valid_until"),
            synthetic: stored.synthetic,
        });
    })?;
    Ok(Register::new(entries))
}

/// Land of the bundled regions, ports of `ports`, areas of `dredging_areas`.
fn places(store: &dyn Store, set: &RegionSet) -> Result<Places> {
    let mut land: Vec<Polygon<f64>> = Vec::new();
    for region in set
        .iter()
        .filter(|region| region.kind == RegionKind::Country)
    {
        if let Ok(polygons) = set.geometry(&region.id) {
            land.extend(polygons.0);
        }
    }
    let mut ports = Vec::new();
    each(store, "ports", |stored| {
        if let Some(Geometry::Point(point)) = &stored.feature.geometry {
            let name = stored.feature.property("name").as_str();
            ports.push(Port {
                id: name.unwrap_or(&stored.feature.record_id).to_owned(),
                lon_deg: point.x(),
                lat_deg: point.y(),
            });
        }
    })?;
    let mut areas = Vec::new();
    each(store, "dredging_areas", |stored| {
        let kind = stored.feature.property("kind").as_str();
        let kind = match kind {
            Some("licence") => AreaKind::Licence,
            Some("channel") => AreaKind::Channel,
            Some("port_limits") => AreaKind::PortLimits,
            Some("wharf") => AreaKind::Wharf,
            Some("disposal_site") => AreaKind::DisposalSite,
            _ => return,
        };
        let outline = match stored.feature.geometry {
            Some(Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon]),
            Some(Geometry::MultiPolygon(polygons)) => polygons,
            _ => return,
        };
        areas.push(Area {
            id: stored.feature.record_id,
            kind,
            outline,
        });
    })?;
    let places = Places::new(ports, &land, areas);
    for refused in places.refused() {
        output::hint(format!("{refused}: no place on the globe; left out"));
    }
    Ok(places)
}

/// Fills `dredging_cycles` and `dredging_tracks` with what was detected. The edition is the day of
/// the last position, so that older detections stay in the history.
fn publish(
    store: &mut dyn Store,
    archive: &Archive,
    found: Found,
    index: &RegionIndex,
    rule: RegionRule,
    info: &DetectionInfo,
) -> Result<()> {
    let last_ms = archive.imports().filter_map(|entry| entry.last_ms).max();
    let last = last_ms.and_then(|time_ms| jiff::Timestamp::from_millisecond(time_ms).ok());
    let edition = last.map_or_else(
        || "1970-01-01".to_owned(),
        |time| time.strftime("%Y-%m-%d").to_string(),
    );
    let both = [
        (collections::cycles_schema(), found.cycles),
        (collections::tracks_schema(), found.tracks),
    ];
    for (schema, features) in both {
        // Real and synthetic detections are sources of their own: no mark may be lost, and none
        // may be put on what is real.
        let marked = |feature: &Marked| feature.synthetic;
        let (synthetic, real): (Vec<Marked>, Vec<Marked>) = features.into_iter().partition(marked);
        for (features, synthetic) in [(real, false), (synthetic, true)] {
            let features = features.into_iter().map(|marked| marked.feature).collect();
            let filling = Filling {
                schema: schema.clone(),
                synthetic,
                edition: &edition,
                info,
            };
            filling.fill(store, features, index, rule)?;
        }
    }
    Ok(())
}

/// One source of a collection that is to hold what was detected.
struct Filling<'a> {
    schema: CollectionSchema,
    synthetic: bool,
    edition: &'a str,
    info: &'a DetectionInfo,
}

impl Filling<'_> {
    fn source(&self) -> SourceInfo {
        let info = self.info;
        let kind = if self.synthetic { "synthetic-" } else { "" };
        SourceInfo {
            id: format!("{kind}{}", self.schema.id.replace('_', "-")),
            title: self.schema.title.clone(),
            publisher: "Silt".to_owned(),
            licence: "that of the positions".to_owned(),
            citation: format!(
                "Silt, method {}, data version {}",
                info.method_version, info.data_version
            ),
            url: String::new(),
            synthetic: self.synthetic,
        }
    }

    fn fill(
        self,
        store: &mut dyn Store,
        mut features: Vec<Feature>,
        index: &RegionIndex,
        rule: RegionRule,
    ) -> Result<()> {
        let source = self.source();
        let known = store.sources()?.iter().any(|known| known.id == source.id);
        if features.is_empty() && !known {
            return Ok(());
        }
        for (feature, row) in features.iter_mut().zip(1..) {
            feature.row = row;
            place_feature(feature, index, rule);
            // The tolerance is the method here, and no remark on the place.
            feature.flags.clear();
        }
        let rows_read = features.len() as u64;
        let data_version = &self.info.data_version;
        let spec = ImportSpec {
            file: format!("{} of {data_version}", self.schema.id),
            schema: self.schema,
            source,
            edition: self.edition.to_owned(),
            sha256: None,
            dry_run: false,
            partial: false,
            again: true,
        };
        let mut import = store.begin_import(&spec)?;
        while !features.is_empty() {
            let rest = features.split_off(features.len().min(5_000));
            import.put(std::mem::replace(&mut features, rest))?;
        }
        import.finish(FileSummary {
            sha256: data_version.clone(),
            rows_read,
        })?;
        Ok(())
    }
}
