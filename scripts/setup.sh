#!/usr/bin/env bash
# Checks what this machine lacks to build, test or benchmark Silt, and installs
# it with apt-get. Does nothing, quickly, when nothing is missing.
#
#   scripts/setup.sh [--dry-run] [PURPOSE...]
#
# PURPOSE is one or more of: demo (default), test, bench, fuzz, regions.
# --dry-run says what would be installed and changes nothing.
#
# Every need is tested by what it is needed for (a program that compiles, a
# module that is found), not by a package name: a Node.js from elsewhere or a
# GDAL built by hand is as good as Debian's.
set -euo pipefail

project_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly project_root
# The range that the `gdal` crate has prebuilt bindings for.
readonly gdal_oldest="3.4.0"
readonly gdal_newest="3.13.0" # exclusive
readonly node_oldest=18
# Debian's GDAL bindings belong to Debian's Python: a Python from pyenv, conda
# or a virtual environment that comes first in PATH does not see them.
system_python() {
    local python="${SILT_SYSTEM_PYTHON:-/usr/bin/python3}"
    if [[ -x "$python" ]]; then printf '%s\n' "$python"; else command -v python3; fi
}

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: error: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}
usage() { sed -n '5,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# --- what is there already -------------------------------------------------

has_c_compiler() {
    command -v make >/dev/null && command -v c++ >/dev/null &&
        printf '#include <stdlib.h>\nint main(void) { return EXIT_SUCCESS; }\n' |
        cc -x c -o /dev/null - 2>/dev/null
}
has_pkg_config() { command -v pkg-config >/dev/null; }
has_gdal_headers() { has_pkg_config && pkg-config --exists gdal; }
has_gdal_programs() { command -v ogr2ogr >/dev/null && command -v ogrinfo >/dev/null; }
has_certificates() { [[ -e /etc/ssl/certs/ca-certificates.crt || -e /etc/pki/tls/certs/ca-bundle.crt || -e /etc/ssl/cert.pem ]]; }
has_python_module() {
    local python
    python="$(system_python)" &&
        "$python" -c 'import sys, importlib.util as u; sys.exit(u.find_spec(sys.argv[1]) is None)' "$1" 2>/dev/null
}
# A Python without ensurepip makes environments without pip.
has_python_venv() { has_python_module venv && has_python_module ensurepip; }
has_geopackage_validator() { has_python_module osgeo_utils.samples.validate_gpkg; }
has_node() { command -v node >/dev/null; }
has_npm() { command -v npm >/dev/null; }
has_wrk() { command -v wrk >/dev/null; }
has_postgis() { [[ -e /usr/share/postgresql/15/extension/postgis.control ]]; }
has_gnu_time() { [[ -x /usr/bin/time ]]; }
# Ubuntu's package is a stub that wants snap: ask for an answer, not for a name.
has_browser() {
    local program
    for program in chromium chromium-browser google-chrome; do
        if command -v "$program" >/dev/null && "$program" --version >/dev/null 2>&1; then return 0; fi
    done
    return 1
}
# Where apt has no browser that runs without snap, the tests that need one are skipped.
apt_has_browser() ( # a subshell: the file sets many variables
    ID=""
    if [[ -r /etc/os-release ]]; then source /etc/os-release; fi
    [[ "$ID" != ubuntu ]]
)
# MapLibre draws labels with fonts of the system where a style names no glyph server.
has_fonts() { [[ -n "$(find -L /usr/share/fonts /usr/local/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ]]; }

# --- what each purpose needs -----------------------------------------------

missing_packages=()
missing_reasons=()

# need PROBE PACKAGE REASON
need() {
    local probe="$1" package="$2" reason="$3"
    local known
    for known in "${missing_packages[@]:-}"; do
        [[ "$known" == "$package" ]] && return 0
    done
    if ! "$probe"; then
        missing_packages+=("$package")
        missing_reasons+=("$reason")
    fi
}

needs_of_build() {
    need has_c_compiler build-essential "C compiler and linker: SQLite and zstd are compiled with the project"
    need has_pkg_config pkg-config "tells the build where GDAL is"
    need has_gdal_headers libgdal-dev "GDAL, which reads and writes GeoPackage, Shapefile, KML and more"
    need has_certificates ca-certificates "certificates with which cargo and silt verify downloads"
}
needs_of_node() {
    need has_node nodejs "Node.js, which builds the bundled regions"
    need has_npm npm "fetches the Natural Earth packages that the regions are built from"
}
needs_of() {
    case "$1" in
        demo | fuzz) needs_of_build ;;
        test)
            needs_of_build
            need has_gdal_programs gdal-bin "ogr2ogr and ogrinfo, against which the tests check files"
            need has_geopackage_validator python3-gdal "GDAL's GeoPackage validation"
            need has_python_venv python3-venv "a private Python environment for the tests, in .venv"
            need has_node nodejs "Node.js, which drives the browser and runs the validator of MapLibre"
            need has_npm npm "fetches MapLibre and the driver of the browser"
            if apt_has_browser; then
                need has_browser chromium "the browser in which MapLibre draws Silt's tiles"
            fi
            need has_fonts fonts-dejavu-core "fonts for the labels of maps"
            ;;
        bench)
            needs_of_build
            need has_gdal_programs gdal-bin "ogr2ogr, the peer that imports are timed against"
            need has_gnu_time time "measures the peak memory of both"
            need has_wrk wrk "asks the services for tiles and features"
            need has_postgis postgresql-15-postgis-3 "the database that peers serve from"
            need has_geopackage_validator python3-gdal "writes the GeoPackage that a peer serves"
            need has_python_venv python3-venv "keeps the peers from PyPI in a folder of their own"
            ;;
        regions) needs_of_node ;;
        *) fail "unknown purpose '$1'" "known are: demo, test, bench, fuzz, regions" ;;
    esac
}

collect_missing() {
    missing_packages=()
    missing_reasons=()
    local purpose
    for purpose in "${purposes[@]}"; do needs_of "$purpose"; done
}

# --- versions that apt cannot choose ----------------------------------------

# version_at_least FOUND WANTED
version_at_least() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort --version-sort | head -n 1)" == "$2" ]]; }

check_rust() {
    local how_to_get=(
        "Install it from https://rustup.rs:"
        "    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
        "then open a new shell and run the same command again."
    )
    # rustup changes PATH only for shells opened after it.
    export PATH="$PATH:${CARGO_HOME:-${HOME:-/root}/.cargo}/bin"
    if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
        if [[ -n "${SUDO_USER:-}" ]]; then
            fail "Rust is not installed for root." \
                "Run make as your own user, without sudo: only the packages are installed with sudo."
        fi
        fail "Rust is not installed." "${how_to_get[@]}"
    fi
    local wanted found
    wanted="$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$project_root/Cargo.toml" | head -n 1)"
    found="$(rustc --version | awk '{print $2}')"
    found="${found%%-*}" # 1.97.0-nightly is as good as 1.97.0
    if ! version_at_least "$found" "$wanted"; then
        fail "Rust $found is too old: Silt needs $wanted or newer." \
            "With rustup:  rustup update stable" \
            "A Rust from the system's packages is often too old; then:" "${how_to_get[@]}"
    fi
}

check_gdal_version() {
    local found
    found="$(pkg-config --modversion gdal)"
    if ! version_at_least "$found" "$gdal_oldest" || version_at_least "$found" "$gdal_newest"; then
        fail "GDAL $found cannot be used: Silt needs GDAL $gdal_oldest up to (not including) $gdal_newest." \
            "Debian 12, Debian 13, Ubuntu 22.04 and Ubuntu 24.04 have one that fits."
    fi
}

check_node_version() {
    local found
    found="$(node --version)"
    if ! version_at_least "${found#v}" "$node_oldest"; then
        fail "Node.js ${found#v} is too old: Silt needs version $node_oldest or newer for its tests and regions." \
            "Debian 12 has one that fits; else see https://nodejs.org."
    fi
}

# --- installing --------------------------------------------------------------

as_root=() # what to put before a command that needs root

choose_how_to_become_root() {
    if [[ "$(id -u)" == 0 ]]; then
        return 0
    fi
    local by_hand=(
        "As root, run:"
        "    apt-get update && apt-get install -y --no-install-recommends ${missing_packages[*]}"
        "and then the same command again as yourself."
    )
    if ! command -v sudo >/dev/null; then
        fail "installing packages needs root, and there is no sudo on this machine." "${by_hand[@]}"
    fi
    as_root=(sudo)
    if [[ "$dry_run" == yes ]] || sudo -n true 2>/dev/null; then
        return 0
    fi
    # Nobody can type a password into a job without a terminal: refuse, do not hang.
    if [[ ! -t 0 ]]; then
        fail "sudo wants a password, and there is no terminal to type it into." "${by_hand[@]}"
    fi
    say "sudo may ask for your password, to run apt-get"
    sudo -v || fail "sudo does not let you install packages." "${by_hand[@]}"
}

show_missing() {
    local index
    say "needed for '${purposes[*]}' and missing on this machine:"
    for index in "${!missing_packages[@]}"; do
        printf '         %-16s %s\n' "${missing_packages[$index]}" "${missing_reasons[$index]}"
    done
}

install_missing() {
    # Through env, since sudo drops variables that are only exported.
    local apt_get=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
    if ! command -v apt-get >/dev/null; then
        fail "there is no apt-get here, so the packages above cannot be installed for you." \
            "The names are Debian's. Install what your system calls them, then run the same command again:" \
            "Silt looks for what they hold (cc, pkg-config, gdal.pc, ogr2ogr ...), not for these names."
    fi
    choose_how_to_become_root
    local update=("${as_root[@]}" "${apt_get[@]}" update)
    local install=("${as_root[@]}" "${apt_get[@]}" install --no-install-recommends "${missing_packages[@]}")
    if [[ "$dry_run" == yes ]]; then
        say "would run: ${update[*]}"
        say "would run: ${install[*]}"
        say "dry run: nothing was installed"
        exit 0
    fi
    say "running: ${update[*]}"
    # One third-party repository that does not answer fails the update as a
    # whole, though Debian's own lists arrived: let the install decide.
    "${update[@]}" || say "warning: apt-get update reported errors; going on with the lists it has"
    say "running: ${install[*]}"
    "${install[@]}" ||
        fail "apt-get could not install: ${missing_packages[*]}" "The reason is in its messages above."
    hash -r
    collect_missing
    if ((${#missing_packages[@]} > 0)); then
        show_missing
        fail "apt-get reported success, yet the above is still missing."
    fi
    say "installed"
}

# --- main ----------------------------------------------------------------------

dry_run=no
purposes=()
for argument in "$@"; do
    case "$argument" in
        --dry-run) dry_run=yes ;;
        -h | --help) usage && exit 0 ;;
        -*) fail "unknown option '$argument'" "scripts/setup.sh [--dry-run] [demo|test|bench|fuzz|regions]..." ;;
        *) purposes+=("$argument") ;;
    esac
done
if ((${#purposes[@]} == 0)); then purposes=(demo); fi

needs_rust=no
needs_node=no
for purpose in "${purposes[@]}"; do
    case "$purpose" in
        regions) needs_node=yes ;;
        test) needs_node=yes && needs_rust=yes ;;
        *) needs_rust=yes ;;
    esac
done

# Rust first: without it there is no point in installing 400 MB of packages.
if [[ "$needs_rust" == yes ]]; then check_rust; fi
collect_missing
if ((${#missing_packages[@]} > 0)); then
    show_missing
    install_missing
fi
if [[ "$needs_rust" == yes ]]; then check_gdal_version; fi
if [[ "$needs_node" == yes ]]; then check_node_version; fi
say "everything needed for '${purposes[*]}' is there"
