"""What a later version of an address says otherwise: headline, date, figures, events, passages. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from marsad.arabic.letters import fold
from marsad.arabic.words import words
from marsad.records import Article, Block, Change, Event, Figure, Reading, Span, body_blocks

T = TypeVar("T")
Pairs = Iterator[tuple[T | None, T | None]]


def changes(before: Article, after: Article, read_before: Reading | None = None, read_after: Reading | None = None) -> list[Change]:
    """Return what differs between two versions, in the order headline, date, figures, events, passages. Spellings that fold to one another differ in nothing; without readings figures and events are left out."""
    out = list(_head(before, after))
    if read_before and read_after:
        out += _figures(before, read_before, after, read_after)
        out += _events(before, read_before, after, read_after)
    return out + list(_passages(before, after))


def _head(before: Article, after: Article) -> Iterator[Change]:
    if fold(before.headline or "").split() != fold(after.headline or "").split():
        yield Change(what="headline", before=_line(before), after=_line(after), text=f"{before.headline or '-'} → {after.headline or '-'}")
    if before.published_at != after.published_at:
        days = [f"{a.published_at:%Y-%m-%d %H:%M}" if a.published_at else "-" for a in (before, after)]
        yield Change(what="date", before=None, after=None, text=" → ".join(days))


def _line(article: Article) -> Span | None:
    return next((Span(b.start, b.end) for b in article.blocks if b.role == "headline"), None)


def _paired(old: Sequence[T], new: Sequence[T], *keys: Callable[[T], Hashable]) -> Pairs[T]:
    """Pairs of what is there before and after: those equal by the first key are left out, the rest is paired by the other keys, then stands alone."""
    for n, key in enumerate(keys):
        waiting: dict[Hashable, list[T]] = defaultdict(list)
        for one in new:
            waiting[key(one)].append(one)
        left = []
        for one in old:
            if waiting[key(one)]:
                other = waiting[key(one)].pop(0)
                if n:
                    yield one, other
            else:
                left.append(one)
        old, new = left, [one for some in waiting.values() for one in some]
    yield from ((one, None) for one in old)
    yield from ((None, one) for one in new)


def _figures(before: Article, read_before: Reading, after: Article, read_after: Reading) -> Iterator[Change]:
    def told(f: Figure | None) -> str:
        if f is None:
            return "-"
        return f"{'' if f.bound == '=' else f.bound + ' '}{f.value:,g}{f'–{f.upper:,g}' if f.upper is not None else ''}"

    pairs = _paired(
        _once(read_before.figures, lambda f: (f.what, f.value, f.upper, f.bound)),
        _once(read_after.figures, lambda f: (f.what, f.value, f.upper, f.bound)),
        lambda f: (f.what, f.value, f.upper, f.bound),
        lambda f: (f.what, fold(f.unit)),
        lambda f: f.what if f.what != "other" else id(f),
    )
    for old, new in pairs:
        name = (new or old or read_after.figures[0]).what
        yield Change(what="figure", before=_span(old), after=_span(new), text=f"{name}: {told(old)} → {told(new)}")


def _once(found: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
    return list({key(one): one for one in reversed(list(found))}.values())[::-1]


def _span(one: Figure | None) -> Span | None:
    return Span(one.start, one.end) if one else None


def _events(before: Article, read_before: Reading, after: Article, read_after: Reading) -> Iterator[Change]:
    sides = {id(e): (a, r) for a, r in ((before, read_before), (after, read_after)) for e in r.events}

    def parties(event: Event, numbers: tuple[int, ...]) -> frozenset[str]:
        article, reading = sides[id(event)]
        found = [reading.mentions[n] for n in numbers]
        return frozenset(m.entity_id or m.country or fold(article.text[m.start : m.end]) for m in found)

    def whole(e: Event) -> Hashable:
        return e.type, e.mode, e.status, parties(e, e.actors), parties(e, e.recipients)

    def word(e: Event) -> str:
        article, _ = sides[id(e)]
        return fold(article.text[e.trigger.start : e.trigger.end])

    def told(e: Event | None) -> str:
        return (
            "-"
            if e is None
            else " ".join(filter(None, [e.type, e.mode, e.status if e.status != "asserted" else "", *sorted(parties(e, e.actors)), ">", *sorted(parties(e, e.recipients))])).rstrip(
                "> "
            )
        )

    for old, new in _paired(_once(read_before.events, whole), _once(read_after.events, whole), whole, lambda e: (e.type, word(e)), lambda e: (word(e), parties(e, e.actors))):
        yield Change(what="event", before=old.trigger if old else None, after=new.trigger if new else None, text=f"{told(old)} → {told(new)}")


def _passages(before: Article, after: Article) -> Iterator[Change]:
    """Paragraphs are set against each other first, then the words of those that differ."""
    ours, theirs = body_blocks(before), body_blocks(after)
    lines = [[" ".join(fold(a.text[b.start : b.end]).split()) for b in blocks] for a, blocks in ((before, ours), (after, theirs))]
    for step, i, j, k, m in SequenceMatcher(None, lines[0], lines[1], autojunk=False).get_opcodes():
        if step != "equal":
            yield from _words(before, ours[i:j], after, theirs[k:m])


def _words(before: Article, ours: Sequence[Block], after: Article, theirs: Sequence[Block]) -> Iterator[Change]:
    found = [[(w.start + b.start, w.end + b.start, fold(w.text)) for b in blocks for w in words(a.text[b.start : b.end])] for a, blocks in ((before, ours), (after, theirs))]
    left, right = found
    for step, i, j, k, m in SequenceMatcher(None, [w for *_, w in left], [w for *_, w in right], autojunk=len(left) > 2000).get_opcodes():
        if step != "equal":
            gone = Span(left[i][0], left[j - 1][1]) if j > i else None
            come = Span(right[k][0], right[m - 1][1]) if m > k else None
            texts = [a.text[s.start : s.end] if s else "-" for a, s in ((before, gone), (after, come))]
            yield Change(what="passage", before=gone, after=come, text=" → ".join(texts))
