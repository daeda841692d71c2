# Everything is set up by the targets themselves: Python 3.10 or newer with venv, and make, are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# With pyenv, its shims answer for every installed Python that the package supports.
PYENV_VERSIONS = $(shell command -v pyenv >/dev/null 2>&1 && pyenv versions --bare | grep -E '^3\.1[0-4]\.[0-9]+$$' | sort -t. -k2,2n -k3,3n | paste -sd: -)
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all httpx2 check lint format types contracts drift generate docs examples bench clean

help: ## Show this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(READY): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --editable . --group dev
	@touch $@

setup: $(READY) ## Create .venv with everything that development needs

demo: $(READY) ## Set up, then do the whole main job (on CODER_URL, or on a fake deployment)
	@$(BIN)/python examples/quickstart.py
	@echo
	@$(BIN)/python examples/demo.py

test: $(READY) ## Set up, then run the tests on this Python
	$(BIN)/python -m pytest -n auto -q

test-all: $(READY) ## Run the tests on every supported Python that this machine has
	PYENV_VERSION="$(PYENV_VERSIONS)" $(BIN)/nox --session tests

httpx2: $(READY) ## Run the tests of the transport on the successor of httpx
	$(BIN)/nox --session httpx2

check: lint types contracts drift docs examples test-all httpx2 ## Everything that CI runs

lint: $(READY) ## Formatting and ruff's rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(READY) ## Format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(READY) ## mypy strict and pyright strict
	$(BIN)/mypy
	$(BIN)/pyright

contracts: $(READY) ## Which package may import which
	$(BIN)/lint-imports

drift: $(READY) ## Generated and derived code is what its inputs give
	$(BIN)/python -m codegen generate --check
	$(BIN)/python -m codegen colours --check

generate: $(READY) ## Regenerate models, resources, tables and the derived sync modules
	$(BIN)/python -m codegen generate
	$(BIN)/python -m codegen colours

docs: $(READY) ## Build the documentation site, strictly
	$(BIN)/mkdocs build --strict --quiet

examples: $(READY) | .make ## Run every example that needs no deployment
	env -u CODER_URL -u CODER_SESSION_TOKEN $(BIN)/python examples/quickstart.py
	env -u CODER_URL -u CODER_SESSION_TOKEN $(BIN)/python examples/demo.py --plot .make/demo-insights.png

.make:
	@mkdir -p $@

bench: $(READY) ## Print what the benchmarks measure
	$(BIN)/python benchmarks/run.py

clean: ## Remove what the targets made
	rm -rf $(VENV) .nox .venvs site dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
