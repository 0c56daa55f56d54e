"""The reader's speed and figures: articles and sentences a second, the bare encoder on the same sentences, the lexicon alone; F1 on dev; PROTEST and ASSAULT on events_gsr.

    python bench/read.py [--seconds 10] [--step 4]

One thread to a process; the figures by core are processor time, those of all cores are one process to a core at the same time, by the clock. `--step`: every so many sentences of events_gsr (Open Event Data Alliance 2018; those all judges took or most refused) for the network; the lexicon reads all. Needs ../shared for the sentences of shared/gold/events/dev.jsonl and its scorer; without it the samples are read and no F1 is printed.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does

import numpy as np

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
LAYERS = ["mention", "country", "trigger", "event_type", "event_mode", "status", "actor", "recipient", "place", "who_did_what", "content", "figure", "date", "extra_events"]


def sentences() -> list[dict]:
    if (SHARED / "gold/events/dev.jsonl").is_file():
        return [json.loads(line) for line in (SHARED / "gold/events/dev.jsonl").open(encoding="utf8")]
    texts = [line for p in sorted((ROOT / "samples/text").glob("*.txt")) for line in p.read_text(encoding="utf8").splitlines() if len(line) > 80]
    return [{"id": str(i), "text": text, "published": None} for i, text in enumerate(texts)]


class Recorder:
    """Stands where the ONNX session does and keeps what it is fed."""

    def __init__(self, feeds: list[dict]) -> None:
        self.feeds = feeds

    def run(self, _, feed: dict) -> list[list]:
        self.feeds.append(feed)
        return [[0]]


def bare(reader, items: list[dict], seconds: float) -> float:
    """Sentences a second of the ONNX session alone, its inputs made beforehand."""
    from marsad.read.see import see

    feeds: list[dict] = []
    session, reader.session = reader.session, Recorder(feeds)
    for item in items:
        seen = see(item["text"], reader.lexicon)
        lands = np.array([reader.number.get(c, 0) for c in seen.countries], np.int64)
        reader._encode(seen.words[:120], seen.numbers[:120], lands[:120])
    reader.session = session
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for feed in feeds:
            session.run(None, feed)
        done += len(feeds)
    return done / (time.process_time() - start)


def judged(kind: str) -> list[tuple[str, bool]]:
    """Sentences of events_gsr with whether they tell an event of the type."""
    with (SHARED / f"data/events_gsr/{kind.lower()}_gsr.csv").open(encoding="utf8", newline="") as source:
        return [(row["text"], row["label"] == "yes") for row in csv.DictReader(source) if row["label"] in ("yes", "easy no", "difficult no")]


def gsr(kind: str, step: int, fast: bool) -> str:
    from marsad.read import read_sentence

    rows = judged(kind)[::step]
    said = [any(e.type == kind and e.status != "denied" for e in read_sentence("", text, None, fast=fast).events) for text, _ in rows]
    hit = sum(s and y for s, (_, y) in zip(said, rows, strict=True))
    return f"{kind} precision {hit / max(1, sum(said)):.3f} recall {hit / max(1, sum(y for _, y in rows)):.3f} on {len(rows)} sentences"


def figures(items: list[dict], read: list) -> dict:
    from marsad.sentences import score_form

    out = Path("/tmp/marsad-dev.jsonl")
    out.write_text("\n".join(json.dumps(score_form(i["id"], r)) for i, r in zip(items, read, strict=True)), encoding="utf8")
    run = [sys.executable, str(SHARED / "eval/score_read.py"), str(SHARED / "gold/events/dev.jsonl"), str(out), "--json"]
    return json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=10.0)
    ask.add_argument("--step", type=int, default=4)
    args = ask.parse_args()
    start = time.perf_counter()
    from marsad.read import read_sentence
    from marsad.read.model import bundled

    reader = bundled()
    print(f"start-up {time.perf_counter() - start:.2f} s")
    items = sentences()
    days = [date.fromisoformat(i["published"][:10]) if i["published"] else None for i in items]
    read = [read_sentence(i["id"], i["text"], day, outlet=i.get("source", "")) for i, day in zip(items, days, strict=True)]
    rate = speed(items, days, args.seconds, fast=False)
    alone = bare(reader, items, args.seconds / 2)
    words = sum(len(i["text"].split()) for i in items) / len(items)
    print(f"{rate:.0f} sentences a second and core, of {words:.0f} words; the encoder alone {alone:.0f}, ratio {rate / alone:.2f}")
    print(f"{together(items, days, args.seconds, fast=False)}")
    quick = [read_sentence(i["id"], i["text"], day, fast=True, outlet=i.get("source", "")) for i, day in zip(items, days, strict=True)]
    rate = speed(items, days, args.seconds / 2, fast=True)
    print(f"--fast: {rate:.0f} sentences a second and core")
    print(f"--fast: {together(items, days, args.seconds / 2, fast=True)}")
    if not SHARED.is_dir():
        return
    full, lexicon = figures(items, read), figures(items, quick)
    print(f"{'on dev':14}{'precision':>10}{'recall':>8}{'F1':>8}   F1 of --fast")
    for layer in LAYERS:
        a, b = full[layer], lexicon[layer]
        print(f"{layer:14}" + (f"{a['precision']:10.3f}{a['recall']:8.3f}{a['f1']:8.3f}{b['f1']:12.3f}" if isinstance(a, dict) else f"{a:26.3f}{b:12.3f}"))
    for kind in ("PROTEST", "ASSAULT"):
        print(gsr(kind, args.step, fast=False), "| --fast:", gsr(kind, 1, fast=True))


def speed(items: list[dict], days: list, seconds: float, fast: bool, clock=time.process_time) -> float:
    """Sentences a second."""
    from marsad.read import read_sentence

    done, start = 0, clock()
    while clock() - start < seconds:
        for i, day in zip(items, days, strict=True):
            read_sentence(i["id"], i["text"], day, fast=fast)
        done += len(items)
    return done / (clock() - start)


def _one(job: tuple) -> float:
    from marsad.read import read_sentence

    items, days, seconds, fast = job
    read_sentence("", items[0]["text"], days[0], fast=fast)
    return speed(items, days, seconds, fast, clock=time.perf_counter)


def together(items: list[dict], days: list, seconds: float, fast: bool) -> str:
    cores = os.cpu_count() or 1
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        rate = sum(pool.map(_one, [(items, days, seconds, fast)] * cores))
    return f"{cores} cores together: {rate:.0f} sentences a second, {rate / 15:.1f} articles of 15"


if __name__ == "__main__":
    main()
