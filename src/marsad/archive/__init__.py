"""The archive: pages, articles, readings, links, stories and problems in one SQLite file. The only place that writes to disk beside `cli`.

Every write is one transaction in WAL mode: a killed process leaves whole pages or none. Ids are hashes, so a second run changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from marsad.records import Article, Link, Page, Problem, Reading, Story, key

MIGRATIONS = (
    """
    CREATE TABLE page (id TEXT PRIMARY KEY, url TEXT NOT NULL, outlet TEXT NOT NULL, fetched_at TEXT, media_type TEXT NOT NULL,
                       encoding TEXT NOT NULL, body BLOB NOT NULL) STRICT;
    CREATE TABLE article (id TEXT PRIMARY KEY, page_id TEXT NOT NULL REFERENCES page(id), url TEXT NOT NULL, outlet TEXT NOT NULL, headline TEXT,
                          published_at TEXT, language TEXT NOT NULL, record BLOB NOT NULL) STRICT;
    CREATE INDEX article_by_time ON article (published_at);
    CREATE TABLE problem (id TEXT PRIMARY KEY, stage TEXT NOT NULL, subject_id TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
    """,
    """
    CREATE TABLE reading (article_id TEXT PRIMARY KEY REFERENCES article(id), origin TEXT NOT NULL, record BLOB NOT NULL) STRICT;
    CREATE TABLE link (left_id TEXT NOT NULL, right_id TEXT NOT NULL, kind TEXT NOT NULL, score REAL NOT NULL, record BLOB NOT NULL, PRIMARY KEY (left_id, right_id, kind)) STRICT;
    CREATE INDEX link_by_right ON link (right_id);
    CREATE TABLE story (id TEXT PRIMARY KEY, headline TEXT NOT NULL, first_at TEXT, last_at TEXT, record BLOB NOT NULL) STRICT;
    CREATE TABLE story_article (article_id TEXT PRIMARY KEY, story_id TEXT NOT NULL REFERENCES story(id)) STRICT;
    CREATE TABLE meaning (number INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE REFERENCES article(id), vector BLOB NOT NULL) STRICT;
    CREATE INDEX article_by_story ON story_article (story_id);
    """,
)


class Archive:
    """An open archive. Use as a context manager; raises sqlite3.Error when the file is no archive."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._db = sqlite3.connect(self.path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._migrate()

    def _migrate(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise sqlite3.DatabaseError(f"{self.path}: made by a newer Marsad (schema {version}); update Marsad")
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version={number}; COMMIT;")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def put(self, page: Page | None, article: Article | None, problems: list[Problem]) -> None:
        """Keep a page with its article and problems, all or nothing."""
        with self._transaction() as db:
            if page:
                moment = page.fetched_at.isoformat() if page.fetched_at else None
                db.execute("INSERT OR IGNORE INTO page VALUES (?,?,?,?,?,?,?)", (page.id, page.url, page.outlet, moment, page.media_type, page.encoding, page.body))
            if article:
                at = article.published_at.isoformat() if article.published_at else None
                row = (article.id, article.page_id, article.url, article.outlet, article.headline, at, article.language, msgspec.json.encode(article))
                db.execute("INSERT OR REPLACE INTO article VALUES (?,?,?,?,?,?,?,?)", row)
            for p in problems:
                db.execute("INSERT OR IGNORE INTO problem VALUES (?,?,?,?,?)", (key(p.stage, p.subject_id, p.code, p.detail), p.stage, p.subject_id, p.code, p.detail))

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)

    def articles(self) -> Iterator[Article]:
        """Yield the articles by time of publication, undated ones last."""
        for (record,) in self._db.execute("SELECT record FROM article ORDER BY published_at IS NULL, published_at, id"):
            yield msgspec.json.decode(record, type=Article)

    def article(self, article_id: str) -> Article | None:
        """Return an article by its id or the beginning of it (8 letters or more), or None when there is none or more than one."""
        if len(article_id) < 8:
            return None
        found = self._db.execute("SELECT record FROM article WHERE id >= ? AND id < ? LIMIT 2", (article_id, article_id + "g")).fetchall()
        return msgspec.json.decode(found[0][0], type=Article) if len(found) == 1 else None

    def put_reading(self, reading: Reading) -> None:
        """Keep the reading of an article that is kept, in place of an earlier one."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO reading VALUES (?,?,?)", (reading.article_id, reading.origin, msgspec.json.encode(reading)))

    def reading(self, article_id: str) -> Reading | None:
        """Return the reading of an article, or None when it has not been read."""
        row = self._db.execute("SELECT record FROM reading WHERE article_id=?", (article_id,)).fetchone()
        return msgspec.json.decode(row[0], type=Reading) if row else None

    def put_relations(self, found: Iterable[Link | Story]) -> None:
        """Keep what `relate` found among all articles, in place of what it found before, all or nothing."""
        with self._transaction() as db:
            for table in ("link", "story_article", "story"):
                db.execute(f"DELETE FROM {table}")
            for one in found:
                if isinstance(one, Link):
                    db.execute("INSERT OR REPLACE INTO link VALUES (?,?,?,?,?)", (one.left_id, one.right_id, one.kind, one.score, msgspec.json.encode(one)))
                    continue
                first, last = (at.isoformat() if at else None for at in (one.first_at, one.last_at))
                db.execute("INSERT OR REPLACE INTO story VALUES (?,?,?,?,?)", (one.id, one.headline, first, last, msgspec.json.encode(one)))
                db.executemany("INSERT OR REPLACE INTO story_article VALUES (?,?)", [(article_id, one.id) for article_id in one.article_ids])

    def stories(self) -> Iterator[Story]:
        """Yield the stories, those with most articles first."""
        order = "(SELECT count(*) FROM story_article WHERE story_id = story.id) DESC, last_at DESC, id"
        for (record,) in self._db.execute(f"SELECT record FROM story ORDER BY {order}"):
            yield msgspec.json.decode(record, type=Story)

    def links(self, article_id: str | None = None) -> Iterator[Link]:
        """Yield the links of an article, or all."""
        where, values = ("WHERE left_id=? OR right_id=?", (article_id, article_id)) if article_id else ("", ())
        for (record,) in self._db.execute(f"SELECT record FROM link {where} ORDER BY left_id, right_id", values):
            yield msgspec.json.decode(record, type=Link)

    def put_meanings(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors of articles that are kept (`marsad.relate.vectors.packed`)."""
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO meaning (article_id, vector) VALUES (?,?)", vectors)

    def meanings(self, after: int = 0) -> Iterator[tuple[int, str, bytes]]:
        """Yield number, article and vector, those with a number above `after`."""
        yield from self._db.execute("SELECT number, article_id, vector FROM meaning WHERE number > ? ORDER BY number", (after,))

    def count_meanings(self, upto: int) -> int:
        """Return how many vectors have a number up to this one."""
        return int(self._db.execute("SELECT count(*) FROM meaning WHERE number <= ?", (upto,)).fetchone()[0])

    def without_meaning(self) -> list[str]:
        """Return the ids of Arabic articles that have no vector yet."""
        return [i for (i,) in self._db.execute("SELECT id FROM article WHERE headline IS NOT NULL AND id NOT IN (SELECT article_id FROM meaning) ORDER BY published_at, id")]

    def by_number(self, numbers: Sequence[int]) -> list[tuple[Article, bytes]]:
        """Return the articles with these vector numbers, with their vectors, in this order; a number that is not there is passed over."""
        out = []
        for number in numbers:
            query = "SELECT record, vector FROM meaning JOIN article ON article.id = article_id WHERE number=?"
            if row := self._db.execute(query, (number,)).fetchone():
                out.append((msgspec.json.decode(row[0], type=Article), row[1]))
        return out

    def advertised(self, article: Article) -> list[tuple[Article, bytes]]:
        """Return the articles, with their vectors, whose address a teaser of this one gives."""
        urls = sorted({t.url for t in article.teasers if t.url})
        marks = ",".join("?" * len(urls))
        query = f"SELECT record, vector FROM article JOIN meaning ON article_id = article.id WHERE url IN ({marks})"
        return [(msgspec.json.decode(record, type=Article), vector) for record, vector in self._db.execute(query, urls)]

    def page(self, page_id: str) -> Page | None:
        """Return a page, byte for byte, or None."""
        row = self._db.execute("SELECT id, url, outlet, media_type, encoding, body FROM page WHERE id=?", (page_id,)).fetchone()
        return Page(id=row[0], url=row[1], outlet=row[2], media_type=row[3], encoding=row[4], body=row[5]) if row else None

    def problems(self) -> list[Problem]:
        """Return every problem kept."""
        found = self._db.execute("SELECT stage, subject_id, code, detail FROM problem ORDER BY stage, detail")
        return [Problem(stage=s, subject_id=i, code=c, detail=d) for s, i, c, d in found]

    def counts(self) -> dict[str, int]:
        """Return how many pages, articles and problems there are."""
        return {t: self._db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("page", "article", "problem")}


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __enter__(self) -> sqlite3.Connection:
        self.db.execute("BEGIN IMMEDIATE")
        return self.db

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.db.execute("ROLLBACK" if kind else "COMMIT")
