"""Distils readers into one with fewer layers: what they think of sentences that nobody annotated teaches it, beside the gold sentences (Hinton, Vinyals, Dean 2015).

python training/student.py label ANTCORPUS_FOLDER /tmp/teacher/reader.pt OUT.pt --count 16000 --known gold.jsonl more.jsonl
python training/student.py train --teacher /tmp/teacher/reader.pt --soft OUT.pt --more more.jsonl --encoder /tmp/encoder --out /tmp/student

`label` reads sentences with the teacher and with the reader that ships, and keeps the mean of their probabilities: of tags and types for each word; of country, sector, mode, status,
roles and content for the spans and triggers that the mean finds. Articles that KNOWN files draw on are left out.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from choose import SECTIONS, lines_of
from marsad.read.decode import ROLES, pair_features, spans_of
from marsad.read.model import BOLD, EAGER, _gelu, _softmax, bundled
from reader import GOLD, Example, Names, Reader, batch, figures, lexicon_of, loss_of, names_by_kind, predict, renamed, widened

TAKEN = {6: (0, 2, 4, 7, 9, 11), 8: (0, 1, 3, 4, 6, 8, 9, 11), 12: tuple(range(12))}  # layers of the teacher that the student begins with


def loaded(path: Path):
    saved = torch.load(path, weights_only=False)
    names = Names([])
    names.countries, names.sectors, names.modes = saved["countries"], saved["sectors"], saved["modes"]
    depth = 1 + max(int(k.split(".")[2]) for k in saved["net"] if k.startswith("encoder.layers."))
    net = Reader(len(saved["net"]["encoder.words.weight"]), names, layers=depth)
    net.load_state_dict(widened(saved["net"], net))
    return net, names, saved


def moved(have: list[str], want: list[str], p):
    """Probabilities over one list of labels as probabilities over another; what is not there goes to "" ."""
    out = np.zeros((len(p), len(want)), np.float32)
    for i, name in enumerate(have):
        out[:, want.index(name) if name in want else 0] += p[:, i]
    return out


class Shipped:
    """The reader that ships, asked for probabilities."""

    def __init__(self, names: Names) -> None:
        self.it, self.names = bundled(), names

    def words(self, e: Example):
        lands = np.array([self.it.number.get(c, 0) for c in e.spoken], np.int64)
        self.h, tags, types = self.it._encode(e.words, e.numbers.numpy(), lands)
        return _softmax(tags), _softmax(types)

    def spans(self, e: Example, spans):
        r, h = self.it, self.h
        self.vectors = _gelu(r._linear("span", np.stack([np.concatenate([h[a], h[b], h[a : b + 1].mean(0)]) for a, b in spans])))
        lands = np.array([[r.number.get(c, 0) for c in land] for land in e.lands_named(spans)])
        about = np.concatenate([self.vectors, r.w["lands.weight"][lands].reshape(len(spans), -1)], 1)
        return moved(r.countries, self.names.countries, _softmax(r._linear("country", about))), moved(r.sectors, self.names.sectors, _softmax(r._linear("sector", about)))

    def event(self, e: Example, t: int, kind: int, spans, features):
        r, h = self.it, self.h
        trigger = np.concatenate([h[t], r.w["kinds.weight"][kind]])
        mode, status = moved(r.modes, self.names.modes, _softmax(r._linear("mode", trigger))[None])[0], _softmax(r._linear("status", trigger))
        roles = np.zeros((0, len(ROLES)), np.float32)
        if spans:
            pair = np.concatenate([features, r.w["near.weight"][e.near[[a for a, _ in spans]].numpy()]], 1)
            roles = 1 / (1 + np.exp(-r._linear("role", np.maximum(r._linear("left", trigger) + r._linear("right", self.vectors) + r._linear("pair", pair), 0))))
        place = np.arange(len(h), dtype=np.float32) - t
        where = np.stack([place > 0, place < 0, np.clip(place, -30, 30) / 10, np.abs(place) < 3], 1).astype(np.float32)
        edges = r._linear("edge", np.maximum(r._linear("here", trigger) + r._linear("each", h) + r._linear("away", where), 0))
        return mode, status, roles, _softmax(np.concatenate([r._linear("nothing", trigger)[None], edges]).T).T


class Teacher:
    """A trained reader in torch, asked the same."""

    def __init__(self, path: Path) -> None:
        self.net, self.names, _ = loaded(path)
        self.net.eval()
        self.net.half = True

    def words(self, e: Example):
        h, tags, types = self.net.words(*batch([e]))
        self.h = h[0]
        return torch.softmax(tags[0], -1).numpy(), torch.softmax(types[0], -1).numpy()

    def spans(self, e: Example, spans):
        self.vectors = self.net.spans(self.h, spans)
        return tuple(torch.softmax(x, -1).numpy() for x in self.net.about(self.vectors, e.lands(spans)))

    def event(self, e: Example, t: int, kind: int, spans, features):
        net, trigger = self.net, self.net.trigger(self.h, t, torch.tensor(kind))
        roles = torch.sigmoid(net.roles(trigger, self.vectors, torch.tensor(features), e.near[[a for a, _ in spans]])).numpy() if spans else np.zeros((0, len(ROLES)), np.float32)
        return torch.softmax(net.mode(trigger), -1).numpy(), torch.softmax(net.status(trigger), -1).numpy(), roles, torch.softmax(net.content(trigger, self.h, t), 0).numpy()


@torch.inference_mode()
def label(args) -> None:
    torch.set_num_threads(1)
    random.seed(args.seed)
    used = {json.loads(line)["id"].split("#")[0] for path in [GOLD / "train.jsonl", GOLD / "dev.jsonl", *args.known] for line in path.open(encoding="utf8")}
    pool = []
    for section, share in zip(SECTIONS, (0.35, 0.2, 0.3, 0.15), strict=True):
        paths = [p for p in sorted((args.corpus / section).glob("*.txt")) if p.stem not in used]
        lines = [(name, text, day) for p in paths for name, text, day in lines_of(p) if 25 < len(text) < 420]
        pool += random.sample(lines, min(len(lines), int(args.count * share)))
    random.shuffle(pool)
    pool = pool[args.part :: args.parts]
    teacher = Teacher(args.teacher)
    experts = [teacher, Shipped(teacher.names)]
    tokenizer, (lexicon, _) = Tokenizer.from_file(str(args.encoder / "tokenizer.json")), lexicon_of([json.loads(line) for line in (GOLD / "train.jsonl").open(encoding="utf8")])
    kept, seen, began = [], set(), time.time()
    for n, (name, text, day) in enumerate(pool):
        if text in seen:
            continue
        seen.add(text)
        e = Example({"id": name, "text": text}, teacher.names, tokenizer, lexicon)
        if not e.words:
            continue
        tags, types = (np.mean(both, 0) for both in zip(*(x.words(e) for x in experts), strict=True))
        bold, eager = np.log(tags + 1e-9), np.log(types + 1e-9)
        bold[:, 0] -= BOLD
        eager[:, 0] -= EAGER
        spans, _ = spans_of(bold)
        land, sector = (np.mean(both, 0) for both in zip(*(x.spans(e, spans) for x in experts), strict=True)) if spans else (None, None)
        events = []
        for t in np.flatnonzero(eager.argmax(1)):
            kind, features = int(eager[t].argmax()), pair_features(e.words, int(t), spans)
            said = [np.mean(both, 0).astype(np.float16) for both in zip(*(x.event(e, int(t), kind, spans, features) for x in experts), strict=True)]
            events.append((int(t), kind, *said))
        half = [x if x is None else x.astype(np.float16) for x in (tags, types, land, sector)]
        kept.append({"id": name, "text": text, "published": day, "tags": half[0], "types": half[1], "spans": spans, "country": half[2], "sector": half[3], "events": events})
        if n % 1000 == 0:
            print(n, f"{time.time() - began:.0f} s", flush=True)
    torch.save({"names": vars(teacher.names), "sentences": kept}, args.out)
    print(len(kept), "sentences", sum(len(k["events"]) for k in kept), "events")


def soft_loss(net: Reader, examples: list[Example]):
    """The cross-entropy of loss_of, against the teachers' probabilities in place of labels."""
    h, tags, types = net.words(*batch(examples))
    cross, total = nn.functional.cross_entropy, torch.zeros(())
    words = sum(len(e.words) for e in examples)
    for i, e in enumerate(examples):
        w, s = len(e.words), e.record
        total = total + 2 * (cross(tags[i, :w], s["tags"].float(), reduction="sum") + cross(types[i, :w], s["types"].float(), reduction="sum")) / words
        if not s["spans"]:
            continue
        vectors = net.spans(h[i], s["spans"])
        land, sector = net.about(vectors, e.lands(s["spans"]))
        total = total + (cross(land, s["country"].float(), reduction="sum") + 0.5 * cross(sector, s["sector"].float(), reduction="sum")) / (len(examples) * 3)
        firsts, count = [a for a, _ in s["spans"]], len(examples) * 2
        for t, kind, mode, status, roles, edges in s["events"]:
            trigger = net.trigger(h[i], t, torch.tensor(kind))
            total = total + (cross(net.mode(trigger)[None], mode.float()[None]) + 0.5 * cross(net.status(trigger)[None], status.float()[None])) / count
            scores = net.roles(trigger, vectors, torch.tensor(pair_features(e.words, t, s["spans"])), e.near[firsts])
            total = total + nn.functional.binary_cross_entropy_with_logits(scores, roles.float(), reduction="sum") / count
            total = total + cross(net.content(trigger, h[i, :w], t).T, edges.float().T, reduction="sum") / count * 0.3
    return total


def train(args) -> None:
    torch.set_num_threads(2)
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    teacher, names, saved = loaded(args.teacher)
    gold, dev = ([json.loads(line) for line in (GOLD / f"{name}.jsonl").open(encoding="utf8")] for name in ("train", "dev"))
    gold += [json.loads(line) for path in args.more for line in path.open(encoding="utf8")]
    tokenizer, (lexicon, own) = Tokenizer.from_file(str(args.encoder / "tokenizer.json")), lexicon_of(gold)
    net = Reader(len(saved["net"]["encoder.words.weight"]), names, layers=args.layers)
    weights = {k: v for k, v in teacher.state_dict().items() if not k.startswith("encoder.layers.")}
    for new, old in enumerate(TAKEN[args.layers]):
        weights |= {f"encoder.layers.{new}.{k}": v for k, v in teacher.encoder.layers[old].state_dict().items()}
    net.load_state_dict(weights)
    net.half = True
    hard = [Example(r, names, tokenizer, lexicon, less).gold(names) for r, less in zip(gold, own, strict=True)]
    soft = []
    for path in args.soft:
        for s in torch.load(path, weights_only=False)["sentences"]:
            tensors = {k: None if s[k] is None else torch.tensor(s[k]) for k in ("tags", "types", "country", "sector")}
            told = [(t, kind, *(torch.tensor(x) for x in rest)) for t, kind, *rest in s["events"]]
            soft.append(Example(s | tensors | {"events": told}, names, tokenizer, lexicon))
    held = [Example(r, names, tokenizer, lexicon) for r in dev]
    groups = [(e, lambda g: loss_of(net, g, noise=0.7)) for e in (hard,) * args.times] + ([(soft, lambda g: soft_loss(net, g))] if soft else [])
    slow = [p for n, p in net.named_parameters() if n.startswith("encoder.")]
    fast = [p for n, p in net.named_parameters() if not n.startswith("encoder.")]
    steps = torch.optim.AdamW([{"params": slow, "lr": args.rate}, {"params": fast, "lr": args.heads}], weight_decay=0.01)
    total = args.epochs * sum(len(e) // 16 + 1 for e, _ in groups)
    plan = torch.optim.lr_scheduler.LambdaLR(steps, lambda s: min(1.0, s / (0.06 * total)) * max(0.02, 1 - s / total))
    mean = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(args.mean), use_buffers=True)
    args.out.mkdir(parents=True, exist_ok=True)
    best, began, pools = 0.0, time.time(), names_by_kind()
    for epoch in range(args.epochs):
        if epoch:
            for i, r in enumerate(gold):
                if random.random() < 0.5:
                    hard[i] = Example(renamed(r, pools, 0.6), names, tokenizer, lexicon, own[i]).gold(names)
        queue = []
        for examples, loss in groups:
            order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids) + random.random() * 12)
            queue += [([examples[i] for i in order[a : a + 16]], loss) for a in range(0, len(order), 16)]
        random.shuffle(queue)
        running = 0.0
        for n, (group, loss_for) in enumerate(queue):
            loss = loss_for(group)
            steps.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            steps.step()
            plan.step()
            mean.update_parameters(net)
            running += float(loss.detach())
            if n % 100 == 0:
                print(f"epoch {epoch} step {n}/{len(queue)} loss {running / (n + 1):.3f} {time.time() - began:.0f} s", flush=True)
        with (args.out / "dev.jsonl").open("w", encoding="utf8") as sink:
            sink.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in predict(mean.module, held, names))
        rows = figures(args.out / "dev.jsonl")
        print(
            epoch,
            {k: rows[k] for k in ("mention", "country", "trigger", "event_type", "event_mode", "status", "actor", "recipient", "place", "who_did_what", "content")},
            flush=True,
        )
        value = sum(rows[k] for k in ("mention", "event_type", "actor", "recipient", "place", "who_did_what"))
        kept = {"net": mean.module.state_dict(), **vars(names), "lexicon": lexicon, "figures": rows, "args": {k: str(v) for k, v in vars(args).items() if k != "run"}}
        if value > best:
            best = value
            torch.save(kept, args.out / "reader.pt")
        torch.save(kept, args.out / "last.pt")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = ask.add_subparsers(required=True)
    one = steps.add_parser("label")
    one.add_argument("corpus", type=Path)
    one.add_argument("teacher", type=Path)
    one.add_argument("out", type=Path)
    one.add_argument("--count", type=int, default=16000)
    one.add_argument("--known", type=Path, nargs="*", default=[])
    one.add_argument("--part", type=int, default=0, help="with --parts: label only every PARTS-th sentence, from this one on")
    one.add_argument("--parts", type=int, default=1)
    one.set_defaults(run=label)
    two = steps.add_parser("train")
    two.add_argument("--teacher", type=Path, required=True)
    two.add_argument("--soft", type=Path, nargs="*", default=[])
    two.add_argument("--more", type=Path, nargs="*", default=[])
    two.add_argument("--out", type=Path, required=True)
    two.add_argument("--layers", type=int, default=8, choices=TAKEN)
    two.add_argument("--epochs", type=int, default=4)
    two.add_argument("--times", type=int, default=1, help="how often each gold sentence comes in an epoch")
    two.add_argument("--rate", type=float, default=6e-5)
    two.add_argument("--heads", type=float, default=6e-4, help="rate of all that is not the encoder")
    two.add_argument("--mean", type=float, default=0.997, help="decay of the running mean of the weights")
    two.set_defaults(run=train)
    for step in (one, two):
        step.add_argument("--encoder", type=Path, required=True)
        step.add_argument("--seed", type=int, default=0)
    args = ask.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
