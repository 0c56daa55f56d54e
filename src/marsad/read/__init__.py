"""Third stage: an Article becomes a Reading: who did what to whom, where, when, who says so; figures and dates. Pure.

reading = read(article)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from marsad.arabic.calendar import times
from marsad.read.fast import read_fast
from marsad.read.figures import figures
from marsad.read.home import home_of
from marsad.read.links import link, merge
from marsad.read.names import resolve
from marsad.read.told import Found, Told
from marsad.records import Article, Date, Event, Figure, Mention, Reading, Span

ORIGIN, FAST = "marsad.read 5", "marsad.read.fast 4"
DATED = 80  # characters between a trigger and the time expression that dates it
READ = ("headline", "standfirst", "body", "caption")
_END = re.compile(r"(?<=[^\W\d_]{2})[.؟!](?:[»\")]|\.)*\s+|[؟!][»\")]*\s+|\n+|(?<=[»\")\d])\.\s+")

__all__ = ["FAST", "ORIGIN", "read", "read_sentence", "sentences"]


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of text[start:end] as offsets, blanks at their edges left out.

    >>> [("نص أول. نص ثان؟ ثالث")[a:b] for a, b in sentences("نص أول. نص ثان؟ ثالث", 0, 20)]
    ['نص أول.', 'نص ثان؟', 'ثالث']
    """
    at = start
    for m in _END.finditer(text, start, end):
        yield from _bare(text, at, m.end())
        at = m.end()
    yield from _bare(text, at, end)


def _bare(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    line = text[start:end]
    if line.strip():
        yield start + len(line) - len(line.lstrip()), start + len(line.rstrip())


def read(article: Article, fast: bool = False) -> Reading:
    """Return what an article says, sentence by sentence of its headline, standfirst, body and captions; a repeated headline is read once.

    fast: by knowledge alone, without the network. A page without article, or in another language than Arabic, gives an empty Reading. Relative dates are resolved against published_at; without it they are left out.
    """
    seen: set[str] = set()
    spans: list[tuple[int, int]] = []
    heads = 0
    if article.headline is not None and article.language == "ar":
        for block in article.blocks:
            line = article.text[block.start : block.end].strip()
            if block.role in READ and not (block.role == "headline" and line in seen):
                seen.add(line)
                spans += sentences(article.text, block.start, block.end)
                heads = heads or (len(spans) if block.role == "headline" else 0)
    published = article.published_at.date() if article.published_at else None
    return _reading(article.id, article.text, spans, published, home_of(article.outlet) or home_of(article.url), fast, heads)


def read_sentence(record_id: str, text: str, published: date | None, fast: bool = False, outlet: str = "") -> Reading:
    """Return the Reading of one sentence or headline that stands alone; outlet: name or host of who published it, "" when not known."""
    return _reading(record_id, text, [(0, len(text))] if text.strip() else [], published, home_of(outlet), fast, 0)


def _reading(article_id: str, text: str, spans: list[tuple[int, int]], published: date | None, home: str, fast: bool, heads: int) -> Reading:
    mentions: list[Mention] = []
    events: list[tuple[int, Event]] = []
    counted: list[Figure] = []
    dates: list[Date] = []
    reader = read_fast if fast else _network()
    for number, (start, end) in enumerate(spans):
        sentence = text[start:end]
        found, told = reader(sentence, home)
        timed = [Date(start=t.start + start, end=t.end + start, value=t.value) for t in times(sentence, published)]
        base, dated = len(mentions), len(dates)
        mentions += [Mention(start=m.start + start, end=m.end + start, kind=m.kind, country=m.country, sector=m.sector, score=round(m.score, 3), entity_id=m.entity) for m in found]
        events += [(max(0, number - heads + 1), _event(e, start, base, timed, dated)) for e in told]
        counted += [_moved(f, start) for f in figures(sentence, [(t.start - start, t.end - start) for t in timed])]
        dates += timed
    known = link(text, resolve(text, mentions), published)
    return Reading(
        article_id=article_id,
        mentions=known,
        events=merge(text, events, known) if heads else tuple(e for _, e in events),
        figures=tuple(counted),
        dates=tuple(dates),
        origin=FAST if fast else ORIGIN,
    )


def _network() -> Callable[[str, str], tuple[list[Found], list[Told]]]:
    from marsad.read.model import bundled  # not before it is asked for: onnxruntime takes its time to load

    return bundled().read


def _moved(figure: Figure, by: int) -> Figure:
    return Figure(start=figure.start + by, end=figure.end + by, value=figure.value, unit=figure.unit, what=figure.what, bound=figure.bound, upper=figure.upper)


def _event(told: Told, start: int, base: int, timed: list[Date], dated: int) -> Event:
    """The event with its offsets in the article; it is dated by the nearest time expression of its sentence, if that stands within DATED characters."""
    at = told.start + start
    when = min(range(len(timed)), key=lambda i: abs(timed[i].start - at), default=None)
    when = None if when is None or abs(timed[when].start - at) > DATED else when
    roles = {role: tuple(i + base for i in numbers) for role, numbers in told.roles.items()}
    return Event(
        trigger=Span(at, told.end + start),
        type=told.type,
        mode=told.mode,
        actors=roles["actor"],
        recipients=roles["recipient"],
        places=roles["place"],
        by=roles["by"],
        when=None if when is None else when + dated,
        content=Span(told.content[0] + start, told.content[1] + start) if told.content else None,
        status=told.status,
        score=round(told.score, 3),
    )
