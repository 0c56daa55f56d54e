"""One paper that answers a headline's question, from records alone: every sentence names the records it rests on, and without them it is not there. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.outlook.figures import Count, counts
from marsad.outlook.forecast import LEAST, LEAST_SOME, MARGIN, Forecast
from marsad.outlook.positions import AGAINST, FOR, Position, positions
from marsad.outlook.series import Week
from marsad.outlook.timeline import Happening, timeline
from marsad.outlook.told import Evidence, Party, Told, content_stems, evidence
from marsad.records import Change, Span

SECTIONS = ("about", "state", "positions", "timeline", "figures", "contradictions", "outlook", "sources")
MOST = {"state": 6, "positions": 40, "timeline": 25, "figures": 8, "sources": 20}
_CORRECTED = tuple(fold(w) for w in ("تصحيح", "تصويب", "استدراك", "توضيح"))
Name = Callable[[Party], str]


class Sentence(NamedTuple):
    """A sentence with the records it rests on: where each was read."""

    text: str
    evidence: tuple[Evidence, ...]


class Section(NamedTuple):
    """A part of the paper: its key (one of SECTIONS), title, sentences."""

    key: str
    title: str
    sentences: tuple[Sentence, ...]


class Dossier(NamedTuple):
    """The paper. question: as asked; language: ar or en; weeks, forecast: what its plot shows."""

    question: str
    language: str
    sections: tuple[Section, ...]
    weeks: tuple[Week, ...]
    forecast: Forecast | None


class Matter(NamedTuple):
    """What a dossier is about, and all it is made of. terms: stems of the question's words; pair: names of the two whose weeks are counted; versions: what later versions of addresses said otherwise, with the articles before and after."""

    question: str
    told: Sequence[Told]
    terms: frozenset[str] = frozenset()
    pair: str = ""
    weeks: Sequence[Week] = ()
    week_evidence: Mapping[str, Sequence[Evidence]] = {}
    forecast: Forecast | None = None
    versions: Sequence[tuple[Told, Told, Sequence[Change]]] = ()


def dossier(matter: Matter, say: Mapping[str, str], name: Name, language: str = "ar") -> Dossier:
    """Return the paper. say: the sentences and words of a language (`marsad.outlook.phrases`); name: what to call a party. Sections without sentences are left out."""
    deeds = timeline(matter.told)
    held = relevant(positions(matter.told), matter)
    tallies = [c for c in counts(matter.told) if len({g.value for g in c.given}) > 1 or len({g.evidence.article_id for g in c.given}) > 2]
    made = {
        "about": _about(matter, say), "state": _state(deeds, held, say, name), "positions": _positions(held, say, name), "timeline": _timeline(deeds, say, name), "figures": _figures(tallies, say),
        "contradictions": _contradictions(deeds, held, tallies, matter, say, name), "outlook": _outlook(matter, say), "sources": _sources(matter, say),
    }  # fmt: skip
    sections = [Section(key, say[f"section_{key}"], tuple(made[key])) for key in SECTIONS]
    return Dossier(matter.question, language, tuple(s for s in sections if s.sentences), tuple(matter.weeks), matter.forecast)


def profile(told: Sequence[Told]) -> Counter[str]:
    """Return in how many headlines of the articles each stem stands."""
    return Counter(word for t in told for word in content_stems(t.article.headline or ""))


def relevant(found: list[Position], matter: Matter) -> list[Position]:
    """Return the positions on the matter: those whose words share something with the question, or with what several of its headlines share; the closest and most often told first."""
    shared = {word: n for word, n in profile(matter.told).items() if n > 1}
    top = max(shared.values(), default=1)

    def weight(position: Position) -> float:
        words = content_stems(position.content)
        on = sum(2.0 if w in matter.terms else shared.get(w, 0) / top for w in words)
        return on / (1 + 0.15 * len(words)) + 0.3 * len({e.outlet or e.article_id for e in position.evidence if not e.copy_of}) if on else 0.0

    weighed = [(weight(p), p) for p in found]
    return [p for w, p in sorted(weighed, key=lambda x: (-x[0], x[1].day, x[1].evidence[0])) if w > 0]


def _outlets(found: Sequence[Evidence], say: Mapping[str, str]) -> str:
    names = dict.fromkeys(e.outlet for e in found if e.outlet)
    return say["comma"].join(list(names)[:4]) + (say["and_more"].format(n=len(names) - 4) if len(names) > 4 else "")


def _by(found: Sequence[Evidence], say: Mapping[str, str]) -> str:
    told = _outlets(found, say)
    return say["by"].format(outlets=told) if told else ""


def _names(some: Sequence[Party], say: Mapping[str, str], name: Name) -> str:
    return say["comma"].join(dict.fromkeys(name(p) for p in some[:4]))


def _about(matter: Matter, say: Mapping[str, str]) -> Iterator[Sentence]:
    if not matter.told:
        return
    days = sorted(t.article.published_at.date().isoformat() for t in matter.told if t.article.published_at)
    outlets = {t.article.outlet for t in matter.told if t.article.outlet}
    own = sum(not t.copy_of for t in matter.told)
    when = say["between"].format(first=days[0], last=days[-1]) if days and days[0] != days[-1] else say["on"].format(day=days[0]) if days else ""
    heads = tuple(evidence(t, _head(t)) for t in matter.told)
    yield Sentence(say["about"].format(n=len(matter.told), own=own, outlets=len(outlets), when=when), heads)


def _head(told: Told) -> Span:
    return next((Span(b.start, b.end) for b in told.article.blocks if b.role == "headline"), Span(0, 1))


def _deed(h: Happening, say: Mapping[str, str], name: Name) -> str:
    what = say.get(f"type_{h.type}", h.type)
    who, whom, where = (_names(side, say, name) for side in (h.actors, h.recipients, h.places))
    parts = [what, say["by_whom"].format(who=who) if who else "", say["to_whom"].format(whom=whom) if whom else "", say["in_place"].format(where=where) if where else ""]
    return " ".join(p for p in parts if p)


def _state(deeds: Sequence[Happening], held: Sequence[Position], say: Mapping[str, str], name: Name) -> Iterator[Sentence]:
    """The last of what happened that matters, and where those who are heard most stand now."""
    dated = [h for h in deeds if h.day and h.status == "asserted"]
    last = sorted(dated, key=lambda h: (h.day, h.sources), reverse=True)[:12]
    for h in sorted(sorted(last, key=lambda h: (-h.sources, -abs(h.score)))[: MOST["state"] // 2], key=lambda h: h.day):
        yield Sentence(say["last_deed"].format(day=h.day, deed=_deed(h, say, name)), h.evidence)
    newest: dict[str, Position] = {}
    for p in held[: MOST["positions"]]:
        if p.actor.key not in newest or p.day > newest[p.actor.key].day:
            newest[p.actor.key] = p
    for p in list(newest.values())[: MOST["state"]]:
        yield Sentence(_stance(p, say, name), p.evidence)


def _stance(p: Position, say: Mapping[str, str], name: Name) -> str:
    quoted = say["quoted" if p.direct else "told"].format(content=p.content)
    whom = [x for x in p.to if not content_stems(x.name) <= content_stems(p.content)]  # what the words name already is not named twice
    to = say["to"].format(whom=_names(whom, say, name)) if whom else ""
    by = say["says"].format(who=_names(p.by, say, name)) if p.by and p.by[0].key != p.actor.key else ""
    return say["position"].format(actor=name(p.actor), stance=say[f"stance_{p.stance}"], to=to, content=quoted, day=p.day or say["undated"], by=by, outlets=_by(p.evidence, say))


def _positions(held: Sequence[Position], say: Mapping[str, str], name: Name) -> Iterator[Sentence]:
    some = list(held[: MOST["positions"]])
    order = list(dict.fromkeys(p.actor.key for p in some))
    for p in sorted(some, key=lambda p: (order.index(p.actor.key), p.day)):
        yield Sentence(_stance(p, say, name), p.evidence)


def _timeline(deeds: Sequence[Happening], say: Mapping[str, str], name: Name) -> Iterator[Sentence]:
    dated = [h for h in deeds if h.day]
    chosen = sorted(sorted(dated, key=lambda h: (-h.sources, -len(h.evidence), -abs(h.score), h.day))[: MOST["timeline"]], key=lambda h: (h.day, h.first))
    for h in chosen:
        status = "" if h.status == "asserted" else say[f"status_{h.status}"]
        sources = say["sources"].format(n=h.sources) if h.sources > 1 else ""
        yield Sentence(say["deed"].format(day=h.day, deed=_deed(h, say, name), status=status, sources=sources, outlets=_by(h.evidence, say)), h.evidence)


def _given(c: Count, say: Mapping[str, str]) -> str:
    out = []
    for g in c.given:
        if not g.evidence.copy_of:
            out.append(say["given"].format(text=g.text, outlet=g.evidence.outlet or say["an_outlet"], day=g.evidence.at[:10] or say["undated"]))
    return say["semicolon"].join(dict.fromkeys(out)) or say["given"].format(
        text=c.given[0].text, outlet=c.given[0].evidence.outlet or say["an_outlet"], day=c.given[0].evidence.at[:10] or say["undated"]
    )


def _figures(tallies: Sequence[Count], say: Mapping[str, str]) -> Iterator[Sentence]:
    for c in tallies[: MOST["figures"]]:
        told = say["figures_grow" if c.grows else "figures_differ" if c.differ else "figures_agree"]
        yield Sentence(told.format(what=say[f"count_{c.what}"], given=_given(c, say)), tuple(g.evidence for g in c.given))


def _contradictions(deeds: Sequence[Happening], held: Sequence[Position], tallies: Sequence[Count], matter: Matter, say: Mapping[str, str], name: Name) -> Iterator[Sentence]:
    for c in tallies:
        if c.differ and not (c.grows and len({g.evidence.at[:10] for g in c.given}) > 1 and c.what == "attacks"):
            low, high = min(c.given, key=lambda g: g.value), max(c.given, key=lambda g: g.value)
            yield Sentence(
                say["differ"].format(
                    what=say[f"count_{c.what}"], low=low.text, high=high.text, a=low.evidence.outlet or say["an_outlet"], b=high.evidence.outlet or say["an_outlet"]
                ),
                (low.evidence, high.evidence),
            )
    for p in held:
        if p.changed and (p.stance in FOR or p.stance in AGAINST):
            yield Sentence(say["changed"].format(actor=name(p.actor), before=say[f"stance_{p.changed}"], now=say[f"stance_{p.stance}"], content=p.content, day=p.day), p.evidence)
    for h in deeds:
        if len(h.days) > 1 and h.sources > 1:
            yield Sentence(say["days_differ"].format(deed=_deed(h, say, name), days=say["comma"].join(h.days)), h.evidence)
    for t in matter.told:
        if fold(t.article.headline or "").startswith(_CORRECTED):
            yield Sentence(say["correction"].format(headline=t.article.headline, outlet=t.article.outlet or say["an_outlet"]), (evidence(t, _head(t)),))
    for before, after, found in matter.versions:
        for change in [c for c in found if c.what in ("headline", "figure") and c.before and c.after][:3]:
            spans = tuple(evidence(t, s) for t, s in ((before, change.before), (after, change.after)) if s)
            yield Sentence(say["revised"].format(outlet=after.article.outlet or say["an_outlet"], change=change.text), spans)


def _outlook(matter: Matter, say: Mapping[str, str]) -> Iterator[Sentence]:
    """The series and what may follow, or why nothing is said of it; the records are the events that were counted."""
    counted = tuple(e for some in matter.week_evidence.values() for e in some)
    total = sum(w.events for w in matter.weeks)
    if not counted or not total:
        return
    busiest = max(matter.weeks, key=lambda w: w.events)
    yield Sentence(
        say["series"].format(pair=matter.pair, n=total, weeks=len(matter.weeks), monday=busiest.monday, most=busiest.events),
        tuple(matter.week_evidence.get(busiest.monday, ())) or counted[:50],
    )
    told = matter.forecast
    if told is None or told.missing:
        had = [w for w in matter.weeks if w.even is not None]
        yield Sentence(say["too_little"].format(weeks=len(had), some=sum(w.events > 0 for w in had), least=LEAST, least_some=LEAST_SOME), counted[:50])
        return
    first, last = told.periods[0], told.periods[-1]
    model = (
        say["model_mixture"].format(ratio=f"{told.ratio:.2f}", best=say[f"baseline_{told.best}"])
        if told.model == "mixture" and (told.ratio or 0.0) <= MARGIN
        else say["model_others"].format(best=say[f"baseline_{told.best}"])
        if told.model == "mixture"
        else say["model_baseline"].format(best=say[f"baseline_{told.best}"])
    )
    yield Sentence(
        say["forecast"].format(
            n=len(told.periods),
            low=f"{first.quantiles[0]:g}",
            high=f"{first.quantiles[-1]:g}",
            middle=f"{first.quantiles[2]:g}",
            some=round(100 * first.some),
            later_low=f"{last.quantiles[0]:g}",
            later_high=f"{last.quantiles[-1]:g}",
        ),
        counted[:50],
    )
    yield Sentence(model, counted[:50])
    yield from _omens(matter, say)


def _omens(matter: Matter, say: Mapping[str, str]) -> Iterator[Sentence]:
    """What to watch: whether weeks with hostile events were followed by more events than others, with counts."""
    weeks = [w for w in matter.weeks if w.even is not None]
    pairs = [(a, b) for a, b in pairwise(weeks) if a.events]
    hostile = [(a, b) for a, b in pairs if a.score is not None and a.score < -5]
    if len(hostile) < 5 or len(pairs) - len(hostile) < 5:
        return
    rises, others = sum(b.events > a.events for a, b in hostile), sum(b.events > a.events for a, b in pairs if (a, b) not in hostile)
    seen = tuple(e for a, _ in hostile for e in matter.week_evidence.get(a.monday, ()))[:50]
    yield Sentence(say["omen"].format(n=len(hostile), rises=rises, m=len(pairs) - len(hostile), others=others), seen)


def _sources(matter: Matter, say: Mapping[str, str]) -> Iterator[Sentence]:
    by: dict[str, list[Told]] = {}
    for t in matter.told:
        by.setdefault(t.article.outlet or say["no_outlet"], []).append(t)
    for outlet, some in sorted(by.items(), key=lambda x: (-len(x[1]), x[0]))[: MOST["sources"]]:
        copied = sum(bool(t.copy_of) for t in some)
        text = say["source"].format(outlet=outlet, n=len(some)) + (say["source_copies"].format(n=copied) if copied else "")
        yield Sentence(text, tuple(evidence(t, _head(t)) for t in some))
