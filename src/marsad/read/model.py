"""The trained reader: one encoder pass over a sentence, then small heads for mentions, triggers, roles, status and content (training/reader.py)."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from marsad.read.decode import ROLES, STATUS, framed, near_id, pair_features, spans_of, together
from marsad.read.entities import Standing, land_of
from marsad.read.lexicon import MODES, event_word
from marsad.read.mend import Spans, mend
from marsad.read.pieces import Pieces
from marsad.read.see import KINDS, TYPES, Numbers, see
from marsad.read.told import Found, Told, drop_idle, own_deeds

LONGEST = 120  # words of one pass; a longer sentence is read in pieces
PIECES = 6  # of one word
HOME = "TUN"  # the country of the outlet in most of the training data: what the network says where a sentence names no country
BOLD = 0.4  # log odds in favour of a mention: those that then play no role and are not sure are dropped again
CUTS = (0.5, -0.2, 0.2, 0.0)  # log odds from which a mention has the role, in the order of ROLES
KNOWN = 0.95  # least score of a name that the registry knows: so many of them are mentions in the training data
IDLE = 0.8  # raw score from which a description without a role is kept
GUESSED = 0.7  # a country that the sentence does not name is taken from this probability on
EAGER = 0.7  # log odds in favour of an event, chosen on dev: the network alone misses more than it invents


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


def logit(p: Any) -> Any:
    """Log odds of a probability or of an array of them, kept finite."""
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def scaled(score: float, scale: tuple[float, float]) -> float:
    """The probability of being right that stands behind a raw score, by Platt scaling (training/calibrate.py)."""
    a, b = scale
    return float(1 / (1 + np.exp(-(a * logit(score) + b))))


class Reader:
    """The model of `models/reader.*`."""

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
        card: dict[str, Any] = json.loads(folder.joinpath("reader.json").read_text(encoding="utf8"))
        self.scales: dict[str, tuple[float, float]] = {k: tuple(v) for k, v in card.get("calibration", {"mention": (1, 0), "event": (1, 0)}).items()}
        self.countries, self.sectors, self.modes, self.lexicon = labels["countries"], labels["sectors"], labels["modes"], labels["lexicon"]
        self.pieces = Pieces(labels["pieces"], labels["scores"])
        self.fits = np.array([[not mode or mode in MODES.get(kind, "").split() for mode in self.modes] for kind in TYPES])  # which modes a type has
        self.number = {c: i for i, c in enumerate(self.countries)}

    def _linear(self, name: str, x: Numbers) -> Numbers:
        out: Numbers = x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]
        return out

    def read(self, sentence: str, home: str = "") -> tuple[list[Found], list[Told]]:
        """Return the mentions and events of one sentence, offsets into it. home: the country that is meant where none is named, "" when not known."""
        seen = see(sentence, self.lexicon)
        mentions: list[Found] = []
        events: list[Told] = []
        for first in range(0, len(seen.words), LONGEST):
            part = slice(first, first + LONGEST)
            known = [k._replace(first=k.first - first, end=k.end - first) for k in seen.known if first <= k.first and k.end <= first + LONGEST]
            found, told = self._part(seen.words[part], seen.numbers[part], seen.countries[part], known, home)
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

    def without(self, sentence: str, at: int, kind: str) -> tuple[float, list[float]]:
        """Return the probability of an event type at word `at`, and for each word of the sentence (at most LONGEST) what it would be with that word hidden."""
        seen = see(sentence, self.lexicon)
        first = at // LONGEST * LONGEST
        part = slice(first, first + LONGEST)
        tokens, numbers = seen.words[part], seen.numbers[part]
        lands = np.array([self.number.get(c, 0) for c in seen.countries[part]], np.int64)
        out = []
        for hidden in range(-1, len(tokens)):
            told = [w._replace(text="…") if i == hidden else w for i, w in enumerate(tokens)]
            known = numbers.copy()
            known[hidden] = known[hidden] if hidden < 0 else 0
            types = self._encode(told, known, lands)[2]
            types[:, 0] -= EAGER
            out.append(float(_softmax(types[at - first])[1 + TYPES.index(kind)]))
        return out[0], [out[0]] * first + out[1:]

    def _part(self, tokens: list[Any], numbers: Numbers, countries: list[str], known: list[Standing], home: str) -> tuple[list[Found], list[Told]]:
        lands = np.array([self.number.get(c, 0) for c in countries], np.int64)
        h, tags, types = self._encode(tokens, numbers, lands)
        tags[:, 0] -= BOLD
        chance = _softmax(tags)
        whole = mend(tokens, *spans_of(np.log(chance + 1e-9)), known)
        spans = [(a, b) for a, b, _ in whole]
        vectors = np.zeros((0, self.w["span.bias"].shape[0]), np.float32)
        if spans:
            vectors = _gelu(self._linear("span", np.stack([np.concatenate([h[a], h[b], h[a : b + 1].mean(0)]) for a, b in spans])))
        near = np.array([near_id(tokens, a) for a, _ in spans], np.int64)
        types[:, 0] -= EAGER
        likely = _softmax(types)
        triggers = [int(t) for t in np.flatnonzero(types.argmax(1))]
        events = own_deeds(tokens, triggers, [self._event(tokens, h, t, likely[t], spans, vectors, near) for t in triggers])
        found = self._found(tokens, whole, vectors, chance, countries, known, home)
        return drop_idle(found, events, [float(1 - chance[a : b + 1, 0].max()) >= IDLE for a, b in spans])

    def _found(self, tokens: list[Any], whole: Spans, vectors: Numbers, chance: Numbers, countries: list[str], known: list[Standing], home: str) -> list[Found]:
        """The mentions with country, sector and score. A country that is named inside wins, then the network's, where that is sure or the sentence names it, then the
        nearest one named, then the outlet's own."""
        if not whole:
            return []
        named = [land_of(a, b, countries) for a, b, _ in whole]
        numbers = np.array([[self.number.get(c, 0) for c in pair] for pair in named])
        about = np.concatenate([vectors, self.w["lands.weight"][numbers].reshape(len(whole), -1)], 1)
        lands = _softmax(self._linear("country", about))
        sectors = self._linear("sector", about)[:, 1:].argmax(1) + 1
        exact = {(one.first, one.end - 1): one.entity for one in known}
        out = []
        for (a, b, kind), (inside, nearest), land, sector in zip(whole, named, lands, sectors, strict=True):
            own = 1 + 2 * KINDS.index(kind)
            sure = scaled(float(chance[a : b + 1, own : own + 2].sum(1).min()), self.scales["mention"])
            entity = exact.get((a, b))
            if entity and not (kind == "LOC" and entity.kind == "ORG"):
                out.append(Found(tokens[a].start, tokens[b].end, entity.kind, entity.country, entity.sector, max(sure, KNOWN), entity.name))
                continue
            country = inside or self.countries[int(land.argmax())]
            if country and country not in countries and (country == HOME or land.max() < GUESSED):
                country = nearest or home
            out.append(Found(tokens[a].start, tokens[b].end, kind, country, "" if kind == "LOC" else self.sectors[sector], sure, entity.name if entity else None))
        return out

    def _event(self, tokens: list[Any], h: Numbers, t: int, likely: Numbers, spans: list[tuple[int, int]], vectors: Numbers, near: NDArray[np.int64]) -> Told:
        kind = int(likely.argmax())
        trigger = np.concatenate([h[t], self.w["kinds.weight"][kind]])
        roles: dict[str, list[int]] = {role: [] for role in ROLES}
        if spans:
            features = np.concatenate([pair_features(tokens, t, spans), self.w["near.weight"][near]], 1)
            pair = np.maximum(self._linear("left", trigger) + self._linear("right", vectors) + self._linear("pair", features), 0)
            scores = self._linear("role", pair)
            framed(tokens, t, spans, scores)
            together(tokens, spans, scores)
            over = scores - np.array(CUTS, np.float32)
            felt = scores[:, 1] > scores[:, 0]  # nobody is both who does it and whom it is done to
            over[felt, 0], over[~felt & (over[:, 0] > 0), 1] = -1, -1
            roles = {role: [int(j) for j in np.flatnonzero(over[:, k] > 0)] for k, role in enumerate(ROLES)}
        told = event_word(tokens[t].text)
        scores = np.where(self.fits[kind - 1], self._linear("mode", trigger), -1e9)
        mode = told.mode if told and told.mode and told.type == TYPES[kind - 1] else self.modes[int(scores.argmax())]
        return Told(
            tokens[t].start, tokens[t].end, TYPES[kind - 1], mode, roles, self._content(tokens, h, t, trigger),
            STATUS[int(self._linear("status", trigger).argmax())], scaled(float(likely[kind]), self.scales["event"]),
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


class ModelError(Exception):
    """The model's files cannot be used."""


@lru_cache(maxsize=1)
def bundled() -> Reader:
    """Return the reader that ships with Marsad, loaded once; ModelError when its files are damaged or not there."""
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, NoSuchFile, RuntimeException

    try:
        return Reader()
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, NoSuchFile, RuntimeException) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{files('marsad.models')}: the reader's model cannot be loaded ({first}); install Marsad anew, or read with --fast") from error
