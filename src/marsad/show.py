"""How records look in a terminal: roles by colour, right-to-left safe (each Arabic run isolated so that the terminal orders it alone)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad.archive.search import Hit
from marsad.records import Article, Block, Change, Event, Link, Problem, Reading, Story
from marsad.relate.related import in_words


class Shown(NamedTuple):
    """What a list of stories shows of an article."""

    headline: str
    outlet: str
    at: datetime | None


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
    """Print a reading: the sentences that tell something with its mentions in colour and its triggers underlined, then events, positions, figures and dates."""
    console.rule(Text(where))
    for start, end in _told(text, item):
        console.print(_coloured(text, item, start, end))
    for title, events in (("events", [e for e in item.events if not e.content]), ("positions", [e for e in item.events if e.content])):
        console.print(Text(f"{len(events)} {title}", "bold"))
        for event in events:
            console.print(_event(text, item, event))
    for f in item.figures:
        console.print(Text.assemble(("figure ", "bright_black"), safe(text[f.start : f.end]), f"  {f.bound} {f.value:g}  {f.what}"))
    for d in item.dates:
        console.print(Text.assemble(("date   ", "bright_black"), safe(text[d.start : d.end]), f"  {d.value}"))


def _told(text: str, item: Reading) -> list[tuple[int, int]]:
    """The lines of the text in which an event is told."""
    lines, at = [], 0
    for line in text.splitlines(keepends=True):
        if any(at <= e.trigger.start < at + len(line) for e in item.events):
            lines.append((at, at + len(line)))
        at += len(line)
    return lines


def _coloured(text: str, item: Reading, start: int, end: int) -> Text:
    out = Text("".join(c if c.isprintable() else " " for c in text[start:end]).rstrip())  # letter for letter, so that offsets hold
    for m in item.mentions:
        if start <= m.start < end:
            out.stylize(MENTION[m.kind], m.start - start, m.end - start)
    for e in item.events:
        for span in (e.trigger, *e.also):
            if start <= span.start < end:
                out.stylize("bold underline red", span.start - start, span.end - start)
    return out


def _event(text: str, item: Reading, event: Event) -> Text:
    """One event: type, trigger, then what is known of it, each with its own sign."""

    def names(numbers: tuple[int, ...]) -> Text:
        out = Text()
        for n in numbers:
            m = item.mentions[n]
            out.append(("، " if out.plain else "") + safe(text[m.start : m.end]), MENTION[m.kind])
            out.append(f" {m.country}" if m.country else "", "bright_black")
        return out

    parts = [Text.assemble((f"  {f'{event.type} {event.mode}'.strip():24} ", "red"), (safe(text[event.trigger.start : event.trigger.end]), "bold"))]
    for sign, numbers in (("who", event.actors), ("to whom", event.recipients), ("where", event.places), ("says", event.by)):
        if numbers:
            parts.append(Text.assemble((f"{sign} ", "bright_black"), names(numbers)))
    if event.when is not None:
        parts.append(Text.assemble(("when ", "bright_black"), item.dates[event.when].value))
    if event.status != "asserted":
        parts.append(Text(event.status, "yellow"))
    if event.content:
        parts.append(Text.assemble(("what ", "bright_black"), safe(text[event.content.start : event.content.end])))
    if event.also:
        parts.append(Text(f"told {1 + len(event.also)} times", "bright_black"))
    return Text("  ").join(parts)


def reasons(console: Console, text: str, event: Event, lines: list[str]) -> None:
    """Print why an event was read as it was."""
    console.print(Text.assemble((f"{event.type} {event.mode}".strip(), "bold"), " ", safe(text[event.trigger.start : event.trigger.end])))
    for told in lines:
        console.print(Text(f"  {safe(told)}"))


def problem(console: Console, item: Problem) -> None:
    """Print a problem in one line."""
    console.print(Text.assemble((f"{item.stage} {item.code}: ", "red"), item.detail))


def report(console: Console, articles: list[Article], readings: Mapping[str, Reading], problems: list[Problem], archive: str) -> None:
    """Print what the demo found, as a table by day."""
    table = Table(title="مرصد · Marsad", caption=f"kept in {archive}")
    for column in ("date", "outlet", "headline", "paragraphs", "teasers", "events", "lang"):
        table.add_column(column, overflow="fold")
    for item in articles:
        day = f"{item.published_at:%Y-%m-%d}" if item.published_at else "-"
        body = sum(b.role == "body" for b in item.blocks)
        table.add_row(day, safe(item.outlet or "-"), safe(item.headline or "(no article)"), str(body), str(len(item.teasers)), str(len(readings[item.id].events)), item.language)
    console.print(table)
    told = sum(a.headline is not None for a in articles)
    console.print(
        f"{len(articles)} pages, {told} articles, {sum(len(a.teasers) for a in articles)} teasers of other stories, {sum(len(r.events) for r in readings.values())} events, {len(problems)} problems"
    )
    for trouble in problems:
        problem(console, trouble)


def stories(console: Console, found: Sequence[Link | Story], shown: Mapping[str, Shown], least: int) -> None:
    """Print the stories of `least` articles or more, largest first: their headline, then every article with its copies folded behind it."""
    copies: dict[str, list[str]] = {}
    behind: set[str] = set()
    for link in found:
        if isinstance(link, Link) and link.kind in ("copy", "revision") and link.right_id not in behind:
            copies.setdefault(link.left_id, []).append(link.right_id)
            behind.add(link.right_id)
    told = sorted((s for s in found if isinstance(s, Story)), key=lambda s: (-len(s.article_ids), s.id))
    for story in told:
        if len(story.article_ids) < least:
            continue
        days = " – ".join(dict.fromkeys(f"{at:%Y-%m-%d}" for at in (story.first_at, story.last_at) if at))
        console.print(Text.assemble((safe(story.headline), "bold magenta"), (f"  {len(story.article_ids)} articles  {days}", "bright_black")))
        for article_id in story.article_ids:
            if article_id in behind and any(article_id in copies.get(other, ()) for other in story.article_ids):
                continue
            one = shown.get(article_id)
            if one:
                when = f"{one.at:%m-%d %H:%M}" if one.at else "-"
                console.print(Text.assemble((f"  {when:12}", "green"), safe(one.headline), ("  " + safe(one.outlet) if one.outlet else "", "cyan")))
            for copy in copies.get(article_id, ()):
                if other := shown.get(copy):
                    console.print(Text.assemble((f"  {'':12}  + ", "bright_black"), (safe(other.outlet or other.headline), "bright_black")))
    console.print(f"{len(told)} stories, {sum(len(s.article_ids) for s in told)} articles, {len(behind)} of them copies or revisions")


def related(console: Console, left: Article, right: Article, link: Link) -> None:
    """Print a related article with its reasons, each with what stands in either text."""
    when = f"{right.published_at:%Y-%m-%d}" if right.published_at else "-"
    console.print(Text.assemble((f"{link.score:.2f}  ", "green"), (safe(right.headline or ""), "bold"), (f"  {safe(right.outlet)}  {when}  {right.id[:8]}", "bright_black")))
    console.print(Text.assemble("      ", safe(in_words(link))))
    for reason in link.because:
        sides = [" … ".join(dict.fromkeys(side.text[s.start : s.end] for s in spans)) for side, spans in ((left, reason.left), (right, reason.right))]
        console.print(Text.assemble((f"      {reason.what:8} ", "bright_black"), *([safe(sides[0]), "  ⇄  ", safe(sides[1])] if any(sides) else [safe(reason.text)])))


def version(console: Console, item: Article, changes: Sequence[Change]) -> None:
    """Print a version of an address with what it says otherwise than the one before."""
    when = f"{item.published_at:%Y-%m-%d %H:%M}" if item.published_at else "-"
    console.print(Text.assemble((f"{when:17}", "green"), (safe(item.headline or "(no article)"), "bold"), (f"  {item.id[:8]}", "bright_black")))
    for change in changes:
        console.print(Text.assemble((f"    {change.what:9}", "yellow"), safe(change.text)))


def hit(console: Console, found: Hit) -> None:
    """Print an article that a search found: headline, where it is from, and the first places of the words, marked."""
    item = found.article
    when = f"{item.published_at:%Y-%m-%d}" if item.published_at else "-"
    console.print(Text.assemble((safe(item.headline or ""), "bold"), (f"  {safe(item.outlet)}  {when}  {item.id[:8]}", "bright_black")))
    for block in item.blocks:
        inside = [s for s in found.spans if block.start <= s.start < block.end and block.role != "headline"]
        if inside:
            first, last = max(block.start, inside[0].start - 60), min(block.end, inside[0].end + 60)
            line = Text("".join(c if c.isprintable() else " " for c in item.text[first:last]))
            for span in inside:
                line.stylize("reverse", max(0, span.start - first), max(0, min(last, span.end) - first))
            console.print(Text.assemble("  … ", line, " …"))
            return
