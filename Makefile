# What did DeepSeek really cost? Everything starts here: `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/ready
BUNDLE := src/bookkit/static/vendor/live.js
CITATION := $(VENV)/citation/bin/cffconvert
TOOLS := node_modules/.tools
WEEKLY := $(VENV)/weekly
PORT ?= 8000
.DEFAULT_GOAL := help
.PHONY: help site test mutate mutants bench faults twice browser serve pdf dist lab rerun notebooks catalog edition citation lock audit sbom links clean

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

mutate: $(READY) ## Spoil every number of the data and report which checks notice (minutes; MUTATE=--all for every daily return)
	@$(PY) -m tests.mutate $(MUTATE)

bench: $(READY) $(TOOLS) browser ## Compare with stock Jupyter Book and nbconvert, at one to fifty times the size (an hour; BENCH=--quick: minutes)
	@$(PY) -m tests.bench.run $(BENCH)

mutants: $(READY) ## Change the code of the models and see whether a test fails (hours; SAMPLE=1500: minutes)
	@[ -x $(BIN)/mutmut ] || { echo "environment  installing mutmut, once"; $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-quality.txt; }
	@$(PY) -m tests.quality.mutants $(if $(SAMPLE),--sample $(SAMPLE))

twice: $(READY) $(BUNDLE) browser ## Pack the last commit in two fresh clones and compare the bytes (minutes)
	@$(PY) -m tests.twice

faults: $(READY) ## Break builds in every way and write down what happened (half an hour)
	@$(PY) -m tests.faults.run

serve: site ## Build and serve the website on 127.0.0.1
	@echo "Serving on http://127.0.0.1:$(PORT)/ (stop with Ctrl+C)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

pdf: site browser ## Print the whole book into _build/pdf
	@$(PY) -m bookkit.pdf

dist: site browser ## Pack site, wheel, data, notebooks and PDF with checksums into _build/dist
	@$(PY) -m bookkit.dist

lab: $(READY) ## Open the chapters in JupyterLab
	@[ -x $(BIN)/jupyter-lab ] || { echo "environment  installing JupyterLab, once"; $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-lab.txt; }
	@$(BIN)/jupyter-lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

rerun: $(READY) ## Run a chapter with your assumptions: make rerun CHAPTER=cost-claims ARGS='-p rate "3 usd/gpu_hour"'
	@$(PY) -m bookkit.rerun $(CHAPTER) $(ARGS)

notebooks: $(READY) ## Execute the chapters and store them in notebooks/
	@$(PY) -m bookkit.notebooks book notebooks

catalog: $(READY) ## Write data/README.md and book/references.bib from the tables
	@$(PY) -m deepseek_audit catalog

edition: site ## Keep this state as the published edition: its numbers, and what archives read
	@$(PY) -m bookkit.archive
	@$(PY) -m bookkit.published

# cffconvert needs older packages than the book, so it has an environment of its own
$(CITATION): $(READY) requirements-citation.txt
	@echo "environment  installing the validator of CITATION.cff (seconds, once)"
	@rm -rf $(VENV)/citation && $(PYTHON) -m venv $(VENV)/citation
	@$(VENV)/citation/bin/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements-citation.txt > $(VENV)/citation.log 2>&1 \
	  || { tail -n 5 $(VENV)/citation.log; echo "The validator could not be installed. The whole log is $(VENV)/citation.log."; exit 1; }

citation: $(CITATION) ## Validate CITATION.cff
	@$(CITATION) --validate

lock: $(READY) ## Compile the requirements*.txt from their .in files, with hashes
	@$(PY) -m pip install -q --disable-pip-version-check uv
	@for name in requirements requirements-lab requirements-quality requirements-weekly requirements-citation; do \
	  $(BIN)/uv pip compile -q $$name.in --universal --python-version 3.11 --generate-hashes --no-emit-find-links --no-emit-index-url --custom-compile-command "make lock" -o $$name.txt || exit 1; \
	done

# Auditing and the bill of materials need packages that neither the book nor its tests use
$(WEEKLY)/ready: $(READY) requirements-weekly.txt
	@echo "environment  installing the weekly checks' locked packages into $(WEEKLY) (a minute, once)"
	@rm -rf $(WEEKLY) && $(PYTHON) -m venv $(WEEKLY)
	@$(WEEKLY)/bin/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes -r requirements-weekly.txt > $(VENV)/weekly.log 2>&1 \
	  || { tail -n 5 $(VENV)/weekly.log; echo "The weekly checks could not be installed. The whole log is $(VENV)/weekly.log."; exit 1; }
	@touch $@

audit: $(WEEKLY)/ready ## Ask for known vulnerabilities of every locked package (needs the network)
	@for name in requirements requirements-lab requirements-quality requirements-weekly requirements-citation; do \
	  echo "$$name.txt"; $(WEEKLY)/bin/pip-audit --require-hashes --disable-pip --progress-spinner off -r $$name.txt || failed=1; \
	done; \
	echo "package-lock.json"; $(PY) -c "import subprocess, sys; from bookkit.bundle import npm_command; sys.exit(subprocess.call(npm_command('audit', '--package-lock-only')))" || failed=1; \
	[ -z "$$failed" ] || { echo "Update the packages named above (make lock; npm in package.json), or say in the .in file why one stays."; exit 1; }

sbom: $(WEEKLY)/ready ## Write the bill of materials of both lock files into _build/sbom
	@$(PY) -m bookkit.materials _build/sbom --cyclonedx $(WEEKLY)/bin/cyclonedx-py

links: site ## Check every address outside the site, politely (minutes, needs the network)
	@$(PY) -m bookkit.links _build/html --record published/links.json --captures

clean: ## Remove what was built (the environment stays)
	@rm -rf _build
