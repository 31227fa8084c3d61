# Two commands: `make demo` shows the site, `make test` proves it. Both can be run again at any time.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: demo test guide lint lock licences sbom

demo: .venv/installed .env
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_reference_data
	$(BIN)/python manage.py load_assessments
	$(BIN)/python manage.py load_demo_schools
	$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	$(BIN)/python manage.py demo_login
	$(BIN)/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --workers 2 --blocking-threads 4 --backpressure 4096 --http 1 --no-ws careers.wsgi:application

# On SQLite; and what a database can change on PostgreSQL too, when TEST_POSTGRES_URL names a server on which databases can be made.
test: .venv/installed-dev
	$(MAKE) lint
	$(BIN)/pytest --numprocesses auto --dist worksteal
ifdef TEST_POSTGRES_URL
	DATABASE_URL=$(TEST_POSTGRES_URL) $(BIN)/pytest --numprocesses auto --dist worksteal -m "database and not once"
else
	@echo "PostgreSQL was not tested: set TEST_POSTGRES_URL=postgres://user:password@host/name."
endif

# docs/guides/deploy.md, step by step on empty machines; as root on Debian 12 (.ci/run installs what it needs). In namespaces of its
# own, so that no machine and no mount outlives it.
guide: .venv/installed-dev
	unshare --mount --pid --fork --kill-child --mount-proc $(BIN)/pytest -m machine --capture=no tests/deploy

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')

# Brings the lock and its two exports for plain pip up to date after a change of pyproject.toml.
lock:
	uv lock
	uv export --quiet --no-dev --no-header --output-file requirements.txt
	uv export --quiet --no-header --output-file requirements-dev.txt

# Which licence each part is under; and the same with versions and digests, for programs (CycloneDX).
licences: .venv/installed-dev
	$(BIN)/python -m careers.supply.licences

sbom: .venv/installed-dev
	@$(BIN)/python -m careers.supply.sbom

.env:
	$(BIN)/python -m careers.env

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.txt
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	touch $@
