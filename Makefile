# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

# What was compiled once is kept, whatever the shell says: the tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

# The tests take every core with a process of its own: threads for matrices and trees would only wait for each other.
test quick coverage: export OMP_NUM_THREADS := 1
test quick coverage: export OPENBLAS_NUM_THREADS := 1

.PHONY: demo quick test coverage soak bench lint client browser requirements clean

demo: $(VENV)/.run
	$(BIN)/regulars demo --out demo

# A process more than there are cores: some tests wait for servers that start and stop.
AT_ONCE = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

# Seconds: no browser, nothing slow. One process a core.
quick: $(VENV)/.dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n auto -m "not slow and not browser"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports

# Where CI runs them, a picture of every page is kept for people to look at.
ifdef CI
test: export REGULARS_SCREENS := $(CURDIR)/build/screens
endif

test: lint browser
	$(BIN)/python -m pytest -n $(AT_ONCE) --dist worksteal --durations=10

# The same tests, and which branches they do not take. Tracing takes a third longer, so that it is asked for.
coverage: browser
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n $(AT_ONCE) --dist worksteal --cov --cov-report=term:skip-covered

# The long runs: 100,000 steps of the ledger against a model, and 50 kills of parts of the server under load.
soak: $(VENV)/.dev
	REGULARS_SOAK_STEPS=100000 $(BIN)/python -m pytest -q -s tests/ledger/test_stateful.py tests/programme/test_stateful.py
	REGULARS_SOAK_KILLS=50 $(BIN)/python -m pytest -q -s tests/soak

# The client of the REST API, from the API's own document: after any change of an address.
client: $(VENV)/.dev
	$(BIN)/python -m tools.client

browser: $(VENV)/.dev
	$(BIN)/python tools/browser.py

# The peers live in an environment of their own, so that what they need cannot touch ours.
bench: $(VENV)/.run .venv-peers/.done
	REGULARS_PEER_PYTHON=$(CURDIR)/.venv-peers/bin/python $(BIN)/python -m benchmarks $(BENCH)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Regulars needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(INSTALL) --no-compile --require-hashes -r requirements-dev.txt
	touch $@

.venv-peers/.done: requirements-peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-peers.txt
	touch $@

COMPILE := uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --custom-compile-command "make requirements"
requirements:
	$(COMPILE) pyproject.toml --group build -o requirements.txt
	$(COMPILE) pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --group bench -o requirements-peers.txt

clean:
	rm -rf $(VENV) .venv-peers demo bench-data build .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
