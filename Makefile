# What did DeepSeek really cost? Everything starts here: `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/ready
BUNDLE := src/bookkit/static/vendor/live.js
TOOLS := node_modules/.tools
WEEKLY := $(VENV)/weekly/ready
PORT ?= 8000
# Packages go into the environments of this project, whatever the user set
export PIP_USER := 0
.DEFAULT_GOAL := help
.PHONY: FORCE help site test mutate mutants bench faults twice browser browsers serve pdf dist lab rerun notebooks tidy catalog edition citation lock audit sbom links clean

help: ## Show the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

# What Windows needs too stands in make.py, which looks itself whether there is anything to do
$(READY): FORCE
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=python3.12 site"; exit 1; }
	@$(PYTHON) make.py environment

$(BUNDLE): $(READY) FORCE
	@$(PY) make.py bundle

$(TOOLS): $(READY) FORCE
	@$(PY) make.py tools

$(WEEKLY): $(READY) FORCE
	@$(PY) make.py weekly

browser: $(READY)
	@$(PY) make.py browser

browsers: $(READY)
	@$(PY) make.py browsers

citation: $(READY) ## Validate CITATION.cff
	@$(PY) make.py citation

site: $(READY) ## Build the website into _build/html
	@$(PY) make.py site

test: $(READY) ## Check everything: data, models, style, notebooks, a clean build, each page in a browser
	@$(PY) make.py test

mutate: $(READY) ## Spoil every number of the data and report which checks notice (minutes; MUTATE=--all for every daily return)
	@$(PY) -m quality.mutate $(MUTATE)

bench: $(READY) $(TOOLS) browser ## Compare with stock Jupyter Book and nbconvert, at one to fifty times the size (an hour; BENCH=--quick: minutes)
	@$(PY) -m quality.bench.run $(BENCH)

mutants: $(READY) ## Change the code of the models and see whether a test fails (hours; SAMPLE=1500: minutes)
	@[ -x $(BIN)/mutmut ] || { echo "environment  installing mutmut, once"; $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-quality.txt; }
	@$(PY) -m quality.mutants $(if $(SAMPLE),--sample $(SAMPLE))

twice: $(READY) $(BUNDLE) browser ## Pack the last commit in two fresh clones and compare the bytes (minutes)
	@$(PY) -m quality.twice

faults: $(READY) ## Break builds in every way and write down what happened (half an hour)
	@$(PY) -m quality.faults.run

serve: $(READY) ## Build and serve the website on 127.0.0.1 (PORT=8080: elsewhere)
	@$(PY) make.py serve $(PORT)

pdf: site browser ## Print the whole book into _build/pdf
	@$(PY) -m bookkit.print.pdf

dist: site browser ## Pack site, wheel, data, notebooks and PDF with checksums into _build/dist
	@$(PY) -m bookkit.release.dist

lab: $(READY) ## Open the chapters in JupyterLab
	@[ -x $(BIN)/jupyter-lab ] || { echo "environment  installing JupyterLab, once"; $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-lab.txt; }
	@$(BIN)/jupyter-lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

rerun: $(READY) ## Run a chapter with your assumptions: make rerun CHAPTER=cost-claims ARGS='-p rate "3 usd/gpu_hour"'
	@$(PY) -m bookkit.execution.rerun $(CHAPTER) $(ARGS)

notebooks: $(READY) ## Execute the chapters and store them in notebooks/
	@$(PY) -m bookkit.execution.notebooks book notebooks

tidy: $(READY) ## Rewrite tables of data/ that a spreadsheet saved, losing nothing (DIGITS=1: put lost digits back, too)
	@$(PY) -m deepseek_audit tidy $(if $(DIGITS),--digits)
	@$(PY) -m deepseek_audit check

catalog: $(READY) ## Write data/README.md and book/references.bib from the tables
	@$(PY) -m deepseek_audit catalog

edition: site ## Keep this state as the published edition: its numbers, and what archives read
	@$(PY) -m bookkit.release.archive
	@$(PY) -m bookkit.editions.baseline
	@$(PY) -m deepseek_audit edition

lock: $(READY) ## Compile the requirements*.txt from their .in files, with hashes
	@$(PY) -m pip install -q --disable-pip-version-check uv
	@for name in requirements requirements-lab requirements-quality requirements-weekly requirements-citation; do \
	  $(BIN)/uv pip compile -q $$name.in --universal --python-version 3.11 --generate-hashes --no-emit-find-links --no-emit-index-url --custom-compile-command "make lock" -o $$name.txt || exit 1; \
	done

audit: $(WEEKLY) ## Ask for known vulnerabilities of every locked package (needs the network)
	@for name in requirements requirements-lab requirements-quality requirements-weekly requirements-citation; do \
	  echo "$$name.txt"; $(dir $(WEEKLY))bin/pip-audit --require-hashes --disable-pip --progress-spinner off -r $$name.txt || failed=1; \
	done; \
	echo "package-lock.json"; $(PY) -c "import subprocess, sys; from bookkit.site.bundle import npm_command; sys.exit(subprocess.call(npm_command('audit', '--package-lock-only')))" || failed=1; \
	[ -z "$$failed" ] || { echo "Update the packages named above (make lock; npm in package.json), or say in the .in file why one stays."; exit 1; }

sbom: $(WEEKLY) ## Write the bill of materials of both lock files into _build/sbom
	@$(PY) -m bookkit.release.materials _build/sbom --cyclonedx $(dir $(WEEKLY))bin/cyclonedx-py

links: site ## Check every address outside the site, politely (minutes, needs the network)
	@$(PY) -m bookkit.checks.links _build/html --record published/links.json --captures

clean: ## Remove what was built (the environment stays)
	@rm -rf _build
