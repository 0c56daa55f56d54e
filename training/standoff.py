"""Annotations kept without their text: document and line, offsets, labels; the text comes back from the ANT corpus.

    python training/standoff.py strip GOLD.jsonl training/annotations/NAME.jsonl
    python training/standoff.py restore ANTCORPUS_FOLDER OUT.jsonl training/annotations/*.jsonl       what training/reader.py --more takes

GOLD.jsonl is what shared/annotate/to_gold.py makes of an annotator's lines. Each kept record has the length and a checksum of its text, so that another
cut of the corpus cannot shift the offsets unseen: a line that differs is left out and named.
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]


def strip(gold: Path, out: Path) -> None:
    with out.open("w", encoding="utf8") as sink:
        for record in map(json.loads, gold.open(encoding="utf8")):
            text = record.pop("text")
            sink.write(json.dumps(record | {"length": len(text), "crc32": zlib.crc32(text.encode("utf8"))}, ensure_ascii=False) + "\n")


def restore(corpus: Path, out: Path, kept: list[Path]) -> None:
    from choose import lines_of

    records = [json.loads(line) for path in kept for line in path.open(encoding="utf8")]
    texts = {}
    for name in {r["id"].split("#")[0] for r in records}:
        path = corpus / name.split("-")[1] / f"{name}.txt"
        texts |= {line: text for line, text, _ in lines_of(path)} if path.is_file() else {}
    seen, written = set(), 0
    with out.open("w", encoding="utf8") as sink:
        for r in records:
            text = texts.get(r["id"], "")
            if zlib.crc32(text.encode("utf8")) != r["crc32"]:
                print("left out, its text differs:", r["id"], file=sys.stderr)
            elif r["id"] not in seen:  # some are annotated twice, to see how far annotators agree; the first is trained on
                seen.add(r["id"])
                sink.write(json.dumps({k: v for k, v in r.items() if k not in ("length", "crc32")} | {"text": text}, ensure_ascii=False) + "\n")
                written += 1
    print(written, "sentences")


if __name__ == "__main__":
    if sys.argv[1] == "strip":
        strip(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        restore(Path(sys.argv[2]), Path(sys.argv[3]), [Path(p) for p in sys.argv[4:]])
