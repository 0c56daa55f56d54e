"""Feeds: RSS, RDF and Atom (feedparser), JSON Feed. An item's link is what is fetched; what the feed says of it is kept in case the page does not come."""

from __future__ import annotations

import html
import json
import time
from calendar import timegm
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin

import feedparser

MOST = 2000  # items of a feed
FALLBACK = 100_000  # characters of an item's text that are kept
_STARTS = (b"<rss", b"<feed", b"<rdf:rdf", b"<channel")


class Item(NamedTuple):
    """One address that a source names. title, text (HTML), published_at: as the source tells them, "" and None when it does not."""

    url: str
    title: str = ""
    text: str = ""
    published_at: datetime | None = None


class Feed(NamedTuple):
    """A feed: its title, its items in its order, what of it could not be used."""

    title: str
    items: tuple[Item, ...]
    faults: tuple[str, ...]


def is_feed(body: bytes, media_type: str = "") -> bool:
    """Whether some bytes look like a feed."""
    head = body[:2000].lower().lstrip()
    if head.startswith(b"{"):
        return b"jsonfeed.org/version" in body[:2000]
    return any(start in head for start in _STARTS) or media_type in ("application/rss+xml", "application/atom+xml", "application/rdf+xml")


def parse(body: bytes, url: str, media_type: str = "") -> Feed:
    """Return a feed; items without a usable address and items told twice are left out and counted in `faults`."""
    if body.lstrip()[:1] == b"{":
        return _json_feed(body, url)
    if b"<!entity" in body[:4096].lower():
        return Feed("", (), ("it declares XML entities, which are not read",))
    told: Any = feedparser.parse(body, response_headers={"content-location": url, "content-type": media_type or "application/xml"}, sanitize_html=False)
    faults = [f"not well-formed ({str(told.bozo_exception)[:120]})"] if told.get("bozo") and not told.entries else []
    rows = []
    for entry in told.entries[:MOST]:
        content = max((c.get("value", "") for c in entry.get("content", [])), key=len, default="") or entry.get("summary", "")
        link = entry.get("link") or (entry.get("id") if str(entry.get("id", "")).startswith("http") else "")
        rows.append((link, entry.get("title", ""), content, entry.get("published_parsed") or entry.get("updated_parsed")))
    if len(told.entries) > MOST:
        faults.append(f"{len(told.entries):,} items, the first {MOST:,} are read")
    return _feed(told.feed.get("title", ""), url, rows, faults)


def _json_feed(body: bytes, url: str) -> Feed:
    try:
        told = json.loads(body)
        rows = [
            (i.get("url") or i.get("external_url") or "", i.get("title") or "", i.get("content_html") or html.escape(i.get("content_text") or ""), i.get("date_published"))
            for i in told.get("items", [])[:MOST]
            if isinstance(i, dict)
        ]
    except (ValueError, AttributeError, TypeError) as error:
        return Feed("", (), (f"no JSON Feed ({error})",))
    return _feed(str(told.get("title") or ""), url, rows, [])


def _feed(title: str, url: str, rows: list[tuple[Any, Any, Any, Any]], faults: list[str]) -> Feed:
    items: dict[str, Item] = {}
    lost = 0
    for link, name, text, moment in rows:
        address = urljoin(url, str(link).strip()) if link else ""
        if not address.startswith(("http://", "https://")):
            lost += 1
        elif address not in items:
            items[address] = Item(address, _plain(str(name)), str(text)[:FALLBACK], _moment(moment))
    if lost:
        faults.append(f"{lost} items without a usable link")
    return Feed(_plain(title), tuple(items.values()), tuple(faults))


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).replace("\0", " ").split())


def _moment(told: Any) -> datetime | None:
    """The moment a feed tells, in UTC; None when it is none or lies before 1990."""
    try:
        at = datetime.fromtimestamp(timegm(told), UTC) if isinstance(told, time.struct_time) else datetime.fromisoformat(told) if told else None
        at = at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
        return at.astimezone(UTC) if at and at.year >= 1990 else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def fallback(item: Item) -> bytes:
    """Return what a feed says of an item as a small page, for when its own page cannot be had."""
    when = f'<meta property="article:published_time" content="{item.published_at.isoformat()}">' if item.published_at else ""
    title = html.escape(item.title)
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>{when}</head><body><article><h1>{title}</h1>\n<div>{item.text}</div></article></body></html>'.encode()
