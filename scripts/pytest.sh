#!/usr/bin/env bash
# Runs the Python tests against the built binary. Arguments go to pytest.
# SILT_BIN names the binary (default target/debug/silt).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! compgen -G 'tests/python/test_*.py' >/dev/null; then
    printf 'pytest: tests/python has no test file yet; nothing run\n'
    exit 0
fi
SILT_BIN="$(realpath "${SILT_BIN:-${CARGO_TARGET_DIR:-target}/debug/silt}")"
export SILT_BIN
# An activated environment or a PYTHONPATH of the user's own would mix in other
# versions than the ones that the requirements name.
unset PYTHONPATH PYTHONHOME
export PATH="$PWD/.venv/bin:$PATH"
exec .venv/bin/python -m pytest tests/python "$@"
