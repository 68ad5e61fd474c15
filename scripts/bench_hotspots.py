"""Hotspots under load: a part of the serving benchmark."""
import json
import random
import statistics
import time
import urllib.parse

from bench_load import fetch, run_wrk
from bench_report import note, say
from bench_servers import FIRST_ITEM

RESOLUTION = 6
AGAIN = 50


def with_filter(address, threshold):
    """The same question of other features: no cache of answers knows it."""
    return f"{address}&filter={urllib.parse.quote(f'height_m > {threshold:.4f}')}"


def timed(server, address):
    """Status of an answer, and how long it took."""
    start = time.perf_counter()
    status = fetch(server, address)[0]
    return status, (time.perf_counter() - start) * 1e3


def hotspots_part(bench):
    points = bench.arguments.points
    say(f"### Hotspots over {points:,} features (silt alone, one connection)")
    say()
    process, server = bench.silt.serve("silt", bench.points_store(), [], FIRST_ITEM.format("points"))
    listed = json.loads(bench.silt.run(bench.points_store(), "--json", "regions", "list", "--kind", "iso3"))
    base = "/hotspots/points"
    addresses = [f"{base}?region={region['id']}&resolution={RESOLUTION}" for region in listed]
    # Small places without a cell of their own, or too large ones, are refused: not what is measured.
    first_ms = {address: took_ms for address in addresses for status, took_ms in [timed(server.address, address)] if status == 200}
    countries = list(first_ms)
    world = f"{base}?resolution=5&limit=100"
    first_world_ms = timed(server.address, world)[1]
    rng = random.Random(7)
    thresholds = [200 * number / 4000 for number in range(4000)]
    rng.shuffle(thresholds)
    in_turn = [with_filter(countries[number % len(countries)], threshold) for number, threshold in enumerate(thresholds)]
    questions = [
        (f"a country at resolution {RESOLUTION}, another filter each time, {len(countries)} countries", in_turn, 15),
        # Answers of 1,000 cells have some 600 kB each: those of all countries are more than the cache holds.
        (f"the same answers again, {AGAIN} countries", countries[:AGAIN] * 100, 1),
        ("the whole world at resolution 5, another filter each time", [with_filter(world, own) for own in thresholds[:400]], 150),
    ]
    say("| question | requests | p50 ms | p99 ms | longest ms | errors | cores: silt | wanted p99 ms |")
    say("|---|---|---|---|---|---|---|---|")
    for question, paths, wanted_ms in questions:
        note(question)
        # What was asked before may have left the cache since.
        for path in set(paths) if "again" in question else []:
            fetch(server.address, path)
        run = run_wrk(bench.processes, server.address, paths, server.pids, 1, bench.arguments.seconds)
        met = "met" if run.p99_ms < wanted_ms and not run.errors else "NOT met"
        say(f"| {question} | {run.answered:,} | {run.p50_ms:.2f} | {run.p99_ms:.2f} | {run.max_ms:.1f} | {run.errors} "
            f"| {run.server_cores:.2f} | {wanted_ms}: {met} |")
    say()
    ascending = sorted(first_ms.values())
    say(f"The very first question, which makes the study area too, of a country: median {statistics.median(ascending):.0f} ms, "
        f"p90 {ascending[len(ascending) * 9 // 10]:.0f} ms, longest {ascending[-1]:.0f} ms ({max(first_ms, key=first_ms.get).split('=')[1].split('&')[0]}); "
        f"of the world {first_world_ms:.0f} ms.")
    say()
    bench.processes.stop(process)
