"""marsad stories, related, versions: what belongs together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress

from marsad import show
from marsad.archive import Archive
from marsad.commands import Articles, Json, Where, app, console, each, where_of
from marsad.records import Problem

Least = Annotated[int, typer.Option("--least", min=1, help="show stories of so many articles or more")]
Gear = Annotated[str, typer.Option("--read", help="how articles that are not read yet are read: fast (knowledge alone) or full (the network)")]


@app.command(epilog="Example: marsad stories  ·  marsad stories --least 5  ·  marsad stories --records articles.jsonl --json > stories.jsonl")
def stories(records: Articles = None, json: Json = False, least: Least = 2, read: Gear = "fast", archive: Where = "") -> None:
    """Put articles into stories: one event under one headline, the copies of a text folded behind the first. --json: a line {"id", "story", "copy_of"} an article."""
    from marsad import line

    if read not in ("fast", "full"):
        raise typer.BadParameter("--read is fast or full")
    out, err = console(), console(True)
    problems: list[Problem] = []
    with Progress(console=err, transient=True) as progress:
        if records:
            found, shown = line.relate_all(line.from_records(records, read == "fast", progress, problems), line.count_of(records))
        else:
            with Archive(where_of(archive)) as store:
                found, shown = line.relate_all(line.from_archive(store, read == "fast", progress), store.counts()["article"])
                store.put_relations(found)
    if json:
        for row in line.story_rows(found):
            sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
        sys.stdout.buffer.flush()
    else:
        show.stories(out, found, shown, least)
    for problem in problems:
        show.problem(err, problem)
    if problems:
        raise typer.Exit(1)


@app.command(epilog="Example: marsad related 4fd30c1a  ·  marsad related page.html --count 5  ·  marsad related --json 4fd30c1a")
def related(
    about: Annotated[str, typer.Argument(help="the id of an article in the archive (its first 8 letters are enough), or a page")],
    json: Json = False,
    count: Annotated[int, typer.Option("--count", min=1, help="at most so many")] = 10,
    archive: Where = "",
) -> None:
    """Show the articles of the archive that belong with one, each with its reasons and where they stand in both texts."""
    from marsad import line

    out, err = console(), console(True)
    with Archive(where_of(archive)) as store, Progress(console=err, transient=True) as progress:
        article = store.article(about)
        if article is None and Path(about).exists():
            article = next((found for _, found, _ in each([about]) if found), None)
        if article is None or article.headline is None:
            what = "no article of the archive begins with this id, and it is no page with an article; `marsad stories --least 1` lists them"
            show.problem(err, Problem(stage="relate", subject_id=about, code="not-found", detail=f"{about}: {what}"))
            raise typer.Exit(1)
        links, others = line.related_to(store, article, count, progress)
    for link in links:
        if json:
            sys.stdout.buffer.write(msgspec.json.encode(link) + b"\n")
        else:
            show.related(out, article, others[link.right_id], link)
    if not links and not json:
        err.print("nothing in the archive is related to it")


@app.command(epilog="Example: marsad versions https://example.org/news/1  ·  marsad versions 4fd30c1a --json")
def versions(about: Annotated[str, typer.Argument(help="an address, or the id of an article")], json: Json = False, archive: Where = "") -> None:
    """Show the versions of an address that are kept, and what each says otherwise: headline, date, figures, events, passages."""
    from marsad import line

    out = console()
    with Archive(where_of(archive)) as store:
        article = store.article(about)
        found = list(line.revisions(store, article.url if article else about))
    if not found:
        what = "no address and no article of the archive; `marsad search` finds them"
        show.problem(console(True), Problem(stage="relate", subject_id=about, code="not-found", detail=f"{about}: {what}"))
        raise typer.Exit(1)
    for version in found:
        if json:
            row = {
                "id": version.article.id,
                "url": version.article.url,
                "headline": version.article.headline,
                "published_at": version.article.published_at,
                "changes": version.changes,
            }
            sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
        else:
            show.version(out, version.article, version.changes)
