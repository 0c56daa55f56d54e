"""What one sentence cannot tell: who an office or «the movement» means, and which events of headline and body are one. Each link keeps the spans it came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import msgspec

from marsad.arabic.letters import fold
from marsad.arabic.words import words
from marsad.knowledge import rows
from marsad.read.lexicon import key
from marsad.read.see import gazetteer
from marsad.records import Event, Mention, Span

QUOTES = ' «»"“”()،\u201c\u201d'
LEAD = 4  # sentences after the headline in which the body tells the headline's event again
_FORMER = ("سابق", "اسبق", "راحل", "مخلوع", "منتخب")


class Office(NamedTuple):
    """Who held an office when: words of the office without article, country, name, first and last day (ISO, last "" while it lasts)."""

    words: tuple[str, ...]
    country: str
    holder: str
    since: str
    until: str


@lru_cache(maxsize=1)
def offices() -> tuple[Office, ...]:
    """Return the offices of `knowledge/offices.tsv`, longer names first."""
    known = [Office(tuple(fold(r["office"]).split()), r["country"], r["entity"], r["from"], r["to"]) for r in rows("offices.tsv")]
    return tuple(sorted(known, key=lambda o: -len(o.words)))


def link(text: str, mentions: Sequence[Mention], published: date | None) -> tuple[Mention, ...]:
    """Return the mentions, with an entity_id also for an office before its holder's name, for an office whose holder on the day is known, and for «الحركة» after «حركة ...»."""
    out: list[Mention] = []
    earlier: dict[str, Mention] = {}  # first word without article -> the last one told so
    for n, mention in enumerate(mentions):
        bare = [_bare(fold(w.text)) for w in words(text[mention.start : mention.end])]
        if mention.entity_id is None or (len(bare) == 1 and mention.kind in ("ORG", "NOM")) or bare[0] in ("ابو", "ابي", "ام"):
            mention = _meant(text, mention, bare, out[-1:], mentions[n + 1 :], earlier, published)
        if mention.entity_id and len(bare) > 1 and mention.kind in ("ORG", "NOM"):
            earlier[bare[0]] = mention
        out.append(mention)
    return tuple(out)


def _meant(text: str, mention: Mention, bare: list[str], before_it: Sequence[Mention], later: Sequence[Mention], earlier: dict[str, Mention], published: date | None) -> Mention:
    held = next((m for m in reversed(before_it) if m.kind == "PER" and m.entity_id), None)
    if mention.kind == "PER" and held and bare[0] in ("ابو", "ابي", "ام") and not text[held.end : mention.start].strip(QUOTES):
        return msgspec.structs.replace(mention, entity_id=held.entity_id, country=held.country)
    following = next((m for m in later[:1] if m.kind == "PER" and not text[mention.end : m.start].strip()), None)
    before = earlier.get(bare[0]) if len(bare) == 1 and "ال" in fold(text[mention.start : mention.end])[:3] else None
    if mention.kind == "NOM" and following:
        return msgspec.structs.replace(mention, entity_id=following.entity_id)
    if before:
        return msgspec.structs.replace(mention, entity_id=before.entity_id, country=mention.country or before.country)
    holder = _holder(bare, mention.country, published) if mention.kind == "NOM" else None
    return msgspec.structs.replace(mention, entity_id=f"per:{fold(holder)}") if holder else mention


def _bare(word: str) -> str:
    for glued in ("ال", "لل", "وال", "بال"):
        if word.startswith(glued) and len(word) > len(glued) + 2:
            return word[len(glued) :]
    return word


def _holder(bare: list[str], country: str, published: date | None) -> str | None:
    """Who held the office on the day; the words after the office may only name its country."""
    if published is None or any(w.startswith(_FORMER) for w in bare):
        return None
    day = published.isoformat()
    for office in offices():
        rest = bare[len(office.words) :]
        if tuple(bare[: len(office.words)]) == office.words and office.country == country and office.since <= day < (office.until or "9999"):
            return office.holder if all(w in gazetteer() or "ال" + w in gazetteer() for w in rest) else None
    return None


def merge(text: str, events: Sequence[tuple[int, Event]], mentions: Sequence[Mention]) -> tuple[Event, ...]:
    """Return the events (given with the number of their sentence, 0 the headline) with those of the headline joined to the one in the lead that tells the same:
    its trigger stands in `also`, and it lends the roles that the other leaves open."""
    out: list[Event] = [e for s, e in events if s]
    lead = [e for s, e in events if 0 < s <= LEAD]
    alone: list[Event] = []
    for head in (e for s, e in events if s == 0):
        twin = next((e for e in lead if _same(text, head, e, mentions)), None)
        if twin is None:
            alone.append(head)
            continue
        at = next(i for i, e in enumerate(out) if e.trigger == twin.trigger)
        out[at] = msgspec.structs.replace(
            out[at],
            also=(*out[at].also, Span(head.trigger.start, head.trigger.end)),
            mode=out[at].mode or head.mode,
            actors=out[at].actors or head.actors,
            recipients=out[at].recipients or head.recipients,
            places=out[at].places or head.places,
            content=out[at].content or head.content,
        )
    return (*alone, *out)


def _same(text: str, one: Event, two: Event, mentions: Sequence[Mention]) -> bool:
    """Type and status agree, modes do not differ, and a party or the stem of the trigger is shared."""
    if one.type != two.type or one.status != two.status or (one.mode and two.mode and one.mode != two.mode):
        return False

    def parties(event: Event) -> set[str]:
        told = [mentions[n] for n in (*event.actors, *event.recipients)]
        return {m.entity_id or f"{m.country} {m.sector}" for m in told if m.entity_id or m.country}

    stems = [key(text[e.trigger.start : e.trigger.end]) for e in (one, two)]
    return bool(parties(one) & parties(two)) or (stems[0] == stems[1] and not (parties(one) and parties(two)))
