"""Counts by week of the events of an actor pair, or of a country and type, as they would be had as much been collected every week. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from marsad.outlook.told import score_of

FEWEST = 0.1  # of the usual number of articles: a week with fewer is one that was not collected


class Week(NamedTuple):
    """A week by its Monday. events: how many were told, copies left out; collected: articles of that week in the archive; even: the count had as many articles been collected as in the median week, None when hardly any were; score: mean
    conflict-cooperation score of the events, None without any."""

    monday: str
    events: int
    collected: int
    even: float | None
    score: float | None


def monday_of(day: str) -> str | None:
    """Return the Monday of the week of a day, None for what is no day."""
    try:
        at = date.fromisoformat(day)
    except ValueError:
        return None
    return (at - timedelta(days=at.weekday())).isoformat()


def weekly(events: Iterable[tuple[str, str, str, int]], collected: Mapping[str, int]) -> list[Week]:
    """Return weeks without gaps, from the first that was collected to the last. events: day, type, mode, number; collected: day -> articles published then that the archive has.

    A week in which hardly anything was collected says nothing: its even count is None, not zero. Others are scaled by how much was collected.
    """
    articles: Counter[str] = Counter()
    for day, n in collected.items():
        if monday := monday_of(day):
            articles[monday] += n
    counts: Counter[str] = Counter()
    sums: dict[str, float] = defaultdict(float)
    for day, type_, mode, n in events:
        monday = monday_of(day)
        if monday and monday in articles and type_ != "STATE":
            counts[monday] += n
            sums[monday] += n * score_of(type_, mode)[1]
    if not articles:
        return []
    usual = median(articles.values())
    first, last = date.fromisoformat(min(articles)), date.fromisoformat(max(articles))
    out = []
    for i in range((last - first).days // 7 + 1):
        monday = (first + timedelta(weeks=i)).isoformat()
        n, had = counts[monday], articles[monday]
        even = None if had < max(1.0, FEWEST * usual) else n * usual / had
        out.append(Week(monday, n, had, even, sums[monday] / n if n else None))
    return out


def known(weeks: list[Week]) -> list[float]:
    """Return the even counts of the weeks that were collected, rounded; the last week is left out when it is the running one and less than half collected."""
    if len(weeks) > 2 and weeks[-1].collected < 0.5 * median(w.collected for w in weeks):
        weeks = weeks[:-1]
    return [float(round(w.even)) for w in weeks if w.even is not None]
