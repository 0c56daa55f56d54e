"""What the archive writes of pages, articles and readings, inside a transaction that is open. Many at a time cost a third of what they cost one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import zstandard
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from marsad.arabic.letters import fold
from marsad.archive import schema
from marsad.archive.terms import lexemes, search_terms
from marsad.corrections import corrected, moved
from marsad.records import Article, Correction, Mention, Page, Problem, Reading, Story, body_text, day_of, key

ROLES = ("actor", "recipient", "place", "by")


class Entry(NamedTuple):
    """A page with what was made of it; etag, modified: as its server gave them, "" when it did not."""

    page: Page | None
    article: Article | None
    problems: Sequence[Problem] = ()
    reading: Reading | None = None
    etag: str = ""
    modified: str = ""


def iso(moment: datetime | None) -> str | None:
    """Return a moment as it is kept."""
    return moment.isoformat() if moment else None


def new(db: Connection, table: Table) -> Any:
    """An INSERT that leaves a row alone that is there already."""
    made: Any = postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing()


def over(db: Connection, table: Table) -> Any:
    """An INSERT that takes the place of the row with its key."""
    made: Any = postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_update(index_elements=list(table.primary_key), set_={c.name: made.excluded[c.name] for c in table.columns if not c.primary_key})


def parts(values: Iterable[Any], size: int = 500) -> Iterator[list[Any]]:
    """Yield some values in lists that are short enough for one statement."""
    wanted = list(values)
    for first in range(0, len(wanted), size):
        yield wanted[first : first + size]


def known(db: Connection, column: Any, values: Iterable[Any]) -> set[Any]:
    """Return those of some values that a column holds."""
    return {row[0] for some in parts(values) for row in db.execute(select(column).where(column.in_(some)))}


def forget_relations(db: Connection, among: Iterable[str]) -> None:
    """Take away the links to some articles, and the stories that have one of them."""
    s, m = schema.story.c, schema.story_article.c
    ids = list(among)
    stories = {r.story_id for some in parts(ids) for r in db.execute(select(m.story_id).where(m.article_id.in_(some)))}
    for some in parts(ids):
        db.execute(delete(schema.link).where(schema.link.c.right_id.in_(some)))
    for some in parts(stories):
        db.execute(delete(schema.story_article).where(m.story_id.in_(some)))
        db.execute(delete(schema.story).where(s.id.in_(some)))


def entries(db: Connection, items: Sequence[Entry], met_at: datetime | None = None) -> list[bool]:
    """Keep pages with their articles, readings and problems; return for each whether its article is new."""
    problems(db, [p for e in items for p in e.problems], met_at)
    _pages(db, items)
    a = schema.article.c
    articles = [e.article for e in items if e.article]
    there = known(db, a.id, {x.id for x in articles})
    pages, urls = known(db, a.page_id, {x.page_id for x in articles}), known(db, a.url, {x.url for x in articles})
    fresh: list[Entry] = []
    later: list[tuple[int, Entry]] = []
    out = [False] * len(items)
    for n, entry in enumerate(items):
        article = entry.article
        if article is None or article.id in there:
            continue
        out[n] = True
        there.add(article.id)
        if article.page_id in pages or article.url in urls:
            later.append((n, entry))
        else:
            fresh.append(entry)
            pages.add(article.page_id)
            urls.add(article.url)
    _articles(db, [(e, 1, 1) for e in fresh])
    for _, entry in later:
        _version(db, entry)
    return out


def problems(db: Connection, found: Iterable[Problem], met_at: datetime | None) -> None:
    """Keep problems, each once."""
    rows = [
        {"id": key(p.stage, p.subject_id, p.code, p.detail), "stage": p.stage, "subject_id": p.subject_id, "code": p.code, "detail": p.detail, "met_at": iso(met_at)} for p in found
    ]
    if rows:
        db.execute(new(db, schema.problem), rows)


def _pages(db: Connection, items: Sequence[Entry]) -> None:
    made = {e.page.id: e for e in items if e.page}
    have = known(db, schema.page.c.id, made)
    bodies, rows = [], []
    for entry in made.values():
        page = entry.page
        if page is None or page.id in have:
            continue
        digest = hashlib.blake2b(page.body, digest_size=16).hexdigest()
        bodies.append({"hash": digest, "size": len(page.body), "packed": zstandard.compress(page.body, 6)})
        rows.append(
            {"id": page.id, "url": page.url, "outlet": page.outlet, "fetched_at": iso(page.fetched_at), "media_type": page.media_type, "encoding": page.encoding, "body": digest, "etag": entry.etag,
             "modified": entry.modified}
        )  # fmt: skip
    if rows:
        db.execute(new(db, schema.body), bodies)
        db.execute(new(db, schema.page), rows)


def _version(db: Connection, entry: Entry) -> None:
    """Keep an article whose page was told apart before, in its place, or whose address is kept, as its next version."""
    article, c = entry.article, schema.article.c
    assert article
    version, said = None, []
    for number, old, record in db.execute(select(c.number, c.version, c.record).where(c.page_id == article.page_id)).all():
        version = old
        former = msgspec.json.decode(record, type=Article)
        said += [(former, word) for word in corrections_of(db, former.id)]
        remove(db, number)
    if version is None:
        version = 1 + (db.scalar(select(func.max(c.version)).where(c.url == article.url)) or 0)
        db.execute(update(schema.article).where(c.url == article.url, c.newest == 1).values(newest=0))
    newest = int((db.scalar(select(func.max(c.version)).where(c.url == article.url)) or 0) <= version)
    _articles(db, [(entry, version, newest)])
    for former, word in said:
        carried = moved(word, former, article)
        if carried:
            correction(db, carried)
        else:
            lost = f"{article.url}: the words that a correction by {word.who} is about stand there no longer: {msgspec.json.encode(word).decode()}"
            problems(db, [Problem(stage="archive", subject_id=article.id, code="correction-lost", detail=lost)], word.at)


def _articles(db: Connection, made: Sequence[tuple[Entry, int, int]]) -> None:
    """Insert articles with their version and whether it is the newest."""
    told = [(e.article, e.reading, version, newest) for e, version, newest in made if e.article]
    if not told:
        return
    db.execute(
        insert(schema.article),
        [
            {"id": a.id, "page_id": a.page_id, "url": a.url, "outlet": a.outlet, "headline": a.headline, "published_at": iso(a.published_at), "language": a.language, "version": version,
             "newest": newest, "record": msgspec.json.encode(a)}
            for a, _, version, newest in told
        ],
    )  # fmt: skip
    c = schema.article.c
    numbers = {row.id: row.number for some in parts(a.id for a, *_ in told) for row in db.execute(select(c.id, c.number).where(c.id.in_(some)))}
    index(db, [(numbers[a.id], a) for a, *_ in told if a.headline is not None])
    marks(db, [(numbers[a.id], "outlet", fold(a.outlet).lower()) for a, *_ in told if a.outlet])
    for a, r, *_ in told:
        if r:
            reading(db, numbers[a.id], r, a)


def index(db: Connection, articles: Sequence[tuple[int, Article]]) -> None:
    """Put articles into full text, by their numbers."""
    rows = [(number, search_terms(a.headline or ""), search_terms(body_text(a))) for number, a in articles]
    if not rows:
        return
    if db.dialect.name == "postgresql":
        db.execute(text("INSERT INTO words VALUES (:n, CAST(:lexemes AS tsvector))"), [{"n": n, "lexemes": lexemes(head, body)} for n, head, body in rows])
    else:
        db.execute(text("INSERT INTO words (rowid, head, body) VALUES (:n, :head, :body)"), [{"n": n, "head": " ".join(head), "body": " ".join(body)} for n, head, body in rows])


def marks(db: Connection, made: Iterable[tuple[int, str, str]]) -> None:
    """Keep what articles can be asked for by: (number, kind, value)."""
    rows = [{"kind": kind, "value": value, "number": number} for number, kind, value in sorted(made) if value]
    if rows:
        db.execute(new(db, schema.mark), rows)


def reading(db: Connection, number: int, told: Reading, article: Article) -> None:
    """Keep the reading of an article that is kept, in place of an earlier one; what it is asked by follows what people corrected."""
    db.execute(over(db, schema.reading), {"article_id": article.id, "origin": told.origin, "record": msgspec.json.encode(told)})
    for table in (schema.party, schema.event):
        db.execute(delete(table).where(table.c.number == number))
    db.execute(delete(schema.mark).where(schema.mark.c.number == number, schema.mark.c.kind != "outlet"))
    right = corrected(told, corrections_of(db, article.id))
    found = {("entity", m.entity_id.partition(":")[2]) for m in right.mentions if m.entity_id}
    found |= {("country", m.country) for m in right.mentions} | {("type", e.type) for e in right.events if e.status != "denied"}
    marks(db, [(number, kind, value) for kind, value in found])
    events, parties = event_rows(number, article, right)
    if events:
        db.execute(insert(schema.event), events)
    if parties:
        db.execute(new(db, schema.party), parties)


def event_rows(number: int, article: Article, told: Reading) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of `event` and `party` of a reading: one for each event, one for each mention with a role in it."""
    events, parties = [], []
    for ord_, e in enumerate(told.events):
        day = day_of(article, told, e)[0] or None
        events.append(
            {
                "number": number,
                "ord": ord_,
                "day": day,
                "type": e.type,
                "mode": e.mode,
                "status": e.status,
                "said": int(e.content is not None),
                "score": e.score,
                "start": e.trigger.start,
            }
        )
        for role, numbers in zip(ROLES, (e.actors, e.recipients, e.places, e.by), strict=True):
            parties += [{"number": number, "ord": ord_, "role": role, "place": n, **_party(told.mentions[n], article)} for n in numbers]
    return events, parties


def _party(mention: Mention, article: Article) -> dict[str, str]:
    entity = mention.entity_id or (f"place:{mention.country}" if mention.country else "")
    return {"entity": entity, "country": mention.country, "sector": mention.sector, "name": article.text[mention.start : mention.end]}


def corrections_of(db: Connection, article_id: str) -> list[Correction]:
    """Return what people said of an article's records, the first one first."""
    c = schema.correction.c
    return [msgspec.json.decode(row.record, type=Correction) for row in db.execute(select(c.record).where(c.article_id == article_id).order_by(c.at, c.id))]


def correction(db: Connection, word: Correction) -> None:
    """Keep a correction and what follows from it; one of an article that is not kept is passed over."""
    c = schema.article.c
    row = db.execute(select(c.number, c.record).where(c.id == word.article_id)).first()
    if row is None:
        return
    db.execute(new(db, schema.correction), {"id": word.id, "article_id": word.article_id, "who": word.who, "at": iso(word.at), "record": msgspec.json.encode(word)})
    told = db.scalar(select(schema.reading.c.record).where(schema.reading.c.article_id == word.article_id))
    if told is not None and word.what != "link":
        reading(db, row.number, msgspec.json.decode(told, type=Reading), msgspec.json.decode(row.record, type=Article))


def remove(db: Connection, number: int) -> None:
    """Take an article away with everything derived from it; the version before it becomes the newest."""
    c = schema.article.c
    row = db.execute(select(c.id, c.url, c.newest, c.record).where(c.number == number)).one()
    article = msgspec.json.decode(row.record, type=Article)
    if db.dialect.name == "postgresql":
        db.execute(text("DELETE FROM words WHERE number = :n"), {"n": number})
    elif article.headline is not None:  # the index keeps no text: it must be told what to take out
        terms = {"n": number, "head": " ".join(search_terms(article.headline)), "body": " ".join(search_terms(body_text(article)))}
        db.execute(text("INSERT INTO words (words, rowid, head, body) VALUES ('delete', :n, :head, :body)"), terms)
    for table in (schema.mark, schema.meaning, schema.party, schema.event):
        db.execute(delete(table).where(table.c.number == number))
    for table in (schema.reading, schema.correction, schema.news):
        db.execute(delete(table).where(table.c.article_id == row.id))
    db.execute(delete(schema.link).where((schema.link.c.left_id == row.id) | (schema.link.c.right_id == row.id)))
    _leave_story(db, row.id)
    db.execute(delete(schema.article).where(c.number == number))
    if row.newest:
        latest = db.scalar(select(func.max(c.version)).where(c.url == row.url))
        db.execute(update(schema.article).where(c.url == row.url, c.version == latest).values(newest=1))


def _leave_story(db: Connection, article_id: str) -> None:
    s, m = schema.story, schema.story_article
    story_id = db.scalar(select(m.c.story_id).where(m.c.article_id == article_id))
    if story_id is None:
        return
    db.execute(delete(m).where(m.c.article_id == article_id))
    told = msgspec.json.decode(db.scalar(select(s.c.record).where(s.c.id == story_id)) or b"", type=Story)
    rest = tuple(i for i in told.article_ids if i != article_id)
    if rest:
        headline = db.scalar(select(schema.article.c.headline).where(schema.article.c.id == rest[0])) or ""
        told = msgspec.structs.replace(told, article_ids=rest, headline=headline)
        db.execute(update(s).where(s.c.id == story_id).values(record=msgspec.json.encode(told), headline=headline, size=len(rest)))
    else:
        db.execute(delete(s).where(s.c.id == story_id))
