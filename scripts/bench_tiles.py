"""The tiles of the serving benchmark: Silt beside Martin, which has the same file in memory or in PostGIS."""
import json
import random
import statistics
import time

import bench_load
import bench_peers
import bench_servers
from bench_load import CONNECTIONS, fetch, run_wrk
from bench_report import note, print_results, say, verdict

# Shares of the zooms. Points begin where a tile of a million still has a size that a map can take
# (some 12,000 points); the tiles above, which hold up to all of them, are asked for one by one.
POINT_MIX = {4: 1, 5: 4, 6: 15, 7: 30, 8: 40, 9: 40, 10: 30, 11: 20, 12: 20}
POLYGON_MIX = {0: 1, 1: 2, 2: 4, 3: 8, 4: 12, 5: 18, 6: 25, 7: 30, 8: 30, 9: 25, 10: 20, 11: 15, 12: 10}
# What Silt would thin out of a tile by default, so that all servers give the same content.
NO_CAP = "limits.tile_bytes=104857600"


def positions_of_points(count):
    positions = []
    for feature in bench_peers.points(count):
        positions.append(tuple(feature["geometry"]["coordinates"]))
    return positions


def positions_of_polygons(file):
    """Vertices, some of each feature: small and large ones are looked at alike."""
    rng = random.Random(bench_peers.SEED + 3)
    positions = []
    for feature in json.loads(file.read_text())["features"]:
        geometry = feature["geometry"]
        if not geometry:
            continue
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        vertices = [tuple(vertex[:2]) for rings in polygons for vertex in rings[0]]
        positions += [rng.choice(vertices) for _ in range(20)]
    return positions


def tiles_part(bench):
    points = bench.arguments.points
    files = {"points": bench.points_file(points)}
    admin1 = bench.admin1_file()
    if admin1:
        files["admin1"] = admin1
    store = bench.silt.store(f"silt-tiles-{points}-{len(files)}", files)
    postgres = bench.postgres()
    if postgres:
        for collection, file in files.items():
            note(f"loading {collection} into PostGIS")
            postgres.load(postgis_table(bench, collection), file)
    note("choosing tiles")
    chosen = {"points": bench_load.choose_tiles(positions_of_points(points), POINT_MIX, bench.arguments.tiles, 1)}
    if admin1:
        chosen["admin1"] = bench_load.choose_tiles(positions_of_polygons(admin1), POLYGON_MIX, bench.arguments.tiles, 2)
    titles = {"points": f"{points:,} points", "admin1": "admin-1 polygons"}
    for cache_mb in (0, bench_servers.CACHE_MB):
        for collection, tiles in chosen.items():
            say(f"### Tiles of {titles[collection]}, " + (f"caches of {cache_mb} MB" if cache_mb else "no caches"))
            say()
            servers, started = tile_servers(bench, store, collection, files[collection], postgres, cache_mb)
            try:
                if cache_mb:
                    cached_tiles(bench, servers, tiles)
                else:
                    plain_tiles(bench, servers, tiles, collection)
            finally:
                for process in started:
                    bench.processes.stop(process)


def postgis_table(bench, collection):
    """The table of a collection; tables of runs with other sizes stay beside it."""
    return f"points_{bench.arguments.points}" if collection == "points" else collection


def tile_servers(bench, store, collection, file, postgres, cache_mb):
    """The servers of one table, Silt first."""
    cache = f"limits.tile_cache_bytes={cache_mb * 1_000_000}"
    ready = bench_servers.FIRST_ITEM.format(collection)
    process, silt = bench.silt.serve("silt", store, [NO_CAP, cache], ready)
    started, servers = [process], [silt]
    silt.tile_path = f"/tiles/{collection}/{{z}}/{{x}}/{{y}}"
    if collection == "points":
        silt.tile_path += "?cluster=none"
    binary = bench.arguments.martin
    if not binary:
        bench.skip("Martin", "not found; cargo install martin@1.14.0 --locked --no-default-features --features geojson,postgres")
    else:
        note("starting martin with the file")
        source = {"geojson": {"sources": {collection: str(file)}}}
        process, server = bench_servers.martin(bench.processes, binary, "martin file", source, cache_mb)
        server.name, server.tile_path = "Martin, file in memory", f"/{collection}/{{z}}/{{x}}/{{y}}"
        started.append(process)
        servers.append(server)
    if binary and postgres:
        table = f"{postgis_table(bench, collection)}_3857"
        source = {"postgres": {"connection_string": postgres.url, "reload_interval": "0s"}}
        process, server = bench_servers.martin(bench.processes, binary, "martin postgis", source, cache_mb)
        server.name, server.tile_path = "Martin on PostGIS", f"/{table}/{{z}}/{{x}}/{{y}}"
        server.pids.append(postgres.process.pid)
        started.append(process)
        servers.append(server)
    if collection == "points":
        process, server = bench.silt.serve("silt default", store, [cache], ready)
        server.name, server.tile_path = "silt, default clusters", f"/tiles/{collection}/{{z}}/{{x}}/{{y}}"
        started.append(process)
        servers.append(server)
    return servers, started


def plain_tiles(bench, servers, tiles, collection):
    compare_content(servers, tiles, collection)
    if collection == "points":
        world_tiles(servers)
    # Every twentieth warms up: the same mix of zooms, and no tile that is measured.
    warm_up, measured = tiles[::20], [tile for number, tile in enumerate(tiles) if number % 20]
    results = bench.measure(
        servers, lambda server, some: [server.tile(tile) for tile in some or measured], warm_up=warm_up)
    say(f"{len(measured):,} distinct tiles of zooms {min(tiles)[0]} to {max(tiles)[0]} that hold data, "
        f"{CONNECTIONS} connections, no compression:")
    say()
    print_results(results, "tiles", servers[0].name, target_ms=20)
    verdict(results, servers[0].name, "Martin, file in memory", 2)
    verdict(results, servers[0].name, "Martin on PostGIS", 10)
    say()


def cached_tiles(bench, servers, tiles):
    """Tiles that fit into the cache, each asked for once before and once in the run that is measured."""
    some = tiles[:max(1, len(tiles) // 5)]
    for server in servers:
        run_wrk(bench.processes, server.address, [server.tile(tile) for tile in some], server.pids, CONNECTIONS, 120)
    results = bench.measure(servers, lambda server, _: [server.tile(tile) for tile in some])
    say(f"{len(some):,} tiles that each server was asked for once before, so that it has them in its cache:")
    say()
    print_results(results, "tiles", servers[0].name)


def compare_content(servers, tiles, collection):
    """The same tiles of every server, decoded."""
    by_zoom = {}
    for tile in tiles:
        by_zoom.setdefault(tile[0], []).append(tile)
    names = [server.name for server in servers]
    if collection == "points":
        say("Content, decoded: points inside of the tile / kB of the answer, means over up to 4 tiles per zoom.")
    else:
        say("Content, decoded: features / vertices / kB of the answer, means over up to 4 tiles per zoom.")
    say()
    say("| zoom | " + " | ".join(names) + " |")
    say("|---" * (len(names) + 1) + "|")
    unequal = {name: 0 for name in names[1:]}
    compared, refused = 0, []
    for zoom in sorted(by_zoom):
        sample = by_zoom[zoom][:4]
        cells, counts = [], []
        for server in servers:
            contents = []
            for tile in sample:
                status, body = fetch(server.address, server.tile(tile))
                if status not in (200, 204):
                    refused.append(f"{server.name}: {server.tile(tile)} gave status {status}: {body[:200]}")
                    body = b""
                contents.append((*bench_load.tile_content(body), len(body)))
            inside, features, vertices, size = (statistics.mean(values) for values in zip(*contents))
            counts.append([content[0 if collection == "points" else 1] for content in contents])
            cells.append(f"{inside:,.0f} / {size / 1000:,.1f}" if collection == "points"
                         else f"{features:,.1f} / {vertices:,.0f} / {size / 1000:,.1f}")
        for name, theirs in zip(names[1:], counts[1:]):
            unequal[name] += sum(mine != other for mine, other in zip(counts[0], theirs))
        compared += len(sample)
        say(f"| {zoom} | " + " | ".join(cells) + " |")
    say()
    for line in refused:
        say(f"- {line}")
    for name, number in unequal.items():
        say(f"- {name}: {number} of {compared} tiles with another number of features than {names[0]}.")
    for server in servers:
        properties, have_ids = bench_load.tile_properties(fetch(server.address, server.tile(tiles[0]))[1])
        say(f"- Properties of {server.name}: {', '.join(properties)}{' and a feature id' if have_ids else ''}.")
    say()


def world_tiles(servers):
    say("One tile with much of the world, asked for once: seconds / MB of the answer (with 1,000,000 points no map can "
        "use the plain ones; Silt gives at most 25,000 features).")
    say()
    say("| tile | " + " | ".join(server.name for server in servers) + " |")
    say("|---" * (len(servers) + 1) + "|")
    for tile in ((0, 0, 0), (1, 1, 0), (2, 2, 1), (3, 4, 3)):
        cells = []
        for server in servers:
            start = time.perf_counter()
            try:
                status, body = fetch(server.address, server.tile(tile))
            except OSError as error:
                cells.append(f"none ({error})")
                continue
            seconds = time.perf_counter() - start
            cells.append(f"{seconds:.2f} / {len(body) / 1e6:.2f}" + ("" if status == 200 else f" (status {status})"))
        say(f"| {'/'.join(map(str, tile))} | " + " | ".join(cells) + " |")
    say()
