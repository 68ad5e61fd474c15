// Decisions that no input file holds. Each is explained in ../README.md.

/** Languages of the names kept with a region, besides English. */
export const LANGUAGES = ["ar", "es", "fr", "pt", "ru", "zh"];

/**
 * Features of world-atlas that its ISO number alone does not identify, by
 * their Natural Earth name. `m49` is the UN geographical (sub)region around
 * the place; it says where the place lies and nothing about its status.
 */
export const SPECIAL_COUNTRIES = {
  "Ashmore and Cartier Is.": { id: "ne:ashmore-and-cartier-islands", name: "Ashmore and Cartier Islands", m49: "053", partOf: "iso3:AUS" },
  "Kosovo": { id: "iso3:XKX", name: "Kosovo", cldr: "XK", m49: "039" },
  "N. Cyprus": { id: "ne:northern-cyprus", name: "Northern Cyprus", m49: "145" },
  "Siachen Glacier": { id: "ne:siachen-glacier", name: "Siachen Glacier", m49: "034" },
  "Somaliland": { id: "ne:somaliland", name: "Somaliland", m49: "014" },
  "Taiwan": { id: "iso3:TWN", name: "Taiwan", cldr: "TW", m49: "030" },
};

/**
 * Parts of a Natural Earth country that have an ISO 3166-1 code of their own.
 * A polygon belongs to the part when its bounding box lies in `within`
 * (west, south, east, north). `partOf` is set where ISO 3166-2 lists the
 * part as a subdivision of the state as well.
 */
export const SPLIT_COUNTRIES = {
  "France": [
    { iso3: "GLP", within: [-62, 15.7, -61, 16.6], partOf: "iso3:FRA" },
    { iso3: "MTQ", within: [-61.5, 14.3, -60.7, 15], partOf: "iso3:FRA" },
    { iso3: "GUF", within: [-55, 2, -51, 6], partOf: "iso3:FRA" },
    { iso3: "MYT", within: [44.9, -13.2, 45.4, -12.5], partOf: "iso3:FRA" },
    { iso3: "REU", within: [55, -21.6, 56, -20.7], partOf: "iso3:FRA" },
  ],
  "Norway": [
    { iso3: "SJM", within: [-10, 70.5, -7, 71.5], partOf: "iso3:NOR" },
    { iso3: "SJM", within: [10, 74, 35, 81], partOf: "iso3:NOR" },
  ],
  "Netherlands": [
    { iso3: "BES", within: [-69, 11.9, -62.8, 17.8], partOf: "iso3:NLD" },
  ],
  "New Zealand": [
    { iso3: "TKL", within: [-173, -10, -171, -8] },
  ],
  "Indian Ocean Ter.": [
    { iso3: "CCK", within: [96, -13, 98, -11] },
    { iso3: "CXR", within: [105, -11, 106, -10] },
  ],
};

/** Countries too small for the 1:50m file, taken from the admin-1 file by its `adm0_a3`. */
export const COUNTRIES_FROM_ADMIN1 = { TUV: "TUV", UMI: "UMI" };

/** Where the admin-1 file's `adm0_a3` is not the id of a country region. */
export const ADMIN1_COUNTRY = {
  ALD: "iso3:ALA", ATC: "ne:ashmore-and-cartier-islands", CLP: "iso3:FRA", CSI: "iso3:AUS",
  CYN: "ne:northern-cyprus", ESB: "iso3:CYP", KAB: "iso3:KAZ", KAS: "ne:siachen-glacier",
  KOS: "iso3:XKX", PGA: null, PSX: "iso3:PSE", SAH: "iso3:ESH", SDS: "iso3:SSD",
  SOL: "ne:somaliland", USG: "iso3:CUB", WSB: "iso3:CYP", GIB: null,
};

/** Admin-1 codes that lie in a split country of ours. */
export const ADMIN1_COUNTRY_BY_CODE = {
  "FR-GF": "iso3:GUF", "FR-GP": "iso3:GLP", "FR-MQ": "iso3:MTQ", "FR-RE": "iso3:REU", "FR-YT": "iso3:MYT",
  "NO-21": "iso3:SJM", "NO-22": "iso3:SJM",
  "NL-BQ1": "iso3:BES", "NL-BQ2": "iso3:BES", "NL-BQ3": "iso3:BES",
  "-99-X14~": "iso3:CXR", "-99-X15~": "iso3:CCK",
};

/** Admin-1 areas that carry a neighbour's ISO 3166-2 code, and their own, by `adm1_code`. */
export const ADMIN1_CODE_FIXES = {
  "COL-1399": "CO-DC", // Bogotá, filed under Cundinamarca
  "IRN-5490": "IR-32", // Alborz, filed under Tehran; numbering of the file's edition
  "MDV-5234": "MV-MLE", // Malé, filed under Meemu
  "PER-587": "PE-LMA", // Lima Province, filed under the department of Lima
  "SDN-5857": "SD-DE", // East Darfur, filed under South Darfur
  "SDN-5859": "SD-DC", // Central Darfur, filed under East Darfur's code
  "SLB-3507": "SB-WE", // Western, filed under Choiseul
};

/** Names of ISO 3166-2 areas that Natural Earth holds only as their later subdivisions. */
export const ADMIN1_MERGED_NAMES = {
  "BA-BIH": "Federation of Bosnia and Herzegovina",
  "IE-TA": "Tipperary",
  "MG-A": "Toamasina", "MG-D": "Antsiranana", "MG-F": "Fianarantsoa",
  "MG-M": "Mahajanga", "MG-T": "Antananarivo", "MG-U": "Toliara",
  "PH-MNL": "Metropolitan Manila",
};

/**
 * Seas of which Natural Earth's 1:50m file holds slivers only (below 500 km2
 * together, the sea itself being part of the ocean around it): a region of
 * that name would be a false promise.
 */
export const SEA_SLIVERS = ["Drake Passage", "Great Barrier Reef", "Korea Strait", "Luzon Strait", "Scotia Sea", "Strait of Gibraltar"];

/** Subdivisions of a sea after IHO S-23 that Natural Earth draws beside it. */
export const SEA_PARTS = {
  "sea:baltic-sea": ["sea:gulf-of-bothnia", "sea:gulf-of-finland"],
  "sea:mediterranean-sea": [
    "sea:adriatic-sea", "sea:aegean-sea", "sea:balearic-sea", "sea:golfe-du-lion",
    "sea:ionian-sea", "sea:tyrrhenian-sea",
  ],
};

/** The UN's reservation on maps, in our words. */
export const DISCLAIMER =
  "The boundaries and names shown and the designations used with these regions do not imply official endorsement " +
  "or acceptance by anyone. They follow Natural Earth, which draws de facto control at a small scale; final status " +
  "of disputed areas is not expressed, and membership of a region is a statistical convenience only.";
