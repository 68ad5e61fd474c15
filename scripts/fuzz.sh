#!/usr/bin/env bash
# Runs every fuzz target of fuzz/ for a while, one after the other.
#   FUZZ_SECONDS   seconds per target (default 60)
#   FUZZ_TARGETS   names of targets (default all)
# Crashing inputs are left in fuzz/artifacts/TARGET/.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly seconds="${FUZZ_SECONDS:-60}"

if [[ ! -f fuzz/Cargo.toml ]]; then
    printf 'fuzz: error: there is no fuzz/Cargo.toml\n' >&2
    exit 1
fi
if ! command -v cargo-fuzz >/dev/null; then
    printf 'fuzz: installing cargo-fuzz with cargo (once)\n'
    cargo install cargo-fuzz --locked
fi

# The sanitizer's flags are unstable ones: take a nightly compiler, or let the
# stable one accept them. Either instruments the same code.
if rustup toolchain list 2>/dev/null | grep -q '^nightly'; then
    export RUSTUP_TOOLCHAIN=nightly
else
    printf 'fuzz: no nightly toolchain; using the stable one with its unstable flags allowed\n'
    export RUSTC_BOOTSTRAP=1
fi
# cargo-fuzz sets RUSTFLAGS, which replaces those of .cargo/config.toml; what is
# given here it keeps. See there why SQLite's symbols must stay hidden.
export RUSTFLAGS="${RUSTFLAGS:-} -C link-arg=-Wl,--exclude-libs,ALL"

read -r -a targets <<<"${FUZZ_TARGETS:-$(cargo fuzz list | tr '\n' ' ')}"
if ((${#targets[@]} == 0)); then
    printf 'fuzz: error: fuzz/ has no target\n' >&2
    exit 1
fi

failed=()
for target in "${targets[@]}"; do
    printf 'fuzz: %s for %s s\n' "$target" "$seconds"
    cargo fuzz run "$target" -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 ||
        failed+=("$target")
done

if ((${#failed[@]} > 0)); then
    printf 'fuzz: found failures in: %s (inputs in fuzz/artifacts)\n' "${failed[*]}" >&2
    exit 1
fi
printf 'fuzz: %d targets ran for %s s each, no failure\n' "${#targets[@]}" "$seconds"
