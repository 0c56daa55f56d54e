"""What a question is about, and the articles of the archive that answer it: «ما مستقبل القوات الأميركية في العراق؟», "What is the future of US forces in Iraq?", a topic, an actor, a pair USA:IRQ."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, func, select

from marsad.arabic.letters import fold
from marsad.arabic.words import forms, words
from marsad.archive import Archive, schema
from marsad.archive.asked import ME, THEM, Ask, E, own
from marsad.archive.search import Query, ranked
from marsad.archive.terms import search_terms
from marsad.knowledge import rows
from marsad.outlook.dossier import Matter
from marsad.outlook.forecast import LEAST, LEAST_SOME, Forecast, forecast
from marsad.outlook.series import Week, known, monday_of, weekly
from marsad.outlook.together import Common, together
from marsad.outlook.told import Evidence, Told, content_stems
from marsad.read.see import PLACES, gazetteer
from marsad.records import Article, Span
from marsad.relate.revisions import changes

MOST = 120  # articles of a dossier
NEAR = 0.5  # of the best article's weight that another one must have
WEEKS_AHEAD, FARTHEST = 8, 12
_ASKING = frozenset(
    w
    for line_ in ("ما ماذا هو هي هل كيف لماذا متى أين من عن في على إلى مستقبل مصير آفاق احتمالات سيناريوهات مآل بعد يمكن سوف أن الذي التي و أو هذا هذه", "what is the future of will happen to with in on at a an who when where why how are was were and or do does next for")
    for w in fold(line_).split()
)  # fmt: skip
A = schema.article.c


class Topic(NamedTuple):
    """A question taken apart. terms: its words as stems, those that only ask left out; countries: ISO codes, in its order."""

    question: str
    terms: tuple[str, ...]
    countries: tuple[str, ...]


def topic_of(question: str) -> Topic:
    """Return what a question is about. Countries are known by name and demonym in Arabic («الأميركية»), by name in English, and by code (USA:IRQ); some words of news are known in English."""
    terms: list[str] = []
    countries: list[str] = []
    glossary = {row["english"]: row["arabic"] for row in rows("glossary.tsv")}
    lands = (
        {row["english"].lower(): row["code"] for row in rows("countries.tsv")}
        | {row["code"].lower(): row["code"] for row in rows("countries.tsv")}
        | {"us": "USA", "u.s.": "USA", "american": "USA", "uk": "GBR", "gaza": "PSE"}
    )
    text = question.replace(":", " ")
    for name in sorted((n for n in lands if " " in n), key=len, reverse=True):
        if name in text.lower():
            countries.append(lands[name])
            text = text.lower().replace(name, " ")
    for word in words(text):
        bare = fold(word.text).lower()
        if not bare[:1].isalnum() or bare in _ASKING or (len(bare) < 3 and bare not in lands):
            continue
        place = next((gazetteer()[form] for form in forms(word.text) if form in gazetteer() and PLACES[gazetteer()[form][0]] in ("country", "demonym")), None)
        if bare in lands:
            countries.append(lands[bare])
        elif place and place[1]:
            countries.append(place[1])
            if PLACES[place[0]] != "country":
                terms += search_terms(word.text)
        elif bare in glossary:
            terms += search_terms(glossary[bare])
        else:
            terms += search_terms(word.text)
    return Topic(question, tuple(dict.fromkeys(terms)), tuple(dict.fromkeys(countries)))


def articles_of(store: Archive, topic: Topic) -> list[Article]:
    """Return the articles a topic is answered by, the closest first: those that have its words and countries, and the other articles of their stories."""
    numbers: dict[int, None] = {}
    lands = tuple(("country", (code,)) for code in topic.countries)
    singles = [(t,) for t in topic.terms]
    asked = [Query(tuple(singles), marks=lands), Query(tuple(singles))] if singles else []
    asked += [Query((t,), marks=lands[:2]) for t in singles] + ([Query(marks=lands)] if lands else []) + [Query((t,)) for t in singles]
    for query in asked:
        if query.phrases or query.marks:
            numbers |= dict.fromkeys(n for _, n in ranked(store, query)[:150])
    if not numbers:
        return []
    with store.reading_from() as db:
        found = [msgspec.json.decode(r.record, type=Article) for r in db.execute(select(A.record).where(A.number.in_(list(numbers)[:500])))]
        marked = {
            (r.id, r.value)
            for r in db.execute(
                select(A.id, schema.mark.c.value)
                .join_from(schema.article, schema.mark, A.number == schema.mark.c.number)
                .where(A.number.in_(list(numbers)[:500]), schema.mark.c.kind == "country", schema.mark.c.value.in_(topic.countries or ("",)))
            )
        }
    weights = _weights(found, topic, marked)
    top = max(weights.values(), default=0.0)
    chosen = [a for a in sorted(found, key=lambda a: (-weights[a.id], a.id)) if weights[a.id] >= NEAR * top > 0][:MOST]
    beside = [i for s in store.stories_with([a.id for a in chosen[:20]]) for i in s.article_ids]
    have = {a.id for a in chosen}
    more = [a for i in dict.fromkeys(beside) if i not in have and len(have) + len(beside) < 4 * MOST and (a := store.article(i)) and a.headline]
    return [*chosen, *more[: MOST - len(chosen)]]


def _weights(found: Sequence[Article], topic: Topic, marked: set[tuple[str, str]]) -> dict[str, float]:
    heads = {a.id: set(search_terms(a.headline or "")) for a in found}
    bodies = {a.id: set(search_terms(a.text[:6000])) for a in found}
    often = Counter(t for a in found for t in topic.terms if t in bodies[a.id])
    idf = {t: math.log((1 + len(found)) / (1 + often[t])) + 0.3 for t in topic.terms}
    return {
        a.id: sum(idf[t] * (2.0 * (t in heads[a.id]) + (t in bodies[a.id])) for t in topic.terms) + sum(1.0 for code in topic.countries if (a.id, code) in marked) for a in found
    }


def matter_of(store: Archive, question: str) -> Matter:
    """Return all that a dossier on a question is made of; nothing told when the archive has no answer."""
    topic = topic_of(question)
    articles = articles_of(store, topic)
    with store.reading_from() as db:
        c = schema.link.c
        ids = [a.id for a in articles]
        copies = {r.right_id: r.left_id for r in db.execute(select(c.right_id, c.left_id).where(c.right_id.in_(ids), c.kind == "copy"))}
    told = [Told(a, r, copies.get(a.id, "")) for a in articles if (r := store.told(a.id))]
    weeks, counted, ahead = series_of(store, topic.countries[0] if topic.countries else "", topic.countries[1] if len(topic.countries) > 1 else "")
    versions = []
    for t in told:
        kept = store.versions(t.article.url)
        for before, after in pairwise(kept):
            r, s = store.told(before.id), store.told(after.id)
            if r and s:
                versions.append((Told(before, r), Told(after, s), changes(before, after, r, s)))
    return Matter(
        question,
        told,
        content_stems(" ".join(w.text for w in words(question) if fold(w.text).lower() not in _ASKING)),
        ":".join(topic.countries[:2]),
        weeks,
        counted,
        ahead,
        versions,
    )


def series_of(store: Archive, who: str, other: str = "", ahead: int = WEEKS_AHEAD) -> tuple[list[Week], dict[str, list[Evidence]], Forecast | None]:
    """Return the weeks of an actor (ISO code or entity) or a pair, the events that were counted by week, and the forecast of the coming weeks, with what was learned from other series (`learn`); nothing for nobody."""
    weeks, counted = weeks_of(store, who, other) if who else ([], {})
    return weeks, counted, forecast(known(weeks), ahead, Common.of(store.learned_path, ahead)) if weeks else None


def learn(store: Archive, most: int = 40) -> int:
    """Learn from the pairs of countries with most events how to forecast one, and keep it beside the archive; return from how many."""
    with store.reading_from() as db:
        sides = (ME.c.country, THEM.c.country)
        joined = ME.join(THEM, and_(ME.c.number == THEM.c.number, ME.c.ord == THEM.c.ord))
        query = select(*sides, func.count().label("n")).select_from(joined).where(ME.c.role == "actor", THEM.c.role == "recipient", *(s != "" for s in sides), sides[0] != sides[1])
        pairs: Counter[tuple[str, str]] = Counter()
        for one, other, n in db.execute(query.group_by(*sides)):
            pairs[min(one, other), max(one, other)] += n
    told = [known(weeks_of(store, one, other)[0]) for (one, other), _ in pairs.most_common(most)]
    series = [counts for counts in told if len(counts) >= LEAST and sum(c > 0 for c in counts) >= LEAST_SOME]
    common = Common(FARTHEST)
    for _ in together(series, FARTHEST, common):
        pass
    store.learned_path.parent.mkdir(parents=True, exist_ok=True)
    common.kept(store.learned_path)  # without series too: `marsad watch` does not try again before tomorrow
    return len(series)


def weeks_of(store: Archive, who: str, other: str = "") -> tuple[list[Week], dict[str, list[Evidence]]]:
    """Return the weeks of an actor or a pair, and the events that were counted by week."""
    source, where, _ = Ask(who, other, statuses=("asserted",)).source()
    query = select(E.day, E.type, E.mode, E.start, A.id, A.outlet, A.published_at).select_from(source).where(*where, E.day.is_not(None), E.type != "STATE", own()).distinct()
    with store.reading_from() as db:
        found = db.execute(query).all()
        days = {
            r.day: r.n
            for r in db.execute(
                select(func.substr(A.published_at, 1, 10).label("day"), func.count().label("n"))
                .where(A.newest == 1, A.published_at.is_not(None))
                .group_by(func.substr(A.published_at, 1, 10))
            )
        }
    weeks = weekly(((r.day, r.type, r.mode, 1) for r in found), days)
    counted: dict[str, list[Evidence]] = {}
    for r in found:
        if monday := monday_of(r.day):
            counted.setdefault(monday, []).append(Evidence(r.id, Span(r.start, r.start + 1), r.outlet, r.published_at or ""))
    return weeks, counted
