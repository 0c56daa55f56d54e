"""Sitemaps, news sitemaps and their indexes (sitemaps.org), read as a stream by expat: no tree, no entities, no document types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from xml.parsers import expat

from marsad.collect.feeds import Item

MOST = 50_000  # addresses of a sitemap, as the standard has it


class Sitemap(NamedTuple):
    """Pages and further sitemaps that one names, and what went wrong ("" when nothing)."""

    items: tuple[Item, ...]
    sitemaps: tuple[str, ...]
    fault: str


class _Stop(Exception):
    pass


def is_sitemap(body: bytes) -> bool:
    """Whether some bytes look like a sitemap or an index of them."""
    head = body[:3000].lower()
    return b"<urlset" in head or b"<sitemapindex" in head


def parse(body: bytes) -> Sitemap:
    """Return what a sitemap names, up to where it is well-formed; a sitemap that breaks off gives what it told before."""
    seen = _Seen()
    parser = expat.ParserCreate(namespace_separator="|")
    parser.StartElementHandler = seen.start
    parser.EndElementHandler = seen.end
    parser.CharacterDataHandler = seen.data
    parser.StartDoctypeDeclHandler = seen.doctype
    fault = ""
    try:
        parser.Parse(body, True)
    except _Stop as stop:
        fault = str(stop)
    except expat.ExpatError as error:
        fault = f"not well-formed: {error}"
    return Sitemap(tuple(seen.items), tuple(seen.maps), fault)


class _Seen:
    def __init__(self) -> None:
        self.items: list[Item] = []
        self.maps: list[str] = []
        self.text: list[str] = []
        self.row: dict[str, str] = {}

    def doctype(self, *_: object) -> None:
        raise _Stop("it has a document type, which is not read")

    def start(self, name: str, _: dict[str, str]) -> None:
        self.text = []
        if name.rpartition("|")[2] in ("url", "sitemap"):
            self.row = {}

    def data(self, text: str) -> None:
        self.text.append(text)

    def end(self, name: str) -> None:
        space, _, tag = name.rpartition("|")
        value = "".join(self.text).strip()
        self.text = []
        if tag in ("loc", "lastmod", "publication_date", "title") and "image" not in space and "video" not in space:
            self.row.setdefault(tag, value)
        elif tag == "sitemap" and self.row.get("loc", "").startswith("http"):
            self.maps.append(self.row["loc"])
        elif tag == "url" and self.row.get("loc", "").startswith("http"):
            self.items.append(Item(self.row["loc"], self.row.get("title", ""), "", _moment(self.row.get("publication_date") or self.row.get("lastmod") or "")))
            if len(self.items) >= MOST:
                raise _Stop(f"more than {MOST:,} addresses; the first are read")


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
