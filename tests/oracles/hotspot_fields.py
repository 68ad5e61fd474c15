#!/usr/bin/env python3
"""The fields that the oracles of hotspots are asked about: counts and sums by H3 cell.

    SILT_MIRROR=DIR python3 tests/oracles/hotspot_fields.py [--check]

Two are made up; the others are the registers of tailings facilities of Chile (SERNAGEOMIN, October 2025), Brazil (ANM, March 2022)
and the United States (National Inventory of Dams 2018/19, purpose tailings), read from a folder with files of the sources. Only
cells, counts and sums are kept. The study area of a country is made of the cells of resolution 3 whose centre lies in its polygon
of Natural Earth (1:50m), and of those that hold a facility.
"""
import csv
import json
import os
import pathlib
import random
import re
import sys

import h3.api.basic_int as h3
import openpyxl

from hotspot_common import finish, short, version


def made_up():
    rng = random.Random(5)
    for name, resolution, lat, lon, k, share in [
        ("disk", 6, -20.1, -43.9, 12, 0.3),
        ("pentagon", 4, 64.7, 10.5, 9, 0.8),
    ]:
        cells = sorted(h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), k))
        values = {cell: round(rng.lognormvariate(1, 1), 3) for cell in cells if rng.random() < share}
        yield field(name, resolution, cells, values)


def field(name, resolution, area, values):
    values = dict(sorted(values.items()))
    return {
        "name": name,
        "resolution": resolution,
        "area": " ".join(short(cell) for cell in sorted(h3.compact_cells(area))),
        "cells": " ".join(short(cell) for cell in values),
        "values": list(values.values()),
    }


def chile(mirror):
    book = openpyxl.load_workbook(mirror / "chile-relaves/RELAVES_CHILE_OCT2025.xlsx", read_only=True)
    rows = list(book.active.iter_rows(values_only=True))
    header = next(row for row in rows if row[0] == "ID")
    for row in rows[rows.index(header) + 1:]:
        record = dict(zip(header, row))
        try:
            lat, lon = float(record["LATITUD"]), float(record["LONGITUD"])
        except (TypeError, ValueError):
            continue
        try:
            volume = round(float(record["VOL_ACTUAL"]))
        except (TypeError, ValueError):
            volume = 0
        yield lat, lon, volume


def brazil(mirror):
    degrees = re.compile(r"\s*(-?)(\d+)°(\d+)'([\d.]+)")
    with open(mirror / "brazil-sigbm/anm_barragens_2022-03_94cols_latin1.csv", encoding="latin-1") as file:
        for record in csv.DictReader(file, delimiter=";"):
            found = [degrees.match(record[axis]) for axis in ("Latitude", "Longitude")]
            if not all(found):
                continue
            lat, lon = (
                (-1 if sign else 1) * (int(whole) + int(minutes) / 60 + float(seconds) / 3600)
                for sign, whole, minutes, seconds in (match.groups() for match in found)
            )
            if (lat, lon) != (0, 0):
                yield lat, lon, 1


def united_states(mirror):
    with open(mirror / "us-nid/nid_2019_tailings.csv", encoding="utf-8") as file:
        for record in csv.DictReader(file):
            try:
                lat, lon = float(record["latitude"]), float(record["longitude"])
            except ValueError:
                continue
            if lat and lon:
                yield lat, lon, 1


def country_cells(mirror, iso3):
    path = mirror / "boundaries/ne_50m_admin_0_countries_trimmed.geojson"
    countries = json.loads(path.read_text(encoding="utf-8"))["features"]
    shape = next(one["geometry"] for one in countries if one["properties"]["ISO_A3"] == iso3)
    return set(h3.geo_to_cells(shape, 3))


def registers(mirror):
    for name, iso3, read, resolutions, volume in [
        ("chile", "CHL", chile, [4, 5, 6], False),
        ("chile_volume", "CHL", chile, [5], True),
        ("brazil", "BRA", brazil, [4, 5, 6], False),
        ("united_states", "USA", united_states, [4, 5, 6], False),
    ]:
        rows = list(read(mirror))
        area = country_cells(mirror, iso3)
        for lat, lon, _ in rows:
            area |= {h3.cell_to_parent(h3.latlng_to_cell(lat, lon, resolution), 3) for resolution in (4, 5, 6)}
        for resolution in resolutions:
            values = {}
            for lat, lon, amount in rows:
                cell = h3.latlng_to_cell(lat, lon, resolution)
                values[cell] = values.get(cell, 0) + (amount if volume else 1)
            yield field(f"{name}_{resolution}", resolution, area, values)


if __name__ == "__main__":
    if not os.environ.get("SILT_MIRROR"):
        print("fields.json: not compared, SILT_MIRROR names no folder with files of the sources")
        sys.exit(0)
    mirror = pathlib.Path(os.environ["SILT_MIRROR"])
    found = list(made_up()) + list(registers(mirror))
    finish("fields.json", {"tool": version("h3"), "fields": found})
