"""What tests share: where the shared folder is, pages from bytes, the command line in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does, before numpy comes
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


PG_BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[str]:
    """The address of a PostgreSQL server of Debian's, started for the tests, without a database's name."""
    if not PG_BIN:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    home = tmp_path_factory.mktemp("pg")
    as_other: list[str] = []
    if os.getuid() == 0:  # the server refuses root
        as_other = ["runuser", "-u", "postgres", "--"]
        for folder in (home, *list(home.parents)[:2]):
            folder.chmod(0o755)
        subprocess.run(["chown", "postgres", str(home)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = home / "data"
    subprocess.run(
        [*as_other, PG_BIN[-1] / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"], check=True, capture_output=True, cwd="/"
    )
    settings = f"-k {home} -p {port} -c listen_addresses=127.0.0.1"
    subprocess.run([*as_other, PG_BIN[-1] / "pg_ctl", "-D", data, "-o", settings, "-l", home / "log", "-w", "start"], check=True, capture_output=True, cwd="/")
    yield f"postgresql://postgres@127.0.0.1:{port}"
    subprocess.run([*as_other, PG_BIN[-1] / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path) -> str:
    """Where a new archive may be made: on SQLite and on PostgreSQL, one test after the other."""
    if request.param == "sqlite":
        return str(tmp_path / "archive.db")
    import psycopg

    server = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> Path:
    """The samples' archive, made once."""
    where = tmp_path_factory.mktemp("serve") / "samples.db"
    subprocess.run([sys.executable, "-m", "marsad.cli", "demo", "--archive", str(where)], check=True, capture_output=True)
    from marsad.archive import Archive

    with Archive(where) as store, store.engine.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return where
