"""The archive: pages, articles and their versions, readings, links, stories, problems, what is known of sources. SQLite by default, PostgreSQL by URL, with equal behaviour.

Every write is one short transaction: a killed process leaves whole pages or none, and a second writer waits its turn. Ids are hashes, so a second run changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, Select, delete, exists, func, select
from sqlalchemy.exc import DBAPIError

from marsad.archive import put, schema
from marsad.archive.connect import ArchiveError, engine_of, is_url
from marsad.archive.put import Entry
from marsad.archive.upgrade import upgrade
from marsad.corrections import corrected, fault_of
from marsad.records import Article, Correction, Link, Page, Problem, Reading, Story, key

__all__ = ["Archive", "ArchiveError", "Entry"]
LEAST_ID = 8  # letters of an id that name an article


class Archive:
    """An open archive. Use as a context manager; raises ArchiveError when it cannot be opened.

    where: the path of a SQLite file, made when it is not there, or a SQLAlchemy URL (postgresql+psycopg://...).
    """

    def __init__(self, where: str | Path) -> None:
        self.where = str(where)
        self.engine = engine_of(self.where)
        self.kind = self.engine.dialect.name
        self.wrote = False
        self.here = threading.local()
        upgrade(self.engine, self.where)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.kind == "sqlite" and self.wrote:
            with suppress(DBAPIError), self.engine.connect() as db:  # so that plans know how much there is of what; a look at some rows of each index
                db.exec_driver_sql("PRAGMA analysis_limit=400")
                db.exec_driver_sql("PRAGMA optimize")
        self.engine.dispose()

    @property
    def index_path(self) -> Path:
        """Where the index of vectors is kept."""
        return self._beside("nearby")

    @property
    def learned_path(self) -> Path:
        """Where is kept what forecasts learned from all series of the archive."""
        return self._beside("outlook")

    def _beside(self, what: str) -> Path:
        """What can be made again from the archive: beside a SQLite file, in the user's cache for a server."""
        if not is_url(self.where):
            return Path(f"{self.where}.{what}")
        return Path.home() / ".cache/marsad" / f"{key(self.where)}.{what}"

    @contextmanager
    def reading_from(self) -> Iterator[Connection]:
        """A connection that sees one state of the archive and blocks nobody."""
        held: Connection | None = getattr(self.here, "seen", None)
        if held is not None:
            yield held
            return
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Within, all that this thread reads is of one state of the archive, over one connection: what it writes meanwhile it does not see."""
        with self.reading_from() as connection:
            outer, self.here.seen = getattr(self.here, "seen", None), connection
            try:
                yield
            finally:
                self.here.seen = outer

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one transaction that waits for other writers, then keeps all of what is done or nothing."""
        self.wrote = True
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    # what comes in

    def put(self, page: Page | None, article: Article | None, problems: Sequence[Problem] = (), reading: Reading | None = None, met_at: datetime | None = None) -> bool:
        """Keep a page with its article, reading and problems, all or nothing; return whether the article is new.

        An article of an address that is kept already becomes its next version. The same page dissected anew takes the place of what was made of it before; what people corrected goes along.
        """
        return self.put_all([Entry(page, article, problems, reading)], met_at)[0]

    def put_all(self, items: Sequence[Entry], met_at: datetime | None = None) -> list[bool]:
        """`put` of many in one transaction; return for each whether its article is new."""
        with self.writing() as db:
            return put.entries(db, items, met_at)

    def put_reading(self, reading: Reading) -> None:
        """Keep the reading of an article that is kept, in place of an earlier one; a reading of another article is passed over."""
        self.put_readings([reading])

    def put_readings(self, readings: Iterable[Reading]) -> None:
        """`put_reading` of many in one transaction."""
        c = schema.article.c
        with self.writing() as db:
            for reading in readings:
                row = db.execute(select(c.number, c.record).where(c.id == reading.article_id)).first()
                if row:
                    put.reading(db, row.number, reading, msgspec.json.decode(row.record, type=Article))

    def correct(self, correction: Correction) -> None:
        """Keep what a person says of a record beside the machine's reading; ValueError when it cannot be used, or its article is not kept."""
        fault = fault_of(correction)
        if fault or not self.article(correction.article_id):
            raise ValueError(fault or f"{correction.article_id}: no such article in the archive")
        with self.writing() as db:
            put.correction(db, correction)

    def put_relations(self, found: Iterable[Link | Story], among: Collection[str] | None = None) -> None:
        """Keep what `relate` found among all articles, or `among` some, in place of what it found before, all or nothing. Stories that had some of these are put anew whole: `found` must hold their other articles too."""
        links: list[dict[str, Any]] = []
        stories: list[dict[str, Any]] = []
        members: dict[str, str] = {}
        for one in found:
            if isinstance(one, Link):
                links.append({"left_id": one.left_id, "right_id": one.right_id, "kind": one.kind, "score": one.score, "record": msgspec.json.encode(one)})
                continue
            row = {
                "id": one.id,
                "headline": one.headline,
                "first_at": put.iso(one.first_at),
                "last_at": put.iso(one.last_at),
                "size": len(one.article_ids),
                "record": msgspec.json.encode(one),
            }
            stories.append(row)
            members |= dict.fromkeys(one.article_ids, one.id)
        with self.writing() as db:
            if among is None:
                for table in (schema.link, schema.story_article, schema.story):
                    db.execute(delete(table))
            else:
                put.forget_relations(db, among)
            for table, rows in ((schema.link, links), (schema.story, stories), (schema.story_article, [{"article_id": a, "story_id": s} for a, s in members.items()])):
                if rows:
                    db.execute(put.over(db, table), rows)

    def put_meanings(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors of articles that are kept (`marsad.relate.vectors.packed`)."""
        with self.writing() as db:
            for article_id, vector in vectors:
                number = db.scalar(select(schema.article.c.number).where(schema.article.c.id == article_id))
                if number is not None:
                    db.execute(put.over(db, schema.meaning), {"number": number, "vector": vector})

    # what goes out

    def _records(self, query: Select[Any], kind: type[Any]) -> Iterator[Any]:
        """Records one by one, however many there are."""
        with self.reading_from() as db, closing(db.execute(query, execution_options={"yield_per": 500})) as found:
            for (record,) in found:
                yield msgspec.json.decode(record, type=kind)

    def _few(self, query: Select[Any], kind: type[Any]) -> list[Any]:
        with self.reading_from() as db:
            return [msgspec.json.decode(record, type=kind) for (record,) in db.execute(query).all()]

    def articles(self, old: bool = False, since: datetime | None = None) -> Iterator[Article]:
        """Yield the articles by time of publication, undated ones last; old: earlier versions of an address too; since: only those published then or later."""
        c = schema.article.c
        query = select(c.record).order_by(c.published_at.is_(None), c.published_at, c.id)
        query = query.where(c.published_at >= put.iso(since)) if since else query
        yield from self._records(query if old else query.where(c.newest == 1), Article)

    def last_moment(self) -> datetime | None:
        """Return when the newest article was published, None when none is dated."""
        with self.reading_from() as db:
            last = db.scalar(select(func.max(schema.article.c.published_at)).where(schema.article.c.newest == 1))
        return datetime.fromisoformat(last) if last else None

    def article(self, article_id: str) -> Article | None:
        """Return an article by its id or the beginning of it (8 letters or more), or None when there is none or more than one."""
        if len(article_id) < LEAST_ID:
            return None
        c = schema.article.c
        found = self._few(select(c.record).where(c.id >= article_id, c.id < article_id + "g").limit(2), Article)
        return found[0] if len(found) == 1 else None

    def versions(self, url: str) -> list[Article]:
        """Return the versions of an address that are kept, the first one first."""
        c = schema.article.c
        return self._few(select(c.record).where(c.url == url).order_by(c.version), Article)

    def reading(self, article_id: str) -> Reading | None:
        """Return the reading of an article, or None when it has not been read."""
        return next(iter(self._few(select(schema.reading.c.record).where(schema.reading.c.article_id == article_id), Reading)), None)

    def told(self, article_id: str) -> Reading | None:
        """Return the reading of an article as people have put it right (`marsad.corrections`), or None when it has not been read."""
        reading = self.reading(article_id)
        return corrected(reading, self.corrections(article_id)) if reading else None

    def corrections(self, article_id: str | None = None) -> list[Correction]:
        """Return what people said of an article's records, or of all, the first one first."""
        c = schema.correction.c
        query = select(c.record).order_by(c.at, c.id)
        return self._few(query.where(c.article_id == article_id) if article_id else query, Correction)

    def read_by_others(self, origins: Sequence[str]) -> list[str]:
        """Return the ids of articles that were read by none of these readers."""
        c, r = schema.article.c, schema.reading.c
        query = (
            select(c.id).join_from(schema.article, schema.reading, c.id == r.article_id, isouter=True).where(c.headline.is_not(None), r.origin.not_in(origins) | r.origin.is_(None))
        )
        with self.reading_from() as db:
            return [row.id for row in db.execute(query.order_by(c.number))]

    def page(self, page_id: str) -> Page | None:
        """Return a page, byte for byte, or None."""
        p, b = schema.page.c, schema.body.c
        with self.reading_from() as db:
            row = db.execute(select(schema.page, b.packed).join_from(schema.page, schema.body, p.body == b.hash).where(p.id == page_id)).first()
        if row is None:
            return None
        at = datetime.fromisoformat(row.fetched_at) if row.fetched_at else None
        return Page(id=row.id, url=row.url, outlet=row.outlet, fetched_at=at, media_type=row.media_type, encoding=row.encoding, body=zstandard.decompress(row.packed))

    def have_pages(self, page_ids: Iterable[str]) -> set[str]:
        """Return the ids of those pages that are kept."""
        with self.reading_from() as db:
            return put.known(db, schema.page.c.id, page_ids)

    def stories(self) -> Iterator[Story]:
        """Yield the stories, those with most articles first."""
        c = schema.story.c
        yield from self._records(select(c.record).order_by(c.size.desc(), c.last_at.desc(), c.id), Story)

    def stories_with(self, article_ids: Collection[str]) -> list[Story]:
        """Return the stories that have some of these articles."""
        s, m = schema.story.c, schema.story_article.c
        with self.reading_from() as db:
            ids = put.known(db, m.article_id, article_ids)
            found = {r.story_id for first in put.parts(ids) for r in db.execute(select(m.story_id).where(m.article_id.in_(first)))}
            rows = [r.record for first in put.parts(found) for r in db.execute(select(s.record).where(s.id.in_(first)))]
        return [msgspec.json.decode(record, type=Story) for record in rows]

    def links(self, article_id: str | None = None) -> Iterator[Link]:
        """Yield the links of an article, or all."""
        c = schema.link.c
        query = select(c.record).order_by(c.left_id, c.right_id, c.kind)
        yield from self._records(query.where((c.left_id == article_id) | (c.right_id == article_id)) if article_id else query, Link)

    def problems(self, most: int | None = None) -> list[Problem]:
        """Return every problem kept, or the `most` that were met last, the last one first."""
        c = schema.problem.c
        with self.reading_from() as db:
            query = select(c.stage, c.subject_id, c.code, c.detail)
            rows = db.execute(query.order_by(c.met_at.desc(), c.detail).limit(most) if most else query.order_by(c.stage, c.detail)).all()
        return [Problem(stage=r.stage, subject_id=r.subject_id, code=r.code, detail=r.detail) for r in rows]

    def counts(self) -> dict[str, int]:
        """Return how many pages, articles, readings, links, stories and problems there are."""
        with self.reading_from() as db:
            return {t: db.scalar(select(func.count()).select_from(schema.metadata.tables[t])) or 0 for t in ("page", "article", "reading", "link", "story", "problem")}

    # vectors

    def without_meaning(self) -> list[str]:
        """Return the ids of articles that have no vector yet."""
        c = schema.article.c
        query = select(c.id).where(c.headline.is_not(None), c.newest == 1, ~exists().where(schema.meaning.c.number == c.number)).order_by(c.number)
        with self.reading_from() as db:
            return [row.id for row in db.execute(query)]

    def meanings(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the numbers of articles and their vectors, those with a number above `after`, by number."""
        c = schema.meaning.c
        query = select(c.number, c.vector).where(c.number > after).order_by(c.number)
        with self.reading_from() as db, closing(db.execute(query, execution_options={"yield_per": 5000})) as found:
            for row in found:
                yield row.number, row.vector

    def count_meanings(self, upto: int) -> int:
        """Return how many vectors have a number up to this one."""
        with self.reading_from() as db:
            return db.scalar(select(func.count()).select_from(schema.meaning).where(schema.meaning.c.number <= upto)) or 0

    def with_meaning(self, numbers: Sequence[int] = (), urls: Sequence[str] = ()) -> list[tuple[Article, bytes]]:
        """Return the articles with these numbers or addresses that have a vector, with it."""
        c, m = schema.article.c, schema.meaning.c
        query = select(c.record, m.vector).join_from(schema.article, schema.meaning, c.number == m.number).where(c.newest == 1, c.number.in_(numbers) | c.url.in_(urls))
        with self.reading_from() as db:
            return [(msgspec.json.decode(row.record, type=Article), row.vector) for row in db.execute(query)]

    # what is taken away

    def forget(self, name: str) -> int:
        """Erase an address, or everything of an outlet, with all that was derived from it; return how many pages went. Stories lose the articles at once, and are told anew by `relate`."""
        p, a = schema.page.c, schema.article.c
        with self.writing() as db:
            of_article = select(a.page_id).where((a.url == name) | (a.outlet == name))
            pages = [row.id for row in db.execute(select(p.id).where((p.url == name) | (p.outlet == name) | p.id.in_(of_article)))]
            urls = {name, *(row.url for row in db.execute(select(p.url).where(p.id.in_(pages))))}
            for number in [row.number for row in db.execute(select(a.number).where(a.page_id.in_(pages)))]:
                put.remove(db, number)
            bodies = [row.body for row in db.execute(select(p.body).where(p.id.in_(pages)))]
            db.execute(delete(schema.page).where(p.id.in_(pages)))
            db.execute(delete(schema.body).where(schema.body.c.hash.in_(bodies), ~exists().where(p.body == schema.body.c.hash)))
            for table, column in ((schema.problem, "subject_id"), (schema.frontier, "url"), (schema.source, "url"), (schema.visit, "source")):
                db.execute(delete(table).where(table.c[column].in_(urls)))
        if self.kind == "sqlite":
            with self.engine.connect() as db:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # nor does it stay in the log of changes
        return len(pages)
