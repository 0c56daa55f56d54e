"""marsad collect, watch, search, reread, export: into the archive and out of it."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress

from marsad import show
from marsad.archive import Archive
from marsad.commands import Fast, Json, Where, app, console, where_of
from marsad.settings import Settings

Inside = Annotated[bool, typer.Option("--inside", help="allow addresses inside a network (private, loopback); they are refused otherwise")]
Again = Annotated[bool, typer.Option("--again", help="fetch addresses that are kept already anew; a changed text becomes the next version")]
Pause = Annotated[float, typer.Option("--pause", min=0.0, help="seconds between two requests to one host, where its robots.txt names no delay")]
Sources = Annotated[list[str], typer.Argument(help="files, folders, zips, WARC and WET files; addresses of pages, feeds, sitemaps, sites")]


def _collected(sources: list[str], archive: str, inside: bool, again: bool, pause: float) -> int:
    """Collect once; return how many problems were met."""
    from marsad.archive.lock import collecting
    from marsad.collect.fetch import Fetcher
    from marsad.collect.polite import Manners
    from marsad.gather import Summary, gather

    err, count, rows = console(True), 0, []
    fetcher = Fetcher(Settings.read().contact, inside)
    try:
        with Archive(where_of(archive)) as store, collecting(store), Progress(console=err, transient=True) as progress:
            for one in gather(store, sources, Manners(fetcher, pause), progress, again):
                if isinstance(one, Summary):
                    rows.append(one)
                else:
                    count += 1
                    show.problem(err, one)
    finally:
        fetcher.close()
        for row in rows:
            err.print(f"{row.source}: {row.found} found, {row.new} new, {row.kept} articles kept, {row.problems} problems", soft_wrap=True)
    return count


@app.command("collect", epilog="Example: marsad collect pages/ news.zip crawl.warc.gz https://example.org/feed  ·  marsad collect https://example.org --archive news.db")
def collect_into(sources: Sources, archive: Where = "", inside: Inside = False, again: Again = False, pause: Pause = 1.0) -> None:
    """Collect pages into the archive and tell their lines apart. Stopped at any point it goes on where it was; what is kept already is not fetched again."""
    if _collected(sources, archive, inside, again, pause):
        raise typer.Exit(1)


@app.command(epilog="Example: marsad watch https://example.org/feed --every 15  ·  marsad watch https://example.org --fast")
def watch(
    sources: Sources,
    archive: Where = "",
    inside: Inside = False,
    pause: Pause = 1.0,
    every: Annotated[float, typer.Option("--every", min=0.01, help="minutes")] = 15.0,
    fast: Fast = False,
) -> None:
    """Collect again and again, until stopped; read what is new, put it into stories, and send the news of watches."""
    import time

    from marsad import line, topics
    from marsad.commands.serve import told_watches

    err = console(True)
    while True:
        began = time.monotonic()
        _collected(sources, archive, inside, False, pause)
        with Archive(where_of(archive)) as store:
            with Progress(console=err, transient=True) as progress:
                if line.reread(store, fast, progress):
                    line.relate_recent(store, fast, progress)
                    if not store.learned_path.exists() or time.time() - store.learned_path.stat().st_mtime > 86400:
                        topics.learn(store)
            for problem in told_watches(store, inside)[1]:
                show.problem(err, problem)
        time.sleep(max(0.0, every * 60 - (time.monotonic() - began)))


@app.command(epilog="Example: marsad search 'الانسحاب \"القوات الأميركية\" country:IRQ after:2024-01-01'  ·  marsad search --json entity:السوداني")
def search(query: str, json: Json = False, limit: Annotated[int, typer.Option("--limit", min=1)] = 20, archive: Where = "") -> None:
    """Search the archive: words in any form, "phrases", -without, entity: outlet: type: country: after: before:"""
    from marsad import line
    from marsad.archive.search import QueryError

    out, err = console(), console(True)
    with Archive(where_of(archive)) as store:
        try:
            hits = line.searched(store, query, limit)
        except QueryError as error:
            raise typer.BadParameter(str(error)) from error
    for hit in hits:
        if json:
            row = {
                "id": hit.article.id,
                "url": hit.article.url,
                "outlet": hit.article.outlet,
                "headline": hit.article.headline,
                "published_at": hit.article.published_at,
                "score": hit.score,
            }
            sys.stdout.buffer.write(msgspec.json.encode(row | {"spans": [[s.start, s.end] for s in hit.spans]}) + b"\n")
        else:
            show.hit(out, hit)
    if not hits and not json:
        err.print("nothing found")


@app.command(epilog="Example: marsad reread  ·  marsad reread --fast")
def reread(fast: Fast = False, archive: Where = "") -> None:
    """Read the articles of the archive that no reading, or one of an older reader, is kept of; those read by the fast gear too, unless --fast."""
    from marsad import line

    with Archive(where_of(archive)) as store, Progress(console=console(True), transient=True) as progress:
        print(f"{line.reread(store, fast, progress)} articles read")


@app.command(epilog="Example: marsad export events --format csv --out events.csv  ·  marsad export articles > articles.jsonl")
def export(
    what: Annotated[str, typer.Argument(help="events, articles, mentions, figures, stories, links, problems, corrections or annotations")],
    form: Annotated[str, typer.Option("--format", help="csv, jsonl or parquet")] = "jsonl",
    out: Annotated[str, typer.Option("--out", help="a file; standard output when left out (not for parquet)")] = "",
    query: Annotated[str, typer.Option("--query", help="of the articles alone that this search finds, the best 1,000")] = "",
    archive: Where = "",
) -> None:
    """Write the archive's records for other programs; docs/export.md says what each column means. events: in the columns of POLECAT, with the evidence beside them."""
    from marsad import line
    from marsad.archive.search import QueryError
    from marsad.export import ExportError, export_to

    with Archive(where_of(archive)) as store:
        try:
            export_to(store, what, form, out, [h.article.id for h in line.searched(store, query, 1000)] if query else None)
        except (ExportError, QueryError) as error:
            raise typer.BadParameter(str(error)) from error
