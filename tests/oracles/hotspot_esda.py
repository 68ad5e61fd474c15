#!/usr/bin/env python3
"""Gi*, false discovery rate and local Moran's I by PySAL's esda.

    python3 tests/oracles/hotspot_esda.py [--check]

z is that of `G_Local(y, w, transform='B', star=True)`: a sample by cell, and sums over every cell of the study area. p by
conditional permutations is counted here from esda's simulations, on the side where fewer of them lie, equal ones included: esda's
own `p_sim` leaves equal ones out below, and so calls any empty neighbourhood significant.
"""
import warnings

import esda
import numpy
from libpysal.weights import W
from scipy import stats

from hotspot_common import fields, finish, neighbours, number, short, version

PERMUTATIONS = 9999
SEED = 20261122
SAMPLE = 40


def weights(cells, k, itself):
    near = neighbours(cells, k, itself)
    return W(near, id_order=list(cells), silence_warnings=True)


def sample(cells, y):
    """Every so manieth cell with a value, and of all cells."""
    with_value = numpy.flatnonzero(y)
    some = with_value[:: max(1, len(with_value) // SAMPLE)]
    others = numpy.arange(0, len(cells), max(1, len(cells) // 8))
    return sorted(set(some.tolist()) | set(others.tolist()))


def gi(name, cells, y, k):
    found = esda.G_Local(y, weights(cells, k, True), transform="B", star=True, permutations=0)
    z = found.Zs
    # G_Local's p_norm is one-sided.
    p = 2 * stats.norm.sf(numpy.abs(z))
    critical = {str(alpha): esda.fdr(p, alpha) for alpha in (0.1, 0.05, 0.01)}
    picked = sample(cells, y)
    return {
        "field": name, "k": k, "n": len(cells), "mean": number(y.mean()), "s": number(y.std()),
        "sum": number(z.sum()), "squares": number((z * z).sum()), "least": number(z.min()), "greatest": number(z.max()),
        "discoveries": {alpha: int((p <= threshold).sum()) for alpha, threshold in critical.items()},
        "cells": " ".join(short(cells[at]) for at in picked), "z": [number(z[at]) for at in picked],
    }


def folded(simulations, observed):
    tie = 1e-12 * numpy.abs(observed)
    at_least = (simulations >= observed - tie).sum(axis=0)
    at_most = (simulations <= observed + tie).sum(axis=0)
    return (numpy.minimum(at_least, at_most) + 1) / (simulations.shape[0] + 1)


def by_permutation(name, cells, y):
    settings = {"permutations": PERMUTATIONS, "keep_simulations": True, "seed": SEED, "n_jobs": 1}
    hot = esda.G_Local(y, weights(cells, 1, True), transform="B", star=True, **settings)
    moran = esda.Moran_Local(y, weights(cells, 1, False), transformation="r", **settings)
    picked = sample(cells, y)
    gi_p, moran_p = folded(hot.sim, hot.Gs), folded(moran.sim.T if moran.sim.shape[0] == len(cells) else moran.sim, moran.Is)
    return {
        "field": name, "permutations": PERMUTATIONS,
        "cells": " ".join(short(cells[at]) for at in picked),
        "gi_p": [number(gi_p[at]) for at in picked],
        "i": [number(moran.Is[at]) for at in picked],
        "quadrant": [int(moran.q[at]) for at in picked],
        "moran_p": [number(moran_p[at]) for at in picked],
        "sum_of_i": number(moran.Is.sum()),
    }


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    analytic, permuted = [], []
    for name, resolution, cells, y in fields():
        made_up = name in ("disk", "pentagon")
        for k in (1, 2) if made_up else (1,):
            analytic.append(gi(name, cells, y, k))
        if made_up:
            permuted.append(by_permutation(name, cells, y))
    finish("esda.json", {"tool": version("esda", "libpysal", "scipy"), "gi": analytic, "permuted": permuted})
