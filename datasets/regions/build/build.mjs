// Builds the bundled regions: node build.mjs [OUT_DIR]
// Needs SILT_MIRROR: the folder with boundaries/ and context-natural-earth/.
// See ../README.md for sources, licences and decisions.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { DISCLAIMER } from "./tables.mjs";
import { countryRegions } from "./lib/countries.mjs";
import { admin1Regions } from "./lib/admin1.mjs";
import { seaRegions } from "./lib/seas.mjs";
import { groups } from "./lib/groups.mjs";
import { gzip, regionsTopology, toBytes } from "./lib/topology.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const MAX_FILE_BYTES = 1_400_000;
// The grid of the admin-1 file itself; a coarser one would lose Vatican City.
const MILLIDEGREES = { scale: [0.001, 0.001], translate: [-180, -90] };

const require = createRequire(import.meta.url);

function readInputs(mirror) {
  const geojson = (path) => {
    const bytes = readFileSync(join(mirror, path));
    return JSON.parse(path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  };
  return {
    atlas: require("world-atlas/countries-50m.json"),
    facts: geojson("boundaries/ne_50m_admin_0_countries_trimmed.geojson").features,
    admin1: geojson("boundaries/ne_10m_admin_1_simplified_0.01deg.geojson.gz").features,
    seas: geojson("context-natural-earth/ne_50m_geography_marine_polys.geojson.gz").features,
    unGroups: readFileSync(join(mirror, "boundaries/un_regional_groups.csv"), "utf8"),
  };
}

/** The files of the bundle: name to bytes before compression. */
export function buildBundle(mirror) {
  const inputs = readInputs(mirror);
  const countries = countryRegions(inputs);
  const admin1 = admin1Regions(inputs, new Set(countries.map((c) => c.id)));
  const seas = seaRegions(inputs);

  // A quarter of world-atlas' own grid: its points stay exact, small atolls keep their shape.
  const { scale, translate } = inputs.atlas.transform;
  const atlasGrid = { scale: scale.map((s) => s / 4), translate };

  const names = translations([...countries, ...admin1, ...seas]);
  return {
    "countries.topojson": toBytes(regionsTopology(countries, atlasGrid)),
    "admin1.topojson": toBytes(regionsTopology(admin1, MILLIDEGREES)),
    "seas.topojson": toBytes(regionsTopology(seas, MILLIDEGREES)),
    "names.json": toBytes(names),
    "groups.json": Buffer.from(JSON.stringify({ disclaimer: DISCLAIMER, ...groups(inputs, countries, seas) }, null, 1) + "\n"),
  };
}

/** Names in other languages, by region id, apart from the geometry so that each file stays small. */
function translations(regions) {
  const byId = new Map(regions.map(({ id, names }) => [id, names]));
  const named = [...byId.entries()].filter(([, names]) => Object.keys(names).length > 0);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function main() {
  const mirror = process.env.SILT_MIRROR;
  if (!mirror) {
    console.error("regions: set SILT_MIRROR to the folder that holds boundaries/ and context-natural-earth/");
    process.exit(2);
  }
  const out = resolve(process.argv[2] ?? join(HERE, ".."));
  mkdirSync(out, { recursive: true });
  const sums = [];
  for (const [name, bytes] of Object.entries(buildBundle(mirror))) {
    const compressed = name !== "groups.json";
    const file = compressed ? `${name}.gz` : name;
    const stored = compressed ? gzip(bytes) : bytes;
    if (stored.length > MAX_FILE_BYTES) throw new Error(`${file} has ${stored.length} bytes, more than ${MAX_FILE_BYTES}`);
    writeFileSync(join(out, file), stored);
    sums.push(`${createHash("sha256").update(bytes).digest("hex")}  ${name}`);
    console.log(`${file}: ${stored.length} bytes`);
  }
  // Sums of the content before compression: they hold for every zlib.
  writeFileSync(join(out, "CONTENT.sha256"), sums.join("\n") + "\n");
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main();
