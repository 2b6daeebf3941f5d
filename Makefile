# Each command first makes the virtual environment; the second time that takes no time at all.
SHELL := /bin/bash
# The first that starts and is new enough; PYTHON=… names another one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
BIN := .venv/bin
PO := $(wildcard locale/*/LC_MESSAGES/*.po locale/*/*/LC_MESSAGES/*.po)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes

.PHONY: setup setup-dev run pipeline test e2e axe lint bench restore-drill format messages lock clean

setup: .venv/.ready .venv/.catalogues

setup-dev: setup .venv/.ready-dev

.venv/.ready: requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; it was not found."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the packages of requirements.lock …"
	@$(PIP) --no-compile -r requirements.lock
	@touch $@

.venv/.ready-dev: requirements-dev.lock
	@echo "Installing the development packages of requirements-dev.lock …"
	@$(PIP) -r requirements-dev.lock
	@touch $@

.venv/.catalogues: .venv/.ready $(PO)
	@$(BIN)/python manage.py compilecatalogues
	@touch $@

run: setup
	@$(BIN)/python manage.py run --port $(PORT)

pipeline: setup
	@$(BIN)/python manage.py pipeline --applicants 1400 --seed 1

test: setup-dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not e2e and not axe" -q

# Only the files that have such tests are read: the others are many.
e2e: setup-dev
	@$(BIN)/python -m pytest -n 2 -m "e2e or axe" -q $$(grep -rlE 'mark\.(e2e|axe)\b' --include='*.py' tests)

axe: setup-dev
	@$(BIN)/python -m pytest -n 2 -m axe -q $$(grep -rlE 'mark\.axe\b' --include='*.py' tests)

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@DTT_MODE=production SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		ALLOWED_HOSTS=dtt.example DATABASE_URL=postgresql://dtt@localhost/dtt \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: setup-dev
	@$(BIN)/python manage.py bench

restore-drill: setup
	@$(BIN)/python manage.py restore_drill

format: setup-dev
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format --quiet .

# Needs GNU gettext.
messages: setup-dev
	@$(BIN)/python manage.py makemessages --locale zh_Hant --no-location --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'

# Needs uv. The locks hold for Python 3.11 to 3.13, Linux and macOS, x86-64 and arm64.
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --quiet --custom-compile-command "make lock"
lock:
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --extra dev --constraint requirements.lock -o requirements-dev.lock

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache staticfiles
