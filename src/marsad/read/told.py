"""What either gear of the reader finds in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.arabic.words import Word


class Found(NamedTuple):
    """A mention of one sentence: its characters there, kind, country, sector, probability, the full name of a known entity or None."""

    start: int
    end: int
    kind: str
    country: str
    sector: str
    score: float
    entity: str | None


class Told(NamedTuple):
    """An event of one sentence: trigger characters, type, mode, mention numbers by role, content characters or None, status, probability."""

    start: int
    end: int
    type: str
    mode: str
    roles: dict[str, list[int]]
    content: tuple[int, int] | None
    status: str
    score: float


_HIMSELF = frozenset(form + who for form in ("ان", "بان", "لان") for who in ("ه", "ها", "هم", "هما", "ني", "نا"))
_SAYS = frozenset({"STATE", "AGREE", "SUPPORT", "REQUEST", "ACCUSE", "REJECT", "THREATEN"})
_BACK = 14  # words back to the verb of speech


def own_deeds(words: Sequence[Word], triggers: Sequence[int], events: list[Told]) -> list[Told]:
    """Return the events, those without an actor that follow «أنها» done by whom the verb of speech before it belongs to («أكدت إيران أنها تدعمه»)."""
    out: list[Told] = []
    for t, event in zip(triggers, events, strict=True):
        if not event.roles["actor"] and any(fold(w.text) in _HIMSELF for w in words[max(0, t - 2) : t]):
            speech = next((e for at, e in zip(reversed(triggers[: len(out)]), reversed(out), strict=True) if t - at <= _BACK and e.type in _SAYS and e.roles["actor"]), None)
            if speech:
                event = event._replace(roles=event.roles | {"actor": speech.roles["actor"]})
        out.append(event)
    return out


def drop_idle(mentions: list[Found], events: list[Told], sure: Sequence[bool]) -> tuple[list[Found], list[Told]]:
    """Return the mentions without the descriptions that play no role and are not sure (an unnamed actor is a mention only by what it does), the events with their numbers."""
    used = {n for e in events for numbers in e.roles.values() for n in numbers}
    kept = [n for n, m in enumerate(mentions) if m.kind != "NOM" or n in used or sure[n]]
    number = {old: new for new, old in enumerate(kept)}
    return [mentions[n] for n in kept], [e._replace(roles={k: [number[n] for n in v] for k, v in e.roles.items()}) for e in events]
