"""The records that flow along the line. Frozen; imports nothing of ours; serialised as JSON Lines.

Offsets are Unicode code points, half-open, into `Article.text`, which is never altered after `dissect`.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec

ROLES = (
    "headline",
    "standfirst",
    "body",
    "byline",
    "date",
    "caption",
    "teaser_title",
    "teaser_text",
    "label",
    "boilerplate",
)


class Span(msgspec.Struct, frozen=True, order=True):
    """A stretch of a text.

    start: first code point; end: one past the last.
    """

    start: int
    end: int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a source gave, byte for byte.

    id: hash of url and body; url: where it was fetched, or the file's path; outlet: the publisher's name or host, "" when unknown;
    fetched_at: UTC; media_type: "text/html" or "text/plain", "" to let `dissect` look; body: exact bytes; encoding: as declared
    by the server, "" when it said nothing.
    """

    id: str
    url: str
    outlet: str = ""
    fetched_at: datetime | None = None
    media_type: str = ""
    body: bytes
    encoding: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a page with its role.

    start, end: into `Article.text`; role: one of ROLES; score: 0-1, the model's probability of the role;
    path: XPath of the element (HTML) or the line's number from 1 (plain text).
    """

    start: int
    end: int
    role: str
    score: float
    path: str


class Teaser(msgspec.Struct, frozen=True, kw_only=True):
    """Another story as this page advertises it.

    headline: span of its title; excerpt: span of its excerpt, or None; url: its link when the page is HTML, or None.
    """

    headline: Span
    excerpt: Span | None = None
    url: str | None = None


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """A page told apart. The body is the view over its `standfirst` and `body` blocks.

    id: hash of page_id and origin; text: the whole visible text of the page, line by line (exact for plain text); blocks: in order,
    not overlapping; headline: the page's own headline, None when the page holds no article; published_at: UTC, or None;
    published_from: "json-ld", "meta", "time", "visible", "url", "record", or None; authors: as the page names them; language: BCP-47, "und" when
    there is too little to tell; teasers: other stories; origin: dissector and version.
    """

    id: str
    page_id: str
    url: str
    outlet: str
    text: str
    blocks: tuple[Block, ...]
    headline: str | None
    published_at: datetime | None
    published_from: str | None
    authors: tuple[str, ...]
    language: str
    teasers: tuple[Teaser, ...]
    origin: str


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A name or a description of somebody or something in an article.

    start, end: into `Article.text`; kind: PER, ORG, LOC or NOM (an unnamed actor); entity_id: the thing meant, None when it is not known; country: ISO 3166-1 alpha-3 or "";
    sector: PLOVER sector or ""; score: 0-1.
    """

    start: int
    end: int
    kind: str
    country: str
    sector: str
    score: float
    entity_id: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to whom.

    trigger: the word that names it; type: PLOVER type or STATE; mode: PLOVER mode or ""; actors, recipients, places, by (who says so): numbers of mentions in the Reading;
    when: number of a date, or None; content: what is said or demanded, or None; status: asserted, denied, planned, demanded, possible or historical; score: 0-1;
    also: triggers elsewhere in the article that tell the same event (its headline).
    """

    trigger: Span
    type: str
    mode: str
    actors: tuple[int, ...]
    recipients: tuple[int, ...]
    places: tuple[int, ...]
    by: tuple[int, ...]
    when: int | None
    content: Span | None
    status: str
    score: float
    also: tuple[Span, ...] = ()


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number as the text gives it.

    start, end: the number with its noun and bound words; value: as a number; upper: the end of a range, or None; unit: the counted noun as written; what: killed injured
    arrested displaced troops attacks money votes other; bound: one of = > < >= <= ~.
    """

    start: int
    end: int
    value: float
    unit: str
    what: str
    bound: str
    upper: float | None = None


class Date(msgspec.Struct, frozen=True, kw_only=True):
    """A time expression: start, end; value by TIMEX3, resolved against the publication day."""

    start: int
    end: int
    value: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What an article says. Events point to mentions and dates by their number; origin: reader and version."""

    article_id: str
    mentions: tuple[Mention, ...]
    events: tuple[Event, ...]
    figures: tuple[Figure, ...]
    dates: tuple[Date, ...]
    origin: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why two articles are linked.

    what: passage, entity, country, event, meaning or teaser; text: the reason in words; left, right: where it stands in each article, empty when it stands nowhere in particular.
    """

    what: str
    text: str
    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Two articles that belong together.

    left_id: the one that was first, or is asked about; right_id: the other; kind: copy (the same text), revision (of one URL) or related; score: 0-1, for copies the share of
    the shorter text that both have; because: the reasons, weightiest first; agency: whom the copies credit, "" when nobody.
    """

    left_id: str
    right_id: str
    kind: str
    score: float
    because: tuple[Reason, ...]
    agency: str = ""


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Articles that tell one event and what follows from it.

    id: hash of its first article's id; article_ids: by time, copies too; headline: of its most central article; first_at, last_at: UTC, None when no article is dated;
    entities: the names that mark it, rarest and most frequent first.
    """

    id: str
    article_ids: tuple[str, ...]
    headline: str
    first_at: datetime | None
    last_at: datetime | None
    entities: tuple[str, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two versions of one address.

    what: headline, date, figure, event or passage; before, after: where it stands in the earlier and the later text, None when it is not there; text: the change in words, as «110 → 130» for a
    figure, the type for an event.
    """

    what: str
    before: Span | None
    after: Span | None
    text: str


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of one record of a machine's reading; kept beside it.

    what: event, mention or link; target: which one, "start:end:TYPE" of an event's trigger, "start:end" of a mention, "kind:id of the other article" of a link; verdict: wrong, right or changed;
    values: of what is changed, the new values by field (roles of events as "start:end" of mentions, blanks between); who: a name; at: UTC; note: free.
    """

    article_id: str
    what: str
    target: str
    verdict: str
    who: str
    at: datetime
    values: dict[str, str] = {}
    note: str = ""

    @property
    def id(self) -> str:
        """Hash of article, target, person and moment."""
        return key(self.article_id, self.what, self.target, self.who, self.at.isoformat())


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something expected that went wrong; kept and shown, never lost.

    stage: package that met it; subject_id: page, article or path; code: stable word for programs; detail: one sentence that names the
    file and the mend; span: where in the text, or None.
    """

    stage: str
    subject_id: str
    code: str
    detail: str
    span: Span | None = None


def key(*parts: str | bytes) -> str:
    """Return the id of a record: 32 hex digits of BLAKE2b over its key parts. Equal parts give equal ids.

    >>> key("a", b"b") == key("a", "b"), key("ab", "") == key("a", "b")
    (True, False)
    """
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf8", "surrogatepass") if isinstance(part, str) else part
        state.update(len(raw).to_bytes(8, "big") + raw)
    return state.hexdigest()


def page_of(body: bytes, url: str, *, outlet: str = "", media_type: str = "", encoding: str = "", fetched_at: datetime | None = None) -> Page:
    """Return the Page of some bytes; its id depends on url and body alone."""
    return Page(id=key(url, body), url=url, outlet=outlet, fetched_at=fetched_at, media_type=media_type, body=body, encoding=encoding)


def body_blocks(article: Article) -> list[Block]:
    """Return the blocks that make the article's body: standfirst and paragraphs, in order."""
    return [b for b in article.blocks if b.role in ("standfirst", "body")]


def body_text(article: Article) -> str:
    """Return the body as paragraphs, one a line."""
    return "\n".join(article.text[b.start : b.end] for b in body_blocks(article))


def day_of(article: Article, reading: Reading, event: Event) -> tuple[str, bool]:
    """Return the day of an event as YYYY-MM-DD and whether the text itself says it: else it is the day of publication, "" when that is not known."""
    value = reading.dates[event.when].value if event.when is not None else ""
    if len(value) >= 10 and value[4] == value[7] == "-" and value[:4].isdecimal() and value[8:10].isdecimal():
        return value[:10], True
    return (article.published_at.date().isoformat() if article.published_at else ""), False


def utc(moment: datetime) -> datetime:
    """Return the moment in UTC; one without a zone is taken as UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
