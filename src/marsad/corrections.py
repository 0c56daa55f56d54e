"""What people say of a machine's reading, laid over it: the reading itself is never altered. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from marsad.records import Article, Correction, Event, Link, Mention, Reading, Span

ROLES = ("actors", "recipients", "places", "by")
FIELDS = {"event": ("type", "mode", "status", *ROLES), "mention": ("kind", "country", "sector", "entity_id"), "link": ()}
VERDICTS = ("wrong", "right", "changed")


def name_of(record: Event | Mention | Link, about: str = "") -> str:
    """Return what a correction calls a record of an article by (`Correction.target`); about: for a link, the article that the correction belongs to."""
    if isinstance(record, Event):
        return f"{record.trigger.start}:{record.trigger.end}:{record.type}"
    if isinstance(record, Mention):
        return f"{record.start}:{record.end}"
    return f"{record.kind}:{record.right_id if record.left_id == about else record.left_id}"


def fault_of(correction: Correction) -> str:
    """Return what of a correction cannot be used, in one sentence, "" when it is sound."""
    if correction.what not in FIELDS:
        return f"{correction.what}: what is corrected is one of {', '.join(FIELDS)}"
    if correction.verdict not in VERDICTS:
        return f"{correction.verdict}: a verdict is one of {', '.join(VERDICTS)}"
    unknown = [name for name in correction.values if name not in FIELDS[correction.what]]
    if unknown:
        return f"{unknown[0]}: of a {correction.what} one can change {', '.join(FIELDS[correction.what]) or 'nothing'}"
    if (correction.verdict == "changed") != bool(correction.values):
        return "a correction that is 'changed' says to what, and no other does"
    return ""


def newest(corrections: Iterable[Correction]) -> dict[tuple[str, str], Correction]:
    """Return the last word on every record: (what, target) -> Correction."""
    return {(c.what, c.target): c for c in sorted(corrections, key=lambda c: c.at)}


def corrected(reading: Reading, corrections: Iterable[Correction]) -> Reading:
    """Return a reading as people have put it right: what is wrong is left out, what is changed has its new values, what is right has score 1. Targets that the reading does not have change nothing."""
    words = newest(corrections)
    if not words:
        return reading
    mentions = [_mention(m, words.get(("mention", name_of(m)))) for m in reading.mentions]
    at = {(m.start, m.end): n for n, m in enumerate(reading.mentions)}
    events = [e for event in reading.events if (e := _event(event, words.get(("event", name_of(event))), at))]
    place = {old: new for new, old in enumerate(n for n, m in enumerate(mentions) if m)}
    moved = [msgspec.structs.replace(e, **{role: tuple(place[n] for n in getattr(e, role) if n in place) for role in ROLES}) for e in events]
    return msgspec.structs.replace(reading, mentions=tuple(m for m in mentions if m), events=tuple(moved))


def _mention(mention: Mention, word: Correction | None) -> Mention | None:
    if word is None:
        return mention
    if word.verdict == "wrong":
        return None
    values = {name: value for name, value in word.values.items() if name in FIELDS["mention"]}
    return msgspec.structs.replace(mention, score=1.0, **({**values, "entity_id": values["entity_id"] or None} if "entity_id" in values else values))


def _event(event: Event, word: Correction | None, at: dict[tuple[int, int], int]) -> Event | None:
    if word is None:
        return event
    if word.verdict == "wrong":
        return None
    values: dict[str, object] = {name: value for name, value in word.values.items() if name in ("type", "mode", "status")}
    for role in ROLES:
        if role in word.values:
            values[role] = tuple(at[span] for name in word.values[role].split() if (span := span_of(name)) in at)
    return msgspec.structs.replace(event, score=1.0, **values)


def span_of(target: str) -> tuple[int, int]:
    """Return the offsets a target names, (-1, -1) when it names none."""
    start, _, rest = target.partition(":")
    end = rest.partition(":")[0]
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else (-1, -1)


def without_wrong(links: Iterable[Link], corrections: Iterable[Correction]) -> list[Link]:
    """Return the links that nobody calls wrong."""
    wrong = {(c.article_id, c.target) for c in newest_of_links(corrections) if c.verdict == "wrong"}
    return [link for link in links if not {(link.left_id, name_of(link, link.left_id)), (link.right_id, name_of(link, link.right_id))} & wrong]


def newest_of_links(corrections: Iterable[Correction]) -> list[Correction]:
    """Return the last word on every link of every article."""
    return list({(c.article_id, c.target): c for c in sorted(corrections, key=lambda c: c.at) if c.what == "link"}.values())


def moved(correction: Correction, before: Article, after: Article) -> Correction | None:
    """Return a correction for the same page told apart anew: its spans where the same words stand now; None when they stand nowhere, or at several other places."""
    if correction.what == "link":
        return msgspec.structs.replace(correction, article_id=after.id)

    def there(name: str) -> str | None:
        start, end = span_of(name)
        quote = before.text[start:end]
        if start < 0 or not quote:
            return None
        at = start if before.text[:end] == after.text[:end] else _found(before.text, start, end, after.text)
        return None if at < 0 else ":".join([str(at), str(at + end - start), *name.split(":")[2:]])

    values = dict(correction.values)
    for role in ROLES:
        if role in values:
            spans = [there(name) for name in values[role].split()]
            if None in spans:
                return None
            values[role] = " ".join(s for s in spans if s)
    target = there(correction.target)
    return msgspec.structs.replace(correction, article_id=after.id, target=target, values=values) if target else None


def _found(text: str, start: int, end: int, other: str) -> int:
    """Where the same words stand in another text, told by what stands around them; -1 when that is nowhere or at several places."""
    for around in (60, 25, 8, 0):
        first = max(0, start - around)
        piece = text[first : end + around]
        if other.count(piece) == 1:
            return other.index(piece) + start - first
    return -1


def evidence(correction: Correction) -> Span | None:
    """Return where in its article a correction's target stands; None for a link."""
    start, end = span_of(correction.target)
    return Span(start, end) if correction.what != "link" and start >= 0 else None
