"""marsad dossier, outlook: what follows from what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from marsad import show
from marsad.archive import Archive
from marsad.commands import Where, app, console, where_of
from marsad.outlook.dossier import Dossier
from marsad.records import Problem

Language = Annotated[str, typer.Option("--lang", help="ar or en")]


@app.command(epilog="Example: marsad dossier 'ما مستقبل القوات الأميركية في العراق؟'  ·  marsad dossier 'US forces in Iraq' --lang en --html out.html")
def dossier(
    topic: Annotated[str, typer.Argument(help="a question, a topic, an actor or a pair USA:IRQ")],
    html: Annotated[Path | None, typer.Option("--html", help="a file: one page to print, with its evidence; Markdown to standard output when left out")] = None,
    lang: Language = "ar",
    archive: Where = "",
) -> None:
    """Write a paper on a question from the archive: positions, what happened, figures, contradictions, what may follow; every sentence with the words it rests on."""
    from marsad import paper

    with Archive(where_of(archive)) as store:
        made = paper.made(store, topic, "en" if lang == "en" else "ar")
        if not made.sections:
            detail = f"{topic}: the archive has no article that answers this; `marsad search` shows what it has, `marsad reread` reads it"
            show.problem(console(True), Problem(stage="outlook", subject_id=topic, code="not-found", detail=detail))
            raise typer.Exit(1)
        if html:
            html.write_text(paper.page(made, store, picture_of(made, lang)), encoding="utf8")
        else:
            print(paper.markdown(made, store))


def picture_of(made: Dossier, lang: str) -> str:
    """Return the plot of a dossier's weeks as SVG; "" without weeks, or without the parts that draw (`marsad[web]`)."""
    rows = [(w.monday, w.events, w.score or 0.0) for w in made.weeks]
    try:
        from marsad.serve import plots, words

        return plots.svg(plots.weeks(rows, words.say("count", lang), words.say("mean", lang), words.say("events_over_time", lang), rtl=lang == "ar")).decode() if rows else ""
    except ModuleNotFoundError:
        return ""


@app.command(epilog="Example: marsad outlook USA:IRQ --weeks 8  ·  marsad outlook YEM")
def outlook(
    pair: Annotated[str, typer.Argument(help="two countries by their ISO codes, USA:IRQ, or one country or entity")],
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=12, help="weeks ahead")] = 8,
    learn: Annotated[bool, typer.Option("--learn", help="first learn from all pairs of the archive; `marsad watch` does so once a day")] = False,
    archive: Where = "",
) -> None:
    """Show the weeks of a pair or an actor and what may follow: quantiles, chance of at least one event, and which model speaks and why."""
    from marsad import topics
    from marsad.outlook.forecast import LEVELS

    one, _, other = pair.partition(":") if pair.count(":") == 1 and len(pair) == 7 else (pair, "", "")
    out = console()
    with Archive(where_of(archive)) as store:
        if learn:
            with console(True).status("learning"):
                count = topics.learn(store)
            console(True).print(f"learned from {count} pairs" if count else "no pair has weeks enough to learn from")
        told, counted, ahead = topics.series_of(store, one, other, weeks)
    if not counted:
        show.problem(console(True), Problem(stage="outlook", subject_id=pair, code="not-found", detail=f"{pair}: no events of it in the archive; a pair is written USA:IRQ"))
        raise typer.Exit(1)
    shown = [w for n, w in enumerate(told) if w.even is not None or (n and told[n - 1].even is not None)][-26:]  # of weeks that were not collected, the first of a row
    most = max(1, *(w.events for w in shown))
    for w in shown:
        bar = "█" * round(30 * w.events / most) if w.even is not None else "·"
        out.print(
            Text.assemble(
                (f"{w.monday}  ", "green"),
                f"{w.events:4}  ",
                (bar, "cyan"),
                (f"  {w.score:+.1f}" if w.score is not None else "  not collected" if w.even is None else "", "bright_black"),
            )
        )
    if ahead is None or ahead.missing:
        out.print(f"too little to say: {ahead.missing if ahead else 'no weeks'}")
        return
    for n, p in enumerate(ahead.periods, 1):
        q = dict(zip(LEVELS, p.quantiles, strict=True))
        out.print(
            Text.assemble(
                (f"+{n} weeks".ljust(12), "yellow"),
                f"{q[0.5]:4g}  ",
                ("─" * max(1, round(30 * (min(q[0.95], 2 * most) - q[0.05]) / most)), "yellow"),
                f"  90 %: {q[0.05]:g}–{q[0.95]:g}   50 %: {q[0.25]:g}–{q[0.75]:g}   at least one: {100 * p.some:.0f} %",
            )
        )
    ratio = f"; CRPS of the mixture {ahead.ratio:.2f} of the best baseline's ({ahead.best})" if ahead.ratio is not None else ""
    out.print(f"{ahead.model} speaks, from {ahead.periods_seen} weeks{ratio}")
