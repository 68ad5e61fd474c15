//! The tables of a store: those of the GeoPackage standard (OGC 12-128r18, version 1.3) and ours.

use rusqlite::{Connection, params};

use super::fault::Fault;

/// "GPKG".
pub(super) const APPLICATION_ID: i32 = 0x4750_4B47;
/// GeoPackage 1.3.
pub(super) const GEOPACKAGE_VERSION: i32 = 10300;
/// Version of our own tables.
pub(super) const STORE_VERSION: u32 = 1;

const WGS84_WKT: &str = r#"GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]"#;

const STANDARD_TABLES: &str = "
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);";

/// History and change log refer to records by (source, record): a source belongs to one
/// collection, and a fid does not outlive its feature.
const OWN_TABLES: &str = "
CREATE TABLE silt_meta (
  key TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
);
CREATE TABLE silt_collection (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  domain TEXT NOT NULL,
  features INTEGER NOT NULL DEFAULT 0,
  next_fid INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE silt_field (
  collection TEXT NOT NULL REFERENCES silt_collection(id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  column_name TEXT,
  type TEXT NOT NULL,
  settled INTEGER NOT NULL,
  title TEXT,
  description TEXT,
  unit TEXT,
  allowed TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (collection, name)
);
CREATE TABLE silt_source (
  id TEXT NOT NULL PRIMARY KEY,
  collection TEXT NOT NULL REFERENCES silt_collection(id),
  title TEXT NOT NULL,
  publisher TEXT NOT NULL,
  licence TEXT NOT NULL,
  citation TEXT NOT NULL,
  url TEXT NOT NULL,
  synthetic INTEGER NOT NULL
);
CREATE TABLE silt_edition (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL REFERENCES silt_source(id),
  edition TEXT NOT NULL,
  record TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL,
  file TEXT NOT NULL DEFAULT '',
  sha256 TEXT NOT NULL DEFAULT '',
  imported_at TEXT NOT NULL,
  records INTEGER NOT NULL DEFAULT 0,
  mask TEXT,
  report TEXT,
  UNIQUE (source, edition, record)
);
CREATE INDEX silt_edition_record ON silt_edition(source, record);
CREATE TABLE silt_mention (
  record TEXT NOT NULL,
  edition_id INTEGER NOT NULL REFERENCES silt_edition(id),
  PRIMARY KEY (record, edition_id)
) WITHOUT ROWID;
CREATE TABLE silt_history (
  id INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,
  source TEXT NOT NULL,
  record TEXT NOT NULL,
  from_edition TEXT NOT NULL,
  until_edition TEXT,
  absent INTEGER NOT NULL,
  geom BLOB,
  properties TEXT,
  accuracy TEXT,
  crs TEXT,
  regions TEXT,
  flags TEXT,
  original TEXT
);
CREATE UNIQUE INDEX silt_history_record ON silt_history(source, record, from_edition);
CREATE TABLE silt_change (
  id INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,
  source TEXT NOT NULL,
  record TEXT NOT NULL,
  name TEXT,
  kind TEXT NOT NULL,
  field TEXT,
  old_value TEXT,
  new_value TEXT,
  old_edition TEXT,
  new_edition TEXT NOT NULL,
  regions TEXT
);
CREATE INDEX silt_change_record ON silt_change(source, record);
CREATE INDEX silt_change_time ON silt_change(new_edition, source, record, id);
CREATE TABLE silt_report_entry (
  id INTEGER PRIMARY KEY,
  edition_id INTEGER NOT NULL,
  row INTEGER NOT NULL,
  record TEXT,
  severity TEXT NOT NULL,
  code TEXT NOT NULL,
  field TEXT,
  value TEXT,
  reason TEXT NOT NULL
);
CREATE INDEX silt_report_entry_edition ON silt_report_entry(edition_id, row);";

/// Creates all tables of a new store; to be called in a transaction.
pub(super) fn create_store(conn: &Connection) -> Result<(), Fault> {
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", GEOPACKAGE_VERSION)?;
    conn.execute_batch(STANDARD_TABLES)?;
    conn.execute_batch(OWN_TABLES)?;
    let mut insert_srs =
        conn.prepare("INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?2, ?4, ?5)")?;
    insert_srs.execute(params![
        "Undefined Cartesian SRS",
        -1,
        "NONE",
        "undefined",
        "undefined Cartesian coordinate reference system"
    ])?;
    insert_srs.execute(params![
        "Undefined geographic SRS",
        0,
        "NONE",
        "undefined",
        "undefined geographic coordinate reference system"
    ])?;
    insert_srs.execute(params![
        "WGS 84 geodetic",
        4326,
        "EPSG",
        WGS84_WKT,
        "longitude and latitude in degrees on the WGS 84 ellipsoid"
    ])?;
    conn.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)
         VALUES ('silt_change', 'attributes', 'silt_change', 'What changed between editions')",
        [],
    )?;
    conn.execute(
        "INSERT INTO silt_meta VALUES ('store_version', ?1), ('data_version', 1)",
        [STORE_VERSION],
    )?;
    Ok(())
}

/// Name of the geometry column of every collection.
pub(super) const GEOMETRY_COLUMN: &str = "geom";

/// Name of the column that holds the published record verbatim.
pub(super) const ORIGINAL_COLUMN: &str = "silt_original";

/// Columns that every collection has besides `fid`, in table order. What a scan filters by stands
/// before the geometry, so that long geometries need not be read to skip a feature.
pub(super) const SYSTEM_COLUMNS: [&str; 12] = [
    "silt_source",
    "silt_record",
    "silt_edition",
    "silt_observed",
    "silt_synthetic",
    "silt_accuracy",
    "silt_crs",
    "silt_regions",
    "silt_flags",
    GEOMETRY_COLUMN,
    ORIGINAL_COLUMN,
    "silt_more",
];

/// Creates the table of a collection with its R-tree; `id` is a checked collection id.
pub(super) fn create_collection_table(conn: &Connection, id: &str) -> Result<(), Fault> {
    conn.execute_batch(&format!(
        r#"CREATE TABLE "{id}" (
  fid INTEGER PRIMARY KEY NOT NULL,
  silt_source TEXT NOT NULL,
  silt_record TEXT NOT NULL,
  silt_edition TEXT NOT NULL,
  silt_observed TEXT,
  silt_synthetic BOOLEAN NOT NULL,
  silt_accuracy TEXT,
  silt_crs TEXT,
  silt_regions TEXT,
  silt_flags TEXT,
  geom GEOMETRY,
  silt_original TEXT,
  silt_more TEXT
);
CREATE VIRTUAL TABLE "rtree_{id}_geom" USING rtree(id, minx, maxx, miny, maxy);"#
    ))?;
    create_record_index(conn, id)?;
    create_rtree_triggers(conn, id)?;
    conn.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'GEOMETRY', 4326, 0, 0)",
        [id],
    )?;
    conn.execute(
        "INSERT INTO gpkg_extensions VALUES
         (?1, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        [id],
    )?;
    Ok(())
}

/// Creates the index that finds a feature by its id.
pub(super) fn create_record_index(conn: &Connection, id: &str) -> Result<(), Fault> {
    Ok(conn.execute_batch(&format!(
        r#"CREATE UNIQUE INDEX "silt_{id}_record" ON "{id}"(silt_source, silt_record)"#
    ))?)
}

/// Drops the index that finds a feature by its id.
pub(super) fn drop_record_index(conn: &Connection, id: &str) -> Result<(), Fault> {
    Ok(conn.execute_batch(&format!(r#"DROP INDEX "silt_{id}_record""#))?)
}

/// Creates the triggers that the R-tree extension prescribes (annex F.3, GeoPackage 1.3).
pub(super) fn create_rtree_triggers(conn: &Connection, id: &str) -> Result<(), Fault> {
    let rtree = format!("rtree_{id}_geom");
    let new_row =
        "NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)";
    let has_box = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))";
    let has_none = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))";
    Ok(conn.execute_batch(&format!(
        r#"
CREATE TRIGGER "{rtree}_insert" AFTER INSERT ON "{id}" WHEN {has_box}
BEGIN INSERT OR REPLACE INTO "{rtree}" VALUES ({new_row}); END;
CREATE TRIGGER "{rtree}_update1" AFTER UPDATE OF geom ON "{id}" WHEN OLD.fid = NEW.fid AND {has_box}
BEGIN INSERT OR REPLACE INTO "{rtree}" VALUES ({new_row}); END;
CREATE TRIGGER "{rtree}_update2" AFTER UPDATE OF geom ON "{id}" WHEN OLD.fid = NEW.fid AND {has_none}
BEGIN DELETE FROM "{rtree}" WHERE id = OLD.fid; END;
CREATE TRIGGER "{rtree}_update3" AFTER UPDATE ON "{id}" WHEN OLD.fid != NEW.fid AND {has_box}
BEGIN DELETE FROM "{rtree}" WHERE id = OLD.fid; INSERT OR REPLACE INTO "{rtree}" VALUES ({new_row}); END;
CREATE TRIGGER "{rtree}_update4" AFTER UPDATE ON "{id}" WHEN OLD.fid != NEW.fid AND {has_none}
BEGIN DELETE FROM "{rtree}" WHERE id IN (OLD.fid, NEW.fid); END;
CREATE TRIGGER "{rtree}_delete" AFTER DELETE ON "{id}" WHEN OLD.geom NOT NULL
BEGIN DELETE FROM "{rtree}" WHERE id = OLD.fid; END;"#
    ))?)
}

/// Drops the R-tree triggers, for an import that builds the tree at its end.
pub(super) fn drop_rtree_triggers(conn: &Connection, id: &str) -> Result<(), Fault> {
    let names = [
        "insert", "update1", "update2", "update3", "update4", "delete",
    ];
    for name in names {
        conn.execute_batch(&format!(r#"DROP TRIGGER "rtree_{id}_geom_{name}""#))?;
    }
    Ok(())
}
