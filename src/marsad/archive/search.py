"""The query language and full-text search: the same articles in the same order on SQLite and PostgreSQL.

    الانسحاب من العراق            all of these words, in any form
    "الحوار الاستراتيجي"          these words beside each other
    -الأردن                       not this word
    story:ID pair:USA:IRQ         of a story, with events between two
    entity:السوداني outlet:رويترز type:ASSAULT country:IRQ after:2024-01-01 before:2024-02-01      a value of several words stands in quotes

Ranked are the newest LOOK articles that have all words in their headline and the newest LOOK that have them anywhere: by the share of the words that the headline has, and by age.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select, text

from marsad.arabic.letters import fold
from marsad.arabic.words import words
from marsad.archive import Archive, schema
from marsad.archive.terms import may_have, search_terms, term_of
from marsad.records import Article, Span

LOOK = 200  # newest fitting articles that are ranked, of either kind
FRESH = 30.0  # days after which what freshness counts has fallen to 1/e
FEW = 20_000  # articles with a mark up to which they are listed, not asked for one by one
HEAD = 2.0  # what all words in the headline count, freshness counts up to 1
FIELDS = ("entity", "outlet", "type", "country")
SPECIAL = ("story", "pair")
_PART = re.compile(r'(?P<no>-)?(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


class QueryError(ValueError):
    """A query that cannot be understood; the message says what of it and what can be written."""


class Query(NamedTuple):
    """A query taken apart: phrases and words as stems, what must not stand there, marks by field (any of the values of one, all of them), days."""

    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    stories: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    marks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    after: date | None = None
    before: date | None = None


class Hit(NamedTuple):
    """An article that fits: its score, and where the words of the query stand in its text."""

    article: Article
    score: float
    spans: tuple[Span, ...]


def parse(query: str) -> Query:
    """Return a query taken apart; QueryError for an unknown field or a date that is none.

    >>> parse('"الحوار الاستراتيجي" -الأردن type:assault after:2024-01-01').marks
    (('type', ('ASSAULT',)),)
    """
    phrases: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []
    marks: list[tuple[str, tuple[str, ...]]] = []
    stories: list[str] = []
    pairs: list[tuple[str, str]] = []
    days: dict[str, date] = {}
    for m in _PART.finditer(query):
        value = m["phrase"] if m["phrase"] is not None else m["word"]
        if m["field"] in ("after", "before"):
            try:
                days[m["field"]] = date.fromisoformat(value)
            except ValueError as error:
                raise QueryError(f"{m.group()}: a day is written {m['field']}:2024-01-31") from error
        elif m["field"] in FIELDS:
            marks.append((m["field"], (value.upper() if m["field"] in ("type", "country") else fold(value).lower(),)))
        elif m["field"] == "story":
            stories.append(value)
        elif m["field"] == "pair":
            pairs.append(_pair(value))
        elif m["field"]:
            raise QueryError(f"{m.group()}: no field {m['field']}; there are {', '.join((*FIELDS, *SPECIAL))}, after, before")
        elif terms := tuple(search_terms(value)):
            (without if m["no"] else phrases).append(terms)
    if not (phrases or marks or days or stories or pairs):
        raise QueryError(f"«{query}»: nothing to search for")
    return Query(tuple(phrases), tuple(without), tuple(stories), tuple(pairs), tuple(marks), days.get("after"), days.get("before"))


def _pair(value: str) -> tuple[str, str]:
    """Two sides, each an ISO code or the id of an entity: «USA:IRQ», «place:USA~org:حماس»."""
    one, _, other = value.partition("~") if "~" in value else value.partition(":")
    if not (one and other):
        raise QueryError(f'pair:{value}: a pair is written pair:USA:IRQ, or with entities pair:"place:USA~org:حماس"')
    return one, other


def ranked(archive: Archive, query: Query, now: datetime | None = None, beyond: int = 0) -> list[tuple[float, int]]:
    """Return score and number of the articles that fit, the best first; now: the moment that freshness is counted from; beyond: only articles that came after the one with this number."""
    present = now or datetime.now(UTC)
    wanted = {term for phrase in query.phrases for term in phrase}
    with archive.reading_from() as db:

        def fitting(head: bool) -> dict[int, Any]:
            sql, values = _sql(db, query, head, beyond)
            return {row.number: row for row in db.execute(text(sql), values)}

        led = fitting(head=True) if query.phrases else {}
        rows = led | fitting(head=False)
    every = len(wanted) < 2 and len(led) < LOOK  # whose headline has the one word is known then
    return sorted(((_score(row, 1.0 if n in led else 0.0 if every else _share(row.headline, wanted), present), n) for n, row in rows.items()), reverse=True)


def search(archive: Archive, query: Query, limit: int = 20, now: datetime | None = None, beyond: int = 0) -> list[Hit]:
    """Return the articles that fit, the best first, with the places of the words (`ranked` says what the others are)."""
    return hits(archive, query, ranked(archive, query, now, beyond)[:limit])


def hits(archive: Archive, query: Query, found: Sequence[tuple[float, int]], most: int = 10_000) -> list[Hit]:
    """Return what `ranked` found as articles with the places of the words of the query, the first `most` of each."""
    c = schema.article.c
    with archive.reading_from() as db:
        records = {row.number: row.record for row in db.execute(select(c.number, c.record).where(c.number.in_([n for _, n in found])))}
    told = [(score, msgspec.json.decode(records[n], type=Article)) for score, n in found if n in records]
    return [Hit(article, round(score, 4), spans_of(article, query, most)) for score, article in told]


def _share(headline: str | None, wanted: set[str]) -> float:
    """The share of the words that a headline has."""
    return len(wanted.intersection(search_terms(headline))) / len(wanted) if headline and may_have(headline, wanted) else 0.0


def _score(row: Any, share: float, now: datetime) -> float:
    age = max(0.0, (now - datetime.fromisoformat(row.published_at)).total_seconds() / 86400) if row.published_at else 3 * FRESH
    return HEAD * share + math.exp(-age / FRESH)


def _sql(db: Connection, query: Query, head: bool, beyond: int) -> tuple[str, dict[str, Any]]:
    """The newest LOOK articles that fit; head: that have all words in their headline."""
    sqlite = db.dialect.name == "sqlite"
    values: dict[str, Any] = {"look": LOOK}
    where = ["article.newest = 1"]
    marks = list(query.marks)
    if query.phrases:
        values["words"] = _fts(query, head) if sqlite else _tsquery(query, head)
        where.append("words MATCH :words" if sqlite else "words.lexemes @@ CAST(:words AS tsquery)")
        number = "words.rowid" if sqlite else "words.number"
        source = f"words JOIN article ON article.number = {number}"
    else:
        number, source = "article.number", "article"
        if marks and len(marks[0][1]) == 1:  # the marks of one value stand in order of numbers
            field, (value,) = marks.pop(0)
            values |= {"field": field, "value": value}
            number, source = "mark.number", "mark JOIN article ON article.number = mark.number"
            where.append("mark.kind = :field AND mark.value = :value")
        for n, phrase in enumerate(query.without):
            values[f"without{n}"] = _fts(Query((phrase,))) if sqlite else _tsquery(Query((phrase,)))
            inner = f"SELECT rowid FROM words WHERE words MATCH :without{n}" if sqlite else f"SELECT number FROM words WHERE lexemes @@ CAST(:without{n} AS tsquery)"
            where.append(f"{number} NOT IN ({inner})")
    if beyond:
        values["beyond"] = beyond
        where.append(f"{number} > :beyond")
    for n, story in enumerate(query.stories):
        values[f"story{n}"] = story
        where.append(f"EXISTS (SELECT 1 FROM story_article AS s WHERE s.article_id = article.id AND s.story_id = :story{n})")
    for n, (one, other) in enumerate(query.pairs):
        values |= {f"one{n}": one, f"other{n}": other}
        where.append(f"({_between(number, f'one{n}', f'other{n}')} OR {_between(number, f'other{n}', f'one{n}')})")
    for n, (field, meant) in enumerate(marks):
        names = [f"mark{n}_{i}" for i in range(len(meant))]
        values |= {f"field{n}": field, **dict(zip(names, meant, strict=True))}
        these = f"m.kind = :field{n} AND m.value IN ({', '.join(':' + name for name in names)})"
        if _few(db, field, meant):  # + keeps SQLite from looking every one of them up in the index of words
            where.append(f"{'+' if sqlite else ''}{number} IN (SELECT m.number FROM mark AS m WHERE {these})")
        else:
            where.append(f"EXISTS (SELECT 1 FROM mark AS m WHERE m.number = {number} AND {these})")
    for name, day, sign in (("after", query.after, ">="), ("before", query.before, "<")):
        if day:
            values[name] = day.isoformat()
            where.append(f"article.published_at {sign} :{name}")
    return f"SELECT {number} AS number, headline, published_at FROM {source} WHERE {' AND '.join(where)} ORDER BY {number} DESC LIMIT :look", values


def _between(number: str, actor: str, recipient: str) -> str:
    side = "(CASE WHEN length(:{0}) = 3 THEN {1}.country ELSE {1}.entity END) = :{0}"
    return (
        f"EXISTS (SELECT 1 FROM party AS a JOIN party AS b ON b.number = a.number AND b.ord = a.ord AND b.role = 'recipient' WHERE a.number = {number} AND a.role = 'actor' "
        f"AND {side.format(actor, 'a')} AND {side.format(recipient, 'b')})"
    )


def _few(db: Connection, field: str, meant: tuple[str, ...]) -> bool:
    """Whether at most FEW articles have a mark."""
    m = schema.mark.c
    some = select(m.number).where(m.kind == field, m.value.in_(meant)).limit(FEW + 1).subquery()
    return (db.scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _fts(query: Query, head: bool = False) -> str:
    said = " AND ".join('"' + " ".join(p) + '"' for p in query.phrases)
    return ("{head} : " if head else "") + f"({said})" + "".join(' NOT "' + " ".join(p) + '"' for p in query.without)


def _tsquery(query: Query, head: bool = False) -> str:
    def said(phrase: Sequence[str], weight: str) -> str:
        return "(" + " <-> ".join(f"'{term}'{weight}" for term in phrase) + ")"

    return " & ".join([*(said(p, ":A" if head else "") for p in query.phrases), *(f"!{said(p, '')}" for p in query.without)])


def spans_of(article: Article, query: Query, most: int = 10_000) -> tuple[Span, ...]:
    """Return where the words and phrases of a query stand in headline and body, as spans of the text as written, in order; the first `most`."""
    found: set[Span] = set()
    firsts = {phrase[0] for phrase in query.phrases}
    for block in article.blocks:
        line = article.text[block.start : block.end]
        if len(found) >= most or block.role not in ("headline", "standfirst", "body") or not may_have(line, firsts):
            continue
        said = [(word, bare) for word in words(line) if (bare := fold(word.text).lower()).isalnum() or term_of(word.text)]
        for i, (word, bare) in enumerate(said):
            if len(found) >= most:
                break
            if bare.isalnum() and not any(term in bare for term in firsts):  # most words: not worth a stem
                continue
            for phrase in query.phrases:
                if tuple(term_of(w.text) for w, _ in said[i : i + len(phrase)]) == phrase:
                    found.add(Span(block.start + word.start, block.start + said[i + len(phrase) - 1][0].end))
    return tuple(sorted(found))
