# The customer workbook. `make` lists the targets; README.md explains them.
#
#   make reports                                        real data, English
#   make -j2 reports DATASET=cdnow LANGUAGE=both        two stages at a time, both languages
#   make churn SNAPSHOT_DATE=2017-09-30 PARAMS=my.yml   one report and what it needs

DATASET       ?= complete_journey   # a folder of data/ with a dataset.yml
LANGUAGE      ?= en                 # en, zh or both
SNAPSHOT_DATE ?=                    # last day observed, inclusive; empty = the last day of the data set
PARAMS        ?=                    # a YAML file: stage → parameter → value
ENGINE        ?= duckdb             # duckdb, or pyspark after `make scale`
FROM          ?=                    # make new: the folder with a company's exports
PEOPLE        ?= 20000              # how many people simulated_retailer knows

ifeq ($(CONDA_DEFAULT_ENV),customer-workbook)
  PYTHON := python
  ENV    :=
  DEV    := .dev-installed
else
  PYTHON := .venv/bin/python
  ENV    := .venv/.installed
  DEV    := .venv/.dev-installed
endif
unexport PYTHONDONTWRITEBYTECODE    # modules that are compiled anew cost every stage two seconds and the tests half a minute
OPTIONS = $(foreach name,DATASET LANGUAGE SNAPSHOT_DATE PARAMS ENGINE,'$(name)=$(strip $($(name)))')
RUN     = @$(PYTHON) -m helpers.run
STAGES  = collection cleaning segmentation lifetime_value persona voc churn dashboard

.DEFAULT_GOAL := help
.PHONY: help reports $(STAGES) new simulate score lab test coverage test-fast lint format bench dictionary check-reports check-leaks scale lock clean
.DELETE_ON_ERROR:

help: ## list the targets
	@grep -hE '^[a-z_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'
	@echo "  variables        DATASET=$(strip $(DATASET)) LANGUAGE=$(strip $(LANGUAGE)) SNAPSHOT_DATE= PARAMS= ENGINE=$(strip $(ENGINE))"

# --- the pipeline: a stage, what it needs, what it answers. Each stage itself decides by content whether it has to run.

collection: $(ENV)            ## 01 what arrived, from where, how complete
cleaning: collection          ## 02 which rows and values changed, and why
segmentation: cleaning        ## 03 which customers behave alike
lifetime_value: cleaning      ## 04 what customers are worth; cohorts and retention
persona: segmentation voc     ## 05 who the segments are
voc: lifetime_value           ## 06 what customers say
churn: cleaning               ## 07 who is about to leave, and what that costs
dashboard: collection cleaning lifetime_value voc segmentation churn persona ## 12 the front page

$(STAGES):
	$(RUN) $@ $(OPTIONS)

ifeq ($(strip $(DATASET)),simulated_retailer)
collection: simulate
endif

reports: dashboard ## all reports → reports/DATASET/LANGUAGE/index.html
	$(RUN) --reports $(OPTIONS)

# --- a company's own data, and a company that is simulated

new: $(ENV) ## look at the exports in FROM and propose data/DATASET/dataset.yml
	@$(PYTHON) -m helpers.new_dataset 'DATASET=$(strip $(DATASET))' 'FROM=$(strip $(FROM))'

simulate: $(ENV) ## write the export files of simulated_retailer, a retailer of PEOPLE people, with the truth kept apart
	@$(PYTHON) -m helpers.simulation DATASET=simulated_retailer 'PEOPLE=$(strip $(PEOPLE))'

score: $(ENV) ## how close the answers of simulated_retailer come to its truth (after make reports)
	@$(PYTHON) -m helpers.score DATASET=simulated_retailer

# --- working

lab: $(ENV) ## open the notebooks in JupyterLab, which then asks nobody for news, updates or extensions
	@$(PYTHON) -m jupyterlab.labextensions disable $(NEWS) --level=sys_prefix > /dev/null 2>&1
	$(PYTHON) -m jupyterlab notebooks --LabApp.extension_manager=readonly
NEWS = @jupyterlab/apputils-extension:announcements

SPREAD = -n auto --dist loadfile --no-loadscope-reorder   # a process a core; the tests of a file share what they set up
test: $(DEV) ## all tests
	$(PYTHON) -m pytest $(SPREAD)

coverage: $(DEV) ## all tests, and which lines they reach (half as long again)
	$(PYTHON) -m pytest $(SPREAD) --cov=helpers --cov-report=term:skip-covered --cov-fail-under=90

test-fast: $(DEV) ## the tests that need seconds
	$(PYTHON) -m pytest $(SPREAD) -m "not slow and not browser"

lint: $(DEV) ## look for mistakes in code
	$(PYTHON) -m ruff check src tests

format: $(DEV) ## sort imports and mend what the linter can mend
	$(PYTHON) -m ruff check --fix src tests

check-reports: $(DEV) ## open the reports of DATASET in headless Chromium and check them
	$(PYTHON) tests/browser.py reports/$(strip $(DATASET))

check-leaks: $(DEV) ## look for values of the vault of DATASET in its clean tables, results, notebooks and reports
	$(PYTHON) tests/check_leaks.py $(strip $(DATASET))

bench: $(DEV) ## measure speed and memory → BENCHMARKS.md
	$(PYTHON) tests/bench.py

dictionary: $(ENV) ## write data/README.md from the table contracts
	$(PYTHON) -m helpers.dictionary

clean: ## remove what was computed for DATASET (not raw data, the vault, or what earlier runs found and foretold)
	$(if $(filter $(notdir $(wildcard data/*)),$(strip $(DATASET))),,$(error DATASET=$(DATASET): there is no such folder in data/))
	rm -rf $(foreach part,collected clean stages results/*.parquet,data/$(strip $(DATASET))/$(part)) reports/$(strip $(DATASET))

# --- the environment: one hashed lock for conda and for plain Python

INSTALL = if command -v uv >/dev/null; then uv pip install -q --python $(PYTHON) --require-hashes -r $(1); \
          else $(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r $(1); fi
PROJECT = if command -v uv >/dev/null; then uv pip install -q --python $(PYTHON) --no-deps -e .; \
          else $(PYTHON) -m pip install -q --disable-pip-version-check --no-deps -e .; fi

.venv/.installed: requirements.lock pyproject.toml
	@echo "installing the environment into .venv (once)"
	@test -x .venv/bin/python || python3 -m venv .venv
	@$(call INSTALL,requirements.lock)
	@$(PROJECT)
	@touch $@

.venv/.dev-installed: requirements-dev.lock requirements-febrl.lock .venv/.installed
	@echo "installing what the tests need"
	@$(call INSTALL,requirements-dev.lock)
	@$(call INSTALL,requirements-febrl.lock --no-deps)
	@touch $@

.dev-installed: requirements-dev.lock requirements-febrl.lock
	@$(call INSTALL,requirements-dev.lock)
	@$(call INSTALL,requirements-febrl.lock --no-deps)
	@touch $@

scale: $(ENV) ## install PySpark, for ENGINE=pyspark (needs Java 17)
	@$(call INSTALL,requirements-scale.lock)

COMPILE = uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-find-links --no-emit-index-url
lock: ## compile the locks from pyproject.toml (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --extra scale -c requirements.lock -o requirements-scale.lock
