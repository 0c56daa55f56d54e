"""Who supports, rejects, demands, promises, warns, denies or accuses what: the positions of each actor over time, with the words they were read from. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.arabic.words import stem
from marsad.outlook.told import Evidence, Party, Told, alike, evidence, originals_first, parties
from marsad.records import Event, Span, day_of

STANCES = {
    "SUPPORT": "supports", "AGREE": "promises", "CONCEDE": "promises", "REQUEST": "demands", "REJECT": "rejects", "THREATEN": "threatens", "ACCUSE": "accuses", "STATE": "says",
}  # fmt: skip
FOR, AGAINST = frozenset({"supports", "promises", "demands"}), frozenset({"rejects", "denies", "threatens"})
_DENY, _WARN = frozenset({stem("نفى"), stem("ينفي"), stem("نفي"), stem("تنفي")}), frozenset({stem("حذر"), stem("يحذر"), stem("تحذر"), stem("تحذير"), stem("محذرا")})
_OPEN, _CLOSE = "«\"“‘'", "»\"”’'"
SAME, TOPIC = 0.6, 0.34  # shared content words from which two contents are one, or about one thing


class Position(NamedTuple):
    """What an actor holds of something, as it was told once or several times.

    actor; stance: supports, promises, demands, rejects, threatens, accuses, warns, denies or says; content: the words that say what; day: YYYY-MM-DD or ""; by: whom the text names as telling it; direct: the
    words stand in quotation marks; to: whom it is addressed to; evidence: everywhere it was told, the first one first, its span the words of the content, or the trigger; trigger: of the first; number: of the event in its
    article's reading; changed: the stance of the actor on this thing before, "" when it is the same or the first.
    """

    actor: Party
    stance: str
    content: str
    day: str
    by: tuple[Party, ...]
    to: tuple[Party, ...]
    direct: bool
    evidence: tuple[Evidence, ...]
    trigger: Span
    number: int
    changed: str = ""


def positions(told: Sequence[Told], plain: bool = False) -> list[Position]:
    """Return the positions of all actors by time. plain: what is merely said, too. A position told by several outlets, or by copies, is one with several places of evidence."""
    found: list[Position] = []
    by_side: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)  # of an actor and stance: place in found, content folded
    for one in originals_first(told):
        for number, event in enumerate(one.reading.events):
            stance = stance_of(one, event)
            if not stance or event.status in ("denied", "historical") or (stance == "says" and not plain):
                continue
            for position in _of(one, event, number, stance):
                some, bare = by_side[position.actor.key, stance], fold(position.content)
                same = next((i for i, other in some if other == bare or alike(found[i].content, position.content) >= SAME), None)
                if same is None:
                    some.append((len(found), bare))
                    found.append(position)
                elif position.evidence[0] not in found[same].evidence:
                    found[same] = found[same]._replace(evidence=(*found[same].evidence, *position.evidence))
    return _changes(found)


def stance_of(told: Told, event: Event) -> str:
    """Return the stance of an event, "" when it takes none."""
    word = stem(told.article.text[event.trigger.start : event.trigger.end])
    if event.type == "REJECT" and word in _DENY:
        return "denies"
    if event.type in ("THREATEN", "STATE") and word in _WARN:
        return "warns"
    return STANCES.get(event.type, "")


def _of(told: Told, event: Event, number: int, stance: str) -> list[Position]:
    text = told.article.text
    span = event.content or event.trigger
    content = text[event.content.start : event.content.end] if event.content else ""
    if not content:
        if stance in ("says", "promises"):
            return []
        content = _around(told, event)
    direct = event.content is not None and any(c in _OPEN for c in text[max(0, span.start - 2) : span.start + 2]) and any(c in _CLOSE for c in text[span.end - 1 : span.end + 3])
    day, _ = day_of(told.article, told.reading, event)
    by = parties(told, event.by)
    return [
        Position(actor, stance, content, day, by, parties(told, event.recipients), direct, (evidence(told, span),), event.trigger, number)
        for actor in parties(told, event.actors) or by[:1]
    ]


def _around(told: Told, event: Event) -> str:
    """What a position without content of its own is about: the words after its trigger, to the end of the clause."""
    line = next((b for b in told.article.blocks if b.start <= event.trigger.start < b.end), None)
    rest = told.article.text[event.trigger.end : line.end if line else event.trigger.end + 120]
    for mark in "،.؛:\n":
        rest = rest.split(mark, 1)[0]
    return rest.strip()[:120]


def _changes(found: list[Position]) -> list[Position]:
    """Mark every position whose actor stood on the other side of the same thing before."""
    out: list[Position] = []
    by_side: dict[tuple[str, bool], list[Position]] = defaultdict(list)  # of an actor: those for something, those against
    for position in found:
        before = None
        if position.stance in FOR | AGAINST:
            other = by_side[position.actor.key, position.stance not in FOR]
            before = next((p for p in reversed(other) if alike(p.content, position.content) >= TOPIC), None)
            by_side[position.actor.key, position.stance in FOR].append(position)
        out.append(position._replace(changed=before.stance) if before and before.day <= position.day else position)
    return out
