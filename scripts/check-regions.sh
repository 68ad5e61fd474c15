#!/usr/bin/env bash
# Builds the bundled regions anew and compares them with the committed ones.
# Needs SILT_MIRROR with the boundaries they are built from; without it there is
# nothing to build from, and nothing is checked.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ ! -d "${SILT_MIRROR:-}/boundaries" ]]; then
    printf 'regions: SILT_MIRROR has no boundaries/; not checked\n'
    exit 0
fi
rebuilt="$(mktemp -d)"
trap 'rm -r "$rebuilt"' EXIT

cd datasets/regions
(cd build && npm ci --silent --no-audit --no-fund)
node build/build.mjs "$rebuilt" >/dev/null
# The sums are of what is inside: compressed bytes differ between versions of zlib.
if ! diff CONTENT.sha256 "$rebuilt/CONTENT.sha256"; then
    printf 'regions: error: a rebuild differs from what is committed (make regions writes it)\n' >&2
    exit 1
fi
# And the committed files must be what the sums say.
while read -r sum name; do
    content="$(if [[ -f "$name" ]]; then cat "$name"; else gzip -dc "$name.gz"; fi | sha256sum)"
    if [[ "${content%% *}" != "$sum" ]]; then
        printf 'regions: error: datasets/regions/%s is not what CONTENT.sha256 says\n' "$name" >&2
        exit 1
    fi
done <CONTENT.sha256
printf 'regions: a rebuild gives the same %s files\n' "$(wc -l <CONTENT.sha256)"
