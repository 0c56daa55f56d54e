"""The trained reader: one encoder pass over a sentence, then small heads for mentions, triggers, roles, status and content (training/reader.py)."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsad.read.decode import ROLES, STATUS, near_id, pair_features, spans_of
from marsad.read.entities import land_of, standing
from marsad.read.entities import lands as lands_of
from marsad.read.pieces import Pieces
from marsad.read.see import TYPES, Numbers, see

LONGEST = 120  # words of one pass; a longer sentence is read in pieces
PIECES = 6  # of one word
EAGER = 1.0  # log odds in favour of an event, chosen on dev: the network alone misses more than it invents


class Found(NamedTuple):
    """A mention of one sentence: its characters there, kind, country, sector, probability, the full name of a known entity or None."""

    start: int
    end: int
    kind: str
    country: str
    sector: str
    score: float
    entity: str | None


class Told(NamedTuple):
    """An event of one sentence: trigger characters, type, mode, mention numbers by role, content characters or None, status, probability."""

    start: int
    end: int
    type: str
    mode: str
    roles: dict[str, list[int]]
    content: tuple[int, int] | None
    status: str
    score: float


def _gelu(x: Numbers) -> Numbers:
    """Exact GELU by the error function of Abramowitz and Stegun 7.1.26 (error below 2e-7)."""
    z = np.abs(x) / np.float32(2**0.5)
    t = 1 / (1 + 0.3275911 * z)
    erf = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * np.exp(-z * z)
    out: Numbers = (0.5 * x * (1 + np.sign(x) * erf)).astype(np.float32)
    return out


def _softmax(x: Numbers) -> Numbers:
    e = np.exp(x - x.max(-1, keepdims=True))
    out: Numbers = e / e.sum(-1, keepdims=True)
    return out


class Reader:
    """The model of `models/reader.*`; ValueError or OSError when the files are damaged or not there."""

    def __init__(self) -> None:
        import onnxruntime

        folder = files("marsad.models")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        with as_file(folder.joinpath("reader.onnx")) as path:
            self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        with as_file(folder.joinpath("reader.npz")) as path, np.load(path, allow_pickle=False) as data:
            labels: dict[str, Any] = json.loads(data["labels"].tobytes().decode("utf8"))
            self.w: dict[str, Numbers] = {k: data[k].astype(np.float32) for k in data.files if k != "labels"}
        self.countries, self.sectors, self.modes, self.lexicon = labels["countries"], labels["sectors"], labels["modes"], labels["lexicon"]
        self.pieces = Pieces(labels["pieces"], labels["scores"])
        self.number = {c: i for i, c in enumerate(self.countries)}

    def _linear(self, name: str, x: Numbers) -> Numbers:
        out: Numbers = x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]
        return out

    def read(self, sentence: str) -> tuple[list[Found], list[Told]]:
        """Return the mentions and events of one sentence, offsets into it."""
        seen = see(sentence, self.lexicon)
        mentions: list[Found] = []
        events: list[Told] = []
        for first in range(0, len(seen.words), LONGEST):
            part = slice(first, first + LONGEST)
            found, told = self._part(seen.words[part], seen.numbers[part], seen.countries[part])
            base = len(mentions)
            mentions += found
            events += [e._replace(roles={k: [i + base for i in v] for k, v in e.roles.items()}) for e in told]
        return mentions, events

    def _encode(self, tokens: list[Any], numbers: Numbers, lands: NDArray[np.int64]) -> list[Numbers]:
        ids, owner = [0], [-1]
        for i, word in enumerate(tokens):
            piece = self.pieces.ids(word.text)[:PIECES]
            if len(ids) + len(piece) > 500:
                break
            ids += piece
            owner += [i] * len(piece)
        ids.append(2)
        owner.append(-1)
        pool = (np.array(owner)[None, :] == np.arange(len(tokens))[:, None]).astype(np.float32)
        pool /= np.maximum(pool.sum(1, keepdims=True), 1)
        feed = {
            "ids": np.array([ids], np.int64),
            "there": np.ones((1, len(ids)), np.float32),
            "pool": pool[None],
            "numbers": numbers[None].astype(np.float32),
            "lands": lands[None],
        }
        return [out[0] for out in self.session.run(None, feed)]

    def _part(self, tokens: list[Any], numbers: Numbers, countries: list[str]) -> tuple[list[Found], list[Told]]:
        lands = np.array([self.number.get(c, 0) for c in countries], np.int64)
        h, tags, types = self._encode(tokens, numbers, lands)
        chance = _softmax(tags)
        spans, kinds = spans_of(np.log(chance + 1e-9))
        mentions: list[Found] = []
        vectors = np.zeros((0, self.w["span.bias"].shape[0]), np.float32)
        firsts = [a for a, _ in spans]
        if spans:
            vectors = _gelu(self._linear("span", np.stack([np.concatenate([h[a], h[b], h[a : b + 1].mean(0)]) for a, b in spans])))
            about = np.concatenate([vectors, self.w["lands.weight"][lands[firsts]]], 1)
            land, sector = self._linear("country", about).argmax(1), self._linear("sector", about)[:, 1:].argmax(1) + 1
            known = standing(tokens)
            exact = {(one.first, one.end - 1): one.entity for one in known}
            spoken = lands_of(tokens, countries, known)
            for (a, b), kind, c, s in zip(spans, kinds, land, sector, strict=True):
                sure = float(1 - chance[a : b + 1, 0].max())
                entity = exact.get((a, b))
                if entity and not (kind == "LOC" and entity.kind == "ORG"):
                    what = entity.kind, entity.country, entity.sector
                else:
                    country = land_of(a, b, spoken, kind in ("NOM", "ORG")) or self.countries[c]
                    what = kind, country, "" if kind == "LOC" else self.sectors[s]
                mentions.append(Found(tokens[a].start, tokens[b].end, *what, sure, entity.name if entity else None))
        near = np.array([near_id(tokens, a) for a in firsts], np.int64)
        types[:, 0] -= EAGER
        likely = _softmax(types)
        events = [self._event(tokens, h, int(t), likely[t], spans, vectors, near) for t in np.flatnonzero(types.argmax(1))]
        return mentions, events

    def _event(self, tokens: list[Any], h: Numbers, t: int, likely: Numbers, spans: list[tuple[int, int]], vectors: Numbers, near: NDArray[np.int64]) -> Told:
        kind = int(likely.argmax())
        trigger = np.concatenate([h[t], self.w["kinds.weight"][kind]])
        roles: dict[str, list[int]] = {role: [] for role in ROLES}
        if spans:
            features = np.concatenate([pair_features(tokens, t, spans), self.w["near.weight"][near]], 1)
            pair = np.maximum(self._linear("left", trigger) + self._linear("right", vectors) + self._linear("pair", features), 0)
            scores = self._linear("role", pair)
            roles = {role: [int(j) for j in np.flatnonzero(scores[:, k] > 0)] for k, role in enumerate(ROLES)}
        return Told(
            tokens[t].start, tokens[t].end, TYPES[kind - 1], self.modes[int(self._linear("mode", trigger).argmax())], roles, self._content(tokens, h, t, trigger),
            STATUS[int(self._linear("status", trigger).argmax())], float(likely[kind]),
        )  # fmt: skip

    def _content(self, tokens: list[Any], h: Numbers, t: int, trigger: Numbers) -> tuple[int, int] | None:
        place = np.arange(len(h), dtype=np.float32) - t
        where = np.stack([place > 0, place < 0, np.clip(place, -30, 30) / 10, np.abs(place) < 3], 1).astype(np.float32)
        edges = self._linear("edge", np.maximum(self._linear("here", trigger) + self._linear("each", h) + self._linear("away", where), 0))
        every = np.log(_softmax(np.concatenate([self._linear("nothing", trigger)[None], edges]).T).T + 1e-9)
        reach = every[1:, 0][:, None] + every[1:, 1][None]
        reach[np.tril_indices(len(h), -1)] = -1e9
        a, b = np.unravel_index(int(reach.argmax()), reach.shape)
        return (tokens[a].start, tokens[b].end) if reach[a, b] > every[0].sum() else None


@lru_cache(maxsize=1)
def bundled() -> Reader:
    """Return the reader that ships with Marsad, loaded once."""
    return Reader()
