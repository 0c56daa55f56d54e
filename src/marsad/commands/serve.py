"""marsad serve, password, plot, notify: the observatory on the screen, and what it sends."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from marsad import show
from marsad.archive import Archive
from marsad.commands import Where, app, console, where_of
from marsad.records import Problem
from marsad.settings import Settings

THREADS = 4  # requests worked on at once; more would only wait for one another


@app.command(epilog="Example: marsad serve  ·  marsad serve --archive news.db --port 8080  ·  MARSAD_PASSWORD=$(marsad password) marsad serve --host 0.0.0.0")
def serve(
    archive: Where = "",
    host: Annotated[str, typer.Option("--host", help="the address to listen on; others than this machine's own need MARSAD_PASSWORD or MARSAD_TOKEN")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8000,
) -> None:
    """Serve the archive as web pages, API and feeds."""
    try:
        import uvicorn
        from litestar.concurrency import set_asyncio_executor

        from marsad.serve import app_of, warm
        from marsad.serve.guard import GuardError
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"the pages need `pip install marsad[web]` ({error.name})") from error
    with Archive(where_of(archive)) as store:
        try:
            site = app_of(store, host)
        except GuardError as error:
            raise typer.BadParameter(str(error)) from error
        console(True).print(f"http://{f'[{host}]' if ':' in host else host}:{port}  ({store.where}); Ctrl-C ends it", soft_wrap=True)
        threading.Thread(target=warm, args=(site.state.site,), daemon=True).start()
        set_asyncio_executor(ThreadPoolExecutor(THREADS))
        uvicorn.run(site, host=host, port=port, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3)


@app.command(epilog='Example: export MARSAD_PASSWORD="$(marsad password)"')
def password() -> None:
    """Ask for a password and print its argon2 hash, the value of MARSAD_PASSWORD."""
    from marsad.serve.guard import hashed

    told = typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(told) < 8:
        raise typer.BadParameter("a password has eight characters or more")
    print(hashed(told))


@app.command(epilog="Example: marsad plot USA:IRQ --png pair.png  ·  marsad plot IRQ --svg iraq.svg --lang en")
def plot(
    of: Annotated[str, typer.Argument(help="a country by its ISO code, an entity (per:..., org:...), or a pair A:B of codes")],
    png: Annotated[Path | None, typer.Option("--png", help="a file")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="a file")] = None,
    lang: Annotated[str, typer.Option("--lang", help="ar or en")] = "ar",
    archive: Where = "",
) -> None:
    """Draw the weeks of an actor or a pair: number of events, conflict and cooperation; the picture of the web pages."""
    if not (png or svg):
        raise typer.BadParameter("give --png FILE or --svg FILE")
    from marsad.serve import actors, plots, words

    one, _, other = of.partition(":") if len(of) == 7 and of[3] == ":" else (of, "", "")
    with Archive(where_of(archive)) as store:
        weeks = actors.weekly(store, one, other)
    if not weeks:
        show.problem(
            console(True),
            Problem(stage="serve", subject_id=of, code="not-found", detail=f"{of}: no events of it in the archive; `marsad search` finds names, `marsad reread` reads articles"),
        )
        raise typer.Exit(1)
    spec = plots.weeks(weeks, words.say("count", lang), words.say("mean", lang), words.say("events_over_time", lang), rtl=lang == "ar")
    if svg:
        svg.write_bytes(plots.svg(spec))
    if png:
        png.write_bytes(plots.png(spec))


@app.command(epilog="Example: marsad notify  ·  MARSAD_SMTP=smtp://user:secret@host:587 marsad notify")
def notify(archive: Where = "", inside: Annotated[bool, typer.Option("--inside", help="allow webhooks inside a network")] = False) -> None:
    """Look for what is new in the watches of the archive and send it; `marsad watch` does so after every round."""
    err = console(True)
    with Archive(where_of(archive)) as store:
        found, problems = told_watches(store, inside)
    print(f"{found} news")
    for problem in problems:
        show.problem(err, problem)
    if problems:
        raise typer.Exit(1)


def told_watches(store: Archive, inside: bool) -> tuple[int, list[Problem]]:
    """Look for news and send them; how many, and what could not be sent."""
    from marsad import watches
    from marsad.collect.fetch import Fetcher

    settings = Settings.read()
    fetcher = Fetcher(settings.contact, inside)
    try:
        found = watches.look(store)
        problems = list(watches.deliver(store, settings, fetcher))
    finally:
        fetcher.close()
    if problems:
        store.put(None, None, problems)
    return found, problems
