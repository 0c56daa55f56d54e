"""A finished run, or some days of it, into an archive."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from marsad.archive import Archive, Entry
from marsad.batch.second import told
from marsad.records import Link, Story, page_of

PORTION = 200


def taken(store: Archive, run: Path, days: list[str]) -> int:
    """Put the articles of a run with their readings into an archive, then its links and stories; return how many articles were new. The pages themselves stay where they are: the archive keeps the record of each article in place of one."""
    count, ids = 0, set()
    some: list[Entry] = []
    for article, reading in told(run, days=[d for d in days if (run / "articles" / f"day={d}").is_dir()] if days else ()):
        page = page_of(msgspec.json.encode({"title": article.headline, "text": article.text}), article.url, outlet=article.outlet, media_type="application/json")
        article = msgspec.structs.replace(article, page_id=page.id)
        some.append(Entry(page, article, (), reading))
        ids.add(article.id)
        if len(some) >= PORTION:
            count += sum(store.put_all(some))
            some = []
    count += sum(store.put_all(some))
    found: list[Link | Story] = [
        link
        for r in pq.read_table(run / "links/links.parquet", columns=["record"]).to_pylist()
        if {(link := msgspec.json.decode(r["record"], type=Link)).left_id, link.right_id} <= ids
    ]
    for r in pq.read_table(run / "stories/stories.parquet", columns=["record"]).to_pylist():
        story = msgspec.json.decode(r["record"], type=Story)
        inside = tuple(i for i in story.article_ids if i in ids)
        if inside:
            found.append(msgspec.structs.replace(story, article_ids=inside))
    store.put_relations(found, ids)
    return count
