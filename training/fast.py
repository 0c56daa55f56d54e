"""Makes `src/marsad/models/fast.npz`: which mention plays which role, by preposition, order, kind and trigger form alone; for the fast gear of the reader.

    python training/fast.py ../shared/gold/events/train.jsonl src/marsad/models/fast.npz

One hidden layer over `marsad.read.fast.pair_numbers`, trained on gold triggers with gold mentions and, beside them, the mentions that the fast gear finds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))
from marsad.arabic.words import words
from marsad.read.decode import ROLES
from marsad.read.fast import named, pair_numbers


def examples(path: Path):
    for record in map(json.loads, path.open(encoding="utf8")):
        tokens = words(record["text"])

        def at(start, end, tokens=tokens):
            inside = [i for i, w in enumerate(tokens) if w.start < end and start < w.end]
            return (inside[0], inside[-1]) if inside else None

        gold = [at(m["start"], m["end"]) for m in record["mentions"]]
        right = [(*span, m["kind"]) for span, m in zip(gold, record["mentions"], strict=True) if span]
        number = {(a, b): n for n, (a, b, _) in enumerate(right)}
        found = [s for s in named(tokens)[0] if not any(a <= s[1] and s[0] <= b for a, b, _ in right)]
        for extra in ([], found):
            spans = sorted(right + extra)
            for e in record["events"]:
                trigger = at(*e["trigger"])
                if trigger and spans:
                    y = np.zeros((len(spans), 4), np.float32)
                    for k, role in enumerate(ROLES):
                        for n in e[role]:
                            if gold[n] in number:
                                y[spans.index(right[number[gold[n]]]), k] = 1
                    yield pair_numbers(tokens, trigger[1], e["type"], spans), y


def main(train: Path, out: Path) -> None:
    torch.manual_seed(0)
    pairs = list(examples(train))
    x, y = torch.tensor(np.concatenate([a for a, _ in pairs])), torch.tensor(np.concatenate([b for _, b in pairs]))
    net = nn.Sequential(nn.Linear(x.shape[1], 48), nn.ReLU(), nn.Dropout(0.2), nn.Linear(48, 4))
    steps = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.01)
    for epoch in range(12):
        order = torch.randperm(len(x))
        total = 0.0
        for i in range(0, len(x), 256):
            some = order[i : i + 256]
            loss = nn.functional.binary_cross_entropy_with_logits(net(x[some]), y[some], pos_weight=torch.tensor(1.5))
            steps.zero_grad()
            loss.backward()
            steps.step()
            total += float(loss.detach()) * len(some)
        print(epoch, round(total / len(x), 4), flush=True)
    names = ("a", "b", "c", "d")
    np.savez_compressed(out, **dict(zip(names, (p.detach().numpy().astype(np.float16) for p in net.parameters()), strict=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
