"""Articles that come told apart already: a headline and a text, as JSON records of archives and APIs have them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from marsad.arabic.calendar import full_dates
from marsad.arabic.language import language_of
from marsad.records import Article, Block, Page, Problem, key, utc
from marsad.spans import line_spans

ORIGIN = "marsad.dissect.told 1"


class _Told(msgspec.Struct):
    """The names that records give these things; the first that is there counts."""

    title: str | None = None
    headline: str | None = None
    text: str | None = None
    content: str | None = None
    body: str | None = None
    published: str | None = None
    date: str | None = None
    date_extracted: str | None = None
    author: str | list[str] | None = None


def moment_of(text: str | None) -> datetime | None:
    """Return the moment that a date as records write it means, in UTC; None when it is none. A date in words or in another order («22/3/2025») is read as in a text."""
    if not text:
        return None
    try:
        return utc(datetime.fromisoformat(text.strip()))
    except ValueError:
        found = full_dates(text)
        return utc(datetime.fromisoformat(found[0].value[:10])) if found else None


def bare(article_id: str, page_id: str, url: str, outlet: str, title: str, text: str, published_at: datetime | None, authors: tuple[str, ...], origin: str) -> Article:
    """Return an Article of a headline and a text: the headline is the first line, every line after it a body block; without one, the first line of the text stands for it."""
    title = " ".join(title.split())
    whole = f"{title}\n{text}"
    spans = [s for s in line_spans(whole) if whole[s.start : s.end].strip()]
    blocks = tuple(Block(start=s.start, end=s.end, role="headline" if title and s.start == 0 else "body", score=1.0, path=str(n)) for n, s in enumerate(spans, 1))
    return Article(
        id=article_id, page_id=page_id, url=url, outlet=outlet, text=whole, blocks=blocks, headline=title or (whole[spans[0].start : spans[0].end][:120] if spans else None),
        published_at=published_at, published_from="record" if published_at else None, authors=authors, language=language_of(whole), teasers=(), origin=origin,
    )  # fmt: skip


def article_of(page: Page) -> tuple[Article | None, list[Problem]]:
    """Return the Article of a JSON record; a record without headline and text is a Problem (no-text), one that is no JSON object too (bad-record)."""
    try:
        told = msgspec.json.decode(page.body, type=_Told, strict=False)
    except (msgspec.MsgspecError, UnicodeError) as error:
        return None, [Problem(stage="dissect", subject_id=page.id, code="bad-record", detail=f"{page.url}: no article ({error})")]
    title, text = told.title or told.headline or "", (told.text or told.content or told.body or "").replace("\r\n", "\n").replace("\r", "\n")
    if not (title + text).strip():
        return None, [Problem(stage="dissect", subject_id=page.id, code="no-text", detail=f"{page.url}: the record has neither headline nor text")]
    if "\0" in title + text:
        return None, [Problem(stage="dissect", subject_id=page.id, code="nul", detail=f"{page.url}: the record holds U+0000; remove it")]
    authors = tuple(a.strip() for a in ([told.author] if isinstance(told.author, str) else told.author or []) if a.strip())
    at = moment_of(told.published or told.date or told.date_extracted)
    return bare(key(page.id, ORIGIN), page.id, page.url, page.outlet, title, text, at, authors, ORIGIN), []
