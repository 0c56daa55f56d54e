"""marsad demo: the bundled samples, end to end."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from marsad import show
from marsad.archive import Archive
from marsad.commands import app, console, each, where_of
from marsad.records import Article, Problem, Reading, Story


def samples() -> Path:
    """Return the folder of bundled samples: inside the wheel, or beside the source."""
    inside = Path(str(files("marsad"))) / "samples"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "samples"


@app.command(epilog="Example: marsad demo  ·  marsad demo --archive /tmp/try.db")
def demo(archive: Annotated[str, typer.Option(help="where to keep the result")] = "") -> None:
    """Run the bundled samples end to end into ./marsad.db and print a report."""
    from marsad import line
    from marsad.read import read as read_article

    where = where_of(archive)
    sources = sorted(str(p) for p in samples().rglob("*") if p.suffix in (".html", ".txt"))
    articles: list[Article] = []
    problems: list[Problem] = []
    readings: dict[str, Reading] = {}
    with Archive(where) as store, Progress(console=console(True), transient=True) as progress:
        task = progress.add_task("samples", total=len(sources))
        for page, article, found in each(sources):
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
    show.report(console(), articles, readings, problems, where)
    show.stories(console(), [one for one in relations if not isinstance(one, Story) or set(one.article_ids) & ids], shown, 2)
