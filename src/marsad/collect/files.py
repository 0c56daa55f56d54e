"""Local files: pages, packed pages, saved pages (MHTML), articles as JSON or JSON Lines, zips of all these, WARC and WET."""

from __future__ import annotations

import email
import email.policy
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec
import zstandard

from marsad.collect import warc
from marsad.records import Page, Problem, page_of

PAGES = {".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".txt": "text/plain"}
PACKED = (".gz", ".zst")
HOLDERS = (".json", ".jsonl", ".ndjson", ".mht", ".mhtml", ".zip")  # a .json of a folder may be anything: it is taken only when it is named
MAX_BYTES = 20_000_000  # of a page
MAX_HELD = 1_000_000_000  # of a file that holds many, unpacked
RATIO = 200  # times its size that a packed file may unpack to


def wanted(path: Path) -> bool:
    """Whether a file of a folder is taken: by the end of its name."""
    name = path.name.lower()
    plain = name[: name.rindex(".")] if name.endswith(PACKED) else name
    return name.endswith(warc.SUFFIXES) or (PurePosixPath(plain).suffix in (*PAGES, *HOLDERS) and not plain.endswith(".json"))


def _problem(subject: str, code: str, detail: str) -> Problem:
    return Problem(stage="collect", subject_id=subject, code=code, detail=detail)


def pages(path: Path) -> Iterator[Page | Problem]:
    """Yield the pages of one file; what cannot be read comes as a Problem: not-found, unreadable, too-large, bomb, cut-off, bad-record, no-pages."""
    name = str(path)
    try:
        if name.lower().endswith(warc.SUFFIXES):
            path.stat()
            yield from warc.pages(path)
        elif name.lower().endswith(".zip"):
            yield from _zip(path)
        else:
            size, limit = path.stat().st_size, MAX_HELD if name.lower().endswith((*HOLDERS, *PACKED)) else MAX_BYTES
            if size > limit:
                yield _problem(name, "too-large", f"{name}: {size:,} bytes, more than {limit:,}; split it")
            else:
                yield from of_bytes(name, path.read_bytes())
    except FileNotFoundError:
        yield _problem(name, "not-found", f"{name}: there is no such file; check the path")
    except OSError as error:
        yield _problem(name, "unreadable", f"{name}: {error.strerror or error}; check its permissions")


def of_bytes(name: str, body: bytes) -> Iterator[Page | Problem]:
    """Yield the pages that the bytes of a file hold; its name tells how they are read."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PACKED:
        try:
            yield from of_bytes(name[: -len(suffix)], unpacked(body, suffix, MAX_HELD))
        except ValueError as error:
            yield _problem(name, "bomb" if "times" in str(error) else "cut-off", f"{name}: {error}")
    elif suffix in (".json", ".jsonl", ".ndjson"):
        yield from _records(name, body)
    elif suffix in (".mht", ".mhtml"):
        yield _saved(name, body)
    elif len(body) > MAX_BYTES:
        yield _problem(name, "too-large", f"{name}: {len(body):,} bytes, more than {MAX_BYTES:,}; split it into pages")
    else:
        yield page_of(body, name, media_type=PAGES.get(suffix, ""))


def unpacked(body: bytes, suffix: str, limit: int) -> bytes:
    """Return what packed bytes hold; ValueError when they break off, are none, or hold more than `limit` bytes or RATIO times their size."""
    most = min(limit, max(1_000_000, len(body) * RATIO))
    try:
        if suffix == ".gz":
            out, rest = b"", body
            while rest:  # a gzip file may have several members
                member = zlib.decompressobj(zlib.MAX_WBITS | 16)
                out += member.decompress(rest, most - len(out) + 1)
                if len(out) > most:
                    raise ValueError(f"unpacks to more than {RATIO} times its size or {limit:,} bytes")
                if not member.eof:
                    raise ValueError("its packed data break off")
                rest = member.unused_data.lstrip(b"\0")
            return out
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            out = reader.read(most + 1)
    except (zlib.error, zstandard.ZstdError) as error:
        raise ValueError(f"not packed as its name says ({error})") from error
    if len(out) > most:
        raise ValueError(f"unpacks to more than {RATIO} times its size or {limit:,} bytes")
    return out


def _records(name: str, body: bytes) -> Iterator[Page | Problem]:
    """Each article of a JSON array or of JSON Lines as a page of its own, byte for byte."""
    if body.lstrip()[:1] == b"[":
        try:
            rows = msgspec.json.decode(body, type=list[msgspec.Raw])
        except msgspec.DecodeError as error:
            yield _problem(name, "bad-record", f"{name}: no JSON array of articles ({error})")
            return
        for number, row in enumerate(rows, 1):
            yield _record(f"{name}#{number}", bytes(row))
        return
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            yield _record(f"{name}#{number}", line)


class _Told(msgspec.Struct):
    url: str | None = None
    link: str | None = None
    source: str | None = None
    outlet: str | None = None


def _record(where: str, row: bytes) -> Page | Problem:
    if len(row) > MAX_BYTES:
        return _problem(where, "too-large", f"{where}: {len(row):,} bytes, more than {MAX_BYTES:,}")
    try:
        told = msgspec.json.decode(row, type=_Told, strict=False)
    except msgspec.MsgspecError as error:
        return _problem(where, "bad-record", f'{where}: no article ({error}); a record is {{"title", "text", "published", "source", "url"}}')
    return page_of(row, told.url or told.link or where, outlet=told.outlet or told.source or "", media_type="application/json", encoding="utf-8")


def _saved(name: str, body: bytes) -> Page | Problem:
    message = email.message_from_bytes(body, policy=email.policy.default)
    part = next((p for p in message.walk() if p.get_content_type() == "text/html"), None)
    content = part.get_payload(decode=True) if part else None
    if not part or not isinstance(content, bytes) or not content:
        return _problem(name, "no-pages", f"{name}: no HTML part in this saved page")
    url = str(message.get("Snapshot-Content-Location") or part.get("Content-Location") or name)
    return page_of(content, url if url.startswith("http") else name, media_type="text/html", encoding=part.get_content_charset() or "")


def _packed_page(name: str) -> bool:
    return (wanted(Path(name)) or name.endswith(".json")) and not name.endswith((".zip", *warc.SUFFIXES))


def _zip(path: Path) -> Iterator[Page | Problem]:
    """The pages of a zip's members, in order of their names; nothing is ever written out, so no name leads anywhere."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = [m for m in sorted(packed.infolist(), key=lambda m: m.filename) if not m.is_dir() and _packed_page(m.filename.lower())]
            for member in members:
                where = f"{path}!{member.filename}"
                if member.file_size > MAX_HELD or member.file_size > max(1_000_000, member.compress_size * RATIO):
                    yield _problem(where, "bomb", f"{where}: {member.file_size:,} bytes out of {member.compress_size:,}")
                    continue
                try:
                    yield from of_bytes(where, packed.read(member))
                except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
                    yield _problem(where, "cut-off", f"{where}: cannot be unpacked ({error})")
            if not members:
                yield _problem(str(path), "no-pages", f"{path}: no page in this zip")
    except (zipfile.BadZipFile, EOFError) as error:
        yield _problem(str(path), "cut-off", f"{path}: no zip, or it breaks off ({error})")
