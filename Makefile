# Needs only Python 3.11, make and a package registry.
PYTHON ?= python3.11
BIN = .venv/bin

.PHONY: setup demo test check bench lock clean

setup: .venv/done

.venv/done: requirements.lock pyproject.toml
	command -v $(PYTHON) >/dev/null && $(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

demo: setup
	$(BIN)/marsad demo

test: setup
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

check: setup
	$(BIN)/ruff format --check src tests training bench
	$(BIN)/ruff check src tests training bench
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -m "not slow"

bench: setup
	$(BIN)/python bench/dissect.py

lock:
	$(BIN)/python -m piptools compile -q --strip-extras --extra dev --extra bench --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache
