# `make` alone prints what there is. Two commands need nothing but Rust (and
# make) on a Debian or Ubuntu machine: `make demo` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The targets share one build folder and one machine; cargo itself is parallel.
.NOTPARALLEL:

# rustup changes PATH only for shells opened after it.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin

CARGO ?= cargo
target_dir := $(or $(CARGO_TARGET_DIR),target)
silt := $(target_dir)/debug/silt

# Given on the command line or in the environment:
#   SILT_DATA     data directory of the demo
#   SILT_MIRROR   folder with files of the sources, taken instead of downloads
#   LISTEN        address and port that the demo serves on
#   MARTIN_BIN    program of Martin, a peer of bench-peers
SILT_DATA ?= silt-data
LISTEN ?= 127.0.0.1:8080
# Tests keep their stores in folders of their own: only the demo is told of it.
unexport SILT_DATA
demo: export SILT_DATA := $(SILT_DATA)
# Tests run in the folders of their crates: a relative path would go astray.
ifneq ($(strip $(SILT_MIRROR)),)
override SILT_MIRROR := $(abspath $(SILT_MIRROR))
export SILT_MIRROR
else
unexport SILT_MIRROR
endif

# Real registers, where they lie beside the project. Only for tests, benches and
# regions: the demo has to behave as it does for somebody who has no mirror.
mirror_of_tests := $(or $(SILT_MIRROR),$(realpath ../shared/data))
ifneq ($(mirror_of_tests),)
cargo-test pytest bench bench-peers oracles regions regions-check: export SILT_MIRROR := $(mirror_of_tests)
endif

##@ First

.PHONY: help
help: ## print these commands
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@printf '\nVariables: SILT_MIRROR=DIR takes source files from a folder; SILT_DATA=DIR and\n'
	@printf 'LISTEN=HOST:PORT are for the demo. E.g.  make demo SILT_MIRROR=../mirror LISTEN=127.0.0.1:9000\n'

.PHONY: demo
demo: ## install what is missing, build, import real registers, serve them
	@scripts/setup.sh demo
	$(CARGO) build --locked --workspace
	$(silt) demo --listen $(LISTEN)

.PHONY: test
test: setup-test cargo-test pytest regions-check ## install what is missing, build, run every test and every check
	@scripts/lint.sh $(if $(CI),strict,lenient)
	@echo 'make test: everything above passed'

##@ Tests and checks, one by one

.PHONY: cargo-test
cargo-test: setup-test ## Rust tests only
	$(CARGO) test --locked --workspace --no-fail-fast

.PHONY: pytest
pytest: setup-test ## Python tests only: Silt as geopandas and GDAL see it
	$(CARGO) test --locked --workspace --no-run
	@scripts/venv.sh
	@SILT_BIN='$(silt)' scripts/pytest.sh

.PHONY: regions-check
regions-check: setup-test ## do the bundled regions still come out of their build?
	@scripts/check-regions.sh

.PHONY: lint
lint: ## format and lints, strictly; licences too where cargo-deny is installed
	@scripts/lint.sh strict
	@if command -v cargo-deny >/dev/null; then $(MAKE) --no-print-directory deny; \
	else echo 'cargo-deny is not installed (cargo install cargo-deny --locked): licences not checked'; fi

.PHONY: deny
deny: ## licences, banned crates and origin of crates (needs cargo-deny)
	$(CARGO) deny --locked --all-features check --hide-inclusion-graph licenses bans sources

# Node.js is for the map in a browser, and for the regions, which are rebuilt only from a mirror.
.PHONY: setup-test
setup-test:
	@scripts/setup.sh test $(if $(wildcard $(mirror_of_tests)/boundaries),regions)

##@ Speed and robustness

.PHONY: bench
bench: ## benchmarks of the crates
	@scripts/setup.sh bench
	$(CARGO) bench --locked --workspace

.PHONY: bench-peers
bench-peers: ## the same work by Silt and by its peers, side by side on this machine
	@scripts/setup.sh bench
	scripts/bench-peers.sh

.PHONY: oracles
oracles: ## make the answers of other programs again and compare (PySAL, R, PostGIS ...)
	tests/oracles/run.sh --check

.PHONY: fuzz
fuzz: ## every fuzz target for a minute (FUZZ_SECONDS=60, FUZZ_TARGETS="a b")
	@scripts/setup.sh fuzz
	scripts/fuzz.sh

##@ Data

.PHONY: regions
regions: ## rebuild the bundled regions from Natural Earth
	@scripts/setup.sh regions
	cd datasets/regions/build && npm ci --no-audit --no-fund && node build.mjs

.PHONY: clean-data
clean-data: ## delete the data directory SILT_DATA, after asking (YES=1: without)
	@scripts/clean-data.sh '$(SILT_DATA)' $(if $(YES),--yes)
