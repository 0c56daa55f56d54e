"""Outlets, sources of the web and the places where events took place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select

from marsad.arabic.letters import fold
from marsad.archive import Archive, schema
from marsad.archive.asked import NEWEST, A, E, P
from marsad.outlook.told import score_of


class Outlet(NamedTuple):
    """An outlet: how many articles are kept of it, on which days the first and the last were published."""

    name: str
    size: int
    first: str
    last: str


def outlets(store: Archive, most: int = 200) -> list[Outlet]:
    """Return the outlets, those with most articles first."""
    query = select(A.outlet, func.count().label("n"), func.min(A.published_at).label("first"), func.max(A.published_at).label("last")).where(NEWEST, A.headline.is_not(None))
    with store.reading_from() as db:
        return [Outlet(r.outlet, r.n, (r.first or "")[:10], (r.last or "")[:10]) for r in db.execute(query.group_by(A.outlet).order_by(func.count().desc(), A.outlet).limit(most))]


class Source(NamedTuple):
    """A source of the web: its last visit and what it brought, visits in all, addresses that wait, problems met, days since it last brought something new."""

    url: str
    kind: str
    last: str
    found: int
    new: int
    visits: int
    waiting: int
    problems: int
    quiet_days: int | None
    brought: tuple[int, ...]  # new addresses at each of its last visits


def sources(store: Archive, now: datetime) -> list[Source]:
    """Return the sources, the last visited first."""
    v, f, s = schema.visit.c, schema.frontier.c, schema.source.c
    with store.reading_from() as db:
        kinds = {r.url: r.kind for r in db.execute(select(s.url, s.kind))}
        waiting = {r.source: r.n for r in db.execute(select(f.source, func.count().label("n")).group_by(f.source))}
        visits: dict[str, list[Any]] = defaultdict(list)
        for r in db.execute(select(v.source, v.at, v.found, v.new, v.problems).order_by(v.at)):
            visits[r.source].append(r)
    out = []
    for url in {*kinds, *visits}:
        rows = visits[url]
        news = [r.at for r in rows if r.new]
        quiet = (now - datetime.fromisoformat(news[-1])).days if news else None
        last = rows[-1] if rows else None
        out.append(
            Source(
                url, kinds.get(url, ""), last.at if last else "", last.found if last else 0, last.new if last else 0, len(rows), waiting.get(url, 0), sum(r.problems for r in rows), quiet,
                tuple(r.new for r in rows[-30:]),
            )
        )  # fmt: skip
    return sorted(out, key=lambda x: x.last, reverse=True)


class Place(NamedTuple):
    """A place on a map: its name, events there, how many of them are conflict, coordinates, and how a search asks for it."""

    name: str
    size: int
    conflict: int
    latitude: float
    longitude: float
    country: str


def places(store: Archive, first: date, last: date, where: Mapping[tuple[str, str], tuple[str, float, float, str]], most: int = 300) -> list[Place]:
    """Return where events of some days took place, by the coordinates of `where` ((folded name, country or "") -> name, latitude, longitude, country)."""
    joined = schema.event.join(schema.party, and_(E.number == P.number, E.ord == P.ord)).join(schema.article, A.number == E.number)
    asked = [E.day >= first.isoformat(), E.day <= last.isoformat(), P.role == "place", E.type != "STATE", E.status == "asserted", NEWEST]
    found: dict[tuple[str, float, float, str], list[int]] = defaultdict(lambda: [0, 0])
    with store.reading_from() as db:
        for row in db.execute(select(P.name, P.country, E.type, func.count().label("n")).select_from(joined).where(*asked).group_by(P.name, P.country, E.type)):
            bare = " ".join(fold(row.name).split())
            forms = (bare, bare[1:], f"ال{bare[2:]}")
            spot = next((where[name, land] for land in (row.country, "") for name in forms if (name, land) in where), None)
            if spot:
                found[spot][0] += row.n
                found[spot][1] += row.n if score_of(row.type, "")[0] > 2 else 0
    ranked = sorted(found.items(), key=lambda x: (-x[1][0], x[0]))[:most]
    return [Place(spot[0], n, bad, spot[1], spot[2], spot[3]) for spot, (n, bad) in ranked]
