"""An article on the screen: its text with every record marked, its versions, what belongs with it."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from marsad import line
from marsad.corrections import corrected, name_of, newest
from marsad.lands import land
from marsad.records import Reading
from marsad.relate.revisions import changes
from marsad.serve import views, words
from marsad.serve.marking import Mark, of_reading, pieces, spans_of
from marsad.serve.site import Site, Web, at_once, language_of, page, site_of

SHOWN = ("headline", "standfirst", "body", "byline", "date", "caption")
MOST = 100_000  # characters of a text that a page shows at once


@get("/article/{article_id:str}", sync_to_thread=True)
@at_once
def article(request: Web, article_id: FromPath[str]) -> Response[bytes]:
    """The text as published with every record marked."""
    site = site_of(request)
    found = site.store.article(article_id)
    if found is None:
        raise NotFoundException
    links = list(site.store.links(found.id))
    machine, said = site.store.reading(found.id), site.store.corrections(found.id)
    reading = corrected(machine, said) if machine else None
    language = language_of(request)
    at = spans_of(request.query_params.get("at", ""))
    other = request.query_params.get("copy", "")
    shared = [s for link in links if other and other in (link.left_id, link.right_id) for r in link.because for s in (r.left if link.left_id == found.id else r.right)]
    cut = request.query_params.get("cut") == "1" or any(b.role not in SHOWN and any(b.start <= s.start < b.end for s in at) for b in found.blocks)
    marks = (
        marks_of(site, reading, language)
        + [Mark(s.start, s.end, "evidence", "", "at" if n == 0 else "") for n, s in enumerate(at)]
        + [Mark(s.start, s.end, "shared") for s in shared]
    )
    room = len(found.text) if request.query_params.get("all") == "1" else max(MOST, max((s.end for s in at), default=0) + 1000)
    blocks = []
    for block in found.blocks:
        if (cut or block.role in SHOWN) and room > 0:
            blocks.append((block, pieces(found.text, block.start, min(block.end, block.start + room), [m for m in marks if m.start < block.end and m.end > block.start])))
            room -= block.end - block.start
    versions = site.store.versions(found.url)
    named = site.names.all({m.entity_id or f"place:{m.country}" for m in reading.mentions if m.entity_id or m.country} if reading else (), language)
    values = {
        "article": found, "blocks": blocks, "more": room <= 0, "cut": cut, "hidden": sum(b.role not in SHOWN for b in found.blocks), "reading": reading, "named": named, "versions": versions,
        "said": newest(said), "corrections": said, "name_of": name_of, "story_id": views.story_of(site.store, found.id), "links": links, "other": other,
    }  # fmt: skip
    return page(request, "article.html", values)


def marks_of(site: Site, reading: Reading | None, language: str) -> list[Mark]:
    """Return the marks of a reading with titles in a language."""
    if reading is None:
        return []
    titles = site.names.all({m.entity_id for m in reading.mentions if m.entity_id}, language)
    titles |= {code: land(code, language) for code in {m.country for m in reading.mentions}} | {name: words.term(words.TYPES, name, language) for name in words.TYPES}
    return of_reading(reading, titles)


@get("/article/{article_id:str}/versions", sync_to_thread=True)
@at_once
def versions(request: Web, article_id: FromPath[str]) -> Response[bytes]:
    """The versions of an article's address, and what each says otherwise."""
    site = site_of(request)
    found = site.store.article(article_id)
    if found is None:
        raise NotFoundException
    kept = site.store.versions(found.url)
    told: list[Reading | None] = [site.store.told(a.id) for a in kept]
    steps = [(kept[n], kept[n - 1] if n else None, changes(kept[n - 1], kept[n], told[n - 1], told[n]) if n else []) for n in range(len(kept))]
    return page(request, "versions.html", {"article": found, "steps": steps})


@get("/article/{article_id:str}/related", sync_to_thread=True)  # not at once: it keeps vectors that are missing, and reads them then
def related(request: Web, article_id: FromPath[str]) -> Response[bytes]:
    """What in the archive belongs with an article, with the reasons in both texts."""
    site = site_of(request)
    found = site.store.article(article_id)
    if found is None:
        raise NotFoundException
    links, others = site.kept.of(("related", article_id), lambda: line.related_quietly(site.store, found))
    return page(request, "related.html", {"article": found, "links": links, "others": others})


HANDLERS = [article, versions, related]
