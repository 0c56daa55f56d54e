"""marsad dissect, read: from pages to records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import msgspec
import typer

from marsad import show
from marsad.commands import Fast, Json, OptionalPaths, Paths, Records, Why, app, console, each
from marsad.records import Article, Page, Problem, Reading
from marsad.sentences import score_form, sentence_records
from marsad.settings import Settings


def _json_line(page: Page, article: Article) -> bytes:
    record = msgspec.to_builtins(article)
    record["id"], record["article_id"] = page.url, article.id
    return msgspec.json.encode(record) + b"\n"


@app.command(epilog="Example: marsad dissect page.html  ·  marsad dissect --json pages/ > articles.jsonl  ·  curl -s URL | marsad dissect -")
def dissect(paths: Paths, json: Json = False) -> None:
    """Tell the lines of pages apart: the article, its headline, date and authors, teasers of other stories, residue."""
    out, err, count = console(), console(True), 0
    for page, article, problems in each(paths):
        if article and page:
            if json:
                sys.stdout.buffer.write(_json_line(page, article))
            else:
                show.article(out, article, page.url)
        for problem in problems:
            count += 1
            if json:
                sys.stderr.buffer.write(msgspec.json.encode(problem) + b"\n")
            else:
                show.problem(err, problem)
    if json:
        sys.stdout.buffer.flush()
        sys.stderr.buffer.flush()
    if count:
        if not json:
            err.print(f"{count} problem{'s' if count > 1 else ''}")
        raise typer.Exit(1)


@app.command(epilog="Example: marsad read page.html  ·  marsad read --json pages/ > readings.jsonl  ·  marsad read --fast --records sentences.jsonl --json")
def read(paths: OptionalPaths = None, records: Records = None, json: Json = False, fast: Fast = False, why: Why = False) -> None:
    """Read articles: who did what to whom, where, when, who says so; figures and dates."""
    if (paths is None) == (records is None):
        raise typer.BadParameter("give PATH... or --records FILE, one of the two")
    from marsad.read.model import ModelError
    from marsad.read.own import use as use_entities
    from marsad.read.why import why as reasons

    out, err, count = console(), console(True), 0

    def tell(problem: Problem) -> None:
        if json:
            sys.stderr.buffer.write(msgspec.json.encode(problem) + b"\n")
        else:
            show.problem(err, problem)

    own = use_entities(Path(Settings.read().entities)) if Settings.read().entities else []
    try:
        for where, text, reading, problems in chain([("", "", None, own)], _readings(paths or [], records, fast)):
            if reading and json:
                row = score_form(where, reading)
                for event, told in zip(row["events"], reading.events, strict=True):
                    event |= {"why": reasons(text, reading, told, fast)} if why else {}
                sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
            elif reading:
                show.reading(out, text, reading, where)
                for told in reading.events if why else ():
                    show.reasons(out, text, told, reasons(text, reading, told, fast))
            for problem in problems:
                count += 1
                tell(problem)
    except ModelError as error:
        count += 1
        tell(Problem(stage="read", subject_id="marsad.models", code="bad-model", detail=str(error)))
    sys.stdout.flush()
    if count:
        raise typer.Exit(1)


def _readings(paths: list[str], records: Path | None, fast: bool) -> Iterator[tuple[str, str, Reading | None, list[Problem]]]:
    """Where each text came from, the text, its reading, and what went wrong."""
    from marsad.read import read as read_article
    from marsad.read import read_sentence

    if records:
        for name, item in sentence_records(records):
            if isinstance(item, Problem):
                yield name, "", None, [item]
            else:
                yield name, item.text, read_sentence(name, item.text, item.day(), fast, item.source), []
        return
    for page, article, problems in each(paths):
        yield page.url if page else "", article.text if article else "", read_article(article, fast) if article else None, problems
