#!/usr/bin/env python3
"""Serving, side by side: Silt, Martin, tipg and pygeoapi with the same data on the same machine.

    scripts/bench-peers.sh serving [--only tiles,items,regions,hotspots,memory,fresh] [--points N] [--runs N] ...

Each part loads the same files into every server, warms up, and sends the same list of requests, in
which no address occurs twice, by wrk with 16 connections. Servers take turns (A B C A B C ...), so a
machine that slows down slows all; tables give medians over the runs. See docs/benchmarks.md for how to
read them. Data is generated once with a fixed seed and kept in the work folder. Everything that is
started is ended by its process id, also after a failure or Ctrl-C.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time
import urllib.parse

import bench_hotspots
import bench_load
import bench_peers
import bench_servers
import bench_tiles
from bench_load import CONNECTIONS, fetch, middle, run_wrk
from bench_report import note, print_results, say, verdict
from bench_servers import FIRST_ITEM

PARTS = ("tiles", "items", "regions", "hotspots", "memory", "fresh")
NO_CACHE = "limits.tile_cache_bytes=0"


def more_attributes(features):
    """The points of `bench_peers`, with ten attributes instead of six."""
    rng = random.Random(bench_peers.SEED + 2)
    owners = [f"Owner {number} Mining Company" for number in range(2000)]
    commodities = ["copper", "gold", "iron", "zinc", "lead", "coal", "phosphate", "nickel", "tin", "bauxite", "sand", "lithium"]
    raises = ["upstream", "downstream", "centreline", "single stage", "dry stack"]
    for feature in features:
        feature["properties"].update({
            "owner": rng.choice(owners), "commodity": rng.choice(commodities), "raise_type": rng.choice(raises),
            "planned_m3": round(rng.uniform(0, 1e8), 1),
        })
        yield feature


class Bench:
    """What the parts share."""

    def __init__(self, arguments, processes):
        self.arguments, self.processes, self.work = arguments, processes, arguments.work
        self.silt = bench_servers.Silt(processes, arguments.silt)
        self.skipped = []

    def generated(self, name, features):
        """A file of features in the work folder."""
        path = self.work / f"{name}.geojson"
        if not path.exists():
            note(f"generating {path.name}")
            part = path.with_suffix(".part")
            bench_peers.write_collection(part, features)
            part.rename(path)
        return path

    def points_file(self, count):
        return self.generated(f"points-{count}", bench_peers.points(count))

    def admin1_file(self):
        mirror = self.arguments.mirror
        packed = mirror and mirror / "boundaries" / "ne_10m_admin_1_simplified_0.01deg.geojson.gz"
        if not packed or not packed.exists():
            self.skip("tiles of polygons", "no mirror with boundaries/ne_10m_admin_1_simplified_0.01deg.geojson.gz (--mirror)")
            return None
        return bench_servers.unpacked(self.processes, packed)

    def points_store(self):
        count = self.arguments.points
        return self.silt.store(f"silt-points-{count}", {"points": self.points_file(count)})

    def skip(self, what, why):
        self.skipped.append(f"{what}: {why}")
        note(f"skipped: {what}: {why}")

    def postgres(self):
        if not hasattr(self, "_postgres"):
            try:
                self._postgres = bench_servers.Postgres(self.processes)
            except FileNotFoundError as missing:
                self._postgres = None
                self.skip("PostGIS", f"missing: {missing}")
        return self._postgres

    def measure(self, servers, paths_of, connections=CONNECTIONS, runs=None, warm_up=()):
        """Runs in turn; the medians of each server by its name."""
        for server in servers:
            if warm_up:
                run_wrk(self.processes, server.address, paths_of(server, warm_up), server.pids, connections, 10)
                bench_load.settle(server.pids)
        results = {server.name: [] for server in servers}
        for turn in range(runs or self.arguments.runs):
            for server in servers:
                note(f"run {turn + 1}: {server.name}")
                paths = paths_of(server, None)
                result = run_wrk(self.processes, server.address, paths, server.pids, connections, self.arguments.seconds)
                results[server.name].append(result)
                # A server that was cut off still works on what was asked: not at the cost of the next.
                bench_load.settle(server.pids)
        return {name: middle(runs) for name, runs in results.items()}


# --- items by box -----------------------------------------------------------------------

def items_part(bench):
    count, points = 1000, bench.arguments.points
    say(f"### items?bbox of {count:,} features out of {points:,}")
    say()
    store = bench.points_store()
    started, servers = [], []
    process, silt = bench.silt.serve("silt", store, [], FIRST_ITEM.format("points"))
    silt.items_path = f"/collections/points/items?bbox={{bbox}}&limit={count}"
    started.append(process)
    servers.append(silt)
    postgres = bench.postgres()
    if postgres:
        note("loading points into PostGIS")
        table = bench_tiles.postgis_table(bench, "points")
        postgres.load(table, bench.points_file(points))
        process, server = bench_servers.tipg(bench.processes, postgres, table)
        started.append(process)
        servers.append(server)
    note("making the GeoPackage")
    package = bench_servers.geopackage(bench.processes, bench.points_file(points), "points")
    process, server = bench_servers.pygeoapi(bench.processes, package, "points")
    started.append(process)
    servers.append(server)
    # 15 % more than asked for: the spread of chance is 3 %.
    boxes = bench_load.choose_boxes(points, 1.15 * min(count, points / 10), bench.arguments.boxes, 3)
    warm_up, measured = boxes[:50], boxes[50:]
    compare_items(servers, boxes[:5])
    results = bench.measure(
        servers, lambda server, some: [server.items(box) for box in some or measured], warm_up=warm_up)
    say(f"Distinct boxes, {CONNECTIONS} connections, answers as GeoJSON without compression:")
    say()
    print_results(results, "requests", silt.name)
    for server in servers[1:]:
        verdict(results, silt.name, server.name, 10)
    say()
    for process in started:
        bench.processes.stop(process)


def compare_items(servers, boxes):
    say("Features in the answer / in the same box without the limit:")
    say()
    say("| box | " + " | ".join(server.name for server in servers) + " |")
    say("|---" * (len(servers) + 1) + "|")
    for box in boxes:
        cells = []
        for server in servers:
            numbers = []
            for path in (server.items(box), server.items(box).replace("limit=1000", "limit=5000")):
                status, body = fetch(server.address, path)
                if status != 200:
                    raise RuntimeError(f"{server.name}: {path} gave {status}: {body[:300]}")
                numbers.append(len(json.loads(body)["features"]))
            cells.append(f"{numbers[0]:,} / {numbers[1]:,}")
        say(f"| {', '.join(str(round(corner, 2)) for corner in box)} | " + " | ".join(cells) + " |")
    say()


# --- regions and statistics -----------------------------------------------------------------

def regions_part(bench):
    points = bench.arguments.points
    say(f"### Regions and statistics over {points:,} features (silt alone)")
    say()
    process, server = bench.silt.serve("silt", bench.points_store(), [], FIRST_ITEM.format("points"))
    listed = json.loads(bench.silt.run(bench.points_store(), "--json", "regions", "list", "--kind", "iso3"))
    countries = [region["id"] for region in listed]
    base = "/collections/points"
    metrics = "metrics=count,sum(storage_m3)"
    thresholds = [200 * number / bench.arguments.filters for number in range(bench.arguments.filters)]
    random.Random(4).shuffle(thresholds)

    def by_country(threshold):
        expression = urllib.parse.quote(f"height_m > {threshold:.4f}")
        return f"{base}/aggregate?by=region:iso3&{metrics}&filter={expression}"

    questions = {
        f"items of a country, limit 10 to 14, {len(countries)} countries":
            [f"{base}/items?region={country}&limit={limit}" for limit in range(10, 15) for country in countries],
        "statistics by country, each with another filter on height": [by_country(threshold) for threshold in thresholds],
        "statistics of a country by status":
            [f"{base}/aggregate?by=status&{metrics}&region={country}" for country in countries],
        "statistics of a country by status, asked for the second time":
            [f"{base}/aggregate?by=status&{metrics}&region={country}&f=json" for country in countries],
        "statistics by country without filter, asked for again (one address, from the cache)":
            [f"{base}/aggregate?by=region:iso3&{metrics}"] * 500,
    }
    fetch(server.address, f"{base}/aggregate?by=region:iso3&{metrics}")
    # Another filter than the ones that follow.
    for number in range(20):
        fetch(server.address, by_country(number + 0.00005))
        fetch(server.address, f"{base}/items?region={countries[number]}&limit=20")
    say("| question | connections | requests | requests/s | p50 ms | p99 ms | longest ms | errors | cores: silt | p99 < 10 ms |")
    say("|---|---|---|---|---|---|---|---|---|---|")
    for connections in (1, CONNECTIONS):
        for question, paths in questions.items():
            # What was asked for once is in the cache of answers: each number of connections has its own.
            if "filter on height" in question:
                half = len(paths) // 2
                paths = paths[:half] if connections == 1 else paths[half:]
            if question == "statistics of a country by status" and connections > 1:
                paths = [path.replace(metrics, "metrics=count,max(storage_m3)") for path in paths]
            note(f"{question}, {connections} connections")
            status, body = fetch(server.address, paths[0])
            if status != 200:
                raise RuntimeError(f"{paths[0]} gave {status}: {body[:300]}")
            run = run_wrk(bench.processes, server.address, paths, server.pids, connections, bench.arguments.seconds)
            say(f"| {question} | {connections} | {run.answered:,} | {run.rate:,.0f} | {run.p50_ms:.2f} | {run.p99_ms:.2f} "
                f"| {run.max_ms:.1f} | {run.errors} | {run.server_cores:.2f} | {'met' if run.p99_ms < 10 and not run.errors else 'NOT met'} |")
    say()
    bench.processes.stop(process)


# --- memory ------------------------------------------------------------------------------------

def memory_part(bench):
    points = bench.arguments.points
    say(f"### Memory of the server with {points:,} points of ten attributes")
    say()
    file = bench.generated(f"points-ten-attributes-{points}", more_attributes(bench_peers.points(points)))
    store = bench.silt.store(f"silt-ten-{points}", {"points": file})
    empty = bench.silt.store("silt-empty", {})
    process, _ = bench.silt.serve("silt empty", empty, [NO_CACHE])
    time.sleep(2)
    base = bench_load.resident_bytes(process.pid)
    bench.processes.stop(process)
    process, server = bench.silt.serve("silt", store, [NO_CACHE], FIRST_ITEM.format("points"))
    time.sleep(2)
    stages = {"after loading": bench_load.resident_bytes(process.pid)}
    fetch(server.address, "/tiles/points/6/32/31?cluster=none")
    stages["after the first tile"] = bench_load.resident_bytes(process.pid)
    fetch(server.address, "/collections/points/aggregate?by=region:iso3&metrics=count,sum(storage_m3)")
    stages["after the first statistics"] = bench_load.resident_bytes(process.pid)
    bench.processes.stop(process)
    say("| state | resident MB | of which no file | bytes per feature (resident, less the server with an empty store) "
        "| of which no file | at most 400 |")
    say("|---|---|---|---|---|---|")
    say(f"| empty store | {base[0] / 1e6:.0f} | {base[1] / 1e6:.0f} | | | |")
    for state, (all_bytes, anonymous) in stages.items():
        each, each_anonymous = (all_bytes - base[0]) / points, (anonymous - base[1]) / points
        say(f"| {state} | {all_bytes / 1e6:.0f} | {anonymous / 1e6:.0f} | {each:.0f} | {each_anonymous:.0f} "
            f"| {'met' if each <= 400 else 'NOT met'} |")
    say()


# --- imports seen by a running server --------------------------------------------------------------

def fresh_part(bench):
    points = bench.arguments.points
    say(f"### Time until a running server with {points:,} features shows an import by the command line")
    say()
    store = bench.work / "silt-fresh"
    original = bench.points_store()
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(original, store)
    imports = [
        ("1,000 rows, a new collection", 1_000, "thousand", []),
        ("146,608 rows, a new collection", 146_608, "many", []),
        (f"1,000 rows more in the collection of {points:,}", 1_000, "points", ["--source", "more"]),
    ]
    files = [bench.points_file(rows) for _, rows, _, _ in imports]
    process, server = bench.silt.serve("silt", store, [], FIRST_ITEM.format("points"))
    say("| import | seconds of the import | seconds until shown, from the end of the import | within 2 s |")
    say("|---|---|---|---|")
    for (title, rows, collection, options), file in zip(imports, files):
        before = matched(server, collection)
        start = time.perf_counter()
        bench.silt.run(store, "import", file, "--collection", collection, "--edition", "2026", *options)
        ended = time.perf_counter()
        while (now := matched(server, collection)) != before + rows:
            if time.perf_counter() - ended > 120:
                raise RuntimeError(f"{title}: after 120 s the server shows {now} features, not {before + rows}")
            time.sleep(0.005)
        seen = time.perf_counter() - ended
        say(f"| {title} | {ended - start:.2f} | {seen:.2f} | {'met' if seen <= 2 else 'NOT met'} |")
    say()
    bench.processes.stop(process)
    shutil.rmtree(store, ignore_errors=True)


def matched(server, collection):
    """Features of a collection that the server shows; none when it does not know the collection."""
    status, body = fetch(server.address, FIRST_ITEM.format(collection))
    return json.loads(body)["numberMatched"] if status == 200 else 0


# --- the program ---------------------------------------------------------------------------------------

def found_martin(given, work):
    for candidate in (given, os.environ.get("MARTIN_BIN"), work / "martin" / "bin" / "martin", shutil.which("martin")):
        if candidate and pathlib.Path(candidate).exists():
            return pathlib.Path(candidate).resolve()
    return None


def machine(arguments):
    def first_line(command):
        try:
            return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()[0]
        except (OSError, IndexError):
            return "unknown"
    model = next((line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown processor")
    say(f"{os.cpu_count()} cores ({model}), load {os.getloadavg()[0]:.2f} at the start. {first_line([arguments.silt, '--version'])} "
        f"({arguments.silt.parent.name} build); "
        f"{first_line([arguments.martin, '--version']) if arguments.martin else 'no Martin'}. "
        f"{arguments.runs} runs, medians. Server and load tool share the cores.")
    say()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), metavar="PARTS", help=f"some of {','.join(PARTS)}")
    parser.add_argument("--points", type=int, default=1_000_000, help="features of the point file")
    parser.add_argument("--tiles", type=int, default=20_000, help="tiles in a list")
    parser.add_argument("--boxes", type=int, default=20_000, help="boxes in the list")
    parser.add_argument("--filters", type=int, default=2_000, help="statistics with different filters")
    parser.add_argument("--runs", type=int, default=3, help="runs of each server")
    parser.add_argument("--seconds", type=int, default=60, help="longest time of a run")
    parser.add_argument("--silt", type=pathlib.Path, default=bench_peers.SILT, help="the binary")
    parser.add_argument("--martin", type=pathlib.Path, help="the binary; else MARTIN_BIN, the work folder, PATH")
    parser.add_argument("--mirror", type=pathlib.Path, default=os.environ.get("SILT_MIRROR"))
    parser.add_argument("--work", type=pathlib.Path, default=bench_peers.ROOT / "target" / "bench-peers")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--only: there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    arguments.silt, arguments.work = arguments.silt.resolve(), arguments.work.resolve()
    for what, exists in (("silt (cargo build --release)", arguments.silt.exists()), ("wrk", shutil.which("wrk")),
                         ("ogr2ogr (gdal-bin)", shutil.which("ogr2ogr"))):
        if not exists:
            sys.exit(f"bench_serving: {what} is missing")
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.martin = found_martin(arguments.martin, arguments.work)
    functions = {"tiles": bench_tiles.tiles_part, "items": items_part, "regions": regions_part, "hotspots": bench_hotspots.hotspots_part, "memory": memory_part, "fresh": fresh_part}
    with bench_servers.Processes(arguments.work) as processes:
        bench = Bench(arguments, processes)
        machine(arguments)
        for part in PARTS:
            if part in parts:
                functions[part](bench)
        for line in dict.fromkeys(bench.skipped):
            say(f"Not measured: {line}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("bench_serving: interrupted; everything that it started has ended")
