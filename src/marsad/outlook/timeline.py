"""What happened: one line an event, merged over copies and outlets, dated by the event and not by the article. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from marsad.outlook.told import Evidence, Party, Told, content_stems, evidence, originals_first, parties, score_of
from marsad.records import day_of

DEEDS = frozenset({"AGREE", "CONSULT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"})
APART = 1  # days between two tellings of one event, where a text does not say its day itself


class Happening(NamedTuple):
    """An event as all who told it tell it.

    day: YYYY-MM-DD, that most of them give, "" when nobody does; days: all that are given; type, mode, status: PLOVER; actors, recipients, places; score: conflict-cooperation, -10 to 10; evidence: everywhere it was told, the first
    one first, its span the trigger; sources: outlets that tell it in words of their own; first, last: moments of the first and the last report.
    """

    day: str
    days: tuple[str, ...]
    type: str
    mode: str
    status: str
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    places: tuple[Party, ...]
    score: float
    evidence: tuple[Evidence, ...]
    sources: int
    first: str
    last: str


class _Group:
    def __init__(self, told: Happening, said: bool) -> None:
        self.all = [(told, said)]


def timeline(told: Sequence[Told], types: frozenset[str] = DEEDS, statuses: frozenset[str] = frozenset({"asserted", "planned"})) -> list[Happening]:
    """Return what happened by day, undated last. types, statuses: what is taken; events that are denied, demanded or merely possible are left out."""
    groups: dict[tuple[str, str], list[_Group]] = defaultdict(list)
    for one in originals_first(told):
        for event in one.reading.events:
            if event.type not in types or event.status not in statuses:
                continue
            day, said = day_of(one.article, one.reading, event)
            place = evidence(one, event.trigger)
            made = Happening(
                day, (day,), event.type, event.mode, event.status, parties(one, event.actors), parties(one, event.recipients), parties(one, event.places), score_of(event.type, event.mode)[1],
                (place,), 1, place.at, place.at,
            )  # fmt: skip
            if not (made.actors or made.recipients):
                continue
            some = groups[event.type, event.status]
            group = next((g for g in some if all(_one(h, s, made, said) for h, s in g.all[:8])), None)
            if group:
                group.all.append((made, said))
            else:
                some.append(_Group(made, said))
    return sorted((_merged(g) for some in groups.values() for g in some), key=lambda h: (h.day == "", h.day, h.first, h.evidence[0].article_id, h.evidence[0].span))


def _one(left: Happening, left_said: bool, right: Happening, right_said: bool) -> bool:
    """Whether two tellings may be of one event: its type, days that do not gainsay each other, parties that meet and do not gainsay each other."""
    if left.type != right.type or left.status != right.status or (left.mode and right.mode and left.mode != right.mode):
        return False
    if left.day and right.day and abs(_number(left.day) - _number(right.day)) > (0 if left_said and right_said else APART):
        return False
    meets = [_meet(a, b) for a, b in ((left.actors, right.actors), (left.recipients, right.recipients), (left.places, right.places))]
    if left.evidence[0].article_id == right.evidence[0].article_id and meets[:2] != [True, True]:
        return False
    return False not in meets and (meets[0] is True or meets[1] is True)


@lru_cache(maxsize=10_000)
def _number(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _meet(left: Sequence[Party], right: Sequence[Party]) -> bool | None:
    """Whether two sides have one in common, by what they are, by country or by a word of their description; None when that cannot be told: descriptions of one thing differ, names do not."""
    if not left or not right:
        return None
    if {p.key for p in left} & {p.key for p in right}:
        return True
    if all(not p.key.startswith(("nom:", "place:")) for side in (left, right) for p in side):
        return False
    lands = [{p.country for p in side if p.country} for side in (left, right)]
    said = [{w for p in side for w in content_stems(p.name)} for side in (left, right)]
    return True if lands[0] & lands[1] or said[0] & said[1] else None


def _merged(group: _Group) -> Happening:
    tellings = [h for h, _ in group.all]
    said = [h.day for h, s in group.all if s and h.day] or [h.day for h in tellings if h.day]
    day = max(dict.fromkeys(said), key=said.count) if said else ""
    best = max(tellings, key=lambda h: (bool(h.mode), len(h.actors) + len(h.recipients) + len(h.places)))
    found = tuple(dict.fromkeys(e for h in tellings for e in h.evidence))
    moments = [e.at for e in found if e.at]
    own = {e.outlet or e.article_id for e in found if not e.copy_of}

    def all_of(side: str) -> tuple[Party, ...]:
        return tuple({p.key: p for h in [best, *tellings] for p in getattr(h, side)}.values())

    return best._replace(
        day=day, days=tuple(sorted(dict.fromkeys(said))), actors=all_of("actors"), recipients=all_of("recipients"), places=all_of("places"), evidence=found, sources=max(1, len(own)),
        first=min(moments, default=""), last=max(moments, default=""),
    )  # fmt: skip
