# Everything a checkout needs, from python3 (3.11 or later) and make alone. `make help` lists the targets.
# .venv belongs to this file; it is made again when pyproject.toml changed or the checkout was moved.

ARTICLE := input(5x5) | conv2d(1, 3, stride=2, bias=false)

venv := .venv
python := $(venv)/bin/python
# A file's tests stay together: they share what they compile.
side_by_side := --numprocesses auto --dist loadfile
# The searches of verify have budgets of time, and processes of their own: nothing runs beside them.
searching := tests/properties/test_verify_mutants.py
pip := $(python) -m pip --disable-pip-version-check --quiet --quiet

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help derive test quick volume mutants tools lint format types docs bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo "Settings: PYTHON=/path/to/python3.12 makes .venv with it; PYTEST_ARGS='-k conv2d -x' goes to pytest."

derive: $(venv)/symgrad ## derive the gradients of the article's convolution
	@$(venv)/bin/symgrad derive "$(ARTICLE)"

test: $(venv)/tools ## run every test but those by the thousand
	$(python) -m pytest $(side_by_side) -m "not volume" $(PYTEST_ARGS)

quick: $(venv)/tools ## run the tests that are not marked slow
	$(python) -m pytest $(side_by_side) -m "not slow and not volume" $(PYTEST_ARGS)

volume: $(venv)/tools ## run the proofs by the thousand (minutes)
	$(python) -m pytest --numprocesses auto -m volume --ignore $(searching) $(PYTEST_ARGS)
	$(python) -m pytest -m volume $(searching) $(PYTEST_ARGS)

mutants: $(venv)/tools ## make mistakes in copies of the code, and see that a test notices each (an hour on one core)
	$(python) tests/mutants/run.py -j $$(nproc)

tools: $(venv)/tools ## make .venv with the test tools, and run nothing

lint: $(venv)/tools ## check style and format
	$(python) -m ruff check
	$(python) -m ruff format --check

format: $(venv)/tools ## format the code, and mend what ruff can mend
	$(python) -m ruff check --fix
	$(python) -m ruff format

types: $(venv)/tools ## check types
	$(python) -m mypy

docs: $(venv)/tools ## make the pages of docs/layers, run the examples in all pages, and write what they print
	$(python) tests/test_layer_pages.py --write
	$(python) tests/test_docs.py --write

bench: $(venv)/bench ## print the tables of benchmarks/
	@for table in benchmarks/[a-z]*.py; do echo "== $$table" && $(python) "$$table" || exit 1; done

clean: ## remove .venv and every cache
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist tests/oracles/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The rest makes .venv in three layers, each a stamp that depends on the one below.

# A copied or moved .venv would run the old checkout, and one whose Python is gone runs nothing.
ifneq "$(shell { $(python) -c '' && cat $(venv)/place; } 2>/dev/null)" "$(CURDIR)"
.PHONY: $(venv)/place
endif

$(venv)/place:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$("$$python" --version) (a few seconds) ..."; \
			"$$python" -m venv --clear $(venv) && pwd -P > $@; \
			exit; \
		fi; \
	done; \
	echo "symgrad needs Python 3.11 or later with its venv module, and found none." >&2; \
	echo "On Debian: apt-get install python3-venv. Elsewhere: make PYTHON=/path/to/python3.12 derive" >&2; \
	exit 1

$(venv)/symgrad: $(venv)/place pyproject.toml
	@echo "Installing symgrad into .venv (once, about 20 s) ..."
	@$(pip) install --editable . && touch $@

$(venv)/tools: $(venv)/symgrad
	@echo "Installing the test tools into .venv (once, about 20 s) ..."
	@$(pip) install --editable '.[test]' && touch $@

$(venv)/bench: $(venv)/tools
	@echo "Installing the peers of the benchmarks into .venv (once, about 20 s) ..."
	@$(pip) install --editable '.[bench]' && touch $@
