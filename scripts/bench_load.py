"""Load for the serving benchmark: which tiles and boxes are asked for, wrk, and what the answers hold."""
import dataclasses
import json
import math
import os
import pathlib
import random
import signal
import statistics
import subprocess
import time
import urllib.error
import urllib.request

SCRIPT = pathlib.Path(__file__).resolve().parent / "bench_wrk.lua"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
# Longer answers count as errors. wrk reserves memory for each microsecond of it.
TIMEOUT_S = 30
CONNECTIONS = 16


# --- what is asked for -------------------------------------------------------

def tile_at(longitude, latitude, zoom):
    """The tile (z, x, y) of a position in degrees; None beyond the square of Web Mercator."""
    if abs(latitude) > 85:
        return None
    side = 1 << zoom
    x = int((longitude + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * side)
    return (zoom, min(max(x, 0), side - 1), min(max(y, 0), side - 1))


def choose_tiles(positions, mix, count, seed):
    """Up to `count` distinct tiles that hold positions, where the positions lie.

    `mix` gives each zoom its share; a zoom with fewer tiles than its share gives all it has. The
    order is such that any beginning of the list has the mix of the whole.
    """
    rng = random.Random(seed)
    whole = sum(mix.values())
    placed = []
    for zoom, share in mix.items():
        wanted, found = round(count * share / whole), {}
        # Many draws fall into tiles known already where a zoom has few.
        for _ in range(wanted * 20):
            if len(found) == wanted:
                break
            tile = tile_at(*rng.choice(positions), zoom)
            if tile is not None:
                found[tile] = None
        placed += [((number + rng.random()) / len(found), tile) for number, tile in enumerate(found)]
    return [tile for _, tile in sorted(placed)]


def choose_boxes(features, expected, count, seed):
    """Distinct boxes (west, south, east, north) that hold about `expected` of the points of `bench_peers.points`."""
    rng = random.Random(seed)
    # The points are even over the sphere between sines of latitude of -0.97 and 0.97.
    share = expected / features
    boxes = []
    for _ in range(count):
        width = 360 * math.sqrt(share) * rng.uniform(0.7, 1.4)
        height = share * 360 * 1.94 / width
        west = rng.uniform(-180, 180 - width)
        south = rng.uniform(-0.97, 0.97 - height)
        corners = west, math.degrees(math.asin(south)), west + width, math.degrees(math.asin(south + height))
        boxes.append(tuple(round(corner, 5) for corner in corners))
    return boxes


# --- processors ----------------------------------------------------------------

def _processes():
    """Parent and used seconds (with those of ended children) of each process."""
    table = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        table[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15])) / CLOCK_TICKS
    return table


def family(pids):
    """These processes and all that descend from them."""
    table, members = _processes(), set(pids)
    while True:
        more = {pid for pid, (parent, _) in table.items() if parent in members} - members
        if not more:
            return members
        members |= more


def used_seconds(pids):
    """Processor time of processes and their descendants so far."""
    members, table = family(pids), _processes()
    return sum(table[pid][1] for pid in members if pid in table)


def settle(pids, seconds=60):
    """Waits until processes use (nearly) no processor any more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = used_seconds(pids)
        time.sleep(0.3)
        if used_seconds(pids) - before < 0.02:
            return


def children_seconds():
    """Processor time of the ended children of this program."""
    times = os.times()
    return times.children_user + times.children_system


def idle_seconds():
    """Processor time that the machine did not use so far."""
    fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(fields[4]) + int(fields[5])) / CLOCK_TICKS


def resident_bytes(pid):
    """Resident memory of a process: all, and the part that is no file."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssAnon"):
            found[name] = int(value.split()[0]) * 1024
    return found["VmRSS"], found["RssAnon"]


# --- wrk ------------------------------------------------------------------------

@dataclasses.dataclass
class Measured:
    """One run of wrk. Cores are processor seconds per second."""
    rate: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    answered: int
    kb_per_answer: float
    errors: int
    whole: bool
    server_cores: float
    wrk_cores: float
    idle_cores: float


def run_wrk(processes, address, paths, pids, connections, seconds):
    """Asks for each path once, with so many connections, for at most `seconds`."""
    list_file, marker = processes.work / "paths.txt", processes.work / "wrk-done.txt"
    list_file.write_text("".join(f"{path}\n" for path in paths))
    marker.write_text("")
    threads = min(2, connections, len(paths))
    command = ["wrk", "-t", threads, "-c", connections, "-d", f"{seconds}s", "--timeout", f"{TIMEOUT_S}s",
               "-s", SCRIPT, address, "--", list_file, threads, connections, marker]
    children_before = children_seconds()
    before = used_seconds(pids), idle_seconds(), time.perf_counter()
    wrk = processes.start("wrk", command, stdout=subprocess.PIPE)
    interrupted = None
    while wrk.poll() is None:
        time.sleep(0.01)
        if interrupted is None and len(marker.read_text().splitlines()) >= threads:
            interrupted = used_seconds(pids), idle_seconds(), time.perf_counter()
            wrk.send_signal(signal.SIGINT)
    after = interrupted or (used_seconds(pids), idle_seconds(), time.perf_counter())
    output = wrk.stdout.read().decode()
    processes.forget(wrk)
    used_by_wrk = children_seconds() - children_before
    line = next((line for line in output.splitlines() if line.startswith("BENCH ")), None)
    if line is None:
        raise RuntimeError(f"wrk ended without a result:\n{output}\n{processes.log_of('wrk')}")
    result = json.loads(line.removeprefix("BENCH "))
    if result["recorded"] + result["timeout"] != result["answered"]:
        raise RuntimeError(f"this wrk keeps its latencies otherwise than version 4.1: {result}")
    answered, span = max(result["answered"], 1), after[2] - before[2]
    lost = max(result["asked"] - result["answered"], 0) if result["whole"] else 0
    return Measured(
        rate=result["answered"] / result["seconds"],
        p50_ms=result["p50_us"] / 1000, p99_ms=result["p99_us"] / 1000, max_ms=result["max_us"] / 1000,
        answered=result["answered"], kb_per_answer=result["bytes"] / answered / 1000,
        errors=result["status"] + result["timeout"] + result["socket"] + lost, whole=result["whole"],
        server_cores=(after[0] - before[0]) / span, wrk_cores=used_by_wrk / span,
        idle_cores=max(after[1] - before[1], 0) / span,
    )


def middle(runs):
    """The median of each number of several runs; errors are added up."""
    fields = {field.name: [getattr(run, field.name) for run in runs] for field in dataclasses.fields(Measured)}
    summary = {name: statistics.median(values) for name, values in fields.items() if name not in ("errors", "whole")}
    return Measured(**summary, errors=sum(fields["errors"]), whole=all(fields["whole"]))


# --- single answers ---------------------------------------------------------------

def fetch(address, path, timeout=120):
    """Status and body of an answer."""
    try:
        with urllib.request.urlopen(address + path, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _vertices(coordinates):
    if coordinates and isinstance(coordinates[0], (int, float)):
        return 1
    return sum(_vertices(part) for part in coordinates)


def tile_content(body):
    """Features whose position lies in the tile itself (points), all features, and vertices of a tile."""
    import mapbox_vector_tile  # from the environment that bench-peers.sh makes

    inside = features = vertices = 0
    if body:
        for layer in mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}).values():
            extent = layer["extent"]
            for feature in layer["features"]:
                geometry = feature["geometry"]
                features += 1
                vertices += _vertices(geometry["coordinates"])
                if geometry["type"] == "Point":
                    x, y = geometry["coordinates"]
                    inside += 0 <= x < extent and 0 <= y < extent
    return inside, features, vertices


def tile_properties(body):
    """Names of the properties in a tile, and whether its features have ids."""
    import mapbox_vector_tile

    names, have_ids = {}, False
    if not body:
        return [], False
    for layer in mapbox_vector_tile.decode(body).values():
        for feature in layer["features"]:
            names.update(dict.fromkeys(feature["properties"]))
            have_ids = have_ids or "id" in feature
    return list(names), have_ids
