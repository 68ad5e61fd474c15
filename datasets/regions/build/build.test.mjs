// node --test: the geometry code on its own, and the whole build when SILT_MIRROR is set.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { buildBundle } from "./build.mjs";
import { bounds, planePolygons, signedArea2, unwrap } from "./lib/rings.mjs";
import { gzip } from "./lib/topology.mjs";
import { ADMIN1_CODE_FIXES } from "./tables.mjs";
import { slug } from "./lib/seas.mjs";

const BUNDLE = join(dirname(fileURLToPath(import.meta.url)), "..");
const mirror = process.env.SILT_MIRROR;
const skip = mirror ? false : "SILT_MIRROR is not set";
const require = createRequire(import.meta.url);

const area = (polygons) => polygons.flat().reduce((sum, ring) => sum + signedArea2(ring) / 2, 0);

test("a ring over the antimeridian becomes continuous", () => {
  assert.deepEqual(unwrap([[179, 0], [-179, 0], [179, 1]]), [[179, 0], [181, 0], [179, 1]]);
});

test("a polygon over the antimeridian is cut into two of the same area", () => {
  const square = [[178, 0], [-178, 0], [-178, 4], [178, 4], [178, 0]];
  const hole = [[179, 1], [179, 2], [179.5, 2], [179.5, 1], [179, 1]];
  const parts = planePolygons([square, hole], -90);
  assert.equal(parts.length, 2);
  assert.ok(Math.abs(area(parts) - 15.5) < 1e-9);
  for (const [exterior] of parts) {
    const [west, , east] = bounds(exterior);
    assert.ok(west >= -180 && east <= 180 && east - west === 2);
  }
});

test("a comb over the antimeridian is cut into its teeth", () => {
  // A block in the west with two teeth that reach over 180.
  const comb = [[178, 0], [-179, 0], [-179, 1], [179, 1], [179, 2], [-179, 2], [-179, 3], [178, 3], [178, 0]];
  const parts = planePolygons([comb], -90);
  assert.equal(parts.length, 3);
  assert.ok(Math.abs(area(parts) - 7) < 1e-9);
});

test("a ring around the south pole is closed along the edge of the plane", () => {
  const ring = [[0, -70], [90, -70], [180, -70], [-90, -70], [0, -70]];
  const [[exterior]] = planePolygons([ring], -90);
  assert.deepEqual(bounds(exterior), [-180, -90, 180, -70]);
  assert.ok(Math.abs(area([[exterior]]) - 360 * 20) < 1e-9);
});

test("slugs are plain", () => {
  assert.equal(slug("Río de la Plata"), "rio-de-la-plata");
  assert.equal(slug("Gulf of St. Lawrence"), "gulf-of-st-lawrence");
});

test("gzip holds no time and no system", () => {
  const bytes = gzip(Buffer.from("regions"));
  assert.deepEqual([...bytes.subarray(4, 8), bytes[9]], [0, 0, 0, 0, 255]);
  assert.equal(gunzipSync(bytes).toString(), "regions");
});

test("two builds and the committed files have the same content", { skip }, () => {
  const first = buildBundle(mirror);
  const second = buildBundle(mirror);
  const sums = readFileSync(join(BUNDLE, "CONTENT.sha256"), "utf8");
  for (const [name, bytes] of Object.entries(first)) {
    assert.ok(bytes.equals(second[name]), `${name} differs between two builds`);
    const committed = name === "groups.json" ? readFileSync(join(BUNDLE, name)) : gunzipSync(readFileSync(join(BUNDLE, `${name}.gz`)));
    assert.ok(bytes.equals(committed), `${name} differs from the committed file: run the build`);
    assert.ok(sums.includes(`${createHash("sha256").update(bytes).digest("hex")}  ${name}`), `${name} is not in CONTENT.sha256`);
  }
});

test("no country of Natural Earth is lost", { skip }, () => {
  const atlas = require("world-atlas/countries-50m.json").objects.countries.geometries;
  assert.equal(atlas.length, 241);
  const built = JSON.parse(buildBundle(mirror)["countries.topojson"]).objects.regions.geometries;
  const names = new Set(built.flatMap(({ properties: p }) => [p.name, ...(p.alias ?? [])]));
  const missing = atlas.map((g) => g.properties.name).filter((name) => !names.has(name));
  // The one name that stands for two ISO codes: Christmas Island and the Cocos (Keeling) Islands.
  assert.deepEqual(missing, ["Indian Ocean Ter."]);
});

test("no code correction hits another subdivision's code", { skip }, () => {
  const source = JSON.parse(gunzipSync(readFileSync(join(mirror, "boundaries/ne_10m_admin_1_simplified_0.01deg.geojson.gz")))).features;
  const own = new Set(source.filter((f) => !(f.properties.adm1_code in ADMIN1_CODE_FIXES)).map((f) => f.properties.iso_3166_2));
  assert.deepEqual(Object.values(ADMIN1_CODE_FIXES).filter((code) => own.has(code)), []);
});

test("no subdivision of Natural Earth is lost", { skip }, () => {
  const source = JSON.parse(gunzipSync(readFileSync(join(mirror, "boundaries/ne_10m_admin_1_simplified_0.01deg.geojson.gz")))).features;
  const built = JSON.parse(buildBundle(mirror)["admin1.topojson"]).objects.regions.geometries;
  const names = new Set(built.flatMap(({ properties: p }) => [p.name, ...(p.alias ?? [])]));
  const missing = source.map((f) => f.properties.name_en ?? f.properties.name).filter((name) => name && !names.has(name));
  assert.deepEqual(missing, []);
});
