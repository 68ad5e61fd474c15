// Seas, gulfs and oceans: Natural Earth 1:50m marine areas.

import { SEA_PARTS, SEA_SLIVERS } from "../tables.mjs";
import { polygonsOf } from "./countries.mjs";
import { orient } from "./rings.mjs";

const titleCase = (name) => name.toLowerCase().replace(/(^|\s)\p{L}/gu, (s) => s.toUpperCase());

export function slug(name) {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

export function seaRegions({ seas }) {
  const regions = [];
  for (const { properties, geometry } of seas) {
    if (!properties.name || SEA_SLIVERS.includes(properties.name)) continue;
    const tidy = properties.name.replace(/\s+/g, " ").trim();
    const name = tidy === tidy.toUpperCase() ? titleCase(tidy) : tidy;
    const french = properties.name_fr?.replace(/\s+/g, " ").trim();
    const alias = properties.namealt ? { alias: [properties.namealt] } : {};
    regions.push({
      id: `sea:${slug(name)}`,
      properties: { name, ...alias },
      names: french ? { fr: french === french.toUpperCase() ? titleCase(french) : french } : {},
      polygons: polygonsOf(geometry).map(orient),
    });
  }
  const ids = new Set(regions.map((r) => r.id));
  for (const id of Object.entries(SEA_PARTS).flat(2)) {
    if (!ids.has(id)) throw new Error(`no sea ${id}`);
  }
  return regions;
}
