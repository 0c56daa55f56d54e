"""What is known of sources, and the addresses that they named and that are not fetched yet. A killed collector goes on from here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import delete, exists, func, insert, select, update

from marsad.archive import Archive, Entry, put, schema
from marsad.records import Problem

TRIES = 3  # fetches of an address before it is given up
FIRST_WAIT = timedelta(minutes=5)  # after a failure, four times as long after each further one


class Waiting(NamedTuple):
    """An address to be fetched, and what its source said of it."""

    url: str
    source: str
    tries: int
    title: str
    text: str
    published_at: datetime | None
    etag: str = ""  # of the page that is kept of it
    modified: str = ""


class State(NamedTuple):
    """What is known of a source from its last visit."""

    etag: str = ""
    modified: str = ""
    next_at: datetime | None = None
    failures: int = 0


def state_of(archive: Archive, url: str) -> State:
    """Return what is known of a source; an empty State when it was never visited."""
    c = schema.source.c
    with archive.reading_from() as db:
        row = db.execute(select(c.etag, c.modified, c.next_at, c.failures).where(c.url == url)).first()
    return State(row.etag, row.modified, datetime.fromisoformat(row.next_at) if row.next_at else None, row.failures) if row else State()


def put_source(archive: Archive, url: str, kind: str, state: State) -> None:
    """Keep what is known of a source."""
    row = {"url": url, "kind": kind, "etag": state.etag, "modified": state.modified, "next_at": state.next_at.isoformat() if state.next_at else None, "failures": state.failures}
    with archive.writing() as db:
        db.execute(put.over(db, schema.source), row)


def put_waiting(archive: Archive, items: Sequence[Waiting], again: bool = False) -> int:
    """Put addresses on the list that are neither on it nor fetched; return how many were new. again: fetched ones too."""
    new = 0
    with archive.writing() as db:
        for item in items:
            if db.scalar(select(exists().where(schema.frontier.c.url == item.url))):
                continue
            if not again and any(db.scalar(select(exists().where(table.c.url == item.url))) for table in (schema.page, schema.article)):
                continue
            row = {
                "url": item.url, "source": item.source, "host": urlsplit(item.url).netloc, "tries": 0, "next_at": None, "title": item.title, "text": item.text,
                "published_at": item.published_at.isoformat() if item.published_at else None,
            }  # fmt: skip
            db.execute(put.new(db, schema.frontier), row)
            new += 1
    return new


def due(archive: Archive, now: datetime, sources: Sequence[str]) -> list[Waiting]:
    """Return the addresses of these sources that may be fetched now, in order of hosts taking turns."""
    c = schema.frontier.c
    turn = func.row_number().over(partition_by=c.host, order_by=c.url).label("turn")
    p = schema.page.c
    etag, modified = (select(column).where(p.url == c.url).order_by(p.fetched_at.desc(), p.id).limit(1).scalar_subquery() for column in (p.etag, p.modified))
    query = (
        select(schema.frontier, turn, etag.label("etag"), modified.label("modified"))
        .where(c.source.in_(sources), c.next_at.is_(None) | (c.next_at <= now.isoformat()))
        .order_by(turn, c.host)
    )
    with archive.reading_from() as db:
        return [
            Waiting(r.url, r.source, r.tries, r.title, r.text, datetime.fromisoformat(r.published_at) if r.published_at else None, r.etag or "", r.modified or "")
            for r in db.execute(query)
        ]


def fetched(archive: Archive, url: str, entry: Entry, now: datetime) -> bool:
    """Keep a page that came and take its address off the list, in one transaction; return whether its article is new."""
    with archive.writing() as db:
        db.execute(delete(schema.frontier).where(schema.frontier.c.url == url))
        return put.entries(db, [entry], now)[0]


def unchanged(archive: Archive, url: str) -> None:
    """Take an address off the list whose page is kept as it is now."""
    with archive.writing() as db:
        db.execute(delete(schema.frontier).where(schema.frontier.c.url == url))


def failed(archive: Archive, item: Waiting, problem: Problem, now: datetime, wait: float = 0.0, final: bool = False) -> bool:
    """Keep a failure: the address is tried again later, after `wait` seconds at least, or given up after TRIES; return whether it was given up."""
    c = schema.frontier.c
    gone = final or item.tries + 1 >= TRIES
    later = now + max(timedelta(seconds=wait), FIRST_WAIT * 4**item.tries)
    with archive.writing() as db:
        put.problems(db, [problem], now)
        db.execute(
            delete(schema.frontier).where(c.url == item.url) if gone else update(schema.frontier).where(c.url == item.url).values(tries=item.tries + 1, next_at=later.isoformat())
        )
    return gone


def put_visit(archive: Archive, source: str, at: datetime, found: int, new: int, problems: int) -> None:
    """Keep what a visit of a source brought."""
    with archive.writing() as db:
        db.execute(insert(schema.visit), {"source": source, "at": at.isoformat(), "found": found, "new": new, "problems": problems})


def unusual(archive: Archive, source: str, now: datetime) -> Problem | None:
    """Return a Problem when a source has gone quiet (nothing new for four times as long as usual, and two days) or floods (five times the most it ever brought, and fifty), by its visits."""
    c = schema.visit.c
    with archive.reading_from() as db:
        rows = [(datetime.fromisoformat(r.at), r.new) for r in db.execute(select(c.at, c.new).where(c.source == source).order_by(c.at))]
    brought = [at for at, new in rows if new]
    if len(rows) < 5 or len(brought) < 3:
        return None
    gap = max(timedelta(seconds=median((b - a).total_seconds() for a, b in pairwise(brought))), timedelta(hours=12))
    if now - brought[-1] > 4 * gap:
        return Problem(
            stage="collect",
            subject_id=source,
            code="quiet",
            detail=f"{source}: nothing new since {brought[-1]:%Y-%m-%d %H:%M}, usually every {gap.total_seconds() / 3600:.0f} hours",
        )
    most = max(new for _, new in rows[:-1])
    if rows[-1][1] > max(50, 5 * most):
        return Problem(stage="collect", subject_id=source, code="flood", detail=f"{source}: {rows[-1][1]} new addresses at once, never more than {most} before")
    return None
