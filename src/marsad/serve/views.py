"""What the pages show, asked of the archive: no HTML, no words of the interface."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Text, and_, case, cast, distinct, func, select

from marsad.archive import Archive, schema
from marsad.archive.asked import NEWEST, A, E, M, P, S, country_of
from marsad.corrections import corrected, without_wrong
from marsad.outlook.told import Told, scores
from marsad.records import Article, Correction, Link, Reading, Story

SPAN = 3  # days that Today looks back
CARDS, MEMBERS = 30, 4
REPEATS = ("copy", "revision")  # links whose right side repeats the left one
MOST_TOLD = 60  # articles of a story that are read for its page


class Head(NamedTuple):
    """An article as lists show it."""

    id: str
    url: str
    headline: str
    outlet: str
    at: datetime | None


class Card(NamedTuple):
    """A story as Today shows it: how many articles it has in all and in view, how many of these came on the last day and on the day before, how many are copies; its first originals; the ids of the names that mark it."""

    id: str
    headline: str
    size: int
    seen: int
    fresh: int
    before: int
    copies: int
    heads: tuple[Head, ...]
    names: tuple[str, ...]


class Filters(NamedTuple):
    """What a list is narrowed to; "" for no narrowing."""

    country: str = ""
    actor: str = ""
    outlet: str = ""
    type: str = ""

    def marks(self) -> list[tuple[str, str]]:
        """The marks that articles must have."""
        actor = country_of(self.actor)
        out = [("country", self.country or actor), ("entity", "" if actor else self.actor.partition(":")[2] or self.actor), ("outlet", self.outlet), ("type", self.type)]
        return [(kind, value) for kind, value in out if value]


def moment(text: str | None) -> datetime | None:
    """Return a moment that the archive keeps as text."""
    return datetime.fromisoformat(text) if text else None


def heads(db: Connection, ids: Iterable[str]) -> dict[str, Head]:
    """Return articles by their ids as lists show them."""
    wanted = list(ids)
    out: dict[str, Head] = {}
    for first in range(0, len(wanted), 500):
        rows = db.execute(select(A.id, A.url, A.headline, A.outlet, A.published_at).where(A.id.in_(wanted[first : first + 500])))
        out |= {r.id: Head(r.id, r.url, r.headline or "", r.outlet, moment(r.published_at)) for r in rows}
    return out


def copies(db: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return which of some articles are copies or later versions: their id -> that of the first one."""
    c = schema.link.c
    out: dict[str, str] = {}
    for first in range(0, len(ids), 500):
        rows = db.execute(select(c.right_id, c.left_id).where(c.right_id.in_(ids[first : first + 500]), c.kind.in_(REPEATS)).order_by(c.left_id))
        out |= {r.right_id: r.left_id for r in rows}
    return out


def has_marks(filters: Filters) -> list[Any]:
    """Return the conditions that articles have the marks of filters."""
    return [select(M.number).where(M.number == A.number, M.kind == kind, M.value == value).exists() for kind, value in filters.marks()]


def cards(store: Archive, day: date, filters: Filters, span: int = SPAN, most: int = CARDS) -> list[Card]:
    """Return the stories of a day and the days before it: those with most articles first, today's counted threefold."""
    first, after = (day - timedelta(days=span - 1)).isoformat(), (day + timedelta(days=1)).isoformat()
    story = func.coalesce(S.story_id, A.id).label("story")
    fresh = func.sum(case((A.published_at >= day.isoformat(), 1), else_=0)).label("fresh")
    before = func.sum(case((and_(A.published_at < day.isoformat(), A.published_at >= (day - timedelta(days=1)).isoformat()), 1), else_=0)).label("before")
    seen = func.count().label("seen")
    joined = schema.article.outerjoin(schema.story_article, S.article_id == A.id)
    where = [NEWEST, A.headline.is_not(None), A.published_at >= first, A.published_at < after, *has_marks(filters)]
    query = select(story, seen, fresh, before).select_from(joined).where(*where).group_by(story).order_by((seen + 2 * fresh).desc(), story).limit(most)
    with store.reading_from() as db:
        rows = db.execute(query).all()
        wanted = [r.story for r in rows]
        kept = schema.story.c
        records = {r.id: msgspec.json.decode(r.record, type=Story) for r in db.execute(select(kept.id, kept.record).where(kept.id.in_(wanted)))}
        repeated = copied_in(db, list(records))
        shown = newest_of(db, list(records))
        alone = heads(db, [s for s in wanted if s not in records])
    out = []
    for row in rows:
        record = records.get(row.story)
        some = shown[row.story] if record else [alone[row.story]]
        title = record.headline if record else some[0].headline
        out.append(
            Card(
                row.story,
                title,
                len(record.article_ids) if record else 1,
                row.seen,
                row.fresh,
                row.before,
                repeated.get(row.story, 0),
                tuple(some),
                record.entities[:6] if record else (),
            )
        )
    return out


def copied_in(db: Connection, stories: Sequence[str]) -> dict[str, int]:
    """Return how many articles of some stories are copies or later versions; stories without any are left out."""
    c = schema.link.c
    joined = schema.story_article.join(schema.link, c.right_id == S.article_id)
    query = select(S.story_id, func.count(distinct(S.article_id)).label("n")).select_from(joined).where(S.story_id.in_(stories), c.kind.in_(REPEATS)).group_by(S.story_id)
    return {r.story_id: r.n for r in db.execute(query)}


def newest_of(db: Connection, stories: Sequence[str], most: int = MEMBERS) -> dict[str, list[Head]]:
    """Return the newest articles of some stories, originals before copies and later versions."""
    c = schema.link.c
    repeats = select(c.right_id).where(c.right_id == A.id, c.kind.in_(REPEATS)).exists()
    place = func.row_number().over(partition_by=S.story_id, order_by=(case((repeats, 1), else_=0), A.published_at.is_(None), A.published_at.desc(), A.id.desc())).label("place")
    joined = schema.story_article.join(schema.article, A.id == S.article_id)
    numbered = (
        select(S.story_id, A.id, A.url, A.headline, A.outlet, A.published_at, case((repeats, 1), else_=0).label("repeats"), place)
        .select_from(joined)
        .where(S.story_id.in_(stories))
        .subquery()
    )
    out: dict[str, list[Head]] = {s: [] for s in stories}
    for r in db.execute(select(numbered).where(numbered.c.place <= most).order_by(numbered.c.story_id, numbered.c.place)):
        if not (r.repeats and out[r.story_id]):
            out[r.story_id].append(Head(r.id, r.url, r.headline or "", r.outlet, moment(r.published_at)))
    return out


def lands_on(store: Archive, day: date) -> dict[str, tuple[int, int]]:
    """Return how many events of cooperation and of conflict each country has on a day."""
    event = schema.event.join(schema.party, and_(E.number == P.number, E.ord == P.ord)).join(schema.article, A.number == E.number)
    bad = case((E.type.in_([type_ for (type_, mode), (quad, _) in scores().items() if not mode and quad > 2]), 1), else_=0)
    query = (
        select(P.country, bad.label("bad"), func.count(distinct(E.number * 1000 + E.ord)).label("n"))
        .select_from(event)
        .where(E.day == day.isoformat(), P.country != "", P.role != "by", E.type != "STATE", E.status == "asserted", NEWEST)
        .group_by(P.country, bad)
    )
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    with store.reading_from() as db:
        for row in db.execute(query):
            found[row.country][row.bad] += row.n
    return {country: (good, bad) for country, (good, bad) in found.items()}


def by_country(days: Sequence[Mapping[str, tuple[int, int]]], most: int = 12) -> list[tuple[str, list[int], list[int]]]:
    """Return the countries with most events in some days (`lands_on`): code, cooperation and conflict by day."""
    found = {c: ([d.get(c, (0, 0))[0] for d in days], [d.get(c, (0, 0))[1] for d in days]) for c in {c for d in days for c in d}}
    return sorted(((c, good, bad) for c, (good, bad) in found.items()), key=lambda x: (-sum(x[1]) - sum(x[2]), x[0]))[:most]


class Whole(NamedTuple):
    """A story with what its page needs: its articles by time, which are copies, the links between them, their readings."""

    story: Story
    heads: tuple[Head, ...]
    copy_of: Mapping[str, str]
    links: tuple[Link, ...]
    told: tuple[Told, ...]


def story(store: Archive, story_id: str) -> Whole | None:
    """Return a story; an article that belongs to none is a story of its own, by its id."""
    with store.reading_from() as db:
        record = db.scalar(select(schema.story.c.record).where(schema.story.c.id == story_id))
        if record is None:
            alone = heads(db, [story_id]).get(story_id)
            if alone is None:
                return None
            told = Story(id=story_id, article_ids=(story_id,), headline=alone.headline, first_at=alone.at, last_at=alone.at, entities=())
        else:
            told = msgspec.json.decode(record, type=Story)
        ids = list(told.article_ids)
        known = heads(db, ids)
        copied = {i: first for i, first in copies(db, ids).items() if first in known}
        c = schema.link.c
        links = [msgspec.json.decode(r.record, type=Link) for r in db.execute(select(c.record).where(c.right_id.in_(list(copied)[:500])))]
        originals = [i for i in ids if i not in copied][:MOST_TOLD]
        articles = read_of(db, originals + [i for i in ids if i in copied][: MOST_TOLD - len(originals)])
    links = [link for link in without_wrong(links, store.corrections() if links else []) if link.left_id in known]
    told_of = tuple(Told(a, r, copied.get(a.id, "")) for a, r in articles)
    return Whole(told, tuple(known[i] for i in ids if i in known), copied, tuple(links), told_of)


def read_of(db: Connection, ids: Sequence[str]) -> list[tuple[Article, Reading]]:
    """Return articles with their readings as people corrected them; those that are not read are left out."""
    r, c = schema.reading.c, schema.correction.c
    out = []
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        said: dict[str, list[Any]] = defaultdict(list)
        for row in db.execute(select(c.article_id, c.record).where(c.article_id.in_(some)).order_by(c.at)):
            said[row.article_id].append(msgspec.json.decode(row.record, type=Correction))
        rows = db.execute(select(A.id, A.record, r.record.label("reading")).join_from(schema.article, schema.reading, A.id == r.article_id).where(A.id.in_(some)))
        out += [(msgspec.json.decode(row.record, type=Article), corrected(msgspec.json.decode(row.reading, type=Reading), said[row.id])) for row in rows]
    return out


def story_of(store: Archive, article_id: str) -> str:
    """Return the story an article belongs to; one that belongs to none is a story of its own."""
    with store.reading_from() as db:
        return str(db.scalar(select(S.story_id).where(S.article_id == article_id)) or article_id)


class Beside(NamedTuple):
    """A story that is related to another: the names that both have, rarest first."""

    id: str
    headline: str
    at: datetime | None
    size: int
    names: tuple[str, ...]


def marked_with(store: Archive, entity: str, look: int = 300) -> list[int]:
    """Return the numbers of the newest articles that name an entity."""
    mine = select(M.number).where(M.kind == "entity", M.value == entity.partition(":")[2]).order_by(M.number.desc()).limit(look).subquery()
    with store.reading_from() as db:
        said = db.scalar(select(func.aggregate_strings(cast(mine.c.number, Text), ","))) or ""  # one value: rows cost more than what is done with them
    return [int(n) for n in said.split(",") if n]


def related(store: Archive, told: Story, marked: Callable[[str], Sequence[int]], most: int = 6) -> list[Beside]:
    """Return stories that share names with one, those that share the rarest first. marked: the articles that name an entity (`marked_with`)."""
    weights: dict[int, float] = defaultdict(float)
    names: dict[int, list[str]] = defaultdict(list)
    with store.reading_from() as db:
        for entity in told.entities[:10]:
            numbers = marked(entity)
            weight = 1 / math.log2(2 + len(numbers))
            for n in numbers:
                weights[n] += weight
                names[n].append(entity)
        likely = sorted((n for n in weights if len(names[n]) > 1), key=lambda n: -weights[n])[:200]
        rows = db.execute(
            select(A.number, A.id, S.story_id).select_from(schema.article.outerjoin(schema.story_article, S.article_id == A.id)).where(A.number.in_(likely), NEWEST)
        ).all()
        best: dict[str, int] = {}
        for row in rows:
            of = row.story_id or row.id
            if of != told.id and row.id not in told.article_ids and (of not in best or weights[row.number] > weights[best[of]]):
                best[of] = row.number
        chosen = sorted(best.items(), key=lambda x: -weights[x[1]])[:most]
        stories = {
            r.id: r
            for r in db.execute(
                select(schema.story.c.id, schema.story.c.headline, schema.story.c.last_at, schema.story.c.size).where(schema.story.c.id.in_([s for s, _ in chosen]))
            )
        }
        alone = heads(db, [s for s, _ in chosen if s not in stories])
    out = []
    for of, n in chosen:
        shared = tuple(dict.fromkeys(names[n]))
        if of in stories:
            out.append(Beside(of, stories[of].headline, moment(stories[of].last_at), stories[of].size, shared))
        elif of in alone:
            out.append(Beside(of, alone[of].headline, alone[of].at, 1, shared))
    return out
