#!/usr/bin/env python3
"""Maps of hotspots: asks Silt five questions, draws each answer and says in a sentence what it shows.

    python3 notebooks/hotspot_maps.py --data silt-data -o maps                  asks the command line
    python3 notebooks/hotspot_maps.py --url http://127.0.0.1:8080 -o maps       asks a running service
    python3 notebooks/hotspot_maps.py --data silt-data -o maps --only chile-volume

Every number on a map and in its sentence is taken from the answer; nothing is known beforehand but the question and the outlines of
countries, states and seas, which come from datasets/regions. A question whose collection is not in the store is left out, and said so.
"""
import argparse
import gzip
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import urllib.parse
import urllib.request

import geopandas
import matplotlib

matplotlib.use("agg")
import matplotlib.patches as patches  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
from shapely.geometry import box, shape  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
REGIONS = ROOT / "datasets/regions"

# Each question is one that a reader would ask; the other members are the words of its sentence.
QUESTIONS = [
    {
        "id": "brazil-potential-damage",
        "title": "Mining dams of high potential damage, Brazil",
        "collection": "tailings_facilities",
        "parameters": {"region": "iso3:BRA", "value": "count", "filter": "potential_damage = 'high'"},
        "things": "mining dams of high associated potential damage (DPA)",
    },
    {
        "id": "chile-volume",
        "title": "Stored volume of tailings deposits, Chile",
        "collection": "tailings_facilities",
        "parameters": {"region": "iso3:CHL", "value": "sum:storage_m3"},
        "things": "tailings deposits",
        "unit": "m³",
        "of": "stored volume",
        "known": "stated",
        "missing": "state no volume",
    },
    {
        "id": "us-hazard-h",
        "title": "Tailings dams of hazard potential H (high), United States",
        "collection": "tailings_facilities",
        "parameters": {"region": "iso3:USA", "value": "count", "filter": "hazard_rating = 'H'"},
        "things": "tailings dams of high hazard potential (NID class H)",
    },
    {
        "id": "world-count",
        "title": "Registered tailings facilities of the world",
        "collection": "tailings_facilities",
        "parameters": {"value": "count"},
        "things": "tailings facilities",
        "note": "What is hot follows which countries publish a register: it is a map of registered facilities, not of all that exist",
    },
    {
        "id": "fleet-tonnes",
        "title": "Load of dredging cycles, North Sea",
        "collection": "dredging_cycles",
        "parameters": {"region": "sea:north-sea", "value": "sum:tonnes_mean"},
        "things": "dredging cycles",
        "unit": "t",
        "of": "load (sum of means)",
        "known": "estimated",
        "missing": "have no estimate of their load",
    },
]
# OrRd and Blues of ColorBrewer: safe for the colour-blind, and their steps differ in grey.
COLOURS = {3: "#b30000", 2: "#fc8d59", 1: "#fdd49e", 0: "#bdbdbd", -1: "#bdd7e7", -2: "#6baed6", -3: "#08519c"}
NAMES = {3: "hot, 99 %", 2: "hot, 95 %", 1: "hot, 90 %", 0: "not significant", -1: "cold, 90 %", -2: "cold, 95 %", -3: "cold, 99 %"}
WIDTH_IN, MAP_WIDTH_IN, MAP_HEIGHT_IN = 12, 7.6, 5.8
ABOVE_IN, BELOW_IN, KEY_WIDTH_IN, KEY_HEIGHT_IN = 1.15, 1.45, 2.4, 1.2
# Room around a map, as a share of its longer side.
MARGIN = 0.03
LAND, SEA, LINE = "#f7f5f0", "#e8f0f5", "#8c8c8c"
# A close-up shows what lies within this distance of the hottest cell.
CLOSE_KM = 120
# Cells asked for: all that a service lists at most by default.
CELLS = 10_000


class Unanswered(Exception):
    """A question that this store has no answer to."""


class CommandLine:
    def __init__(self, binary, data):
        self.binary, self.data = binary, data

    def ask(self, collection, parameters):
        arguments = []
        for name, value in parameters.items():
            arguments += [f"--{name}"] if value is True else [f"--{name}", str(value)]
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "answer.geojson"
            done = subprocess.run(
                [self.binary, "--data", self.data, "hotspots", collection, *arguments, "-o", file], capture_output=True, text=True
            )
            if done.returncode != 0:
                raise Unanswered(done.stderr.strip())
            return json.loads(file.read_bytes())


class Service:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def ask(self, collection, parameters):
        named = {name: "true" if value is True else value for name, value in parameters.items()}
        query = urllib.parse.urlencode(named)
        try:
            with urllib.request.urlopen(f"{self.url}/hotspots/{collection}?{query}&f=json", timeout=600) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise Unanswered(error.read().decode(errors="replace")) from error


class Outlines:
    """Countries, states and seas as Silt has them."""

    def __init__(self):
        self.layers = {}

    def layer(self, name):
        if name not in self.layers:
            topology = json.loads(gzip.decompress((REGIONS / f"{name}.topojson.gz").read_bytes()))
            self.layers[name] = decoded(topology)
        return self.layers[name]

    def region(self, region):
        name = {"iso3": "countries", "admin1": "admin1", "sea": "seas"}[region.split(":")[0]]
        layer = self.layer(name)
        found = layer[layer["id"] == region]
        if found.empty:
            sys.exit(f"hotspot_maps: there is no outline of {region}")
        return found


def decoded(topology):
    """A TopoJSON file with one object as a GeoDataFrame with the members `id` and `name`."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x, y, line = 0, 0, []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        arcs.append(line)

    def ring(numbers):
        line = []
        for number in numbers:
            part = arcs[number] if number >= 0 else arcs[~number][::-1]
            line += part[1:] if line else part
        return line

    rows = []
    for found in next(iter(topology["objects"].values()))["geometries"]:
        if found["type"] not in ("Polygon", "MultiPolygon"):
            continue
        parts = [found["arcs"]] if found["type"] == "Polygon" else found["arcs"]
        polygons = [[ring(numbers) for numbers in part] for part in parts]
        properties = found.get("properties", {})
        geometry = shape({"type": "MultiPolygon", "coordinates": polygons})
        rows.append({"id": found.get("id") or properties.get("id"), "name": properties.get("name"), "geometry": geometry})
    frame = geopandas.GeoDataFrame(rows, crs="EPSG:4326")
    frame["geometry"] = frame.geometry.make_valid()
    return frame


def amount(number, unit=None):
    """A number for a sentence: three digits, with words for what is large."""
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(number) >= size:
            text = f"{number / size:.3g}{word}"
            break
    else:
        text = f"{number:,.0f}" if abs(number) >= 100 or number == int(number) else f"{number:.3g}"
    return f"{text} {unit}" if unit else text


def place(lat, lon):
    return f"{abs(lat):.2f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.2f}° {'E' if lon >= 0 else 'W'}"


def cell_width_km(resolution):
    """Distance of neighbouring cells' centres: a hexagon of the mean area of its resolution (H3 documentation: 2 + 120 * 7^r cells)."""
    area_km2 = 510_065_622 / (2 + 120 * 7**resolution)
    return math.sqrt(2 * area_km2 / math.sqrt(3)), area_km2


def listed(names, most=3):
    names = names[:most]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def count(number, one, many):
    return f"{number:,} {one if number == 1 else many}"


def where(hot, outlines, region):
    """The states (of a country) or countries that most of the hot cells lie in, with their share in percent."""
    is_country = region is not None and region.startswith("iso3:")
    if region is not None and not is_country:
        return []
    layer = outlines.layer("admin1" if is_country else "countries")
    centres = hot[["geometry"]].copy()
    centres["geometry"] = [geometry.representative_point() for geometry in hot.geometry]
    found = geopandas.sjoin(centres, layer[["name", "geometry"]], predicate="within")
    found = found[~found.index.duplicated()]
    shares = found["name"].value_counts()
    return [(name, round(100 * cells / len(hot))) for name, cells in shares.items() if cells / len(hot) >= 0.1]


def sentence(question, answer, cells, outlines):
    """What the map shows, made from the numbers of the answer."""
    study, parameters, selected = answer["study_area"], answer["parameters"], answer["selected"]
    unit, of = question.get("unit"), question.get("of")
    hot = cells[(cells["z"] > 0) & (cells["q"] <= parameters["alpha"])]
    _, area_km2 = cell_width_km(parameters["resolution"])
    level = f"{100 * parameters['alpha']:g} %"
    things = question["things"]
    text = f"{study['hot']:,} of {study['n']:,} cells of about {area_km2:,.0f} km², each judged with its neighbours, "
    text += "is a hotspot" if study["hot"] == 1 else "are hotspots"
    text += f" of {of + ' of ' if of else ''}{things} at a false discovery rate of {level}"
    if not len(hot):
        return text + f"; {count(selected['features'], 'feature was', 'features were')} looked at."
    inside = hot[hot["n"] > 0]
    complete = len(hot) == study["hot"]
    if complete and study["total"] > 0:
        share = 100 * inside["value"].sum() / study["total"]
        text += f" and hold {share:.0f} % of the {amount(study['total'], unit)} "
        text += question.get("known", "counted")
    places = where(hot, outlines, parameters.get("region"))
    if places:
        text += "; " + listed([f"{share} % of them lie in {name}" if at == 0 else f"{share} % in {name}" for at, (name, share) in enumerate(places)])
    top = hot.sort_values("rank").iloc[0]
    centre = top.geometry.representative_point()
    text += f"; the highest score, z = {top['z']:.1f}, stands near {place(centre.y, centre.x)}, where the {top['neighbourhood']} cells of a neighbourhood hold "
    text += amount(top["sum"], unit) if unit else f"{amount(top['sum'])} of them"
    if "value_p05" in cells:
        low, high = inside["value_p05"].sum(), inside["value_p95"].sum()
        text += f" (hotspots together: {amount(inside['value'].sum(), unit)}, between {amount(low, unit)} and {amount(high, unit)} as sums of the 5th and 95th percentiles)"
    text += "."
    if selected.get("not_observed"):
        text += f" {selected['not_observed']:,} of {selected['features']:,} {things} {question['missing']} and are left out, not counted as zero."
    if selected.get("without_position"):
        text += f" {count(selected['without_position'], 'feature has', 'features have')} no position."
    if question.get("note"):
        text += f" {question['note']}."
    return ("SYNTHETIC DATA, none of it happened: " if answer.get("synthetic") else "") + text


def sources(answer, cells):
    """Titles and licences of the sources behind the cells; what the answer says of all its sources where recipes are not at hand."""
    used = sorted({member.split(":")[0] for members in cells.get("members", []) for member in members or []})
    titles = []
    for source in used:
        recipe = ROOT / f"datasets/sources/{source}.toml"
        if not recipe.exists():
            return stated_by(answer)
        # Python 3.10 has no reader of TOML; these two members are plain strings.
        stated = dict(re.findall(r'^(title|licence) = "(.*)"$', recipe.read_text(encoding="utf-8"), re.MULTILINE))
        titles.append(f"{stated['title']} ({stated['licence']})" if stated.get("licence") else stated["title"])
    return "; ".join(titles) or stated_by(answer)


def stated_by(answer):
    """The attribution of the answer without what it says of boundaries, which the maps say themselves."""
    return answer["attribution"].split("; The boundaries and names")[0]


def projection(region, bounds):
    """Equal-area, so that cells look as large as they are: around the region, or of the whole world."""
    if region is None:
        return "+proj=eqearth +datum=WGS84 +units=km"
    west, south, east, north = bounds
    return f"+proj=laea +lat_0={(south + north) / 2:.2f} +lon_0={(west + east) / 2:.2f} +datum=WGS84 +units=km"


def main_part(region):
    """The largest part of a region, without far islands."""
    parts = region.geometry.explode(index_parts=False)
    return parts.iloc[parts.to_crs("+proj=cea +datum=WGS84").area.argmax()]


def draw_cells(axes, cells, crs, width):
    for bin_number in (0, -1, -2, -3, 1, 2, 3):
        drawn = cells[cells["bin"] == bin_number]
        if bin_number == 0:
            drawn = drawn[drawn["n"] > 0]
        if len(drawn):
            colour = COLOURS[bin_number]
            drawn.to_crs(crs).plot(ax=axes, color=colour, edgecolor=colour, linewidth=width, zorder=3 + bin_number)


def frame_of(axes, bounds, margin):
    west, south, east, north = bounds
    pad = margin * max(east - west, north - south)
    axes.set_xlim(west - pad, east + pad)
    axes.set_ylim(south - pad, north + pad)
    axes.set_aspect("equal")
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")


def background(axes, outlines, region, crs, bounds_lonlat):
    """Land, borders of countries and of the region's states, and the region itself."""
    west, south, east, north = bounds_lonlat
    window = box(max(west, -180), max(south, -89), min(east, 180), min(north, 89))
    land = outlines.layer("countries").clip(window)
    axes.set_facecolor(SEA)
    land.to_crs(crs).plot(ax=axes, color=LAND, edgecolor=LINE, linewidth=0.4, zorder=-2)
    if region is None:
        return
    name = region["id"].iloc[0]
    if name.startswith("iso3:"):
        states = outlines.layer("admin1").clip(region.geometry.iloc[0].envelope).clip(window)
        states = states[states.representative_point().within(region.geometry.iloc[0])]
        if len(states):
            states.to_crs(crs).boundary.plot(ax=axes, color="#c8c4ba", linewidth=0.35, zorder=-1)
    region.clip(window).to_crs(crs).boundary.plot(ax=axes, color="#404040", linewidth=0.9, zorder=0)


def placed_axes(frame):
    """A figure as high as its map needs, with axes of the map and of the close-up, and where the key goes: a tall country leaves more
    room for the close-up. Lengths in inches."""
    west, south, east, north = frame
    pad = MARGIN * max(east - west, north - south)
    shape_of_map = (east - west + 2 * pad) / (north - south + 2 * pad)
    width = min(MAP_WIDTH_IN, MAP_HEIGHT_IN * shape_of_map)
    height = width / shape_of_map
    left = 0.25 + width + 0.4
    rest = WIDTH_IN - 0.25 - left
    key_beside = rest - KEY_WIDTH_IN > 0.75 * height
    side = min(rest - KEY_WIDTH_IN, height - 0.3) if key_beside else min(rest, max(height - 0.3 - KEY_HEIGHT_IN, 3.4))
    high = max(height, side + 0.3 + (0 if key_beside else KEY_HEIGHT_IN))
    total = BELOW_IN + high + ABOVE_IN
    figure = plt.figure(figsize=(WIDTH_IN, total), dpi=130)
    top = BELOW_IN + high
    main = figure.add_axes((0.25 / WIDTH_IN, (top - height) / total, width / WIDTH_IN, height / total))
    close = figure.add_axes((left / WIDTH_IN, (top - 0.3 - side) / total, side / WIDTH_IN, side / total))
    key = (left + side + 0.1, top - 0.3) if key_beside else (left - 0.05, top - 0.3 - side - 0.05)
    return figure, main, close, (key[0] / WIDTH_IN, key[1] / total)


def draw(question, answer, cells, outlines, text, file):
    parameters, study = answer["parameters"], answer["study_area"]
    name = parameters.get("region")
    region = outlines.region(name) if name else None
    synthetic = bool(answer.get("synthetic"))
    scored = cells[cells["n"] > 0]
    if region is None:
        bounds = (-180, -57, 180, 84)
    else:
        # Far islands only where a hotspot lies there.
        hot = cells[cells["bin"] > 0]
        part = main_part(region).bounds
        reach = hot.total_bounds if len(hot) else part
        bounds = tuple(pick(a, b) for pick, a, b in zip((min, min, max, max), part, reach))
    outside = int((~scored.representative_point().within(box(*bounds))).sum())
    crs = projection(name, bounds)
    wide = box(*bounds).buffer(12)

    frame = geopandas.GeoSeries([box(*bounds).segmentize(1)], crs="EPSG:4326").to_crs(crs).total_bounds
    figure, main, close, key = placed_axes(frame)
    total_in = figure.get_size_inches()[1]
    background(main, outlines, region, crs, wide.bounds)
    # Wide outlines keep cells of a few kilometres visible on a country.
    draw_cells(main, cells, crs, 1.4)
    frame_of(main, frame, MARGIN)

    width_km, area_km2 = cell_width_km(parameters["resolution"])
    close.set_title("Around the highest score", fontsize=9, loc="left")
    top = cells.sort_values("rank").iloc[0].geometry.representative_point()
    near_crs = f"+proj=laea +lat_0={top.y:.3f} +lon_0={top.x:.3f} +datum=WGS84 +units=km"
    half = max(CLOSE_KM, 8 * width_km)
    span = 1.8 * half / 111
    stretch = span / max(0.2, math.cos(math.radians(top.y)))
    background(close, outlines, region, near_crs, (top.x - stretch, top.y - span, top.x + stretch, top.y + span))
    draw_cells(close, cells.cx[top.x - stretch : top.x + stretch, top.y - span : top.y + span], near_crs, 0.3)
    frame_of(close, (-half, -half, half, half), 0)
    bar = max(step * 10**power for power in range(5) for step in (1, 2, 5) if step * 10**power <= 0.6 * half)
    close.plot([-0.92 * half, -0.92 * half + bar], [-0.92 * half] * 2, color="black", linewidth=2, zorder=9)
    close.text(-0.92 * half, -0.88 * half, f"{bar:g} km", fontsize=8, va="bottom", zorder=9)
    (x,), (y,) = geopandas.GeoSeries([top], crs="EPSG:4326").to_crs(crs).get_coordinates().to_numpy().T
    main.add_patch(patches.Rectangle((x - half, y - half), 2 * half, 2 * half, fill=False, linewidth=1, zorder=9))

    present = [number for number in (3, 2, 1, 0, -1, -2, -3) if number >= 0 or (cells["bin"] == number).any()]
    handles = [patches.Patch(color=COLOURS[number], label=NAMES[number]) for number in present]
    handles[present.index(0)].set_label("with features, not significant")
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=key, frameon=False, fontsize=9, title="Confidence (1 - q)", alignment="left")

    title = ("SYNTHETIC: " if synthetic else "") + question["title"]
    figure.text(0.02, 1 - 0.4 / total_in, title, fontsize=16, weight="bold", color="#a00000" if synthetic else "black")
    value = parameters["value"].replace("sum:", "sum of ").replace("mean:", "mean of ")
    filtered = f", where {parameters['filter']}" if parameters.get("filter") else ""
    head = f"{answer['method']['name']} of {value}{filtered}; n = {study['n']:,} cells, {study['cells_with_value']:,} with a value; "
    head += f"H3 resolution {parameters['resolution']} (mean {area_km2:,.0f} km²)\n"
    head += f"alpha {parameters['alpha']:g} (false discovery rate, Benjamini-Hochberg); data version {answer['dataVersion']}, method {answer['methodVersion']}"
    if outside:
        head += f"; {count(outside, 'cell with features lies', 'cells with features lie')} outside of the frame"
    figure.text(0.02, 1 - 0.5 / total_in, head, fontsize=9.5, va="top")
    figure.text(0.02, (BELOW_IN - 0.12) / total_in, "\n".join(textwrap.wrap(text.replace(" %", "\u00a0%").replace("° ", "°\u00a0"), 160)), fontsize=9.5, va="top")
    outline_note = "Outlines: Natural Earth, no endorsement of boundaries or names implied."
    source = "\n".join(textwrap.wrap(f"Source: {sources(answer, cells)}. {outline_note}", 190))
    figure.text(0.02, 0.1 / total_in, source, fontsize=7.5, color="#505050", va="bottom")
    if synthetic:
        for axes in (main, close):
            axes.text(0.5, 0.5, "SYNTHETIC", transform=axes.transAxes, fontsize=44, color="#a00000", alpha=0.22, rotation=28, ha="center", va="center", zorder=10)
    # Without the date of the drawing: the same answer gives the same picture.
    figure.savefig(file, metadata={"Software": None, "Description": text})
    plt.close(figure)


def run(asker, folder, only):
    outlines = Outlines()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for question in QUESTIONS:
        if only and question["id"] not in only:
            continue
        try:
            answer = asker.ask(question["collection"], {**question["parameters"], "limit": CELLS, "members": True})
        except Unanswered as reason:
            print(f"{question['id']}: left out: {reason}", file=sys.stderr)
            continue
        if not answer["features"]:
            print(f"{question['id']}: left out: no cell has a value", file=sys.stderr)
            continue
        cells = geopandas.GeoDataFrame.from_features(answer["features"], crs="EPSG:4326")
        text = sentence(question, answer, cells, outlines)
        draw(question, answer, cells, outlines, text, folder / f"{question['id']}.png")
        (folder / f"{question['id']}.txt").write_text(text + "\n", encoding="utf-8")
        print(f"{question['id']}: {text}\n")
        drawn += 1
    return drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("hotspot-maps"), help="folder of the pictures")
    parser.add_argument("--url", help="address of a running service")
    parser.add_argument("--data", default=os.environ.get("SILT_DATA", "silt-data"), help="data folder of the command line")
    parser.add_argument("--binary", default=os.environ.get("SILT_BIN", "silt"), help="the command line")
    parser.add_argument("--only", action="append", choices=[question["id"] for question in QUESTIONS])
    arguments = parser.parse_args()
    asker = Service(arguments.url) if arguments.url else CommandLine(arguments.binary, arguments.data)
    if run(asker, arguments.output, arguments.only) == 0:
        sys.exit("hotspot_maps: none of the questions could be answered")


if __name__ == "__main__":
    main()
