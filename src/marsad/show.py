"""How records look in a terminal: roles by colour, right-to-left safe (each Arabic run isolated so that the terminal orders it alone)."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad.records import Article, Block, Problem

COLOURS = {
    "headline": "bold magenta",
    "standfirst": "bold",
    "body": "default",
    "byline": "cyan",
    "date": "green",
    "caption": "blue",
    "teaser_title": "yellow",
    "teaser_text": "dark_goldenrod",
    "label": "bright_black",
    "boilerplate": "bright_black",
}
FSI, PDI = "\u2068", "\u2069"  # first strong isolate, pop directional isolate


def safe(text: str) -> str:
    """Return text fit for a terminal: control characters out, one direction isolate around it."""
    clean = "".join(c if c.isprintable() or c == "\u00a0" else " " for c in text)
    return f"{FSI}{' '.join(clean.split())}{PDI}"


def article(console: Console, item: Article, where: str) -> None:
    """Print an article: its heading lines, then every block under its role's colour."""
    console.rule(Text(where))
    when = f"{item.published_at:%Y-%m-%d %H:%M} UTC ({item.published_from})" if item.published_at else "-"
    found = {"headline": item.headline or "no article on this page", "published": when, "authors": ", ".join(item.authors) or "-", "language": item.language}
    for name, value in found.items():
        console.print(Text.assemble((f"{name:12}", "bold"), safe(value)))
    for block in item.blocks:
        console.print(line(item, block))


def line(item: Article, block: Block) -> Text:
    """Return one block as a line: role, then its text in the role's colour."""
    return Text.assemble((f"{block.role:13} ", "bright_black"), (safe(item.text[block.start : block.end]), COLOURS[block.role]))


def problem(console: Console, item: Problem) -> None:
    """Print a problem in one line."""
    console.print(Text.assemble((f"{item.stage} {item.code}: ", "red"), item.detail))


def report(console: Console, articles: list[Article], problems: list[Problem], archive: str) -> None:
    """Print what the demo found, as a table by day."""
    table = Table(title="مرصد · Marsad", caption=f"kept in {archive}")
    for column in ("date", "outlet", "headline", "paragraphs", "teasers", "lang"):
        table.add_column(column, overflow="fold")
    for item in articles:
        day = f"{item.published_at:%Y-%m-%d}" if item.published_at else "-"
        body = sum(b.role == "body" for b in item.blocks)
        table.add_row(day, safe(item.outlet or "-"), safe(item.headline or "(no article)"), str(body), str(len(item.teasers)), item.language)
    console.print(table)
    told = sum(a.headline is not None for a in articles)
    console.print(f"{len(articles)} pages, {told} articles, {sum(len(a.teasers) for a in articles)} teasers of other stories, {len(problems)} problems")
    for trouble in problems:
        problem(console, trouble)
