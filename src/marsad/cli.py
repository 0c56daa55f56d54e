"""The command line. Records go to standard output, everything else to standard error; exit 0 done, 1 done with problems, 2 wrong usage."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy comes: its threads spin on the reader's small matrices and take the second core for nothing

import sqlite3
import sys
from collections.abc import Iterator
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from marsad import __version__, show
from marsad.archive import Archive
from marsad.collect import collect
from marsad.dissect import dissect as dissect_page
from marsad.records import Article, Page, Problem, Reading, Story
from marsad.sentences import score_form, sentence_records
from marsad.settings import Settings

app = typer.Typer(help="مرصد · Marsad: an observatory for Arabic news.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)
entities_app = typer.Typer(help="The registry of people, bodies and places.", no_args_is_help=True)
app.add_typer(entities_app, name="entities")
Paths = Annotated[list[str], typer.Argument(help="files, folders, or - for one page on standard input")]
OptionalPaths = Annotated[list[str] | None, typer.Argument(help="files, folders, or - for one page on standard input")]
Records = Annotated[Path | None, typer.Option(help='a JSON line for each sentence: {"id", "text", "published"}')]
Fast = Annotated[bool, typer.Option("--fast", help="by the knowledge files alone, without the network: far quicker, coarser")]
Why = Annotated[bool, typer.Option("--why", help="say for each event which words and facts made it what it is (slow)")]
Json = Annotated[bool, typer.Option("--json", help="a JSON line for each page; problems as JSON lines on standard error")]


def _console(error: bool = False) -> Console:
    return Console(stderr=error, no_color=not Settings.read().color, highlight=False, soft_wrap=not error)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"marsad {__version__}")
        raise typer.Exit


@app.callback()
def main(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and exit")] = False) -> None:
    """مرصد · Marsad: an observatory for Arabic news."""


def _each(paths: list[str]) -> Iterator[tuple[Page | None, Article | None, list[Problem]]]:
    """Collect and dissect, a page at a time."""
    for item in collect(paths):
        if isinstance(item, Problem):
            yield None, None, [item]
        else:
            yield (item, *dissect_page(item))


def _json_line(page: Page, article: Article) -> bytes:
    record = msgspec.to_builtins(article)
    record["id"], record["article_id"] = page.url, article.id
    return msgspec.json.encode(record) + b"\n"


@app.command(epilog="Example: marsad dissect page.html  ·  marsad dissect --json pages/ > articles.jsonl  ·  curl -s URL | marsad dissect -")
def dissect(paths: Paths, json: Json = False) -> None:
    """Tell the lines of pages apart: the article, its headline, date and authors, teasers of other stories, residue."""
    out, err, count = _console(), _console(True), 0
    for page, article, problems in _each(paths):
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

    out, err, count = _console(), _console(True), 0

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
    for page, article, problems in _each(paths):
        yield page.url if page else "", article.text if article else "", read_article(article, fast) if article else None, problems


Least = Annotated[int, typer.Option("--least", min=1, help="show stories of so many articles or more")]
Gear = Annotated[str, typer.Option("--read", help="how articles that are not read yet are read: fast (knowledge alone) or full (the network)")]
Where = Annotated[str, typer.Option("--archive", help="the archive; MARSAD_ARCHIVE when left out")]
Articles = Annotated[Path | None, typer.Option("--records", help='a JSON line for each article: {"id", "title", "text", "published", "source"}, in place of the archive')]


@app.command(epilog="Example: marsad stories  ·  marsad stories --least 5  ·  marsad stories --records articles.jsonl --json > stories.jsonl")
def stories(records: Articles = None, json: Json = False, least: Least = 2, read: Gear = "fast", archive: Where = "") -> None:
    """Put articles into stories: one event under one headline, the copies of a text folded behind the first. --json: a line {"id", "story", "copy_of"} an article."""
    from marsad import line

    if read not in ("fast", "full"):
        raise typer.BadParameter("--read is fast or full")
    out, err = _console(), _console(True)
    problems: list[Problem] = []
    with Progress(console=err, transient=True) as progress:
        if records:
            found, shown = line.relate_all(line.from_records(records, read == "fast", progress, problems), line.count_of(records))
        else:
            with Archive(archive or Settings.read().archive) as store:
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

    out, err = _console(), _console(True)
    with Archive(archive or Settings.read().archive) as store, Progress(console=err, transient=True) as progress:
        article = store.article(about)
        if article is None and Path(about).exists():
            article = next((found for _, found, _ in _each([about]) if found), None)
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


@entities_app.command(epilog="Example: marsad entities check my-entities.tsv  ·  MARSAD_ENTITIES=my-entities.tsv marsad read page.html")
def check(path: Annotated[Path, typer.Argument(help="a file like marsad/knowledge/entities.tsv")]) -> None:
    """Validate an entity file: its columns, kinds, countries, sectors, and that each name means one thing."""
    from marsad.read.own import check as check_file

    good, problems = check_file(path)
    for problem in problems:
        show.problem(_console(True), problem)
    _console().print(f"{len(good)} good rows, {len({row['entity'] for row in good})} entities, {len(problems)} problems")
    if problems:
        raise typer.Exit(1)


def samples() -> Path:
    """Return the folder of bundled samples: inside the wheel, or beside the source."""
    inside = Path(str(files("marsad"))) / "samples"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "samples"


@app.command(epilog="Example: marsad demo  ·  marsad demo --archive /tmp/try.db")
def demo(archive: Annotated[str, typer.Option(help="where to keep the result")] = "") -> None:
    """Run the bundled samples end to end into ./marsad.db and print a report."""
    from marsad import line
    from marsad.read import read as read_article

    where = archive or Settings.read().archive
    sources = sorted(str(p) for p in samples().rglob("*") if p.suffix in (".html", ".txt"))
    articles: list[Article] = []
    problems: list[Problem] = []
    readings: dict[str, Reading] = {}
    with Archive(where) as store, Progress(console=_console(True), transient=True) as progress:
        task = progress.add_task("samples", total=len(sources))
        for page, article, found in _each(sources):
            store.put(page, article, found)
            problems += found
            articles += [article] if article else []
            if article:
                readings[article.id] = read_article(article)
                store.put_reading(readings[article.id])
            progress.advance(task)
        ids = {a.id for a in articles}
        articles = [a for a in store.articles() if a.id in ids]
        relations, shown = line.relate_all(line.from_archive(store, False, progress), len(articles))
        store.put_relations(relations)
    show.report(_console(), articles, readings, problems, where)
    show.stories(_console(), [one for one in relations if not isinstance(one, Story) or set(one.article_ids) & ids], shown, 2)


def run() -> None:
    """Entry point: a closed pipe or Ctrl-C ends quietly, an archive that cannot be opened is said plainly."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except sqlite3.Error as error:
        print(f"marsad: the archive cannot be used: {error}; check the path or name another with --archive", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
