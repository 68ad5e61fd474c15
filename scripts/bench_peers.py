#!/usr/bin/env python3
"""Side by side with GDAL's ogr2ogr: the same file into a GeoPackage on the same machine.

    python3 scripts/bench_peers.py [--runs N] [--mirror DIR] [--work DIR]

Needs target/release/silt, ogr2ogr and /usr/bin/env. Both commands run in turn (A B A B ...), so a
machine that slows down slows both; the table gives medians, their ratio and the peak memory.
Data is generated once with a fixed seed and kept in the work folder.
"""
import argparse
import json
import math
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SILT = ROOT / "target" / "release" / "silt"
SEED = 20261121


def write_collection(path, features):
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[\n')
        for number, feature in enumerate(features):
            out.write((",\n" if number else "") + json.dumps(feature, separators=(",", ":")))
        out.write("\n]}\n")


def points(count):
    rng = random.Random(SEED)
    for number in range(count):
        latitude = math.degrees(math.asin(rng.uniform(-0.97, 0.97)))
        yield {
            "type": "Feature", "id": number,
            "properties": {
                "name": f"Site {number}", "status": rng.choice(["active", "inactive", "closed", "abandoned"]),
                "height_m": round(rng.uniform(0, 200), 1), "storage_m3": rng.randrange(10**8),
                "year": rng.randrange(1900, 2025), "hazard": rng.choice("HSLU"),
            },
            "geometry": {"type": "Point", "coordinates": [round(rng.uniform(-180, 180), 6), round(latitude, 6)]},
        }


def polygons(count, vertices):
    rng = random.Random(SEED + 1)
    for number in range(count):
        x, y, size = rng.uniform(-179, 179), rng.uniform(-80, 80), rng.uniform(0.001, 0.05)
        ring = []
        for corner in range(vertices - 1):
            angle, radius = 2 * math.pi * corner / (vertices - 1), size * rng.uniform(0.7, 1.0)
            ring.append([round(x + radius * math.cos(angle), 6), round(y + radius * math.sin(angle), 6)])
        ring.append(ring[0])
        yield {
            "type": "Feature", "id": number,
            "properties": {"name": f"Pit {number}", "area_m2": round(rng.uniform(0, 1e6), 1)},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }


def run(command):
    """Seconds and peak resident MiB of a command that must succeed."""
    start = time.perf_counter()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command}: {message}")
    return seconds, usage.ru_maxrss / 1024


def compare(name, file, work, runs):
    ours, theirs = [], []
    for _ in range(runs):
        data, gpkg = work / "silt-data", work / "ogr.gpkg"
        shutil.rmtree(data, ignore_errors=True)
        gpkg.unlink(missing_ok=True)
        ours.append(run([SILT, "--data", data, "import", file, "--collection", "bench", "--edition", "2026"]))
        theirs.append(run(["ogr2ogr", "-f", "GPKG", gpkg, file]))
    ours_s = statistics.median(seconds for seconds, _ in ours)
    theirs_s = statistics.median(seconds for seconds, _ in theirs)
    ours_mib = max(mib for _, mib in ours)
    theirs_mib = max(mib for _, mib in theirs)
    print(f"| {name} | {ours_s:.1f} | {theirs_s:.1f} | {theirs_s / ours_s:.1f} | {ours_mib:.0f} | {theirs_mib:.0f} |",
          flush=True)


def first_answer(work):
    """Seconds from the start of the server to its first answers on the store of the last comparison."""
    start = time.perf_counter()
    server = subprocess.Popen([SILT, "--data", work / "silt-data", "serve", "--listen", "127.0.0.1:0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = server.stdout.readline().split()[2].rstrip("/")
        for query in ("bbox=-75,-30,-65,-20&limit=1000", "region=iso3:BRA&limit=1000"):
            with urllib.request.urlopen(f"{address}/collections/bench/items?{query}") as answer:
                count = json.load(answer)["numberReturned"]
            print(f"{query}: {count} features, {time.perf_counter() - start:.2f} s after the start")
    finally:
        server.terminate()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--mirror", type=pathlib.Path, default=os.environ.get("SILT_MIRROR"))
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target" / "bench-peers")
    arguments = parser.parse_args()
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    point_file, polygon_file = work / "points-1000000.geojson", work / "polygons-200000x100.geojson"
    if not point_file.exists():
        write_collection(point_file, points(1_000_000))
    if not polygon_file.exists():
        write_collection(polygon_file, polygons(200_000, 100))
    print("| file | silt s | ogr2ogr s | ogr2ogr / silt | silt peak MiB | ogr2ogr peak MiB |")
    print("|---|---|---|---|---|---|", flush=True)
    compare("200,000 polygons of 100 vertices", polygon_file, work, arguments.runs)
    compare("1,000,000 points", point_file, work, arguments.runs)
    first_answer(work)
    if arguments.mirror:
        shutil.rmtree(work / "silt-data", ignore_errors=True)
        times = []
        for _ in range(arguments.runs):
            shutil.rmtree(work / "silt-data", ignore_errors=True)
            times.append(run([SILT, "--data", work / "silt-data", "import", "--source", "minmod",
                              "--mirror", arguments.mirror, "--offline"]))
        print(f"MinMod, 146,608 rows: {statistics.median(s for s, _ in times):.1f} s, "
              f"peak {max(mib for _, mib in times):.0f} MiB")
    shutil.rmtree(work / "silt-data", ignore_errors=True)
    (work / "ogr.gpkg").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
