"""Brings an archive's schema to this version of Marsad (Alembic), and back: a SQLite file is copied aside before it is changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from marsad.archive.connect import ArchiveError, is_url

HEAD = "0004"  # the newest script of migrations/versions
BEFORE = ("0001", "0002", "0003")


def version_of(db: Connection) -> str | None:
    """Return the version of the schema, None for an empty database; ArchiveError for one that is no archive or was made by an early Marsad."""
    names = set(inspect(db).get_table_names())
    if "alembic_version" in names:
        return str(db.scalar(text("SELECT version_num FROM alembic_version")) or "") or None
    if names & {"page", "article"}:
        raise ArchiveError("it was made by Marsad 0.1 before its first release; collect its pages into a new archive")
    return None


def upgrade(engine: Engine, where: str, to: str = HEAD) -> None:
    """Bring the archive to a version, forward or back. Nothing happens when it is there already."""
    try:
        with engine.connect() as db:
            now = version_of(db)
        if now == to:
            return
        if now is not None and now not in (*BEFORE, HEAD):
            raise ArchiveError(f"made by a newer Marsad (schema {now}); update Marsad")
        if now and not is_url(where):
            shutil.copyfile(where, aside := Path(f"{where}.{now}"))
            for tail in ("-wal",):
                if Path(where + tail).exists():
                    shutil.copyfile(where + tail, f"{aside}{tail}")
        _run(engine, to, forward=now is None or now < to)
    except ArchiveError as error:
        raise ArchiveError(f"{where}: {error}") from error
    except (OperationalError, ProgrammingError, DatabaseError) as error:
        raise ArchiveError(f"{where}: {str(error.orig or error).strip().splitlines()[0]}; check the path or address, or name another with --archive") from error


def _run(engine: Engine, to: str, forward: bool) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7215)"))  # one upgrades, the others wait
        if version_of(connection) == to:
            return
        config.attributes["connection"] = connection
        (command.upgrade if forward else command.downgrade)(config, to)
