#!/usr/bin/env python3
"""Fits the distributions of the synthetic fleet to real vessel positions.

Reads the files of the mirror and writes `fitted_ais.toml` beside this script:
parameters with the number of observations and the source of each, never a row of a file.
The standard library is enough, and the same files give the same bytes:
    SILT_MIRROR=DIR python3 datasets/synthetic/fit_ais.py
With --check nothing is written; the exit code is 1 where the committed file differs.
"""
import csv
import datetime as dt
import gzip
import math
import os
import pathlib
import statistics as st
import sys

HERE = pathlib.Path(__file__).parent
OUT = HERE / "fitted_ais.toml"
KN_PER_M_S = 3600 / 1852
M_PER_DEG = 111_320.0


# ---------------------------------------------------------------- reading

def rows(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def seconds(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc).timestamp()


def number(text):
    return float(text) if text not in ("", None) else None


def positions(path, mmsi, time, lon, lat, sog, cog=None, heading=None, status=None):
    """Tracks by vessel: lists of (t, lon, lat, sog, cog, heading, status), by time; and the raw row count."""
    tracks, count = {}, 0
    for row in rows(path):
        count += 1
        if not row[time] or row[sog] == "":
            continue
        fix = (seconds(row[time]), float(row[lon]), float(row[lat]), float(row[sog]),
               number(row[cog]) if cog else None, number(row[heading]) if heading else None,
               row[status] if status else None)
        tracks.setdefault(row[mmsi], []).append(fix)
    for track in tracks.values():
        track.sort(key=lambda fix: fix[0])
    return tracks, count


def metres(a, b):
    x = (b[1] - a[1]) * M_PER_DEG * math.cos(math.radians((a[2] + b[2]) / 2))
    y = (b[2] - a[2]) * M_PER_DEG
    return math.hypot(x, y)


def without_duplicates(track, within_s):
    """A message heard by several stations comes several times within moments, at one place."""
    kept = []
    for fix in track:
        if any(fix[0] - old[0] <= within_s and fix[1:3] == old[1:3] and fix[3] == old[3] for old in kept[-4:]):
            continue
        kept.append(fix)
    return kept


# ---------------------------------------------------------------- estimating

def log_normal(values):
    logs = [math.log(value) for value in values if value > 0]
    return {"median": round(math.exp(st.median(logs)), 4), "sigma_ln": round(robust_sd(logs), 4), "n": len(logs)}


def robust_sd(values):
    """Half the width between the 15.87 % and 84.13 % points: the sd of a normal, deaf to outliers."""
    return (quantile(values, 0.8413) - quantile(values, 0.1587)) / 2


def quantile(values, q):
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def normal(values):
    return {"mean": round(st.fmean(values), 4), "sd": round(st.stdev(values), 4), "n": len(values)}


def mixture_of_log_normals(values, starts, rounds=300):
    """Expectation maximisation in one dimension on ln(value), from the given medians."""
    logs = [math.log(value) for value in values]
    parts = [[1 / len(starts), math.log(start), 0.3] for start in starts]
    for _ in range(rounds):
        sums = [[1e-12, 0.0, 0.0] for _ in parts]
        for x in logs:
            shares = [w / s * math.exp(-0.5 * ((x - m) / s) ** 2) for w, m, s in parts]
            total = sum(shares) or 1e-300
            for acc, share in zip(sums, shares):
                acc[0] += share / total
                acc[1] += share / total * x
                acc[2] += share / total * x * x
        for part, (weight, first, second) in zip(parts, sums):
            mean = first / weight
            part[:] = [weight / len(logs), mean, max(math.sqrt(max(second / weight - mean * mean, 0)), 0.05)]
    parts.sort(key=lambda part: part[1])
    return [{"weight": round(w, 4), "median_kn": round(math.exp(m), 4), "sigma_ln": round(s, 4)} for w, m, s in parts]


def episodes(track, low, high, max_gap_s):
    """Durations, s, of unbroken stretches whose speed lies in [low, high)."""
    start, last, found = None, None, []
    for fix in track:
        inside = low <= fix[3] < high
        if start is not None and (not inside or fix[0] - last > max_gap_s):
            found.append(last - start)
            start = None
        if inside:
            start = fix[0] if start is None else start
            last = fix[0]
    return [duration for duration in found if duration > 0]


def band_of(sog):
    return "still" if sog < 0.5 else "slow" if sog < 5 else "fast"


# ---------------------------------------------------------------- what is fitted

def dredger_speeds(mirror):
    path = mirror / "dredger-registry/observed_dredger_speeds.csv"
    observed = [(float(row["sog_median_kn"]), row["nav_status"]) for row in rows(path)]
    speeds = [speed for speed, _ in observed]
    idle = [speed for speed in speeds if speed < 0.5]
    working = [speed for speed in speeds if 0.5 <= speed <= 4]
    transit = [speed for speed in speeds if speed >= 6]
    moving = [status for speed, status in observed if speed >= 0.5 and status]
    source = "dredger-registry/observed_dredger_speeds.csv"
    return {
        "dredger": {"source": source, "n": len(speeds), "idle_share": round(len(idle) / len(speeds), 4),
                    "working_share": round(len(working) / len(speeds), 4),
                    "transit_share": round(len(transit) / len(speeds), 4)},
        "dredger.working_kn": log_normal(working) | {"sigma_ln": round(st.stdev(map(math.log, working)), 4)},
        "dredger.transit_kn": normal(transit),
        "dredger.status_moving": {"n": len(moving), "restricted_3": round(moving.count("3") / len(moving), 4),
                                  "other": round(sum(s not in ("0", "3") for s in moving) / len(moving), 4)},
    }


def dredger_types(mirror):
    """What known dredgers send as their type: those of the registry, by the label of Global Fishing Watch."""
    path = mirror / "dredger-registry/dredgers.csv"
    sent, lengths = {}, []
    for row in rows(path):
        if row["not_dredger_note"]:
            continue
        if row["ais_ship_type"] and (row["gfw_label"] or row["type"]):
            sent[row["mmsi"]] = row["ais_ship_type"]
        if row["length_m"] and float(row["length_m"]) >= 20 and (row["gfw_label"] or row["type"]):
            lengths.append(float(row["length_m"]))
    for name in ("dma-ais-20131112/dma-20131112-static.csv", "dma-ais-20100611/dma-20100611-static.csv"):
        for row in rows(mirror / name):
            if "dredge" in row["gfw_label"] and row["ship_type"] not in ("", "0"):
                sent.setdefault(row["mmsi"], row["ship_type"])
    for row in rows(mirror / "digitraffic-baltic-202512/dredgers-and-type33.csv"):
        if row["gfw_dredger"] == "1" and row["ship_type"] not in ("", "0"):
            sent.setdefault(row["mmsi"], row["ship_type"])
    known = list(sent.values())
    fits = {
        "dredger.ship_type": {"source": "dredger-registry/dredgers.csv, Danish static reports, digitraffic-baltic-202512", "n": len(known),
                              "other_than_33": round(sum(code != "33" for code in known) / len(known), 4)},
    }
    if len(lengths) >= 5:
        fits["dredger.length_m"] = {"source": "dredger-registry/dredgers.csv"} | log_normal(lengths)
    return fits


def raw_classes(path):
    """Class of each transmitter, from the first payload character of raw sentences: 1-3 class A, B or C class B."""
    classes = {}
    with gzip.open(path, "rt", encoding="ascii", errors="replace") as lines:
        for line in lines:
            fields = line.strip().split(",")
            if len(fields) < 7 or not fields[0].endswith("VDM") or len(fields[5]) < 7:
                continue
            bits = 0
            for char in fields[5][:7]:
                value = ord(char) - 48
                bits = bits << 6 | (value - 8 if value > 40 else value)
            mmsi = str(bits >> 4 & 0x3FFFFFFF)
            if fields[5][0] in "123":
                classes[mmsi] = "a"
            elif fields[5][0] in "BC":
                classes.setdefault(mmsi, "b")
    return classes


def danish(mirror):
    folder = mirror / "dma-ais-20131112"
    path = folder / "dma-20131112-positions.csv.gz"
    tracks, count = positions(path, "mmsi", "timestamp", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "nav_status")
    classes = raw_classes(folder / "dma-20131112-raw.nmea.gz")
    source = "dma-ais-20131112/dma-20131112-positions.csv.gz"
    clean = {mmsi: without_duplicates(track, 2.0) for mmsi, track in tracks.items()}
    kept = sum(map(len, clean.values()))
    fits = {"defects.duplicates": {"source": source, "n": count, "share": round(1 - kept / count, 4)}}

    # Five minutes hold one or two reports of a vessel that sends every third minute: too few
    # for an interval, so their share is counted here and their interval comes from the Solent.
    medians, within, slow_reporters = {}, {}, {}
    for mmsi, track in clean.items():
        gaps = [b[0] - a[0] for a, b in zip(track, track[1:]) if b[0] - a[0] > 0.5]
        speeds = [fix[3] for fix in track]
        if classes.get(mmsi) is None or max(speeds) - min(speeds) > 5:
            continue
        key = (classes[mmsi], band_of(st.median(speeds)))
        slow_reporters.setdefault(key, []).append(len(track) <= 3)
        if len(track) <= 3:
            continue
        median = st.median(gaps)
        medians.setdefault(key, []).append(median)
        within.setdefault(key, []).extend(math.log(gap / median) for gap in gaps)
    for (kind, band), values in sorted(medians.items()):
        fits[f"interval_s.class_{kind}.{band}"] = {"source": source} | log_normal(values) | {
            "jitter_ln": round(robust_sd(within[kind, band]), 4)}

    for kind in ("a", "b"):
        flags = slow_reporters[kind, "still"]
        fits[f"interval_s.class_{kind}.still_slow"] = {
            "source": source, "n": len(flags), "share": round(sum(flags) / len(flags), 4)}

    statuses = {"still": {}, "moving": {}}
    heading_offsets, moving_speeds, sog_steps, cog_steps, heading_missing, class_a = [], [], [], [], 0, 0
    for mmsi, track in clean.items():
        if classes.get(mmsi) != "a":
            continue
        class_a += 1
        heading_missing += all(fix[5] in (None, 511) for fix in track)
        speed = st.median(fix[3] for fix in track)
        group = statuses["still" if speed < 0.5 else "moving"]
        status = track[len(track) // 2][6]
        group[status] = group.get(status, 0) + 1
        if 5 <= speed < 40:
            moving_speeds.append(speed)
        for a, b in zip(track, track[1:]):
            if 5 <= a[3] < 40 and 0.5 < b[0] - a[0] <= 15:
                sog_steps.append(b[3] - a[3])
                if None not in (a[4], b[4]) and a[4] < 360 and b[4] < 360:
                    cog_steps.append(turn(a[4], b[4]))
        for fix in track:
            if fix[3] >= 5 and fix[4] is not None and fix[4] < 360 and fix[5] is not None and fix[5] < 360:
                heading_offsets.append(turn(fix[4], fix[5]))
    for group, tally in statuses.items():
        total = sum(tally.values())
        fits[f"status.{group}"] = {"source": source, "n": total} | {
            f"status_{code}": round(tally.get(code, 0) / total, 4) for code in ("0", "1", "3", "5", "7", "8", "15")}
    fits["traffic.transit_kn"] = {"source": source} | normal(moving_speeds)
    # A step is the difference of two readings, hence the root of two.
    fits["noise.sog_kn"] = {"source": source, "n": len(sog_steps),
                            "sd": round(max(mean_sd(sog_steps, 1.0) / math.sqrt(2), 0.03), 4)}
    fits["noise.cog_deg"] = {"source": source, "n": len(cog_steps), "sd": round(robust_sd(cog_steps) / math.sqrt(2), 4)}
    fits["noise.heading_deg"] = {"source": source, "n": len(heading_offsets), "sd": round(robust_sd(heading_offsets), 4)}
    fits["noise.heading_missing"] = {"source": source, "n": class_a, "share": round(heading_missing / class_a, 4)}
    return fits


def turn(a, b):
    return (b - a + 180) % 360 - 180


def mean_sd(values, limit):
    """Standard deviation without the steps beyond the limit, which are manoeuvres."""
    inside = [value for value in values if abs(value) <= limit]
    return st.stdev(inside)


def solent(mirror):
    path = mirror / "solent-ais-20160112/SolentAIS_20160112_130211.csv.gz"
    tracks, count = positions(path, "MMSI", "Time", "Longitude_degrees", "Latitude_degrees", "SOG_knots", "COG_degrees")
    source = "solent-ais-20160112/SolentAIS_20160112_130211.csv.gz"
    scatter, lag_pairs, still_speeds, slow_intervals, spikes = [], [], [], [], 0
    for track in tracks.values():
        for a, b in zip(track, track[1:]):
            hours = (b[0] - a[0]) / 3600
            # Within a second the resolution of the receiver's clock decides, not the vessel.
            if hours > 0 and metres(a, b) > 500 and metres(a, b) / 1852 / max(hours, 1 / 3600) > 50:
                spikes += 1
        middle = st.median(fix[1] for fix in track), st.median(fix[2] for fix in track)
        if len(track) < 15 or quantile([fix[3] for fix in track], 0.95) > 0.3:
            continue
        still_speeds += [fix[3] for fix in track]
        interval = st.median(b[0] - a[0] for a, b in zip(track, track[1:]))
        if interval > 60:
            slow_intervals.append(interval)
        north = [(fix[2] - middle[1]) * M_PER_DEG for fix in track]
        if max(abs(value) for value in north) > 200:
            continue
        scatter.append(robust_sd(north))
        sd = st.pstdev(north)
        mean = st.fmean(north)
        if sd > 0:
            pairs = [((b[0] - a[0]), (x - mean) * (y - mean) / sd**2)
                     for a, b, x, y in zip(track, track[1:], north, north[1:]) if 100 <= b[0] - a[0] <= 260]
            lag_pairs += pairs
    lag = st.median(pair[0] for pair in lag_pairs)
    correlation = st.fmean(pair[1] for pair in lag_pairs)
    zero = sum(speed < 0.05 for speed in still_speeds) / len(still_speeds)
    above = [speed for speed in still_speeds if speed >= 0.05]
    resolution_m = 1852 / 10_000
    return {
        "noise.position_m": {"source": source} | log_normal([max(value, resolution_m) for value in scatter]) | {
            "correlation_time_s": round(-lag / math.log(max(correlation, 0.05)), 1), "n_pairs": len(lag_pairs)},
        "noise.sog_still": {"source": source, "n": len(still_speeds), "zero_share": round(zero, 4),
                            "mean_above_zero_kn": round(st.fmean(above), 4)},
        # One wrong fix makes two jumps: there and back.
        "defects.spikes": {"source": source, "n": count, "per_report": round(spikes / 2 / count, 6)},
        "interval_s.slow_reporters": {"source": source} | log_normal(slow_intervals),
    }


def adriatic(mirror):
    path = mirror / "fishing-negatives-adriatic/tracks_dev.csv.gz"
    tracks, count = positions(path, "MMSI", "datetime", "longitude", "latitude", "speed")
    source = "fishing-negatives-adriatic/tracks_dev.csv.gz"
    speeds = [fix[3] for track in tracks.values() for fix in track if fix[3] >= 0.5]
    gaps = [b[0] - a[0] for track in tracks.values() for a, b in zip(track, track[1:]) if b[0] > a[0]]
    nominal = st.median(gaps)
    # A trip is broken where nothing is heard for more than two intervals; beyond a day the vessel lay in port, off.
    breaks = [gap for gap in gaps if 2.5 * nominal < gap < 86_400]
    heard_h = sum(min(gap, 2.5 * nominal) for gap in gaps) / 3600
    tow = [d for track in tracks.values() for d in episodes(track, 2, 5, 2.5 * nominal) if d >= 1200]
    steam = [d for track in tracks.values() for d in episodes(track, 6.5, 15, 2.5 * nominal) if d >= 600]
    rest = [d for track in tracks.values() for d in episodes(track, 0, 0.5, 86_400) if d >= 3600]
    within = [math.log(gap / nominal) for gap in gaps if gap < 2.5 * nominal]
    towing = [fix[3] for track in tracks.values() for fix in track if 2 <= fix[3] < 5]
    steps = [b[3] - a[3] for track in tracks.values() for a, b in zip(track, track[1:])
             if 2 <= a[3] < 5 and 2 <= b[3] < 5 and b[0] - a[0] < 2 * nominal]
    mixture = mixture_of_log_normals(speeds, [1.5, 3.7, 9.0])
    fits = {
        "fishing": {"source": source, "n": len(speeds), "vessels": len(tracks),
                    "share_1_to_3_5_kn": round(sum(1 <= v < 3.5 for v in speeds) / len(speeds), 4),
                    "share_3_5_to_5_kn": round(sum(3.5 <= v < 5 for v in speeds) / len(speeds), 4)},
        "fishing.tow_s": log_normal(tow), "fishing.steam_s": log_normal(steam), "fishing.rest_s": log_normal(rest),
        "fishing.tow_wander_kn": {"n": len(steps), "sd": round(robust_sd(towing), 4),
                                  "step_sd": round(robust_sd(steps), 4)},
        "fishing.interval_s": {"median": round(nominal, 1), "jitter_ln": round(robust_sd(within), 4), "n": len(within)},
        "defects.gaps": {"source": source, "n": len(breaks), "per_hour": round(len(breaks) / heard_h, 5)} |
                        {f"{k}_s" if k == "median" else k: v for k, v in log_normal(breaks).items() if k != "n"},
    }
    for name, part in zip(("hauling", "towing", "steaming"), mixture):
        fits[f"fishing.{name}"] = part
    return fits


def drifting(mirror):
    path = mirror / "dma-ais-20131112/212123000_drift_1-positions.csv.gz"
    tracks, _ = positions(path, "mmsi", "timestamp", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "nav_status")
    track = without_duplicates(next(iter(tracks.values())), 2.0)
    slow = [fix for fix in track if 0.1 <= fix[3] < 3]
    spells = episodes(track, 0, 3, 3600)
    turns = [abs(turn(a[4], b[4])) for a, b in zip(slow, slow[1:])
             if b[0] - a[0] < 900 and a[4] is not None and b[4] is not None and a[4] < 360 and b[4] < 360]
    return {"drift": {"source": "dma-ais-20131112/212123000_drift_1-positions.csv.gz"} |
            {f"{k}_kn" if k == "median" else k: v for k, v in log_normal([fix[3] for fix in slow]).items()} |
            {"longest_s": round(max(spells, default=0.0)), "turn_deg_median": round(st.median(turns), 3)}}


def other_lengths(mirror):
    path = mirror / "dma-ais-20131112/dma-20131112-static.csv"
    groups = {"fishing": [], "tug": [], "traffic": []}
    thirty_three = others = 0
    for row in rows(path):
        code, length = int(row["ship_type"] or 0), float(row["length_m"] or 0)
        if length >= 8:
            if code == 30:
                groups["fishing"].append(length)
            elif code in (31, 32, 52):
                groups["tug"].append(length)
            elif 60 <= code < 90:
                groups["traffic"].append(length)
        others += code != 33
        thirty_three += code == 33
    # Few static reports fell into those minutes; the other Danish file adds the rest.
    for row in rows(mirror / "dma-ais-20100611/dma-20100611-static.csv"):
        code, length = int(row["ship_type"] or 0), float(row["length_m"] or 0)
        if 8 <= length <= 400:
            if code == 30:
                groups["fishing"].append(length)
            elif code in (31, 32, 52):
                groups["tug"].append(length)
            elif 60 <= code < 90:
                groups["traffic"].append(length)
    source = "dma-ais-20131112 and dma-ais-20100611, static reports"
    return {f"length_m.{name}": {"source": source} | log_normal(values) for name, values in groups.items()}


# ---------------------------------------------------------------- writing

def value_text(value):
    return f'"{value}"' if isinstance(value, str) else str(value)


def text_of(fits):
    lines = ["# Written by fit_ais.py; do not edit. Parameters of distributions fitted to real vessel positions:",
             "# n observations of the file named as source. A table without a source has its parent's.", ""]
    for name in sorted(fits):
        lines.append(f"[{name}]")
        lines += [f"{key} = {value_text(value)}" for key, value in fits[name].items()]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def main():
    if not os.environ.get("SILT_MIRROR"):
        sys.exit("fit_ais.py: set SILT_MIRROR to the folder of the source files")
    mirror = pathlib.Path(os.environ["SILT_MIRROR"])
    fits = {}
    for part in (dredger_speeds, dredger_types, danish, solent, adriatic, drifting, other_lengths):
        fits |= part(mirror)
    text = text_of(fits)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if OUT.read_text(encoding="utf-8") == text else "fit_ais.py: fitted_ais.toml differs from the files")
    OUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
