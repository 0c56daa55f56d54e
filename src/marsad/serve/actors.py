"""Events of an actor, of a pair, of anything that can be asked for: lists, weeks, counterparts, stories."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import and_, case, distinct, func, or_, select

from marsad.archive import Archive, schema
from marsad.archive.asked import ME, NEWEST, THEM, A, Ask, E, P, S, country_of, is_, own
from marsad.outlook.told import Told, score_of
from marsad.serve.views import Head, copies, moment, read_of


class Row(NamedTuple):
    """An event as lists of events show it."""

    article: Head
    number: int  # of the article
    ord: int
    day: str
    type: str
    mode: str
    status: str
    start: int
    score: float
    actors: tuple[tuple[str, str], ...]  # entity or "", name as written
    recipients: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    by: tuple[tuple[str, str], ...]


def weekly(store: Archive, who: str, other: str = "") -> list[tuple[str, int, float]]:
    """Return for every week with events of an actor, or between two, its Monday, their number and their mean conflict-cooperation score; plain statements and copies are left out."""
    source, where, _ = Ask(who, other, statuses=("asserted",)).source()
    once = select(E.number, E.ord, E.day, E.type, E.mode).select_from(source).where(*where, E.day.is_not(None), E.type != "STATE", own()).distinct().subquery()
    query = select(once.c.day, once.c.type, once.c.mode, func.count().label("n")).group_by(once.c.day, once.c.type, once.c.mode)
    found: dict[str, tuple[int, float]] = {}
    with store.reading_from() as db:
        for row in db.execute(query):
            try:
                day = date.fromisoformat(row.day)
            except ValueError:
                continue
            monday = (day - timedelta(days=day.weekday())).isoformat()
            n, total = found.get(monday, (0, 0.0))
            found[monday] = (n + row.n, total + row.n * score_of(row.type, row.mode)[1])
    return [(monday, n, total / n) for monday, (n, total) in sorted(found.items())]


def counterparts(store: Archive, who: str, most: int = 15) -> list[tuple[str, int, float]]:
    """Return whom an actor has most events with: entity, their number, their mean score."""
    code = country_of(who)
    other = case((THEM.c.country != "", "place:" + THEM.c.country), else_=THEM.c.entity) if code else THEM.c.entity
    joined = (
        ME.join(THEM, and_(ME.c.number == THEM.c.number, ME.c.ord == THEM.c.ord))
        .join(schema.event, and_(E.number == ME.c.number, E.ord == ME.c.ord))
        .join(schema.article, A.number == ME.c.number)
    )
    opposite = or_(and_(ME.c.role == "actor", THEM.c.role == "recipient"), and_(ME.c.role == "recipient", THEM.c.role == "actor"))
    once = (
        select(other.label("other"), E.number, E.ord, E.type, E.mode)
        .select_from(joined)
        .where(is_(ME, who), opposite, NEWEST, E.status == "asserted", THEM.c.entity != "", own())
        .distinct()
        .subquery()
    )
    query = select(once.c.other, once.c.type, once.c.mode, func.count().label("n")).group_by(once.c.other, once.c.type, once.c.mode)
    found: dict[str, tuple[int, float]] = {}
    with store.reading_from() as db:
        for row in db.execute(query):
            if row.other and row.other not in (who, f"place:{code}"):
                n, total = found.get(row.other, (0, 0.0))
                found[row.other] = (n + row.n, total + row.n * score_of(row.type, row.mode)[1])
    ranked = sorted(found.items(), key=lambda x: (-x[1][0], x[0]))[:most]
    return [(entity, n, total / n) for entity, (n, total) in ranked]


def events(store: Archive, ask: Ask, most: int = 50, after: tuple[int, int] | None = None) -> list[Row]:
    """Return events, the newest arrivals first; after: number and place of the last one shown before."""
    source, where, number = ask.source()
    query = select(schema.event, A.id, A.url, A.headline, A.outlet, A.published_at).select_from(source).where(*where)
    if after:
        query = query.where(or_(number < after[0], and_(number == after[0], E.ord > after[1])))
    with store.reading_from() as db:
        rows = list({(r.number, r.ord): r for r in db.execute(query.order_by(number.desc(), E.ord).limit(most * 4))}.values())[:most]
        roles: dict[tuple[int, int], dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        for p in db.execute(select(P.number, P.ord, P.role, P.entity, P.name).where(P.number.in_({r.number for r in rows})).order_by(P.number, P.ord, P.place)):
            roles[p.number, p.ord][p.role].append((p.entity, p.name))
    out = []
    for r in rows:
        sides = (tuple(roles[r.number, r.ord][role]) for role in ("actor", "recipient", "place", "by"))
        head = Head(r.id, r.url, r.headline or "", r.outlet, moment(r.published_at))
        out.append(Row(head, r.number, r.ord, r.day or "", r.type, r.mode, r.status, r.start, score_of(r.type, r.mode)[1], *sides))
    return out


def stories_of(store: Archive, who: str, most: int = 10) -> list[Head]:
    """Return the newest stories with events of an actor, as their newest article."""
    source, where, number = Ask(who).source()
    newest = select(number.label("n")).select_from(source).where(*where).order_by(number.desc()).limit(most * 40).subquery()
    story_id = func.coalesce(S.story_id, A.id).label("story")
    joined = newest.join(schema.article, A.number == newest.c.n).outerjoin(schema.story_article, S.article_id == A.id)
    query = select(story_id, func.max(newest.c.n).label("n")).select_from(joined).group_by(story_id).order_by(func.max(newest.c.n).desc()).limit(most)
    with store.reading_from() as db:
        numbers = {r.n: r.story for r in db.execute(query)}
        found = db.execute(select(A.number, A.url, A.headline, A.outlet, A.published_at).where(A.number.in_(numbers)).order_by(A.number.desc()))
        return [Head(numbers[r.number], r.url, r.headline or "", r.outlet, moment(r.published_at)) for r in found]


def told_of(store: Archive, who: str, most: int = 40) -> list[Told]:
    """Return the newest articles in which an actor takes a position, with their readings."""
    source, where, number = Ask(who).source()
    newest = select(number.label("n")).select_from(source).where(*where, E.said == 1).order_by(number.desc()).limit(most * 4)
    with store.reading_from() as db:
        numbers = list(dict.fromkeys(r.n for r in db.execute(newest)))[:most]
        ids = [r.id for r in db.execute(select(A.id).where(A.number.in_(numbers)))]
        copied = copies(db, ids)
        return [Told(a, r, copied.get(a.id, "")) for a, r in read_of(db, ids)]


def busy_on(store: Archive, day: date, most: int = 300) -> list[tuple[str, int]]:
    """Return who took part in events of a day: entity and in how many articles, copies left out."""
    event = schema.event.join(schema.party, and_(E.number == P.number, E.ord == P.ord)).join(schema.article, A.number == E.number)
    count = func.count(distinct(E.number)).label("n")
    where = [E.day == day.isoformat(), P.entity != "", P.role.in_(("actor", "recipient")), NEWEST, own()]
    with store.reading_from() as db:
        return [(r.entity, r.n) for r in db.execute(select(P.entity, count).select_from(event).where(*where).group_by(P.entity).order_by(count.desc(), P.entity).limit(most))]


def summed(days: Iterable[Iterable[tuple[str, int]]], most: int = 15) -> list[tuple[str, int]]:
    """Return who took part in most events over some days (`busy_on`)."""
    found: Counter[str] = Counter()
    for day in days:
        found.update(dict(day))
    return sorted(found.items(), key=lambda x: (-x[1], x[0]))[:most]
