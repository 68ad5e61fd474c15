#!/usr/bin/env python3
"""Marine sand at size: import, detection and totals of Silt, and the same rules in DuckDB and movingpandas.

    cargo build --release --workspace
    pip install -r scripts/bench-sand-requirements.txt
    python3 scripts/bench_sand.py --silt target/release/silt --positions 10000000 [--peers] [--csv] [--runs N] [--work DIR]

A synthetic fleet of 5,000 vessels is written once (seeded; `silt synth ais`), then read. Every step is a process of its own, timed
as a whole, start and reading included; its peak memory is what the system counted for it (ru_maxrss).

The peers get the same Parquet file and these rules of METHODS 1.2 and 1.4, which are a part of what `silt dredging detect` does:
duplicates out; segments split at 24 h or at an implied 50 kn; hours of a message across at most 15 minutes; stretches of 0.5 to
4 kn that last 20 minutes; stops below 0.5 kn that last 30 minutes. Silt's time is that of import and detection together. movingpandas
gets the first vessels only, up to --movingpandas-positions, and its time is compared per position.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

VESSELS = 5_000

DUCKDB = """
SET threads TO {threads};
CREATE TEMP TABLE steps AS
WITH clean AS (
    SELECT DISTINCT mmsi, time_ms, lon_deg, lat_deg, sog_kn FROM read_parquet('{file}')
    WHERE abs(lat_deg) <= 90 AND abs(lon_deg) <= 180 AND mmsi BETWEEN 200000000 AND 799999999
), lagged AS (
    SELECT *, lag(time_ms) OVER w AS t0, lag(lon_deg) OVER w AS lon0, lag(lat_deg) OVER w AS lat0
    FROM clean WINDOW w AS (PARTITION BY mmsi ORDER BY time_ms, lon_deg, lat_deg)
), measured AS (
    SELECT *, (time_ms - t0) / 3.6e6 AS hours,
        2 * 3440.065 * asin(sqrt(sin(radians(lat_deg - lat0) / 2) ** 2
            + cos(radians(lat0)) * cos(radians(lat_deg)) * sin(radians(lon_deg - lon0) / 2) ** 2)) AS way_nm
    FROM lagged
), split AS (
    SELECT *, CASE WHEN t0 IS NULL OR hours > 24 OR way_nm > 50 * greatest(hours, 1 / 3600.0) THEN 1 ELSE 0 END AS jump
    FROM measured
)
SELECT mmsi, time_ms, sum(jump) OVER w AS segment,
    CASE WHEN jump = 1 OR hours > 0.25 THEN 0 ELSE hours END AS hours,
    CASE WHEN sog_kn < 0.5 THEN 'idle' WHEN sog_kn <= 4 THEN 'slow' WHEN sog_kn < 5 THEN 'valley' ELSE 'transit' END AS pace
FROM split WINDOW w AS (PARTITION BY mmsi ORDER BY time_ms ROWS UNBOUNDED PRECEDING);
CREATE TEMP TABLE stretches AS
WITH changes AS (
    SELECT *, CASE WHEN pace IS DISTINCT FROM lag(pace) OVER w THEN 1 ELSE 0 END AS change
    FROM steps WINDOW w AS (PARTITION BY mmsi, segment ORDER BY time_ms)
), numbered AS (
    SELECT *, sum(change) OVER (PARTITION BY mmsi, segment ORDER BY time_ms ROWS UNBOUNDED PRECEDING) AS stretch FROM changes
)
SELECT mmsi, segment, stretch, any_value(pace) AS pace, sum(hours) AS hours FROM numbered GROUP BY ALL;
SELECT count(*) FILTER (pace = 'slow' AND hours >= 1 / 3.0), sum(hours) FILTER (pace = 'slow' AND hours >= 1 / 3.0),
    count(*) FILTER (pace = 'idle' AND hours >= 0.5) FROM stretches;
"""

DUCKDB_PROGRAM = """
import duckdb, sys
answer = None
for statement in open(sys.argv[1]).read().split(';'):
    if statement.strip():
        answer = duckdb.sql(statement) if statement.strip().startswith('SELECT') else (duckdb.execute(statement), None)[1]
print(answer.fetchall())
"""

MOVINGPANDAS_PROGRAM = """
import sys
from datetime import timedelta
import geopandas, movingpandas, pandas
frame = pandas.read_parquet(sys.argv[1], columns=['mmsi', 'time_ms', 'lon_deg', 'lat_deg', 'sog_kn'])
frame = frame.drop_duplicates(['mmsi', 'time_ms', 'lon_deg', 'lat_deg'])
frame = frame[frame.lat_deg.abs().le(90) & frame.lon_deg.abs().le(180)]
frame['t'] = pandas.to_datetime(frame.time_ms, unit='ms')
places = geopandas.GeoDataFrame(frame, geometry=geopandas.points_from_xy(frame.lon_deg, frame.lat_deg), crs=4326).set_index('t')
tracks = movingpandas.TrajectoryCollection(places, 'mmsi')
tracks = movingpandas.ObservationGapSplitter(tracks).split(gap=timedelta(hours=24))
tracks.add_speed(overwrite=True, units=('nm', 'h'))
stretches, hours = 0, 0.0
for track in tracks:
    df = track.df
    pace = pandas.cut(df.sog_kn, [-1, 0.5, 4, 5, 1e9], right=False, labels=False)
    step = df.index.to_series().diff().dt.total_seconds().div(3600)
    step = step.where(step.le(0.25), 0).fillna(0)
    for _, part in step.groupby((pace != pace.shift()).cumsum()):
        if pace.loc[part.index[0]] == 1 and float(part.sum()) >= 1 / 3:
            stretches += 1
            hours += float(part.sum())
stops = movingpandas.TrajectoryStopDetector(tracks).get_stop_points(max_diameter=500, min_duration=timedelta(minutes=30))
print(len(tracks), stretches, round(hours, 1), len(stops))
"""


def run(command, **more):
    """Seconds and peak MiB of a process, and what it wrote."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.PIPE, text=True, **more)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        out.seek(0)
        text = out.read()
    if process.returncode not in (0, 3):
        sys.exit(f"{command}: {process.returncode}\n{errors[-2000:]}")
    return seconds, usage.ru_maxrss / 1024, text


def size(path):
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--silt", type=pathlib.Path, default=pathlib.Path("target/release/silt"))
    parser.add_argument("--positions", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/bench-sand"))
    parser.add_argument("--csv", action="store_true", help="also import the fleet as CSV")
    parser.add_argument("--peers", action="store_true", help="also DuckDB and movingpandas")
    parser.add_argument("--movingpandas-positions", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    work = args.work / f"{args.positions}"
    work.mkdir(parents=True, exist_ok=True)
    silt = args.silt.resolve()

    fleet = {}
    for kind in ["parquet"] + (["csv"] if args.csv else []):
        fleet[kind] = work / f"fleet-{kind}"
        file = fleet[kind] / f"positions.{kind}"
        if not file.exists():
            each = args.positions // VESSELS
            # Five minutes between positions: dredging lasts an hour or two.
            days = max(2, each * 5 // 1440)
            seconds, _, said = run([silt, "synth", "ais", "--vessels", VESSELS, "--days", days, "--seed", 1,
                                    "--positions-per-vessel", each, "--format", kind, "-o", fleet[kind]])
            print(f"{kind}: {said.strip()} in {seconds:.0f} s", file=sys.stderr)

    rows = []

    def note(step, positions, seconds, memory, more=""):
        rows.append((step, positions, statistics.median(seconds), max(memory), more))
        rate = positions / statistics.median(seconds) / 1e6
        print(f"| {step} | {positions:,} | {statistics.median(seconds):.2f} | {rate:.2f} | {max(memory):.0f} | {more} |", flush=True)

    print("| step | positions | s | million positions/s | peak MiB | |")
    print("|---|---|---|---|---|---|")
    timed = {name: [] for name in ["csv", "import", "detect", "total", "cells", "duckdb"]}
    peaks = {name: [] for name in timed}
    count = 0
    for _ in range(args.runs):
        for kind in fleet:
            data = work / f"data-{kind}"
            shutil.rmtree(data, ignore_errors=True)
            base = [silt, "--data", data]
            run(base + ["import", fleet[kind] / "vessels.csv", "--source", "synthetic-vessels", "--edition", "2026"])
            seconds, memory, said = run(base + ["--json", "ais", "import", fleet[kind] / f"positions.{kind}"])
            count = json.loads(said)[0]["feed"]["positions"]
            name = "csv" if kind == "csv" else "import"
            timed[name].append(seconds)
            peaks[name].append(memory)
        base = [silt, "--data", work / "data-parquet"]
        seconds, memory, _ = run(base + ["dredging", "detect", "--no-collections"])
        timed["detect"].append(seconds)
        peaks["detect"].append(memory)
        for name, by in [("total", "region:iso3,month"), ("cells", "h3:5,year")]:
            seconds, memory, _ = run(base + ["extraction", "aggregate", "--by", by, "-o", work / f"{name}.parquet"])
            timed[name].append(seconds)
            peaks[name].append(memory)
        if args.peers:
            query = work / "query.sql"
            query.write_text(DUCKDB.format(threads=args.threads, file=fleet["parquet"] / "positions.parquet"))
            seconds, memory, said = run([sys.executable, "-c", DUCKDB_PROGRAM, query])
            timed["duckdb"].append(seconds)
            peaks["duckdb"].append(memory)
    archive = f"archive {size(work / 'data-parquet/positions'):.0f} MB"
    note("`ais import`, Parquet", count, timed["import"], peaks["import"], archive)
    if args.csv:
        file = fleet["csv"] / "positions.csv"
        note("`ais import`, CSV", count, timed["csv"], peaks["csv"], f"file {file.stat().st_size / 1e6:.0f} MB")
    note("`dredging detect`", count, timed["detect"], peaks["detect"])
    note("`extraction aggregate --by region:iso3,month`", count, timed["total"], peaks["total"])
    note("`extraction aggregate --by h3:5,year`", count, timed["cells"], peaks["cells"])
    if args.peers:
        ours = statistics.median(timed["import"]) + statistics.median(timed["detect"])
        theirs = statistics.median(timed["duckdb"])
        note("DuckDB, the rules above", count, timed["duckdb"], peaks["duckdb"], f"{theirs / ours:.2f} of import and detection")
        few = work / "few.parquet"
        import duckdb

        source = fleet["parquet"] / "positions.parquet"
        duckdb.sql(f"COPY (FROM read_parquet('{source}') ORDER BY mmsi, time_ms LIMIT {args.movingpandas_positions}) TO '{few}'")
        seconds, memory, _ = run([sys.executable, "-c", MOVINGPANDAS_PROGRAM, few])
        per_position = (seconds / args.movingpandas_positions) / (ours / count)
        note("movingpandas, the rules above", args.movingpandas_positions, [seconds], [memory],
             f"{per_position:.0f} times Silt's time per position")


if __name__ == "__main__":
    main()
