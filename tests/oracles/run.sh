#!/usr/bin/env bash
# Asks the outside tools again, and writes their answers; with --check, fails where they differ from the committed ones.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly here=tests/oracles
readonly venv="${CARGO_TARGET_DIR:-target}/oracles-venv"
readonly stamp="$venv/requirements.sha256"

case "${1:-}" in
    '' | --check) ;;
    *)
        printf 'usage: %s [--check]\n' "$0" >&2
        exit 2
        ;;
esac

python="${SILT_SYSTEM_PYTHON:-/usr/bin/python3}"
[[ -x "$python" ]] || python=python3
wanted="$({ cat "$here/requirements.txt"; "$python" --version; pwd; } | sha256sum | cut -d ' ' -f 1)"
if [[ ! -f "$stamp" || "$(cat "$stamp")" != "$wanted" ]]; then
    printf 'oracles: installing into %s what %s lists\n' "$venv" "$here/requirements.txt"
    "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    printf '%s\n' "$wanted" >"$stamp"
fi

failed=()
# The fields come first: the others are asked about them.
for script in "$here"/hotspot_fields.py "$here"/hotspot_{clusters,esda,spdep,trend}.py; do
    "$venv/bin/python" "$script" "$@" || failed+=("$(basename "$script")")
done
if ((${#failed[@]})); then
    printf 'oracles: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
