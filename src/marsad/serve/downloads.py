"""Pictures, Atom feeds and downloads of what the pages show."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import msgspec
from litestar import Response, get
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from marsad import line, watches
from marsad.archive.search import QueryError
from marsad.export import FORMS, KINDS, ExportError, export_to
from marsad.records import Article, body_text
from marsad.serve import plots, words
from marsad.serve.pages import weeks_of
from marsad.serve.site import Web, language_of, site_of

MOST = 50
KINDS_OF_FILE = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}


@get("/plot.svg", sync_to_thread=True)
def plot(request: Web) -> Response[bytes]:
    """The weeks of an actor or a pair as a picture."""
    site, q, language = site_of(request), request.query_params, language_of(request)
    who, other = q.get("of", "")[:300], q.get("with", "")[:300]
    weeks = weeks_of(site, who, other)
    if not weeks:
        raise NotFoundException
    theme = q.get("theme") or request.cookies.get("theme") or ""
    spec = plots.weeks(weeks, words.say("count", language), words.say("mean", language), words.say("events_over_time", language), theme == "dark", language == "ar")
    return Response(
        site.drawer.svg(msgspec.json.encode(spec)),
        media_type="image/svg+xml",
        headers={"Cache-Control": "max-age=30", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


def clean(text: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold."""
    return "".join(c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")


def atom(title: str, own: str, base: str, entries: Iterable[tuple[Article, str]]) -> bytes:
    """Return an Atom feed (RFC 4287) of articles, each with the moment it came or was published."""
    rows = list(entries)
    newest = max((at for _, at in rows if at), default=datetime(1970, 1, 1, tzinfo=UTC).isoformat())
    out = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar">',
        f"<title>{escape(clean(title))}</title><id>{escape(clean(own))}</id><updated>{newest}</updated>",
        f'<link rel="self" href={quoteattr(clean(own))}/><generator>Marsad</generator><author><name>Marsad</name></author>',
    ]
    for article, at in rows:
        page = f"{base}/article/{article.id}"
        published = f"<published>{article.published_at.isoformat()}</published>" if article.published_at else ""
        source = f"<author><name>{escape(clean(article.outlet))}</name></author>" if article.outlet else ""
        out.append(
            f"<entry><id>urn:marsad:{article.id}</id><title>{escape(clean(article.headline or ''))}</title><updated>{at or newest}</updated>{published}{source}"
            f'<link rel="alternate" href={quoteattr(page)}/><summary>{escape(clean(body_text(article)[:400]))}</summary></entry>'
        )
    return "\n".join([*out, "</feed>"]).encode("utf8", "replace")


def _atom(request: Web, title: str, entries: Iterable[tuple[Article, str]]) -> Response[bytes]:
    base = str(request.base_url).rstrip("/")
    own = f"{base}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
    return Response(atom(title, own, base, entries), media_type="application/atom+xml; charset=utf-8")


@get("/feed.atom", sync_to_thread=True)
def feed(request: Web) -> Response[bytes]:
    """The newest articles that a search finds."""
    site, query = site_of(request), request.query_params.get("q", "")[:1000]
    try:
        hits = site.kept.of(("search", query), lambda: line.searched(site.store, query, MOST))
    except QueryError as error:
        raise ClientException(detail=str(error)) from error
    told = sorted(((h.article, h.article.published_at.isoformat() if h.article.published_at else "") for h in hits), key=lambda x: x[1], reverse=True)
    return _atom(request, f"{words.say('marsad', language_of(request))}: {query}", told[:MOST])


@get("/watches/{watch_id:str}/feed.atom", sync_to_thread=True)
def watch_feed(request: Web, watch_id: FromPath[str]) -> Response[bytes]:
    """What was new in a watch."""
    site = site_of(request)
    watch = next((w for w in watches.all_of(site.store) if w.id == watch_id), None)
    if watch is None:
        raise NotFoundException
    return _atom(request, watch.name, watches.news_of(site.store, watch.id, MOST))


@get("/download/{kind:str}/{form:str}", sync_to_thread=True)
def download(request: Web, kind: FromPath[str], form: FromPath[str]) -> Response[Any]:
    """Records of the articles that a search finds, or of all, as a file."""
    site, query = site_of(request), request.query_params.get("q", "")[:1000]
    if kind not in KINDS or form not in FORMS:
        raise NotFoundException
    chosen = None
    if query.strip():
        try:
            chosen = [h.article.id for h in line.searched(site.store, query, 1000)]
        except QueryError as error:
            raise ClientException(detail=str(error)) from error
    folder = tempfile.TemporaryDirectory(prefix="marsad-")
    path = Path(folder.name) / f"{kind}.{form}"
    try:
        export_to(site.store, kind, form, str(path), chosen)
    except ExportError as error:
        folder.cleanup()
        raise ClientException(detail=str(error)) from error

    def chunks() -> Iterator[bytes]:
        with folder, path.open("rb") as source:
            while some := source.read(1 << 16):
                yield some

    return Stream(chunks(), media_type=KINDS_OF_FILE[form], headers={"Content-Disposition": f'attachment; filename="{quote(kind)}.{form}"'})


HANDLERS = [plot, feed, watch_feed, download]
