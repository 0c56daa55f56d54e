"""Makes the scores of the shipped reader into probabilities, and writes how well that goes into its card.

    python training/calibrate.py ../shared/gold/events/dev.jsonl src/marsad/models/reader.json

Platt scaling (Platt 1999): p = 1 / (1 + exp(-(a * logit(score) + b))), a and b fitted on dev for mentions (span and kind right) and for events (trigger and type right).
The reliability table is made in two halves, each scaled by the numbers of the other, so that no sentence scales itself.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))
from marsad.read import model  # noqa: E402
from marsad.read.model import bundled, logit  # noqa: E402

BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


def scorer():
    spec = importlib.util.spec_from_file_location("score_read", ROOT.parent / "shared/eval/score_read.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged(records):
    """For each sentence the (score, right) pairs of its mentions and of its events."""
    same, reader = scorer().same, bundled()
    for r in records:
        mentions, events = reader.read(r["text"])
        yield (
            [(m.score, any(same((g["start"], g["end"]), (m.start, m.end)) and g["kind"] == m.kind for g in r["mentions"])) for m in mentions],
            [(e.score, any(same(g["trigger"], (e.start, e.end)) and g["type"] == e.type for g in r["events"])) for e in events],
        )


def fit(pairs) -> tuple[float, float]:
    """a and b by Newton's method, with Platt's targets."""
    x, y = logit(np.array([s for s, _ in pairs])), np.array([r for _, r in pairs], float)
    y = np.where(y > 0, (y.sum() + 1) / (y.sum() + 2), 1 / (len(y) - y.sum() + 2))
    design, w = np.stack([x, np.ones_like(x)], 1), np.array([1.0, 0.0])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(design @ w, -30, 30)))
        pull = 1e-2 * (w - np.array([1.0, 0.0]))  # towards the score as it is
        step = np.linalg.solve(design.T @ (design * (p * (1 - p))[:, None]) + 1e-2 * np.eye(2), design.T @ (p - y) + pull)
        w = w - step / max(1.0, float(np.abs(step).max()) / 0.5)
    return float(w[0]), float(w[1])


def main(dev: Path, card: Path) -> None:
    model.scaled = lambda score, _: score  # raw scores
    both = list(judged([json.loads(line) for line in dev.open(encoding="utf8")]))
    told = json.loads(card.read_text(encoding="utf8"))
    told["calibration"], told["reliability"] = {}, {}
    for name, which in (("mention", 0), ("event", 1)):
        halves = [[p for pair in both[k::2] for p in pair[which]] for k in (0, 1)]
        rows = []
        for own, other in ((0, 1), (1, 0)):
            a, b = fit(halves[other])
            rows += [(1 / (1 + np.exp(-(a * logit(np.array(s)) + b))), right) for s, right in halves[own]]
        table = []
        for low, high in pairwise(BINS):
            inside = [(p, r) for p, r in rows if low <= p < high]
            if inside:
                table.append({"said": round(float(np.mean([p for p, _ in inside])), 3), "right": round(float(np.mean([r for _, r in inside])), 3), "of": len(inside)})
        told["reliability"][name] = table
        told["calibration"][name] = [round(x, 4) for x in fit(halves[0] + halves[1])]
        print(name, told["calibration"][name], *table, sep="\n  ")
    card.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
