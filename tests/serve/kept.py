"""Articles for the pages' tests."""

from __future__ import annotations

import msgspec

from marsad.archive import Archive
from marsad.dissect import dissect
from marsad.read import read
from marsad.records import page_of


def put(store: Archive, title: str, text: str, url: str = "https://x.example/1", day: str = "2024-11-28", outlet: str = "", fast: bool = True) -> str:
    """Keep an article that comes as a record, read; return its id."""
    page = page_of(msgspec.json.encode({"title": title, "text": text, "published": day, "source": outlet}), url, outlet=outlet, media_type="application/json")
    article, _ = dissect(page)
    assert article
    store.put(page, article, [], read(article, fast))
    return article.id
