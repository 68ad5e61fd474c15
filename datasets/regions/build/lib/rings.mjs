// Plane polygons with longitudes in [-180, 180] from polygons that are
// continuous across the antimeridian.

const SOUTH_POLE_CUT = -89.99;

/** Longitudes made continuous: no step of more than 180 degrees. */
export function unwrap(ring) {
  const out = [ring[0].slice()];
  for (let i = 1; i < ring.length; i++) {
    const previous = out[i - 1][0];
    let lon = ring[i][0];
    while (lon - previous > 180) lon -= 360;
    while (lon - previous < -180) lon += 360;
    out.push([lon, ring[i][1]]);
  }
  return out;
}

/** Twice the signed area; positive when counter-clockwise. */
export function signedArea2(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  }
  return sum;
}

/** Exterior counter-clockwise, holes clockwise (RFC 7946). */
export function orient(polygon) {
  return polygon.map((ring, i) => (signedArea2(ring) > 0) === (i === 0) ? ring : ring.slice().reverse());
}

export function bounds(ring) {
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of ring) {
    w = Math.min(w, x); s = Math.min(s, y); e = Math.max(e, x); n = Math.max(n, y);
  }
  return [w, s, e, n];
}

export function contains(ring, [px, py]) {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const [x1, y1] = ring[i - 1];
    const [x2, y2] = ring[i];
    if (y1 > py !== y2 > py && px < x1 + ((py - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}

const latitudeAt = (a, b, lon) => a[1] + ((lon - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);

/** A ring around the south pole as a plane ring along -180, the pole side and 180. */
function closeOverSouthPole(ring, poleLatitude) {
  // Walk eastwards, so that the ring is cut from -180 to 180 in one piece.
  const east = ring[ring.length - 1][0] > ring[0][0] ? ring : ring.slice().reverse();
  const crossings = [];
  for (let i = 1; i < east.length; i++) {
    const before = Math.floor((east[i - 1][0] + 180) / 360);
    const after = Math.floor((east[i][0] + 180) / 360);
    if (before !== after) crossings.push([i, Math.max(before, after) * 360 - 180]);
  }
  if (crossings.length !== 1) throw new Error(`a polar ring crosses the antimeridian ${crossings.length} times`);
  const [start, cut] = crossings[0];
  const latitude = latitudeAt(east[start - 1], east[start], cut);
  const coast = [];
  const open = east.slice(0, -1);
  for (let k = 0; k < open.length; k++) {
    const vertex = open[(start + k) % open.length];
    const lon = ((vertex[0] + 180) % 360 + 360) % 360 - 180;
    coast.push([lon, vertex[1]]);
  }
  const inner = coast.filter(([lon], i) => !(i === 0 && lon === -180));
  return [[-180, latitude], ...inner, [180, latitude], [180, poleLatitude], [-180, poleLatitude], [-180, latitude]];
}

/**
 * Cuts a simple polygon along a meridian. Every crossing becomes a vertex of
 * both sides; crossings sorted by latitude pair up, since the inside of a
 * simple polygon meets a line in disjoint intervals.
 */
function cutAlong(rings, lon) {
  const sides = { west: [], east: [] };
  const whole = { west: [], east: [] };
  for (const ring of rings) {
    const side = ring.map(([x]) => (x <= lon ? "west" : "east"));
    const first = side.findIndex((s, i) => i > 0 && s !== side[i - 1]);
    if (first < 0) {
      whole[side[0]].push(ring);
      continue;
    }
    const open = ring.slice(0, -1);
    const openSide = side.slice(0, -1);
    let piece = null;
    for (let k = 0; k <= open.length; k++) {
      const i = (first + k) % open.length;
      const h = (i + open.length - 1) % open.length;
      if (openSide[i] !== openSide[h]) {
        const cut = [lon, latitudeAt(open[h], open[i], lon)];
        if (piece) sides[openSide[h]].push([...piece, cut]);
        if (k === open.length) break;
        piece = [cut];
      }
      piece.push(open[i]);
    }
  }
  return ["west", "east"].flatMap((name) => {
    const exteriors = stitch(sides[name]);
    const polygons = exteriors.map((ring) => [ring]);
    for (const ring of whole[name]) {
      const owner = polygons.find(([exterior]) => contains(exterior, ring[0]));
      if (!owner) throw new Error("a hole lies outside its polygon");
      owner.push(ring);
    }
    return polygons;
  });
}

function stitch(pieces) {
  const ends = pieces.flatMap((piece, i) => [
    { latitude: piece[0][1], piece: i },
    { latitude: piece[piece.length - 1][1], piece: i },
  ]).sort((a, b) => a.latitude - b.latitude);
  if (ends.length !== 2 * pieces.length || pieces.length === 0) throw new Error("a cut polygon does not close");
  const partner = new Map();
  for (let i = 0; i < ends.length; i += 2) {
    partner.set(ends[i], ends[i + 1]);
    partner.set(ends[i + 1], ends[i]);
  }
  const rings = [];
  const used = new Set();
  for (let i = 0; i < pieces.length; i++) {
    if (used.has(i)) continue;
    const ring = [];
    let current = i;
    while (!used.has(current)) {
      used.add(current);
      ring.push(...pieces[current]);
      const last = pieces[current][pieces[current].length - 1][1];
      const end = ends.find((e) => e.piece === current && e.latitude === last);
      current = partner.get(end).piece;
    }
    ring.push(ring[0]);
    rings.push(ring);
  }
  return rings;
}

const shift = (ring, by) => ring.map(([x, y]) => [x + by, y]);

/**
 * Plane polygons of one polygon that is continuous on the sphere.
 * `poleLatitude` closes a polygon that holds the south pole.
 */
export function planePolygons(polygon, poleLatitude) {
  const rings = [];
  let polar = false;
  for (const ring of polygon) {
    const continuous = unwrap(ring);
    const turned = continuous[continuous.length - 1][0] - continuous[0][0];
    if (Math.abs(turned) < 1e-9) {
      rings.push(continuous);
    } else if (bounds(ring)[3] > SOUTH_POLE_CUT) {
      polar = true;
      rings.unshift(closeOverSouthPole(continuous, poleLatitude));
    }
    // Otherwise the ring runs around the pole itself: an artefact of the plane original.
  }
  if (polar || rings.length === 0) return rings.length ? [orient(rings)] : [];

  const west = bounds(rings[0])[0];
  const offset = -360 * Math.floor((west + 180) / 360);
  const exterior = shift(rings[0], offset);
  const placed = [exterior, ...rings.slice(1).map((hole) => {
    let moved = hole;
    while (bounds(moved)[0] < bounds(exterior)[0] - 1e-9) moved = shift(moved, 360);
    while (bounds(moved)[2] > bounds(exterior)[2] + 1e-9) moved = shift(moved, -360);
    return moved;
  })];
  if (bounds(exterior)[2] <= 180) return [orient(placed)];
  return cutAlong(placed, 180).map((part) => {
    const eastern = bounds(part[0])[2] > 180;
    return orient(eastern ? part.map((ring) => shift(ring, -360)) : part);
  });
}
