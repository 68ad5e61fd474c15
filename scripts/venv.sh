#!/usr/bin/env bash
# Makes .venv with what tests/python/requirements.txt lists. Does nothing when
# the environment was made from the same requirements by the same Python.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly requirements=tests/python/requirements.txt
readonly venv=.venv
readonly stamp="$venv/requirements.sha256"

# The system's Python: it is the one that setup.sh made sure can do this.
python="${SILT_SYSTEM_PYTHON:-/usr/bin/python3}"
[[ -x "$python" ]] || python=python3

# The path is part of it: a moved environment has stale paths in its programs.
wanted="$({ cat "$requirements"; "$python" --version; pwd; } | sha256sum | cut -d ' ' -f 1)"
if [[ -f "$stamp" && "$(cat "$stamp")" == "$wanted" && -x "$venv/bin/pytest" ]]; then
    exit 0
fi

printf 'venv: installing into %s what %s lists\n' "$venv" "$requirements"
# Only .venv itself is remade, and the stamp comes last: an interrupted
# installation is started anew by the next run.
"$python" -m venv --clear "$venv"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"; then
    printf 'venv: error: pip could not install the Python packages of the tests.\n' >&2
    printf '      They come from PyPI, so this step needs the network once; then run the same command again.\n' >&2
    exit 1
fi
printf '%s\n' "$wanted" >"$stamp"
