# Two commands from nothing: `make demo` scans real files and shows the report, `make test` runs every check.
# Both make .venv first if pyproject.toml or constraints.txt changed since; nothing else is installed anywhere.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: demo test test-slow check format benchmarks clean

demo: $(INSTALLED)
	@echo "== the demonstration cases: files that come with pydicom, and a note =="
	@$(BIN)/python -m phivet.serving.demo demo
	@echo "== phivet scan demo/ultrasound demo/ct demo/mr demo/teaching --html demo/report.html =="
	@$(BIN)/phivet scan demo/ultrasound demo/ct demo/mr demo/teaching --html demo/report.html || [ $$? -eq 1 ]
	@echo "== the same with frames, boxes, notes and headers: demo/report.html (open it in a browser) =="
	@echo "== the moderators' console with three cases in its queue: $(BIN)/phivet serve --demo --data demo/data =="

test: check
	@echo "== tests =="
	@$(BIN)/pytest -n 2 -q

test-slow: $(INSTALLED)
	@echo "== slow tests: every file of pydicom, pydicom-data and deid-data, read word by word =="
	@$(BIN)/pytest -q -m slow

check: $(INSTALLED)
	@echo "== formatter, linter, types =="
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmarks: $(INSTALLED)
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[benchmarks]'
	@echo "== peak memory of a scan against the number of frames =="
	@$(BIN)/python benchmarks/memory.py
	@echo "== the notes detector beside Presidio; EXAMPLES=folder also scores both on labelled *.jsonl files there =="
	@$(BIN)/python benchmarks/notes.py $(if $(EXAMPLES),--examples "$(EXAMPLES)")
	@echo "== burned-in text beside EasyOCR on every frame; --help tells how to put Presidio beside them =="
	@$(BIN)/python benchmarks/burned_in_text.py
	@echo "== faces: a head of 300 slices =="
	@$(BIN)/python benchmarks/faces.py

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "phivet needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "Python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "== installing into .venv (some gigabytes, a few minutes, only this time) =="
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt torch torchvision
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
