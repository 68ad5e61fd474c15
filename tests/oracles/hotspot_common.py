"""What the oracles of hotspots share: the fields, their files, and the comparison of a check."""
import argparse
import importlib.metadata
import json
import math
import pathlib
import sys

import h3.api.basic_int as h3
import numpy

ORACLES = pathlib.Path(__file__).resolve().parents[2] / "crates/silt-hotspot/src/oracle"


def version(*packages):
    return ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)


def short(cell):
    """A cell without the f at the end of its index, which say nothing."""
    return h3.int_to_str(cell).rstrip("f")


def long(text):
    return h3.str_to_int(text.ljust(15, "f"))


def number(value):
    """Thirteen digits: more than the parity of 1e-9 needs, less than platforms differ in."""
    return float(f"{value:.13g}")


def fields():
    """Each field: its name, resolution, sorted cells of the study area, and the values of all of them."""
    document = json.loads((ORACLES / "fields.json").read_text(encoding="utf-8"))
    for field in document["fields"]:
        resolution = field["resolution"]
        coarse = [long(text) for text in field["area"].split()]
        cells = sorted(child for cell in coarse for child in h3.cell_to_children(cell, resolution))
        known = dict(zip((long(text) for text in field["cells"].split()), field["values"]))
        yield field["name"], resolution, cells, numpy.array([known.get(cell, 0) for cell in cells], dtype=float)


def neighbours(cells, k, itself):
    """Cells within k steps in the study area, by cell."""
    inside = set(cells)
    return {
        cell: [near for near in sorted(h3.grid_disk(cell, k)) if near in inside and (itself or near != cell)]
        for cell in cells
    }


def same(old, new, tolerance):
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[key], new[key], tolerance) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(same(a, b, tolerance) for a, b in zip(old, new))
    if isinstance(old, float) or isinstance(new, float):
        return math.isclose(old, new, rel_tol=tolerance, abs_tol=tolerance)
    return old == new


def finish(name, document, tolerance=1e-11):
    """Writes the answers, or with --check compares them with those that are committed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the committed answers differ")
    check = parser.parse_args().check
    path = ORACLES / name
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    # A line per entry of the outermost lists, so that a difference can be read.
    text = text.replace('},{"', '},\n{"').replace('":[{"', '":[\n{"') + "\n"
    if not check:
        ORACLES.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{name}: {len(text)} bytes, {document['tool']}")
        return
    old = json.loads(path.read_text(encoding="utf-8"))
    # A newer tool may give its version; its numbers have to be the same.
    differing = [key for key in document if key != "tool" and not same(old.get(key), document[key], tolerance)]
    if differing:
        print(f"{name}: {', '.join(differing)} of {document['tool']} differ from the committed ones", file=sys.stderr)
        sys.exit(1)
    print(f"{name}: as committed ({document['tool']})")
