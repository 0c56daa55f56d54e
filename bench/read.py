"""The reader's speed and figures: articles and sentences a second, the bare encoder on the same sentences, F1 on dev.

    python bench/read.py [--seconds 10]

One thread. Needs ../shared for the sentences of shared/gold/events/dev.jsonl and its scorer; without it the samples are read and no F1 is printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

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


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=10.0)
    args = ask.parse_args()
    start = time.perf_counter()
    from marsad.read import read_sentence
    from marsad.read.model import bundled
    from marsad.sentences import score_form

    reader = bundled()
    print(f"start-up {time.perf_counter() - start:.2f} s")
    items = sentences()
    days = [date.fromisoformat(i["published"][:10]) if i["published"] else None for i in items]
    read = [read_sentence(i["id"], i["text"], day) for i, day in zip(items, days, strict=True)]
    done, start = 0, time.process_time()
    while time.process_time() - start < args.seconds:
        for i, day in zip(items, days, strict=True):
            read_sentence(i["id"], i["text"], day)
        done += len(items)
    rate = done / (time.process_time() - start)
    alone = bare(reader, items, args.seconds / 2)
    words = sum(len(i["text"].split()) for i in items) / len(items)
    print(f"{rate:.0f} sentences a second of {words:.0f} words, {rate / 15:.1f} articles of 15; the encoder alone {alone:.0f}, ratio {rate / alone:.2f}")
    if SHARED.is_dir():
        out = Path("/tmp/marsad-dev.jsonl")
        out.write_text("\n".join(json.dumps(score_form(i["id"], r)) for i, r in zip(items, read, strict=True)), encoding="utf8")
        run = [sys.executable, str(SHARED / "eval/score_read.py"), str(SHARED / "gold/events/dev.jsonl"), str(out), "--json"]
        rows = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
        for layer in LAYERS:
            value = rows[layer]
            print(f"{layer:14}" + (f"{value['precision']:8.3f}{value['recall']:8.3f}{value['f1']:8.3f}" if isinstance(value, dict) else f"{value:8.3f}"))


if __name__ == "__main__":
    main()
