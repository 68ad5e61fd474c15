#!/usr/bin/env bash
# Deletes a data directory of Silt, after asking. Refuses any directory that
# does not look like one: the name may come from a mistyped SILT_DATA.
#   scripts/clean-data.sh DIR [--yes]
set -euo pipefail

readonly directory="${1:?usage: scripts/clean-data.sh DIR [--yes]}"
if [[ ! -e "$directory" ]]; then
    printf 'clean-data: %s does not exist; nothing to delete\n' "$directory"
    exit 0
fi
if ! compgen -G "$directory/*.gpkg" >/dev/null; then
    printf 'clean-data: error: %s holds no store (*.gpkg); delete it by hand if that is what you want\n' "$directory" >&2
    exit 1
fi
if [[ "${2:-}" != --yes ]]; then
    if [[ ! -t 0 ]]; then
        printf 'clean-data: error: nobody to ask here; add --yes (make clean-data YES=1)\n' >&2
        exit 1
    fi
    du -sh -- "$directory"
    read -r -p "clean-data: delete $(realpath -- "$directory") with all its editions? [y/N] " answer
    [[ "$answer" == [yY]* ]] || exit 1
fi
rm -r -- "$directory"
printf 'clean-data: deleted %s\n' "$directory"
