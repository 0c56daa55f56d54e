"""Chooses sentences worth annotating: where the shipped reader is unsure, and where event types are rare in the training data.

python training/choose.py ANTCORPUS_FOLDER TRAIN.jsonl OUT.jsonl --count 1000

ANTCORPUS_FOLDER is the unpacked ANT corpus; articles that TRAIN.jsonl already draws on are left out. OUT holds {"id", "text", "date", "src"} a line, the form
that shared/annotate/check.py and to_gold.py take.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))
from marsad.read import sentences
from marsad.read.model import EAGER, LONGEST, bundled
from marsad.read.see import TYPES, see

RARE = {"AGREE", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "SUPPORT"}
SECTIONS = ("internationalNews", "politic", "localNews", "society")


def lines_of(path: Path):
    """Headline and first sentences of an article with their ids, as the training data numbers them."""
    text = path.read_text(encoding="utf8", errors="replace")
    title, day, body = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.S) for tag in ("TITLE", "TIME", "TEXT"))
    if not (title and day and body):
        return
    yield f"{path.stem}#h", title[1].strip(), day[1][:10]
    for n, (start, end) in zip(range(6), sentences(body[1], 0, len(body[1])), strict=False):
        yield f"{path.stem}#{n}", body[1][start:end].strip(), day[1][:10]


def doubt(reader, text: str) -> tuple[float, set[str]]:
    """Mean surprise in nats that the tagger and the sorter of events expect of a word, and the types the sorter gives a tenth or more."""
    seen = see(text, reader.lexicon)
    lands = np.array([reader.number.get(c, 0) for c in seen.countries], np.int64)[:LONGEST]
    _, tags, types = reader._encode(seen.words[:LONGEST], seen.numbers[:LONGEST], lands)
    types[:, 0] -= EAGER
    total, kinds = 0.0, set()
    for scores in (tags, types):
        p = np.exp(scores - scores.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        total += float(-(p * np.log(p + 1e-9)).sum(1).mean())
        if scores is types:
            kinds = {TYPES[k - 1] for k in np.flatnonzero(p.max(0) > 0.1) if k}
    return total, kinds


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("corpus", type=Path)
    ask.add_argument("train", type=Path)
    ask.add_argument("out", type=Path)
    ask.add_argument("--count", type=int, default=1000)
    ask.add_argument("--look", type=int, default=6000, help="sentences to look at")
    args = ask.parse_args()
    random.seed(0)
    used = {json.loads(line)["id"].split("#")[0] for line in args.train.open(encoding="utf8")}
    pool = []
    for section, share in zip(SECTIONS, (0.35, 0.2, 0.3, 0.15), strict=True):
        paths = [p for p in sorted((args.corpus / section).glob("*.txt")) if p.stem not in used]
        lines = [one for p in paths for one in lines_of(p) if 25 < len(one[1]) < 420]
        pool += random.sample(lines, min(len(lines), int(args.look * share)))
    reader, ranked, texts = bundled(), [], set()
    for name, text, day in pool:
        unsure, kinds = doubt(reader, text)
        if kinds and text not in texts:
            texts.add(text)
            ranked.append((unsure * (1.5 if kinds & RARE else 0.6 if kinds == {"STATE"} else 1.0), name, text, day))
    ranked.sort(reverse=True)
    chosen = ranked[: args.count]
    random.shuffle(chosen)
    with args.out.open("w", encoding="utf8") as sink:
        sink.writelines(json.dumps({"id": i, "text": t, "date": d, "src": "Jawhara FM"}, ensure_ascii=False) + "\n" for _, i, t, d in chosen)


if __name__ == "__main__":
    main()
