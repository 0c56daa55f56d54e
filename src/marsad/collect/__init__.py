"""First stage: sources become Pages. For now files and folders; feeds, the web and WARC follow."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from marsad.records import Page, Problem, page_of

SUFFIXES = {".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".txt": "text/plain"}
MAX_BYTES = 20_000_000


def _read(path: Path) -> Page | Problem:
    name = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Problem(stage="collect", subject_id=name, code="too-large", detail=f"{name}: {size:,} bytes, more than {MAX_BYTES:,}; split it into pages")
        return page_of(path.read_bytes(), name, media_type=SUFFIXES.get(path.suffix.lower(), ""))
    except FileNotFoundError:
        return Problem(stage="collect", subject_id=name, code="not-found", detail=f"{name}: there is no such file; check the path")
    except OSError as error:
        return Problem(stage="collect", subject_id=name, code="unreadable", detail=f"{name}: {error.strerror or error}; check its permissions")


def collect(sources: list[str]) -> Iterator[Page | Problem]:
    """Yield a Page for every file named or found in a folder named (.html .htm .xhtml .txt, sorted), or for standard input ("-").

    What cannot be read comes as a Problem: not-found, unreadable, too-large (over 20 MB), no-pages (a folder without any).
    """
    for source in sources:
        path = Path(source)
        if source == "-":
            body = sys.stdin.buffer.read(MAX_BYTES + 1)
            yield (
                page_of(body, "-")
                if len(body) <= MAX_BYTES
                else Problem(stage="collect", subject_id="-", code="too-large", detail=f"-: more than {MAX_BYTES:,} bytes; split it into pages")
            )
        elif path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            if not found:
                yield Problem(stage="collect", subject_id=source, code="no-pages", detail=f"{source}: no {', '.join(SUFFIXES)} file in this folder")
            yield from map(_read, found)
        else:
            yield _read(path)
