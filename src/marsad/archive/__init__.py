"""The archive: pages, articles and their versions, readings, links, stories, problems, what is known of sources. SQLite by default, PostgreSQL by URL, with equal behaviour.

Every write is one short transaction: a killed process leaves whole pages or none, and a second writer waits its turn. Ids are hashes, so a second run changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, Select, Table, delete, exists, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from marsad.arabic.letters import fold
from marsad.archive import schema
from marsad.archive.connect import ArchiveError, engine_of, is_url
from marsad.archive.terms import lexemes, search_terms
from marsad.archive.upgrade import upgrade
from marsad.records import Article, Link, Page, Problem, Reading, Story, body_text, key

__all__ = ["Archive", "ArchiveError"]
LEAST_ID = 8  # letters of an id that name an article


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


class Archive:
    """An open archive. Use as a context manager; raises ArchiveError when it cannot be opened.

    where: the path of a SQLite file, made when it is not there, or a SQLAlchemy URL (postgresql+psycopg://...).
    """

    def __init__(self, where: str | Path) -> None:
        self.where = str(where)
        self.engine = engine_of(self.where)
        self.kind = self.engine.dialect.name
        upgrade(self.engine, self.where)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.engine.dispose()

    @property
    def index_path(self) -> Path:
        """Where the index of vectors is kept: beside a SQLite file, in the user's cache for a server."""
        if not is_url(self.where):
            return Path(f"{self.where}.nearby")
        return Path.home() / ".cache/marsad" / f"{key(self.where)}.nearby"

    @contextmanager
    def reading_from(self) -> Iterator[Connection]:
        """A connection that sees one state of the archive and blocks nobody."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one transaction that waits for other writers, then keeps all of what is done or nothing."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def _new(self, table: Table) -> Any:
        """An INSERT that leaves a row alone that is there already."""
        made: Any = postgresql.insert(table) if self.kind == "postgresql" else sqlite.insert(table)
        return made.on_conflict_do_nothing()

    def _over(self, table: Table) -> Any:
        """An INSERT that takes the place of the row with its key."""
        made: Any = postgresql.insert(table) if self.kind == "postgresql" else sqlite.insert(table)
        return made.on_conflict_do_update(index_elements=list(table.primary_key), set_={c.name: made.excluded[c.name] for c in table.columns if not c.primary_key})

    # what comes in

    def put(self, page: Page | None, article: Article | None, problems: Sequence[Problem] = (), reading: Reading | None = None, met_at: datetime | None = None) -> bool:
        """Keep a page with its article, reading and problems, all or nothing; return whether the article is new.

        An article of an address that is kept already becomes its next version. The same page dissected anew takes the place of what was made of it before.
        """
        with self.writing() as db:
            return self.put_in(db, page, article, problems, reading, met_at)

    def put_in(
        self, db: Connection, page: Page | None, article: Article | None, problems: Sequence[Problem] = (), reading: Reading | None = None, met_at: datetime | None = None
    ) -> bool:
        """`put` inside a transaction that is open."""
        for p in problems:
            row = {"id": key(p.stage, p.subject_id, p.code, p.detail), "stage": p.stage, "subject_id": p.subject_id, "code": p.code, "detail": p.detail, "met_at": _iso(met_at)}
            db.execute(self._new(schema.problem), row)
        if page:
            self._put_page(db, page)
        return self._put_article(db, article, reading) if article else False

    def _put_page(self, db: Connection, page: Page) -> None:
        digest = hashlib.blake2b(page.body, digest_size=16).hexdigest()
        if not db.scalar(select(exists().where(schema.page.c.id == page.id))):
            db.execute(self._new(schema.body), {"hash": digest, "size": len(page.body), "packed": zstandard.compress(page.body, 6)})
            row = {
                "id": page.id,
                "url": page.url,
                "outlet": page.outlet,
                "fetched_at": _iso(page.fetched_at),
                "media_type": page.media_type,
                "encoding": page.encoding,
                "body": digest,
            }
            db.execute(self._new(schema.page), row)

    def _put_article(self, db: Connection, article: Article, reading: Reading | None) -> bool:
        c = schema.article.c
        if db.scalar(select(exists().where(c.id == article.id))):
            return False
        version = None
        for number, old in db.execute(select(c.number, c.version).where(c.page_id == article.page_id)).all():
            version = old
            self._remove(db, number)
        if version is None:
            version = 1 + (db.scalar(select(func.max(c.version)).where(c.url == article.url)) or 0)
            db.execute(update(schema.article).where(c.url == article.url, c.newest == 1).values(newest=0))
        newest = int(not db.scalar(select(exists().where(c.url == article.url, c.version > version))))
        row = {
            "id": article.id, "page_id": article.page_id, "url": article.url, "outlet": article.outlet, "headline": article.headline, "published_at": _iso(article.published_at),
            "language": article.language, "version": version, "newest": newest, "record": msgspec.json.encode(article),
        }  # fmt: skip
        number = db.execute(insert(schema.article), row).inserted_primary_key[0]  # type: ignore[index]
        if article.headline is not None:
            self._index(db, number, article)
        self._marks(db, number, {("outlet", fold(article.outlet).lower())} if article.outlet else set())
        if reading:
            self._put_reading(db, number, reading)
        return True

    def _index(self, db: Connection, number: int, article: Article) -> None:
        head, body = search_terms(article.headline or ""), search_terms(body_text(article))
        if self.kind == "sqlite":
            db.execute(text("INSERT INTO words (rowid, head, body) VALUES (:n, :head, :body)"), {"n": number, "head": " ".join(head), "body": " ".join(body)})
        else:
            db.execute(text("INSERT INTO words VALUES (:n, CAST(:lexemes AS tsvector))"), {"n": number, "lexemes": lexemes(head, body)})

    def _marks(self, db: Connection, number: int, marks: Iterable[tuple[str, str]]) -> None:
        rows = [{"kind": kind, "value": value, "number": number} for kind, value in sorted(marks) if value]
        if rows:
            db.execute(self._new(schema.mark), rows)

    def put_reading(self, reading: Reading) -> None:
        """Keep the reading of an article that is kept, in place of an earlier one; a reading of another article is passed over."""
        with self.writing() as db:
            number = db.scalar(select(schema.article.c.number).where(schema.article.c.id == reading.article_id))
            if number is not None:
                db.execute(delete(schema.mark).where(schema.mark.c.number == number, schema.mark.c.kind != "outlet"))
                self._put_reading(db, number, reading)

    def _put_reading(self, db: Connection, number: int, reading: Reading) -> None:
        db.execute(self._over(schema.reading), {"article_id": reading.article_id, "origin": reading.origin, "record": msgspec.json.encode(reading)})
        marks = {("entity", m.entity_id.partition(":")[2]) for m in reading.mentions if m.entity_id}
        marks |= {("country", m.country) for m in reading.mentions} | {("type", e.type) for e in reading.events if e.status != "denied"}
        self._marks(db, number, marks)

    def put_relations(self, found: Iterable[Link | Story]) -> None:
        """Keep what `relate` found among all articles, in place of what it found before, all or nothing."""
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
                "first_at": _iso(one.first_at),
                "last_at": _iso(one.last_at),
                "size": len(one.article_ids),
                "record": msgspec.json.encode(one),
            }
            stories.append(row)
            members |= dict.fromkeys(one.article_ids, one.id)
        with self.writing() as db:
            for table in (schema.link, schema.story_article, schema.story):
                db.execute(delete(table))
            for table, rows in ((schema.link, links), (schema.story, stories), (schema.story_article, [{"article_id": a, "story_id": s} for a, s in members.items()])):
                if rows:
                    db.execute(self._over(table), rows)

    def put_meanings(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors of articles that are kept (`marsad.relate.vectors.packed`)."""
        with self.writing() as db:
            for article_id, vector in vectors:
                number = db.scalar(select(schema.article.c.number).where(schema.article.c.id == article_id))
                if number is not None:
                    db.execute(self._over(schema.meaning), {"number": number, "vector": vector})

    # what goes out

    def _records(self, query: Select[Any], kind: type[Any]) -> Iterator[Any]:
        """Records one by one, however many there are."""
        with self.reading_from() as db, closing(db.execution_options(yield_per=500).execute(query)) as found:
            for (record,) in found:
                yield msgspec.json.decode(record, type=kind)

    def _few(self, query: Select[Any], kind: type[Any]) -> list[Any]:
        with self.reading_from() as db:
            return [msgspec.json.decode(record, type=kind) for (record,) in db.execute(query).all()]

    def articles(self, old: bool = False) -> Iterator[Article]:
        """Yield the articles by time of publication, undated ones last; old: earlier versions of an address too."""
        c = schema.article.c
        query = select(c.record).order_by(c.published_at.is_(None), c.published_at, c.id)
        yield from self._records(query if old else query.where(c.newest == 1), Article)

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

    def read_by_others(self, origin: str) -> list[str]:
        """Return the ids of articles that were read by another version of the reader than `origin`, or not at all."""
        c, r = schema.article.c, schema.reading.c
        query = select(c.id).join_from(schema.article, schema.reading, c.id == r.article_id, isouter=True).where(c.headline.is_not(None), (r.origin != origin) | r.origin.is_(None))
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

    def has_page(self, page_id: str) -> bool:
        """Whether a page is kept."""
        with self.reading_from() as db:
            return bool(db.scalar(select(exists().where(schema.page.c.id == page_id))))

    def stories(self) -> Iterator[Story]:
        """Yield the stories, those with most articles first."""
        c = schema.story.c
        yield from self._records(select(c.record).order_by(c.size.desc(), c.last_at.desc(), c.id), Story)

    def links(self, article_id: str | None = None) -> Iterator[Link]:
        """Yield the links of an article, or all."""
        c = schema.link.c
        query = select(c.record).order_by(c.left_id, c.right_id, c.kind)
        yield from self._records(query.where((c.left_id == article_id) | (c.right_id == article_id)) if article_id else query, Link)

    def problems(self) -> list[Problem]:
        """Return every problem kept."""
        c = schema.problem.c
        with self.reading_from() as db:
            rows = db.execute(select(c.stage, c.subject_id, c.code, c.detail).order_by(c.stage, c.detail)).all()
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
        with self.reading_from() as db, closing(db.execution_options(yield_per=5000).execute(query)) as found:
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
                self._remove(db, number)
            bodies = [row.body for row in db.execute(select(p.body).where(p.id.in_(pages)))]
            db.execute(delete(schema.page).where(p.id.in_(pages)))
            db.execute(delete(schema.body).where(schema.body.c.hash.in_(bodies), ~exists().where(p.body == schema.body.c.hash)))
            for table, column in ((schema.problem, "subject_id"), (schema.frontier, "url"), (schema.source, "url"), (schema.visit, "source")):
                db.execute(delete(table).where(table.c[column].in_(urls)))
        return len(pages)

    def _remove(self, db: Connection, number: int) -> None:
        """Take an article away with everything derived from it; the version before it becomes the newest."""
        c = schema.article.c
        row = db.execute(select(c.id, c.url, c.newest, c.record).where(c.number == number)).one()
        article = msgspec.json.decode(row.record, type=Article)
        if self.kind == "postgresql":
            db.execute(text("DELETE FROM words WHERE number = :n"), {"n": number})
        elif article.headline is not None:  # the index keeps no text: it must be told what to take out
            terms = {"n": number, "head": " ".join(search_terms(article.headline)), "body": " ".join(search_terms(body_text(article)))}
            db.execute(text("INSERT INTO words (words, rowid, head, body) VALUES ('delete', :n, :head, :body)"), terms)
        db.execute(delete(schema.mark).where(schema.mark.c.number == number))
        db.execute(delete(schema.meaning).where(schema.meaning.c.number == number))
        for table in (schema.reading, schema.correction):
            db.execute(delete(table).where(table.c.article_id == row.id))
        db.execute(delete(schema.link).where((schema.link.c.left_id == row.id) | (schema.link.c.right_id == row.id)))
        self._leave_story(db, row.id)
        db.execute(delete(schema.article).where(c.number == number))
        if row.newest:
            latest = db.scalar(select(func.max(c.version)).where(c.url == row.url))
            db.execute(update(schema.article).where(c.url == row.url, c.version == latest).values(newest=1))

    def _leave_story(self, db: Connection, article_id: str) -> None:
        s, m = schema.story, schema.story_article
        story_id = db.scalar(select(m.c.story_id).where(m.c.article_id == article_id))
        if story_id is None:
            return
        db.execute(delete(m).where(m.c.article_id == article_id))
        told = msgspec.json.decode(db.scalar(select(s.c.record).where(s.c.id == story_id)) or b"", type=Story)
        rest = tuple(i for i in told.article_ids if i != article_id)
        if rest:
            headline = db.scalar(select(schema.article.c.headline).where(schema.article.c.id == rest[0])) or ""
            told = msgspec.structs.replace(told, article_ids=rest, headline=headline)
            db.execute(update(s).where(s.c.id == story_id).values(record=msgspec.json.encode(told), headline=headline, size=len(rest)))
        else:
            db.execute(delete(s).where(s.c.id == story_id))
