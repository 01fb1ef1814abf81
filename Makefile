# make run    starts the platform (installs what is missing first)
# make test   runs all tests; make check adds the linters; make bench measures
# make chaos  races and kills at length, on both databases: some hours on a small machine
# Stamp files remember what was done, so that a second run starts at once.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
UV := UV_PYTHON_DOWNLOADS=never $(PY) -m uv pip compile --quiet --universal --generate-hashes \
	--no-header --no-annotate --python-version 3.11
APPS := alumio transformers connectors routes tasks scheduler
STATIC := $(shell find static $(addsuffix /static,$(APPS)) -type f 2>/dev/null)
TESTS ?= tests
# Two processes are enough to use a small machine without drowning it: make test JOBS=4
JOBS ?= 2

.PHONY: help run test test-sqlite test-postgresql check lint chaos bench lock clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run: .venv/.app staticfiles/.made
	@exec $(PY) manage.py up

test: test-sqlite test-postgresql

test-sqlite: .venv/.dev node_modules/.made
	$(PY) -m pytest -q -n $(JOBS) $(TESTS)

test-postgresql: .venv/.dev node_modules/.made
	ALUMIO_TEST_DATABASE=postgresql $(PY) -m pytest -q -n $(JOBS) -m database $(TESTS)

check: lint test

# All linters speak before one of them fails the run.
lint: .venv/.dev node_modules/.made
	@failed=0; \
	try() { echo "$$*"; "$$@" || failed=1; }; \
	try $(PY) -m ruff check --quiet .; \
	try $(PY) -m ruff format --quiet --check .; \
	try .venv/bin/lint-imports --no-logo; \
	try $(PY) -m djlint --lint --quiet templates; \
	try $(PY) manage.py makemigrations --check --dry-run; \
	try $(PY) -W ignore manage.py check --deploy --fail-level WARNING; \
	try env ALUMIO_HTTPS=1 $(PY) -W ignore manage.py check --deploy --fail-level WARNING; \
	exit $$failed

# The long runs: 200 rounds of every race, 10,000 records and 12,000 calls under a rain of kills,
# 1,000 lives of a route's tasks, on both databases.
LONG := CHAOS_ROUNDS=200 CHAOS_RECORDS=10000 CHAOS_EXAMPLES=1000 CHAOS_SILENCE=60 CHAOS_CALLS=12000
CHAOS := tests/chaos tests/datapath/test_life.py
chaos: .venv/.dev
	$(LONG) $(PY) -m pytest -q -s -n 0 -r s $(CHAOS)
	$(LONG) ALUMIO_TEST_DATABASE=postgresql $(PY) -m pytest -q -s -n 0 -r s $(CHAOS)

bench: .venv/.dev
	$(PY) -m benchmarks
	$(PY) -m benchmarks.webhooks

# Brings the locked versions up to date; --upgrade is in UPGRADE so that a lock can also be repeated.
UPGRADE ?= --upgrade
lock: .venv/.dev
	$(UV) $(UPGRADE) requirements/app.in -o requirements/app.txt
	$(UV) $(UPGRADE) -c requirements/app.txt requirements/dev.in -o requirements/dev.txt
	$(UV) $(UPGRADE) requirements/node.in -o requirements/node.txt
	npm install --package-lock-only --ignore-scripts

clean:
	rm -rf .venv .venv-node node_modules staticfiles

.venv/bin/python:
	@tools/make_venv.sh .venv

.venv/.app: requirements/app.txt | .venv/bin/python
	@echo "Installing the Python packages"
	@$(PIP) -r requirements/app.txt
	@touch $@

.venv/.dev: requirements/dev.txt requirements/app.txt | .venv/bin/python
	@echo "Installing the Python packages for tests and checks"
	@$(PIP) -r requirements/dev.txt
	@touch $@ .venv/.app

node_modules/.made: package-lock.json .npmrc
	@echo "Installing the browser libraries"
	@tools/install_browser_libraries.sh
	@touch $@

staticfiles/.made: node_modules/.made .venv/.app alumio/settings.py $(STATIC)
	@echo "Collecting the static files"
	@$(PY) manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@
