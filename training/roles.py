"""Makes `src/marsad/models/roles.npz`, the model that gives every line of a page its role.

    python training/roles.py                 trains on all labelled pages and writes the model
    python training/roles.py --cross 6       six-fold over the gold pages, other pages always in training; writes folds to /tmp/roles-cv.jsonl

Needs torch (pip install torch==2.13.0); the product runs the result with numpy alone (`marsad.dissect.roles`).
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

from compose import as_html, latin, retold, run_on, spliced  # noqa: E402
from labelled import Labelled, read_gold, read_roles  # noqa: E402
from marsad.dissect.features import DENSE, see  # noqa: E402
from marsad.dissect.lines import plain_lines  # noqa: E402
from marsad.dissect.roles import KEY  # noqa: E402
from marsad.records import ROLES  # noqa: E402

SHARED = HERE.parent.parent / "shared"
WIDTH, SECOND = 96, 64
SPLICED = 0.4  # share of composed pages that are made of three


class Example:
    """One page ready for the network."""

    def __init__(self, page: Labelled, lines, text, roles) -> None:
        seen = see(text, lines)
        self.page, self.lines, self.dense, self.sim, self.cues = page, lines, torch.tensor(seen.dense), torch.tensor(seen.sim), seen.bags
        self.roles = torch.tensor([ROLES.index(r) for r in roles])
        self.soft = None

    def taught(self, teacher):
        """What the teacher gives each line, kept for the next time."""
        if self.soft is None:
            scores, _ = teacher.scores(self.dense.numpy(), self.cues, self.sim.numpy())
            self.soft = torch.tensor(scores)
        return self.soft


def plain(page: Labelled) -> Example:
    return Example(page, plain_lines(page.text), page.text, page.roles)


class Net(nn.Module):
    """Two passes: first roles from the line and its neighbours, then again knowing what the likely body and headline speak of."""

    def __init__(self, vocabulary: int, mean, deviation, drop: float = 0.3) -> None:
        super().__init__()
        roles = len(ROLES)
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.words = nn.EmbeddingBag(vocabulary + 1, 48, mode="sum")
        nn.init.normal_(self.words.weight, std=0.05)
        self.first = nn.Linear(len(DENSE) + 48, WIDTH)
        self.near = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 3, padding=d, dilation=d) for d in (1, 2, 4))
        self.whole = nn.Linear(WIDTH, WIDTH)
        self.guess = nn.Linear(WIDTH, roles)
        self.second = nn.Linear(WIDTH + 6 * roles + len(KEY), SECOND)
        self.beside = nn.Conv1d(SECOND, SECOND, 5, padding=2)
        self.answer = nn.Linear(SECOND, roles)
        self.moves = nn.Parameter(torch.zeros(roles, roles))
        self.start, self.end = nn.Parameter(torch.zeros(roles)), nn.Parameter(torch.zeros(roles))
        self.drop = nn.Dropout(drop)

    def forward(self, dense, bags, offsets, weights, sim, mask):
        n, t, _ = dense.shape
        words = self.words(bags, offsets).view(n, t, -1)
        x = torch.cat([(dense - self.mean) / self.deviation, words], -1).clamp(-6, 6)
        h = torch.relu(self.first(self.drop(x))) * mask[..., None]
        for conv in self.near:
            h = (h + torch.relu(conv(self.drop(h).transpose(1, 2)).transpose(1, 2))) * mask[..., None]
        whole = h.sum(1) / mask.sum(1, keepdim=True)
        h = (h + torch.relu(self.whole(whole))[:, None]) * mask[..., None]
        guess = self.guess(self.drop(h))
        p = torch.softmax(guess, -1) * mask[..., None]
        before = torch.cumsum(p, 1) - p
        total = p.sum(1, keepdim=True)
        alike, held = sim[:, 0] @ p, sim[:, 1] @ p
        best = torch.stack([(sim[:, 1] * p[:, None, :, k]).amax(2) for k in KEY], -1)
        g = torch.cat([p, alike / (total + 1), alike, held / (total + 1), best, before / (total + 0.5), torch.log1p(total).expand_as(p)], -1)
        s = torch.relu(self.second(self.drop(torch.cat([h, g], -1)))) * mask[..., None]
        s = s + torch.relu(self.beside(self.drop(s).transpose(1, 2)).transpose(1, 2))
        return guess, self.answer(s)

    def crf(self, scores, roles, mask):
        """Negative log likelihood of role sequences, one per page."""
        n, t, _ = scores.shape
        rows = torch.arange(n)
        gold = self.start[roles[:, 0]] + scores[rows, 0, roles[:, 0]]
        alpha = self.start + scores[:, 0]
        for i in range(1, t):
            on = mask[:, i].bool()
            step = self.moves[roles[:, i - 1], roles[:, i]] + scores[rows, i, roles[:, i]]
            gold = gold + step * on
            new = torch.logsumexp(alpha[:, :, None] + self.moves, 1) + scores[:, i]
            alpha = torch.where(on[:, None], new, alpha)
        last = mask.sum(1).long() - 1
        gold = gold + self.end[roles[rows, last]]
        return torch.logsumexp(alpha + self.end, 1) - gold


def vocabulary_of(examples: list[Example], least: int = 3) -> dict[str, int]:
    pages: Counter[str] = Counter()
    for e in examples:
        pages.update({c for line in e.cues for c in line})
    return {c: i for i, c in enumerate(sorted(c for c, n in pages.items() if n >= least), 1)}


def batch(examples: list[Example], vocabulary: dict[str, int], word_drop: float = 0.0, hint_drop: float = 0.0):
    n, t = len(examples), max(len(e.roles) for e in examples)
    dense, sim = torch.zeros(n, t, len(DENSE)), torch.zeros(n, 2, t, t)
    roles, mask = torch.zeros(n, t, dtype=torch.long), torch.zeros(n, t)
    bags, offsets = [], []
    for i, e in enumerate(examples):
        k = len(e.roles)
        dense[i, :k], sim[i, :, :k, :k], roles[i, :k], mask[i, :k] = e.dense, e.sim, e.roles, 1
        for j in range(t):
            offsets.append(len(bags))
            if j < k:
                bags += [vocabulary[c] for c in e.cues[j] if c in vocabulary and random.random() >= word_drop]
    return dense, torch.tensor(bags or [0]), torch.tensor(offsets), None, sim, mask, roles


def fit(examples: list[Example], more, epochs: int, seed: int, teacher=None):
    """Train one network. `more()` gives freshly composed examples for each epoch; a teacher's scores are matched beside the labels, with its transitions."""
    random.seed(seed)
    torch.manual_seed(seed)
    vocabulary = vocabulary_of(examples)
    every = torch.cat([e.dense for e in examples] + [e.dense for e in more()])
    net = Net(len(vocabulary), every.mean(0), every.std(0) + 0.1)
    if teacher:
        with torch.no_grad():
            for name, value in teacher.moves.items():
                getattr(net, name).copy_(torch.tensor(value))
    steps = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.02)
    total = epochs * ((len(examples) * 2) // 16)
    plan = torch.optim.lr_scheduler.OneCycleLR(steps, 3e-3, total_steps=total + 50, pct_start=0.15)
    mean = copy.deepcopy(net)  # running mean of the weights: steadier than the last step
    for epoch in range(epochs):
        net.train()
        pool = examples + more()
        random.shuffle(pool)
        pool = pool[: len(examples) * 2]
        pool.sort(key=lambda e: len(e.roles) + random.random() * 10)
        groups = [pool[i : i + 16] for i in range(0, len(pool), 16)]
        random.shuffle(groups)
        for group in groups:
            *inputs, roles = batch(group, vocabulary, word_drop=0.15)
            mask = inputs[-1]
            guess, answer = net(*inputs)
            plain_loss = nn.functional.cross_entropy(guess.transpose(1, 2), roles, reduction="none", label_smoothing=0.02)
            loss = (0.5 * (plain_loss * mask).sum() + net.crf(answer, roles, mask).sum()) / mask.sum()
            if teacher:
                wanted = torch.zeros_like(answer)
                for i, e in enumerate(group):
                    wanted[i, : len(e.roles)] = torch.softmax(e.taught(teacher), -1)
                loss = 0.5 * loss - (wanted * torch.log_softmax(answer, -1)).sum() / mask.sum()
            steps.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            steps.step()
            if plan.last_epoch < total + 48:
                plan.step()
            keep = 0.99 if epoch > 3 else 0.8
            with torch.no_grad():
                for a, b in zip(mean.parameters(), net.parameters(), strict=True):
                    a.mul_(keep).add_(b, alpha=1 - keep)
    mean.eval()
    return mean, vocabulary


def arrays(net: Net) -> dict[str, np.ndarray]:
    return {k: v.numpy().astype(np.float32) for k, v in net.state_dict().items()}


def composer(examples: list[Example], share: float = 1.0):
    """Fresh variants of the pages for each epoch: other articles in the same layout, articles among what surrounds others, HTML around the same lines, all in one line."""
    pages = [e.page for e in examples]
    cache: list[list[Example]] = []

    def more() -> list[Example]:
        if len(cache) < 8:
            out = []
            for page in random.sample(pages, int(len(pages) * share)):
                if random.random() < SPLICED:
                    page = spliced(pages, random)
                kind = random.random()
                if kind < 0.08 and (one := run_on(page)):
                    out.append(Example(page, *one))
                elif kind < 0.5:
                    told = retold(page, random)
                    out.append(plain(latin(told) if kind < 0.13 else told))
                else:
                    out.append(Example(page, *as_html(page, random)))
            cache.append(out)
            return out
        return random.choice(cache)

    return more


def train(examples: list[Example], epochs: int, seeds: int, first: int = 0, teacher=None):
    """Train so many networks, numbered from `first`, and return them as one model."""
    from marsad.dissect.roles import Model

    more = composer(examples)
    parts, vocabulary = [], {}
    for seed in range(first, first + seeds):
        net, vocabulary = fit(examples, more, epochs, seed, teacher)
        parts.append(arrays(net))
    return Model(vocabulary, parts)


def taught(examples: list[Example], args):
    """Train the teachers, then the few networks that learn from them and ship."""
    teacher = train(examples, args.epochs, args.teachers)
    return train(examples, args.epochs + 10, args.seeds, 100, teacher)


def card(gold: int, own: int, args, cross: str | None) -> None:
    """Write the model card beside the model; figures of the last cross-validation are kept unless new ones are given."""
    path = Path(args.out).with_suffix(".json")
    old = json.loads(path.read_text()) if path.exists() else {}
    figures = old.get("cross_validation", {})
    if cross:
        run = [sys.executable, str(SHARED / "eval/score_dissect.py"), str(SHARED / "gold/pages"), cross, "--json"]
        figures = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    text = {
        "what": "gives each line of a page its role; run by marsad.dissect.roles with numpy",
        "made_by": f"python training/roles.py --epochs {args.epochs} --teachers {args.teachers} --seeds {args.seeds}",
        "data": f"{gold} labelled pages (shared/gold/pages) and {own} of training/pages, all written for this project; the same layouts retold with titles and sentences of the ANT corpus "
        "(Apache-2.0; Chouigui, Ben Khiroun, Elayeb 2017), and dressed as HTML by training/compose.py",
        "cross_validation": figures,
        "cross_validation_how": "six folds over shared/gold/pages, in each the six teachers and the two networks trained anew without the fold's pages, training/pages always in training "
        "(three of the teachers without the 18 pages topical-*), scorer shared/eval/score_dissect.py",
        "licence": "Apache-2.0",
        "sha256": hashlib.sha256(Path(args.out).read_bytes()).hexdigest() if Path(args.out).exists() else "",
    }
    path.write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", encoding="utf8")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--cross", type=int, default=0)
    ask.add_argument("--folds", type=int, default=0, help="only the first so many folds")
    ask.add_argument("--epochs", type=int, default=30)
    ask.add_argument("--teachers", type=int, default=6, help="networks that teach")
    ask.add_argument("--seeds", type=int, default=2, help="networks that learn from them and ship")
    ask.add_argument("--cv", default="/tmp/roles-cv.jsonl")
    ask.add_argument("--keep", type=Path, help="keep each fold's model in this folder, and take those that are there instead of training anew")
    ask.add_argument("--only-gold", action="store_true")
    ask.add_argument("--out", default=str(HERE.parent / "src/marsad/models/roles.npz"))
    args = ask.parse_args()
    torch.set_num_threads(1)
    gold = [plain(p) for p in read_gold(SHARED / "gold/pages")]
    own = [] if args.only_gold else [plain(read_roles(f)) for f in sorted((HERE / "pages").glob("*.roles"))]
    if args.cross:
        from marsad.dissect.roles import Model, blocks_of

        with open(args.cv, "w", encoding="utf8") as sink:
            for fold in range(args.folds or args.cross):
                held = [e for i, e in enumerate(gold) if i % args.cross == fold]
                kept = args.keep / f"fold-{fold}.npz" if args.keep else None
                if kept and kept.exists():
                    model = Model.load(kept)
                else:
                    model = taught([e for i, e in enumerate(gold) if i % args.cross != fold] + own, args)
                    if kept:
                        model.save(kept)
                for e in held:
                    blocks = blocks_of(model, e.page.text, e.lines)
                    sink.write(json.dumps({"id": e.page.name, "blocks": [{"start": b.start, "end": b.end, "role": b.role} for b in blocks]}) + "\n")
        if not args.folds:
            card(len(gold), len(own), args, args.cv)
        return
    taught(gold + own, args).save(args.out)
    card(len(gold), len(own), args, None)
    print(len(gold), "gold pages,", len(own), "own pages")


if __name__ == "__main__":
    main()
