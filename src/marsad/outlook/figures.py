"""The same count as different outlets give it, side by side with their bounds and times, never averaged. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from marsad.arabic.words import stem
from marsad.outlook.told import Evidence, Told, content_stems, evidence, originals_first, sentence_of
from marsad.records import Figure, Span

COUNTED = ("killed", "injured", "arrested", "displaced", "troops", "attacks", "votes", "other")  # money is of too many things to be set side by side
ABOUT, CLOSE, LEAST = 0.34, 0.5, 2  # share, of vaguer counts, and number, of content words that two sentences have in common when they count one thing
APART = 4  # days between two reports of one event's casualties
CAPTIVES = frozenset(stem(w) for w in ("محتجز", "أسير", "أسرى", "رهينة", "رهائن"))  # a count that stands for months, as that of troops does


class Given(NamedTuple):
    """A figure as one article gives it; text: its words; line: the span of its sentence."""

    value: float
    upper: float | None
    bound: str
    text: str
    line: Span
    evidence: Evidence


class Count(NamedTuple):
    """What was counted (killed, injured, attacks ...), as everybody gives it, by time. about: the sentence of the first; differ: whether two figures exclude each other; grows: whether no later figure is below an earlier one."""

    what: str
    about: str
    given: tuple[Given, ...]
    differ: bool
    grows: bool


class _Group:
    def __init__(self, what: str, unit: str) -> None:
        self.what, self.unit = what, unit
        self.given: list[Given] = []
        self.texts: list[str] = []
        self.words: list[frozenset[str]] = []
        self.days: list[frozenset[str]] = []
        self.lands: list[frozenset[str]] = []

    def take(self, other: _Group) -> None:
        """Take in another group that counts the same thing."""
        self.given += other.given
        self.texts += other.texts
        self.words += other.words
        self.days += other.days
        self.lands += other.lands

    def by_time(self) -> list[Given]:
        """The figures by the time they were published, undated last."""
        return sorted(self.given, key=lambda g: (g.evidence.at == "", g.evidence.at))


def counts(told: Sequence[Told], kinds: Sequence[str] = COUNTED) -> list[Count]:
    """Return what was counted in some articles about one thing, what most tell first; one figure of an article is kept once."""
    groups: list[_Group] = []
    for one in originals_first(told):
        for figures in _alike(one, kinds):
            _put(groups, one, figures)
    out = [Count(g.what, g.texts[0], tuple(g.by_time()), any(excludes(a, b) for a in g.given for b in g.given), _grows(g.by_time())) for g in groups]
    return sorted(out, key=lambda c: (-len({g.evidence.article_id for g in c.given if not g.evidence.copy_of}), c.what == "other", c.what, c.given[0].evidence))


def _alike(told: Told, kinds: Sequence[str]) -> list[list[Figure]]:
    """The figures of an article, those that are told again together: «25» in the headline and «25 جريحا» in the body."""
    out: dict[tuple[str, float, float | None], list[Figure]] = {}
    for figure in told.reading.figures:
        if figure.what in kinds and not (figure.what == "other" and not figure.unit):
            out.setdefault((figure.what, figure.value, figure.upper), []).append(figure)
    return list(out.values())


def _put(groups: list[_Group], told: Told, figures: list[Figure]) -> None:
    text, words, days, lands = told.article.text, frozenset[str](), frozenset[str](), frozenset[str]()
    for f in figures:
        line = sentence_of(told.article, f.start)
        words |= content_stems(text[max(line.start, f.start - 90) : f.start]) | content_stems(text[f.end : min(line.end, f.end + 90)])
        days |= frozenset(d.value[:10] for d in told.reading.dates if line.start <= d.start < line.end and len(d.value) >= 10 and d.value[4:5] == "-")
        lands |= frozenset(m.country for m in told.reading.mentions if m.kind == "LOC" and m.country and line.start <= m.start < line.end)
    figure = max(figures, key=lambda f: f.end - f.start)  # «خمسة أشخاص» of the body says more than «خمسة» of the headline
    line = sentence_of(told.article, figure.start)
    given = Given(figure.value, figure.upper, figure.bound, text[figure.start : figure.end], line, evidence(told, Span(figure.start, figure.end)))
    unit = stem(figure.unit.split()[0]) if figure.unit.split() else ""
    matching = [g for g in groups if g.what == figure.what and _one(g, unit, words, days, lands, given.evidence.at[:10])]
    group = matching[0] if matching else _Group(figure.what, unit)
    if not matching:
        groups.append(group)
    for other in matching[1:]:  # this figure shows that they count one thing
        group.take(other)
        groups.remove(other)
    group.given.append(given)
    group.texts.append(text[line.start : line.end])
    group.words.append(words)
    group.days.append(days)
    group.lands.append(lands)


def _one(group: _Group, unit: str, words: frozenset[str], days: frozenset[str], lands: frozenset[str], day: str) -> bool:
    """Whether a figure counts what a group counts: by the words around it, or by the day from which both count. Casualties of one event are told within some days."""
    if group.what == "other" and unit != group.unit:
        return False
    held = group.what == "arrested" and (unit in CAPTIVES or bool(words & CAPTIVES))
    if (
        group.what in ("killed", "injured", "arrested")
        and not held
        and day
        and group.given[-1].evidence.at
        and abs((date.fromisoformat(day) - date.fromisoformat(group.given[-1].evidence.at[:10])).days) > APART
    ):
        return False
    about = CLOSE if group.what == "other" else 0.8 * ABOUT if group.what == "attacks" or held else ABOUT
    for other, since, where in zip(group.words, group.days, group.lands, strict=True):
        if group.what == "troops" and lands and where and not lands & where:
            continue
        both = len(words & other)
        if group.what == "troops" and unit == group.unit and both:
            return True
        if both >= LEAST and both >= about * min(len(words), len(other)):
            return True
        if group.what in ("attacks", "other") and days & since and both:
            return True
    return False


def _grows(given: Sequence[Given]) -> bool:
    dated = [g for g in given if g.evidence.at]
    return len({g.value for g in dated}) > 1 and all(a.value <= b.value for a, b in pairwise(dated) if a.evidence.at < b.evidence.at)


def _range(given: Given) -> tuple[float, float]:
    if given.upper is not None:
        return given.value, given.upper
    low, high = {"=": (1.0, 1.0), "~": (0.95, 1.05), ">": (1.0, float("inf")), ">=": (1.0, float("inf")), "<": (0.0, 1.0), "<=": (0.0, 1.0)}.get(given.bound, (1.0, 1.0))
    return given.value * low, given.value * high


def excludes(one: Given, other: Given) -> bool:
    """Whether two figures cannot both be right."""
    (a, b), (c, d) = _range(one), _range(other)
    return b < c or d < a
