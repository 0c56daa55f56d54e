"""The command line. Records go to standard output, everything else to standard error; exit 0 done, 1 done with problems, 2 wrong usage."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy comes: its threads spin on the reader's small matrices and take the second core for nothing

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
from sqlalchemy.exc import DBAPIError

from marsad import __version__, show
from marsad.archive import Archive, ArchiveError
from marsad.collect import collect
from marsad.dissect import dissect as dissect_page
from marsad.records import Article, Page, Problem, Reading, Story
from marsad.sentences import score_form, sentence_records
from marsad.settings import Settings

app = typer.Typer(help="مرصد · Marsad: an observatory for Arabic news.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)
entities_app = typer.Typer(help="The registry of people, bodies and places.", no_args_is_help=True)
app.add_typer(entities_app, name="entities")
archive_app = typer.Typer(help="The archive: backup, restore, upgrade, forget, info.", no_args_is_help=True)
app.add_typer(archive_app, name="archive")
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

    err, count, rows = _console(True), 0, []
    fetcher = Fetcher(Settings.read().contact, inside)
    try:
        with Archive(archive or Settings.read().archive) as store, collecting(store), Progress(console=err, transient=True) as progress:
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


@app.command(epilog="Example: marsad watch https://example.org/feed --every 15")
def watch(
    sources: Sources, archive: Where = "", inside: Inside = False, pause: Pause = 1.0, every: Annotated[float, typer.Option("--every", min=0.01, help="minutes")] = 15.0
) -> None:
    """Collect again and again, until stopped."""
    import time

    while True:
        began = time.monotonic()
        _collected(sources, archive, inside, False, pause)
        time.sleep(max(0.0, every * 60 - (time.monotonic() - began)))


@app.command(epilog="Example: marsad search 'الانسحاب \"القوات الأميركية\" country:IRQ after:2024-01-01'  ·  marsad search --json entity:السوداني")
def search(query: str, json: Json = False, limit: Annotated[int, typer.Option("--limit", min=1)] = 20, archive: Where = "") -> None:
    """Search the archive: words in any form, "phrases", -without, entity: outlet: type: country: after: before:"""
    from marsad import line
    from marsad.archive.search import QueryError

    out, err = _console(), _console(True)
    with Archive(archive or Settings.read().archive) as store:
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
    """Read the articles of the archive that no reading, or one of an older reader, is kept of."""
    from marsad import line

    with Archive(archive or Settings.read().archive) as store, Progress(console=_console(True), transient=True) as progress:
        print(f"{line.reread(store, fast, progress)} articles read")


@app.command(epilog="Example: marsad export events --format csv --out events.csv  ·  marsad export articles > articles.jsonl")
def export(
    what: Annotated[str, typer.Argument(help="events, articles, mentions, figures, stories, links or problems")],
    form: Annotated[str, typer.Option("--format", help="csv, jsonl or parquet")] = "jsonl",
    out: Annotated[str, typer.Option("--out", help="a file; standard output when left out (not for parquet)")] = "",
    archive: Where = "",
) -> None:
    """Write the archive's records for other programs; docs/export.md says what each column means. events: in the columns of POLECAT, with the evidence beside them."""
    from marsad.export import ExportError, export_to

    with Archive(archive or Settings.read().archive) as store:
        try:
            export_to(store, what, form, out)
        except ExportError as error:
            raise typer.BadParameter(str(error)) from error


@archive_app.command(epilog="Example: marsad archive info --archive news.db")
def info(archive: Where = "") -> None:
    """Say what the archive holds."""
    from marsad.archive.upkeep import info as told

    with Archive(archive or Settings.read().archive) as store:
        for name, value in told(store).items():
            _console().print(f"{name:12} {value}", soft_wrap=True)


@archive_app.command(epilog="Example: marsad archive backup news-backup.db")
def backup(target: Path, archive: Where = "") -> None:
    """Copy the archive as it is now into a new SQLite file; others may read and write meanwhile."""
    from marsad.archive.upkeep import backup as copied

    with Archive(archive or Settings.read().archive) as store:
        copied(store, target)


@archive_app.command(epilog="Example: marsad archive restore news-backup.db --archive postgresql://me@host/news")
def restore(source: Path, archive: Where = "") -> None:
    """Put a backup into an empty archive of either kind."""
    from marsad.archive.upkeep import restore as restored

    with Archive(archive or Settings.read().archive) as store:
        restored(source, store)


@archive_app.command(epilog="Example: marsad archive upgrade  ·  marsad archive upgrade --to 0001")
def upgrade(archive: Where = "", to: Annotated[str, typer.Option("--to", help="a version of the schema; back to an earlier one too")] = "") -> None:
    """Bring the archive's schema to this Marsad's, or back; a SQLite file is copied aside first. Opening an archive upgrades it too."""
    from marsad.archive.connect import engine_of
    from marsad.archive.upgrade import HEAD
    from marsad.archive.upgrade import upgrade as brought

    where = archive or Settings.read().archive
    brought(engine_of(where), where, to or HEAD)


@archive_app.command(epilog="Example: marsad archive forget https://example.org/news/1  ·  marsad archive forget 'جريدة الشناشيل'")
def forget(name: Annotated[str, typer.Argument(help="an address, or the name of an outlet")], archive: Where = "") -> None:
    """Erase a page, or all of an outlet, with everything that was derived from it."""
    with Archive(archive or Settings.read().archive) as store:
        count = store.forget(name)
    _console().print(f"{count} pages erased")
    if not count:
        raise typer.Exit(1)


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
            problems += found
            articles += [article] if article else []
            if article:
                readings[article.id] = read_article(article)
            store.put(page, article, found, readings[article.id] if article else None)
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
    except ArchiveError as error:
        print(f"marsad: the archive cannot be used: {error}", file=sys.stderr)
        sys.exit(1)
    except DBAPIError as error:
        print(f"marsad: the archive cannot be used: {str(error.orig).strip().splitlines()[0]}; check its path or address, or name another with --archive", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
