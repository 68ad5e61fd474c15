"""Vector tiles and PMTiles archives as GDAL, mapbox-vector-tile, tippecanoe and pmtiles read them."""
import gzip
import json
import math
import pathlib
import subprocess
import sys

import mapbox_vector_tile
import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, TileType

COLLECTION = "tailings_facilities"


def tile_of(longitude, latitude, zoom):
    count = 2**zoom
    mercator = math.asinh(math.tan(math.radians(latitude)))
    return int((longitude / 360 + 0.5) * count), int((0.5 - mercator / (2 * math.pi)) * count)


@pytest.fixture(scope="module")
def placed(served):
    """Features with a point, from the first pages."""
    page = served.json(f"/collections/{COLLECTION}/items?limit=1000")
    features = [item for item in page["features"] if (item["geometry"] or {}).get("type") == "Point"]
    assert features
    return features


@pytest.fixture(scope="module")
def archive(demo, tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "demo.pmtiles"
    demo("tiles", "export", COLLECTION, "-o", path)
    return path


def test_mapbox_vector_tile_finds_each_feature_where_it_is(served, placed):
    zoom = 14
    for item in placed[::97]:
        longitude, latitude = item["geometry"]["coordinates"]
        column, row = tile_of(longitude, latitude, zoom)
        content = served.ok(f"/tiles/{COLLECTION}/{zoom}/{column}/{row}")
        layer = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})[COLLECTION]
        assert layer["version"] == 2
        names = [feature["properties"].get("name") for feature in layer["features"]]
        assert item["properties"].get("name") in names
        for feature in layer["features"]:
            assert feature["geometry"]["type"] == "Point"
            x, y = feature["geometry"]["coordinates"]
            # A buffer around the tile is allowed, no more.
            assert -layer["extent"] / 2 <= x <= layer["extent"] * 1.5
            assert -layer["extent"] / 2 <= y <= layer["extent"] * 1.5


def test_low_zooms_cluster_and_count_every_feature(served):
    layer = mapbox_vector_tile.decode(served.ok(f"/tiles/{COLLECTION}/0/0/0"))[COLLECTION]
    total = 0
    for feature in layer["features"]:
        properties = feature["properties"]
        if properties.get("clustered") or "point_count" in properties:
            assert properties["point_count"] > 0
            assert properties["sqrt_point_count"] == pytest.approx(math.sqrt(properties["point_count"]), rel=0.02)
            assert "point_count_abbreviated" in properties
            total += properties["point_count"]
        else:
            total += 1
    page = served.json(f"/collections/{COLLECTION}/items?limit=1")
    bounded = served.json(f"/collections/{COLLECTION}/items?limit=1&filter=geometry%20IS%20NOT%20NULL")
    assert total == bounded["numberMatched"] <= page["numberMatched"]


def test_tippecanoe_decode_reads_tiles(served, placed, tmp_path):
    longitude, latitude = placed[0]["geometry"]["coordinates"]
    zoom = 12
    column, row = tile_of(longitude, latitude, zoom)
    path = tmp_path / "tile.mvt"
    path.write_bytes(served.ok(f"/tiles/{COLLECTION}/{zoom}/{column}/{row}"))
    tool = pathlib.Path(sys.executable).with_name("tippecanoe-decode")
    done = subprocess.run([tool, str(path), str(zoom), str(column), str(row)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    layers = json.loads(done.stdout)["features"]
    assert layers[0]["properties"]["layer"] == COLLECTION
    nearest = min(
        math.dist(feature["geometry"]["coordinates"], (longitude, latitude)) for feature in layers[0]["features"]
    )
    cell_degrees = 360 / 2**zoom / layers[0]["properties"]["extent"]
    assert nearest <= cell_degrees


def test_gdal_reads_tiles(served, placed, tmp_path):
    longitude, latitude = placed[0]["geometry"]["coordinates"]
    zoom = 10
    column, row = tile_of(longitude, latitude, zoom)
    # GDAL takes the place of a tile from its path.
    path = tmp_path / str(zoom) / str(column) / f"{row}.pbf"
    path.parent.mkdir(parents=True)
    path.write_bytes(served.ok(f"/tiles/{COLLECTION}/{zoom}/{column}/{row}"))
    assert [name for name, _ in pyogrio.list_layers(f"MVT:{path}")] == [COLLECTION]
    frame = pyogrio.read_dataframe(f"MVT:{path}", layer=COLLECTION).to_crs(4326)
    cell_degrees = 360 / 2**zoom / 4096
    assert frame.distance(frame.geometry.iloc[0]).notna().all()
    nearest = min(math.dist((point.x, point.y), (longitude, latitude)) for point in frame.geometry.explode())
    assert nearest <= cell_degrees


def test_the_pmtiles_package_reads_an_archive(archive, demo):
    with open(archive, "rb") as file:
        reader = Reader(MmapSource(file))
        header = reader.header()
        assert header["version"] == 3
        assert header["tile_type"] == TileType.MVT
        metadata = reader.metadata()
        assert [layer["id"] for layer in metadata["vector_layers"]] == [COLLECTION]
        first = reader.get(0, 0, 0)
        assert first is not None
        if header["tile_compression"] == Compression.GZIP:
            first = gzip.decompress(first)
        assert mapbox_vector_tile.decode(first)[COLLECTION]["features"]
        assert header["min_zoom"] == 0 < header["max_zoom"]


def test_an_archive_holds_every_feature_at_its_highest_zoom(archive, demo, tmp_path):
    frame = pyogrio.read_dataframe(archive, layer=COLLECTION)
    stored = pyogrio.read_dataframe(demo.store, layer=COLLECTION)
    expected = set(stored.silt_record[~stored.geometry.isna()])
    key = "silt_record" if "silt_record" in frame.columns else "silt_id"
    found = set(frame[key].map(lambda value: value.split(":", 1)[1] if key == "silt_id" else value))
    assert found == expected


def test_tippecanoe_decode_reads_an_archive(archive):
    tool = pathlib.Path(sys.executable).with_name("tippecanoe-decode")
    done = subprocess.run([tool, "-Z0", "-z2", str(archive)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    tiles = json.loads(done.stdout)["features"]
    assert tiles and all(tile["features"] for tile in tiles)


def test_tilejson_leads_to_the_tiles(served, placed):
    document = served.json(f"/tiles/{COLLECTION}")
    assert document["tilejson"] == "3.0.0"
    west, south, east, north = document["bounds"]
    for item in placed:
        longitude, latitude = item["geometry"]["coordinates"]
        assert west <= longitude <= east and south <= latitude <= north
    (layer,) = [layer for layer in document["vector_layers"] if layer["id"] == COLLECTION]
    assert "name" in layer["fields"]
