# Python 3.11 or later, make and a network are all that a fresh machine needs.
.DEFAULT_GOAL := help
.PHONY: help dev demo test soak lint bench gas engines clean python

PYTHON ?= $(firstword $(foreach python,python3.11 python3.12 python3.13 python3,\
	$(shell $(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $(python))))
VENV   := .venv
BIN    := $(abspath $(VENV))/bin
RUN    := PATH="$(BIN):$$PATH"
# Many tests wait for a chain or for another process, so more of them than cores run at once.
WORKERS ?= 5
# Thousands of short commands start in the tests: none of them compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=
NODE   := hardhat-net/node_modules/.package-lock.json

help: ## Show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-7s %s\n", $$1, $$2}'

dev: $(VENV)/.dev $(NODE) ## Install everything that work on the project needs

demo: $(VENV)/.run $(NODE) ## Install, then tell the whole story on a fresh local chain
	$(RUN) elicense demo

test: lint python ## Check everything: lint, Solidity tests, Python tests, doctests

lint: dev ## Check style, types, imports and the Solidity sources
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy --strict -p ledger -p api -p wallet -p scripts
	$(RUN) lint-imports
	$(RUN) node hardhat-net/node_modules/solhint/solhint.js --disc --noPoster -c hardhat-net/solhint.config.cjs --max-warnings 0 'contracts/**/*.sol'

python: engines
	$(RUN) python -m compileall -q api ledger wallet scripts
	$(RUN) pytest --collect-only -qq
	$(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

soak: engines ## Run the tests on every case of their long lists, and with more examples
	ELICENSE_DEEP=1 HYPOTHESIS_PROFILE=free $(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: dev ## Measure speed and memory, up to 100,000 licenses; writes docs/benchmarks.md
	$(RUN) python -m scripts.bench
	$(RUN) python -m scripts.bench_batches
	$(RUN) python -m scripts.bench_crashes
	$(RUN) python -m scripts.bench_verify
	$(RUN) python -m scripts.bench_uses
	ELICENSE_PEOPLE=10000 $(RUN) pytest tests/privacy -q

gas: dev ## Measure gas per operation
	$(RUN) python -m scripts.gas

engines: dev ## Build the IPFS daemon that the tests run, once per user; brings Go where there is none
	@$(RUN) command -v go >/dev/null || $(BIN)/pip install -q "$$($(BIN)/python -c 'from scripts.engines import GO_PACKAGE; print(GO_PACKAGE)')"
	$(RUN) python -m scripts.engines kubo

clean: ## Remove all that these targets made, the environment included
	rm -rf $(VENV) build dist .demo .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	rm -rf hardhat-net/node_modules hardhat-net/artifacts hardhat-net/cache *.egg-info
	find api ledger wallet scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A development environment runs the demo too, so it is never installed twice.
$(VENV)/.run: pyproject.toml | $(VENV)/bin/pip
	@test -e $(VENV)/.dev || $(BIN)/pip install -q -e '.[chain]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install -q -e '.[dev]'
	@touch $@ $(VENV)/.run

$(NODE): hardhat-net/package-lock.json | $(VENV)/.run
	cd hardhat-net && $(RUN) npm ci --no-audit --no-fund
	@touch $@
