#!/usr/bin/env bash
# Times imports side by side with GDAL's ogr2ogr. See scripts/bench_peers.py.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked --workspace
exec python3 scripts/bench_peers.py "$@"
