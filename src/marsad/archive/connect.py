"""How the archive's database is reached: a SQLite file by its path, anything else by a SQLAlchemy URL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

WAIT = 30  # seconds a writer waits for another one


class ArchiveError(Exception):
    """The archive cannot be used; the message says why and what to do."""


def is_url(where: str) -> bool:
    """Whether an archive is named by a URL, not by a path."""
    return "://" in where


def engine_of(where: str) -> Engine:
    """Return the engine of an archive; ArchiveError when its URL is none or its driver is not installed."""
    if not is_url(where) or where.startswith("sqlite"):
        path = Path(make_url(where).database or "") if is_url(where) else Path(where)
        if not path.parent.is_dir():
            raise ArchiveError(f"{where}: there is no folder {path.parent}; make it or name another archive with --archive")
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": WAIT, "check_same_thread": False}, poolclass=QueuePool, pool_size=8, max_overflow=24)
        event.listen(engine, "connect", _prepared)
        event.listen(engine, "begin", _begun)
        return engine
    try:
        url = make_url(where)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        if not url.drivername.startswith("postgresql"):
            raise ArchiveError(f"{where}: an archive is a SQLite file or a postgresql:// address")
        return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED", connect_args={"connect_timeout": 10})
    except (ArgumentError, NoSuchModuleError) as error:
        raise ArchiveError(f"{where}: {error}; an address looks like postgresql://user@host/name") from error
    except ModuleNotFoundError as error:
        raise ArchiveError(f"{where}: PostgreSQL needs `pip install marsad[postgres]` ({error})") from error


def _prepared(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA mmap_size=268435456")
    connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
