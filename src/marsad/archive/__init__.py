"""The archive: pages, articles and problems in one SQLite file. The only place that writes to disk beside `cli`.

Every write is one transaction in WAL mode: a killed process leaves whole pages or none. Ids are hashes, so a second run changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import msgspec

from marsad.records import Article, Page, Problem, key

MIGRATIONS = (
    """
    CREATE TABLE page (id TEXT PRIMARY KEY, url TEXT NOT NULL, outlet TEXT NOT NULL, fetched_at TEXT, media_type TEXT NOT NULL,
                       encoding TEXT NOT NULL, body BLOB NOT NULL) STRICT;
    CREATE TABLE article (id TEXT PRIMARY KEY, page_id TEXT NOT NULL REFERENCES page(id), url TEXT NOT NULL, outlet TEXT NOT NULL, headline TEXT,
                          published_at TEXT, language TEXT NOT NULL, record BLOB NOT NULL) STRICT;
    CREATE INDEX article_by_time ON article (published_at);
    CREATE TABLE problem (id TEXT PRIMARY KEY, stage TEXT NOT NULL, subject_id TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
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
