"""The same count as different outlets give it, side by side with their bounds and times, never averaged. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from marsad.outlook.told import Evidence, Told, alike, evidence, originals_first, sentence_of
from marsad.records import Figure, Span

COUNTED = ("killed", "injured", "arrested", "displaced", "troops", "attacks", "votes")  # money and other counts are of too many things to be set side by side
ABOUT = 0.5  # content words that two sentences share when they count one thing


class Given(NamedTuple):
    """A figure as one article gives it; text: its words; line: the span of its sentence."""

    value: float
    upper: float | None
    bound: str
    text: str
    line: Span
    evidence: Evidence


class Count(NamedTuple):
    """What was counted (killed, injured, attacks ...), as everybody gives it, by time; differ: whether two figures exclude each other."""

    what: str
    given: tuple[Given, ...]
    differ: bool


def counts(told: Sequence[Told], kinds: Sequence[str] = COUNTED) -> list[Count]:
    """Return what was counted in some articles about one thing, most often told first; one figure of an article is kept once."""
    groups: list[tuple[str, list[Given], list[str]]] = []
    for one in originals_first(told):
        for figure in one.reading.figures:
            if figure.what not in kinds:
                continue
            given, line = _given(one, figure)
            text = one.article.text[line.start : line.end]
            group = next((g for g in groups if g[0] == figure.what and any(alike(text, other) >= ABOUT for other in g[2])), None)
            if group is None:
                groups.append((figure.what, [given], [text]))
            elif (at := next((n for n, other in enumerate(group[1]) if _same(given, other)), None)) is None:
                group[1].append(given)
                group[2].append(text)
            elif len(given.text) > len(group[1][at].text):  # «خمسة أشخاص» of the body says more than «خمسة» of the headline
                group[1][at], group[2][at] = given, text
    out = [Count(what, tuple(given), any(excludes(a, b) for a in given for b in given)) for what, given, _ in groups]
    return sorted(out, key=lambda c: (-len(c.given), c.what, c.given[0].evidence))


def _given(told: Told, figure: Figure) -> tuple[Given, Span]:
    line = sentence_of(told.article, figure.start)
    text = told.article.text[figure.start : figure.end]
    return Given(figure.value, figure.upper, figure.bound, text, line, evidence(told, Span(figure.start, figure.end))), line


def _same(one: Given, other: Given) -> bool:
    return one.evidence.article_id == other.evidence.article_id and (one.value, one.upper, one.bound) == (other.value, other.upper, other.bound)


def _range(given: Given) -> tuple[float, float]:
    if given.upper is not None:
        return given.value, given.upper
    low, high = {"=": (1.0, 1.0), "~": (0.9, 1.1), ">": (1.0, float("inf")), ">=": (1.0, float("inf")), "<": (0.0, 1.0), "<=": (0.0, 1.0)}.get(given.bound, (1.0, 1.0))
    return given.value * low, given.value * high


def excludes(one: Given, other: Given) -> bool:
    """Whether two figures cannot both be right."""
    (a, b), (c, d) = _range(one), _range(other)
    return b < c or d < a
