"""Text as published, with what was read of it marked: plain pieces that templates escape, each with the records it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup, escape

from marsad.outlook.told import Party
from marsad.records import Reading, Span


class Mark(NamedTuple):
    """Something that stands in a text. kind: a class of the page (per org loc nom event figure date evidence hit shared); title: what to say of it; anchor: an id, "" for none."""

    start: int
    end: int
    kind: str
    title: str = ""
    anchor: str = ""


class Piece(NamedTuple):
    """A stretch of text between two edges of marks, with the marks over it, widest first."""

    text: str
    kinds: str
    title: str
    anchor: str


def pieces(text: str, start: int, end: int, marks: Sequence[Mark]) -> list[Piece]:
    """Return text[start:end] cut at the edges of marks; marks that reach outside are cut off."""
    inside = [m for m in marks if m.start < end and m.end > start and m.start < m.end]
    edges = sorted({start, end, *(max(start, m.start) for m in inside), *(min(end, m.end) for m in inside)})
    out, told = [], set()
    for a, b in pairwise(edges):
        over = sorted((m for m in inside if m.start <= a and m.end >= b), key=lambda m: m.start - m.end)
        anchor = next((m.anchor for m in over if m.anchor and m.anchor not in told), "")
        told.add(anchor)
        out.append(Piece(text[a:b], " ".join(dict.fromkeys(m.kind for m in over)), " · ".join(dict.fromkeys(m.title for m in over if m.title)), anchor))
    return out


def marked(some: Iterable[Piece]) -> Markup:
    """Return pieces as HTML; here and not in a template, which takes three times as long over the hundreds of a page."""
    out = []
    for p in some:
        text = escape(p.text)
        if p.kinds:
            anchor = f' id="{escape(p.anchor)}"' if p.anchor else ""
            title = f' title="{escape(p.title)}"' if p.title else ""
            text = Markup(f'<span class="m {escape(p.kinds)}"{anchor}{title}>{text}</span>')
        out.append(text)
    return Markup("").join(out)


def parties(some: Iterable[Party], named: Mapping[str, str]) -> Markup:
    """Return parties as links to their pages; those that are only described have none."""
    return Markup("، ").join(_linked("" if p.key.startswith("nom:") else p.key, named.get(p.key, p.name)) for p in some)


def sides(some: Iterable[tuple[str, str]], named: Mapping[str, str]) -> Markup:
    """Return parties (entity or "", name as written) as links to their pages."""
    return Markup("، ").join(_linked(entity, written if not entity or entity.startswith("place:") else named.get(entity, written), written) for entity, written in some)


def _linked(entity: str, name: str, title: str = "") -> Markup:
    said = f' title="{escape(title)}"' if title else ""
    return Markup(f'<a class="party" href="/actor?of={quote(entity)}"{said}>{escape(name)}</a>' if entity else f'<span class="party" dir="auto">{escape(name)}</span>')


def of_reading(reading: Reading, titles: dict[str, str]) -> list[Mark]:
    """Return the marks of a reading. titles: what to say of types, statuses and entities."""
    out = [Mark(m.start, m.end, m.kind.lower(), titles.get(m.entity_id or "", "") or titles.get(m.country, m.country)) for m in reading.mentions]
    for e in reading.events:
        for span in (e.trigger, *e.also):
            out.append(Mark(span.start, span.end, "trigger", f"{titles.get(e.type, e.type)} {e.mode}".strip()))
    out += [Mark(f.start, f.end, "figure", f"{f.bound} {f.value:,g}") for f in reading.figures]
    out += [Mark(d.start, d.end, "date", d.value) for d in reading.dates]
    return out


def around(text: str, span: Span, start: int, end: int, room: int = 90) -> tuple[int, int]:
    """Return the edges of a piece of text[start:end] around a span, at blanks, at most `room` characters on either side."""
    first, last = max(start, span.start - room), min(end, span.end + room)
    if first > start and (at := text.find(" ", first, span.start)) >= 0:
        first = at + 1
    if last < end and (at := text.rfind(" ", span.end, last)) > 0:
        last = at
    return first, last


def spans_of(numbers: str) -> list[Span]:
    """Return the spans that an address names as «12-20,31-40»; what is no span is passed over."""
    out: list[Span] = []
    for part in numbers.split(",")[:50]:
        a, _, b = part.partition("-")
        if a.isdecimal() and b.isdecimal() and len(a) < 10 and len(b) < 10 and int(a) < int(b):
            out.append(Span(int(a), int(b)))
    return out


def written(spans: Iterable[Span]) -> str:
    """Return spans as an address names them."""
    return ",".join(f"{s.start}-{s.end}" for s in spans)
