"""First stage: sources become Pages. Local files here; addresses by `fetch`, `feeds`, `sitemaps`, `discover`, which `marsad.gather` strings together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from marsad.collect import files
from marsad.collect.files import MAX_BYTES
from marsad.records import Page, Problem, page_of

__all__ = ["MAX_BYTES", "collect"]


def collect(sources: list[str]) -> Iterator[Page | Problem]:
    """Yield a Page for every page of the files named, of the folders named (sorted), or on standard input ("-").

    Taken are .html .htm .xhtml .txt, each also as .gz or .zst, .mht .mhtml, .json and .jsonl of articles, .zip of all these, .warc and .wet. What cannot be read comes as a Problem:
    not-found, unreadable, too-large (a page over 20 MB), bomb, cut-off, damaged, bad-record, no-pages (a folder or file without any).
    """
    for source in sources:
        path = Path(source)
        if source == "-":
            body = sys.stdin.buffer.read(MAX_BYTES + 1)
            large = Problem(stage="collect", subject_id="-", code="too-large", detail=f"-: more than {MAX_BYTES:,} bytes; split it into pages")
            yield page_of(body, "-") if len(body) <= MAX_BYTES else large
        elif path.is_dir():
            found = sorted(p for p in path.rglob("*") if files.wanted(p) and p.is_file())
            if not found:
                yield Problem(stage="collect", subject_id=source, code="no-pages", detail=f"{source}: no page (.html .txt .json .zip .warc ...) in this folder")
            for one in found:
                yield from files.pages(one)
        else:
            yield from files.pages(path)
