"""Counts in how many articles of the ANT corpus (Apache-2.0; Chouigui, Ben Khiroun, Elayeb 2017) each stem and each name stands: what marsad.relate weighs rarity by.

python training/terms.py ANTCORPUS_FOLDER src/marsad/models
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))
from marsad.read.fast import read_fast
from marsad.read.names import resolve
from marsad.records import Mention
from marsad.relate.vectors import BODY, stems_of

LEAST = 3


def main(corpus: Path, out: Path) -> None:
    counts: Counter[str] = Counter()
    articles = 0
    for path in sorted(corpus.glob("*/*.txt")):
        text = path.read_text(encoding="utf8", errors="replace")
        title, body = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.S) for tag in ("TITLE", "TEXT"))
        if not (title and body):
            continue
        whole = title[1] + "\n" + body[1][:BODY]
        found = [m for m in read_fast(whole)[0] if m.kind != "NOM"]
        names = resolve(whole, [Mention(start=m.start, end=m.end, kind=m.kind, country=m.country, sector=m.sector, score=1.0, entity_id=m.entity) for m in found])
        counts.update({*stems_of(whole), *(m.entity_id for m in names if m.entity_id)})
        articles += 1
    kept = sorted(t for t, n in counts.items() if n >= LEAST and "\n" not in t)
    np.savez_compressed(
        out / "terms.npz", terms=np.frombuffer("\n".join(kept).encode("utf8"), np.uint8), counts=np.array([counts[t] for t in kept], np.uint16), articles=np.array(articles)
    )
    card = {
        "what": "in how many articles each stem and each name stands; a word's rarity in marsad.relate",
        "made_by": "training/terms.py",
        "data": f"ANT corpus (Apache-2.0; Chouigui, Ben Khiroun, Elayeb 2017), {articles} articles, headline and {BODY} characters; terms of fewer than {LEAST} articles left out",
        "terms": len(kept),
        "licence": "Apache-2.0",
    }
    (out / "terms.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    print(articles, "articles", len(kept), "terms", (out / "terms.npz").stat().st_size, "bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
