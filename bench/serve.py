"""The pages under load: 50 requests a second of mixed pages for a minute on an archive of 28,000 articles while a collector writes into it; client, server and collector on this machine.

    python bench/serve.py
    python bench/serve.py --rate 50 --seconds 60 --archive kept.db

The archive is made of the articles of ../shared/data/news with readings of the fast gear and their stories (kept in the temporary folder from run to run). Requests go out on a clock, whether the answers before have come or not; the time of an
answer counts from when it was due. The first ten seconds, in which nothing is kept yet, are told apart. Pages are drawn from what the archive has: Today on its days, stories, articles, actors, pairs, searches, maps, plots, the API.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does

import msgspec

from archive import entry
from marsad.archive import Archive
from marsad.archive.search import parse, search
from marsad.serve.actors import busy_on, summed
from stories import SHARED, kept, news, stream

COUNT = 28_000


def made(where: Path, texts: Path) -> None:
    """The archive with readings and stories, made once."""
    aside = where.with_suffix(".part")
    aside.unlink(missing_ok=True)
    with Archive(aside) as store:
        source = stream(texts, COUNT)
        while some := list(islice(source, 200)):
            entries = []
            for article, reading in some:
                one, _ = entry(article, reading)
                entries.append(one._replace(reading=msgspec.structs.replace(reading, article_id=article.id)))
            store.put_all(entries)
    subprocess.run([sys.executable, "-m", "marsad.cli", "stories", "--archive", str(aside), "--least", "100000"], check=True, stdout=subprocess.DEVNULL)
    with Archive(aside) as store, store.engine.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    aside.rename(where)


def addresses(where: Path, count: int) -> list[tuple[str, str]]:
    """What is asked for: kind and address."""
    rng = random.Random(3)
    with Archive(where) as store:
        articles = [a for a, _ in zip(store.articles(), range(COUNT), strict=False)]
        stories = [s.id for s in islice(store.stories(), 2000)]
        days = sorted({a.published_at.date() for a in articles if a.published_at})
        actors = [e for e, _ in summed((busy_on(store, day) for day in days), 60)]
    words = [w for a in articles[:: len(articles) // 500] for w in (a.headline or "").split() if len(w) > 4]
    out = []
    for _ in range(count):
        kind = rng.choices(["today", "story", "article", "actor", "pair", "search", "map", "plot", "api", "events"], [10, 20, 30, 8, 4, 12, 3, 4, 6, 3])[0]
        one, other = rng.sample(actors, 2)
        out.append(
            (
                kind,
                {
                    "today": f"/?day={rng.choice(days)}", "story": f"/story/{rng.choice(stories)}", "article": f"/article/{rng.choice(articles).id}", "actor": f"/actor?of={quote(one)}",
                    "pair": f"/pair?of={quote(one)}&with={quote(other)}", "search": f"/search?q={quote(rng.choice(words))}", "map": f"/map?day={rng.choice(days)}", "plot": f"/plot.svg?of={quote(one)}",
                    "api": "/api/articles?limit=50", "events": f"/api/events?of={quote(one)}",
                }[kind],
            )
        )  # fmt: skip
    return out


async def ask(base: str, path: str) -> tuple[int, int]:
    """One GET over a connection of its own: status and bytes."""
    parts = urlsplit(base)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return int(answer[9:12]), len(answer)


async def load(base: str, wanted: list[tuple[str, str]], rate: float) -> list[tuple[str, float, int, int]]:
    """Ask for all, `rate` a second, and return them in that order: kind, milliseconds from when it was due, status, bytes."""
    begun = time.perf_counter() + 0.1

    async def timed(n: int, kind: str, path: str) -> tuple[str, float, int, int]:
        due = begun + n / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        try:
            status, size = await asyncio.wait_for(ask(base, path), 30)
        except (OSError, ValueError, TimeoutError):
            status, size = 0, 0
        return kind, 1000 * (time.perf_counter() - due), status, size

    return await asyncio.gather(*(timed(n, kind, path) for n, (kind, path) in enumerate(wanted)))


def collected(folder: Path, where: Path) -> None:
    """Collect the files of a folder, one every half second, as a watching collector does."""
    from rich.progress import Progress

    from marsad.collect.fetch import Fetcher
    from marsad.collect.polite import Manners
    from marsad.gather import gather

    with Archive(where) as store, Progress(disable=True) as progress:
        for path in sorted(folder.iterdir()):
            list(gather(store, [str(path)], Manners(Fetcher()), progress))
            time.sleep(0.5)


def main() -> None:
    ask_ = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask_.add_argument("--rate", type=float, default=50.0)
    ask_.add_argument("--seconds", type=float, default=60.0)
    ask_.add_argument("--cold", type=float, default=10.0, help="seconds at the beginning that are told apart: nothing is kept yet")
    ask_.add_argument("--archive", type=Path)
    ask_.add_argument("--collect", type=Path, help=argparse.SUPPRESS)
    args = ask_.parse_args()
    if args.collect:
        collected(args.collect, args.archive)
        return
    if not SHARED.is_dir():
        sys.exit("../shared is not here: there are no articles to run on")
    where = args.archive or Path(tempfile.gettempdir()) / "marsad-bench-serve.db"
    if not where.exists():
        made(where, kept(news(), Path(tempfile.gettempdir())))
    cold = int(args.rate * args.cold)
    wanted = addresses(where, cold + int(args.rate * args.seconds))
    with Archive(where) as store:
        times = []
        for query in [q.partition("q=")[2] for k, q in wanted if k == "search"][:100]:
            begun = time.perf_counter()
            search(store, parse(unquote(query)))
            times.append(1000 * (time.perf_counter() - begun))
        print(f"search alone: p50 {statistics.median(times):.1f} ms, p95 {statistics.quantiles(times, n=20)[-1]:.1f} ms")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    begun = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-m", "marsad.cli", "serve", "--archive", str(where), "--port", str(port)], stderr=subprocess.DEVNULL)
    collector = None
    try:
        while True:
            try:
                asyncio.run(ask(base, "/static/marsad.css"))
                break
            except OSError:
                time.sleep(0.02)
        print(f"started in {time.perf_counter() - begun:.2f} s")
        time.sleep(3)  # it loads its templates and the plotter after it has begun to answer
        with tempfile.TemporaryDirectory() as folder:
            for n in range(int((args.cold + args.seconds) * 2)):  # a monitor's pace: ten articles a second
                rows = [
                    {
                        "title": f"خبر جديد رقم {n} {i} عن القوات في العراق",
                        "text": f"قال المتحدث رقم {n} {i} إن القوات انسحبت من الموقع.",
                        "published": "2025-03-01",
                        "url": f"https://load.example/{time.time_ns()}",
                    }
                    for i in range(5)
                ]
                Path(folder, f"{n:05}.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf8")
            collector = subprocess.Popen([sys.executable, __file__, "--collect", folder, "--archive", str(where)])
            found = asyncio.run(load(base, wanted, args.rate))
    finally:
        used = {}
        for name, process in (("server", server), ("collector", collector)):
            if process:
                process.terminate()
                _, _, spent = os.wait4(process.pid, 0)
                used[name] = spent.ru_utime + spent.ru_stime
    bad = [f for f in found if f[2] not in (200, 404)]
    if cold:
        cuts = statistics.quantiles([f[1] for f in found[:cold]], n=100)
        print(f"the first {args.cold:g} s after it started: p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms")
    found = found[cold:]
    cuts = statistics.quantiles([f[1] for f in found], n=100)
    print(
        f"{len(found)} requests at {args.rate:g} a second: p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms; {len(bad)} failed; heaviest page {max(f[3] for f in found if f[0] not in ('api', 'events')) / 1000:.0f} kB"
    )
    print("processor seconds: " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in used.items()) + f", client and preparation {time.process_time():.0f}")
    for kind in dict.fromkeys(f[0] for f in found):
        some = [f[1] for f in found if f[0] == kind]
        cut = statistics.quantiles(some, n=20)
        print(f"  {kind:8} {len(some):5}  p50 {statistics.median(some):5.0f} ms  p95 {cut[-1]:5.0f} ms")


if __name__ == "__main__":
    main()
