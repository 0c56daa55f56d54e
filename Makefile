# Needs only Python 3.11, make and a package registry.
PYTHON ?= python3.11
BIN = .venv/bin
LOCK = -q --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: setup demo test check bench lock clean

setup: .venv/done

.venv/done: requirements.lock pyproject.toml
	command -v $(PYTHON) >/dev/null && $(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -r requirements.lock
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

bench: .venv/bench
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/dissect.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/read.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/stories.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/archive.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/serve.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/outlook.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/batch.py --ray

.venv/bench: bench/requirements.lock .venv/done
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -r bench/requirements.lock
	touch $@

lock: setup
	$(BIN)/python -m pip install -q -U pip pip-tools
	$(BIN)/python -m piptools compile $(LOCK) --extra dev --extra postgres --extra web --extra batch --extra ray -o requirements.lock pyproject.toml
	$(BIN)/python -m piptools compile $(LOCK) --extra dev --extra postgres --extra web --extra batch --extra ray --extra bench -o bench/requirements.lock pyproject.toml

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache
