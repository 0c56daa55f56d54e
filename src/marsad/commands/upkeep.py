"""marsad archive, entities: upkeep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from marsad import show
from marsad.archive import Archive
from marsad.commands import Where, app, console, where_of

entities_app = typer.Typer(help="The registry of people, bodies and places.", no_args_is_help=True)
app.add_typer(entities_app, name="entities")
archive_app = typer.Typer(help="The archive: backup, restore, upgrade, forget, info.", no_args_is_help=True)
app.add_typer(archive_app, name="archive")


@archive_app.command(epilog="Example: marsad archive info --archive news.db")
def info(archive: Where = "") -> None:
    """Say what the archive holds."""
    from marsad.archive.upkeep import info as told

    with Archive(where_of(archive)) as store:
        for name, value in told(store).items():
            console().print(f"{name:12} {value}", soft_wrap=True)


@archive_app.command(epilog="Example: marsad archive backup news-backup.db")
def backup(target: Path, archive: Where = "") -> None:
    """Copy the archive as it is now into a new SQLite file; others may read and write meanwhile."""
    from marsad.archive.upkeep import backup as copied

    with Archive(where_of(archive)) as store:
        copied(store, target)


@archive_app.command(epilog="Example: marsad archive restore news-backup.db --archive postgresql://me@host/news")
def restore(source: Path, archive: Where = "") -> None:
    """Put a backup into an empty archive of either kind."""
    from marsad.archive.upkeep import restore as restored

    with Archive(where_of(archive)) as store:
        restored(source, store)


@archive_app.command(epilog="Example: marsad archive upgrade  ·  marsad archive upgrade --to 0001")
def upgrade(archive: Where = "", to: Annotated[str, typer.Option("--to", help="a version of the schema; back to an earlier one too")] = "") -> None:
    """Bring the archive's schema to this Marsad's, or back; a SQLite file is copied aside first. Opening an archive upgrades it too."""
    from marsad.archive.connect import engine_of
    from marsad.archive.upgrade import HEAD
    from marsad.archive.upgrade import upgrade as brought

    where = where_of(archive)
    brought(engine_of(where), where, to or HEAD)


@archive_app.command(epilog="Example: marsad archive forget https://example.org/news/1  ·  marsad archive forget 'جريدة الشناشيل'")
def forget(name: Annotated[str, typer.Argument(help="an address, or the name of an outlet")], archive: Where = "") -> None:
    """Erase a page, or all of an outlet, with everything that was derived from it."""
    with Archive(where_of(archive)) as store:
        count = store.forget(name)
    console().print(f"{count} pages erased")
    if not count:
        raise typer.Exit(1)


@entities_app.command(epilog="Example: marsad entities check my-entities.tsv  ·  MARSAD_ENTITIES=my-entities.tsv marsad read page.html")
def check(path: Annotated[Path, typer.Argument(help="a file like marsad/knowledge/entities.tsv")]) -> None:
    """Validate an entity file: its columns, kinds, countries, sectors, and that each name means one thing."""
    from marsad.read.own import check as check_file

    good, problems = check_file(path)
    for problem in problems:
        show.problem(console(True), problem)
    console().print(f"{len(good)} good rows, {len({row['entity'] for row in good})} entities, {len(problems)} problems")
    if problems:
        raise typer.Exit(1)
