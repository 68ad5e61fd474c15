#!/usr/bin/env python3
"""Side by side with PySAL's esda and with PostGIS: the same hotspots of the same values on the same machine.

    pip install -r tests/oracles/requirements.txt
    cargo build --release -p silt-hotspot --example peer
    python3 scripts/bench_hotspot_peers.py [--runs N] [--peer target/release/examples/peer]

Both sides run in turn (A B A B ...), so that a machine that slows down slows both; the table gives medians and their ratio. All
scores are compared before any time is reported. Reading files, and what does not depend on the values (esda's weights, the table of
PostGIS' grid and that of its neighbours, with their indexes), is made before and not timed.
"""
import argparse
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import esda
import h3.api.basic_int as h3
import numpy
from libpysal.graph import Graph
from libpysal.weights import W

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/oracles"))
from hotspot_clusters import Postgis  # noqa: E402
from hotspot_common import neighbours, version  # noqa: E402

SEED = 20261122
RESOLUTION = 6
# 3 k (k + 1) + 1 cells: 99,919.
STEPS = 182
POINTS = 200_000


class Silt:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, task, file, runs):
        command = [self.program, task, file, str(runs)]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        listed, checksum = lines[0].split()
        return int(listed), float(checksum), [float(line) for line in lines[1:]]


def in_turn(runs, ours, theirs):
    """Seconds of both sides, each run of ours followed by one of theirs."""
    our_seconds, their_seconds = [], []
    for _ in range(runs):
        our_seconds.append(ours())
        start = time.perf_counter()
        theirs()
        their_seconds.append(time.perf_counter() - start)
    return statistics.median(our_seconds), statistics.median(their_seconds)


def knotted(rng, cells, count):
    """Points in knots, as mines are: between them lie empty cells."""
    inside, places = set(cells), []
    knots = [h3.cell_to_latlng(rng.choice(cells)) for _ in range(2000)]
    while len(places) < count:
        lat, lon = rng.choice(knots)
        lat, lon = lat + rng.gauss(0, 0.1), lon + rng.gauss(0, 0.1)
        if h3.latlng_to_cell(lat, lon, RESOLUTION) in inside:
            places.append((lon, lat, rng.randrange(1, 100)))
    return places


def against_esda(silt, cells, y, runs):
    file = silt.folder / "cells.csv"
    file.write_text("".join(f"{h3.int_to_str(cell)},{value!r}\n" for cell, value in zip(cells, y.tolist())))
    near = neighbours(cells, 1, True)
    weights = W(near, id_order=list(cells), silence_warnings=True)
    graph = Graph.from_W(weights)
    settings = {"transform": "B", "star": True}
    # The first call compiles esda's loops.
    esda.G_Local(y, graph, permutations=9, keep_simulations=False, **settings)

    expected = numpy.abs(esda.G_Local(y, weights, permutations=0, **settings).Zs).sum()
    for task in ("gi", "permutations"):
        listed, checksum, _ = silt.run(task, file, 1)
        assert listed == len(cells) and abs(checksum / expected - 1) < 1e-9, (task, checksum, expected)

    def z(structure):
        return lambda: esda.G_Local(y, structure, permutations=0, **settings)

    def permuted(structure):
        return lambda: esda.G_Local(y, structure, permutations=999, keep_simulations=False, seed=SEED, n_jobs=-1, **settings)

    # The first of three runs in a new process warms it up, as the call above did for esda.
    warm = lambda task: lambda: silt.run(task, file, 3)[2][-1]  # noqa: E731
    size = f"{len(cells):,} cells"
    yield f"z of {size}", "esda, W", *in_turn(runs, warm("gi"), z(weights))
    yield f"z of {size}", "esda, Graph", *in_turn(runs, warm("gi"), z(graph))
    yield f"999 permutations of {size}", "esda + numba, Graph", *in_turn(max(3, runs // 3), warm("permutations"), permuted(graph))


SETTINGS = f"set jit = off; set work_mem = '256MB'; set max_parallel_workers_per_gather = {os.cpu_count()};"
RANKING = """
with counted as (
    select grid.cell, sum(points.value) as value from points join grid on ST_Intersects(grid.geom, points.geom) group by grid.cell
), study as (
    select count(*)::float8 as n, (select sum(value) from counted)::float8 as total,
        (select sum(value * value) from counted)::float8 as squares from grid
), moments as (
    select n, total / n as mean, sqrt(squares / n - (total / n) ^ 2) as s from study
), lagged as (
    select near.cell, sum(counted.value)::float8 as lag from near join counted on counted.cell = near.other group by near.cell
), sized as (
    select cell, count(*)::float8 as w from near where cell in (select cell from lagged) group by cell
)
select cell, (lag - mean * w) / (s * sqrt((n * w - w * w) / (n - 1))) as z
from lagged join sized using (cell), moments order by z desc, cell
"""


def against_postgis(silt, cells, runs):
    rng = random.Random(SEED)
    places = knotted(rng, cells, POINTS)
    file = silt.folder / "points.csv"
    file.write_text("".join(f"{lon!r},{lat!r},{value}\n" for lon, lat, value in places))
    pathlib.Path(f"{file}.area").write_text("".join(f"{h3.int_to_str(cell)}\n" for cell in cells))

    postgis = Postgis()
    try:
        copy_grid(postgis, silt.folder, cells, places)
        postgis.sql("create table ranking as " + RANKING)
        listed, total = postgis.sql("select count(*), sum(abs(z)) from ranking").split("|")
        ours = silt.run("ranking", file, 1)
        # Edges of cells are arcs for H3 and straight in degrees for PostGIS: a few points change sides.
        assert abs(ours[0] - int(listed)) < 0.001 * ours[0] and abs(ours[1] / float(total) - 1) < 0.001, (ours, listed, total)

        def rank():
            postgis.sql(SETTINGS + "drop table ranking; create table ranking as " + RANKING)

        warm = lambda: silt.run("ranking", file, 3)[2][-1]  # noqa: E731
        size = f"{len(places):,} points on {len(cells):,} cells"
        yield f"ranking of {size}", f"PostGIS {postgis.version}", *in_turn(max(3, runs // 3), warm, rank)
    finally:
        postgis.close()


def copy_grid(postgis, folder, cells, places):
    """Grid, neighbours and points as tables, indexed and analysed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="grid-", dir=folder))
    near = neighbours(cells, 1, True)
    with open(folder / "grid", "w", encoding="ascii") as file:
        for cell in cells:
            ring = [f"{lon!r} {lat!r}" for lat, lon in h3.cell_to_boundary(cell)]
            file.write(f"{cell}\tSRID=4326;POLYGON(({','.join(ring + ring[:1])}))\n")
    with open(folder / "near", "w", encoding="ascii") as file:
        file.writelines(f"{cell}\t{other}\n" for cell in cells for other in near[cell])
    with open(folder / "points", "w", encoding="ascii") as file:
        file.writelines(f"SRID=4326;POINT({lon!r} {lat!r})\t{value}\n" for lon, lat, value in places)
    folder.parent.chmod(0o755)
    folder.chmod(0o755)
    postgis.sql(f"""
        create table grid (cell bigint primary key, geom geometry(Polygon, 4326));
        create table near (cell bigint, other bigint);
        create table points (geom geometry(Point, 4326), value integer);
        copy grid from '{folder}/grid'; copy near from '{folder}/near'; copy points from '{folder}/points';
        create index on grid using gist (geom); create index on points using gist (geom);
        create index on near (cell); create index on near (other);
        analyze grid; analyze near; analyze points;
    """)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--peer", type=pathlib.Path, default=ROOT / "target/release/examples/peer")
    arguments = parser.parse_args()
    if not arguments.peer.exists():
        sys.exit(f"{arguments.peer} is missing: cargo build --release -p silt-hotspot --example peer")
    warnings.filterwarnings("ignore")
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(-10, -52, RESOLUTION), STEPS))
    y = numpy.random.default_rng(SEED).lognormal(1, 1, len(cells))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hotspot-peers-"))
    try:
        silt = Silt(arguments.peer, folder)
        print(f"{version('esda', 'libpysal', 'numba')}; {os.cpu_count()} cores; medians of --runs {arguments.runs}\n")
        print("| work | peer | Silt, ms | peer, ms | times as fast |\n|---|---|---|---|---|")
        for rows in (against_esda(silt, cells, y, arguments.runs), against_postgis(silt, cells, arguments.runs)):
            for work, peer, ours, theirs in rows:
                print(f"| {work} | {peer} | {ours * 1e3:.1f} | {theirs * 1e3:.0f} | {theirs / ours:.0f} |", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
