"""marsad batch, archive import: as many pages as there are, and what one wants to look at of them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from marsad.archive import Archive
from marsad.commands import Where, app, console, where_of
from marsad.commands.upkeep import archive_app


@app.command(epilog="Example: marsad batch crawl/ out/  ·  marsad batch 's3://bucket/news/*.warc.gz' out/ --engine ray  ·  marsad batch pages.parquet out/ --full")
def batch(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="a file or folder of WARC, WET, HTML, JSON Lines, Parquet (url, html or text), or an object store's address with a pattern")
    ],
    output: Annotated[str, typer.Argument(metavar="OUTPUT", help="a folder that is not there yet; until all is done it is called OUTPUT.part, and the same call goes on with it")],
    engine: Annotated[str, typer.Option("--engine", help="native (this machine), ray (many), loop (one process)")] = "native",
    full: Annotated[bool, typer.Option("--full", help="read by the network; by the knowledge files alone when left out")] = False,
    processes: Annotated[int, typer.Option("--processes", min=0, help="workers; 0: one for each core")] = 0,
) -> None:
    """Work through an input into Parquet by day: articles, teasers, mentions, events, figures, dates, problems, then links of copies and stories."""
    try:
        from marsad.batch import BatchError, EngineError
        from marsad.batch import batch as worked
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"it needs `pip install marsad[batch]` ({error.name})") from error
    err, pages = console(True), 0
    begun = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("files", total=None, rate="")

        def tell(done: int, total: int, summary: dict[str, Any]) -> None:
            nonlocal pages
            pages += summary["pages"]
            progress.update(task, total=total, completed=done, rate=f"{pages / (time.monotonic() - begun):.0f} pages/s, {summary['problems']} problems in the last")

        try:
            manifest = worked(source, output, engine, not full, processes or None, tell)
        except (BatchError, EngineError) as error:
            raise typer.BadParameter(str(error)) from error
    err.print(
        f"{manifest['pages']:,} pages, {manifest['articles']:,} articles, {manifest['links']:,} copies, {manifest['stories']:,} stories, {manifest['problems']:,} problems, {manifest['set_aside'] + len(manifest['poison'])} set aside: {output}",
        soft_wrap=True,
    )
    if manifest["problems"] or manifest["poison"]:
        raise typer.Exit(1)


@archive_app.command("import", epilog="Example: marsad archive import out/ --archive news.db  ·  marsad archive import out/ --day 2024-01-04")
def import_run(
    run: Annotated[Path, typer.Argument(help="the folder of a finished batch run")],
    day: Annotated[list[str] | None, typer.Option("--day", help="these days alone; may be given again")] = None,
    archive: Where = "",
) -> None:
    """Take a batch run, or some days of it, into the archive: articles with their readings, then links and stories."""
    from marsad.batch.taken import taken

    if not (run / "manifest.json").is_file():
        raise typer.BadParameter(f"{run}: no finished batch run; `marsad batch INPUT {run}` makes one")
    with Archive(where_of(archive)) as store:
        print(f"{taken(store, run, day or [])} articles imported")
