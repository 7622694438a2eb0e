# Every target sets up .venv by itself when it is missing or out of date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test check format readme figures bench bench-large neo4j clean
.DELETE_ON_ERROR:

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (once; PyTorch is large, this takes some minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/python scripts/demo.py $(if $(EVENTS),--events "$(EVENTS)") $(if $(LABELS),--labels "$(LABELS)") $(if $(MAP),--map "$(MAP)")

test: $(STAMP)
	@$(BIN)/python -m pytest -n 2

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python scripts/readme.py --check
	@$(MAKE) --no-print-directory test

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only .

readme: $(STAMP)
	@$(BIN)/python scripts/readme.py --picture
	@$(BIN)/python scripts/drill_down_picture.py

figures: $(STAMP)  # one after the other, even under -j: they time, and some write the same file
	@$(MAKE) --no-print-directory bench
	@$(MAKE) --no-print-directory bench-large
	@$(MAKE) --no-print-directory readme

bench: $(STAMP)
	@$(BIN)/python benchmarks/speed.py
	@$(BIN)/python benchmarks/sweep_scale.py
	@$(BIN)/python benchmarks/bad_logs.py
	@$(BIN)/python benchmarks/simulate_scale.py
	@$(BIN)/python benchmarks/side_by_side.py
	@$(BIN)/python benchmarks/scale.py
	@$(BIN)/python benchmarks/louvain.py
	@$(BIN)/python benchmarks/hardness.py
	@$(BIN)/python benchmarks/reach.py
	@$(BIN)/python benchmarks/stability.py
	@$(BIN)/python benchmarks/cited.py
	@$(BIN)/python benchmarks/leave_typology_out.py
	@$(BIN)/python benchmarks/actions.py
	@$(BIN)/python benchmarks/across_engines.py
	@$(BIN)/python benchmarks/verdicts.py
	@$(BIN)/python benchmarks/real_backgrounds.py
	@$(BIN)/python benchmarks/shared_graph.py

bench-large: $(STAMP)
	@$(BIN)/python benchmarks/sweep_scale.py --events 50000000
	@$(BIN)/python benchmarks/simulate_scale.py --events 100000000

neo4j: $(STAMP)
	@$(BIN)/ringfinder graph start

clean:
	rm -rf $(VENV) .ringfinder .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
