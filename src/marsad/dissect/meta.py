"""What an HTML page says of itself: JSON-LD, meta tags, time elements, title, canonical link."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

_ARTICLE = re.compile(r"Article|BlogPosting|Report$|LiveBlog")
_MARKED = re.compile(r"[\x00-\x1f]+")
_DATE_KEYS = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "pubdate",
    "publishdate",
    "publish_date",
    "sailthru.date",
    "parsely-pub-date",
    "publish-date",
)


class Meta(NamedTuple):
    """Claims of the page; each list in order of trust, values as written.

    headlines, authors; dates: (value, found in "json-ld", "meta" or "time"); outlet; url; language.
    """

    headlines: tuple[str, ...]
    dates: tuple[tuple[str, str], ...]
    authors: tuple[str, ...]
    outlet: str
    url: str
    language: str


def _nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value[:50]:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
            if key in value:
                yield from _nodes(value[key], depth + 1)


def _json_ld(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    found = []
    for script in tree.css('script[type*="ld+json"]'):
        raw = script.text(strip=True)
        try:
            data = json.loads(_MARKED.sub(" ", raw)) if raw and len(raw) < 1_000_000 else None
        except (ValueError, RecursionError):
            continue
        found += [node for node in _nodes(data) if _ARTICLE.search(str(node.get("@type", "")))]
    return found


def _names(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for item in value[:10] for name in _names(item)]
    if isinstance(value, dict):
        value = value.get("name")
        return _names(value) if isinstance(value, list) else [value] if isinstance(value, str) else []
    return [value] if isinstance(value, str) and not value.startswith("http") else []


def _clean(text: str) -> str:
    return " ".join(html.unescape(text).split())


def meta_of(tree: LexborHTMLParser) -> Meta:
    """Return the claims of a parsed page. Broken JSON-LD and odd types are passed over."""
    tags: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
        tags.setdefault(name, _clean(attributes.get("content") or ""))
    linked = _json_ld(tree)
    title = tree.css_first("title")
    link = tree.css_first('link[rel="canonical"]')
    root = tree.css_first("html")
    headlines = [n["headline"] for n in linked if isinstance(n.get("headline"), str)] + [tags.get("og:title", ""), tags.get("twitter:title", ""), title.text() if title else ""]
    dates = [(str(n["datePublished"]), "json-ld") for n in linked if n.get("datePublished")] + [(tags[k], "meta") for k in _DATE_KEYS if tags.get(k)]
    dates += [(value, "time") for t in tree.css("time[datetime]")[:3] if (value := t.attributes.get("datetime"))]
    authors = [name for n in linked for name in _names(n.get("author"))] + [tags.get("author", ""), tags.get("article:author", "")]
    publisher = [name for n in linked for name in _names(n.get("publisher"))]
    return Meta(
        tuple(dict.fromkeys(_clean(h) for h in headlines if h.strip())),
        tuple(dates),
        tuple(dict.fromkeys(_clean(a) for a in authors if a.strip() and not a.startswith("http"))),
        _clean(tags.get("og:site_name") or (publisher[0] if publisher else "")),
        (link.attributes.get("href") or "") if link else tags.get("og:url", ""),
        (root.attributes.get("lang") or "") if root else "",
    )
