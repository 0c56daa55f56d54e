"""One collector at a time on an archive: a second one is told so. The lock goes with its process, however that ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from marsad.archive import Archive, ArchiveError
from marsad.archive.connect import is_url

NUMBER = 7214  # of the advisory lock on PostgreSQL


@contextmanager
def collecting(archive: Archive) -> Iterator[None]:
    """Hold the archive for collecting; ArchiveError when another process does."""
    busy = f"{archive.where}: another Marsad is collecting into this archive; wait for it, or stop it"
    if archive.kind == "postgresql":
        with archive.engine.connect() as db:
            if not db.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": NUMBER}):
                raise ArchiveError(busy)
            db.commit()  # the lock belongs to the connection, not to a transaction
            try:
                yield
            finally:
                db.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": NUMBER})
                db.commit()
        return
    import fcntl

    path = Path(f"{archive.engine.url.database if is_url(archive.where) else archive.where}.lock")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise ArchiveError(f"{busy} (process {file.read().strip() or '?'})") from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
