# Casino Club. `make` lists what there is; `make run` and `make test` do their own set-up.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
STATIC := $(VENV)/.static
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install -qq --require-hashes
PYTEST := $(PY) -m pytest
WORKERS ?= auto
ARGS ?=
STATIC_SOURCES := $(shell find static */static -not -name '.*' 2>/dev/null)
# Made up on the spot, only to let `manage.py check --deploy` look at production's settings.
DEPLOY_CHECK = CLUB_ENV=production DATABASE_URL=postgres://club:check@127.0.0.1:1/club REDIS_URL=redis://127.0.0.1:1/0 \
	ALLOWED_HOSTS=club.example CSRF_TRUSTED_ORIGINS=https://club.example TRUSTED_PROXY_COUNT=1 \
	DJANGO_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	JWT_SECRET=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	METRICS_TOKEN=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(32))') \
	PAYMENT_WEBHOOK_SECRET=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(32))') \
	SEED_ADMIN_PASSWORD=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(16))') \
	SEED_USER_PASSWORD=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(16))') \
	ALLOW_SANDBOX_PAYMENTS=1

export PYTHONUTF8 := 1

##@ Everyday
.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
	  /^[a-zA-Z_-]+:.*## / {printf "  \033[36m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nPORT=8000 make run · TEST_DATABASE and ARGS="-k spin -x" reach pytest · PYTHON=python3.12 picks another Python\n'

.PHONY: run
run: $(RUNTIME) $(STATIC) ## Set up what is missing and serve the club on http://127.0.0.1:8000 (PORT changes it)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py seed
	@exec env PORT=$(PORT) $(PY) -m casino.serve

.PHONY: setup
setup: $(DEV) ## Build .venv with everything that tests and checks need

.PHONY: shell
shell: $(RUNTIME) ## Django's shell on the local database
	@$(PY) manage.py shell

##@ Tests
.PHONY: test
test: test-sqlite test-postgres ## All tests but the browser's, on SQLite and on a real PostgreSQL with Redis (both from wheels)

.PHONY: test-sqlite
test-sqlite: $(DEV) $(STATIC) ## The tests on SQLite, without Redis
	TEST_DATABASE=sqlite $(PYTEST) -n $(WORKERS) --ignore=tests/browser $(ARGS)

.PHONY: test-postgres
test-postgres: $(DEV) $(STATIC) ## The tests on PostgreSQL and Redis (DATABASE_URL and REDIS_URL choose servers of your own)
	TEST_DATABASE=postgres $(PYTEST) -n $(WORKERS) --ignore=tests/browser $(ARGS)

.PHONY: test-browser
test-browser: $(DEV) $(STATIC) ## A real Chromium walks through the club (package `chromium`; CHROMIUM_PATH chooses another)
	TEST_DATABASE=sqlite $(PYTEST) tests/browser -p no:randomly $(ARGS)

.PHONY: rng
rng: $(DEV) $(STATIC) ## A million rounds of every game, and 20,000 as players play them, against chance and the exact figures
	TEST_DATABASE=sqlite $(PYTEST) games/tests/test_luck.py games/tests/test_luck_of_plays.py -m rng -n $(WORKERS) $(ARGS)

.PHONY: chaos
chaos: $(DEV) $(STATIC) ## Real processes raced, killed and started again: what must hold under fire (ARGS="stock keys --seed 1")
	$(PY) -m tests.chaos $(ARGS)

.PHONY: bench
bench: $(DEV) $(STATIC) ## Production topology under load: spins per second and what they cost (docs/performance.md)
	$(PY) -m bench $(ARGS)

.PHONY: bench-live
bench-live: $(DEV) $(STATIC) ## 500 open sockets under load: how late events are and what they cost (docs/performance.md)
	$(PY) -m bench.live $(ARGS)

##@ Checks
.PHONY: check
check: lint types floors templates dependencies migrations openapi-check compose-check deploy-check ## Everything that can be said without running tests

.PHONY: lint
lint: $(DEV) ## ruff: rules and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

.PHONY: types
types: $(DEV) ## mypy --strict
	$(PY) -m mypy .

.PHONY: floors
floors: $(DEV) ## import-linter: who may import whom
	$(VENV)/bin/lint-imports

.PHONY: templates
templates: $(DEV) ## djlint on the templates
	@if [ -d templates ]; then $(PY) -m djlint --lint --quiet templates; fi

.PHONY: dependencies
dependencies: $(DEV) ## deptry: every import is declared, every declared package is used
	$(PY) -m deptry .
	$(PY) -m pip check

.PHONY: migrations
migrations: $(RUNTIME) ## No model change without its migration
	$(PY) manage.py makemigrations --check --dry-run

.PHONY: openapi-check
openapi-check: $(RUNTIME) ## current_openapi.json describes the code
	$(PY) manage.py export_openapi --check

.PHONY: compose-check
compose-check: $(DEV) ## docker-compose.yml against the Compose schema
	$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

.PHONY: deploy-check
deploy-check: $(RUNTIME) ## Django's and the club's own checks of production settings
	@$(DEPLOY_CHECK) $(PY) manage.py check --deploy --fail-level WARNING

##@ Upkeep
.PHONY: fix
fix: $(DEV) ## Mend what ruff can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

.PHONY: openapi
openapi: $(RUNTIME) ## Write current_openapi.json anew
	$(PY) manage.py export_openapi

.PHONY: messages
messages: $(RUNTIME) ## Collect texts into locale/en and compile them (needs gettext's programs)
	@command -v xgettext msgfmt >/dev/null || { echo 'Install gettext first (Debian: apt-get install gettext).' >&2; exit 2; }
	$(PY) manage.py makemessages -l en -d django --no-wrap --add-location file --ignore .venv --ignore var --ignore '*/tests/*'
	$(PY) manage.py makemessages -l en -d djangojs --no-wrap --add-location file --ignore .venv --ignore var --ignore staticfiles
	$(PY) manage.py compilemessages --ignore .venv

.PHONY: lock
lock: $(DEV) ## Lock requirements*.in anew, with hashes
	@for name in requirements requirements-dev; do \
	  $(PY) -m uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header --no-strip-extras \
	    --no-emit-index-url --no-emit-find-links $$name.in -o $$name.txt; \
	  sed -i "1i # Locked by \`make lock\` from $$name.in: do not edit." $$name.txt; \
	done

.PHONY: distclean
distclean: ## Remove .venv and everything that was built (the local database stays)
	rm -rf $(VENV) staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# --- stamps: what is done is not done again -----------------------------------------------------------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed: make PYTHON=python3.11 …' >&2; exit 2; }
	@echo 'Building $(VENV) …'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(RUNTIME): requirements.txt | $(VENV)/.made
	@echo 'Installing requirements.txt …'
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo 'Installing requirements-dev.txt …'
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(STATIC): $(RUNTIME) $(STATIC_SOURCES)
	@$(PY) manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@
