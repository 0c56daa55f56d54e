"""Related stories of an article, each with its reasons in the words an editor would use and the places in both texts where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.knowledge import rows
from marsad.records import Article, Event, Link, Mention, Reading, Reason, Span
from marsad.relate.vectors import Rarity, Trait

FLOOR = 0.22  # likeness under which two articles are not related, unless a name that few have or an event joins them
NAME, EVENT, TEASER, DAY = 0.03, 0.12, 0.35, 0.01  # what each reason adds (a name: for every unit of rarity), what every day between them takes, at most 30
RARE = 3.0  # rarity from which a name is a reason by itself
MOST = 4  # names, events given as reasons
_LIKE = {
    "AGREE": "اتفاق", "CONSULT": "لقاء", "SUPPORT": "تأييد", "CONCEDE": "تنازل", "COOPERATE": "تعاون", "AID": "مساعدة", "RETREAT": "تراجع", "REQUEST": "مطالبة", "ACCUSE": "اتهام",
    "REJECT": "رفض", "THREATEN": "تهديد", "PROTEST": "احتجاج", "SANCTION": "عقوبة", "MOBILIZE": "حشد", "COERCE": "إكراه", "ASSAULT": "هجوم",
}  # fmt: skip


class Known(NamedTuple):
    """An article with all that is compared."""

    article: Article
    reading: Reading
    trait: Trait


def related(about: Known, others: Sequence[Known], rarity: Rarity, least: float = FLOOR) -> list[Link]:
    """Return Links from one article to those of the others that are related to it, the closest first; `because` holds the reasons, weightiest first."""
    found = []
    for other in others:
        if other.article.id == about.article.id:
            continue
        weighed = sorted(_reasons(about, other, rarity), key=lambda r: -r[0])
        likeness = float(about.trait.vector @ other.trait.vector)
        days = abs((about.trait.at - other.trait.at).days) if about.trait.at and other.trait.at else 0
        score = likeness + sum(weight for weight, _ in weighed) - DAY * min(days, 30)
        joined = any(reason.what in ("event", "teaser") or weight >= NAME * RARE for weight, reason in weighed)
        if score >= least and (joined or likeness >= least):
            reasons = [reason for _, reason in weighed] or [Reason(what="meaning", text="الموضوع نفسه", left=_head(about.article), right=_head(other.article))]
            found.append(Link(left_id=about.article.id, right_id=other.article.id, kind="related", score=round(min(1.0, max(0.0, score)), 3), because=tuple(reasons)))
    return sorted(found, key=lambda link: (-link.score, link.right_id))


def in_words(link: Link) -> str:
    """Return the reasons of a link as one line: «البلدان نفسهما: العراق، إيران · الحدث نفسه: ضربة»."""
    names = [r.text for r in link.because if r.what == "entity"]
    lands = [r.text for r in link.because if r.what == "country"]
    out = [r.text for r in link.because if r.what in ("event", "teaser")]
    if lands:
        out.append(("البلد نفسه: " if len(lands) == 1 else "البلدان نفسهما: " if len(lands) == 2 else "البلدان نفسها: ") + "، ".join(lands))
    if names:
        out.append(("الاسم نفسه: " if len(names) == 1 else "الأسماء نفسها: ") + "، ".join(names))
    return " · ".join(out or [r.text for r in link.because])


def _reasons(left: Known, right: Known, rarity: Rarity) -> Iterator[tuple[float, Reason]]:
    ours, theirs = _names(left.reading), _names(right.reading)
    both = sorted(set(ours) & set(theirs), key=lambda name: (-rarity.of(name), name))
    for name in islice(both, MOST):
        spans = [tuple(Span(m.start, m.end) for m in side[name][:3]) for side in (ours, theirs)]
        what = "country" if name.startswith("place:") else "entity"
        first = ours[name][0]
        shown = _lands().get(name[6:], name[6:]) if what == "country" else left.article.text[first.start : first.end]
        yield NAME * max(0.0, rarity.of(name)) * (0.5 if what == "country" else 1.0), Reason(what=what, text=shown, left=spans[0], right=spans[1])
    for one, other in islice(_events(left.reading, right.reading), MOST):
        yield (
            EVENT,
            Reason(
                what="event", text=f"الحدث نفسه: {_LIKE[one.type]} ({left.article.text[slice(one.trigger.start, one.trigger.end)]})", left=(one.trigger,), right=(other.trigger,)
            ),
        )
    yield from ((TEASER, reason) for reason in _teasers(left.article, right.article))


def _names(reading: Reading) -> dict[str, list[Mention]]:
    out = defaultdict(list)
    for mention in reading.mentions:
        if mention.entity_id and mention.kind != "NOM":
            out[mention.entity_id].append(mention)
    return out


def _events(left: Reading, right: Reading) -> Iterator[tuple[Event, Event]]:
    """Pairs of events of one type whose actors or recipients are one, and whose dates do not gainsay it; each event once."""
    used: set[int] = set()
    for one in left.events:
        if one.type == "STATE" or one.status in ("denied", "historical"):
            continue
        for number, other in enumerate(right.events):
            if number not in used and other.type == one.type and other.status == one.status and _one_party(left, one, right, other) and _one_day(left, one, right, other):
                used.add(number)
                yield one, other
                break


def _parties(reading: Reading, event: Event, roles: tuple[str, ...]) -> set[str]:
    return {name for role in roles for n in getattr(event, role) if (name := reading.mentions[n].entity_id or reading.mentions[n].country)}


def _one_party(left: Reading, one: Event, right: Reading, other: Event) -> bool:
    actors, targets = (_parties(left, one, (role,)) & _parties(right, other, (role,)) for role in ("actors", "recipients"))
    places = _parties(left, one, ("places",)) & _parties(right, other, ("places",))
    return bool(actors and targets) or bool((actors or targets) and places)


def _one_day(left: Reading, one: Event, right: Reading, other: Event) -> bool:
    days = [reading.dates[e.when].value[:10] if e.when is not None else "" for reading, e in ((left, one), (right, other))]
    return not all(days) or days[0] == days[1] or days[0].startswith(days[1]) or days[1].startswith(days[0])


def _teasers(left: Article, right: Article) -> Iterator[Reason]:
    """A page that advertises the other one."""
    for page, other, forward in ((left, right, True), (right, left, False)):
        headline = fold(other.headline or "").split()
        for teaser in page.teasers:
            span = teaser.headline
            if (teaser.url and teaser.url == other.url) or (len(headline) >= 4 and fold(page.text[span.start : span.end]).split() == headline):
                yield Reason(what="teaser", text="تحيل إليه الصفحة" if forward else "تحيل صفحته إلى هذه", left=(span,) if forward else (), right=() if forward else (span,))
                break


def _head(article: Article) -> tuple[Span, ...]:
    return tuple(Span(b.start, b.end) for b in article.blocks if b.role == "headline")[:1]


@lru_cache(maxsize=1)
def _lands() -> Mapping[str, str]:
    return {row["country"]: row["name"] for row in reversed(rows("places.tsv")) if row["kind"] == "country"}
