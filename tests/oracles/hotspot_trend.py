#!/usr/bin/env python3
"""Mann-Kendall tests by pymannkendall, and p of the normal distribution by scipy.

    python3 tests/oracles/hotspot_trend.py [--check]
"""
import random

import pymannkendall
from scipy import stats

from hotspot_common import finish, number, version

rng = random.Random(7)
series = []
for length in (3, 4, 8, 12, 30, 60):
    for slope in (0, 0.2, -0.5):
        # Rounded to whole numbers for many ties, to two digits for few.
        for digits in (0, 2):
            series.append([round(slope * at + rng.gauss(0, 2), digits) for at in range(length)])

tests = []
for values in series:
    found = pymannkendall.original_test(values)
    tests.append({
        "series": values, "s": int(found.s), "variance": number(found.var_s), "z": number(found.z), "p": number(found.p),
        "tau": number(found.Tau),
    })

z = [at / 8 for at in range(0, 64)] + [9.5, 12.25, 20.0, 30.0, 37.0]
finish("trend.json", {
    "tool": version("pymannkendall", "scipy"), "tests": tests,
    "normal": {"z": z, "p": [float(2 * stats.norm.sf(value)) for value in z]},
})
