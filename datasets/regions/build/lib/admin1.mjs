// First-level subdivisions: Natural Earth 1:10m, ISO 3166-2 ids where there is one.

import { ADMIN1_CODE_FIXES, ADMIN1_COUNTRY, ADMIN1_COUNTRY_BY_CODE, ADMIN1_MERGED_NAMES, LANGUAGES } from "../tables.mjs";
import { polygonsOf } from "./countries.mjs";
import { orient, signedArea2 } from "./rings.mjs";

// Natural Earth's own X codes, such as AI-X00, are none of ISO's.
const ISO_3166_2 = /^[A-Z]{2}-(?!X\d)[A-Z0-9]{1,3}$/;

function codeOf({ adm1_code, iso_3166_2 }) {
  if (ADMIN1_CODE_FIXES[adm1_code]) return ADMIN1_CODE_FIXES[adm1_code];
  if (ISO_3166_2.test(iso_3166_2)) return iso_3166_2;
  // Natural Earth's own code, without the characters that mean something in a URL.
  return adm1_code.replace(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "");
}

function countryOf({ adm0_a3, iso_3166_2 }, countryIds) {
  const byCode = ADMIN1_COUNTRY_BY_CODE[iso_3166_2];
  const id = byCode ?? (adm0_a3 in ADMIN1_COUNTRY ? ADMIN1_COUNTRY[adm0_a3] : `iso3:${adm0_a3}`);
  if (id !== null && !countryIds.has(id)) throw new Error(`${iso_3166_2}: no country ${id}`);
  return id;
}

const areaOf = (polygons) => polygons.reduce((sum, [exterior]) => sum + Math.abs(signedArea2(exterior)), 0);

function describe(group, code, countryIds, alpha3ByAlpha2) {
  const largest = group.reduce((a, b) => (areaOf(a.polygons) >= areaOf(b.polygons) ? a : b)).properties;
  const merged = ADMIN1_MERGED_NAMES[code];
  const name = merged ?? largest.name_en ?? largest.name ?? `${largest.admin} (unnamed part)`;
  const names = {};
  if (!merged) {
    for (const language of LANGUAGES) {
      const translated = largest[`name_${language}`];
      if (translated && translated !== name) names[language] = translated;
    }
  }
  const others = group.flatMap(({ properties: p }) => [p.name, p.name_en]).filter((n) => n && n !== name);
  const alias = [...new Set(others)].sort();
  const country = countryOf(largest, countryIds);
  // Natural Earth follows de facto control; an ISO 3166-2 code may state another country.
  const stated = ISO_3166_2.test(code) ? alpha3ByAlpha2.get(code.slice(0, 2)) : undefined;
  const differs = stated && country && largest.adm0_a3 === "RUS" && `iso3:${stated}` !== country;
  const properties = {
    name,
    ...(alias.length ? { alias } : {}),
    ...(country ? { country } : {}),
    ...(differs ? { statedCountry: `iso3:${stated}` } : {}),
  };
  return { properties, names };
}

export function admin1Regions({ admin1, facts }, countryIds) {
  const alpha3ByAlpha2 = new Map(facts.map(({ properties: p }) => [p.ISO_A2, p.ISO_A3_EH]));
  const groups = new Map();
  for (const { properties, geometry } of admin1) {
    const code = codeOf(properties);
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code).push({ properties, polygons: polygonsOf(geometry).map(orient) });
  }
  return [...groups.entries()].flatMap(([code, group]) => {
    const { properties, names } = describe(group, code, countryIds, alpha3ByAlpha2);
    return group.map(({ polygons }) => ({ id: `admin1:${code}`, properties, names, polygons }));
  });
}
