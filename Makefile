# The commands of the project. `make run` and `make test` need Python 3.11 or later, and nothing else.
SHELL := /bin/bash
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export DJANGO_SETTINGS_MODULE = diginor.settings
LOCK := $(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
DEMO := DIGINOR_DEMO=1

.PHONY: help run test check mutate days bench messages lock chromium clean faults hostile

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/installed ## start the whole portal with demonstration data; Ctrl-C stops it
	@exec $(BIN)/python -m diginor.running.supervisor

test: .venv/installed-dev chromium ## run the whole test suite against real servers
	@exec $(BIN)/python -m pytest -n 2

check: .venv/installed-dev ## run every linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --check templates
	$(BIN)/djlint --lint templates
	$(BIN)/lint-imports
	$(DEMO) $(BIN)/mypy
	$(DEMO) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" SITE_URL=https://diginor.example \
	ALLOWED_HOSTS=diginor.example $(BIN)/python manage.py check --deploy --fail-level WARNING

mutate: .venv/installed-dev ## change rules, policies, actions and reads, and count what no test notices
	@exec env $(DEMO) $(BIN)/python -m tests.mutation $(ARGS)

days: .venv/installed-dev ## play forty working days and write every mail that leaves into docs/forty-days.md
	@WRITE_FORTY_DAYS=1 $(BIN)/python -m pytest -n 0 -q tests/services/requests/test_forty_days.py

bench: .venv/installed-dev ## measure the main pages at one million requests, in a database of their own
	$(DEMO) $(BIN)/python -m bench $(ARGS)

faults: .venv/installed-dev ## file 400 requests while everything around the portal dies, stops or hangs; none may be lost
	@$(BIN)/python -W ignore -m tests.faults

hostile: .venv/installed-dev ## send 20 000 hostile requests to every address in every role; none may break a page
	@$(BIN)/python -W ignore -m tests.hostile

messages: .venv/installed-dev ## gather the texts to translate and compile the translations
	@$(BIN)/python -m tests.messages

lock: .venv/installed-dev ## pin the dependencies of requirements*.in again
	$(LOCK) --output-file requirements.txt requirements.in
	$(LOCK) --output-file requirements-dev.txt requirements-dev.in

chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null \
	|| { echo "Installing Chromium for the browser tests" && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || true

clean: ## remove everything that the commands above made, demonstration data included
	rm -rf .venv var staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .mutation

.venv/bin/pip:
	@[ -n "$(PYTHON)" ] || { echo "DIGINOR needs Python 3.11 or later with its venv module (on Debian: apt-get install" \
	"python3-venv), or make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -m venv .venv

.venv/installed: requirements.txt | .venv/bin/pip
	@echo "Installing the dependencies"
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt | .venv/bin/pip
	@echo "Installing the dependencies and the development tools"
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.txt
	@touch $@ .venv/installed
