//! Study areas: every cell of the place asked for, kept for the next question.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use geo_types::MultiPolygon;
use h3o::{CellIndex, Resolution};
use sha2::{Digest as _, Sha256};
use silt_hotspot::{AreaError, Effort, Neighbourhood, Neighbours, StudyArea};
use silt_index::regions::{DEFAULT_COAST_TOLERANCE_KM, RegionKind};
use silt_index::snapshot::CollectionSnapshot;
use silt_model::Domain;
use silt_query::query::Query;
use silt_query::{Cancelled, Stop};

use crate::cache::Recent;
use crate::cover::{EdgeBox, edges_of};
use crate::error::AnalysisError;
use crate::ranking::RegionCells;
use crate::within::{Membership, Regions, Within, hex, is_country};

/// How study areas are made.
#[derive(Clone, Debug)]
pub struct AreaOptions {
    /// Most cells of a study area. Default 3,000,000: the whole world at resolution 5
    /// **\[inferred\]**.
    pub max_cells: u64,
    /// Without a resolution the finest is taken that makes at most so many cells. Default 50,000
    /// **\[inferred\]**: a map of them can be read, and a question takes milliseconds.
    pub target_cells: u64,
    /// Finest resolution that is taken without being asked for. Default 8, cells of 0.7 km2
    /// **\[inferred\]**: registers give positions to some 100 m.
    pub finest_chosen: u8,
    /// How far off the generalised coastline a place may lie and still be on land, km.
    pub coast_tolerance_km: f64,
    /// Memory for areas and neighbourhoods kept, bytes. Default 512 MB.
    pub cache_bytes: u64,
}

impl Default for AreaOptions {
    fn default() -> Self {
        AreaOptions {
            max_cells: 3_000_000,
            target_cells: 50_000,
            finest_chosen: 8,
            coast_tolerance_km: DEFAULT_COAST_TOLERANCE_KM,
            cache_bytes: 512 << 20,
        }
    }
}

/// Cells below which a statistic is doubtful; a chosen resolution goes finer to have more, up to
/// [`FINEST_FOR_SMALL`].
const FEW_CELLS: f64 = 30.0;
const FINEST_FOR_SMALL: u8 = 10;
/// Cells from which the size of an area is known well enough to choose a resolution.
const CELLS_FOR_SIZE: u64 = 300;
/// Cells of the boxes around a place among which so few belong that looking closer gains nothing.
const CELLS_LOOKED_AT_FOR_SIZE: f64 = 20_000.0;
/// Finest resolution at which the size of an area is measured.
const FINEST_FOR_SIZE: u8 = 12;
/// Surface of the Earth, km2, as H3 has it.
const EARTH_KM2: f64 = 510_065_621.724;

/// A study area as a question uses it.
#[derive(Debug)]
pub struct Study {
    /// The cells.
    pub area: Arc<StudyArea>,
    /// Cells whose centre lies elsewhere and which belong because a feature of the place lies in
    /// them.
    pub cells_of_features: u64,
    key: String,
}

/// Cells that belong to an area because a feature of the place lies in them, ascending.
#[derive(Debug, Default)]
struct Extras {
    cells: Vec<CellIndex>,
    /// Equal for equal cells: their SHA-256, and nothing where there are none.
    key: String,
}

impl Extras {
    fn new(cells: Vec<CellIndex>) -> Extras {
        if cells.is_empty() {
            return Extras::default();
        }
        let mut digest = Sha256::new();
        for &cell in &cells {
            digest.update(u64::from(cell).to_le_bytes());
        }
        let key = hex(&digest.finalize());
        Extras { cells, key }
    }
}

/// Makes study areas and keeps those asked for last. Shared by all questions of a service.
#[derive(Debug)]
pub struct Areas {
    options: AreaOptions,
    countries: OnceLock<Vec<EdgeBox>>,
    sizes_km2: Recent<f64>,
    covers: Recent<Vec<CellIndex>>,
    extras: Recent<Extras>,
    studies: Recent<Study>,
    neighbourhoods: Recent<Neighbourhood>,
    cells_of_regions: Recent<BTreeMap<Arc<str>, RegionCells>>,
}

impl Areas {
    /// No area yet.
    pub fn new(options: AreaOptions) -> Areas {
        let of_cells = |cells: &Vec<CellIndex>| cells.len() as u64 * 8 + 200;
        let share = options.cache_bytes / 8;
        Areas {
            countries: OnceLock::new(),
            sizes_km2: Recent::new(1_000, |_| 1),
            covers: Recent::new(share, of_cells),
            extras: Recent::new(share, |extras: &Extras| extras.cells.len() as u64 * 8 + 200),
            // A run of the area takes 32 bytes; an outline has fewer runs than cells.
            studies: Recent::new(share, |study| {
                200 + study.area.cell_count().min(1 << 20) * 4
            }),
            neighbourhoods: Recent::new(options.cache_bytes - 3 * share, |prepared| {
                200 + prepared.bytes() as u64
            }),
            cells_of_regions: Recent::new(1 << 24, |counts| 200 + counts.len() as u64 * 64),
            options,
        }
    }

    /// How areas are made.
    pub fn options(&self) -> &AreaOptions {
        &self.options
    }

    /// The resolution asked for, checked, or the one that suits the size of the place.
    ///
    /// # Errors
    /// An unknown region; a resolution that makes too many cells, with the one that is possible.
    pub fn resolution(
        &self,
        within: &Within,
        domain: Domain,
        asked: Option<Resolution>,
        regions: Regions<'_>,
        stop: Stop<'_>,
    ) -> Result<Resolution, AnalysisError> {
        let km2 = self.size_km2(within, domain, regions, stop)?;
        let cells_at = |resolution: Resolution| km2 / EARTH_KM2 * resolution.cell_count() as f64;
        let finest_below = |limit: f64, finest: u8| {
            Resolution::range(Resolution::Zero, Resolution::Fifteen)
                .filter(|&resolution| u8::from(resolution) <= finest)
                .rfind(|&resolution| cells_at(resolution) <= limit)
                .unwrap_or(Resolution::Zero)
        };
        let max_cells = self.options.max_cells as f64;
        if let Some(asked) = asked {
            let cells = cells_at(asked);
            if cells > max_cells {
                let possible = finest_below(max_cells, 15);
                let detail = format!(
                    "{asked} would make about {} cells of this place, more than the {} allowed; \
                     {possible} is possible, with about {} cells",
                    cells.round(),
                    self.options.max_cells,
                    cells_at(possible).round(),
                );
                return Err(AnalysisError::parameter("resolution", detail));
            }
            return Ok(asked);
        }
        let target = (self.options.target_cells as f64).min(max_cells);
        let chosen = finest_below(target, self.options.finest_chosen);
        if cells_at(chosen) >= FEW_CELLS {
            return Ok(chosen);
        }
        let enough = Resolution::range(chosen, Resolution::Fifteen)
            .filter(|&resolution| u8::from(resolution) <= FINEST_FOR_SMALL.max(u8::from(chosen)))
            .find(|&resolution| cells_at(resolution) >= FEW_CELLS);
        Ok(enough.unwrap_or(chosen))
    }

    /// The surface of a place, km2, as far as it can hold features of a domain.
    fn size_km2(
        &self,
        within: &Within,
        domain: Domain,
        regions: Regions<'_>,
        stop: Stop<'_>,
    ) -> Result<f64, AnalysisError> {
        let key = area_key(within, domain, regions);
        let size = self.sizes_km2.get(&key, || {
            let members = self.membership(within, domain, regions)?;
            if members.is_everything() {
                return Ok::<f64, AnalysisError>(EARTH_KM2);
            }
            let holds = |at| members.holds(at);
            let in_shapes = |at| members.in_shapes(at);
            let cover = members.cover(self.country_edges(regions), &holds, &in_shapes)?;
            let boxes_km2 = members.boxes_km2()?.unwrap_or(EARTH_KM2);
            let mut km2 = 0.0;
            for resolution in Resolution::range(Resolution::Three, Resolution::Fifteen) {
                if u8::from(resolution) > FINEST_FOR_SIZE {
                    break;
                }
                let cells = cover.cells(resolution, stop)?;
                let count: u64 = cells
                    .iter()
                    .map(|cell| cell.children_count(resolution))
                    .sum();
                km2 = cells.iter().map(|cell| cell.area_km2()).sum();
                let looked_at = boxes_km2 / EARTH_KM2 * resolution.cell_count() as f64;
                if count >= CELLS_FOR_SIZE || looked_at >= CELLS_LOOKED_AT_FOR_SIZE {
                    break;
                }
            }
            Ok(km2)
        })?;
        Ok(*size)
    }

    fn membership<'r>(
        &self,
        within: &Within,
        domain: Domain,
        regions: Regions<'r>,
    ) -> Result<Membership<'r>, AnalysisError> {
        Membership::new(within, domain, self.options.coast_tolerance_km, regions)
    }

    fn country_edges(&self, regions: Regions<'_>) -> &[EdgeBox] {
        // Countries come with the library: only the user's own regions ever change.
        self.countries.get_or_init(|| {
            let mut all = MultiPolygon::new(Vec::new());
            for country in regions.set.list(RegionKind::Country) {
                if let Ok(polygons) = regions.set.geometry(&country.id) {
                    all.0.extend(polygons);
                }
            }
            edges_of(&all)
        })
    }

    /// The cells whose centres belong to a place, coarser ones standing for their descendants.
    fn cover(
        &self,
        within: &Within,
        domain: Domain,
        resolution: Resolution,
        regions: Regions<'_>,
        stop: Stop<'_>,
    ) -> Result<Arc<Vec<CellIndex>>, AnalysisError> {
        let key = format!("{}|{resolution}", area_key(within, domain, regions));
        self.covers.get(&key, || {
            let members = self.membership(within, domain, regions)?;
            if members.is_everything() {
                return Ok(CellIndex::base_cells().collect());
            }
            let holds = |at| members.holds(at);
            let in_shapes = |at| members.in_shapes(at);
            let cover = members.cover(self.country_edges(regions), &holds, &in_shapes)?;
            Ok(cover.cells(resolution, stop)?)
        })
    }

    /// The study area of a place at a resolution: the cells whose centre belongs to it, and those
    /// in which a feature of the collection lies that belongs to it. Which features are selected
    /// beyond their place does not change the area.
    ///
    /// # Errors
    /// An unknown region; a place without any cell.
    pub fn study(
        &self,
        data: &CollectionSnapshot,
        within: &Within,
        resolution: Resolution,
        regions: Regions<'_>,
        stop: Stop<'_>,
    ) -> Result<Arc<Study>, AnalysisError> {
        let domain = data.schema().domain;
        let cover = self.cover(within, domain, resolution, regions, stop)?;
        let base_key = format!("{}|{resolution}", area_key(within, domain, regions));
        let collection = &data.schema().id;
        let extras_key = format!("{base_key}|{collection}|{}", data.version());
        let extras = self.extras.get(&extras_key, || {
            let members = self.membership(within, domain, regions)?;
            if members.is_everything() {
                return Ok::<_, AnalysisError>(Extras::default());
            }
            let plain = StudyArea::from_cells(resolution, cover.iter().copied()).ok();
            let cells =
                self.cells_of_features(data, within, &members, plain.as_ref(), resolution, stop)?;
            Ok(Extras::new(cells))
        })?;
        let key = format!("{base_key}|{}", extras.key);
        self.studies.get(&key.clone(), || {
            let cells = cover.iter().chain(&extras.cells).copied();
            let area = match StudyArea::from_cells(resolution, cells) {
                Ok(area) => area,
                Err(AreaError::Empty { .. }) => return Err(no_cell(within, resolution, domain)),
                Err(error) => return Err(error.into()),
            };
            Ok(Study {
                area: Arc::new(area),
                cells_of_features: extras.cells.len() as u64,
                key,
            })
        })
    }

    /// Cells outside an area in which features of the place lie, ascending.
    fn cells_of_features(
        &self,
        data: &CollectionSnapshot,
        within: &Within,
        members: &Membership<'_>,
        area: Option<&StudyArea>,
        resolution: Resolution,
        stop: Stop<'_>,
    ) -> Result<Vec<CellIndex>, AnalysisError> {
        let cells = data.cells(resolution);
        let needs_country = data.schema().domain == Domain::Land && members.leaves().is_none();
        let has_country = |row: u32| data.regions(row).any(|id| is_country(id));
        let mut found = Vec::new();
        for (count, row) in rows_within(data, within, members, stop)?.iter().enumerate() {
            if count % 65_536 == 0 && stop() {
                return Err(Cancelled.into());
            }
            let Some(cell) = cells.of_row(row) else {
                continue;
            };
            if area.is_some_and(|area| area.contains(cell)) || (needs_country && !has_country(row))
            {
                continue;
            }
            let Some(place) = data.place(row) else {
                continue;
            };
            // Of a line or polygon another part may lie in the place.
            if within.polygon_holds(place) && (data.point(row).is_some() || members.holds(place)) {
                found.push(cell);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Cells of a study area by region, counted once.
    pub(crate) fn cells_of_regions(
        &self,
        study: &Study,
        level: &str,
        regions: Regions<'_>,
        count: impl FnOnce() -> BTreeMap<Arc<str>, RegionCells>,
    ) -> Arc<BTreeMap<Arc<str>, RegionCells>> {
        let key = format!("{}|{level}|{}", study.key, regions.version);
        let counted = self
            .cells_of_regions
            .get(&key, || Ok::<_, std::convert::Infallible>(count()));
        match counted {
            Ok(counts) => counts,
        }
    }

    /// The neighbourhoods of a study area.
    ///
    /// # Errors
    /// Neighbours that pass a limit.
    pub fn neighbourhood(
        &self,
        study: &Study,
        neighbours: Neighbours,
        effort: Effort<'_>,
    ) -> Result<Arc<Neighbourhood>, AnalysisError> {
        let key = format!("{}|{neighbours:?}", study.key);
        self.neighbourhoods.get(&key, || {
            let area = Arc::clone(&study.area);
            Ok(Neighbourhood::prepare(area, neighbours, effort)?)
        })
    }
}

/// Rows of the collection that lie in a place, by their regions and the box.
pub(crate) fn rows_within(
    data: &CollectionSnapshot,
    within: &Within,
    members: &Membership<'_>,
    stop: Stop<'_>,
) -> Result<silt_query::query::Rows, Cancelled> {
    let regions = members
        .leaves()
        .map(|leaves| leaves.iter().map(|leaf| leaf.to_string()).collect());
    let query = Query {
        bbox: within.bbox,
        bbox_needs_geometry: true,
        regions,
        ..Query::default()
    };
    query.rows(data, stop)
}

fn area_key(within: &Within, domain: Domain, regions: Regions<'_>) -> String {
    format!("{}|{domain:?}|{}", within.key(), regions.version)
}

fn no_cell(within: &Within, resolution: Resolution, domain: Domain) -> AnalysisError {
    let kind = match domain {
        Domain::Land => "on land ",
        Domain::Sea => "at sea ",
        Domain::Any => "",
    };
    let name = match (&within.region, within.bbox, within.polygon_sha256()) {
        (Some(_), ..) => "region",
        (None, Some(_), _) => "bbox",
        _ => "geometry",
    };
    let detail = format!(
        "has no cell {kind}whose centre lies in it at resolution {resolution}, and no feature; \
         choose a finer resolution or a larger place"
    );
    AnalysisError::parameter(name, detail)
}

#[cfg(test)]
#[path = "area_tests.rs"]
mod tests;
