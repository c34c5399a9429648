# What did DeepSeek really cost? Everything starts here: `make help`.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
BOOKKIT := $(PY) -m bookkit
READY := .venv/ready
BUNDLE := src/bookkit/static/vendor/live.js
PORT ?= 8000
# How `make lock` compiles what is wanted: for every system, with hashes and without the host they came from
COMPILE = $(PY) -m uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)
GROUPS := $(shell sed -n '/^\[dependency-groups\]/,/^\[tool/s/^\([a-z]*\) = .*/--group \1/p' pyproject.toml)
# Packages go into the environment of this project, whatever the user set
export PIP_USER := 0
.DEFAULT_GOAL := help
.PHONY: FORCE help site test packs mutate mutants bench faults twice browser browsers serve pdf dist lab rerun notebooks tidy catalog edition lock audit sbom links clean

help: ## Show the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

# What Windows needs too stands in make.py, which looks itself whether there is anything to do
$(READY): FORCE
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=python3.12 site"; exit 1; }
	@$(PYTHON) make.py environment

# The site's packages and those of one group of pyproject.toml
with-%: $(READY)
	@$(PY) make.py environment $*

$(BUNDLE): $(READY) FORCE
	@$(PY) make.py bundle

tools: with-test
	@$(PY) make.py tools

npm: $(READY)
	@$(PY) make.py npm

browser: $(READY)
	@$(PY) make.py browser

browsers: with-test
	@$(PY) make.py browsers

site: $(READY) ## Build the website into _build/html
	@$(PY) make.py site

test: $(READY) ## Check everything: data, models, style, notebooks, a clean build, each page in a browser
	@$(PY) make.py test

mutate: with-test ## Spoil every number of the data and report which checks notice (minutes; MUTATE=--all for every daily return)
	@$(PY) -m quality.mutate $(MUTATE)

bench: tools browser packs site ## Compare with stock Jupyter Book and nbconvert, at one to fifty times the size (an hour; BENCH=--quick: minutes)
	@$(PY) -m quality.bench.verification
	@$(PY) -m quality.bench.run $(BENCH)

mutants: with-quality ## Change the code of the models and see whether a test fails (hours; SAMPLE=1500: minutes)
	@$(PY) -m quality.mutants $(if $(SAMPLE),--sample $(SAMPLE))

twice: with-release $(BUNDLE) browser ## Pack the last commit in two fresh clones and compare the bytes (minutes)
	@$(PY) -m quality.twice

faults: with-test ## Break builds in every way and write down what happened (half an hour)
	@$(PY) -m quality.faults.run

packs: $(READY) ## Fetch and pack Python for browsers, so that readers can verify chapters in theirs (once; TRACE=1: after a chapter imports more)
	@$(PY) make.py packs $(if $(TRACE),trace)

serve: $(READY) ## Build and serve the website on 127.0.0.1 (PORT=8080: elsewhere)
	@$(PY) make.py serve $(PORT)

pdf: site with-pdf browser ## Print the whole book into _build/pdf
	@$(BOOKKIT) pdf

dist: packs site with-release browser ## Pack site, wheel, data, notebooks and PDF with checksums into _build/dist
	@$(BOOKKIT) dist

lab: with-lab ## Open the chapters in JupyterLab
	@$(BIN)/jupyter-lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

rerun: with-rerun ## Run a chapter with your assumptions: make rerun CHAPTER=cost-claims ARGS='-p rate "3 usd/gpu_hour"'
	@$(BOOKKIT) rerun $(CHAPTER) $(ARGS)

notebooks: $(READY) ## Execute the chapters and store them in notebooks/
	@$(BOOKKIT) notebooks book notebooks

tidy: $(READY) ## Rewrite tables of data/ that a spreadsheet saved, losing nothing (DIGITS=1: put lost digits back, too)
	@$(PY) -m deepseek_audit tidy $(if $(DIGITS),--digits)
	@$(PY) -m deepseek_audit check

catalog: $(READY) ## Write data/README.md and book/references.bib from the tables
	@$(PY) -m deepseek_audit catalog

edition: site ## Keep this state as the published edition: its numbers, and what archives read
	@$(BOOKKIT) permalinks --keep
	@$(BOOKKIT) archive
	@$(BOOKKIT) baseline
	@$(PY) -m deepseek_audit edition

lock: $(READY) ## Compile requirements.txt and requirements-all.txt from pyproject.toml (UPGRADE=--upgrade: newer versions)
	@$(COMPILE) $(GROUPS) -o requirements-all.txt
	@cp requirements-all.txt requirements.txt
	@$(COMPILE) --group site -o requirements.txt
	@$(BOOKKIT) packs --lock

audit: with-weekly npm ## Ask for known vulnerabilities of every locked package (needs the network)
	@$(BIN)/pip-audit --require-hashes --disable-pip --progress-spinner off -r requirements-all.txt || failed=1; \
	$(BIN)/pip-audit --require-hashes --disable-pip --progress-spinner off -r requirements-browser.txt || failed=1; \
	$(BOOKKIT) npm audit --package-lock-only || failed=1; \
	[ -z "$$failed" ] || { echo "Update the packages named above (make lock; npm in package.json), or say in pyproject.toml why one stays."; exit 1; }

# Read from the locks, not from what is installed; without time and random number, so that two bills of the same locks are the same bytes
sbom: with-weekly npm ## Write the bills of materials of the lock files into _build/sbom
	@mkdir -p _build/sbom
	@$(BIN)/cyclonedx-py requirements --sv 1.6 --of JSON --output-reproducible -o _build/sbom/materials-python.cdx.json requirements.txt
	@$(BIN)/cyclonedx-py requirements --sv 1.6 --of JSON --output-reproducible -o _build/sbom/materials-browser.cdx.json requirements-browser.txt
	@$(BOOKKIT) npm sbom --sbom-format cyclonedx --package-lock-only --omit dev > _build/sbom/npm.json
	@jq 'del(.serialNumber, .metadata.timestamp) | .metadata.component.name = "bookkit"' _build/sbom/npm.json > _build/sbom/materials-npm.cdx.json

links: site with-links ## Check every address outside the site, politely (minutes, needs the network)
	@$(BOOKKIT) links _build/html --record published/links.json --captures

clean: ## Remove what was built (the environment stays)
	@rm -rf _build
