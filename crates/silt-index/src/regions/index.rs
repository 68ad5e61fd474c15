//! In which regions a geometry lies.

use std::sync::{Arc, OnceLock};

use geo_types::{Coord, Geometry, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::bands::Bands;
use super::grid::Grid;
use super::pieces::{self, Piece};
use super::set::RegionSet;
use super::{RegionKind, nearest};

/// Coast tolerance when the configuration names none, km.
///
/// Inferred: no standard states one. Of the registers of Chile (836 deposits),
/// the US (1,314 tailings dams with a position) and Brazil (909), eleven
/// facilities lie off the 1:50m coastline, the furthest by 3.7 km.
pub const DEFAULT_COAST_TOLERANCE_KM: f64 = 5.0;

/// How regions are assigned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegionRule {
    /// A geometry in no country gets the nearest one within this distance, km.
    /// Zero turns that off, as for collections at sea.
    pub coast_tolerance_km: f64,
}

impl RegionRule {
    /// No tolerance: only regions in which the geometry lies.
    pub const EXACT: RegionRule = RegionRule {
        coast_tolerance_km: 0.0,
    };
}

impl Default for RegionRule {
    fn default() -> RegionRule {
        RegionRule {
            coast_tolerance_km: DEFAULT_COAST_TOLERANCE_KM,
        }
    }
}

/// The regions of a geometry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assigned {
    /// Leaf regions, sorted by id: countries, subdivisions, seas, areas of the user.
    pub regions: Vec<Arc<str>>,
    /// Distance to the country, km, when it was assigned by the coast tolerance.
    pub by_tolerance_km: Option<f64>,
    /// Distance to the subdivision, km, when it was assigned by the coast
    /// tolerance: outside all of them, or in one of another country.
    pub admin1_by_tolerance_km: Option<f64>,
}

/// One polygon of a leaf region.
#[derive(Debug)]
struct Part {
    leaf: u32,
    outline: Bands,
}

#[derive(Debug)]
struct Leaf {
    id: Arc<str>,
    kind: RegionKind,
    /// Country in which the map shows a subdivision, as a leaf number.
    country: Option<u32>,
}

type PartBox = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// An index over the polygons of a [`RegionSet`]: an R-tree of the polygons'
/// boxes, a grid of cells, and edges by latitude inside each polygon.
#[derive(Debug)]
pub struct RegionIndex {
    /// Sorted by id, so that a sorted list of numbers is a sorted list of ids.
    leaves: Vec<Leaf>,
    parts: Vec<Part>,
    /// For lines, areas and large distances.
    tree: RTree<PartBox>,
    /// For points and small distances.
    grid: Grid,
}

impl RegionIndex {
    /// Builds the index. Takes some tenths of a second; see [`RegionIndex::bundled`].
    pub fn new(set: &RegionSet) -> RegionIndex {
        let entries: Vec<_> = set
            .entries()
            .iter()
            .filter(|entry| !entry.region.kind.is_group())
            .collect();
        let leaf_number = |id: &Arc<str>| {
            let position = entries.binary_search_by(|entry| entry.region.id.cmp(id));
            position
                .ok()
                .and_then(|position| u32::try_from(position).ok())
        };

        let mut leaves = Vec::with_capacity(entries.len());
        let mut parts = Vec::new();
        for (number, entry) in (0_u32..).zip(&entries) {
            leaves.push(Leaf {
                id: Arc::clone(&entry.region.id),
                kind: entry.region.kind,
                country: entry.country.as_ref().and_then(leaf_number),
            });
            for polygon in entry.own_polygons() {
                let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                let Some(outline) = Bands::new(rings.map(|ring| &ring.0[..])) else {
                    continue;
                };
                let bounds = *outline.bounds();
                parts.push(Part {
                    leaf: number,
                    outline,
                });
                // The user's areas may continue beyond 180 degrees; the index does not.
                for shift in [
                    (bounds.max().x > 180.0).then_some(-360.0),
                    (bounds.min().x < -180.0).then_some(360.0),
                ] {
                    let Some(shift) = shift else { continue };
                    let moved = polygon_shifted(&polygon, shift);
                    if let Some(outline) = Bands::new(moved.iter().map(Vec::as_slice)) {
                        parts.push(Part {
                            leaf: number,
                            outline,
                        });
                    }
                }
            }
        }
        let boxes = (0_u32..).zip(&parts).map(|(number, part)| {
            let bounds = part.outline.bounds();
            let corners = (
                [bounds.min().x, bounds.min().y],
                [bounds.max().x, bounds.max().y],
            );
            GeomWithData::new(Rectangle::from_corners(corners.0, corners.1), number)
        });
        let tree = RTree::bulk_load(boxes.collect());
        let grid = Grid::new(parts.iter().map(|part| &part.outline));
        RegionIndex {
            leaves,
            parts,
            tree,
            grid,
        }
    }

    /// The index of the bundled regions, built once per process.
    pub fn bundled() -> &'static RegionIndex {
        static BUNDLED: OnceLock<RegionIndex> = OnceLock::new();
        BUNDLED.get_or_init(|| RegionIndex::new(&RegionSet::bundled()))
    }

    /// The leaf regions of a geometry in WGS84 degrees. Groups follow by
    /// [`RegionSet::expand`].
    ///
    /// A point lies in a region; on a border that two regions share it lies
    /// in exactly one. A line or polygon belongs to every region that it
    /// touches. Longitudes beyond 180 degrees continue across the
    /// antimeridian. Parts with a position that is not on Earth have no region.
    pub fn regions_of(&self, geometry: &Geometry<f64>, rule: RegionRule) -> Assigned {
        let mut search = Search {
            index: self,
            rule,
            found: Vec::new(),
            probes: Vec::new(),
        };
        match geometry {
            // The case of every row of a register, without a detour.
            Geometry::Point(point) if pieces::is_on_earth(point.0) => search.point(point.0),
            Geometry::Point(_) => {}
            other => search.parts_of(other),
        }
        search.assigned()
    }

    fn parts_over<'a>(&'a self, rect: &Rect<f64>) -> impl Iterator<Item = &'a Part> + use<'a> {
        let envelope =
            AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]);
        let boxes = self.tree.locate_in_envelope_intersecting(&envelope);
        boxes.map(|found| &self.parts[found.data as usize])
    }

    fn parts_with_borders_near(
        &self,
        window: &Rect<f64>,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<&Part> {
        let wanted_part = |number: u32| wanted(self.parts[number as usize].leaf);
        match self.grid.with_edges_in(window, wanted_part) {
            Some(numbers) => numbers
                .into_iter()
                .map(|number| &self.parts[number as usize])
                .collect(),
            None => self
                .parts_over(window)
                .filter(|part| wanted(part.leaf))
                .collect(),
        }
    }

    fn kind(&self, leaf: u32) -> RegionKind {
        self.leaves[leaf as usize].kind
    }

    /// The nearest leaf that `wanted` allows, within a distance of a vertex of the probes.
    fn nearest(
        &self,
        probes: &[Probe],
        limit_km: f64,
        wanted: impl Fn(u32) -> bool,
    ) -> Option<(f64, u32)> {
        let mut best: Option<(f64, u32)> = None;
        for probe in probes {
            for window in nearest::windows(&probe.bounds, limit_km) {
                let near = self.parts_with_borders_near(&window, &wanted);
                for part in near
                    .into_iter()
                    .filter(|part| part.outline.any_edge_overlaps(&window))
                {
                    for &position in &probe.positions {
                        let limit = best.map_or(limit_km, |(km, _)| km);
                        let Some(km) = nearest::distance_km(position, &part.outline, limit) else {
                            continue;
                        };
                        if best.is_none_or(|best| (km, part.leaf) < best) {
                            best = Some((km, part.leaf));
                        }
                    }
                }
            }
        }
        best
    }
}

fn polygon_shifted(polygon: &geo_types::Polygon<f64>, degrees: f64) -> Vec<Vec<Coord<f64>>> {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let moved = |position: &Coord<f64>| Coord {
        x: position.x + degrees,
        y: position.y,
    };
    rings
        .map(|ring| ring.0.iter().map(moved).collect())
        .collect()
}

/// One look-up.
struct Search<'i> {
    index: &'i RegionIndex,
    rule: RegionRule,
    /// Leaves found, perhaps several times.
    found: Vec<u32>,
    /// From where the coast tolerance measures.
    probes: Vec<Probe>,
}

/// A point, or the vertices of a line or area.
struct Probe {
    /// Box around it; may continue beyond 180 degrees.
    bounds: Rect<f64>,
    /// Longitudes in [-180, 180).
    positions: Vec<Coord<f64>>,
}

impl Search<'_> {
    fn parts_of(&mut self, geometry: &Geometry<f64>) {
        let mut points = Vec::new();
        let mut lines_and_areas = Vec::new();
        pieces::visit(geometry, &mut |point| points.push(point), &mut |piece| {
            lines_and_areas.push(piece);
        });
        for point in points {
            self.point(point);
        }
        for piece in lines_and_areas {
            self.piece(piece);
        }
    }

    fn point(&mut self, position: Coord<f64>) {
        let position = pieces::wrapped(position);
        if self.rule.coast_tolerance_km > 0.0 {
            let bounds = Rect::new(position, position);
            let positions = vec![position];
            self.probes.push(Probe { bounds, positions });
        }
        self.leaves_at(position);
        let on_antimeridian = position.x == -180.0;
        if on_antimeridian
            && !self
                .found
                .iter()
                .any(|&leaf| self.index.kind(leaf) == RegionKind::Country)
        {
            // Land that ends at the antimeridian from the west.
            self.leaves_at(Coord {
                x: 180.0_f64.next_down(),
                y: position.y,
            });
        }
    }

    fn leaves_at(&mut self, position: Coord<f64>) {
        for occupant in self.index.grid.at(position) {
            let part = &self.index.parts[occupant.part as usize];
            if occupant.covers_cell || part.outline.contains(position) {
                self.found.push(part.leaf);
            }
        }
    }

    fn piece(&mut self, mut piece: Piece<'_>) {
        if self.rule.coast_tolerance_km > 0.0 {
            let positions = piece.vertices().map(pieces::wrapped).collect();
            let bounds = piece.bounds;
            self.probes.push(Probe { bounds, positions });
        }
        self.piece_in_place(&mut piece);
        if piece.bounds.max().x > 180.0 {
            self.piece_in_place(&mut piece.shifted(-360.0));
        }
    }

    fn piece_in_place(&mut self, piece: &mut Piece<'_>) {
        let index = self.index;
        if let Some(occupants) = index.grid.around(&piece.bounds) {
            for occupant in occupants {
                let part = &index.parts[occupant.part as usize];
                if occupant.covers_cell || touches(piece, part) {
                    self.found.push(part.leaf);
                }
            }
            return;
        }
        for part in index.parts_over(&piece.bounds) {
            if !self.found.contains(&part.leaf) && touches(piece, part) {
                self.found.push(part.leaf);
            }
        }
    }

    fn assigned(mut self) -> Assigned {
        self.found.sort_unstable();
        self.found.dedup();
        let limit_km = self.rule.coast_tolerance_km;
        let mut result = Assigned::default();
        if limit_km > 0.0 && !self.probes.is_empty() {
            result.by_tolerance_km = self.nearest_country(limit_km);
            result.admin1_by_tolerance_km = self.nearest_admin1(limit_km);
        }
        self.found.sort_unstable();
        let leaves = &self.index.leaves;
        result.regions = self
            .found
            .iter()
            .map(|&leaf| Arc::clone(&leaves[leaf as usize].id))
            .collect();
        result
    }

    fn nearest_country(&mut self, limit_km: f64) -> Option<f64> {
        let index = self.index;
        let is_country = |leaf: u32| index.kind(leaf) == RegionKind::Country;
        if self.found.iter().any(|&leaf| is_country(leaf)) {
            return None;
        }
        let (km, country) = index.nearest(&self.probes, limit_km, is_country)?;
        self.found.push(country);
        Some(km)
    }

    /// A subdivision for a geometry that is in none of its country. The
    /// country decides, so that a place beside a border which the two files
    /// draw differently is not in one country and the other's subdivision.
    fn nearest_admin1(&mut self, limit_km: f64) -> Option<f64> {
        let index = self.index;
        let of_kind = |kind| {
            self.found
                .iter()
                .copied()
                .filter(move |&leaf| index.kind(leaf) == kind)
        };
        let countries: Vec<u32> = of_kind(RegionKind::Country).collect();
        let inside: Vec<u32> = of_kind(RegionKind::Admin1).collect();
        let in_country = |leaf: u32| {
            index.leaves[leaf as usize]
                .country
                .is_some_and(|c| countries.contains(&c))
        };
        if countries.is_empty() || inside.iter().any(|&leaf| in_country(leaf)) {
            return None;
        }
        let wanted = |leaf: u32| index.kind(leaf) == RegionKind::Admin1 && in_country(leaf);
        let (km, admin1) = index.nearest(&self.probes, limit_km, wanted)?;
        self.found.retain(|leaf| !inside.contains(leaf));
        self.found.push(admin1);
        Some(km)
    }
}

/// Whether a line or area touches a polygon.
fn touches(piece: &mut Piece<'_>, part: &Part) -> bool {
    let outline = &part.outline;
    if !outline.any_edge_overlaps(&piece.bounds) {
        // No border comes near: all of the piece is inside or all of it outside.
        return piece
            .vertices()
            .next()
            .is_some_and(|position| outline.contains(position));
    }
    if piece.vertices().any(|position| outline.contains(position)) {
        return true;
    }
    let is_area = piece.is_area;
    let Some(bands) = piece.bands() else {
        return false;
    };
    outline.crosses(bands) || (is_area && bands.contains(outline.first))
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
