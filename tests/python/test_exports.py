"""Exports as other programs read them."""
import csv
import json
import subprocess
import sys

import geopandas
import pyarrow.parquet
import pytest

COLLECTION = "tailings_facilities"


@pytest.fixture(scope="module")
def exported(registers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    paths = {}
    for ending in ("geojson", "geojsonl", "csv", "gpkg", "fgb", "parquet"):
        paths[ending] = folder / f"{COLLECTION}.{ending}"
        registers("export", COLLECTION, "-o", paths[ending])
    return paths


@pytest.fixture(scope="module")
def truth(exported):
    with open(exported["geojson"], encoding="utf-8") as file:
        features = json.load(file)["features"]
    return {feature["id"]: feature for feature in features}


def read(path):
    return geopandas.read_parquet(path) if path.suffix == ".parquet" else geopandas.read_file(path)


@pytest.mark.parametrize("ending", ["geojson", "geojsonl", "gpkg", "fgb", "parquet"])
def test_geopandas_reads_every_format_with_every_feature(exported, truth, ending):
    frame = read(exported[ending])
    assert len(frame) == len(truth)
    assert frame.crs.to_epsg() in (4326, None) or frame.crs.to_string() == "OGC:CRS84"
    key = "silt_id" if "silt_id" in frame.columns else "id"
    for row in frame.itertuples():
        expected = truth[getattr(row, key)]
        if expected["geometry"] is None:
            assert row.geometry is None or row.geometry.is_empty
        else:
            assert list(row.geometry.coords[0]) == expected["geometry"]["coordinates"]
        height = expected["properties"].get("height_m")
        if height is not None:
            assert row.height_m == height


def test_the_parquet_file_conforms_to_geoparquet(exported):
    metadata = json.loads(pyarrow.parquet.read_metadata(exported["parquet"]).metadata[b"geo"])
    assert metadata["version"] == "1.1.0"
    column = metadata["columns"][metadata["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Point"]
    west, south, east, north = column["bbox"]
    assert -180 <= west < east <= 180 and -90 <= south < north <= 90


def test_a_geoparquet_validator_accepts_it(exported):
    tool = str(__import__("pathlib").Path(sys.executable).with_name("geoparquet-validator"))
    done = subprocess.run(
        [tool, "check", "--class", "core", str(exported["parquet"])], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_csv_has_a_row_for_each_feature_and_wkt(exported, truth):
    csv.field_size_limit(10_000_000)
    with open(exported["csv"], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(truth)
    for row in rows:
        expected = truth[row["silt_id"]]
        assert row["silt_source"] == expected["properties"]["silt_source"]
        if expected["geometry"] is not None:
            longitude, latitude = expected["geometry"]["coordinates"]
            assert (float(row["longitude"]), float(row["latitude"])) == (longitude, latitude)


def test_polygons_of_mixed_kinds_keep_their_area(registers, tmp_path):
    paths = {ending: tmp_path / f"b.{ending}" for ending in ("geojson", "gpkg", "fgb", "parquet")}
    for path in paths.values():
        registers("export", "mine_boundaries", "-o", path)
    frames = {ending: read(path) for ending, path in paths.items()}
    lengths = {ending: len(frame) for ending, frame in frames.items()}
    assert set(lengths.values()) == {2116}, lengths
    areas = {ending: frame.geometry.area.sum() for ending, frame in frames.items()}
    kinds = {ending: frame.geometry.geom_type.value_counts().to_dict() for ending, frame in frames.items()}
    for ending in paths:
        assert areas[ending] == pytest.approx(areas["geojson"], rel=1e-12), ending
        assert kinds[ending] == kinds["geojson"], ending
