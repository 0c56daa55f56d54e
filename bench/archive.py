"""The archive: inserts a second, search, size, on SQLite and PostgreSQL in one run.

    python bench/archive.py                       28,000 and 500,000 articles on SQLite, 28,000 on PostgreSQL
    python bench/archive.py --largest 28000
    python bench/archive.py --postgres-largest 500000

Articles are those of ../shared/data/news (SaudiNewsNet 2015, ANT 2013-2017, RSS 2025), past their number copies of them with other dates and names (bench/stories.py). Each is put in as a page (a JSON record),
its article and its full text, 200 in a transaction; what making them takes is not counted. What filters ask by (countries, types, entities) is put in afterwards. Queries are drawn from the headlines: a word, two words, two words beside
each other, a word with country, type or day, an entity. PostgreSQL is Debian's with its own settings, on this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does

import msgspec
from sqlalchemy import text

from marsad.arabic.words import folded_words
from marsad.archive import Archive, Entry, put
from marsad.archive.search import parse, search
from marsad.records import Article, Reading, page_of
from stories import SHARED, kept, news, stream

PORTION = 200
QUERIES = 400


def entry(article: Article, reading: Reading) -> tuple[Entry, set[tuple[str, str]]]:
    """What is put in for an article, and the marks it is asked by."""
    at = article.published_at.isoformat() if article.published_at else None
    body = msgspec.json.encode({"title": article.headline, "text": article.text, "published": at, "source": article.outlet})
    page = page_of(body, f"https://bench.example/{article.id}", outlet=article.outlet, media_type="application/json")
    marks = (
        {("entity", m.entity_id.partition(":")[2]) for m in reading.mentions if m.entity_id}
        | {("country", m.country) for m in reading.mentions}
        | {("type", e.type) for e in reading.events}
    )
    return Entry(page, msgspec.structs.replace(article, page_id=page.id, url=page.url)), marks


def queries(told: list[tuple[Article, Reading]]) -> list[str]:
    """Queries as people write them, from headlines of what is kept."""
    rng, out = random.Random(1), []
    while len(out) < QUERIES:
        article, reading = rng.choice(told)
        words = [w for w in folded_words(article.headline or "") if len(w) > 2]
        if len(words) < 4:
            continue
        i = rng.randrange(len(words) - 1)
        countries = [m.country for m in reading.mentions if m.country] or ["SAU"]
        types = [e.type for e in reading.events] or ["STATE"]
        names = [m.entity_id.partition(":")[2] for m in reading.mentions if m.entity_id] or ["السعوديه"]
        day = article.published_at.date().isoformat() if article.published_at else "2015-01-01"
        out.append(
            [
                words[i],
                f"{words[i]} {rng.choice(words)}",
                f'"{words[i]} {words[i + 1]}"',
                f"{words[i]} country:{rng.choice(countries)}",
                f"{words[i]} type:{rng.choice(types)}",
                f"{words[i]} after:{day}",
                f'entity:"{rng.choice(names)}"',
            ][len(out) % 7]
        )
    return out


def filled(store: Archive, source: Iterator[tuple[Article, Reading]], count: int) -> tuple[float, int, int]:
    """Put so many articles in; seconds taken, characters and bytes of their text."""
    spent, letters, size = 0.0, 0, 0
    while count > 0:
        made = [entry(*one) for one in islice(source, min(PORTION, count))]
        if not made:
            break
        count -= len(made)
        letters += sum(len(e.article.text) for e, _ in made if e.article)
        size += sum(len(e.article.text.encode()) for e, _ in made if e.article)
        begun = time.perf_counter()
        store.put_all([e for e, _ in made])
        spent += time.perf_counter() - begun
        with store.writing() as db:
            numbers = dict(db.execute(text("SELECT id, number FROM article ORDER BY number DESC LIMIT :n"), {"n": len(made)}).all())
            put.marks(db, [(numbers[e.article.id], kind, value) for e, marks in made if e.article for kind, value in marks])
    return spent, letters, size


def bytes_of(store: Archive) -> int:
    if store.kind == "sqlite":
        with store.engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(store.where).stat().st_size
    with store.engine.connect() as db:
        return int(db.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def measure(where: str, path: Path, sizes: list[int]) -> None:
    """Fill an archive to each size in turn; print what was measured."""
    with Archive(where) as store:
        source, done, spent, size = stream(path, max(sizes)), 0, 0.0, 0
        asked = queries(list(stream(path, 28_000)))
        for count in sizes:
            took, _, raw = filled(store, source, count - done)
            rate, done, spent, size = (count - done) / took, count, spent + took, size + raw
            if store.kind == "postgresql":
                with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                    db.exec_driver_sql("VACUUM ANALYZE")
            for _ in range(2):  # the first round warms what a server that runs has warm
                times = []
                for query in asked:
                    begun = time.perf_counter()
                    search(store, parse(query))
                    times.append(1000 * (time.perf_counter() - begun))
            cuts = statistics.quantiles(times, n=100)
            kept_size = bytes_of(store)
            print(
                f"{store.kind:11} {count:7} articles  {rate:6.0f} inserts/s  search p50 {cuts[49]:5.1f} ms p95 {cuts[94]:5.1f} ms p99 {cuts[98]:6.1f} ms  {kept_size / 1e6:7.0f} MB, {kept_size / size:.2f} of the raw text",
                flush=True,
            )


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A server of Debian's PostgreSQL for this run, "" when it is not installed."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        yield ""
        return
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        as_other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if as_other:
            Path(folder).chmod(0o755)
            subprocess.run(["chown", "postgres", folder], check=True)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        base = [*as_other, str(binaries[-1] / "pg_ctl"), "-D", f"{folder}/data"]
        subprocess.run(
            [*as_other, str(binaries[-1] / "initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"], check=True, capture_output=True, cwd="/"
        )
        subprocess.run([*base, "-o", f"-k {folder} -p {port} -c listen_addresses=127.0.0.1", "-l", f"{folder}/log", "-w", "start"], check=True, capture_output=True, cwd="/")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*base, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--largest", type=int, default=500_000)
    ask.add_argument("--postgres-largest", type=int, default=28_000)
    args = ask.parse_args()
    if not SHARED.is_dir():
        sys.exit("../shared is not here: there are no articles to run on")
    path = kept(news(), Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory() as folder:
        measure(f"{folder}/archive.db", path, [n for n in (28_000, 500_000) if n <= args.largest])
    with postgres() as where:
        if where:
            measure(where, path, [n for n in (28_000, 500_000) if n <= args.postgres_largest])
        else:
            print("PostgreSQL is not installed (apt-get install postgresql)")


if __name__ == "__main__":
    main()
