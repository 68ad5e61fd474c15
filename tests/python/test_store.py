"""The store as GDAL sees it: a valid GeoPackage, readable at any time."""
import json
import os
import shutil
import subprocess

import pytest


def validate(path):
    """GDAL's own GeoPackage validation; its messages, empty when the file is valid."""
    python = os.environ.get("SILT_SYSTEM_PYTHON", "/usr/bin/python3")
    done = subprocess.run(
        [python, "-m", "osgeo_utils.samples.validate_gpkg", str(path)], capture_output=True, text=True
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


needs_gdal = pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="ogrinfo is not installed")


@needs_gdal
def test_an_empty_store_is_a_valid_geopackage(silt):
    silt("init")
    assert validate(silt.store) == ""


@needs_gdal
def test_a_store_of_real_registers_is_a_valid_geopackage(registers):
    assert validate(registers.store) == ""


@needs_gdal
def test_gdal_lists_layers_and_counts(registers):
    done = subprocess.run(["ogrinfo", "-ro", "-json", str(registers.store)], capture_output=True, text=True)
    if done.returncode != 0:  # GDAL before 3.7 has no -json
        done = subprocess.run(
            ["ogrinfo", "-ro", "-so", "-al", str(registers.store)], capture_output=True, text=True, check=True
        )
    for layer in ("tailings_facilities", "mine_boundaries", "tailings_failures"):
        assert layer in done.stdout
    assert "ERROR" not in done.stderr, done.stderr


def test_geopandas_reads_the_live_store(registers):
    import geopandas

    frame = geopandas.read_file(registers.store, layer="tailings_facilities")
    in_store = {info["schema"]["id"]: info["features"] for info in registers.json("collections")}
    assert len(frame) == in_store["tailings_facilities"]
    assert frame.crs.to_epsg() == 4326
    placeless = frame[frame.geometry.isna()]
    assert (placeless.silt_source == "us-nid-tailings").sum() == 48, "the US facilities without coordinates"
    flags = placeless["silt_flags"].map(json.loads)
    reasons = {"coordinates_missing", "coordinates_invalid"}
    assert all(any(flag["code"] in reasons for flag in row) for row in flags)


def test_a_spatial_filter_uses_the_index_and_equals_a_scan(registers):
    import geopandas

    box = (-71.0, -30.0, -69.0, -25.0)
    filtered = geopandas.read_file(registers.store, layer="tailings_facilities", bbox=box)
    whole = geopandas.read_file(registers.store, layer="tailings_facilities")
    expected = whole.cx[box[0]:box[2], box[1]:box[3]]
    assert sorted(filtered.silt_record) == sorted(expected.silt_record)
    assert len(filtered) > 0


def test_the_change_log_is_a_table_that_gis_users_can_read(registers):
    import pyogrio

    layers = {name for name, _ in pyogrio.list_layers(registers.store)}
    log = pyogrio.read_dataframe(registers.store, layer="silt_change")
    assert "silt_change" in layers
    assert len(log) > 0
