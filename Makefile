# Clausewright: `make` alone tells what there is.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

PYTHON ?= python3.11
BIN := .venv/bin
COUNTRY ?= intake/examples/norland
OUT ?= output
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --quiet

.PHONY: help
help: ## tell what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One environment, made anew when the lock changes; what tests need is added to it.
.venv/ready: requirements.lock
	@$(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 with venv is needed: apt-get install python3.11 python3.11-venv, or set PYTHON=" >&2; exit 5; }
	@echo "Preparing .venv (once; about 450 MB)" >&2
	$(PYTHON) -m venv --clear .venv
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tested: requirements-dev.lock .venv/ready
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: setup
setup: .venv/ready ## prepare .venv with what a draft needs, as locked

.PHONY: draft
draft: setup ## draft both documents for the fictional country Norland (COUNTRY=, OUT=)
	@$(BIN)/clausewright draft $(COUNTRY) --document guidelines --document strategy --out $(OUT)

.PHONY: test
test: .venv/tested ## run the tests on all cores (ARGS='-m "not slow"' for the quick ones)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

.PHONY: check
check: .venv/tested ## lint, types, the library itself, and its proof at every date
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/clausewright check
	@echo "$(BIN)/clausewright prove --all-dates" && $(BIN)/clausewright prove --all-dates --json > .venv/proof.json || \
	  { $(BIN)/clausewright prove --all-dates; exit 7; }

.PHONY: soak
soak: .venv/tested ## kill writers 300 times and more, fill the disk at every step, let several write at once
	CLAUSEWRIGHT_SOAK=300 $(BIN)/python -m pytest tests/test_store_crashes.py $(ARGS)

.PHONY: fuzz
fuzz: .venv/tested ## merge 2,000 drafts that both sides have edited, and tell what does not hold (about 20 minutes)
	$(BIN)/python tests/merge_fuzz.py

.PHONY: events
events: .venv/tested ## apply the 54 events to 193 countries, and write docs/events.md (about 15 minutes)
	$(BIN)/python tests/events.py

.PHONY: mutants
mutants: .venv/tested ## break the library everywhere and count what `prove` notices (about 15 minutes)
	$(BIN)/python tests/mutants.py

.PHONY: trial
trial: .venv/tested ## make three files for docs/trying-by-hand.md, to be opened in Word, Google Docs and LibreOffice
	$(BIN)/python tests/hand_trial.py output/trial

.PHONY: bench
bench: .venv/tested ## measure against peers in the same run; those not installed are said to be
	$(BIN)/python tests/bench.py

.PHONY: accept
accept: .venv/tested ## write the expected results anew; read the diff before you commit it
	CLAUSEWRIGHT_ACCEPT=1 $(BIN)/python -m pytest -m golden

.PHONY: lock
lock: .venv/tested ## choose newest versions and lock them by digest (needs the network)
	$(BIN)/python -m venv --clear .venv/locking
	.venv/locking/bin/python -m pip --quiet install pip-tools
	for lock in requirements.lock "requirements-dev.lock --extra tests --extra cluster --extra compare -c requirements.lock"; do \
	  .venv/locking/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --all-build-deps \
	    --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
	    pyproject.toml -o $$lock || exit 5; done

.PHONY: clean
clean: ## remove .venv, caches and builds; never what stands in output/
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find pipeline tests -name __pycache__ -type d -prune -exec rm -rf {} +
