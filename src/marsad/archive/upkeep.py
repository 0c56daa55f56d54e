"""Backup, restore and a look at an archive."""

from __future__ import annotations

import sqlite3
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, text

from marsad.archive import Archive, ArchiveError, put, schema
from marsad.archive.connect import is_url
from marsad.archive.upgrade import HEAD
from marsad.records import Article

PORTION = 500  # rows copied at a time


def backup(archive: Archive, target: Path) -> None:
    """Copy an archive as it is at this moment into a new SQLite file, while others read and write; ArchiveError when the file is there already."""
    if target.exists():
        raise ArchiveError(f"{target}: is there already; name another file")
    aside = target.with_name(target.name + ".part")
    aside.unlink(missing_ok=True)
    if not is_url(archive.where):
        source, sink = sqlite3.connect(archive.where), sqlite3.connect(aside)
        with source, sink:
            source.backup(sink, pages=2000)
        source.close()
        sink.close()
    else:
        with Archive(aside) as copy:
            _copy(archive, copy)
            with copy.engine.connect() as db:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    aside.replace(target)
    for tail in ("-wal", "-shm"):
        Path(f"{aside}{tail}").unlink(missing_ok=True)


def restore(source: Path, archive: Archive) -> None:
    """Put what a backup holds into an empty archive of either kind; ArchiveError when the archive holds pages or the backup is none."""
    if not source.is_file():
        raise ArchiveError(f"{source}: there is no such backup; check the path")
    if archive.counts()["page"]:
        raise ArchiveError(f"{archive.where}: holds pages already; restore into a new archive")
    with Archive(source) as held:
        _copy(held, archive)


def _copy(source: Archive, target: Archive) -> None:
    """All rows of one archive into another, in one transaction there; full text is made anew."""
    with source.reading_from() as here, target.writing() as there:
        for table in schema.metadata.sorted_tables:
            there.execute(delete(table))
            rows = here.execute(select(table), execution_options={"yield_per": PORTION}).mappings()
            while some := [dict(row) for row in islice(rows, PORTION)]:
                there.execute(insert(table), some)
                if table.name == "article":
                    put.index(there, [(row["number"], msgspec.json.decode(row["record"], type=Article)) for row in some if row["headline"] is not None])
        if target.kind == "postgresql":
            for name in ("article", "visit"):
                column = "number" if name == "article" else "id"
                there.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), COALESCE((SELECT max({column}) FROM {name}), 0) + 1, false)"))


def info(archive: Archive) -> dict[str, Any]:
    """Return what an archive holds: counts, bytes of pages as they came and as they are kept, first and last day, outlets, schema."""
    a, b = schema.article.c, schema.body.c
    with archive.reading_from() as db:
        raw, packed = db.execute(select(func.coalesce(func.sum(b.size), 0), func.coalesce(func.sum(func.length(b.packed)), 0))).one()
        first, last = db.execute(select(func.min(a.published_at), func.max(a.published_at))).one()
        outlets = db.execute(select(a.outlet, func.count()).group_by(a.outlet).order_by(func.count().desc(), a.outlet).limit(10)).all()
        readers = db.execute(select(schema.reading.c.origin, func.count()).group_by(schema.reading.c.origin)).all()
        waiting = db.scalar(select(func.count()).select_from(schema.frontier)) or 0
    size = Path(archive.where).stat().st_size if not is_url(archive.where) else None
    return {
        "where": archive.where, "schema": HEAD, **archive.counts(), "waiting": waiting, "page_bytes": int(raw), "packed_bytes": int(packed), "file_bytes": size, "first_at": first, "last_at": last,
        "outlets": {o or "-": n for o, n in outlets}, "readings_by": {str(o): n for o, n in readers},
    }  # fmt: skip
