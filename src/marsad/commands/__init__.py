"""The commands, by what they are about; this file holds the app and the options that several share. Records go to standard output, everything else to standard error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad import __version__
from marsad.collect import collect
from marsad.dissect import dissect
from marsad.records import Article, Page, Problem
from marsad.settings import Settings

app = typer.Typer(help="مرصد · Marsad: an observatory for Arabic news.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)
Paths = Annotated[list[str], typer.Argument(help="files, folders, or - for one page on standard input")]
OptionalPaths = Annotated[list[str] | None, typer.Argument(help="files, folders, or - for one page on standard input")]
Records = Annotated[Path | None, typer.Option(help='a JSON line for each sentence: {"id", "text", "published"}')]
Fast = Annotated[bool, typer.Option("--fast", help="by the knowledge files alone, without the network: far quicker, coarser")]
Why = Annotated[bool, typer.Option("--why", help="say for each event which words and facts made it what it is (slow)")]
Json = Annotated[bool, typer.Option("--json", help="a JSON line for each page; problems as JSON lines on standard error")]


Articles = Annotated[Path | None, typer.Option("--records", help='a JSON line for each article: {"id", "title", "text", "published", "source"}, in place of the archive')]
Where = Annotated[str, typer.Option("--archive", help="the archive; MARSAD_ARCHIVE when left out")]


def console(error: bool = False) -> Console:
    """Return standard output or standard error for people; without colours when NO_COLOR is set."""
    return Console(stderr=error, no_color=not Settings.read().color, highlight=False, soft_wrap=not error)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"marsad {__version__}")
        raise typer.Exit


@app.callback()
def main(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and exit")] = False) -> None:
    """مرصد · Marsad: an observatory for Arabic news."""


def each(paths: list[str]) -> Iterator[tuple[Page | None, Article | None, list[Problem]]]:
    """Collect and dissect, a page at a time."""
    for item in collect(paths):
        if isinstance(item, Problem):
            yield None, None, [item]
        else:
            yield (item, *dissect(item))


def where_of(archive: str) -> str:
    """Return where the archive is: as an option says, else the environment."""
    return archive or Settings.read().archive
