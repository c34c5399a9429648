# What did DeepSeek really cost? Everything starts here: `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/ready
BUNDLE := src/bookkit/static/vendor/live.js
TOOLS := node_modules/.tools
PORT ?= 8000
.DEFAULT_GOAL := help
.PHONY: help site test bench browser serve lab notebooks catalog lock clean

help: ## Show the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=python3.12 site"; exit 1; }
	@echo "environment  installing the locked packages into $(VENV) (about a minute, once)"
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	@{ $(PY) -m pip install --disable-pip-version-check -q --require-hashes -r requirements.txt && \
	   $(PY) -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e . ; } > $(VENV)/install.log 2>&1 \
	  || { tail -n 5 $(VENV)/install.log; echo "The environment could not be installed. The whole log is $(VENV)/install.log."; exit 1; }
	@touch $@

$(BUNDLE): $(READY) package.json package-lock.json .npmrc src/bookkit/bundle.py $(wildcard src/bookkit/scripts/*.js)
	@echo "bundle       installing the locked npm packages into node_modules (seconds, once)"
	@$(PY) -m bookkit.bundle
	@touch $@

# Bundling installs without the tools of the tests; they come after it
$(TOOLS): $(BUNDLE) package-lock.json
	@echo "tools        installing the tests' npm packages into node_modules (seconds, once)"
	@$(PY) -c "from pathlib import Path; from bookkit.bundle import npm; npm(Path(), 'ci', '--no-progress')"
	@touch $@

# The browser that is there, else Debian's, else a line that says how to get one
browser: $(READY)
	@$(PY) -m tests.site.browser > /dev/null || .ci/browser || $(PY) -m tests.site.browser || true

site: $(READY) ## Build the website into _build/html
	@$(MAKE) -s $(BUNDLE) || echo "bundle       not there: the site is built all the same, with static charts and calculators"
	@$(PY) -m deepseek_audit check
	@$(PY) -m deepseek_audit audit
	@$(PY) -m bookkit.build

test: $(READY) $(TOOLS) browser ## Check everything: data, models, style, notebooks, a clean build, each page in a browser
	@$(PY) tests/run.py

bench: $(READY) $(TOOLS) browser ## Compare this site with the same chapters built by stock Jupyter Book (minutes)
	@$(PY) -m tests.bench.run

serve: site ## Build and serve the website on 127.0.0.1
	@echo "Serving on http://127.0.0.1:$(PORT)/ (stop with Ctrl+C)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(READY) ## Open the chapters in JupyterLab
	@[ -x $(BIN)/jupyter-lab ] || { echo "environment  installing JupyterLab, once"; $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-lab.txt; }
	@$(BIN)/jupyter-lab --notebook-dir=. notebooks

notebooks: $(READY) ## Execute the chapters and store them in notebooks/
	@$(PY) -m bookkit.notebooks book notebooks

catalog: $(READY) ## Write data/README.md and book/references.bib from the tables
	@$(PY) -m deepseek_audit catalog

lock: $(READY) ## Compile requirements.txt from requirements.in, with hashes
	@$(PY) -m pip install -q --disable-pip-version-check uv
	@$(BIN)/uv pip compile -q requirements.in --universal --python-version 3.11 --generate-hashes --no-emit-find-links --no-emit-index-url --custom-compile-command "make lock" -o requirements.txt
	@$(BIN)/uv pip compile -q requirements-lab.in --universal --python-version 3.11 --generate-hashes --no-emit-find-links --no-emit-index-url --custom-compile-command "make lock" -o requirements-lab.txt

clean: ## Remove what was built (the environment stays)
	@rm -rf _build
