"""How records look in a terminal: roles by colour, right-to-left safe (each Arabic run isolated so that the terminal orders it alone)."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad.records import Article, Block, Problem, Reading

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


MENTION = {"PER": "bold cyan", "ORG": "bold blue", "LOC": "bold green", "NOM": "cyan"}


def reading(console: Console, text: str, item: Reading, where: str) -> None:
    """Print a reading: its events as a table, then figures and dates, each in the words of the page."""
    console.rule(Text(where))

    def cut(start: int, end: int) -> str:
        return safe(text[start:end])

    def names(numbers: tuple[int, ...]) -> Text:
        out = Text()
        for n in numbers:
            m = item.mentions[n]
            out.append(("، " if out.plain else "") + cut(m.start, m.end), MENTION[m.kind])
            if m.country:
                out.append(f" {m.country}", "bright_black")
        return out

    table = Table(title=f"{len(item.events)} events")
    for column in ("type", "trigger", "who", "to whom", "where", "when", "status", "who says", "what is said"):
        table.add_column(column, overflow="fold")
    for e in item.events:
        when = item.dates[e.when].value if e.when is not None else ""
        kind = f"{e.type} {e.mode}".strip()
        said = cut(e.content.start, e.content.end) if e.content else ""
        table.add_row(kind, cut(e.trigger.start, e.trigger.end), names(e.actors), names(e.recipients), names(e.places), when, e.status, names(e.by), said)
    console.print(table)
    for f in item.figures:
        console.print(Text.assemble(("figure ", "bright_black"), cut(f.start, f.end), f"  {f.bound} {f.value:g}  {f.what}"))
    for d in item.dates:
        console.print(Text.assemble(("date   ", "bright_black"), cut(d.start, d.end), f"  {d.value}"))


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
