"""WARC and WET files (fastwarc): pages of crawls, with truncation and digests looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

from marsad.records import Page, Problem, page_of, utc

MAX_BYTES = 20_000_000
SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".wet", ".wet.gz", ".warc.wet", ".warc.wet.gz")
_HTML = ("text/html", "application/xhtml+xml")


def pages(path: Path) -> Iterator[Page | Problem]:
    """Yield the HTML answers and text conversions of a WARC or WET file; records that are cut off, damaged or too large, and a file that breaks off, come as Problems."""
    number = 0
    try:
        with path.open("rb") as source:
            for number, record in enumerate(ArchiveIterator(source, record_types=WarcRecordType.response | WarcRecordType.conversion, parse_http=False, verify_digests=False), 1):
                where = f"{path}#{number}"
                url = record.headers.get("WARC-Target-URI") or where
                if record.content_length > MAX_BYTES:
                    yield _problem(where, "too-large", f"{url}: {record.content_length:,} bytes, more than {MAX_BYTES:,}")
                    continue
                if record.headers.get("WARC-Block-Digest") and not record.verify_block_digest():
                    yield _problem(where, "damaged", f"{url}: its bytes do not have the digest that the file gives")
                    continue
                if record.record_type == WarcRecordType.response:
                    if not record.is_http:
                        continue
                    record.parse_http()
                    kind = (record.http_content_type or "").lower()
                    if record.http_headers.status_code != 200 or kind not in _HTML:
                        continue
                else:
                    kind = "text/plain"
                length = record.content_length
                body = record.reader.read()
                if len(body) < length or record.headers.get("WARC-Truncated"):
                    yield _problem(where, "cut-off", f"{url}: {len(body):,} of {length:,} bytes are there")
                    if len(body) < length:
                        return
                at = record.record_date
                charset = record.http_charset or "" if record.record_type == WarcRecordType.response else "utf-8"
                yield page_of(body, url, media_type="text/html" if kind in _HTML else "text/plain", encoding=charset, fetched_at=utc(at.astimezone(UTC)) if at else None)
    except (OSError, RuntimeError, ValueError, EOFError) as error:
        yield _problem(str(path), "cut-off", f"{path}: breaks off or is damaged after record {number} ({error}); what came before is kept")
        return
    if number == 0:
        yield _problem(str(path), "no-pages", f"{path}: no page in this WARC file, or it breaks off before the first")


def _problem(subject: str, code: str, detail: str) -> Problem:
    return Problem(stage="collect", subject_id=subject, code=code, detail=detail)
