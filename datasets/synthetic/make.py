#!/usr/bin/env python3
"""Writes the synthetic register that stands in where no real source can be had.

Every name starts with "Synthetic", every feature carries synthetic = true, and the places are
random points in boxes that hold no meaning. The seed is fixed, so the files are reproducible:
    python3 datasets/synthetic/make.py
"""
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent
# west, south, east, north, country: inland boxes
BOXES = [
    (-48, -21, -43, -18, "BRA"), (-70.2, -30, -69.5, -23, "CHL"), (-117, 38, -112, 42, "USA"),
    (-80, 47, -73, 50, "CAN"), (27, -27, 30, -24, "ZAF"), (119, -31, 123, -27, "AUS"),
]


def facilities(rng):
    for number in range(1, 61):
        west, south, east, north, country = rng.choice(BOXES)
        yield {
            "type": "Feature",
            "id": f"SYN-{number:03}",
            "properties": {
                "name": f"Synthetic facility {number}",
                "country": country,
                "status": rng.choice(["active", "inactive", "closed"]),
                "raise_method": rng.choice(["upstream", "downstream", "centreline"]),
                "height_m": round(rng.uniform(5, 120), 1),
                "storage_m3": float(rng.randrange(10_000, 80_000_000, 1000)),
                "synthetic": True,
            },
            "geometry": {"type": "Point", "coordinates": [
                round(rng.uniform(west, east), 5), round(rng.uniform(south, north), 5)]},
        }


def write(name, features):
    lines = ",\n".join(json.dumps(feature) for feature in features)
    text = f'{{"type": "FeatureCollection", "synthetic": true, "features": [\n{lines}\n]}}\n'
    (HERE / name).write_text(text, encoding="utf-8")


write("register.geojson", facilities(random.Random(20261121)))
