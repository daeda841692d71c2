# Everything is set up by the targets themselves: Python 3.10 or newer with venv, and make, are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# With pyenv, its shims answer for every installed Python that the package supports.
PYENV_VERSIONS = $(shell command -v pyenv >/dev/null 2>&1 && pyenv versions --bare | grep -E '^3\.1[0-4]\.[0-9]+$$' | sort -t. -k2,2n -k3,3n | paste -sd: -)
EXTRAS := keyring,otel,pandas,polars,rich,testing
export UV_PYTHON_DOWNLOADS := never
# Tests wait for sockets and processes: one worker more than there are processors.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all test-live httpx2 lowest check lint format types contracts drift api api-record \
	generate docs examples notebooks bench changelog release-ready dist sbom licences workflows upstream clean

help: ## Show this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-15s %s\n", $$1, $$2}'

# An environment that holds what users of the package get, and nothing else.
.make/runtime/.ready: pyproject.toml $(READY)
	@$(BIN)/uv venv --quiet --clear .make/runtime
	@$(BIN)/uv pip install --quiet --python .make/runtime/bin/python ".[$(EXTRAS)]"
	@touch $@

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

test-live: $(READY) ## Run the tests for a real deployment on that of CODER_URL; they remove what they make
	CODER_LIVE=1 $(BIN)/python -m pytest tests/live -v -rs -p no:randomly --force-enable-socket

httpx2: $(READY) ## Run the tests of the transport on the successor of httpx
	$(BIN)/nox --session httpx2

lowest: $(READY) ## Run the tests of the package with the oldest dependencies that it allows, on Python 3.10
	PYENV_VERSION="$(PYENV_VERSIONS)" $(BIN)/nox --session lowest

# In this order, so that what is quick to find is found first.
check: lint contracts drift api workflows types docs examples notebooks dist licences test-all httpx2 lowest ## Everything that CI runs

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

api: $(READY) ## Fail where the public API breaks and no changelog fragment says so
	$(BIN)/python -m codegen api

api-record: $(READY) ## Make the public API of now the one that the next release is compared with
	$(BIN)/python -m codegen api --record

generate: $(READY) ## Regenerate models, resources, tables and the derived sync modules
	$(BIN)/python -m codegen generate
	$(BIN)/python -m codegen colours

docs: $(READY) ## Build the documentation site, strictly
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

examples: $(READY) | .make ## Run every example that needs no deployment
	env -u CODER_URL -u CODER_SESSION_TOKEN $(BIN)/python examples/quickstart.py
	env -u CODER_URL -u CODER_SESSION_TOKEN $(BIN)/python examples/demo.py --plot .make/demo-insights.png

notebooks: $(READY) ## Run the notebooks on an invented deployment
	env -u CODER_URL -u CODER_SESSION_TOKEN $(BIN)/python examples/notebooks/run.py

changelog: $(READY) ## Show what the fragments in changes/ make of the changelog
	$(BIN)/towncrier build --draft --version unreleased

release-ready: $(READY) ## Fail where version, changelog and TAG do not agree
	$(BIN)/python release/ready.py "$(TAG)"

dist: $(READY) ## Build sdist and wheel twice, compare them to the byte, look at what they hold
	$(BIN)/python release/distributions.py dist

sbom: .make/runtime/.ready ## Write the bill of materials of the package and its extras to dist/
	@mkdir -p dist
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON \
		-o dist/coder-sdk.cdx.json .make/runtime/bin/python

licences: .make/runtime/.ready ## Fail where a dependency of the package or its extras has a licence not allowed
	$(BIN)/pip-licenses --python .make/runtime/bin/python

workflows: $(READY) ## Check the workflows of GitHub Actions with actionlint, if Go can install it
	@$(BIN)/python release/actionlint.py

upstream: $(READY) ## Look for a newer release of Coder; write what it changes for a pull request
	$(BIN)/python release/upstream.py

.make:
	@mkdir -p $@

bench: $(READY) ## Print what the benchmarks measure
	$(BIN)/python benchmarks/run.py

clean: ## Remove what the targets made
	rm -rf $(VENV) .nox .venvs .make site dist demo-insights.png .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
