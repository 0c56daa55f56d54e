"""What to call the things that records mean: a country, somebody of the registry, or the spelling that articles use most."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import lru_cache

from sqlalchemy import func, select

from marsad.arabic.letters import fold
from marsad.archive import Archive, schema
from marsad.archive.asked import country_of
from marsad.knowledge import rows
from marsad.lands import land

LOOK = 200  # mentions of a name whose spellings are counted
KEEP = 600.0  # seconds that a spelling is kept


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    return {fold(row["entity"]): row["entity"] for row in rows("entities.tsv")}


class Names:
    """The names of entities in an archive; spellings that were counted are kept for a while."""

    def __init__(self, store: Archive) -> None:
        self.store = store
        self.kept: dict[str, tuple[float, str]] = {}

    def of(self, entity: str, language: str) -> str:
        """Return the name of an entity id or ISO code."""
        return self.all([entity], language)[entity]

    def all(self, entities: Iterable[str], language: str) -> dict[str, str]:
        """Return the names of several."""
        out: dict[str, str] = {}
        asked: list[str] = []
        for entity in dict.fromkeys(entities):
            code, bare = country_of(entity), entity.partition(":")[2]
            if code:
                out[entity] = land(code, language)
            elif bare in _known():
                out[entity] = _known()[bare]
            elif (kept := self.kept.get(entity)) and time.monotonic() - kept[0] < KEEP:
                out[entity] = kept[1]
            else:
                asked.append(entity)
        if asked:
            p = schema.party.c
            with self.store.reading_from() as db:
                for entity in asked:
                    some = select(p.name).where(p.entity == entity).limit(LOOK).subquery()
                    counted = db.execute(select(some.c.name, func.count()).group_by(some.c.name).order_by(func.count().desc(), some.c.name)).all()
                    bare = entity.partition(":")[2]
                    spelled = [row.name for row in counted if " ".join(fold(row.name).split()) == bare] or [row.name for row in counted]
                    out[entity] = spelled[0] if spelled else bare
                    self.kept[entity] = (time.monotonic(), out[entity])
        return out
