"""Finds the feeds and sitemaps of a site: what its home page names, and what robots.txt does."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_LINK = re.compile(r"(?:^|[/._-])(?:rss|feeds?|atom)(?:$|[/._?-])", re.IGNORECASE)
GUESSES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml")
MOST = 20


def feeds_of(body: str, url: str) -> list[str]:
    """Return the feeds a home page names: those it declares first, then links that look like feeds; at most MOST."""
    tree = LexborHTMLParser(body)
    out = [node.attributes.get("href") for node in tree.css("link[rel~=alternate]") if (node.attributes.get("type") or "").lower() in _TYPES]
    out += [node.attributes.get("href") for node in tree.css("a[href]") if _LINK.search(node.attributes.get("href") or "")]
    found = [urljoin(url, href.strip()) for href in out if href]
    return list(dict.fromkeys(f for f in found if f.startswith(("http://", "https://"))))[:MOST]
