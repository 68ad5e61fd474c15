// Topologies with shared borders, quantised to a fixed grid, as stable bytes.

import { gzipSync } from "node:zlib";
import { quantize, mergeArcs } from "topojson-client";
import { topology } from "topojson-server";

/**
 * A TopoJSON topology with one object `regions`. Regions with several
 * entries of the same id are dissolved into one.
 *
 * @param {Array<{id: string, properties: object, polygons: number[][][][]}>} regions
 * @param {{scale: [number, number], translate: [number, number]}} grid
 */
export function regionsTopology(regions, grid) {
  const features = regions.map((region) => ({
    type: "Feature",
    id: region.id,
    properties: region.properties,
    geometry: { type: "MultiPolygon", coordinates: snapped(region.polygons, grid) },
  }));
  const topo = topology({ regions: { type: "FeatureCollection", features } });

  const byId = new Map();
  for (const geometry of topo.objects.regions.geometries) {
    if (!byId.has(geometry.id)) byId.set(geometry.id, []);
    byId.get(geometry.id).push(geometry);
  }
  const geometries = [...byId.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, group]) => {
      const arcs = group.length === 1 ? group[0].arcs : mergeArcs(topo, group).arcs;
      if (!arcs || arcs.length === 0) throw new Error(`region ${id} has no polygon left`);
      return { type: "MultiPolygon", id, properties: group[0].properties, arcs };
    });
  topo.objects.regions = { type: "GeometryCollection", geometries };
  return quantize(topo, grid);
}

/** Rings on the grid without repeated points, so that shared borders are found. */
function snapped(polygons, { scale, translate }) {
  const snap = (v, axis) => Math.round((v - translate[axis]) / scale[axis]) * scale[axis] + translate[axis];
  const snapRing = (ring) => {
    const out = [];
    for (const [x, y] of ring) {
      const point = [snap(x, 0), snap(y, 1)];
      const last = out[out.length - 1];
      if (!last || last[0] !== point[0] || last[1] !== point[1]) out.push(point);
    }
    return out;
  };
  return polygons.flatMap(([exterior, ...holes]) => {
    const outside = snapRing(exterior);
    if (outside.length < 4) return [];
    return [[outside, ...holes.map(snapRing).filter((ring) => ring.length >= 4)]];
  });
}

export function toBytes(value) {
  return Buffer.from(JSON.stringify(value) + "\n");
}

/** gzip without time stamp, file name or operating system: the same bytes everywhere zlib is the same. */
export function gzip(bytes) {
  const out = gzipSync(bytes, { level: 9 });
  out.writeUInt32LE(0, 4);
  out[9] = 255;
  return out;
}
