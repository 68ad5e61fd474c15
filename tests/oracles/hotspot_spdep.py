#!/usr/bin/env python3
"""Gi* by R's spdep, a second opinion beside esda.

    apt-get install --no-install-recommends r-base-core r-cran-spdep
    python3 tests/oracles/hotspot_spdep.py [--check]

`localG` of weights that include the cell itself is Gi*.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from hotspot_common import fields, finish, neighbours, number, short
from hotspot_esda import sample

SCRIPT = r"""
suppressMessages(library(spdep))
folder <- commandArgs(trailingOnly = TRUE)[1]
lines <- readLines(file.path(folder, "neighbours"))
near <- lapply(strsplit(lines, " "), as.integer)
y <- scan(file.path(folder, "values"), quiet = TRUE)
class(near) <- "nb"
attr(near, "region.id") <- as.character(seq_along(near))
attr(near, "self.included") <- TRUE
for (style in c("B", "W")) {
    z <- localG(y, nb2listw(near, style = style))
    stopifnot(isTRUE(attr(z, "gstari")))
    writeLines(sprintf("%.17g", as.numeric(z)), file.path(folder, style))
}
cat("R ", as.character(getRversion()), ", spdep ", as.character(packageVersion("spdep")), sep = "")
"""


def local_g(cells, y, k):
    index = {cell: at + 1 for at, cell in enumerate(cells)}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        near = neighbours(cells, k, True)
        lines = (" ".join(str(index[other]) for other in near[cell]) for cell in cells)
        (folder / "neighbours").write_text("\n".join(lines) + "\n", encoding="ascii")
        (folder / "values").write_text("\n".join(repr(float(value)) for value in y) + "\n", encoding="ascii")
        (folder / "script.R").write_text(SCRIPT, encoding="ascii")
        run = subprocess.run(
            ["Rscript", "--vanilla", folder / "script.R", folder], check=True, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        read = [[float(line) for line in (folder / style).read_text().split()] for style in ("B", "W")]
        return run.stdout, *read


if __name__ == "__main__":
    if not shutil.which("Rscript"):
        print("spdep.json: not compared, needs Rscript and spdep (apt-get install r-base-core r-cran-spdep)", file=sys.stderr)
        sys.exit(0 if "--check" in sys.argv else 1)
    found, tool = [], ""
    for name, resolution, cells, y in fields():
        # spdep checks the symmetry of each pair, which takes minutes for a country at resolution 6.
        if len(cells) > 12_000:
            continue
        for k in (1, 2):
            tool, binary, row_standardised = local_g(cells, y, k)
            picked = sample(cells, y)
            found.append({
                "field": name, "k": k, "cells": " ".join(short(cells[at]) for at in picked),
                "binary": [number(binary[at]) for at in picked],
                "row_standardised": [number(row_standardised[at]) for at in picked],
            })
    finish("spdep.json", {"tool": tool, "gi": found})
