# Two commands for everyone: `make lab` and `make test`.
# `make` alone lists the others.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; \
	do $$p tools/supported_python.py >/dev/null 2>&1 && \
	{ echo $$p; break; }; done)
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
INSTALL := $(VENV)/bin/python -m pip install --quiet \
	--disable-pip-version-check --constraint constraints.txt
ROOT_FLAG := $(if $(filter 0,$(shell id -u)),--allow-root)
FIRST_LESSON := lessons/00_start_here.ipynb
LAB_FLAGS ?=

export PATH := $(BIN):$(PATH)

.PHONY: help lab test grade notebooks check-notebooks lint bench mutate \
	constraints clean

help:
	@echo "make lab              open the course in JupyterLab"
	@echo "make test             run the project's own tests"
	@echo "make grade            grade the lessons as they stand"
	@echo "make notebooks        build lessons/ and solutions/ from source/"
	@echo "make check-notebooks  say which notebooks are out of step"
	@echo "make lint             check the style of the code"
	@echo "make bench            time solutions, checks, the grader, the views"
	@echo "make mutate           change every solution, see what checks miss"
	@echo "make constraints      pin the versions that are installed now"
	@echo "make clean            remove the environment"

lab: $(VENV)/learner
	jupyter lab $(ROOT_FLAG) --notebook-dir=. $(LAB_FLAGS) $(FIRST_LESSON)

test: $(VENV)/author
	python -m pytest

grade: $(VENV)/learner
	python -m pytest --nbval lessons/

notebooks: $(VENV)/author
	python tools/build_notebooks.py

check-notebooks: $(VENV)/author
	python tools/build_notebooks.py --check

lint: $(VENV)/author
	ruff check
	ruff format --check

mutate: $(VENV)/author
	python tools/mutate_solutions.py

bench: $(VENV)/author
	python tools/bench_lessons.py
	python tools/bench_grading.py lessons
	python tools/bench_grading.py class --rivals 4
	python tools/bench_widgets.py
	python tools/bench_live.py

constraints: $(VENV)/author
	{ echo "# The exact versions last tested, written by make constraints."; \
	python -m pip freeze --exclude-editable; } > constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf $(VENV)

$(VENV)/created:
	@test -n "$(PYTHON)" || { echo "The course needs Python 3.11, 3.12 or \
	3.13 and found none. Install one, or name it: \
	make lab PYTHON=/where/it/is/python3"; exit 1; }
	$(PYTHON) tools/supported_python.py
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/learner: $(VENV)/created pyproject.toml constraints.txt
	@echo "Installing the course: a few minutes, once."
	$(INSTALL) --editable .
	@# JupyterLab would open with a question about its news.
	@jupyter labextension disable --level=sys_prefix \
		"@jupyterlab/apputils-extension:announcements" >/dev/null 2>&1
	@touch $@

$(VENV)/author: $(VENV)/learner
	$(INSTALL) --editable ".[test,author,class]"
	@touch $@
