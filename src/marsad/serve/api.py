"""The JSON API: the same records, cursors for pages, OpenAPI 3.1 at /api/openapi.json."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.exceptions import ClientException, NotAuthorizedException, NotFoundException
from litestar.params import JSONBody, PathParameter, QueryParameter
from sqlalchemy import select

from marsad import line
from marsad.archive import schema
from marsad.archive.asked import Ask
from marsad.archive.search import QueryError
from marsad.corrections import corrected
from marsad.records import Article, Change, Correction, Link, Problem, Reading, Story
from marsad.serve import actors, sources, views
from marsad.serve.site import session_of, site_of

LONGEST = 2000  # characters of a text in a query
Query = Annotated[str, QueryParameter(max_length=LONGEST, description="a query in the language of `marsad search`")]
Cursor = Annotated[str, QueryParameter(max_length=200, description="what `next` of the page before says; empty for the first page")]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="rows at most")]
Id = Annotated[str, PathParameter(min_length=8, max_length=64, description="32 hex digits")]
Who = Annotated[str, QueryParameter(max_length=300, description="an ISO 3166-1 alpha-3 code, or an entity as per:..., org:..., loc:...")]
Day = Annotated[str, QueryParameter(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="YYYY-MM-DD")]
A = schema.article.c


class Found(msgspec.Struct):
    """An article in a list. spans: where the words of a query stand, [start, end] in its text."""

    id: str
    url: str
    outlet: str
    headline: str
    published_at: datetime | None
    score: float | None = None
    spans: list[list[int]] = []


class FoundPage(msgspec.Struct):
    """A page of articles. next: the cursor of the page after it, "" at the end."""

    items: list[Found]
    next: str


class Side(msgspec.Struct):
    """Somebody or something with a part in an event."""

    entity: str
    name: str


class EventRow(msgspec.Struct):
    """An event, and where it was read: start is that of its trigger in the article's text."""

    article_id: str
    url: str
    outlet: str
    published_at: datetime | None
    number: int
    day: str
    type: str
    mode: str
    status: str
    start: int
    score: float
    actors: list[Side]
    recipients: list[Side]
    places: list[Side]
    by: list[Side]


class EventPage(msgspec.Struct):
    """A page of events. next: the cursor of the page after it, "" at the end."""

    items: list[EventRow]
    next: str


class StoryPage(msgspec.Struct):
    """A page of stories. next: the cursor of the page after it, "" at the end."""

    items: list[Story]
    next: str


class Whole(msgspec.Struct):
    """An article with its reading, as the machine read it and as people put it right, and what they said."""

    article: Article
    reading: Reading | None
    corrected: Reading | None
    corrections: list[Correction]
    links: list[Link]


class Version(msgspec.Struct):
    """A version of an address and what it says otherwise than the one before."""

    article_id: str
    headline: str | None
    published_at: datetime | None
    changes: list[Change]


class OutletRow(msgspec.Struct):
    """An outlet and how many articles are kept of it."""

    name: str
    articles: int
    first: str
    last: str


class Said(msgspec.Struct):
    """A correction as a program sends it; who and when are set here."""

    article_id: Annotated[str, msgspec.Meta(max_length=64)]
    what: Annotated[str, msgspec.Meta(max_length=20)]
    target: Annotated[str, msgspec.Meta(max_length=200)]
    verdict: Annotated[str, msgspec.Meta(max_length=20)]
    who: Annotated[str, msgspec.Meta(max_length=80)] = "api"
    values: dict[str, str] = {}
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


def number_of(cursor: str, parts: int = 1) -> tuple[int, ...]:
    """Return the numbers of a cursor, () for the first page; an error of the client for one that is none."""
    if not cursor:
        return ()
    told = cursor.split(".")
    if len(told) != parts or not all(t.isdecimal() and t.isascii() and len(t) < 16 for t in told):
        raise ClientException(detail="no cursor of this list")
    return tuple(map(int, told))


@get("/articles", sync_to_thread=True)
def articles(
    request: Request[Any, Any, Any],
    cursor: Cursor = "",
    limit: Limit = 50,
    country: Annotated[str, QueryParameter(max_length=3)] = "",
    outlet: Annotated[str, QueryParameter(max_length=200)] = "",
) -> FoundPage:
    """Articles, those that came last first."""
    site, before = site_of(request), number_of(cursor)
    where = [A.newest == 1, A.headline.is_not(None), *views.has_marks(views.Filters(country=country.upper(), outlet=outlet.lower()))]
    query = select(A.number, A.id, A.url, A.outlet, A.headline, A.published_at).where(*where, *([A.number < before[0]] if before else []))
    with site.store.reading_from() as db:
        rows = db.execute(query.order_by(A.number.desc()).limit(limit + 1)).all()
    items = [Found(r.id, r.url, r.outlet, r.headline or "", views.moment(r.published_at)) for r in rows[:limit]]
    return FoundPage(items, str(rows[limit - 1].number) if len(rows) > limit else "")


@get("/articles/{article_id:str}", sync_to_thread=True)
def article(request: Request[Any, Any, Any], article_id: Id) -> Whole:
    """An article with all that is kept of it."""
    store = site_of(request).store
    found = store.article(article_id)
    if found is None:
        raise NotFoundException
    reading, said = store.reading(found.id), store.corrections(found.id)
    return Whole(found, reading, corrected(reading, said) if reading else None, said, list(store.links(found.id)))


@get("/articles/{article_id:str}/versions", sync_to_thread=True)
def versions(request: Request[Any, Any, Any], article_id: Id) -> list[Version]:
    """The versions of an article's address."""
    store = site_of(request).store
    found = store.article(article_id)
    if found is None:
        raise NotFoundException
    return [Version(v.article.id, v.article.headline, v.article.published_at, v.changes) for v in line.revisions(store, found.url)]


@get("/articles/{article_id:str}/page", sync_to_thread=True)
def raw(request: Request[Any, Any, Any], article_id: Id) -> dict[str, Any]:
    """The page an article was read from: where it came from, and its bytes in base64."""
    store = site_of(request).store
    found = store.article(article_id)
    page = store.page(found.page_id) if found else None
    if page is None:
        raise NotFoundException
    told: dict[str, Any] = msgspec.to_builtins(page)
    return told


@get("/search", sync_to_thread=True)
def search(request: Request[Any, Any, Any], q: Query, cursor: Cursor = "", limit: Limit = 20) -> FoundPage:
    """Articles that a query finds, the best first."""
    first = (number_of(cursor) or (0,))[0]
    if first > 1000:
        raise ClientException(detail="a search shows its best 1,000; narrow it")
    try:
        hits = line.searched(site_of(request).store, q, first + limit + 1)
    except QueryError as error:
        raise ClientException(detail=str(error)) from error
    items = [
        Found(h.article.id, h.article.url, h.article.outlet, h.article.headline or "", h.article.published_at, h.score, [[s.start, s.end] for s in h.spans])
        for h in hits[first : first + limit]
    ]
    return FoundPage(items, str(first + limit) if len(hits) > first + limit else "")


@get("/events", sync_to_thread=True)
def events(
    request: Request[Any, Any, Any],
    of: Who = "",
    between: Who = "",
    type: Annotated[str, QueryParameter(max_length=20)] = "",
    after: Day = "",
    before: Day = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> EventPage:
    """Events as people corrected them, those that came last first. of: who takes part; between: the other side, in both directions."""
    told = number_of(cursor, 2)
    ask = Ask(of, between, (type.upper(),) if type else (), after, before)
    rows = actors.events(site_of(request).store, ask, limit + 1, (told[0], told[1]) if told else None)

    def sides(some: tuple[tuple[str, str], ...]) -> list[Side]:
        return [Side(entity, name) for entity, name in some]

    items = [
        EventRow(
            r.article.id,
            r.article.url,
            r.article.outlet,
            r.article.at,
            r.ord,
            r.day,
            r.type,
            r.mode,
            r.status,
            r.start,
            r.score,
            sides(r.actors),
            sides(r.recipients),
            sides(r.places),
            sides(r.by),
        )
        for r in rows[:limit]
    ]
    return EventPage(items, f"{rows[limit - 1].number}.{rows[limit - 1].ord}" if len(rows) > limit else "")


@get("/stories", sync_to_thread=True)
def stories(request: Request[Any, Any, Any], cursor: Cursor = "", limit: Limit = 50) -> StoryPage:
    """Stories, those with most articles first."""
    first, s = (number_of(cursor) or (0,))[0], schema.story.c
    if first > 1_000_000:
        raise ClientException(detail="no cursor of this list")
    with site_of(request).store.reading_from() as db:
        rows = db.execute(select(s.record).order_by(s.size.desc(), s.last_at.desc(), s.id).offset(first).limit(limit + 1)).all()
    return StoryPage([msgspec.json.decode(r.record, type=Story) for r in rows[:limit]], str(first + limit) if len(rows) > limit else "")


@get("/stories/{story_id:str}", sync_to_thread=True)
def story(request: Request[Any, Any, Any], story_id: Id) -> Story:
    """A story."""
    found = views.story(site_of(request).store, story_id)
    if found is None:
        raise NotFoundException
    return found.story


@get("/outlets", sync_to_thread=True)
def outlets(request: Request[Any, Any, Any]) -> list[OutletRow]:
    """Outlets, those with most articles first."""
    return [OutletRow(o.name, o.size, o.first, o.last) for o in sources.outlets(site_of(request).store)]


@get("/problems", sync_to_thread=True)
def problems(request: Request[Any, Any, Any], limit: Limit = 100) -> list[Problem]:
    """The problems met last."""
    return site_of(request).store.problems(limit)


@get("/corrections", sync_to_thread=True)
def corrections(request: Request[Any, Any, Any], article_id: Annotated[str, QueryParameter(max_length=64)] = "") -> list[Correction]:
    """What people said of an article's records, or of all."""
    return site_of(request).store.corrections(article_id or None)


@post("/corrections", sync_to_thread=True)
def correct(request: Request[Any, Any, Any], data: JSONBody[Said]) -> Correction:
    """Keep a correction. A browser sends the key of its forms as X-Form-Key; a program its token."""
    site = site_of(request)
    if not (site.guard.is_token(request.headers.get("authorization", "")) or site.guard.is_form_key(session_of(request), request.headers.get("x-form-key", ""))):
        raise NotAuthorizedException(detail="send the token as Authorization: Bearer TOKEN (MARSAD_TOKEN)", status_code=403)
    said = Correction(
        article_id=data.article_id, what=data.what, target=data.target, verdict=data.verdict, who=data.who or "api", at=datetime.now(UTC), values=data.values, note=data.note
    )
    try:
        site.store.correct(said)
    except ValueError as error:
        raise ClientException(detail=str(error)) from error
    site.kept.clear()
    return said


@get("/info", sync_to_thread=True)
def info(request: Request[Any, Any, Any]) -> dict[str, int]:
    """How much the archive holds."""
    return site_of(request).store.counts()


ROUTER = Router("/api", route_handlers=[articles, article, versions, raw, search, events, stories, story, outlets, problems, corrections, correct, info])
