#!/usr/bin/env bash
# Times Silt side by side with its peers.
#
#   scripts/bench-peers.sh [import|serving] [OPTION...]
#
#   import    silt import and ogr2ogr, in turn; see scripts/bench_peers.py
#   serving   Silt, Martin, tipg and pygeoapi under load; see scripts/bench_serving.py
#
# Without a part both run, and only options that both know may follow: --runs, --mirror, --work.
# MARTIN_BIN names a Martin that is there already; else it is compiled once (some 15 minutes).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly work="${CARGO_TARGET_DIR:-target}/bench-peers"
readonly martin_version=1.14.0
readonly requirements=scripts/bench-requirements.txt

part=both
case "${1:-}" in
    import | serving) part="$1" && shift ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
    "" | -*) ;;
    *)
        printf "bench-peers: unknown part '%s'; known are: import, serving\n" "$1" >&2
        exit 2
        ;;
esac

check_programs() {
    local missing=()
    command -v wrk >/dev/null || missing+=(wrk)
    command -v ogr2ogr >/dev/null || missing+=(gdal-bin)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
    compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || missing+=(postgresql-15-postgis-3)
    /usr/bin/python3 -c 'import osgeo.gdal, venv, ensurepip' 2>/dev/null || missing+=(python3-gdal python3-venv)
    if ((${#missing[@]} > 0)); then
        printf 'bench-peers: missing on this machine; as root: apt-get install -y --no-install-recommends %s\n' \
            "${missing[*]}" >&2
        exit 1
    fi
}

# Done again only when the requirements change: an interrupted installation leaves no stamp.
make_environment() {
    local stamp="$work/venv/requirements.sha256" wanted
    wanted="$({ cat "$requirements"; /usr/bin/python3 --version; pwd; } | sha256sum | cut -d ' ' -f 1)"
    [[ -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]] && return 0
    printf 'bench-peers: installing the Python peers into %s\n' "$work/venv" >&2
    mkdir -p "$work"
    /usr/bin/python3 -m venv --clear --system-site-packages "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
    printf '%s\n' "$wanted" >"$stamp"
}

make_martin() {
    [[ -n "${MARTIN_BIN:-}" ]] && return 0
    if [[ ! -x "$work/martin/bin/martin" ]]; then
        cargo install "martin@$martin_version" --locked --no-default-features --features geojson,postgres \
            --root "$work/martin"
    fi
    export MARTIN_BIN="$work/martin/bin/martin"
}

if [[ "$part" != import ]]; then
    check_programs
    make_environment
    make_martin
fi
cargo build --release --locked --workspace
if [[ "$part" != serving ]]; then python3 scripts/bench_peers.py "$@"; fi
if [[ "$part" != import ]]; then exec "$work/venv/bin/python" scripts/bench_serving.py "$@"; fi
