#!/usr/bin/env bash
# Format and lints of the whole workspace.
#   scripts/lint.sh strict    every finding, and every missing tool, is an error
#   scripts/lint.sh lenient   findings are shown and do not fail
# `make test` is lenient outside CI: a newer compiler than the authors' brings
# new lints, and they say nothing about whether Silt works on that machine.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly mode="${1:-strict}"
findings=()

finding() {
    printf 'lint: %s\n' "$1" >&2
    findings+=("$1")
}
# has_component COMMAND: part of Rust's default profile, not of its minimal one.
has_component() {
    cargo "$1" --version >/dev/null 2>&1 && return 0
    finding "cargo $1 is not installed (rustup component add $2)"
    return 1
}

if has_component fmt rustfmt; then
    cargo fmt --all --check || finding "files are not formatted (cargo fmt --all)"
fi
if has_component clippy clippy; then
    warnings=(-D warnings)
    if [[ "$mode" == lenient ]]; then warnings=(); fi
    cargo clippy --locked --workspace --all-targets -- "${warnings[@]}" || finding "clippy found something"
fi

if ((${#findings[@]} > 0)); then
    if [[ "$mode" == lenient ]]; then
        printf 'lint: the above fails in CI and under make lint; it does not fail make test here\n'
        exit 0
    fi
    exit 1
fi
printf 'lint: done\n'
