"""What tests share: where the shared folder is, pages from bytes, the command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of data and scorers beside the repository; tests that need it are skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here (it is only on the project's own machines)")
    return SHARED


@pytest.fixture
def marsad():
    """Run `marsad ARGS` in a process; gives the finished process, output as bytes."""

    def call(*args: str | Path, stdin: bytes = b"", cwd: Path | None = None, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "marsad.cli", *map(str, args)], input=stdin, capture_output=True, cwd=cwd, env=os.environ | (env or {}), timeout=120, check=False
        )

    return call
