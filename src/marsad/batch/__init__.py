"""The same stages over as many pages as there are: input files to Parquet by day, resumable per file, poison set aside, by an engine that exists (Daft, on this machine or on Ray)."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from marsad import __version__
from marsad.batch import second
from marsad.batch.engines import ENGINES, EngineError, carried
from marsad.batch.work import TRIES, Unit
from marsad.collect import files, warc
from marsad.read import FAST, ORIGIN
from marsad.records import Problem

BUNDLE = 200  # small page files of a unit
SINGLE = (*warc.SUFFIXES, ".parquet", ".zip", ".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst")
__all__ = ["ENGINES", "BatchError", "EngineError", "batch", "units_of"]
Tell = Callable[[int, int, dict[str, Any]], None]  # units done, units in all, the last summary


class BatchError(Exception):
    """A run that cannot be made; the message says why and what to do."""


def units_of(source: str) -> list[Unit]:
    """Return the units of an input: a file, a folder, or an address of an object store with a pattern (s3://bucket/crawl/*.warc.gz), as Daft lists it."""
    if "://" in source:
        import daft

        found = sorted(str(row["path"]) for row in daft.from_glob_path(source).select("path").iter_rows())
        return [Unit((path,)) for path in found]
    path = Path(source)
    if not path.exists():
        raise BatchError(f"{source}: there is no such file or folder; check the path")
    names = [str(path)] if path.is_file() else sorted(str(p) for p in path.rglob("*") if p.is_file() and (files.wanted(p) or p.name.endswith(".parquet")))
    large = [n for n in names if n.lower().endswith(SINGLE)]
    small = [n for n in names if not n.lower().endswith(SINGLE)]
    return [Unit((n,)) for n in large] + [Unit(tuple(small[i : i + BUNDLE])) for i in range(0, len(small), BUNDLE)]


def batch(source: str, output: str, engine: str = "native", fast: bool = True, processes: int | None = None, tell: Tell | None = None) -> dict[str, Any]:
    """Work through an input into a run folder; return its manifest. Until it is whole the folder is called OUTPUT.part, and the same call goes on with it. BatchError for an input that is not there or an output that is.

    A worker that dies costs what its unit did so far: the unit is carried again, the page it died at is counted, and set aside after TRIES times.
    """
    if engine not in ENGINES:
        raise BatchError(f"{engine}: an engine is {', '.join(ENGINES)}")
    target, run = Path(output), Path(f"{output}.part")
    if target.exists():
        raise BatchError(f"{output}: is there already; name another folder, or remove it")
    units = units_of(source)
    if not units:
        raise BatchError(f"{source}: no pages in it (.warc .wet .parquet .jsonl .zip .html .txt ...)")
    for name in ("done", "now", "attempts", "poison"):
        (run / "state" / name).mkdir(parents=True, exist_ok=True)
    _same_run(run, source, engine, fast)
    begun = datetime.now(UTC)
    many = 1 if engine == "loop" else processes or os.cpu_count() or 1
    for summary in _carried(units, run, fast, engine, many):
        if tell:
            tell(len(list((run / "state/done").glob("*.json"))), len(units), summary)
    manifest = {
        **json.loads((run / "manifest.json").read_text(encoding="utf8")), **second.summed(run), "links": second.links(run, many), "stories": second.stories(run, many),
        "poison": sorted(p.read_text(encoding="utf8") for p in (run / "state/poison").iterdir()), "finished_at": datetime.now(UTC).isoformat(), "wall_seconds": round((datetime.now(UTC) - begun).total_seconds(), 2),
    }  # fmt: skip
    _write(run / "manifest.json", manifest)
    run.rename(target)
    return manifest


def _same_run(run: Path, source: str, engine: str, fast: bool) -> None:
    """A run that goes on must be the same one: input, reader and version."""
    told = {"input": str(source), "reader": FAST if fast else ORIGIN, "marsad": __version__}
    path = run / "manifest.json"
    if path.exists():
        before = json.loads(path.read_text(encoding="utf8"))
        if {k: before.get(k) for k in told} != told:
            raise BatchError(f"{run}: was begun with {before.get('input')} by {before.get('reader')}, Marsad {before.get('marsad')}; name another output, or remove it")
        return
    _write(path, {**told, "engine": engine, "begun_at": datetime.now(UTC).isoformat()})


def _write(path: Path, told: dict[str, Any]) -> None:
    written = path.with_suffix(f".{os.getpid()}")
    written.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf8")
    written.replace(path)


def _carried(units: list[Unit], run: Path, fast: bool, engine: str, processes: int) -> Iterator[dict[str, Any]]:
    """Carry units until all are done or set aside; after a death go on with what is left."""
    failures: Counter[tuple[str, ...]] = Counter()
    while left := [u for u in units if not (run / "state/done" / f"{u.id}.json").exists() and not (run / "state/poison" / u.id).exists()]:
        some, alone = left, processes
        if suspects := [u for u in left if (run / "state/now" / u.id).exists()]:  # at work when a process died: one of them at a time, so that it is known which
            some, alone = suspects[:1], 1
        try:
            for told in carried([msgspec.json.encode(u).decode() for u in some], str(run), fast, engine, alone):
                yield json.loads(told)
        except EngineError as error:
            at_work = [u for u in some if (run / "state/now" / u.id).exists() and not (run / "state/done" / f"{u.id}.json").exists()]
            if len(at_work) == 1:
                _blame(run, at_work[0])
            failures[tuple(u.id for u in some)] += 1
            if not at_work and failures[tuple(u.id for u in some)] >= TRIES:  # nobody was at a page: the engine itself fails
                raise BatchError(f"the engine fails: {error}") from error


def _blame(run: Path, unit: Unit) -> None:
    """Count the page at which a unit was when its process died; set the unit aside when it dies before any page, or at too many."""
    now = run / "state/now" / unit.id
    raw = now.read_bytes()
    number = str(int.from_bytes(raw, "little")) if raw else "0"
    path = run / "state/attempts" / unit.id
    attempts: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    attempts[number] = attempts.get(number, 0) + 1
    _write(path, attempts)
    if attempts[number] < TRIES:
        return  # it stays a suspect: it is carried alone again
    now.unlink()
    if number == "0" or sum(n >= TRIES for n in attempts.values()) > 20:
        problem = Problem(stage="batch", subject_id=unit.paths[0], code="poison", detail=f"{unit.paths[0]}: its processing dies again and again; the file is set aside")
        (run / "state/poison" / unit.id).write_text(msgspec.json.encode(problem).decode(), encoding="utf8")
