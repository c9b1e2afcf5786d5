# Two commands do all the set-up: `make demo` and `make test`. Each makes the virtual environment it needs, in .venv, from
# the pinned versions in requirements*.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test test-browser test-shells lint bench bench-full calls docs wheel pins clean
.DEFAULT_GOAL := help

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: $(VENV)/run  ## Who is on call in the example workspace, and what became of a call two minutes before midnight
	$(BIN)/oncall -w schedules who field-support --at "23:58"
	$(BIN)/oncall -w schedules shifts field-primary --format plain
	$(BIN)/oncall -w schedules who
	$(BIN)/oncall -w schedules simulate field-support --at "23:58"
	$(BIN)/oncall -w schedules test
	@# The call was missed, which is status 1: bad news, but no failure of the demonstration. Anything else is one.
	$(BIN)/oncall -w schedules replay schedules/calls/autumn-2026.jsonl --dispatch 2026-11-05-2358 || [ $$? -eq 1 ]

test: $(VENV)/develop  ## The tests
	$(BIN)/python -m pytest

test-browser: $(VENV)/develop  ## The pages in headless Chromium, which is installed where it can be
	sh tests/browser/run.sh $(BIN)/python

test-shells: $(VENV)/develop  ## Completion in bash, zsh and fish, which are installed where they can be
	sh tests/shells/run.sh $(BIN)/python

lint: $(VENV)/develop  ## Style, types, which module may import which, and the example workspace
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/oncall lint schedules --fail-on info

bench: $(VENV)/develop  ## How fast it is, as ratios between things run side by side
	$(BIN)/python -m compileall -q oncall
	$(BIN)/python -m bench

calls: $(VENV)/run  ## Write the example workspace's log of calls anew
	$(BIN)/python -m bench.example_log

bench-full: $(VENV)/develop  ## The same for a log of a million dispatches: many minutes
	$(BIN)/python -m compileall -q oncall
	$(BIN)/python -m bench full

docs: $(VENV)/develop  ## Write the pages that are generated from the code
	$(BIN)/python -m docs.generate

wheel: $(VENV)/develop  ## Build the wheel, install it into an empty environment, and ask it who is on call
	rm -rf dist build/wheel-env
	$(BIN)/python -m build --no-isolation --wheel --outdir dist . >build-wheel.log 2>&1 || { cat build-wheel.log; exit 1; }
	rm -f build-wheel.log
	$(PYTHON) -m venv build/wheel-env
	build/wheel-env/bin/python -m pip --disable-pip-version-check --quiet install -r requirements.txt
	build/wheel-env/bin/python -m pip --disable-pip-version-check --quiet install --no-deps dist/*.whl
	build/wheel-env/bin/oncall --version
	build/wheel-env/bin/oncall -w schedules who --format line
	rm -rf build/wheel-env/example
	build/wheel-env/bin/oncall init build/wheel-env/example
	build/wheel-env/bin/oncall -w build/wheel-env/example who

pins:  ## Write requirements*.txt anew from pyproject.toml, with the newest versions there are
	sh requirements.sh $(PYTHON)

clean:  ## Remove what was made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "oncall needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -r requirements.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	$(BIN)/python -m compileall -q oncall
	@touch $@

$(VENV)/develop: $(VENV)/run requirements-dev.txt
	$(PIP) install -r requirements-dev.txt
	@touch $@
