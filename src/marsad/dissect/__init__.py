"""Second stage: a Page becomes an Article, its lines told apart. Pure; never raises on any bytes.

article, problems = dissect(page)
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from marsad.arabic.language import language_of
from marsad.dissect import article as parts
from marsad.dissect import told
from marsad.dissect.decode import decode
from marsad.dissect.lines import MAX_LINES, Line, html_lines, plain_lines
from marsad.dissect.meta import Meta, meta_of
from marsad.dissect.roles import blocks_of, bundled
from marsad.records import Article, Block, Page, Problem, key

ORIGIN = "marsad.dissect 1"
MAX_BYTES = 20_000_000
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|div|p|table|article|meta)\b", re.I)

__all__ = ["MAX_BYTES", "ORIGIN", "dissect"]


def is_html(page: Page) -> bool:
    """Whether a page is HTML: by its media type, else by a look at its first bytes."""
    if page.media_type:
        return "html" in page.media_type
    head = page.body[:4096]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.replace(b"\x00", b"")
    return _HTML.search(head) is not None


def _refusal(page: Page) -> Problem | None:
    """The reason a page cannot be dissected at all, or None."""
    body = page.body
    code, detail = "", ""
    if not body.strip():
        code, detail = "empty", "the page is empty; fetch it again"
    elif len(body) > MAX_BYTES:
        code, detail = "too-large", f"the page has {len(body):,} bytes, more than {MAX_BYTES:,}; split it into pages"
    elif body[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\x00" in body:
        head = body[:4096]
        odd = sum(b < 9 or 13 < b < 32 for b in head) / len(head)
        code, detail = ("binary", "this is a binary file, no page") if odd > 0.1 else ("nul", f"the page holds U+0000 at byte {body.index(0)}; remove it")
    elif body[:5] in (b"%PDF-", b"PK\x03\x04\x14") or body[:4] in (b"\x89PNG", b"GIF8", b"\xff\xd8\xff\xe0", b"\x1f\x8b\x08\x00"):
        code, detail = "binary", "this is a binary file, no page"
    return Problem(stage="dissect", subject_id=page.id, code=code, detail=f"{page.url}: {detail}") if code else None


def dissect(page: Page) -> tuple[Article | None, list[Problem]]:
    """Return the Article of a page and what went wrong on the way.

    No Article comes back for a page that is empty, binary, holds U+0000, or has over 20 MB (codes empty, binary, nul, too-large), or shows no
    text (no-text). Broken bytes (broken-encoding) and lines beyond the first 3,000 (too-many-lines, they get no block) are reported beside the
    Article. A page that holds no article comes back with headline None.
    """
    if refusal := _refusal(page):
        return None, [refusal]
    if page.media_type == "application/json":
        return told.article_of(page)
    problems: list[Problem] = []
    text, encoding, fault = decode(page.body, page.encoding)
    if fault:
        problems.append(_problem(page, fault, f"some bytes are not valid {encoding}; they are read as U+FFFD"))
    meta: Meta | None = None
    if is_html(page):
        tree = LexborHTMLParser(text)
        meta = meta_of(tree)
        text, lines = html_lines(tree)
    else:
        lines = plain_lines(text, MAX_LINES + 1)
    if len(lines) > MAX_LINES:
        problems.append(_problem(page, "too-many-lines", f"only the first {MAX_LINES:,} lines are told apart; split the page"))
        lines = lines[:MAX_LINES]
    if not lines:
        return None, [*problems, _problem(page, "no-text", "the page shows no text; it may need a browser to fill it")]
    blocks = blocks_of(bundled(), text, lines, parts.claimed(text, lines, meta) if meta else None)
    return _article(page, text, lines, blocks, meta), problems


def _problem(page: Page, code: str, detail: str) -> Problem:
    return Problem(stage="dissect", subject_id=page.id, code=code, detail=f"{page.url}: {detail}")


def _article(page: Page, text: str, lines: list[Line], blocks: list[Block], meta: Meta | None) -> Article:
    body = " ".join(text[b.start : b.end] for b in blocks if b.role in ("body", "standfirst"))
    url = page.url if "://" in page.url or not (meta and meta.url) else meta.url
    moment, where = parts.published(text, blocks, meta, url)
    return Article(
        id=key(page.id, ORIGIN),
        page_id=page.id,
        url=url,
        outlet=page.outlet or (meta.outlet if meta else ""),
        text=text,
        blocks=tuple(blocks),
        headline=parts.headline(text, blocks),
        published_at=moment,
        published_from=where,
        authors=parts.authors(text, blocks, meta),
        language=language_of(body or text),
        teasers=parts.teasers(text, blocks, lines),
        origin=ORIGIN,
    )
