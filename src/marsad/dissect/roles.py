"""Roles for lines: the trained network (training/roles.py) run with numpy, and Viterbi over the whole page."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from marsad.arabic.letters import fold
from marsad.dissect.features import Matrix, see, topic
from marsad.dissect.lines import Line, is_menu
from marsad.records import ROLES, Block

CLAIM = 4.0  # log odds a headline gains when JSON-LD, og:title or <title> names it
LIKE = [ROLES.index(r) for r in ("standfirst", "caption", "teaser_title", "label")]  # roles a headline is mistaken for
_STAMP = re.compile(r"\s*date (?:19|20)\d\d-\d\d")  # what some crawlers put before the first words of an article
STAMPED = 130  # characters; a longer line that begins with a date goes on with something else
KICKER = 150  # characters of the longest standfirst that stands over a headline
PARAGRAPH = 80  # characters
CLOSE = 3.0  # log odds within which two different headlines with no other story between them may both be its own (a kicker, a longer variant)
SURE = 4.0  # log odds of a headline, its repeats together, that need no body to speak for it
LEAST_HELD = 0.2  # share of its words that such a line must share with the body
LEAST_MARGIN = -2.0  # log odds against the next role at which a page with a body still gets its likeliest line as headline
NUMBER = {role: i for i, role in enumerate(ROLES)}


class Model:
    """The role model: a vocabulary of cues and the weights of one or more networks whose scores are averaged."""

    def __init__(self, vocabulary: dict[str, int], parts: list[dict[str, Matrix]]) -> None:
        self.vocabulary = vocabulary
        self.parts = parts
        self.ready = _ready(parts)
        self.moves = {name: np.mean([p[name] for p in parts], 0) for name in ("moves", "start", "end")}

    def save(self, path: str | Path) -> None:
        """Write the model as one .npz file, weights in half precision."""
        flat = {f"{i}/{name}": value.astype(np.float16) for i, part in enumerate(self.parts) for name, value in part.items()}
        words = np.frombuffer(json.dumps(sorted(self.vocabulary, key=self.vocabulary.__getitem__), ensure_ascii=False).encode("utf8"), np.uint8)
        with open(path, "wb") as sink:
            np.savez_compressed(sink, allow_pickle=False, words=words, **flat)

    @classmethod
    def load(cls, path: str | Path) -> Model:
        """Read a model; OSError or ValueError when the file is not there or not one."""
        with np.load(path, allow_pickle=False) as data:
            names = json.loads(data["words"].tobytes().decode("utf8"))
            parts: dict[int, dict[str, Matrix]] = {}
            for key in data.files:
                if "/" in key:
                    number, name = key.split("/", 1)
                    parts.setdefault(int(number), {})[name] = data[key].astype(np.float32)
        return cls({name: i for i, name in enumerate(names, 1)}, [parts[i] for i in sorted(parts)])

    def scores(self, dense: Matrix, bags: list[list[str]], sim: Matrix) -> tuple[Matrix, dict[str, Matrix]]:
        """Return role scores (lines x roles) and the transition weights, averaged over the networks."""
        known = self.vocabulary
        flat: list[int] = []
        starts: list[int] = []
        for bag in bags:
            starts.append(len(flat))
            flat.append(0)
            flat += [known[c] for c in bag if c in known]
        return _run(self.ready, dense, flat, starts, sim), self.moves


def _ready(parts: list[dict[str, Matrix]]) -> dict[str, Matrix]:
    """The weights of all networks as `_run` multiplies with them: networks x in x out, a convolution as one matrix over its stacked neighbours, the vectors of a
    word side by side, none at index 0."""
    out = {}
    for name in parts[0]:
        every = [part[name] for part in parts]
        if name == "words.weight":
            table = np.concatenate(every, 1)
            table[0] = 0
            out[name] = table
        else:
            turned = [v.transpose(2, 1, 0).reshape(-1, len(v)) if v.ndim == 3 else v.T if v.ndim == 2 else v[None] for v in every]
            out[name] = np.ascontiguousarray(np.stack(turned))
    out["scale"] = (1 / out["deviation"]).astype(np.float32)
    return out


def _conv(x: Matrix, weight: Matrix, bias: Matrix, dilation: int) -> Matrix:
    count, rows, columns = x.shape
    width = weight.shape[1] // columns
    reach = dilation * (width // 2)
    padded = np.zeros((count, rows + 2 * reach, columns), np.float32)
    padded[:, reach : reach + rows] = x
    out = np.concatenate([padded[:, k * dilation : k * dilation + rows] for k in range(width)], 2) @ weight
    out += bias
    rectified: Matrix = np.maximum(out, 0, out=out)
    return rectified


def _softmax(x: Matrix) -> Matrix:
    e = np.exp(x - x.max(-1, keepdims=True))
    out: Matrix = e / e.sum(-1, keepdims=True)
    return out


_ADDRESS = re.compile(r"\s*(?:https?://|www\.)\S+\s*")
KEY = [ROLES.index(r) for r in ("headline", "standfirst", "body", "teaser_title", "teaser_text")]  # roles whose single best likeness to a line tells


def _run(w: dict[str, Matrix], dense: Matrix, flat: list[int], starts: list[int], sim: Matrix) -> Matrix:
    """Role scores of the lines, the mean over the networks; each as `Net.forward` in training/roles.py, all of them at once."""
    count = len(w["scale"])
    words = np.add.reduceat(w["words.weight"][flat], starts, 0).reshape(len(dense), count, -1).transpose(1, 0, 2)
    x = np.concatenate([(dense - w["mean"]) * w["scale"], words], 2)
    np.clip(x, -6, 6, out=x)
    h = np.maximum(x @ w["first.weight"] + w["first.bias"], 0)
    for k, dilation in enumerate((1, 2, 4)):
        h += _conv(h, w[f"near.{k}.weight"], w[f"near.{k}.bias"], dilation)
    h += np.maximum(h.mean(1, keepdims=True) @ w["whole.weight"] + w["whole.bias"], 0)
    p = _softmax(h @ w["guess.weight"] + w["guess.bias"])
    before, total = np.cumsum(p, 1) - p, p.sum(1, keepdims=True)
    alike, held = sim[0] @ p, sim[1] @ p
    best = np.stack([(sim[1] * p[:, None, :, k]).max(2) for k in KEY], 2)
    everywhere = np.broadcast_to(np.log1p(total), p.shape)
    g = np.concatenate([h, p, alike / (total + 1), alike, held / (total + 1), best, before / (total + 0.5), everywhere], 2)
    s = np.maximum(g @ w["second.weight"] + w["second.bias"], 0)
    s += _conv(s, w["beside.weight"], w["beside.bias"], 1)
    out: Matrix = (s @ w["answer.weight"] + w["answer.bias"]).mean(0)
    return out


def viterbi(scores: Matrix, moves: dict[str, Matrix]) -> list[int]:
    """Return the best sequence of role numbers."""
    best = moves["start"] + scores[0]
    back = np.zeros(scores.shape, np.int64)
    table = moves["moves"]
    for i in range(1, len(scores)):
        options = best[:, None] + table
        back[i] = options.argmax(0)
        best = options.max(0) + scores[i]
    at = int((best + moves["end"]).argmax())
    path = [at]
    for i in range(len(scores) - 1, 0, -1):
        at = int(back[i, at])
        path.append(at)
    return path[::-1]


@lru_cache(maxsize=1)
def bundled() -> Model:
    """Return the model that ships with Marsad, read once."""
    return Model.load(Path(str(files("marsad.models").joinpath("roles.npz"))))


def blocks_of(model: Model, text: str, lines: list[Line], claimed: list[bool] | None = None) -> list[Block]:
    """Return a block for each line, with its role and the model's probability of it.

    claimed: for each line whether the page's metadata calls it the headline, which then counts for much.
    """
    read = [i for i, line in enumerate(lines) if not is_menu(line) and not _ADDRESS.fullmatch(text, line.start, line.end)]
    told: dict[int, tuple[int, float]] = {}
    if read:
        shown = [lines[i] for i in read]
        seen = see(text, shown)
        scores, moves = model.scores(seen.dense, seen.bags, seen.sim)
        if claimed:
            scores[:, NUMBER["headline"]] += CLAIM * np.array([claimed[i] for i in read], np.float32)
        roles = settle(viterbi(scores, moves), scores, text, shown)
        chance = _softmax(scores)[np.arange(len(read)), roles].tolist()
        told = dict(zip(read, zip(roles, chance, strict=True), strict=True))
    menu = (NUMBER["boilerplate"], 1.0)  # links of a menu and lines that are a web address and no more
    out = []
    for i, line in enumerate(lines):
        role, sure = told.get(i, menu)
        out.append(Block(start=line.start, end=line.end, role=ROLES[role], score=round(sure, 3), path=line.path))
    return out


def settle(roles: list[int], scores: Matrix, text: str, lines: list[Line]) -> list[int]:
    """Return the roles with what the page as a whole tells: one own headline where there is a body, none where there is none.

    Of several different headlines above the article's body (its longest run of paragraphs) the one for which most speaks stays, with its repeats; the others take
    their next likeliest role. Where a body of some length has no headline, the likeliest line above it gets it unless little speaks for it. A page of
    several posts, each with its headline and body, stays as it is.
    """
    head = NUMBER["headline"]
    roles = [*roles]
    first, long = _main(roles, lines)
    margin = _margin(scores, head)
    for i in range(first):
        if roles[i] == head and _STAMP.match(text, lines[i].start):
            roles[i] = _next(scores, i, head)
    above = [i for i in range(first) if roles[i] == head]
    if sum(r == head and roles[i + 1 : i + 3].count(NUMBER["body"]) > 0 for i, r in enumerate(roles)) >= 3:
        return roles
    stems = {i: _stems(text, lines[i]) for i in above}
    votes = {i: sum(float(margin[j]) for j in above if _same(stems[i], stems[j])) for i in above}
    best = max(above, key=votes.__getitem__, default=-1)
    listed = not long and (not above or votes[best] < SURE)
    for i, r in enumerate(roles):
        if r == head and (listed or i > first or (i != best and not _same(stems[i], stems[best]) and not (votes[best] - votes[i] < CLOSE and _together(roles, i, best)))):
            roles[i] = _next(scores, i, head)
    if long >= 300 and not above:
        found = _headline_missed(roles, margin, text, lines, first)
        if found is not None:
            roles[found] = head
    for i, r in enumerate(roles):
        if r == NUMBER["date"] and lines[i].end - lines[i].start > STAMPED:
            roles[i] = _next(scores, i, r)
    own = next((i for i, r in enumerate(roles) if r == head), 0)
    for i in range(own):  # nothing of the article stands above its headline but a short standfirst right over it
        if roles[i] == NUMBER["body"] or (roles[i] == NUMBER["standfirst"] and (i < own - 1 or lines[i].end - lines[i].start > KICKER)):
            roles[i] = _next(scores, i, head, NUMBER["body"], NUMBER["standfirst"])
    return roles


def _headline_missed(roles: list[int], margin: Matrix, text: str, lines: list[Line], first: int) -> int | None:
    """The likeliest line above the body to be its headline after all: it is a near miss of the model and shares words with the body, or it stands there twice."""
    told = set().union(*(_stems(text, lines[i]) for i, r in enumerate(roles) if r == NUMBER["body"]))
    stems = {i: _stems(text, lines[i]) for i in range(max(0, first - 12), first) if roles[i] in LIKE and not _STAMP.match(text, lines[i].start)}
    twice = [i for i, a in stems.items() if len(a) > 2 and margin[i] > 3 * LEAST_MARGIN and any(a == b for j, b in stems.items() if j != i)]
    near = [i for i, a in stems.items() if margin[i] > LEAST_MARGIN and _held(a, told) >= LEAST_HELD]
    return min(twice) if twice else max(near, key=lambda i: float(margin[i]), default=None)


def _together(roles: list[int], a: int, b: int) -> bool:
    """Whether nothing of other stories stands between two lines."""
    return not any(ROLES[r].startswith("teaser") for r in roles[min(a, b) + 1 : max(a, b)])


def _main(roles: list[int], lines: list[Line]) -> tuple[int, int]:
    """First line of the longest run of body lines and its size in characters; (number of lines, 0) without a body.

    A few lines of other roles do not end a run. Lines much shorter than its longest paragraph do not begin it: they are strays.
    """
    runs: list[list[tuple[int, int]]] = []
    for i, role in enumerate(roles):
        if role == NUMBER["body"]:
            if not runs or i - runs[-1][-1][0] > 4:
                runs.append([])
            runs[-1].append((i, lines[i].end - lines[i].start))
    if not runs:
        return len(roles), 0
    best = max(runs, key=lambda run: sum(size for _, size in run))
    most = max(size for _, size in best)
    return next(i for i, size in best if size >= min(PARAGRAPH, most / 3)), sum(size for _, size in best)


def _held(stems: set[str], told: set[str]) -> float:
    return len(stems & told) / len(stems) if stems else 0.0


def _stems(text: str, line: Line) -> set[str]:
    return {stem for word in fold(text[line.start : line.end]).split() if (stem := topic(word))}


def _same(a: set[str], b: set[str]) -> bool:
    return a == b or (len(a & b) >= 0.8 * min(len(a), len(b)) > 0)


def _next(scores: Matrix, line: int, *roles: int) -> int:
    """The likeliest role of a line when it is none of these."""
    rest = scores[line].copy()
    rest[list(roles)] = -np.inf
    return int(rest.argmax())


def _margin(scores: Matrix, role: int) -> Matrix:
    """How far the role's score stands above the best of the others."""
    others = scores.copy()
    others[:, role] = -np.inf
    out: Matrix = scores[:, role] - others.max(1)
    return out
