"""Runs notebooks/hotspot_maps.py: pictures that show something, and sentences whose numbers are those of the answers."""
import json
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import BINARY, ROOT, Silt

SCRIPT = ROOT / "notebooks" / "hotspot_maps.py"
HOT_99 = (0xB3, 0x00, 0x00)


def draw(folder, *arguments):
    command = [sys.executable, SCRIPT, "-o", folder, "--binary", BINARY, *arguments]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done


def texts_of(folder):
    return {file.stem: file.read_text(encoding="utf-8") for file in pathlib.Path(folder).glob("*.txt")}


def assert_shows_hotspots(file):
    from PIL import Image

    with Image.open(file) as picture:
        assert picture.width > 1000 and picture.height > 600, picture.size
        colours = dict((colour[:3], pixels) for pixels, colour in picture.convert("RGB").getcolors(maxcolors=1 << 24))
    # The key alone has about 400 pixels of each colour.
    assert colours.get(HOT_99, 0) > 1000, f"{file}: no hotspot is drawn"
    assert len(colours) > 50, f"{file}: nothing but areas"


def answer(silt, file, collection, *arguments):
    silt("hotspots", collection, *arguments, "-o", file)
    return json.loads(file.read_bytes())


def test_registers_are_drawn_and_described_by_their_own_numbers(registers, tmp_path):
    done = draw(tmp_path / "maps", "--data", registers.data)
    assert "fleet-tonnes: left out" in done.stderr
    texts = texts_of(tmp_path / "maps")
    questions = {
        "brazil-potential-damage": ("--region", "iso3:BRA", "--filter", "potential_damage = 'high'"),
        "chile-volume": ("--region", "iso3:CHL", "--value", "sum:storage_m3"),
        "us-hazard-h": ("--region", "iso3:USA", "--filter", "hazard_rating = 'H'"),
        "world-count": (),
    }
    assert sorted(texts) == sorted(questions)
    for name, arguments in questions.items():
        found = answer(registers, tmp_path / "answer.geojson", "tailings_facilities", *arguments)
        study, top = found["study_area"], found["features"][0]["properties"]
        assert study["hot"] > 0
        text = texts[name]
        assert text.startswith(f"{study['hot']:,} of {study['n']:,} cells"), text
        assert f"z = {top['z']:.1f}," in text, text
        assert "SYNTHETIC" not in text and "nan" not in text.lower()
        assert_shows_hotspots(tmp_path / "maps" / f"{name}.png")
    unstated = answer(registers, tmp_path / "answer.geojson", "tailings_facilities", *questions["chile-volume"])["selected"]
    assert f"{unstated['not_observed']} of {unstated['features']} tailings deposits state no volume" in texts["chile-volume"]
    # Most of Brazil's dams of high potential damage stand in its iron ore province.
    assert re.search(r"\d+ % of them lie in Minas Gerais", texts["brazil-potential-damage"])


def test_the_same_answer_gives_the_same_picture(registers, tmp_path):
    pictures = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        draw(folder, "--data", registers.data, "--only", "us-hazard-h")
        pictures.append((folder / "us-hazard-h.png").read_bytes())
    assert pictures[0] == pictures[1]


def test_a_service_and_the_command_line_are_described_alike(registers, tmp_path):
    from serving import Server

    server = Server(registers, tmp_path / "server.log")
    try:
        draw(tmp_path / "served", "--url", server.url, "--only", "chile-volume")
    finally:
        server.stop()
    draw(tmp_path / "asked", "--data", registers.data, "--only", "chile-volume")
    assert texts_of(tmp_path / "served") == texts_of(tmp_path / "asked")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    silt = Silt(tmp_path_factory.mktemp("fleet"))
    silt("synth", "ais", "--vessels", "12", "--days", "8", "--seed", "7", "-o", silt.folder / "fleet")
    silt("import", silt.folder / "fleet/vessels.csv", "--source", "synthetic-vessels", "--edition", "2026-01-01")
    silt("ais", "import", silt.folder / "fleet/positions.csv")
    silt("dredging", "detect")
    return silt


def test_a_synthetic_fleet_is_marked_so(fleet, tmp_path):
    from PIL import Image

    done = draw(tmp_path / "maps", "--data", fleet.data)
    assert "chile-volume: left out" in done.stderr
    (text,) = texts_of(tmp_path / "maps").values()
    assert text.startswith("SYNTHETIC DATA")
    with Image.open(tmp_path / "maps" / "fleet-tonnes.png") as picture:
        assert picture.text["Description"].startswith("SYNTHETIC DATA")
        # The title is red, as no other title is.
        title = picture.convert("RGB").crop((0, 0, picture.width // 2, 70))
        assert (0xA0, 0x00, 0x00) in {colour for _, colour in title.getcolors(maxcolors=1 << 24)}
    assert_shows_hotspots(tmp_path / "maps" / "fleet-tonnes.png")


def test_a_store_without_any_of_it_is_told(silt, tmp_path):
    silt("init")
    command = [sys.executable, SCRIPT, "--binary", BINARY, "--data", silt.data, "-o", tmp_path / "maps"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 1 and "none of the questions" in done.stderr, done.stderr
