"""MapLibre: its validator accepts our styles, and in a browser it draws our tiles and archives."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest
from PIL import Image

from conftest import ROOT

BROWSER_TESTS = ROOT / "tests" / "browser"
COLLECTION = "tailings_facilities"
BACKGROUND = (255, 255, 255)
CHILE = [-76, -40, -66, -18]


def need(condition, what):
    """Skips on a developer's machine; on the machine that decides, the test has to run."""
    if condition:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI is set: scripts/setup.sh test installs it")
    pytest.skip(f"{what} is missing: scripts/setup.sh test installs it")


@pytest.fixture(scope="session")
def node():
    program = shutil.which("node")
    need(program and shutil.which("npm"), "Node.js with npm")
    packages = BROWSER_TESTS / "node_modules"
    installed = packages / ".package-lock.json"
    lock = BROWSER_TESTS / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=BROWSER_TESTS, capture_output=True, text=True, timeout=600,
        )
        assert done.returncode == 0, f"npm ci needs the network once: {done.stdout}{done.stderr}"
        installed.touch()

    def run(*arguments):
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture(scope="session")
def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if program := shutil.which(name):
            return program
    need(False, "Chromium")


@pytest.fixture
def draw(node, chromium, tmp_path):
    def run(archive, *maps):
        for number, drawn in enumerate(maps):
            drawn["screenshot"] = str(tmp_path / f"{number}.png")
        job = tmp_path / "job.json"
        archive = str(archive) if archive else None
        job.write_text(json.dumps({"chromium": chromium, "archive": archive, "maps": maps}))
        done = node(BROWSER_TESTS / "map.mjs", job)
        assert done.returncode == 0, done.stderr
        reports = json.loads(done.stdout)
        for report, drawn in zip(reports, maps):
            assert report["problems"] == [] and report["console"] == [], report
            report["picture"] = Image.open(drawn["screenshot"]).convert("RGB")
        return reports

    return run


def is_coloured(picture, position, background):
    """Whether something other than the background is drawn within two pixels."""
    x, y = position
    box = (max(x - 2, 0), max(y - 2, 0), min(x + 3, picture.width), min(y + 3, picture.height))
    pixels = picture.crop(box)
    return any(
        max(abs(a - b) for a, b in zip(pixels.getpixel((column, row)), background)) > 40
        for column in range(pixels.width)
        for row in range(pixels.height)
    )


def check_picture(report, background=BACKGROUND):
    """Points are drawn where the features are, and nothing where there is none."""
    points = report["points"]
    assert len(points) >= 5, report
    drawn = sum(is_coloured(report["picture"], point, background) for point in points)
    assert drawn >= 0.95 * len(points), f"{drawn} of {len(points)} points are drawn"
    for name, position in report["look"].items():
        assert not is_coloured(report["picture"], position, background), f"something is drawn in the {name}"
    pixels = report["picture"].width * report["picture"].height
    same = sum(count for count, colour in report["picture"].getcolors(pixels) if colour == background)
    assert 0.5 < same / pixels < 0.999, f"{same / pixels:.1%} of the picture is background"


def map_of(style, source):
    return {"style": style, "source": source, "bounds": CHILE, "look": {"Pacific": [-75, -30]}}


def plain_style(tiles):
    return {
        "version": 8,
        "sources": {"facilities": tiles},
        "layers": [
            {"id": "background", "type": "background", "paint": {"background-color": "#ffffff"}},
            {
                "id": "points", "type": "circle", "source": "facilities", "source-layer": COLLECTION,
                "paint": {"circle-color": "#d00000", "circle-radius": 5},
            },
        ],
    }


def test_maplibre_draws_tiles_found_by_tilejson(served, draw):
    style = plain_style({"type": "vector", "url": f"{served.url}/tiles/{COLLECTION}"})
    (report,) = draw(None, map_of(style, "facilities"))
    assert report["layers"] == [COLLECTION]
    check_picture(report)


def test_maplibre_draws_a_pmtiles_archive(demo, draw, tmp_path):
    archive = tmp_path / "facilities.pmtiles"
    demo("tiles", "export", COLLECTION, "-o", archive)
    style = plain_style({"type": "vector", "url": "pmtiles://ARCHIVE"})
    (report,) = draw(archive, map_of(style, "facilities"))
    assert report["layers"] == [COLLECTION]
    check_picture(report)


def style_names(served):
    return [info["id"] for info in served.json("/collections")["collections"] if info.get("extent", {}).get("spatial")]


def test_the_validator_of_maplibre_accepts_every_style(served, node):
    addresses = [f"{served.url}/styles/{name}.json" for name in style_names(served)]
    done = node(BROWSER_TESTS / "validate-style.mjs", *addresses)
    assert done.returncode == 0, done.stdout + done.stderr


def test_maplibre_draws_our_own_style(served, draw):
    address = f"{served.url}/styles/{COLLECTION}.json"
    style = served.json(f"/styles/{COLLECTION}.json")
    (source,) = [name for name, source in style["sources"].items() if source["type"] == "vector"]
    (report,) = draw(None, map_of(address, source))
    assert report["features"] > 0
    background = report["picture"].getpixel(tuple(report["look"]["Pacific"]))
    check_picture(report, background)
