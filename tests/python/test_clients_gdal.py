"""GDAL's OGC API Features driver and geopandas, against a served demo store."""
import io
import urllib.parse

import geopandas
import pyogrio
import pytest

from serving import counts

COLLECTION = "tailings_facilities"


@pytest.fixture(scope="module")
def source(served):
    return f"OAPIF:{served.url}/"


def test_gdal_has_the_driver():
    assert "OAPIF" in pyogrio.list_drivers(read=True)


def test_gdal_lists_every_collection(source, demo):
    layers = {name for name, _ in pyogrio.list_layers(source)}
    assert layers == set(counts(demo))


def test_gdal_pages_through_all_features_of_every_collection(source, served, demo):
    for collection, expected in counts(demo).items():
        mark = len(served.log())
        frame = pyogrio.read_dataframe(source, layer=collection, columns=[], read_geometry=True)
        assert len(frame) == expected, collection
        pages = [line for line in served.requests_since(mark) if f"/collections/{collection}/items" in line]
        # Pages of 1000, behind a first look at the schema.
        assert len(pages) >= expected / 1000, f"{collection}: {len(pages)} pages"


def test_gdal_and_the_store_agree_on_values_and_places(source, demo):
    over_http = pyogrio.read_dataframe(source, layer=COLLECTION)
    stored = pyogrio.read_dataframe(demo.store, layer=COLLECTION)
    over_http = over_http.set_index(over_http.silt_source + ":" + over_http.silt_record).sort_index()
    stored = stored.set_index(stored.silt_source + ":" + stored.silt_record).sort_index()
    assert list(over_http.index) == list(stored.index)
    for field in ("name", "status", "height_m", "storage_m3"):
        if field in stored.columns:
            ours, theirs = stored[field], over_http[field]
            same = (ours == theirs) | (ours.isna() & theirs.isna())
            assert same.all(), f"{field}: {(~same).sum()} differ"
    placed = ~stored.geometry.isna()
    assert over_http.geometry[placed].geom_equals(stored.geometry[placed]).all()


@pytest.mark.parametrize(
    ("where", "select"),
    [
        ("height_m > 50", lambda frame: frame.height_m > 50),
        ("country = 'BRA' AND height_m IS NOT NULL", lambda f: (f.country == "BRA") & f.height_m.notna()),
        ("name LIKE 'A%'", lambda frame: frame.name.str.startswith("A", na=False)),
    ],
)
def test_an_sql_filter_is_pushed_down_to_the_server(source, served, where, select):
    everything = pyogrio.read_dataframe(source, layer=COLLECTION, read_geometry=False)
    mark = len(served.log())
    found = pyogrio.read_dataframe(source, layer=COLLECTION, where=where, read_geometry=False)
    requests = [line for line in served.requests_since(mark) if f"/collections/{COLLECTION}/items" in line]
    filtered = [line for line in requests if "filter=" in urllib.parse.unquote(line)]
    assert filtered, f"GDAL filtered by itself: {requests}"
    expected = everything[select(everything)]
    assert sorted(found.silt_record) == sorted(expected.silt_record)
    assert 0 < len(found) < len(everything)


def test_a_spatial_filter_is_pushed_down_as_a_box(source, served):
    box = (-71.0, -30.0, -69.0, -25.0)
    everything = pyogrio.read_dataframe(source, layer=COLLECTION)
    mark = len(served.log())
    found = pyogrio.read_dataframe(source, layer=COLLECTION, bbox=box)
    requests = [line for line in served.requests_since(mark) if f"/collections/{COLLECTION}/items" in line]
    assert any("bbox=" in line for line in requests), requests
    expected = everything.cx[box[0]:box[2], box[1]:box[3]]
    assert sorted(found.silt_record) == sorted(expected.silt_record)


def test_geopandas_reads_the_address_of_the_items(served, demo):
    frame = geopandas.read_file(f"{served.url}/collections/{COLLECTION}/items?limit=100")
    assert len(frame) == min(100, counts(demo)[COLLECTION])
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize("collection", [COLLECTION, "mine_boundaries", "tailings_failures"])
@pytest.mark.parametrize("encoding", ["fgb", "parquet"])
def test_geopandas_reads_flatgeobuf_and_geoparquet(served, demo, collection, encoding):
    expected = counts(demo)
    if collection not in expected:
        pytest.skip(f"the demo without a mirror has no {collection}")
    content = served.ok(f"/collections/{collection}/items?f={encoding}&limit={expected[collection]}")
    reader = geopandas.read_parquet if encoding == "parquet" else geopandas.read_file
    frame = reader(io.BytesIO(content))
    assert len(frame) == expected[collection]
    items = served.json(f"/collections/{collection}/items?limit=1000")["features"]
    wanted = {item["properties"]["silt_record"]: item["geometry"] for item in items}
    placed = {record: geometry for record, geometry in zip(frame.silt_record, frame.geometry)}
    for record, geometry in wanted.items():
        if geometry is None:
            assert placed[record] is None or placed[record].is_empty
        elif geometry["type"] == "Point":
            assert list(placed[record].coords[0]) == geometry["coordinates"]


def test_gdal_reads_flatgeobuf_over_http(served, demo):
    address = f"/vsicurl/{served.url}/collections/{COLLECTION}/items?f=fgb&limit=50"
    frame = pyogrio.read_dataframe(address)
    assert len(frame) == min(50, counts(demo)[COLLECTION])
