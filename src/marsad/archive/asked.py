"""Questions about events as SQL: who takes part, against whom, when; the same on both databases."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select

from marsad.archive import schema
from marsad.knowledge import rows

A, E, P, S, M = schema.article.c, schema.event.c, schema.party.c, schema.story_article.c, schema.mark.c
NEWEST = A.newest + 0 == 1  # + 0: nearly all articles are, so its index is a bad place to begin
ME, THEM = schema.party.alias("me"), schema.party.alias("them")


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Return the ISO 3166-1 alpha-3 codes."""
    return frozenset(row["code"] for row in rows("countries.tsv"))


def country_of(entity: str) -> str:
    """Return the ISO code of an entity that is a country, "" when it is none."""
    code = entity.removeprefix("place:")
    return code if code in codes() else ""


class Ask(NamedTuple):
    """Which events are asked for. who: an ISO code or an entity that takes part; other: the other side, in both directions; types; after, before: days; statuses."""

    who: str = ""
    other: str = ""
    types: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    statuses: tuple[str, ...] = ("asserted", "planned")

    def source(self) -> tuple[Any, list[Any], Any]:
        """Return the tables to ask, joined so that the index of who takes part is walked first, the conditions, and the column of articles' numbers to sort by."""
        event = and_(E.number == ME.c.number, E.ord == ME.c.ord)
        where = [NEWEST, E.status.in_(self.statuses)]
        if self.types:
            where.append(E.type.in_(self.types))
        where += ([E.day >= self.after] if self.after else []) + ([E.day < self.before] if self.before else [])
        if not self.who:
            return schema.event.join(schema.article, A.number == E.number), where, E.number
        where.append(is_(ME, self.who))
        if not self.other:
            where.append(ME.c.role.in_(("actor", "recipient")))
            return ME.join(schema.event, event).join(schema.article, A.number == ME.c.number), where, ME.c.number
        where += [is_(THEM, self.other), or_(and_(ME.c.role == "actor", THEM.c.role == "recipient"), and_(ME.c.role == "recipient", THEM.c.role == "actor"))]
        joined = ME.join(THEM, and_(ME.c.number == THEM.c.number, ME.c.ord == THEM.c.ord)).join(schema.event, event).join(schema.article, A.number == ME.c.number)
        return joined, where, ME.c.number


def is_(side: Any, what: str) -> Any:
    """Return the condition that a party is a country (ISO code) or an entity."""
    code = country_of(what)
    return side.c.country == code if code else side.c.entity == what


def own() -> Any:
    """Return the condition that an article is no copy of another."""
    return ~select(schema.link.c.right_id).where(schema.link.c.right_id == A.id, schema.link.c.kind == "copy").exists()
