"""One unit of a batch run: the pages of an input file become rows of Parquet, all of them or none. Knows no engine.

A unit is done when its mark stands in state/done; everything before that is written aside and renamed. Before every page its number goes into state/now, so that after a kill it is known at which page the process died.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from marsad.collect import collect
from marsad.dissect import dissect
from marsad.export import event_rows, figure_rows, mention_rows
from marsad.read import read
from marsad.records import Article, Page, Problem, Reading, body_text, key, page_of
from marsad.relate.copies import bands_of
from marsad.relate.vectors import Meanings, packed

TRIES = 3  # kills at one page, or failures of one file, after which it is set aside
SHARE = 0.02  # of a page's bytes that must be those of Arabic letters
KINDS = ("articles", "readings", "teasers", "mentions", "events", "figures", "dates", "problems")
PORTION = 200  # articles whose meanings are worked out together
SAMPLE = "القاهرة تستضيف مباحثات\nقال المتحدث باسم الوزارة يوم الاثنين إن 12 شخصا قتلوا في هجوم على حاجز للجيش غربي المدينة، وطالب بوقف القتال."
_ARABIC = bytes(range(0xD8, 0xDC))  # first bytes of Arabic letters in UTF-8


class Unit(msgspec.Struct, frozen=True):
    """Input files that are worked on together: a large file alone, small pages in bundles."""

    paths: tuple[str, ...]

    @property
    def id(self) -> str:
        """Hash of the paths."""
        return key(*self.paths)[:16]


def likely_arabic(body: bytes) -> bool:
    """Whether bytes may be an Arabic page, in UTF-8, windows-1256 or UTF-16: a look that costs nothing beside dissecting."""
    sample = body[:300_000]
    if not sample:
        return True
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or sample.count(b"\x06") * 8 > len(sample):
        return True
    utf8 = sum(sample.count(bytes([b])) for b in _ARABIC)
    high = len(sample) - len(sample.translate(None, bytes(range(0x80, 0x100))))
    if utf8 > SHARE * len(sample) or (body[:1] in b"[{" and b"\\u06" in sample):
        return True
    return high > 0.1 * len(sample) and b"\xef\xbf\xbd" in sample[:-4].decode("utf8", "replace").encode()  # no UTF-8: windows-1256 perhaps


def pages_of(unit: Unit) -> Iterator[Page | Problem]:
    """Yield the pages of a unit's files; a Parquet file is one of pages: url, and body, html or text."""
    for path in unit.paths:
        with tempfile.TemporaryDirectory(prefix="marsad-") as folder:
            local = fetched(path, Path(folder)) if "://" in path else path
            if isinstance(local, Problem):
                yield local
            else:
                for item in _rows(local) if local.endswith(".parquet") else collect([local]):
                    yield _named(item, local, path) if isinstance(item, Page) and local != path else item


def _named(page: Page, local: str, address: str) -> Page:
    """A page that is called by the file it stood in, by that file's address."""
    if not page.url.startswith(local):
        return page
    return page_of(page.body, address + page.url[len(local) :], outlet=page.outlet, media_type=page.media_type, encoding=page.encoding, fetched_at=page.fetched_at)


def fetched(address: str, folder: Path) -> str | Problem:
    """Fetch a file of an object store into a folder, by the engine's own reader; return where it lies."""
    from marsad.batch.engines import downloaded

    local = folder / address.rsplit("/", 1)[-1]
    try:
        local.write_bytes(downloaded(address))
    except (OSError, ValueError, RuntimeError) as error:
        return Problem(stage="batch", subject_id=address, code="unreadable", detail=f"{address}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
    return str(local)


def _rows(path: str) -> Iterator[Page | Problem]:
    try:
        with pq.ParquetFile(path) as source:
            number = 0
            for portion in source.iter_batches(256):
                for row in portion.to_pylist():
                    number += 1
                    body = row.get("body") or row.get("html") or row.get("text") or b""
                    raw = body.encode("utf8", "surrogatepass") if isinstance(body, str) else bytes(body)
                    at = row.get("fetched_at")
                    kind = "text/html" if row.get("html") else str(row.get("media_type") or "")
                    yield page_of(
                        raw, str(row.get("url") or f"{path}#{number}"), outlet=str(row.get("outlet") or ""), media_type=kind, fetched_at=at if isinstance(at, datetime) else None
                    )
    except (OSError, pa.ArrowException) as error:
        yield Problem(stage="batch", subject_id=path, code="unreadable", detail=f"{path}: no Parquet file of pages ({error})")


class Worker:
    """Works on units of a run. run: its folder; fast: read by the fast gear."""

    def __init__(self, run: str, fast: bool = True) -> None:
        self.run, self.fast, self.started = Path(run), fast, False

    def __call__(self, told: str) -> str:
        """Work on one unit, as JSON; return its summary as JSON. A unit that is done is passed over."""
        unit = msgspec.json.decode(told, type=Unit)
        done = self.run / "state/done" / f"{unit.id}.json"
        if done.exists():
            return done.read_text(encoding="utf8")
        rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        times: dict[str, float] = defaultdict(float)
        if not self.started:  # a worker's models and tables, loaded apart from the stages' clocks
            begun = time.perf_counter()
            article, _ = dissect(page_of(SAMPLE.encode(), "https://marsad.example/", media_type="text/plain"))
            if article:
                read(article, self.fast)
                Meanings().of([article])()
            times["start"], self.started = time.perf_counter() - begun, True
        meant: list[tuple[Article, dict[str, Any]]] = []
        counts = {"pages": 0, "articles": 0, "other_language": 0, "set_aside": 0}
        aside = self._set_aside(unit)
        now = os.open(self.run / "state/now" / unit.id, os.O_CREAT | os.O_WRONLY)
        try:
            source, begun = pages_of(unit), time.perf_counter()
            number = 0
            while (item := next(source, None)) is not None:
                number += 1
                times["collect"] += time.perf_counter() - begun
                os.pwrite(now, number.to_bytes(8, "little"), 0)
                if isinstance(item, Problem):
                    rows["problems"].append(_problem(item))
                elif number in aside:
                    counts["set_aside"] += 1
                    rows["problems"].append(
                        _problem(Problem(stage="batch", subject_id=item.id, code="poison", detail=f"{item.url}: the process died {TRIES} times at this page; it is set aside"))
                    )
                else:
                    counts["pages"] += 1
                    self._page(item, rows, counts, times, meant)
                if len(meant) >= PORTION:
                    _mean(meant, rows, times)
                begun = time.perf_counter()
            _mean(meant, rows, times)
        finally:
            os.close(now)
        begun = time.perf_counter()
        self._write(unit, rows)
        times["write"] += time.perf_counter() - begun
        summary = json.dumps(
            {"unit": unit.id, "paths": list(unit.paths[:3]), **counts, "problems": len(rows["problems"]), "seconds": {k: round(v, 4) for k, v in times.items()}}, ensure_ascii=False
        )
        written = done.with_suffix(f".{os.getpid()}")
        written.write_text(summary, encoding="utf8")
        written.replace(done)
        (self.run / "state/now" / unit.id).unlink(missing_ok=True)
        return summary

    def _set_aside(self, unit: Unit) -> set[int]:
        path = self.run / "state/attempts" / unit.id
        attempts = json.loads(path.read_text()) if path.exists() else {}
        return {int(number) for number, n in attempts.items() if n >= TRIES}

    def _page(self, page: Page, rows: dict[str, list[dict[str, Any]]], counts: dict[str, int], times: dict[str, float], meant: list[tuple[Article, dict[str, Any]]]) -> None:
        """One page through the stages; what goes wrong with it stays with it. meant: takes the articles whose meanings are to be worked out, each with its row."""
        begun = time.perf_counter()
        try:
            if not likely_arabic(page.body):
                counts["other_language"] += 1
                return
            article, problems = dissect(page)
            times["dissect"] += time.perf_counter() - begun
            rows["problems"] += map(_problem, problems)
            if article is None or article.headline is None:
                return
            begun = time.perf_counter()
            reading = read(article, self.fast)
            times["read"] += time.perf_counter() - begun
        except Exception as error:  # noqa: BLE001  a bug at one page of a hundred million must not stop the others; it is kept, with the page, to be looked at
            rows["problems"].append(_problem(Problem(stage="batch", subject_id=page.id, code="failed", detail=f"{page.url}: {type(error).__name__}: {error}")))
            return
        begun = time.perf_counter()
        counts["articles"] += 1
        _put(rows, article, reading)
        meant.append((article, rows["articles"][-1]))
        times["rows"] += time.perf_counter() - begun

    def _write(self, unit: Unit, rows: dict[str, list[dict[str, Any]]]) -> None:
        for kind, some in rows.items():
            days: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in some:
                days[row.pop("day", "all") or "undated"].append(row)
            for day, part in days.items():
                folder = self.run / kind if day == "all" else self.run / kind / f"day={day}"
                folder.mkdir(parents=True, exist_ok=True)
                written = folder / f".{unit.id}.{os.getpid()}"
                pq.write_table(pa.Table.from_pylist(part, _schema(kind)), written, compression="zstd")
                written.replace(folder / f"{unit.id}.parquet")


def _mean(meant: list[tuple[Article, dict[str, Any]]], rows: dict[str, list[dict[str, Any]]], times: dict[str, float]) -> None:
    """Work out the meanings of articles into their rows, and begin anew."""
    begun = time.perf_counter()
    try:
        known = Meanings().of([article for article, _ in meant])()
        for article, row in meant:
            row["meaning"] = packed(known[article.id])
    except Exception as error:  # noqa: BLE001  as at a page; stories work out what is missing
        rows["problems"] += [
            _problem(Problem(stage="batch", subject_id=article.id, code="failed", detail=f"{article.url}: its meaning: {type(error).__name__}: {error}")) for article, _ in meant
        ]
    meant.clear()
    times["meaning"] += time.perf_counter() - begun


def _problem(p: Problem) -> dict[str, Any]:
    return {"stage": p.stage, "subject_id": p.subject_id, "code": p.code, "detail": p.detail}


def _put(rows: dict[str, list[dict[str, Any]]], a: Article, r: Reading) -> None:
    day = a.published_at.date().isoformat() if a.published_at else ""
    rows["articles"].append(
        {"day": day, "id": a.id, "page_id": a.page_id, "url": a.url, "outlet": a.outlet, "headline": a.headline or "", "published_at": a.published_at.isoformat() if a.published_at else "", "language": a.language, "body": body_text(a),
         "bands": bands_of(a), "meaning": None, "record": msgspec.json.encode(a).decode()}
    )  # fmt: skip
    rows["readings"].append({"day": day, "article_id": a.id, "origin": r.origin, "record": msgspec.json.encode(r).decode()})
    rows["teasers"] += [
        {
            "day": day,
            "article_id": a.id,
            "headline": a.text[t.headline.start : t.headline.end],
            "excerpt": a.text[t.excerpt.start : t.excerpt.end] if t.excerpt else "",
            "url": t.url or "",
        }
        for t in a.teasers
    ]
    rows["mentions"] += [{"day": day, **row} for row in mention_rows(a, r)]
    rows["events"] += [{"day": day, **row} for row in event_rows(a, r)]
    rows["figures"] += [{"day": day, **row} for row in figure_rows(a, r)]
    rows["dates"] += [{"day": day, "article_id": a.id, "start": d.start, "end": d.end, "text": a.text[d.start : d.end], "value": d.value} for d in r.dates]


_TYPES: dict[str, Any] = {}


def _schema(kind: str) -> pa.Schema:
    """The columns of a kind: numbers where rows hold numbers, the same whatever the rows of a unit are."""
    if kind not in _TYPES:
        whole, real = ("start", "end", "Quad Code", "Trigger Start", "Trigger End"), ("value", "upper", "score", "Score", "Intensity", "Latitude", "Longitude")
        names = {
            "articles": ("id", "page_id", "url", "outlet", "headline", "published_at", "language", "body", "bands", "meaning", "record"), "readings": ("article_id", "origin", "record"), "teasers": ("article_id", "headline", "excerpt", "url"),
            "mentions": ("article_id", "start", "end", "text", "kind", "entity_id", "country", "sector", "score"), "figures": ("article_id", "start", "end", "text", "value", "upper", "unit", "what", "bound"),
            "dates": ("article_id", "start", "end", "text", "value"), "problems": ("stage", "subject_id", "code", "detail"), "events": EVENT_COLUMNS,
        }[kind]  # fmt: skip
        _TYPES[kind] = pa.schema(
            [
                (
                    n,
                    pa.list_(pa.int64())
                    if n == "bands"
                    else pa.binary()
                    if n == "meaning"
                    else pa.int64()
                    if n in whole
                    else pa.float64()
                    if n in real and not (kind == "dates" and n == "value")
                    else pa.string(),
                )
                for n in names
            ]
        )
    return _TYPES[kind]


EVENT_COLUMNS = (
    "Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Actor Name Raw", "Actor Name", "Primary Actor Sector", "Actor Sectors", "Actor Country", "Recipient Name Raw", "Recipient Name", "Primary Recipient Sector",
    "Recipient Sectors", "Recipient Country", "Placename", "Country", "Latitude", "Longitude", "GeoNames ID", "Raw Placename", "Source", "Publication Date", "Story People", "Story Organizations", "Story Locations", "Headline", "Language", "Version",
    "Status", "Score", "Reported By", "Content", "Article ID", "URL", "Trigger", "Trigger Start", "Trigger End",
)  # fmt: skip
