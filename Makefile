# What a contributor types. The environment lives in .venv and is made from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPOSE := docker compose --env-file docker/.env --file docker/compose.yaml
READY := $(VENV)/.ready
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header

.PHONY: help install demo up down test lint fix bench lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(READY) ## make the environment in .venv, with wirewatch in it

$(READY): pyproject.toml requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "wirewatch needs Python 3.11 or newer; name one: make install PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: install ## run the whole pipeline on a sample site on this machine
	@$(BIN)/wirewatch demo

up: ## start everything in containers: Airflow, PostgreSQL, Elasticsearch, Kibana (docker/README.md)
	@$(PYTHON) docker/prepare.py
	$(COMPOSE) up --build --detach
	@echo 'Kibana, in a minute: http://localhost:5601, as desk with the DESK_PASSWORD of docker/.env'
	@echo 'Airflow: http://localhost:8080, as admin with the AIRFLOW_ADMIN_PASSWORD of docker/.env'

down: ## stop them; articles, archive and dashboards stay
	$(COMPOSE) down

test: install ## run the tests (ALL=1: also those that take half a minute each, as CI does)
	@$(BIN)/pytest -n auto $(if $(ALL),,-m "not long") $(PYTEST)

lint: install ## check style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: install ## mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install ## print the figures of docs/figures.md (DATA=folder with pages/ and publishers/ for those that need real pages)
	@$(BIN)/python -m benchmarks $(if $(DATA),--data $(DATA))

lock: ## write the exact versions of everything into the lock files
	$(COMPILE) --extra dev --extra postgres --extra s3 --extra airflow --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --extra postgres --extra s3 --extra airflow --constraint requirements-dev.lock --output-file requirements-airflow.lock pyproject.toml
	$(COMPILE) --extra postgres --extra s3 --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml

clean: ## remove the environment and everything that was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
