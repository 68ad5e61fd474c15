#!/usr/bin/env python3
"""DBSCAN by PostGIS and by scikit-learn, as partitions.

    apt-get install postgresql-15-postgis-3
    python3 tests/oracles/hotspot_clusters.py [--check]

`ST_ClusterDBSCAN` measures on a plane. So it is given points of a small extent, projected here to an azimuthal equidistant plane on
the sphere, and no pair of points may lie so near the radius that the projection could decide. scikit-learn measures great circles,
and is given points at a pole, across 180 degrees and elsewhere. Points are centres of H3 cells; those in Chile are the cells of
resolution 6 that hold a tailings facility.
"""
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import h3.api.basic_int as h3
import numpy
from sklearn.cluster import DBSCAN
from sklearn.metrics.pairwise import haversine_distances

from hotspot_common import fields, finish, short, version

RADIUS_KM = 6371.0088


def scattered(seed, lat, lon, spread_km, count):
    """Cells of resolution 9 in and between five knots around a place."""
    rng = random.Random(seed)
    centre = numpy.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    east = numpy.cross([0, 0, 1], centre) if abs(lat) < 1.5 else numpy.array([0.0, 1.0, 0.0])
    east /= numpy.linalg.norm(east)
    north = numpy.cross(centre, east)
    knots = [(rng.gauss(0, spread_km), rng.gauss(0, spread_km)) for _ in range(5)]
    for _ in range(count):
        x, y = rng.choice(knots) if rng.random() < 0.8 else (rng.gauss(0, spread_km), rng.gauss(0, spread_km))
        x, y = x + rng.gauss(0, spread_km / 8), y + rng.gauss(0, spread_km / 8)
        place = centre + (x * east + y * north) / RADIUS_KM
        place /= numpy.linalg.norm(place)
        yield h3.latlng_to_cell(math.degrees(math.asin(place[2])), math.degrees(math.atan2(place[1], place[0])), 9)


def radians(points):
    return numpy.radians([h3.cell_to_latlng(cell) for cell in points])


def great_circle(points, radius_km, min_points):
    model = DBSCAN(eps=radius_km / RADIUS_KM, min_samples=min_points, metric="haversine", algorithm="brute")
    return model.fit(radians(points)).labels_.tolist()


def equidistant(points):
    """Azimuthal equidistant projection about the middle of the points, km."""
    places = radians(points)
    lat0, lon0 = (places.min(axis=0) + places.max(axis=0)) / 2
    lat, lon = places[:, 0], places[:, 1] - lon0
    cosine = numpy.sin(lat0) * numpy.sin(lat) + numpy.cos(lat0) * numpy.cos(lat) * numpy.cos(lon)
    angle = numpy.arccos(numpy.clip(cosine, -1, 1))
    scale = RADIUS_KM * numpy.divide(angle, numpy.sin(angle), out=numpy.ones_like(angle), where=angle > 0)
    return numpy.column_stack([
        scale * numpy.cos(lat) * numpy.sin(lon),
        scale * (numpy.cos(lat0) * numpy.sin(lat) - numpy.sin(lat0) * numpy.cos(lat) * numpy.cos(lon)),
    ])


def assert_undecided_by_projection(points, plane, radius_km):
    true = haversine_distances(radians(points)) * RADIUS_KM
    flat = numpy.linalg.norm(plane[:, None, :] - plane[None, :, :], axis=2)
    assert ((true <= radius_km) == (flat <= radius_km)).all()
    off_diagonal = ~numpy.eye(len(points), dtype=bool)
    assert numpy.abs(true[off_diagonal] / radius_km - 1).min() > 1e-6


class Postgis:
    """A private PostgreSQL that listens on a socket in a temporary folder only."""

    def __init__(self):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        extension = list(pathlib.Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
        if not found or not extension:
            raise FileNotFoundError("PostGIS")
        self.bin = found[-1].parent
        # The server refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="oracle-pg-"))
        if self.user:
            shutil.chown(self.folder, self.user, self.user)
        self.run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8")
        self.control("start", "-o", f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off")
        self.version = self.sql("create extension postgis; select postgis_lib_version() || ', PostgreSQL ' || current_setting('server_version')")

    def run(self, program, *arguments, text=None):
        done = subprocess.run(
            [self.bin / program, *arguments], user=self.user, cwd=self.folder, input=text, check=True, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        return done.stdout.strip()

    def control(self, action, *options):
        log = self.folder / "log"
        self.run("pg_ctl", action, "-w", "-s", "-D", self.folder / "data", "-l", log, *options)

    def sql(self, text):
        options = ["-h", self.folder, "-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-X", "-q", "-A", "-t"]
        return self.run("psql", *options, text=text)

    def clusters(self, plane, radius_km, min_points):
        rows = ",".join(f"({at},{float(x)!r},{float(y)!r})" for at, (x, y) in enumerate(plane))
        answer = self.sql(f"""
            with points(id, x, y) as (values {rows})
            select coalesce(ST_ClusterDBSCAN(ST_MakePoint(x, y), {radius_km}, {min_points}) over (order by id), -1)
            from points order by id""")
        return [int(line) for line in answer.split()]

    def close(self):
        self.control("stop", "-m", "immediate")
        shutil.rmtree(self.folder)


if __name__ == "__main__":
    try:
        postgis = Postgis()
    except FileNotFoundError:
        print("clusters.json: not compared, needs PostGIS (apt-get install postgresql-15-postgis-3)", file=sys.stderr)
        sys.exit(0 if "--check" in sys.argv else 1)
    sets = []
    try:
        chile = next(list(numpy.array(cells)[y > 0]) for name, _, cells, y in fields() if name == "chile_6")
        north = [int(cell) for cell in chile if -33.5 < h3.cell_to_latlng(int(cell))[0] < -29.5]
        andes = list(scattered(1, math.radians(-31), math.radians(-70.9), 20, 220))
        for name, points, radius_km, min_points in [("coquimbo", north, 8.5, 4), ("knots", andes, 2.1, 5), ("knots_wide", andes, 4.3, 9)]:
            plane = equidistant(points)
            assert_undecided_by_projection(points, plane, radius_km)
            labels = postgis.clusters(plane, radius_km, min_points)
            sets.append({"name": name, "by": "postgis", "radius_km": radius_km, "min_points": min_points,
                         "points": " ".join(short(cell) for cell in points), "labels": labels})
    finally:
        postgis.close()
    for name, lat, lon in [("pole", 90, 0), ("antimeridian", 12, 180), ("minas", -20, -44)]:
        points = list(scattered(7, math.radians(lat), math.radians(lon), 25, 150))
        sets.append({"name": name, "by": "scikit-learn", "radius_km": 3.7, "min_points": 4,
                     "points": " ".join(short(cell) for cell in points), "labels": great_circle(points, 3.7, 4)})
    # The whole world at once: great circles of a thousand kilometres.
    world = [int(cell) for cell in numpy.random.default_rng(3).choice(sorted(h3.uncompact_cells(h3.get_res0_cells(), 2)), 250, False)]
    sets.append({"name": "world", "by": "scikit-learn", "radius_km": 900, "min_points": 4,
                 "points": " ".join(short(cell) for cell in world), "labels": great_circle(world, 900, 4)})
    finish("clusters.json", {"tool": f"PostGIS {postgis.version}, {version('scikit-learn')}", "sets": sets})
