"""The second half of a batch run: links of copies by MinHash bands, and stories by windows of days that are stitched. Over the Parquet of the first half."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from marsad.batch.engines import EngineError
from marsad.line import stitched
from marsad.records import Article, Link, Reading, Story
from marsad.relate import relate
from marsad.relate.copies import VIEW, compared
from marsad.relate.vectors import Vector, alone, unpacked

PAIRS = 20_000  # pairs of articles that are compared in one go, at most
WINDOW, BEFORE = 7, 5  # days of a window, and days before it that it looks at too
LINKS = pa.schema([("left_id", pa.string()), ("right_id", pa.string()), ("kind", pa.string()), ("score", pa.float64()), ("agency", pa.string()), ("record", pa.string())])
STORIES = pa.schema(
    [
        ("id", pa.string()),
        ("headline", pa.string()),
        ("size", pa.int64()),
        ("first_at", pa.string()),
        ("last_at", pa.string()),
        ("article_ids", pa.list_(pa.string())),
        ("record", pa.string()),
    ]
)


def candidates(run: Path) -> list[tuple[str, str]]:
    """Return pairs of articles that share a band, each with the first of its band by time: a shuffle by band (Daft), so that no machine needs to see all articles."""
    import daft
    from daft import col, lit

    if not list(run.glob("articles/*/*.parquet")):
        return []
    frame = daft.read_parquet(f"{run}/articles/**/*.parquet").select("id", "published_at", "bands").explode(col("bands")).where(col("bands").not_null())
    grouped = frame.groupby("bands").agg(col("id").list_agg().alias("ids"), col("published_at").list_agg().alias("times"))
    pairs: set[tuple[str, str]] = set()
    for row in grouped.where(col("ids").length() > lit(1)).iter_rows():
        some = sorted(zip(row["times"], row["ids"], strict=True), key=lambda x: (x[0] == "", x[0], x[1]))
        pairs |= {(some[0][1], other) for _, other in some[1:]}
    return sorted(pairs)


def told(run: Path, days: Sequence[str] = (), meanings: dict[str, bytes] | None = None) -> Iterator[tuple[Article, Reading]]:
    """Yield articles with their readings, by time: those of some days, or all. meanings: takes their packed vectors as they come."""
    for folder in [run / "articles" / f"day={day}" for day in days] if days else sorted((run / "articles").glob("day=*")):
        waiting: list[tuple[str, bytes]] = []
        for article_id, article, reading, meaning in records(run, [folder]):
            waiting.append((_moment(article), zlib.compress(msgspec.json.encode((article, reading)), 1)))
            if meanings is not None and meaning:
                meanings[article_id] = meaning
        yield from (_unpacked(raw) for _, raw in sorted(waiting))  # a day at a time, packed: a busy one has thousands


def _moment(article: str) -> str:
    one = msgspec.json.decode(article, type=Article)
    return f"{one.published_at.isoformat() if one.published_at else ''} {one.id}"


def ids_of(run: Path, days: Sequence[str]) -> set[str]:
    """Return the ids of the articles of some days."""
    return {i for day in days for path in (run / "articles" / f"day={day}").glob("*.parquet") for i in pq.read_table(path, columns=["id"])["id"].to_pylist()}


def _by_time(one: tuple[Article, Reading]) -> tuple[bool, str, str]:
    at = one[0].published_at
    return at is None, at.isoformat() if at else "", one[0].id


def records(run: Path, folders: Sequence[Path], ids: set[str] | None = None) -> Iterator[tuple[str, str, str, bytes | None]]:
    """Yield id, article and reading as JSON, and the packed vector of the meaning, of some articles or all."""
    for folder in folders:
        for path in sorted(folder.glob("*.parquet")):
            articles = {r["id"]: r for r in pq.read_table(path, columns=["id", "record", "meaning"]).to_pylist() if ids is None or r["id"] in ids}
            if articles:
                readings = pq.read_table(run / "readings" / folder.name / path.name, columns=["article_id", "record"]).to_pylist()
                for r in readings:
                    if one := articles.get(r["article_id"]):
                        yield r["article_id"], one["record"], r["record"], one["meaning"]


def _unpacked(raw: bytes) -> tuple[Article, Reading]:
    article, reading = msgspec.json.decode(zlib.decompress(raw), type=tuple[str, str])
    return msgspec.json.decode(article, type=Article), msgspec.json.decode(reading, type=Reading)


def links(run: Path, processes: int = 1) -> int:
    """Find the copies among all articles and write them; return how many. Pairs are compared in portions, in processes beside this one."""
    pairs = candidates(run)
    size = max(1, min(PAIRS, -(-len(pairs) // processes)))
    portions = [pairs[i : i + size] for i in range(0, len(pairs), size)]
    first: dict[str, Link] = {}
    for raw in _beside(_compared, [(str(run), portion) for portion in portions], processes):
        for link in msgspec.json.decode(raw, type=list[Link]):
            if link.right_id not in first or link.score > first[link.right_id].score:
                first[link.right_id] = link
    rows = [
        {"left_id": x.left_id, "right_id": x.right_id, "kind": x.kind, "score": x.score, "agency": x.agency, "record": msgspec.json.encode(x).decode()}
        for x in sorted(first.values(), key=lambda x: (x.left_id, x.right_id))
    ]
    _write(run / "links", "links", rows, LINKS)
    return len(rows)


def _compared(run: str, pairs: list[tuple[str, str]]) -> bytes:
    """The links of some pairs, as JSON. Their articles wait packed: they are few kilobytes each."""
    wanted = {i for pair in pairs for i in pair}
    packed = {i: zlib.compress(msgspec.json.encode((a, r)), 1) for i, a, r, _ in records(Path(run), sorted((Path(run) / "articles").glob("day=*")), wanted)}
    out: list[Link] = []
    for left, right in pairs:
        if left in packed and right in packed:
            one, other = sorted((_unpacked(packed[left]), _unpacked(packed[right])), key=_by_time)
            days = abs((one[0].published_at - other[0].published_at).days) if one[0].published_at and other[0].published_at else 0
            if days <= VIEW and (link := compared(*one, *other)):
                out.append(link)
    return msgspec.json.encode(out)


def _beside(work: Callable[..., bytes], calls: Sequence[tuple[Any, ...]], processes: int) -> Iterator[bytes]:
    """Do some work in processes beside this one, in order; each process does one thing and goes, so that what it held goes with it."""
    if processes < 2 or not calls:
        yield from (work(*call) for call in calls)
        return
    with ProcessPoolExecutor(min(processes, len(calls)), mp_context=get_context("spawn"), initializer=alone, max_tasks_per_child=1) as pool:
        try:
            yield from (ask.result() for ask in [pool.submit(work, *call) for call in calls])
        except BrokenProcessPool as error:
            raise EngineError(f"a process died while copies or stories were looked for ({error}); the same call goes on") from error
        finally:
            pool.shutdown(cancel_futures=True)


def windows(run: Path) -> list[list[str]]:
    """Return the days of each window, with the days before it that it looks at; undated articles are a window of their own."""
    days = sorted(p.name[4:] for p in (run / "articles").glob("day=*")) if (run / "articles").is_dir() else []
    dated = [d for d in days if d[:1].isdigit()]
    out: list[list[str]] = []
    at = 0
    while at < len(dated):
        first = date.fromisoformat(dated[at])
        inside = [d for d in dated[at:] if date.fromisoformat(d) < first + timedelta(days=WINDOW)]
        before = [d for d in dated[:at] if date.fromisoformat(d) >= first - timedelta(days=BEFORE)]
        out.append([*before, *inside])
        at += len(inside)
    return out + ([["undated"]] if "undated" in days else [])


def stories(run: Path, processes: int = 1) -> int:
    """Put the articles into stories, windows of days in processes beside this one, and stitch them; return how many. A window that is done is not done again."""
    (run / "state/windows").mkdir(parents=True, exist_ok=True)
    every = windows(run)
    open_: list[Story] = []
    closed: list[Story] = []
    for days, raw in zip(every, _beside(_window, [(str(run), days) for days in every], processes), strict=True):
        among = ids_of(run, days)
        found: list[Link | Story] = [*msgspec.json.decode(raw, type=list[Story])]
        before = [s for s in open_ if among & set(s.article_ids)]
        closed += [s for s in open_ if not among & set(s.article_ids)]
        open_ = [s for s in stitched(found, before, among) if isinstance(s, Story)]
    whole = sorted([*closed, *open_], key=lambda s: s.id)
    rows = [
        {
            "id": s.id,
            "headline": s.headline,
            "size": len(s.article_ids),
            "first_at": s.first_at.isoformat() if s.first_at else "",
            "last_at": s.last_at.isoformat() if s.last_at else "",
            "article_ids": list(s.article_ids),
            "record": msgspec.json.encode(s).decode(),
        }
        for s in whole
    ]
    _write(run / "stories", "stories", rows, STORIES)
    return len(rows)


def _window(run: str, days: list[str]) -> bytes:
    """The stories of a window of days, as JSON; kept, so that a run that goes on has them."""
    path = Path(run) / "state/windows" / f"{days[-1]}.json"
    if path.exists():
        return path.read_bytes()
    vectors: dict[str, bytes] = {}

    def known(article_id: str) -> Vector | None:
        return unpacked(raw) if (raw := vectors.pop(article_id, None)) else None

    found = msgspec.json.encode([one for one in relate(told(Path(run), days, vectors), known=known) if isinstance(one, Story)])
    written = path.with_suffix(f".{os.getpid()}")
    written.write_bytes(found)
    written.replace(path)
    return found


def _write(folder: Path, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f".{name}.{os.getpid()}"
    pq.write_table(pa.Table.from_pylist(rows, schema), written, compression="zstd")
    written.replace(folder / f"{name}.parquet")


def summed(run: Path) -> dict[str, Any]:
    """Return what the marks of all units say together: counts, and seconds by stage."""
    out: dict[str, Any] = {"units": 0, "pages": 0, "articles": 0, "other_language": 0, "set_aside": 0, "problems": 0, "seconds": {}}
    for path in (run / "state/done").glob("*.json"):
        one = json.loads(path.read_text(encoding="utf8"))
        out["units"] += 1
        for name in ("pages", "articles", "other_language", "set_aside", "problems"):
            out[name] += one[name]
        for stage, seconds in one["seconds"].items():
            out["seconds"][stage] = round(out["seconds"].get(stage, 0.0) + seconds, 4)
    return out
